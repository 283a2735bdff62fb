"""The recorders that bench/record.py compares: how each is called, and a reader of what it writes.

A reader gives (number of samples, weight, frames from the root to the leaf); weights are nanoseconds or counts, whatever the recorder has.
"""
import os
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests", "record"))
from _recorder import Frame, Recorder  # noqa: E402


class PlainFrame:
    """A frame of a recorder that is not ours."""

    __slots__ = ("name", "file", "line")

    def __init__(self, name, file, line):
        self.name, self.file, self.line = name, file, line

    def __repr__(self):
        return "%s (%s:%d)" % (self.name, os.path.basename(self.file), self.line)


class Samples:
    """What one recording holds. `unsure`: samples that the recorder says it lost, or wrote but says are not whole."""

    def __init__(self, stacks, unsure):
        self.stacks, self.unsure = stacks, unsure
        self.count = sum(count for count, _, _ in stacks)


class Peer:
    """A recorder that writes what it takes for whole and loses the rest."""

    def whole(self, samples):
        return samples.count

    def lost_share(self, samples):
        return samples.unsure / max(1, samples.count + samples.unsure)


class Profrec(Peer):
    """Ours. `stop` is the value of --stop, or None for the default."""

    def __init__(self, bin_folder, stop=None):
        self.recorder = Recorder(bin_folder)
        self.name = "profrec" + (" --stop " + stop if stop else "")
        self.options = ["--stop", stop] if stop else []
        self.suffix = ".raw"

    def supports(self, python):
        return python.supported

    def attach(self, pid, rate, seconds, out):
        return self.recorder.profrec("--rate", rate, *self.options, "--duration", seconds, "--pid", pid, "-o", out)

    def launch(self, rate, out, command):
        return self.recorder.profrec("--rate", rate, *self.options, "-o", out, "--", *command)

    def read(self, out, said):
        recording = self.recorder.read(out)
        stacks = [(s.values["samples"], s.values["wall"], s.frames) for s in recording.samples]
        return Samples(stacks, recording.stats["salvaged"] + recording.stats["dropped"])

    # Samples that are not whole are written too, flagged.
    def whole(self, samples):
        return samples.count - samples.unsure

    def lost_share(self, samples):
        return samples.unsure / max(1, samples.count)


class PySpy(Peer):
    def __init__(self, program, blocking=True):
        self.program = program
        self.options = [] if blocking else ["--nonblocking"]
        version = subprocess.run([program, "--version"], capture_output=True, text=True).stdout.split()[-1]
        self.name = "py-spy %s%s" % (version, "" if blocking else " --nonblocking")
        self.suffix = ".folded"

    def supports(self, python):
        return True

    def common(self, rate, out):
        return [self.program, "record", "--rate", str(rate), "--idle", "--full-filenames", "--format", "raw", "-o", out, *self.options]

    def attach(self, pid, rate, seconds, out):
        return [*self.common(rate, out), "--duration", str(seconds), "--pid", str(pid)]

    def launch(self, rate, out, command):
        return [*self.common(rate, out), "--", *command]

    def read(self, out, said):
        stacks = []
        for line in open(out, encoding="utf-8", errors="surrogateescape"):
            text, _, count = line.rstrip("\n").rpartition(" ")
            stacks.append((int(count), int(count), [Frame(f) for f in text.split(";")]))
        errors = re.search(r"Errors: (\d+)", said)
        return Samples(stacks, int(errors[1]) if errors else 0)


class Tachyon(Peer):
    """CPython's own profiling.sampling; it records only the version that it is."""

    def __init__(self, python, blocking=False):
        self.python = python
        self.options = ["--blocking"] if blocking else []
        self.name = "profiling.sampling %s%s" % (python.name.split()[0], " --blocking" if blocking else "")
        self.suffix = ".folded"

    def supports(self, python):
        return python.minor == self.python.minor

    def common(self, verb, rate, out):
        return [self.python.path, "-m", "profiling.sampling", verb, "-r", str(rate), "-a", "--collapsed", "-o", out, *self.options]

    def attach(self, pid, rate, seconds, out):
        return [*self.common("attach", rate, out), "-d", str(seconds), str(pid)]

    def launch(self, rate, out, command):
        return [*self.common("run", rate, out), *command[1:]]

    def read(self, out, said):
        stacks = []
        for line in open(out, encoding="utf-8"):
            text, _, count = line.rstrip("\n").rpartition(" ")
            frames = [PlainFrame(name, file, int(number)) for file, name, number in three_parts(text.split(";"))]
            stacks.append((int(count), int(count), frames))
        error = re.search(r"Error rate:?\s*([0-9.]+)", said)
        kept = sum(count for count, _, _ in stacks)
        # It reports the share of attempts that gave nothing.
        share = float(error[1]) / 100 if error else 0.0
        return Samples(stacks, round(kept * share / (1 - share)) if share < 1 else kept)


def three_parts(frames):
    for frame in frames:
        parts = frame.rsplit(":", 2)
        if len(parts) < 3:
            parts = ["", *frame.split(":", 1)][:2] + ["0"]
        # "file:qualified name:line"; the thread stands first as "tid:N" and is passed over.
        if not frame.startswith("tid:"):
            yield parts[0], parts[1], parts[2] if parts[2].isdigit() else "0"


class Austin(Peer):
    def __init__(self, program):
        self.program = program
        shown = subprocess.run([program, "--version"], capture_output=True, text=True)
        self.name = "austin " + (shown.stdout + shown.stderr).split()[-1]
        self.suffix = ".mojo"

    def supports(self, python):
        return (3, 9) <= python.minor <= (3, 14)

    def attach(self, pid, rate, seconds, out):
        return [self.program, "-i", "%dus" % (1000000 // rate), "-x", str(seconds), "-o", out, "-p", str(pid)]

    def launch(self, rate, out, command):
        return [self.program, "-i", "%dus" % (1000000 // rate), "-o", out, *command]

    def read(self, out, said):
        samples = read_mojo(open(out, "rb").read())
        errors = re.search(r"(\d+)/\d+", re.sub(r"\x1b\[[0-9;]*m", "", said).partition("Error rate")[2])
        if errors:
            samples.unsure = int(errors[1])
        return samples


def read_mojo(data):
    """Austin's binary stream: "MOJ", a version, then events whose first byte says what they are."""
    at, strings, frames, stacks = 3, {}, {}, []
    current, invalid, broken = None, False, 0

    def number():
        nonlocal at
        byte = data[at]
        at += 1
        value, shift, negative = byte & 0x3F, 6, byte & 0x40
        while byte & 0x80:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
        return -value if negative else value

    def text():
        nonlocal at
        end = data.index(0, at)
        value = data[at:end].decode("utf-8", "replace")
        at = end + 1
        return value

    def finish():
        nonlocal broken
        if current is not None:
            broken += invalid
            stacks.append((1, current[1], current[0]))

    version = number()
    while at < len(data):
        event = data[at]
        at += 1
        if event == 1:
            text(), text()
        elif event == 2:
            finish()
            number()
            if version >= 3:
                number()
            text()
            current, invalid = [[], 0], False
        elif event == 3:
            key, file, name, line = number(), number(), number(), number()
            if version >= 2:
                number(), number(), number()
            frames[key] = PlainFrame(strings.get(name, "?"), strings.get(file, "?"), line)
        elif event == 4:
            invalid = True
        elif event == 5:
            current[0].append(frames[number()])
        elif event == 6:
            text()
        elif event in (7, 8):
            pass
        elif event == 9:
            current[1] = number()
        elif event == 10:
            number()
        elif event == 11:
            key = number()
            strings[key] = text()
        elif event == 12:
            number()
        else:
            raise ValueError("event %d of MOJO at %d is unknown" % (event, at - 1))
    finish()
    return Samples(stacks, broken)


def runs(command):
    """Whether a program starts at all here (a wheel may want a newer C library)."""
    try:
        return subprocess.run([*command, "--version"], capture_output=True, timeout=30).returncode == 0
    except (OSError, subprocess.SubprocessError):
        return False


def find_tools(bin_folder, pythons, everything):
    """The recorders that are here; those that are not are named. `everything`: also their other modes."""
    tools = [Profrec(bin_folder)]
    if everything:
        tools.append(Profrec(bin_folder, "never"))
        tools.append(Profrec(bin_folder, "always"))
    py_spy = os.environ.get("PY_SPY") or shutil.which("py-spy")
    if py_spy and runs([py_spy]):
        tools += [PySpy(py_spy)] + ([PySpy(py_spy, blocking=False)] if everything else [])
    else:
        print("not here: py-spy (PY_SPY names it)")
    newest = [python for python in pythons if python.minor >= (3, 15)]
    if newest:
        tools += [Tachyon(newest[-1])] + ([Tachyon(newest[-1], blocking=True)] if everything else [])
    else:
        print("not here: profiling.sampling (Python 3.15)")
    austin = os.environ.get("AUSTIN") or shutil.which("austin")
    if austin and runs([austin]):
        tools.append(Austin(austin))
    else:
        print("not here: austin (AUSTIN names it)")
    return tools
