"""profrec never leaves a target stopped or traced, whatever ends it, and what it had flushed stays readable."""
import os
import random
import signal
import subprocess
import time

from _recorder import Target, begin, expect, expect_chance, supported_pythons, target_environment, thread_states, tracer_of, wait_until, TARGETS

KILLS = 12


def free_and_running(pid):
    """True when no thread is stopped or traced and nobody traces the process."""
    states = thread_states(pid)
    return bool(states) and not set(states.values()) & {"T", "t"} and tracer_of(pid) == 0


def goes_on(pid):
    """True when the process uses the processor: it is not merely shown as running."""

    def used():
        with open("/proc/%d/stat" % pid) as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return int(fields[11]) + int(fields[12])

    before = used()
    return wait_until(lambda: used() > before, 5)


def sigkill_attached(recorder, python):
    """SIGKILL at random moments of recordings that stop the target as often as they can."""
    chance = random.Random(20261124)
    with Target(python, "two_families.py", 60) as target:
        for number in range(KILLS):
            rate = chance.choice((1000, 10000, 50000))
            command = recorder.profrec("--stop", "always", "--rate", rate, "--pid", target.pid, "-o", recorder.path())
            recording = subprocess.Popen(command, stderr=subprocess.DEVNULL)
            time.sleep(chance.uniform(0.0, 0.12))
            expect(recording.poll() is None, "profrec ended by itself with %s", recording.poll())
            recording.kill()
            recording.wait()
            expect(wait_until(lambda: free_and_running(target.pid), 2), "left as %s after SIGKILL %d", thread_states(target.pid), number)
        expect(goes_on(target.pid), "the target does not go on")
    return "%d times" % KILLS


def sigkill_many_threads(recorder, python):
    chance = random.Random(6)
    with Target(python, "threads.py", 60, wait_ready=True) as target:
        for number in range(4):
            command = recorder.profrec("--stop", "always", "--rate", 100, "--pid", target.pid, "-o", recorder.path())
            recording = subprocess.Popen(command, stderr=subprocess.DEVNULL)
            time.sleep(chance.uniform(0.05, 0.3))
            recording.kill()
            recording.wait()
            expect(wait_until(lambda: free_and_running(target.pid), 2), "left stopped after SIGKILL %d", number)
    return ""


def sigkill_launched(recorder, python):
    """The program goes on to its end when its recorder dies, and what was flushed is readable, complete but for the end."""
    dump = recorder.path()
    marker = recorder.path(".done")
    code = "import sys; sys.argv[1:] = ['3']; exec(open(%r).read()); open(%r, 'w').close()" % (os.path.join(TARGETS, "two_families.py"), marker)
    command = recorder.profrec("--rate", 500, "-o", dump, "--", python.path, "-c", code)
    recording = subprocess.Popen(command, stderr=subprocess.DEVNULL, env=target_environment())
    time.sleep(2.3)
    recording.kill()
    recording.wait()
    expect(wait_until(lambda: os.path.exists(marker), 10), "the program did not come to its end after its recorder was killed")
    samples = recorder.read(dump).samples
    expect_chance(len(samples) >= 50, "only %d samples can be read after SIGKILL", len(samples))
    return "%d samples readable" % len(samples)


def ends_by_signal(recorder, python, number):
    """SIGINT and SIGTERM end a recording in order: the dump is whole and the target runs on."""
    with Target(python, "two_families.py", 60) as target:
        dump = recorder.path()
        recording = subprocess.Popen(recorder.profrec("--pid", target.pid, "-o", dump), stderr=subprocess.PIPE, text=True)
        wait_until(lambda: os.path.exists(dump), 20)
        time.sleep(0.5)
        recording.send_signal(number)
        _, said = recording.communicate(timeout=10)
        expect(recording.returncode == 0, "exit status %d: %s", recording.returncode, said)
        expect(free_and_running(target.pid) and goes_on(target.pid), "the target does not go on")
        read = recorder.read(dump)
        expect("dropped" in read.stats, "the dump has no end: %s", read.meta)
        expect_chance(len(read.samples) >= 5, "only %d samples", len(read.samples))
    return ""


def sigint_launched(recorder, python):
    """SIGINT to profrec alone leaves the program it started alone too."""
    marker = recorder.path(".done")
    code = "import time; time.sleep(1.5); open(%r, 'w').close()" % marker
    dump = recorder.path()
    recording = subprocess.Popen(recorder.profrec("-o", dump, "--", python.path, "-c", code), stderr=subprocess.PIPE, text=True)
    wait_until(lambda: os.path.exists(dump), 20)
    time.sleep(0.3)
    recording.send_signal(signal.SIGINT)
    recording.communicate(timeout=10)
    expect(wait_until(lambda: os.path.exists(marker), 10), "the program was ended with its recording")
    expect("dropped" in recorder.read(dump).stats, "the dump has no end")
    return ""


def target_ends(recorder, python):
    """The target ends while it is recorded: said in a line, and the dump is whole."""
    with Target(python, "two_families.py", 0.8) as target:
        result = recorder.attach(target.pid, 30)
        expect(result.status == 0, "exit status %d: %s", result.status, result.stderr)
        expect("ended" in result.stderr or "exited" in result.stderr, "not said that the target ended: %s", result.stderr)
        expect("dropped" in result.recording.stats, "the dump has no end")
    return ""


def target_killed(recorder, python):
    with Target(python, "two_families.py", 60) as target:
        dump = recorder.path()
        recording = subprocess.Popen(
            recorder.profrec("--stop", "always", "--rate", 5000, "--pid", target.pid, "-o", dump), stderr=subprocess.PIPE, text=True
        )
        wait_until(lambda: os.path.exists(dump), 20)
        time.sleep(0.4)
        os.kill(target.pid, signal.SIGKILL)
        _, said = recording.communicate(timeout=10)
        expect(recording.returncode == 0, "exit status %d: %s", recording.returncode, said)
        expect_chance(recorder.read(dump).samples, "no samples")
    return ""


def stopped_by_others(recorder, python):
    """A target in job-control stop stays stopped and is started again by SIGCONT alone."""
    with Target(python, "two_families.py", 60) as target:
        os.kill(target.pid, signal.SIGSTOP)
        expect(wait_until(lambda: set(thread_states(target.pid).values()) == {"T"}, 2), "did not stop")
        result = recorder.attach(target.pid, 0.4, ["--stop", "always"])
        expect(result.status == 0, "exit status %d: %s", result.status, result.stderr)
        expect(wait_until(lambda: set(thread_states(target.pid).values()) == {"T"}, 1), "was started by the recording")
        os.kill(target.pid, signal.SIGCONT)
        expect(wait_until(lambda: free_and_running(target.pid), 2) and goes_on(target.pid), "SIGCONT does not start it")
    return ""


def signals_pass(recorder, python):
    """Signals for the target reach it while it is being stopped all the time."""
    code = (
        "import os, signal, time\ncount = 0\n"
        "def handler(*_):\n    global count\n    count += 1\n"
        "signal.signal(signal.SIGALRM, handler)\nsignal.setitimer(signal.ITIMER_REAL, 0.002, 0.002)\n"
        "end = time.monotonic() + 0.8\nwhile time.monotonic() < end: pass\n"
        "signal.setitimer(signal.ITIMER_REAL, 0)\nraise SystemExit(0 if count > 20 else 3)"
    )
    command = recorder.profrec("--stop", "always", "--rate", 2000, "-o", recorder.path(), "--", python.path, "-c", code)
    done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    expect(done.returncode == 0, "exit status %d: %s", done.returncode, done.stderr)
    return ""


def main():
    recorder, report = begin()
    pythons = supported_pythons()
    for python in pythons[:1] + pythons[-1:]:
        name = ", Python " + python.name
        report.check("SIGKILL while attached" + name, sigkill_attached, recorder, python)
        report.check("target killed" + name, target_killed, recorder, python)
    for python in pythons[-1:]:
        name = ", Python " + python.name
        report.check("SIGKILL with 200 threads" + name, sigkill_many_threads, recorder, python)
        report.check("SIGKILL of a launching recorder" + name, sigkill_launched, recorder, python)
        report.check("SIGINT" + name, ends_by_signal, recorder, python, signal.SIGINT)
        report.check("SIGTERM" + name, ends_by_signal, recorder, python, signal.SIGTERM)
        report.check("SIGINT, launched" + name, sigint_launched, recorder, python)
        report.check("target ends" + name, target_ends, recorder, python)
        report.check("stopped by others" + name, stopped_by_others, recorder, python)
        report.check("signals pass" + name, signals_pass, recorder, python)
    report.end()


if __name__ == "__main__":
    main()
