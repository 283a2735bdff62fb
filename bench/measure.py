#!/usr/bin/env python3
"""Measures programs side by side and rewrites the table of a page: measure.py BIN DATA PAGE [--only WORDS] [--runs N] [--no-slow]

Each row runs its commands in turn (ours, theirs, ours, theirs …) and takes medians of the processor time (user and system, of the process itself), of the time on the clock
and of the largest resident memory. Ratios are of processor time, but for profdiff, whose two files are read by two threads: there they are of the time on the clock, with those
of processor time beside them. Nothing is warmed up but by the first, uncounted run of ours, which brings the file into the page cache."""
import argparse
import datetime
import os
import platform
import shutil
import statistics
import subprocess
import sys

BEGIN, END = "<!-- bench:begin -->", "<!-- bench:end -->"
MB = 1e6


class Run:
    """Medians of one command's runs."""

    timed = "timed"

    def __init__(self, command, feed=None):
        self.command, self.feed, self.seen = command, feed, []

    def once(self):
        feeder = subprocess.Popen(self.feed, stdout=subprocess.PIPE) if self.feed else None
        # The shell only moves the descriptors: what timed says goes to our pipe, what the command says nowhere.
        done = subprocess.run(["sh", "-c", 'exec "$@" 3>&1 >/dev/null 2>&1', "sh", Run.timed, *self.command], check=True,
                              stdin=feeder.stdout if feeder else subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        if feeder:
            feeder.stdout.close()
            feeder.wait()
        cpu, wall, memory, status = done.stdout.split()
        if status != "0":
            raise RuntimeError("exit %s: %s" % (status, " ".join(self.command)))
        self.seen.append((float(cpu), int(memory), float(wall)))

    def cpu(self):
        return statistics.median(s[0] for s in self.seen)

    def memory(self):
        return statistics.median(s[1] for s in self.seen)

    def wall(self):
        return statistics.median(s[2] for s in self.seen)


class Bench:
    def __init__(self, bin_folder, data, options):
        self.bin, self.data, self.options = bin_folder, data, options
        self.rows = []

    def tool(self, name, *args):
        return [os.path.join(self.bin, name), *args]

    def file(self, name):
        return os.path.join(self.data, name)

    def wanted(self, title):
        return not self.options.only or self.options.only in title

    def measure(self, *runs, times=None):
        times = times or self.options.runs
        if runs[0].feed is None:
            runs[0].once()
            runs[0].seen.clear()
        for _ in range(times):
            for run in runs:
                run.once()

    def row(self, title, measured, compared, target, ok):
        verdict = "" if ok is None else "yes" if ok else "**no**"
        self.rows.append("| %s | %s | %s | %s | %s |" % (title, measured, compared, target, verdict))
        print(self.rows[-1], flush=True)

    def show(self, run):
        cpu, wall = (("%.1f ms" % (t * 1000) if t < 0.1 else "%.2f s" % t) for t in (run.cpu(), run.wall()))
        return "%s CPU, %s wall, %.0f MB" % (cpu, wall, run.memory() / MB)

    # --- rows ---

    def pstats(self):
        for name, title, factor in (("large.prof", "200,000 functions, 650,000 edges", 40), ("small.prof", "28 KB", 15)):
            title = "`pstat-print --top 10`, .prof of " + title
            if not self.wanted(title):
                continue
            path = self.file(name)
            script = "import pstats, sys; pstats.Stats(sys.argv[1]).sort_stats('cumulative').print_stats(10)"
            ours = Run(self.tool("pstat-print", "--sort", "cumulative", "--top", "10", path))
            theirs = Run([sys.executable, "-c", script, path])
            self.measure(ours, theirs, times=self.options.runs * (4 if name == "small.prof" else 1))
            ratio, memory = theirs.cpu() / ours.cpu(), theirs.memory() / ours.memory()
            target = "%d times less CPU" % factor + (", a third of the memory" if factor == 40 else "")
            self.row(title, self.show(ours), "Python's pstats: %s; %.0f times, memory %.1f times" % (self.show(theirs), ratio, memory),
                     target, ratio >= factor and (factor != 40 or memory >= 3))

    def formats(self):
        path = self.file("large.prof")
        script = "import pstats, sys; pstats.Stats(sys.argv[1]).sort_stats('cumulative').print_stats(10)"
        for form in ("text", "tsv", "csv", "json", "markdown"):
            title = "`pstat-print --format %s --top 10`, 200,000 functions" % form
            if self.wanted(title):
                ours, theirs = Run(self.tool("pstat-print", "--format", form, "--top", "10", path)), Run([sys.executable, "-c", script, path])
                self.measure(ours, theirs, times=3)
                ratio = theirs.cpu() / ours.cpu()
                self.row(title, self.show(ours), "Python's pstats as text: %s; %.0f times" % (self.show(theirs), ratio), "40 times less CPU", ratio >= 40)
        title = "`pstat-print --sort cumulative,calls,name` against `--sort none`, 200,000 functions"
        if self.wanted(title):
            # A few rows of an order would only be picked out; the reversed order needs all of them sorted.
            load = Run(self.tool("pstat-print", "--reverse", "--sort", "none", "--top", "1", path))
            sort = Run(self.tool("pstat-print", "--reverse", "--sort", "cumulative,calls,name", "--top", "1", path))
            self.measure(load, sort)
            extra = max(0.0, sort.cpu() - load.cpu())
            self.row(title, "load %s; sorting %.1f ms more" % (self.show(load), extra * 1000), "", "sorting costs less than loading", extra < load.cpu())

    def folded(self):
        for name, title in (("100k_sorted", "100,000 stacks, sorted"), ("100k_shuffled", "100,000 stacks, shuffled"),
                            ("3m_sorted", "3,000,000 stacks, sorted"), ("3m_shuffled", "3,000,000 stacks, shuffled")):
            title = "folded: read, merge and write, 300 MB, " + title
            slow = name.startswith("3m")
            if not self.wanted(title) or (slow and self.options.no_slow):
                continue
            path = self.file(name + ".folded")
            ours, count = Run(self.tool("profconv", "--from", "folded", "--to", "folded", path)), Run(["wc", "-l", path])
            self.measure(ours, count, times=3 if slow else None)
            speed = os.path.getsize(path) / MB / ours.cpu()
            ratio = ours.cpu() / count.cpu()
            target = "300 MB/s, under 6 times `wc -l`" if name == "100k_sorted" else ""
            self.row(title, "%s; %.0f MB/s" % (self.show(ours), speed), "`wc -l`: %s; %.1f times" % (self.show(count), ratio), target,
                     speed >= 300 and ratio < 6 if target else None)

    def pipe(self):
        title = "folded: 3 GB through a pipe, 100,000 stacks"
        if self.wanted(title) and not self.options.no_slow:
            feed = [self.file("make_folded"), "100000", "3000000000", "stream", "long", "1"]
            ours = Run(self.tool("profconv", "--from", "folded", "--to", "folded"), feed)
            self.measure(ours, times=1)
            self.row(title, "%s; %.0f MB/s" % (self.show(ours), 3000 / ours.cpu()), "", "under 64 MB", ours.memory() < 64 * 1024 * 1024)

    def merge(self):
        title = "`profmerge` of 10,000 .prof files, 170 MB"
        names = self.file("many.list")
        if self.wanted(title):
            script = "import pstats, sys; names = open(sys.argv[1]).read().split(); pstats.Stats(names[0]).add(*names[1:])"
            # Python takes minutes for all: it gets a tenth of them, and its time counts tenfold.
            with open(names) as all_names, open(names + ".tenth", "w") as tenth:
                tenth.writelines(list(all_names)[::10])
            ours, theirs = Run(self.tool("profmerge", "--files-from", names)), Run([sys.executable, "-c", script, names + ".tenth"])
            self.measure(ours, theirs, times=3)
            ratio = 10 * theirs.cpu() / ours.cpu()
            self.row(title, self.show(ours), "Python's pstats, a tenth of them: %s; %.0f times" % (self.show(theirs), ratio), "", None)

    def flame(self):
        for name, title in (("100k_sorted", "300 MB, 100,000 stacks, sorted"), ("graph", "2,500 stacks, about 20,000 frames")):
            path = self.file(name + ".folded")
            large = name != "graph"
            ours = Run(self.tool("folded2svg", path))
            for peer, command, factor, slow in (("inferno-flamegraph", [os.environ.get("INFERNO", ""), path], 8, False),
                                                ("flamegraph.pl", ["perl", os.environ.get("FLAMEGRAPH_PL", ""), path], 30, True)):
                full = "`folded2svg` against %s, %s" % (peer, title)
                missing = not command[-2] or (peer == "flamegraph.pl" and not shutil.which("perl"))
                if not self.wanted(full) or (slow and self.options.no_slow):
                    continue
                if missing:
                    self.row(full, "", "%s is not on this machine" % peer, "%d times faster" % factor if large else "", None)
                    continue
                theirs = Run(command)
                ours.seen.clear()
                self.measure(ours, theirs, times=1 if slow and large else 3)
                ratio = theirs.cpu() / ours.cpu()
                self.row(full, self.show(ours), "%s; %.1f times" % (self.show(theirs), ratio), "%d times faster" % factor if large else "",
                         ratio >= factor if large else None)

    def diff(self):
        title = "`profdiff` of two .prof of 200,000 functions, 650,000 edges"
        if self.wanted(title):
            before, after = self.file("large.prof"), self.file("large_after.prof")
            ours, read = Run(self.tool("profdiff", before, after)), Run(self.tool("pstat-print", "--sort", "none", "--top", "1", before))
            self.measure(ours, read)
            ratio, cpu = ours.wall() / read.wall(), ours.cpu() / read.cpu()
            self.row(title, self.show(ours), "reading one: %s; %.1f times the wall time, %.1f times the CPU" % (self.show(read), ratio, cpu),
                     "under 3 times, wall", ratio < 3)
        before, after = self.file("100k_sorted.folded"), self.file("100k_after.folded")
        peer = os.path.join(os.path.dirname(os.environ.get("INFERNO", "")), "inferno-diff-folded")
        for to in ([], ["--to", "folded"]):
            title = "`profdiff%s` of two folded files of 300 MB, 100,000 stacks" % "".join(" " + word for word in to)
            if not self.wanted(title):
                continue
            if not os.access(peer, os.X_OK):
                self.row(title, "", "inferno-diff-folded is not on this machine", "8 times faster", None)
                continue
            ours, theirs = Run(self.tool("profdiff", *to, before, after)), Run([peer, before, after])
            self.measure(ours, theirs, times=3)
            ratio, cpu = theirs.wall() / ours.wall(), theirs.cpu() / ours.cpu()
            self.row(title, self.show(ours), "inferno-diff-folded: %s; %.1f times the wall time, %.1f times the CPU" % (self.show(theirs), ratio, cpu),
                     "8 times faster, wall", ratio >= 8)


def machine():
    model = platform.processor() or platform.machine()
    try:
        with open("/proc/cpuinfo") as info:
            model = next(line.split(":", 1)[1].strip() for line in info if line.startswith("model name"))
        with open("/proc/meminfo") as info:
            memory = int(info.readline().split()[1]) / 1e6
        return "%s, %d processors, %.0f GB, Linux %s" % (model, os.cpu_count(), memory, platform.release().split("-")[0])
    except (OSError, StopIteration):
        return model


def rewrite(page, rows):
    with open(page) as old:
        text = old.read()
    head, rest = text.split(BEGIN, 1)
    tail = rest.split(END, 1)[1]
    stamp = "Measured on %s: %s. Python %s." % (datetime.date.today().isoformat(), machine(), platform.python_version())
    table = "\n".join([stamp, "", "| what | ours | compared with | target | reached |", "|---|---|---|---|---|", *rows])
    with open(page + ".part", "w") as new:
        new.write("%s%s\n%s\n%s%s" % (head, BEGIN, table, END, tail))
    os.replace(page + ".part", page)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("bin")
    parser.add_argument("data")
    parser.add_argument("page")
    parser.add_argument("--runs", type=int, default=5, help="counted runs of each command (default 5; slow ones less)")
    parser.add_argument("--only", help="only rows whose title has these words; the page is left as it is")
    parser.add_argument("--no-slow", action="store_true", help="without what takes minutes; the page is left as it is")
    options = parser.parse_args()
    Run.timed = os.path.join(options.data, "timed")
    bench = Bench(options.bin, options.data, options)
    for part in (bench.pstats, bench.formats, bench.folded, bench.pipe, bench.merge, bench.flame, bench.diff):
        part()
    if not options.only and not options.no_slow:
        rewrite(options.page, bench.rows)


if __name__ == "__main__":
    main()
