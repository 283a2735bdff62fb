#!/usr/bin/env python3
"""Programs whose true stacks are known, profiled as cProfile would: the estimated stacks' bounds hold the true times, and exact ones are exact.

usage: estimate_bounds.py BIN_DIR [CASES].  A case is a random tree of calls (seeded) over a few functions, with and without recursion, on a clock of whole
microseconds. It is accounted for as CPython's _lsprof does, written with marshal, and read back as stacks with bounds. Where functions recur, the true
stacks are compared as the estimate draws them: what lies between a function's first and last occurrence is taken out."""
import marshal, os, random, re, subprocess, sys, tempfile
from collections import defaultdict

BIN = os.path.abspath(sys.argv[1])
CASES = int(sys.argv[2]) if len(sys.argv) > 2 else 300


class Entry:
    """A function, or a function under one caller, as _lsprof counts it."""

    def __init__(self):
        self.calls = self.recursive = self.inline = self.total = self.level = 0
        self.callers = {}

    def leave(self, elapsed, own):
        self.level -= 1
        if self.level == 0:
            self.total += elapsed
        else:
            self.recursive += 1
        self.inline += own
        self.calls += 1

    def numbers(self):
        return self.calls - self.recursive, self.calls, self.inline / 1e6, self.total / 1e6


def profile(run):
    """run(call, work): the program. Returns ({stack: own microseconds}, the dictionary of pstats)."""
    stacks, entries, path, clock = defaultdict(int), {}, [], [0]

    def work(us):
        clock[0] += us
        stacks[tuple(f for f, *_ in path)] += us

    def call(name, body):
        entry = entries.setdefault(name, Entry())
        sub = entry.callers.setdefault(path[-1][0], Entry()) if path else None
        frame = [name, clock[0], 0]
        path.append(frame)
        for e in (entry, sub):
            if e:
                e.level += 1
        body()
        path.pop()
        elapsed = clock[0] - frame[1]
        if path:
            path[-1][2] += elapsed
        for e in (entry, sub):
            if e:
                e.leave(elapsed, elapsed - frame[2])

    run(call, work)
    key = lambda name: ("m.py", 1 + int(name[1:]), name)
    stats = {}
    for name, entry in entries.items():
        callers = {}
        for caller, sub in entry.callers.items():
            cc, nc, tt, ct = sub.numbers()
            callers[key(caller)] = nc, cc, tt, ct
        stats[key(name)] = entry.numbers() + (callers,)
    return stacks, stats


def program(rng):
    """A random tree of calls: who may call whom is drawn first, so that functions are shared and, in two thirds of the cases, recur."""
    count = rng.randrange(2, 9)
    loops = rng.choice(["none", "self", "any"])
    may = {i: [j for j in range(count) if (j > i or loops == "any" and j or loops == "self" and j == i) and rng.random() < .6] for i in range(count)}
    left = [rng.randrange(10, 300)]

    def run(call, work):
        def body(i, depth):
            def inside():
                work(rng.randrange(1, 1000))
                for _ in range(rng.randrange(0, 4) if depth < 12 else 0):
                    if may[i] and left[0] > 0:
                        left[0] -= 1
                        j = rng.choice(may[i])
                        call("f%d" % j, body(j, depth + 1))
                        work(rng.choice([0, rng.randrange(1, 200)]))
            return inside
        for _ in range(rng.randrange(1, 3)):
            call("f0", body(0, 0))
    return run


def erased(stack):
    """The stack without its loops."""
    path = []
    for name in stack:
        if name in path:
            del path[path.index(name) + 1:]
        else:
            path.append(name)
    return tuple(path)


def totals_of(stacks, form):
    totals = defaultdict(int)
    for stack, us in stacks.items():
        stack = form(stack)
        for depth in range(1, len(stack) + 1):
            totals[stack[:depth]] += us
    return totals


def estimate(path):
    """{stack: (lower, upper) or None where it claims to be exact}, {stack: own ns}."""
    raw = subprocess.run([BIN + "/profconv", "-q", "--to", "raw", path], stdout=subprocess.PIPE, check=True).stdout
    text = subprocess.run([BIN + "/raw2text", "-q"], input=raw, stdout=subprocess.PIPE, check=True).stdout.decode()
    bounds, own = {}, {}
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        _, _, flags, ns, stack = line.split("\t")
        stack = tuple(re.sub(r" \(.*", "", f) for f in stack.split(";"))
        found = re.match(r"estimated\S* (\d+)\.\.(\d+)", flags)
        bounds[stack] = (int(found.group(1)), int(found.group(2))) if found else None
        own[stack] = int(ns)
    return bounds, own


def check(stacks, stats, path):
    """What is wrong, as text; None if nothing."""
    with open(path, "wb") as f:
        marshal.dump(stats, f)
    bounds, own = estimate(path)
    if sum(own.values()) != 1000 * sum(stacks.values()):
        return "the sum is %d ns, not %d us" % (sum(own.values()), sum(stacks.values()))
    true, drawn = totals_of(stacks, erased), totals_of(own, tuple)
    for stack, b in bounds.items():
        if any(name.startswith("<") for name in stack):
            return "a frame that the program has not: %s" % (stack,)
        truth = 1000 * true.get(stack, 0)
        low, high = b if b else (drawn[stack], drawn[stack])
        room = 2 * len(bounds)  # ns, for rounding
        if not low - room <= truth <= high + room:
            return "%s: true total %d ns is outside %d..%d (%s)" % (";".join(stack), truth, low, high, "estimated" if b else "exact")
    missing = [s for s in true if s not in drawn and true[s] > 0.001 * sum(stacks.values())]
    return "not drawn: %s" % ";".join(missing[0]) if missing else None


def main():
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(CASES):
            stacks, stats = profile(program(random.Random(seed)))
            wrong = check(stacks, stats, os.path.join(folder, "case.prof"))
            if wrong:
                bad += 1
                if bad <= 10:
                    print("case %d (%d functions, %d stacks): %s" % (seed, len(stats), len(stacks), wrong))
    print("%d programs, %d wrong" % (CASES, bad))
    return 1 if bad or not CASES else 0


sys.exit(main())
