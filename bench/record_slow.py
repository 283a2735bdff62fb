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
RECORDED, BEGINNING, MEASURED, PAUSE = 1, 0.4, 0.55, 0.4


def per_piece(times, start, end):
    """Seconds a piece takes between two moments; None if there are fewer than two."""
    first, last = bisect.bisect(times, start), bisect.bisect(times, end) - 1
    return (times[last] - times[first]) / (last - first) if last > first else None


def compare(times, moments):
    """Percent that pieces took longer while recorded, of each recording (start of the pause before it, start, end, start of the pause after it)."""
    changes = []
    for before, start, end, after in moments:
        during = per_piece(times, start, end)
        around = [seconds for seconds in (per_piece(times, before, before + PAUSE), per_piece(times, after, after + PAUSE)) if seconds]
        if during and around:
            changes.append(100 * (during / statistics.mean(around) - 1))
    return changes


def take_down(recording):
    """Lets a recorder end; one that takes long is told to."""
    try:
        recording.wait(timeout=1.5)
    except subprocess.TimeoutExpired:
        recording.terminate()
        try:
            recording.wait(timeout=2)
        except subprocess.TimeoutExpired:
            recording.kill()
            recording.wait()


class SlowDown:
    """All recorders in turn, `rounds` times over, on one process for each rate."""

    def __init__(self, python, script, environment, out):
        self.python, self.script, self.environment, self.out = python, script, environment, out

    def one(self, tool, rate, pid):
        """A recording in the middle of a pause, or what there is without one; None if it did not last."""
        before = time.monotonic()
        time.sleep(PAUSE)
        recording = None
        if tool:
            command = tool.attach(pid, rate, RECORDED, self.out(tool))
            recording = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=self.environment)
        time.sleep(BEGINNING)
        start = time.monotonic()
        time.sleep(MEASURED)
        lasted = not recording or recording.poll() is None
        end = time.monotonic()
        if recording:
            take_down(recording)
        after = time.monotonic() + 0.05
        time.sleep(PAUSE + 0.05)
        return (before, start, end, after) if lasted else None

    def measure(self, work, tools, rate, rounds):
        """{name: changes in percent} of the recorders, and of none."""
        target = subprocess.Popen([self.python.path, self.script, work], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                  env=self.environment)
        moments = {tool and tool.name: [] for tool in [*tools, None]}
        target.stdout.readline()
        time.sleep(0.5)
        for _ in range(rounds):
            for tool in [*tools, None]:
                moments[tool and tool.name].append(self.one(tool, rate, target.pid))
        target.stdin.close()
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
