#!/usr/bin/env python3
"""Measures recorders of Python stacks side by side and rewrites the tables of a page: record.py BIN PAGE [OPTION]...

All recorders that can record a Python do so in turn within one run (a, b, c, a, b, c …), on programs of our own. What a recorder writes is read back, so
that samples are counted where they count: in the file. How much slower a program gets is measured by record_slow.py. Processor times of a recorder are the kernel's, user and system."""
import argparse
import datetime
import json
import os
import platform
import signal
import subprocess
import tempfile
import time

import record_slow
import record_peers  # puts tests/record into the path, where the next two stand
import _grammar
from _recorder import TARGETS, supported_pythons, target_environment

HERE = os.path.dirname(os.path.abspath(__file__))
OWN = os.path.join(HERE, "record_targets")
BEGIN, END = "<!-- bench:begin -->", "<!-- bench:end -->"
RATES = (100, 1000, 10000)
# Recordings of the slow-down last a second.
ROUNDS_PER_RUN = 8


def environment():
    """As a target's, with the locale that every machine has: profiling.sampling needs one."""
    return dict(target_environment(), LC_ALL="C")


class Run:
    """One recording: what was said, how long, the recorder's processor time and largest resident memory, and the file."""

    def __init__(self, tool, command, out, memory_of=None, interrupt_after=None):
        self.tool, self.out = tool, out
        start = time.monotonic()
        said = tempfile.TemporaryFile()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT, env=environment())
        self.peak = 0
        while memory_of:
            self.peak = max(self.peak, resident(process.pid))
            if time.monotonic() > start + memory_of:
                break
            time.sleep(0.25)
        if interrupt_after:
            time.sleep(interrupt_after)
            self.recorded = time.monotonic() - start
            # Not send_signal: that would take the status of one that has ended.
            os.kill(process.pid, signal.SIGINT)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        self.said = said.read().decode(errors="replace")
        self.status = process.returncode
        self.seconds = time.monotonic() - start
        self.cpu = used.ru_utime + used.ru_stime

    def samples(self):
        if not os.path.exists(self.out):
            lines = self.said.strip().splitlines() or ["nothing"]
            print("no file of %s: it said %s" % (self.tool.name, lines[-1]), flush=True)
            return record_peers.Samples([], 0)
        return self.tool.read(self.out, self.said)


def resident(pid):
    try:
        with open("/proc/%d/status" % pid) as status:
            return next((int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:")), 0)
    except OSError:
        return 0


class Target:
    """A program that is recorded."""

    def __init__(self, python, path, *words):
        self.process = subprocess.Popen(
            [python.path, path, *map(str, words)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            env=environment())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class Bench:
    def __init__(self, options, tools, pythons):
        self.options, self.tools, self.pythons = options, tools, pythons
        self.folder = tempfile.mkdtemp(prefix="profpipe-bench-")
        self.tables = []

    def out(self, tool):
        return os.path.join(self.folder, "x%d%s" % (time.monotonic_ns(), tool.suffix))

    def for_python(self, python):
        return [tool for tool in self.tools if tool.supports(python)]

    def table(self, title, head, rows):
        lines = ["### " + title, "", "| %s |" % " | ".join(head), "|---|" + "---:|" * (len(head) - 1)]
        lines += ["| %s |" % " | ".join(row) for row in rows]
        self.tables.append("\n".join(lines))
        print("\n" + self.tables[-1], flush=True)

    def attach(self, tool, pid, rate, seconds, **how):
        out = self.out(tool)
        return Run(tool, tool.attach(pid, rate, seconds, out), out, **how)

    # --- how much slower the target is ---

    def slow_down(self, python, title, work):
        rounds = self.options.runs * ROUNDS_PER_RUN
        rows = record_slow.table_rows(python, self.for_python(python), RATES, work, rounds, environment(), self.out)
        self.table("Slow-down of %s, Python %s: mean of %d recordings, and twice its standard error" % (title, python.name, rounds),
                   ["recorder", *["%d Hz" % rate for rate in RATES]], rows)

    # --- what it costs the recorder ---

    def cost(self, python):
        """The processor time of a long recording less that of a short one, over the samples it had more."""
        rows = []
        for tool in self.for_python(python):
            row = [tool.name]
            for script, words in ((os.path.join(OWN, "at_depth.py"), (10, 60)), (os.path.join(TARGETS, "threads.py"), (60,))):
                with Target(python, script, *words) as target:
                    time.sleep(1.0)
                    rate = 1000 if script.endswith("at_depth.py") else 50
                    short, long = (self.attach(tool, target.process.pid, rate, seconds) for seconds in (1, 1 + self.options.seconds))
                    more = long.samples().count - short.samples().count
                    row.append("%.1f µs" % (1e6 * (long.cpu - short.cpu) / more) if more > 0 else "no samples")
            rows.append(row)
        self.table("Processor time of the recorder per thread and sample, Python %s" % python.name,
                   ["recorder", "one thread, depth 10, 1 kHz", "202 threads, 200 of them waiting, 50 Hz"], rows)

    def highest_rate(self, python):
        """What a recorder asked for a million samples a second gets: a long recording less a short one, both ended by SIGINT."""
        rows = []
        for tool in self.for_python(python):
            row = [tool.name]
            for depth in (3, 10, 30):
                with Target(python, os.path.join(OWN, "at_depth.py"), depth, 60) as target:
                    time.sleep(0.3)
                    short, long = (self.interrupted(tool, target.process.pid, seconds) for seconds in (1.5, 1.5 + self.options.seconds))
                counts = [tool.whole(run.samples()) for run in (short, long)]
                samples = long.samples()
                rate = (counts[1] - counts[0]) / (long.recorded - short.recorded)
                row.append("{:,.0f}/s, {:.1f} %".format(rate, 100 * tool.lost_share(samples)) if rate > 0 else "no samples")
            rows.append(row)
        self.table("Highest rate of whole samples and share that is lost or not whole, one thread, Python %s" % python.name,
                   ["recorder", "depth 3", "depth 10", "depth 30"], rows)

    def interrupted(self, tool, pid, seconds):
        out = self.out(tool)
        return Run(tool, tool.attach(pid, 1000000, 60, out), out, interrupt_after=seconds)

    def memory(self, python):
        """Every recorder on a target of its own that mostly waits, at the same time."""
        rows = []
        for tool in self.for_python(python):
            with Target(python, os.path.join(TARGETS, "two_families.py"), self.options.memory_seconds + 20) as target:
                time.sleep(0.3)
                run = self.attach(tool, target.process.pid, 1000, self.options.memory_seconds, memory_of=self.options.memory_seconds - 0.5)
                rows.append([tool.name, "%.1f MB" % (run.peak / 1e6), "%.2f s" % run.cpu])
        self.table("Largest resident memory and processor time of %d s at 1 kHz, two families, Python %s" % (self.options.memory_seconds, python.name),
                   ["recorder", "memory", "processor time"], rows)

    # --- whether it is true ---

    def impossible(self, python):
        checks = {"two_families.py": _grammar.two_families(), "deep_families.py": _grammar.deep_families()}
        rows = []
        for tool in self.for_python(python):
            for script, check in checks.items():
                row = [tool.name, script[:-3].replace("_", " ")]
                for rate in (1000, 10000):
                    with Target(python, os.path.join(TARGETS, script), 60) as target:
                        time.sleep(0.3)
                        samples = self.attach(tool, target.process.pid, rate, self.options.seconds).samples()
                    wrong = sum(count for count, _, frames in samples.stacks if check(frames))
                    row.append("%.2f %%" % (100 * wrong / samples.count) if samples.count else "no samples")
                    row.append("%.1f %%" % (100 * tool.lost_share(samples)))
                rows.append(row)
        self.table("Impossible stacks among those emitted, Python %s" % python.name,
                   ["recorder", "program", "1 kHz: impossible", "lost or not whole", "10 kHz: impossible", "lost or not whole"], rows)

    def bias(self, python):
        """Shares of time against what the program measured itself: half the sum of the differences (total variation distance)."""
        rows = []
        for tool in self.for_python(python):
            row = [tool.name]
            for rate in (100, 1000):
                distances = []
                for _ in range(self.options.runs):
                    out = self.out(tool)
                    command = tool.launch(rate, out, [python.path, os.path.join(TARGETS, "shares.py"), str(2 * self.options.seconds)])
                    run = Run(tool, command, out)
                    distances.append(distance(run.said, run.samples()))
                row.append(" ".join("%.1f" % (100 * d) if d is not None else "?" for d in distances) + " %")
            rows.append(row)
        self.table("Distance of the shares of time from the truth (50 : 30 : 20; many short calls, a loop, long calls in C), each run, Python %s" % python.name,
                   ["recorder", "100 Hz", "1 kHz"], rows)


def distance(said, samples):
    line = next((line for line in said.splitlines() if line.startswith('{"calls"')), None)
    if not line:
        return None
    spent = json.loads(line)
    seen = dict.fromkeys(spent, 0)
    for _, weight, frames in samples.stacks:
        for frame in frames:
            if frame.name in seen:
                seen[frame.name] += weight
    total = sum(seen.values())
    return sum(abs(seen[name] / total - spent[name] / sum(spent.values())) for name in spent) / 2 if total else None


def machine():
    with open("/proc/cpuinfo") as info:
        model = next((line.split(":")[1].strip() for line in info if line.startswith("model name")), platform.machine())
    return "%s, %d processors, Linux %s" % (model, os.cpu_count(), platform.release())


def rewrite(page, text):
    with open(page, encoding="utf-8") as file:
        before, _, rest = file.read().partition(BEGIN)
    after = rest.partition(END)[2]
    with open(page + ".part", "w", encoding="utf-8") as file:
        file.write(before + BEGIN + "\n" + text + "\n" + END + after)
    os.replace(page + ".part", page)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bin")
    parser.add_argument("page")
    parser.add_argument("--runs", type=int, default=3, help="repetitions of what is timed (default 3)")
    parser.add_argument("--seconds", type=int, default=3, help="length of a recording (default 3)")
    parser.add_argument("--memory-seconds", type=int, default=60)
    parser.add_argument("--only", default="", help="tables, by words: slow,cost,rate,memory,impossible,bias")
    parser.add_argument("--modes", action="store_true", help="also the recorders' other modes (blocking and not)")
    parser.add_argument("--keep", action="store_true", help="print the tables, leave the page as it is")
    options = parser.parse_args()
    pythons = supported_pythons()
    tools = record_peers.find_tools(options.bin, pythons, options.modes)
    # 3.15, which profiling.sampling can record, and the newest one that Austin 4.0 can.
    wanted = [[p for p in pythons if p.minor == (3, 15)][-1:], [p for p in pythons if p.minor <= (3, 14)][-1:]]
    bench = Bench(options, tools, pythons)
    words = options.only.split(",") if options.only else ["impossible", "bias", "slow", "cost", "rate", "memory"]
    for python in [p for group in wanted for p in group]:
        steps = {"impossible": bench.impossible, "bias": bench.bias, "cost": bench.cost, "rate": bench.highest_rate, "memory": bench.memory}
        for word in words:
            if word == "slow":
                bench.slow_down(python, "fib", "fib")
                bench.slow_down(python, "chains of calls", "calls")
            else:
                steps[word](python)
    if not options.keep:
        head = "Measured on %s: %s." % (datetime.date.today().isoformat(), machine())
        rewrite(options.page, head + "\n\n" + "\n\n".join(bench.tables))


if __name__ == "__main__":
    main()
