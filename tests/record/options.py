"""Every option of profrec against a program whose answer is known."""
import collections
import json
import os
import subprocess
import time
from xml.dom import minidom

from _recorder import Target, begin, expect, expect_chance, supported_pythons, thread_states, wait_until


def ok(done):
    expect(done.returncode == 0, "exit status %d: %s", done.returncode, done.stderr)
    return done


def run(recorder, *words, timeout=30, text=True):
    return ok(subprocess.run(recorder.profrec(*words), capture_output=True, text=text, timeout=timeout))


def names(recording):
    return {frame.name for sample in recording.samples for frame in sample.frames}


def dump_text(recorder, python):
    """--dump: every thread's stack once."""
    with Target(python, "threads.py", 30, wait_ready=True) as target:
        out = run(recorder, "--dump", "--pid", target.pid).stdout
        missing = [n for n in range(200) if "nap_%d " % n not in out and "nap_%d\n" % n not in out]
        expect(not missing, "%d threads are not shown, as nap_%s", len(missing), missing[:1])
        expect("worker-7" in out and "MainThread" in out, "threads without names")
        expect("naps.py" in out and "%d.%d" % python.minor in out, "no file or no version: %s", out[:300])
    return "%d lines" % out.count("\n")


def dump_json(recorder, python):
    with Target(python, "unicode_names.py", 30) as target:

        def dumped():
            return json.loads(run(recorder, "--dump", "--json", "--pid", target.pid).stdout)

        # Five threads, once they all have begun; they compute, so that one may be read in part.
        wait_until(lambda: len(thread_states(target.pid)) == 5, 10)
        wait_until(lambda: sum(t["thread_name"] is not None and len(t["frames"]) > 0 for t in dumped()) == 5, 10)
        found = dumped()
        text = json.dumps(found, ensure_ascii=False)
        expect({t["pid"] for t in found} == {target.pid} and {t["os_thread_id"] for t in found} == set(thread_states(target.pid)), "threads: %s", found)
        for name in ("größe", "функция", "\U00020bb7野家", "file_plain.py", "thread · plain"):
            expect(name in text, "%s is not shown: %s", name, text[:300])
    return "%d bytes" % len(text)


def check(recorder, python):
    with Target(python, "sleeper.py", 30, wait_ready=True) as target:
        out = run(recorder, "--check", "--pid", target.pid)
        said = out.stdout + out.stderr
        expect("%d.%d.%d" % python.version in said, "the version is not said: %s", said)
    return said.splitlines()[0]


def idle_interpreters(recorder, python):
    """Interpreters in which nothing runs stand before the main one: it is found all the same, and at once."""
    with Target(python, "idle_interpreter.py", 30, wait_ready=True) as target:
        out = run(recorder, "--check", "--pid", target.pid).stdout
        expect_chance("interpreters: 4" in out, "said: %s", out)
        recording = recorder.attach(target.pid, 0.2).recording
        expect_chance("sleeping" in names(recording), "the main interpreter was never seen")
    return ""


def views(recorder, python):
    """--gil, --on-cpu and --threads only choose what is kept."""
    with Target(python, "threads.py", 30, wait_ready=True) as target:
        main_only = recorder.attach(target.pid, 0.5, ["--threads", "main"]).recording
        expect_chance({s.tid for s in main_only.samples} == {target.pid}, "--threads main kept %s", {s.tid for s in main_only.samples})
        everything = recorder.attach(target.pid, 0.4, ["--rate", 50]).recording
        computer = {s.tid for s in everything.samples if s.thread == "computer"}
        expect_chance(len(computer) == 1, "the computing thread is not found by its name")
        one = recorder.attach(target.pid, 0.5, ["--threads", computer.copy().pop()]).recording
        expect_chance({s.tid for s in one.samples} == computer, "--threads TID kept %s", {s.tid for s in one.samples})
        # Without a GIL nobody holds it.
        for option, flag in [("--on-cpu", "on-cpu")] + ([] if python.free_threaded else [("--gil", "gil")]):
            some = recorder.attach(target.pid, 0.5, [option, "--rate", 200]).recording
            expect_chance(some.samples, "%s kept nothing", option)
            expect_chance(all(flag in s.flags for s in some.samples), "%s kept a sample without %s", option, flag)
            mine = sum(s.tid in computer for s in some.samples)
            # The 200 others wake for moments, all together oftener than one computes on a busy machine: none of them as often.
            others = collections.Counter(s.tid for s in some.samples if s.tid not in computer)
            most = max(others.values(), default=0)
            expect_chance(mine > most, "%s: %d samples are of the thread that computes, %d of another", option, mine, most)
    return ""


def first_lines(recorder, python):
    """--function: frames stand on their function's first line."""
    with Target(python, "two_families.py", 30) as target:
        plain = recorder.attach(target.pid, 0.4).recording
        first = recorder.attach(target.pid, 0.4, ["--function"]).recording
    lines = {f.line for s in first.samples for f in s.frames if f.name == "a0"}
    expect_chance(lines == {9}, "with --function a0 stands on %s", lines)
    lines = {f.line for s in plain.samples for f in s.frames if f.name == "a0"}
    expect_chance(10 in lines and lines <= {9, 10}, "a0 stands on %s", lines)
    return ""


def columns(recorder, python):
    """From 3.11 on a frame has the columns of what it executes."""
    with Target(python, "two_families.py", 30) as target:
        recording = recorder.attach(target.pid, 0.4).recording
    spans = {f.span for s in recording.samples for f in s.frames[:-1] if f.name == "a0"}
    if python.minor >= (3, 11):
        # "return a1(n)": the call from column 11 to 16, counted from 1: 12 to 17.
        expect_chance(spans == {"10:12-10:17"}, "the call in a0 has the columns %s", spans)
    else:
        expect_chance(spans <= {None}, "columns before 3.11: %s", spans)
    return str(spans)


def rates(recorder, python):
    """The rate asked for is the rate got, within what a busy machine allows; intervals are exponential or fixed."""
    with Target(python, "sleeper.py", 60, wait_ready=True) as target:
        for rate in (100, 1000):
            result = recorder.attach(target.pid, 1.0, ["--rate", rate])
            found = len(result.recording.samples)
            expect_chance(0.25 * rate <= found <= 1.6 * rate, "%d samples at %d Hz in a second", found, rate)
            stats = result.recording.stats
            expect_chance(abs(stats["asked-hz"] - rate) < 0.01 * rate, "asked-hz is %s", stats["asked-hz"])
            expect_chance(0 < stats["achieved-hz"] <= 1.6 * rate, "achieved-hz is %s", stats["achieved-hz"])

        def spread(words):
            samples = recorder.attach(target.pid, 1.5, ["--rate", 100, *words]).recording.samples
            gaps = [b.time - a.time for a, b in zip(samples, samples[1:])]
            mean = sum(gaps) / len(gaps)
            return (sum((g - mean) ** 2 for g in gaps) / len(gaps)) ** 0.5 / mean

        fixed, exponential = spread(["--interval", "fixed"]), spread([])
        expect_chance(exponential > 0.5, "intervals by default vary by %.2f of their mean, 1 expected", exponential)
        expect_chance(fixed < exponential, "fixed intervals vary by %.2f of their mean", fixed)
    return "spread %.2f fixed, %.2f exponential" % (fixed, exponential)


def duration(recorder, python):
    with Target(python, "sleeper.py", 60, wait_ready=True) as target:
        start = time.monotonic()
        result = recorder.attach(target.pid, 0.5)
        took = time.monotonic() - start
        expect_chance(result.status == 0 and took >= 0.45, "a duration of 0.5 s took %.2f s", took)
        last = max(s.time for s in result.recording.samples)
        expect_chance(last <= 0.8, "the last sample is at %.2f s", last)
    return ""


def weights(recorder, python):
    """The wall time of a thread's samples adds up to the time it was watched."""
    with Target(python, "two_families.py", 60) as target:
        recording = recorder.attach(target.pid, 1.0, ["--rate", 500]).recording
    wall = sum(s.values["wall"] for s in recording.samples) / 1e9
    cpu = sum(s.values["cpu"] for s in recording.samples) / 1e9
    span = recording.samples[-1].time - recording.samples[0].time
    expect_chance(abs(wall - span) <= 0.1 * span + 0.02, "samples over %.3f s have %.3f s of wall time", span, wall)
    expect_chance(0.05 < cpu <= wall * 1.05, "%.3f s on the processor of %.3f s", cpu, wall)
    return "wall %.3f s, cpu %.3f s of %.3f s" % (wall, cpu, span)


def outputs(recorder, python):
    """What the formats can write, by the name of the file or --to, and into pipes."""
    with Target(python, "two_families.py", 60) as target:
        words = ["--pid", target.pid, "--duration", "0.4", "--rate", "500"]
        picture = recorder.path(".svg")
        run(recorder, *words, "-o", picture)
        expect_chance("a2" in minidom.parse(picture).documentElement.toxml(), "the picture has no a2")
        folded = recorder.path(".folded")
        run(recorder, *words, "-o", folded)
        expect_chance(";a0" in open(folded).read(), "no folded stacks")
        statistics = recorder.path(".prof")
        run(recorder, *words, "-o", statistics)
        listing = ok(subprocess.run([os.path.join(recorder.bin, "pstat-print"), statistics], capture_output=True, text=True)).stdout
        expect_chance("(a2)" in listing, "no a2 in: %s", listing[:300])
        pipe = "'%s' --pid %d --duration 0.4 | '%s/raw2folded' | '%s/folded2svg'" % (
            *recorder.profrec()[:1], target.pid, recorder.bin, recorder.bin)
        done = ok(subprocess.run(["sh", "-c", pipe], capture_output=True, text=True, timeout=30))
        expect_chance("a7" in minidom.parseString(done.stdout).documentElement.toxml(), "the pipe's picture has no a7")
    return ""


def reader_leaves(recorder, python):
    """profrec | head ends quietly and leaves the target alone."""
    with Target(python, "two_families.py", 60) as target:
        script = "'%s' --rate 1000 --pid %d | head -c 10 >/dev/null; echo ${PIPESTATUS[0]}" % (recorder.profrec()[0], target.pid)
        done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=20)
        expect(done.stdout.strip() in ("0", "141"), "exit status %s: %s", done.stdout.strip(), done.stderr)
        expect(target.process.poll() is None, "the target ended")
    return ""


def rotation(recorder, python):
    """--rotate: several files, each readable by itself, together the whole recording."""
    folder = recorder.path("")
    os.mkdir(folder)
    with Target(python, "two_families.py", 60) as target:
        run(recorder, "--pid", target.pid, "--duration", "3.2", "--rotate", "1s", "-o", os.path.join(folder, "part.raw"))
    parts = sorted(os.listdir(folder))
    expect_chance(3 <= len(parts) <= 5, "files: %s", parts)
    recordings = [recorder.read(os.path.join(folder, part)) for part in parts]
    for part, recording in zip(parts, recordings):
        expect_chance("dropped" in recording.stats or part == parts[0], "%s has no end", part)
        expect_chance(recording.samples, "%s has no samples", part)
        expect_chance("<lost>" not in names(recording), "%s lacks definitions", part)
        expect_chance(names(recording) >= {"main"}, "%s has no main", part)
    return " ".join(parts)


def resident(pid):
    """In KiB."""
    with open("/proc/%d/status" % pid) as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))


def constant_memory(recorder, python):
    """The recorder stays small, whatever the program makes: new code, files and threads all the time."""
    if recorder.sanitized:
        return "not measured under sanitizers"
    seconds = 10 if not os.environ.get("PROFPIPE_RECORD_FULL") else 120
    with Target(python, "always_new.py", seconds + 60) as target:
        recording = subprocess.Popen(recorder.profrec("--rate", 3000, "--pid", target.pid, "-o", recorder.path()), stderr=subprocess.DEVNULL)
        seen = []
        while len(seen) < 2 * seconds:
            time.sleep(0.5)
            seen.append(resident(recording.pid))
        recording.terminate()
        recording.wait(timeout=10)
    expect(max(seen) < 10 * 1024, "resident: %s KiB", seen)
    # What is remembered of code and files is thrown away at a size, so that it goes up and down.
    half = len(seen) // 2
    expect(max(seen[half:]) < max(seen[:half]) + 3072, "grows: %s KiB", seen)
    return "%d KiB at most" % max(seen)


CHECKS = [dump_text, dump_json, check, idle_interpreters, views, first_lines, columns, rates, duration, weights, outputs, reader_leaves, rotation, constant_memory]
EVERYWHERE = {dump_json, check, columns, idle_interpreters}


def main():
    recorder, report = begin()
    pythons = supported_pythons()
    for python in pythons:
        for function in CHECKS:
            if function in EVERYWHERE or python is pythons[-1]:
                report.check("%s, Python %s" % (function.__name__.replace("_", " "), python.name), function, recorder, python)
    report.end()


if __name__ == "__main__":
    main()
