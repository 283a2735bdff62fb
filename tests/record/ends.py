"""Targets that end, fork or become another program at random moments of a recording: no crash, no hang, a dump that can be read, and a line that says what happened."""
import collections
import os
import random
import subprocess
import sys
import time

from _recorder import TARGETS, begin, expect, supported_pythons, target_environment

# How often each Python's targets end: 200 times in a full run.
ROUNDS = 200 if os.environ.get("PROFPIPE_RECORD_FULL") else 12
# Ways to end, and the exit status of a program that profrec started.
WAYS = {
    "exit": 3, "exec_python": 4, "exec_other": 0, "fork": 5, "fork_and_stay": 6, "killed": 128 + 9, "abort": 128 + 6, "finish": 0, "exit_with_threads": 0,
}
OPTIONS = [[], ["--stop", "always"], ["--stop", "never"], ["--subprocesses"], ["--subprocesses", "--stop", "always"]]
# Attached to a target that ended before, or that had not begun: said in a line, with status 2.
NOTHING = ("there is no process", "its Python has not begun, or is just ending", "is not a Python", "does not look as expected", "has not begun")


def judge(recorder, done, dump, statuses, what):
    said = done.stderr.decode(errors="replace")
    lines = [line for line in said.splitlines() if line]
    expect(done.returncode in statuses, "%s: exit status %d, not %s: %s", what, done.returncode, statuses, said)
    expect("Sanitizer" not in said and "runtime error" not in said, "%s: %s", what, said)
    expect(lines and all(line.startswith("profrec: ") for line in lines), "%s: said %s", what, said)
    expect(len(lines) == 1 or "--subprocesses" in what, "%s: %d lines: %s", what, len(lines), said)
    if os.path.exists(dump):
        recorder.read(dump)
        os.unlink(dump)
    return lines[0]


def attached(recorder, command, options, chance):
    """profrec comes at any moment, before the program is a Python or after it has ended too."""
    target = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=target_environment())
    dump = recorder.path()
    try:
        time.sleep(chance.choice((0.0, chance.uniform(0.0, 0.2))))
        words = recorder.profrec(*options, "--pid", target.pid, "-o", dump)
        done = subprocess.run(words, capture_output=True, timeout=60)
    finally:
        target.kill()
        target.wait()
    line = judge(recorder, done, dump, (0, 2), " ".join(map(str, [*options, *command[2:]])))
    expect(done.returncode == 0 or any(words in line for words in NOTHING), "status 2 with: %s", line)
    expect(done.returncode == 2 or "ended" in line, "not said that the target ended: %s", line)
    return done.returncode


def launched(recorder, command, options, way):
    dump = recorder.path()
    done = subprocess.run(recorder.profrec(*options, "-o", dump, "--", *command), capture_output=True, timeout=60, env=target_environment())
    judge(recorder, done, dump, (WAYS[way],), " ".join(map(str, [*options, *command[2:]])))
    return WAYS[way]


def at_random(recorder, python, seed):
    chance = random.Random(seed)
    counts = collections.Counter()
    for number in range(ROUNDS):
        # One behind a script may run in a root of its own, where there is no other program.
        way = chance.choice([way for way in WAYS if way != "exec_other" or not python.wrapped])
        seconds = chance.choice((0, chance.uniform(0, 0.15)))
        command = [python.path, os.path.join(TARGETS, "random_end.py"), "%.4f" % seconds, way, str(chance.choice((0, 0, 3, 20)))]
        options = [*chance.choice(OPTIONS), "--rate", chance.choice((100, 1000, 20000))]
        if number % 2:
            counts["attached", attached(recorder, command, options, chance)] += 1
        else:
            counts["launched", launched(recorder, command, options, way)] += 1
    return ", ".join("%s, status %d: %d times" % (how, status, count) for (how, status), count in sorted(counts.items()))


def main():
    recorder, report = begin()
    seed = int(os.environ.get("PROFPIPE_RECORD_SEED") or random.SystemRandom().randrange(10**6))
    print("PROFPIPE_RECORD_SEED=%d makes the same choices again" % seed)
    sys.stdout.flush()
    pythons = supported_pythons()
    chosen = pythons if os.environ.get("PROFPIPE_RECORD_FULL") else pythons[:1] + pythons[-1:]
    for python in chosen:
        report.check("ends at random, Python " + python.name, at_random, recorder, python, seed)
    report.end()


if __name__ == "__main__":
    main()
