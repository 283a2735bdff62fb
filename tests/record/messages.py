"""What profrec says when it cannot record: one line, no stack of errors, with what to do, and status 2."""
import collections
import os
import shutil
import subprocess

from _recorder import TARGETS, Target, begin, expect, find_pythons, supported_pythons, target_environment

NOBODY = 65534


def one_line(done, status, *words):
    """The one line of a failed run, which must hold one of each group of words."""
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    expect(done.returncode == status, "exit status %d, %d expected: %s", done.returncode, status, done.stderr)
    expect(len(lines) == 1, "%d lines: %s", len(lines), done.stderr)
    expect(lines[0].startswith("profrec: "), "does not begin with the name of the program: %s", lines[0])
    for group in words:
        expect(any(word in lines[0] for word in group.split("|")), "nothing of %r in: %s", group, lines[0])
    return lines[0]


def run(recorder, *words, **how):
    return subprocess.run(recorder.profrec(*words), capture_output=True, text=True, timeout=30, **how)


def no_such_process(recorder):
    child = subprocess.Popen(["true"])
    child.wait()
    for extra in ([], ["--dump"], ["--check"]):
        said = one_line(run(recorder, "--pid", child.pid, "-o", recorder.path(), *extra), 2, str(child.pid), "no such process|no process")
    return said


def not_a_python(recorder):
    child = subprocess.Popen(["sleep", "30"])
    try:
        dump = recorder.path()
        said = one_line(run(recorder, "--pid", child.pid, "-o", dump), 2, str(child.pid), "Python")
        expect(not os.path.exists(dump), "a dump was left behind")
        return said
    finally:
        child.kill()
        child.wait()


def command_not_found(recorder):
    return one_line(run(recorder, "-o", recorder.path(), "--", "/nonexistent/python3"), 127, "/nonexistent/python3", "No such file|not found")


def command_not_executable(recorder):
    return one_line(run(recorder, "-o", recorder.path(), "--", "/etc"), 126, "/etc", "Permission denied|directory")


def launched_not_python(recorder):
    """The program runs to its end with its own status; that it is no Python is said."""
    done = run(recorder, "-o", recorder.path(), "--", "sh", "-c", "sleep 0.3; exit 6")
    expect(done.returncode == 6, "exit status %d: %s", done.returncode, done.stderr)
    expect("Python" in done.stderr, "not said that it is no Python: %s", done.stderr)
    return done.stderr.strip()


def ends_at_once(recorder, python):
    """A Python that is gone before it can be looked at: its status, and a line."""
    done = run(recorder, "-o", recorder.path(), "--", python.path, "-S", "-c", "raise SystemExit(3)")
    expect(done.returncode == 3, "exit status %d: %s", done.returncode, done.stderr)
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    expect(lines and all(line.startswith("profrec: ") for line in lines), "said: %s", done.stderr)
    return lines[0]


def without_permission(recorder, python):
    """As another user without capabilities: who may, and how."""
    # The build may stand where other users cannot look.
    folder = recorder.path("")
    os.mkdir(folder)
    os.chmod(recorder.folder, 0o755)
    program = os.path.join(folder, "profrec")
    shutil.copy(os.path.join(recorder.bin, "profrec"), program)
    os.chmod(folder, 0o777)
    with Target(python, "sleeper.py", 30, wait_ready=True) as target:
        for extra in ([], ["--check"], ["--dump"]):
            command = [program, "--pid", str(target.pid), *extra, *([] if extra else ["-o", os.path.join(folder, "x.raw")])]
            done = subprocess.run(command, capture_output=True, text=True, timeout=30, user=NOBODY, group=NOBODY, extra_groups=[])
            text = done.stderr + done.stdout
            expect(done.returncode in (1, 2), "%s: exit status %d: %s", extra, done.returncode, text)
            expect("permission" in text.lower() or "not permitted" in text.lower() or "not allowed" in text.lower(), "said: %s", text)
            expect("root" in text or "sudo" in text or "CAP_SYS_PTRACE" in text, "no advice in: %s", text)
        expect(not os.path.exists(os.path.join(folder, "x.raw")), "a dump was left behind")
        return done.stderr.strip()


def while_ending(recorder, python):
    """Killed with much memory to give back, it has none for a while and still counts as alive. That is no want of permission."""
    large = "import time; held = b'x' * (300 << 20); print('ready', flush=True); time.sleep(60)"
    said = collections.Counter()
    for extra in (["--check"], ["--dump"], ["-o", recorder.path(), "--duration", "5"]):
        process = subprocess.Popen([python.path, "-c", large], stdout=subprocess.PIPE, text=True, env=target_environment())
        expect(process.stdout.readline() == "ready\n", "the program does not run")
        process.kill()
        while True:
            done = run(recorder, "--pid", process.pid, *extra)
            if done.returncode != 0:
                said[one_line(done, 2, "there is no process|just ending").replace(str(process.pid), "PID")] += 1
            # The exit status is left to be taken, so that the number is not given to another process.
            if os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                break
        process.communicate()
    return ", ".join("%d times: %s" % (count, line) for line, count in sorted(said.items()))


def deleted_files_open(pid):
    """True if we may open what a process has mapped: root may, unless a container took that from it."""
    name = os.listdir("/proc/%d/map_files" % pid)[0]
    try:
        os.close(os.open("/proc/%d/map_files/%s" % (pid, name), os.O_RDONLY))
        return True
    except OSError:
        return False


def deleted(recorder, python):
    """Its files were deleted or replaced since it began, as updates do: root reads what the process holds of them, others are told why not."""
    folder = recorder.path("")
    os.mkdir(folder)
    program = shutil.copy(os.path.realpath(python.path), folder)
    linked = subprocess.run(["ldd", program], capture_output=True, text=True).stdout
    libraries = [line.split()[2] for line in linked.splitlines() if "libpython" in line and " => /" in line]
    for library in libraries:
        shutil.copy(library, folder)
    environment = {**target_environment(), "LD_LIBRARY_PATH": folder, "PYTHONHOME": os.path.dirname(os.path.dirname(os.path.realpath(python.path)))}
    process = subprocess.Popen([program, os.path.join(TARGETS, "sleeper.py"), "30"], stdout=subprocess.PIPE, text=True, env=environment)
    try:
        expect(process.stdout.readline() == "ready\n", "the copy does not run")
        shutil.rmtree(folder)
        done = run(recorder, "--check", "--pid", process.pid)
        if not libraries or deleted_files_open(process.pid):
            expect(done.returncode == 0 and "%d.%d.%d" % python.version in done.stdout, "exit status %d: %s", done.returncode, done.stderr)
            return done.stdout.splitlines()[1]
        return one_line(done, 2, str(process.pid), "root", "libpython")
    finally:
        process.kill()
        process.communicate()


def refused(recorder, python):
    """A Python too old, too new or free-threaded: its version and what can be recorded."""
    with Target(python, "sleeper.py", 30, wait_ready=True) as target:
        version = "%d.%d" % python.minor
        return one_line(run(recorder, "--pid", target.pid, "-o", recorder.path()), 2, version, "3.8")


def itself(recorder):
    return one_line(run(recorder, "--pid", os.getpid(), "--duration", "0.1", "-o", "/nonexistent/folder/x.raw"), 2, "/nonexistent/folder")


def usage(recorder, words, expected):
    done = run(recorder, *words)
    expect(done.returncode == 2, "%s: exit status %d", words, done.returncode)
    expect(expected in done.stderr and "--help" in done.stderr, "%s: said %s", words, done.stderr)
    return done.stderr.splitlines()[0]


def main():
    recorder, report = begin()
    pythons = supported_pythons()
    report.check("no such process", no_such_process, recorder)
    report.check("not a Python", not_a_python, recorder)
    report.check("command not found", command_not_found, recorder)
    report.check("command that is no program", command_not_executable, recorder)
    report.check("launched, not a Python", launched_not_python, recorder)
    report.check("output that cannot be written", itself, recorder)
    report.check("usage: nothing to record", usage, recorder, ["-o", "x.raw"], "--pid")
    report.check("usage: both", usage, recorder, ["--pid", "1", "--", "true"], "--pid")
    report.check("usage: rate", usage, recorder, ["--rate", "0", "--pid", "1"], "--rate")
    for python in pythons[-1:]:
        report.check("ends at once, Python " + python.name, ends_at_once, recorder, python)
        report.check("killed just now, Python " + python.name, while_ending, recorder, python)
        if os.geteuid() == 0:
            report.check("another user, Python " + python.name, without_permission, recorder, python)
        else:
            report.skip("another user", "only root can become one")
    for python in [python for python in pythons if not python.wrapped][-1:]:
        report.check("deleted, Python " + python.name, deleted, recorder, python)
    for python in find_pythons():
        if not python.supported:
            report.check("refused: Python " + python.name, refused, recorder, python)
    report.end()


if __name__ == "__main__":
    main()
