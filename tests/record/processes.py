"""Exit statuses, process trees, fork and exec."""
import os
import subprocess

from _recorder import TARGETS, begin, expect, expect_chance, supported_pythons, target_environment


def run(recorder, command, options=(), timeout=60):
    """(status, stdout, stderr, recording or None) of profrec OPTIONS -o DUMP -- COMMAND."""
    dump = recorder.path()
    done = subprocess.run(
        recorder.profrec(*options, "-o", dump, "--", *command), capture_output=True, text=True, timeout=timeout, env=target_environment()
    )
    return done.returncode, done.stdout, done.stderr, recorder.read(dump) if os.path.exists(dump) else None


def exit_status(recorder, python):
    """The program's own status comes through, as a shell would show it."""
    target = os.path.join(TARGETS, "sleeper.py")
    for status in (0, 1, 7, 255):
        found, _, said, _ = run(recorder, [python.path, target, "0.2", str(status)])
        expect(found == status, "status %d became %d: %s", status, found, said)
    found, _, said, _ = run(recorder, [python.path, "-c", "import os, time; time.sleep(0.2); os.kill(os.getpid(), 15)"])
    expect(found in (128 + 15, -15), "ended by SIGTERM became %d: %s", found, said)
    found, shown, said, _ = run(recorder, [python.path, "-c", "import sys, time; print(sys.argv[1:]); time.sleep(0.2)", "--top", "b"])
    expect(found == 0 and shown.strip() == "['--top', 'b']", "the program's arguments became %s: %s", shown, said)
    return ""


def streams(recorder, python):
    """The program keeps its standard input, output and error."""
    code = "import sys; sys.stderr.write('to stderr\\n'); sys.stdout.write(sys.stdin.read().upper())"
    command = recorder.profrec("-o", recorder.path(), "--", python.path, "-c", code)
    done = subprocess.run(command, input="typed", capture_output=True, text=True, timeout=30)
    expect(done.stdout == "TYPED", "standard output is %r", done.stdout)
    expect("to stderr" in done.stderr, "standard error is %r", done.stderr)
    return ""


def storm(recorder, python, options):
    """A program that forks and execs all the time comes through unharmed."""
    status, stdout, said, recording = run(recorder, [python.path, os.path.join(TARGETS, "storm.py"), "1.0"], ["--rate", 200, *options])
    expect(status == 0, "exit status %d: %s %s", status, stdout, said)
    expect_chance(recording and recording.samples, "no samples: %s", said)
    pids = {sample.pid for sample in recording.samples}
    if options:
        names = {frame.name for sample in recording.samples for frame in sample.frames}
        expect_chance({"in_child", "in_exec"} <= names, "children of fork and of exec were not both seen: %s", sorted(names))
        expect_chance(len(pids) > 4, "only %d processes seen", len(pids))
    else:
        expect_chance(len(pids) == 1, "%d processes without --subprocesses", len(pids))
    return "%s children, %d processes, %d samples" % (stdout.split()[-1], len(pids), len(recording.samples))


def exec_in_target(recorder, python, other):
    """A program that becomes another Python is followed; its status is that of what it became."""
    words = [python.path, os.path.join(TARGETS, "exec_first.py"), "0.4", other.path, os.path.join(TARGETS, "after_exec.py"), "0.5"]
    status, _, said, recording = run(recorder, words, ["--rate", 200, "--subprocesses"])
    expect(status == 9, "exit status %d: %s", status, said)
    names = {frame.name for sample in recording.samples for frame in sample.frames}
    expect_chance({"before_exec", "after_exec"} <= names, "seen of both programs only %s", sorted(names))
    return "%s, then %s" % (python.name, other.name)


def several_versions(recorder, pythons):
    """A tree of different Pythons in one dump, each with its own stacks; a child that is no Python is noted."""
    sleeper = os.path.join(TARGETS, "two_families.py")
    lines = "".join("subprocess.Popen([%r, %r, '0.8'])," % (python.path, sleeper) for python in pythons)
    code = "import subprocess\nchildren = [%s subprocess.Popen(['sleep', '0.5'])]\nfor c in children: c.wait()" % lines
    status, _, said, recording = run(recorder, [pythons[0].path, "-c", code], ["--subprocesses", "--rate", 100])
    expect(status == 0, "exit status %d: %s", status, said)
    with_stacks = {s.pid for s in recording.samples for frame in s.frames if frame.name == "main" and frame.file == sleeper}
    expect_chance(len(with_stacks) == len(pythons), "stacks of %d of %d children: %s", len(with_stacks), len(pythons), said)
    expect_chance("sleep" in said or "not a Python" in said or "no Python" in said, "the child that is no Python is not noted: %s", said)
    return ""


def in_shell(recorder, python):
    """A shell that runs a Python: with --subprocesses the Python is found below it."""
    target = os.path.join(TARGETS, "two_families.py")
    status, _, said, recording = run(recorder, ["sh", "-c", "'%s' '%s' 0.6; exit 4" % (python.path, target)], ["--subprocesses"])
    expect(status == 4, "exit status %d: %s", status, said)
    expect_chance(any(frame.name == "main" for s in recording.samples for frame in s.frames), "the Python below the shell was not recorded")
    return ""


def main():
    recorder, report = begin()
    pythons = supported_pythons()
    ends = pythons[:1] + pythons[-1:]
    for python in ends:
        name = ", Python " + python.name
        report.check("exit status" + name, exit_status, recorder, python)
        report.check("fork and exec storm" + name, storm, recorder, python, [])
        report.check("fork and exec storm, --subprocesses" + name, storm, recorder, python, ["--subprocesses"])
    if ends:
        report.check("streams", streams, recorder, pythons[-1])
        # One behind a script may run in a root of its own, where the other is not.
        direct = [python for python in pythons if not python.wrapped]
        for name, both in (("exec", direct[:1] + direct[-1:]), ("exec back", direct[-1:] + direct[:1])):
            if len(both) == 2:
                report.check(name, exec_in_target, recorder, *both)
        report.check("in a shell", in_shell, recorder, pythons[-1])
        report.check("several versions", several_versions, recorder, pythons)
    report.end()


if __name__ == "__main__":
    main()
