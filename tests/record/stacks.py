"""The promise of profrec: every stack it emits is one the program had, nothing is dropped silently, and the file says how good it is.

Runs every target program under every Python found and checks each recorded stack against what the program can have.
PROFPIPE_RECORD_FULL=1 records ten times as long and tries every program everywhere; PROFPIPE_RECORD_ONLY names programs.
"""
import json
import math
import os
import re

import _grammar
from _recorder import begin, expect, expect_chance, supported_pythons

FULL = bool(os.environ.get("PROFPIPE_RECORD_FULL"))
# What the budget for stops is enough for depends on the machine and on sanitizers, so that the bound on salvaged samples is tight where all may be stopped, by budget or
# with `always`. In `never` mode and at high rates it is loose: the point is that they are flagged and still true.
BUDGET = ["--stop-budget", "100"]


def judge(recording, check, salvaged, least):
    """What holds for every recording; `salvaged` is the largest share of samples of which only the outer frames are known."""
    samples = [sample for sample in recording.samples if sample.time is not None]
    expect_chance(len(samples) >= least, "only %d samples, at least %d expected; statistics %s", len(samples), least, recording.stats)
    unproved = 0
    objects = re.match(r"3\.(8|9|10)\.", recording.meta["python"])
    certain = {"verified", "stopped"} if objects else {"verified", "stopped", "salvaged"}
    for sample in samples:
        why = check(sample.frames)
        # What profrec does not vouch for (docs/recorder.md, "What it cannot know") is counted, all else must be right.
        vouched = sample.flags & certain
        unproved += why is not None and not vouched
        expect(why is None or not vouched, "impossible stack: %s (flags %s): %s", why, sorted(sample.flags), sample.frames[-12:])
    expect_chance(unproved <= 0.005 * len(samples) + 1, "%d of %d stacks impossible, none of them marked verified", unproved, len(samples))
    stats = recording.stats
    for flag in ("salvaged", "stopped"):
        expect(stats[flag] == recording.flagged(flag), "%s %s in the trailer, %s in the samples", flag, stats[flag], recording.flagged(flag))
    expect_chance(stats["salvaged"] <= salvaged * len(samples), "%d of %d samples salvaged", stats["salvaged"], len(samples))
    expect_chance(stats["dropped"] <= 0.01 * len(samples), "%d samples dropped, %d kept", stats["dropped"], len(samples))
    times = [sample.time for sample in samples]
    expect(times == sorted(times), "samples are not in time order")
    expect(all(sample.values["wall"] >= 0 and sample.values["cpu"] >= 0 for sample in samples), "a negative weight")
    return "%d samples, %d stopped, %d salvaged, %d dropped" % (len(samples), stats["stopped"], stats["salvaged"], stats["dropped"])


def has(recording, name):
    return sum(any(frame.name == name or frame.name.endswith("." + name) for frame in sample.frames) for sample in recording.samples)


def finished(result, status=0):
    expect(result.status == status, "exit status %d, %d expected: %s", result.status, status, result.stderr.strip())
    return result.recording


def simple(target, grammar, salvaged, rate=1000, seconds=0.5, options=(), names=()):
    """A check that launches the target, judges all its stacks, and wants every one of `names` seen."""

    def run(recorder, python):
        length = seconds * (10 if FULL else 1)
        recording = finished(recorder.launch(python, target, [str(length)], ["--rate", rate, *options]))
        said = judge(recording, grammar(), salvaged, rate * length * 0.01)
        for name in names:
            expect_chance(has(recording, name), "%s was never seen", name)
        return said

    return run


def periods(recorder, python):
    """Without stops, so that only the reader's own care counts; at several depths, as each has its period."""
    said = []
    for depth in (2, 3, 4, 6, 12):
        seconds = 10 if FULL else 0.4
        # Depth and time: the program ends itself, which takes the interpreter down at once.
        recording = finished(recorder.launch(python, "periods.py", [str(seconds), str(depth)], ["--rate", 10000, "--stop", "never"]))
        said.append(judge(recording, _grammar.periods(depth), 1.0, 20))
    return said[0] + " at depth 2, " + said[-1] + " at depth 12"


def shares(recorder, python):
    """The shares of wall time are the ones the program measured itself, within what chance allows."""
    seconds, rate = (10 if FULL else 1.2), 1000
    result = recorder.launch(python, "shares.py", [str(seconds)], ["--rate", rate])
    recording = finished(result)
    said = judge(recording, _grammar.shares(), 0.6, rate * seconds * 0.1)
    spent = json.loads(result.stdout)
    seen, counts = dict.fromkeys(spent, 0), dict.fromkeys(spent, 0)
    for sample in recording.samples:
        for frame in sample.frames:
            if frame.name in spent:
                seen[frame.name] += sample.values["wall"]
                counts[frame.name] += 1
    for what in (seen, counts):
        total = sum(what.values())
        for name, truth in spent.items():
            truth /= sum(spent.values())
            # Exponential intervals double the variance of a share; five standard deviations and a percent for starts and ends.
            bound = 5 * math.sqrt(2 * truth * (1 - truth) / sum(counts.values())) + 0.01
            found = what[name] / total
            expect(abs(found - truth) <= bound, "%s has %.1f %%, in truth %.1f %% (%.1f allowed)", name, found * 100, truth * 100, bound * 100)
        said += "; " + ", ".join("%s %.1f" % (name, 100 * what[name] / total) for name in spent)
    return said


def deep(recorder, python):
    recording = finished(recorder.launch(python, "deep.py", ["0.8"], ["--rate", 100, *BUDGET]))
    said = judge(recording, _grammar.deep(), 0.5, 10)
    deepest = max(len(sample.frames) for sample in recording.samples)
    expect_chance(deepest >= 3003, "the deepest stack has %d frames, 3,003 expected", deepest)
    whole = sum(len(sample.frames) >= 3003 for sample in recording.samples)
    expect_chance(whole >= 5, "only %d stacks reach the bottom", whole)
    return said + ", %d to the bottom" % whole


def threads(recorder, python):
    recording = finished(recorder.launch(python, "threads.py", ["0.6"], ["--rate", 20]))
    said = judge(recording, _grammar.threads(), 0.1, 200)
    seen = {}
    for sample in recording.samples:
        naps = [frame.name for frame in sample.frames if frame.name.startswith("nap_")]
        if naps:
            seen.setdefault(naps[0], set()).add(sample.tid)
    expect_chance(len(seen) == 200, "%d of 200 threads seen", len(seen))
    expect(all(len(tids) == 1 for tids in seen.values()), "a function is shown in several threads")
    expect(len({tid for tids in seen.values() for tid in tids}) == 200, "a thread shows several functions")
    named = {sample.thread for sample in recording.samples}
    missing = [n for n in range(200) if "worker-%d" % n not in named]
    expect_chance(not missing, "threads without their names: %d, as worker-%s", len(missing), missing[:1])
    return said


def sleeps(recorder, python):
    recording = finished(recorder.launch(python, "sleeps.py", ["0.8"], ["--rate", 200]))
    said = judge(recording, lambda frames: None, 0.2, 200)
    for name in ("in_sleep", "in_lock", "in_select", "in_read", "in_join"):
        mine = [s for s in recording.samples if any(frame.name == name for frame in s.frames)]
        expect_chance(mine, "%s was never seen", name)
        cpu, wall = sum(s.values["cpu"] for s in mine), sum(s.values["wall"] for s in mine)
        expect(cpu < 0.1 * wall, "%s waits, but has %.0f %% of its time on the processor", name, 100 * cpu / wall)
        idle = sum("idle" in s.flags for s in mine)
        expect_chance(idle >= 0.9 * len(mine), "%s waits, but only %d of %d samples are idle", name, idle, len(mine))
        expect(not any("gil" in s.flags for s in mine if "idle" in s.flags), "%s waits and holds the GIL", name)
    busy = [s for s in recording.samples if any(frame.name == "busy" for frame in s.frames)]
    gil = sum("gil" in s.flags for s in busy)
    expect_chance(gil >= 0.5 * len(busy) or python.free_threaded, "busy holds the GIL in only %d of %d samples", gil, len(busy))
    return said


def fresh_code(recorder, python):
    recording = finished(recorder.launch(python, "fresh_code.py", ["1.0"], ["--rate", 2000, *BUDGET]))
    said = judge(recording, _grammar.fresh_code(), 0.7, 300)
    numbers = [int(f.name[2:]) for s in recording.samples for f in s.frames if f.name.startswith("f_")]
    expect_chance(len(set(numbers)) > 50, "only %d different functions seen", len(set(numbers)))
    for before, after in zip(numbers, numbers[1:]):
        expect(after >= before, "f_%d is shown after f_%d: a name of a code object that was freed", after, before)
    return said + ", %d functions" % len(set(numbers))


def long_function(recorder, python):
    recording = finished(recorder.launch(python, "long_function.py", ["0.8"], ["--rate", 500]))
    said = judge(recording, _grammar.long_function(), 0.2, 100)
    marks = {frame.name for sample in recording.samples for frame in sample.frames if frame.name.startswith("mark_")}
    expect_chance(len(marks) >= 8, "only %d of 10 functions seen", len(marks))
    return said


def garbage(recorder, python):
    recording = finished(recorder.launch(python, "garbage.py", ["0.6"], ["--rate", 500]))
    said = judge(recording, _grammar.garbage(), 0.2, 60)
    in_collect = [s for s in recording.samples if s.frames and s.frames[-1].name == "collect"]
    in_gc = sum("gc" in s.flags for s in in_collect)
    expect_chance(in_gc >= 0.8 * len(in_collect) > 0, "%d of %d samples in gc.collect() are flagged gc", in_gc, len(in_collect))
    return said + ", %d in gc" % recording.flagged("gc")


def unicode_names(recorder, python):
    recording = finished(recorder.launch(python, "unicode_names.py", ["0.5"], ["--rate", 200]))
    said = judge(recording, lambda frames: None, 0.2, 50)
    for name in ("plain", "größe", "функция", "\U00020bb7野家"):
        found = [s for s in recording.samples for frame in s.frames if frame.name == name and frame.file == "file_%s.py" % name]
        expect_chance(found, "%s of its file was never seen", name)
        expect_chance(any(s.thread == "thread · " + name for s in found), "the thread of %s has the name %r", name, found[0].thread)
    return said


def renamed(recorder, python):
    """A thread that gets another name is one thread, and has that name in all its samples, in those before it too."""
    recording = finished(recorder.launch(python, "renamed.py", ["1.2"], ["--rate", 100]))
    said = judge(recording, lambda frames: None, 0.2, 100)
    names = {}
    for sample in recording.samples:
        names.setdefault(sample.tid, set()).add(sample.thread)
    several = {tid: found for tid, found in names.items() if len(found) > 1}
    expect(not several, "threads in several rows: %s", several)
    expect_chance(has(recording, "nap_before"), "no sample is from before the names")
    wanted = {"late-%d" % number for number in range(5)} | {"the main one"}
    expect_chance(wanted == {name for found in names.values() for name in found}, "the threads are named %s", names)
    return said


def interpreters(kind):
    """Several interpreters at once, and others that come and go: each is seen, under a name of its own, and no code of one in another."""

    def run(recorder, python):
        recording = finished(recorder.launch(python, "interpreters.py", ["0.8", kind], ["--rate", 500, *BUDGET]))
        said = judge(recording, _grammar.interpreters(), 0.5, 200)
        rows, gil = {}, set()
        for sample in recording.samples:
            for frame in sample.frames:
                if frame.name.startswith("outer_"):
                    rows.setdefault(sample.thread, set()).add(frame.name)
                    gil |= {frame.name} if "gil" in sample.flags else set()
        seen = set().union(*rows.values())
        for name in ("outer_0", "outer_1", "outer_2"):
            expect_chance(name in seen, "%s of its interpreter was never seen", name)
        expect_chance(gil or python.free_threaded, "no other interpreter ever holds a GIL")
        for name in ("waiting_in_main", "churning"):
            expect_chance(has(recording, name), "%s of the main interpreter was never seen", name)
        expect_chance(any(len(name) > len("outer_0") for name in seen), "no interpreter of a moment was seen")
        # One may take another's place between two looks at a busy machine.
        mixed = {row: names for row, names in rows.items() if len(names) > 1 or not row.startswith("interpreter ")}
        expect_chance(not mixed, "interpreters under one name, or under none: %s", mixed)
        return said + ", %d interpreters" % len(rows)

    return run


PROGRAMS = {
    "two families": simple("two_families.py", _grammar.two_families, 0.15, options=BUDGET, names=["a2", "b2"]),
    "two families, 100 Hz": simple("two_families.py", _grammar.two_families, 0.75, rate=100, seconds=1),
    "two families, 10 kHz": simple("two_families.py", _grammar.two_families, 0.99, rate=10000),
    "two families, never stopped": simple("two_families.py", _grammar.two_families, 1.0, options=["--stop", "never"]),
    "two families, always stopped": simple("two_families.py", _grammar.two_families, 0.03, options=["--stop", "always"]),
    "periods, never stopped": periods,
    "resumed generators, never stopped": simple("resumed.py", _grammar.resumed, 1.0, rate=10000, options=["--stop", "never"]),
    "resumed generators": simple("resumed.py", _grammar.resumed, 0.5, rate=2000, options=BUDGET, names=["first", "inner"]),
    "deep families": simple("deep_families.py", _grammar.deep_families, 0.15, options=BUDGET),
    "shares": shares,
    "deep": deep,
    "threads": threads,
    "sleeps": sleeps,
    "generators": simple("generators.py", _grammar.generators, 0.15, options=BUDGET, names=["other_generator", "outer_coroutine"]),
    "fresh code": fresh_code,
    "long function": long_function,
    "garbage": garbage,
    "unicode names": unicode_names,
    "renamed threads": renamed,
    "interpreters with a GIL each": interpreters("isolated"),
    "interpreters that share a GIL": interpreters("legacy"),
}
# Without PROFPIPE_RECORD_FULL most run on these minors only: an old, a middle and the newest mechanism; and all on the newest that is here. Sanitizers look
# for other faults than wrong stacks: with them it is the newest alone.
EVERYWHERE = {"two families", "deep families", "unicode names", "fresh code"}
SOME_MINORS = {(3, 9), (3, 12), (3, 15)}


def main():
    recorder, report = begin()
    pythons = supported_pythons()
    newest = pythons[-1].minor if pythons else None
    minors = {newest} if recorder.sanitized else SOME_MINORS | {newest}
    only = os.environ.get("PROFPIPE_RECORD_ONLY", "").split(",") if os.environ.get("PROFPIPE_RECORD_ONLY") else PROGRAMS
    for python in pythons:
        for name in only:
            if FULL or name in EVERYWHERE or python.minor in minors:
                report.check("%s, Python %s" % (name, python.name), PROGRAMS[name], recorder, python)
    report.end()


if __name__ == "__main__":
    main()
