"""How much slower a program is while it is recorded: the time of its pieces of work during a recording against that just before and after it.

Programs differ by more than a recorder costs them from one run to the next, and machines from one minute to the next; so one run of one program is recorded again and
again, each time for a moment, and every moment is compared with its neighbours only."""
import array
import bisect
import os
import statistics
import subprocess
import time

# Seconds of a recording (whole ones, as some recorders want them), of it before and while it is measured, and without one.
RECORDED, BEGINNING, MEASURED, PAUSE = 2, 0.5, 1.3, 0.8


def per_piece(times, start, end):
    """Seconds a piece takes between two moments; None if there are fewer than two."""
    first, last = bisect.bisect(times, start), bisect.bisect(times, end) - 1
    return (times[last] - times[first]) / (last - first) if last > first else None


def compare(times, moments):
    """Percent that pieces took longer while recorded, of each recording (start, end)."""
    changes = []
    for start, end in moments:
        during = per_piece(times, start, end)
        around = [per_piece(times, start - BEGINNING - PAUSE, start - BEGINNING), per_piece(times, end + BEGINNING, end + BEGINNING + PAUSE)]
        around = [seconds for seconds in around if seconds]
        if during and around:
            changes.append(100 * (during / statistics.mean(around) - 1))
    return changes


class SlowDown:
    """All recorders in turn, `rounds` times over, on one process for each rate."""

    def __init__(self, python, script, environment, out):
        self.python, self.script, self.environment, self.out = python, script, environment, out

    def one(self, tool, rate, pid):
        """A recording in the middle of a pause; (start, end) of what is measured of it, None if it did not last."""
        time.sleep(PAUSE)
        command = tool.attach(pid, rate, RECORDED, self.out(tool))
        recording = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=self.environment)
        time.sleep(BEGINNING)
        start = time.monotonic()
        time.sleep(MEASURED)
        lasted = recording.poll() is None
        end = time.monotonic()
        try:
            recording.wait(timeout=20)
        except subprocess.TimeoutExpired:
            recording.kill()
            recording.wait()
        # What is after it begins when it has ended.
        time.sleep(max(0.0, end + BEGINNING + PAUSE - time.monotonic()))
        return (start, end) if lasted and time.monotonic() < end + 4 * (BEGINNING + PAUSE) else None

    def measure(self, work, tools, rate, rounds):
        """{name: changes in percent} of the recorders, and of none."""
        seconds = rounds * (len(tools) + 1) * (2 * BEGINNING + MEASURED + 3 * PAUSE) + 5
        target = subprocess.Popen([self.python.path, self.script, work, str(seconds)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL, env=self.environment)
        moments = {tool.name: [] for tool in tools}
        moments[None] = []
        target.stdout.readline()
        time.sleep(0.5)
        for _ in range(rounds):
            for tool in tools:
                moments[tool.name].append(self.one(tool, rate, target.pid))
            time.sleep(PAUSE + BEGINNING)
            start = time.monotonic()
            time.sleep(MEASURED)
            moments[None].append((start, time.monotonic()))
            time.sleep(PAUSE + BEGINNING)
        times = array.array("d")
        times.frombytes(target.stdout.read())
        target.stdout.close()
        target.wait()
        return {name: compare(times, [moment for moment in its if moment]) for name, its in moments.items()}


def shown(changes):
    """Mean and twice its standard error."""
    if len(changes) < 2:
        return "?"
    return "%+.1f ± %.1f %%" % (statistics.mean(changes), 2 * statistics.stdev(changes) / len(changes) ** 0.5)


def table_rows(python, tools, rates, work, rounds, environment, out):
    """Rows of the table: the recorders, and none."""
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "record_targets", "pieces.py")
    slow = SlowDown(python, script, environment, out)
    columns = [slow.measure(work, tools, rate, rounds) for rate in rates]
    names = [(tool.name, tool.name) for tool in tools] + [(None, "none")]
    return [[title] + [shown(column[name]) for column in columns] for name, title in names]
