"""Runs profrec on target programs and reads what it wrote, through raw2text. Used by every script of this folder."""
import atexit
import ctypes
import glob
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TARGETS = os.path.join(HERE, "targets")
SKIPPED = 77
FRAME = re.compile(
    r"(?P<name>.*?)(?: \((?P<file>.*):(?P<line>\d+)\))?(?: \[(?P<module>[^\]]*)\])?"
    r"(?: \{(?P<span>\d+:\d+-\d+:\d+) (?P<flags>\S+)(?: 0x[0-9a-f]+)?\})?\Z",
    re.DOTALL,
)
ESCAPE = re.compile(r"\\x([0-9a-f]{2})|\\u([0-9a-f]{4})|\\U([0-9a-f]{8})")


# --- the Pythons of this machine ---


class Python:
    """One interpreter: its path, its version as (3, 13, 0) and how tests call it."""

    def __init__(self, path):
        self.path = path
        probe = "import sys, sysconfig; print('%d %d %d %s' % (sys.version_info[:3] + (sysconfig.get_config_var('Py_GIL_DISABLED') or 0,)))"
        words = subprocess.run([path, "-S", "-c", probe], capture_output=True, text=True, timeout=30, check=True).stdout.split()
        self.version = tuple(int(w) for w in words[:3])
        self.free_threaded = words[3] == "1"
        with open(path, "rb") as program:
            self.wrapped = program.read(2) == b"#!"
        linked = subprocess.run(["ldd", path], capture_output=True, text=True).stdout
        self.shared = "libpython" in linked
        self.name = "%d.%d.%d%s%s" % (self.version + ("t" if self.free_threaded else "", " shared" if self.shared else ""))

    minor = property(lambda self: self.version[:2])
    supported = property(lambda self: (3, 8) <= self.version[:2] <= (3, 15))


def known_places():
    """Paths of PROFPIPE_PYTHONS (separated by ':'), else those that Debian, pyenv and people's own builds use."""
    if os.environ.get("PROFPIPE_PYTHONS"):
        return os.environ["PROFPIPE_PYTHONS"].split(":")
    pyenv = os.environ.get("PYENV_ROOT", os.path.expanduser("~/.pyenv"))
    patterns = [pyenv + "/versions/*/bin/python"]
    patterns += [d + "/python" + v for d in ("/usr/bin", "/usr/local/bin") for v in ("2.[0-9]", "3.[0-9]", "3.[0-9][0-9]", "3.[0-9][0-9]t")]
    patterns += ["/opt/py*/bin/python"]
    return [path for pattern in patterns for path in sorted(glob.glob(pattern))]


def find_pythons():
    """Every Python found, one for each real file, oldest first; those that do not start are left out with a line."""
    found, seen = [], set()
    for path in known_places():
        real = os.path.realpath(path)
        if real in seen:
            continue
        seen.add(real)
        try:
            found.append(Python(path))
        except (OSError, subprocess.SubprocessError, ValueError) as error:
            print("left out: %s does not run: %s" % (path, error))
    return sorted(found, key=lambda python: (python.version, python.path))


def supported_pythons():
    """Those that profrec must be able to record; newer ones that are not here are named."""
    pythons = [python for python in find_pythons() if python.supported]
    for minor in range(8, 16):
        if not any(python.minor == (3, minor) for python in pythons):
            print("not here: Python 3.%d (PROFPIPE_PYTHONS names more interpreters)" % minor)
    return pythons


# --- what this machine allows ---


def tracing_forbidden():
    """Why this process may not read and stop its own child, or None."""
    libc = ctypes.CDLL(None, use_errno=True)
    child = subprocess.Popen(["sleep", "20"])
    try:
        time.sleep(0.05)
        with open("/proc/%d/maps" % child.pid) as maps:
            address = int(maps.readline().split("-")[0], 16)
        buffer = ctypes.create_string_buffer(8)
        local = (ctypes.c_void_p * 2)(ctypes.addressof(buffer), 8)
        remote = (ctypes.c_void_p * 2)(address, 8)
        if libc.process_vm_readv(child.pid, local, 1, remote, 1, 0) != 8:
            return "process_vm_readv is refused here: " + os.strerror(ctypes.get_errno())
        tracer = os.fork()
        if tracer == 0:
            libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
            os._exit(0 if libc.ptrace(0x4206, child.pid, None, None) == 0 else 1)
        if os.waitpid(tracer, 0)[1] != 0:
            return "ptrace is refused here"
        return None
    except OSError as error:
        return str(error)
    finally:
        child.kill()
        child.wait()


# --- what profrec wrote ---


class Frame:
    __slots__ = ("name", "file", "line", "span")

    def __init__(self, text):
        match = FRAME.match(text)
        self.name = unescape(match["name"])
        self.file = unescape(match["file"] or "")
        self.line = int(match["line"] or 0)
        self.span = match["span"]

    def __repr__(self):
        return "%s (%s:%d)" % (self.name, os.path.basename(self.file), self.line)


class Sample:
    __slots__ = ("time", "pid", "tid", "thread", "flags", "values", "frames")

    def __init__(self, columns, fields, frames):
        self.time = float(fields[0]) if fields[0] != "-" else None
        ids, _, name = fields[1].partition(" ")
        self.pid, self.tid = (int(n) for n in ids.split("/")) if ids != "-" else (0, 0)
        self.thread = unescape(name)
        self.flags = set() if fields[2] == "-" else set(fields[2].split(","))
        self.values = {column: int(value) for column, value in zip(columns, fields[3:-1])}
        self.frames = frames


def unescape(text):
    """The bytes that raw2text escaped, as text; what is no UTF-8 becomes surrogates as os.fsdecode makes them."""
    if "\\" not in text:
        return text

    def as_bytes(match):
        return chr(0xDC00 + int(match[1], 16)) if match[1] and int(match[1], 16) >= 0x80 else chr(int(match[1] or match[2] or match[3], 16))

    return ESCAPE.sub(as_bytes, text)


class Recording:
    """A raw dump: metadata, statistics of the trailer (as numbers) and samples in time order."""

    def __init__(self, text):
        self.meta, self.samples, known = {}, [], {}
        columns = []
        for line in text.split("\n"):
            if line.startswith("# time\t"):
                columns = [c.split("/")[0] for c in line[2:].split("\t")[3:-1]]
            elif line.startswith("# "):
                key, _, value = line[2:].partition(": ")
                self.meta[key] = value
            elif line:
                fields = line.split("\t")
                stack = known.get(fields[-1])
                if stack is None:
                    stack = known[fields[-1]] = [Frame(f) for f in fields[-1].split(";")] if fields[-1] else []
                self.samples.append(Sample(columns, fields, stack))
        self.stats = {k[5:]: number(v) for k, v in self.meta.items() if k.startswith("stat-")}

    def flagged(self, flag):
        return sum(flag in sample.flags for sample in self.samples)


def number(text):
    try:
        return float(text) if "." in text else int(text)
    except ValueError:
        return text


class Result:
    """One run of profrec: its exit status, what it and the target said, and the recording (None without a dump)."""

    def __init__(self, status, stdout, stderr, recording):
        self.status, self.stdout, self.stderr, self.recording = status, stdout, stderr, recording


class Recorder:
    """The build's programs, and the folder where dumps go."""

    def __init__(self, bin_folder):
        self.bin = bin_folder
        self.sanitized = bool(os.environ.get("PP_SANITIZE"))
        self.folder = tempfile.mkdtemp(prefix="profpipe-record-")
        atexit.register(shutil.rmtree, self.folder, ignore_errors=True)
        self.numbers = iter(range(10**9))

    def profrec(self, *words):
        return [os.path.join(self.bin, "profrec"), *[str(w) for w in words]]

    def path(self, suffix=".raw"):
        return os.path.join(self.folder, "%d%s" % (next(self.numbers), suffix))

    def read(self, path):
        done = subprocess.run([os.path.join(self.bin, "raw2text"), path], capture_output=True, timeout=120)
        if done.returncode != 0:
            raise Failure("raw2text cannot read the dump: " + done.stderr.decode(errors="replace").strip())
        return Recording(done.stdout.decode("utf-8", "surrogateescape"))

    def launch(self, python, target, arguments, options=(), timeout=60):
        """profrec OPTIONS -o DUMP -- PYTHON TARGET ARGUMENTS, to its end."""
        dump = self.path()
        command = self.profrec(*options, "-o", dump, "--", python.path, os.path.join(TARGETS, target), *arguments)
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, errors="surrogateescape", env=target_environment())
        if os.path.exists(dump) and os.path.getsize(dump) == 0:
            raise (Unlucky if done.returncode == 0 else Failure)("nothing recorded, exit status %d: %s" % (done.returncode, done.stderr.strip()))
        recording = self.read(dump) if os.path.exists(dump) else None
        return Result(done.returncode, done.stdout, done.stderr, recording)

    def attach(self, pid, seconds, options=(), timeout=60):
        """profrec OPTIONS --pid PID --duration SECONDS -o DUMP."""
        dump = self.path()
        command = self.profrec(*options, "--pid", pid, "--duration", seconds, "-o", dump)
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout)
        recording = self.read(dump) if os.path.exists(dump) else None
        return Result(done.returncode, done.stdout, done.stderr, recording)


def target_environment():
    """The targets run with the user's environment but for what changes how a Python starts."""
    return {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}


class Target:
    """A program of ours that runs while profrec looks at it; killed at the end of the with block."""

    def __init__(self, python, target, *arguments, wait_ready=False):
        path = os.path.join(TARGETS, target)
        self.process = subprocess.Popen(
            [python.path, path, *[str(a) for a in arguments]], stdout=subprocess.PIPE, text=True, env=target_environment()
        )
        if wait_ready:
            self.process.stdout.readline()
        else:
            wait_until(lambda: maps_mention(self.pid, "python"), 10)
            time.sleep(0.15)

    pid = property(lambda self: self.process.pid)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()


def maps_mention(pid, word):
    try:
        with open("/proc/%d/maps" % pid) as maps:
            return word in maps.read()
    except OSError:
        return False


def wait_until(condition, seconds, step=0.01):
    """True as soon as the condition holds, False when it never did for `seconds`."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(step)
    return True


def thread_states(pid):
    """{tid: state letter} of a process' threads; {} when it is gone."""
    states = {}
    for path in glob.glob("/proc/%d/task/*/stat" % pid):
        try:
            with open(path, errors="replace") as stat:
                states[int(path.split("/")[4])] = stat.read().rsplit(")", 1)[1].split()[0]
        except OSError:
            pass
    return states


def tracer_of(pid):
    with open("/proc/%d/status" % pid) as status:
        return next(int(line.split()[1]) for line in status if line.startswith("TracerPid:"))


# --- the verdict ---


class Failure(Exception):
    """What a check found wrong."""


class Unlucky(Failure):
    """What chance or a busy machine may do to a right recorder; such a check is made again, three times in all."""


def expect_chance(condition, message, *values):
    """As expect, of what is only nearly certain."""
    if not condition:
        raise Unlucky(message % values if values else message)


def expect(condition, message, *values):
    if not condition:
        raise Failure(message % values if values else message)


class Report:
    """Runs checks one by one, prints a line for each, and counts."""

    def __init__(self):
        self.passed, self.failed, self.skipped = 0, 0, 0

    def check(self, name, function, *arguments):
        start = time.monotonic()
        try:
            said = self.with_luck(name, function, arguments)
            self.passed += 1
            verdict = "ok"
        except Failure as failure:
            self.failed += 1
            verdict, said = "FAILED", str(failure)
        except subprocess.TimeoutExpired as late:
            self.failed += 1
            verdict, said = "FAILED", "still running after %s s: %s" % (late.timeout, " ".join(map(str, late.cmd)))
        print("%-7s %s (%.1f s)%s" % (verdict, name, time.monotonic() - start, ": " + said if said else ""), flush=True)

    def with_luck(self, name, function, arguments):
        for _ in range(2):
            try:
                return function(*arguments) or ""
            except Unlucky as unlucky:
                print("again: %s: %s" % (name, unlucky), flush=True)
        return function(*arguments) or ""

    def skip(self, name, why):
        self.skipped += 1
        print("skipped: %s: %s" % (name, why), flush=True)

    def end(self):
        print("%d passed, %d failed, %d skipped" % (self.passed, self.failed, self.skipped))
        sys.exit(1 if self.failed else 0)


def begin():
    """(recorder, report) of a script, or the end with 77 where processes cannot be looked at."""
    if len(sys.argv) < 2 or not os.path.exists(os.path.join(sys.argv[1], "profrec")):
        print("skipped: no profrec in the build's programs")
        sys.exit(SKIPPED)
    why = tracing_forbidden()
    if why:
        print("skipped: " + why)
        sys.exit(SKIPPED)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    return Recorder(sys.argv[1]), Report()
