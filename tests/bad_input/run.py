#!/usr/bin/env python3
"""Hostile input through the real programs: run.py BIN FORMAT|any

Every file must be read (exit 0) or refused with a located one-line error (exit 2, no output file), in bounded time, without a sanitizer's
report. Files are made here from the samples and thrown away; nothing big is stored."""
import gzip
import os
import random
import re
import resource
import struct
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BIN, WHAT = sys.argv[1], sys.argv[2]
SANITIZED = bool(os.environ.get("PP_SANITIZE"))
SECONDS = 60 if SANITIZED else 20
MEMORY = 3 << 30  # address space, where no sanitizer needs its own
TRUNCATIONS, FLIPS = (60, 60) if SANITIZED else (250, 250)

ran = failed = 0


def limits():
    if not SANITIZED:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def complain(name, text, err):
    global failed
    failed += 1
    print("FAILED %s: %s\n    %s" % (name, text, err[:600].decode("utf-8", "replace")))


def run(name, args, stdin=subprocess.DEVNULL, expect=None, located=False):
    """Runs a program; judges exit status, message and time. Returns (status, stdout, stderr)."""
    global ran
    ran += 1
    try:
        done = subprocess.run(args, stdin=stdin, capture_output=True, timeout=SECONDS, preexec_fn=limits)
    except subprocess.TimeoutExpired:
        complain(name, "no end after %d s" % SECONDS, b"")
        return None, b"", b""
    err = done.stderr
    if done.returncode not in (0, 1, 2) or b"Sanitizer" in err or b"runtime error" in err:
        complain(name, "exit %d of %s" % (done.returncode, " ".join(args[:4])), err)
    elif b"internal" in err:
        complain(name, "an internal error", err)
    elif expect is not None and done.returncode != expect:
        complain(name, "exit %d, expected %d" % (done.returncode, expect), err)
    elif done.returncode == 2:
        # Warnings may stand before the one line of error.
        last = err.rstrip(b"\n").split(b"\n")[-1]
        if not re.match(rb"[a-z0-9-]+: |Try ", last):
            complain(name, "refused without a message", err)
        elif located and not re.search(rb":\d+:|: byte 0x|:\d+: ", err):
            complain(name, "an error without a place", err)
        if any(b < 32 and b != 10 for b in err):
            complain(name, "control bytes on standard error", err)
    return done.returncode, done.stdout, err


def on_terminal(args):
    """What a program shows on a terminal; nothing where there is none to be had (a bare chroot)."""
    try:
        master, slave = os.openpty()
    except OSError as error:
        print("skipped: no pseudo-terminal here:", error)
        return b""
    process = subprocess.Popen(args, stdin=subprocess.DEVNULL, stdout=slave, stderr=slave)
    os.close(slave)
    shown = b""
    try:
        while True:
            some = os.read(master, 65536)
            if not some:
                break
            shown += some
    except OSError:  # Linux's way to say that the other side is closed
        pass
    os.close(master)
    process.wait()
    return shown


def convert(name, path, to="folded", expect=None, located=False, extra=()):
    """profconv PATH -o OUT; a failure must leave no output file."""
    out = os.path.join(os.path.dirname(path), "out")
    if os.path.exists(out):
        os.remove(out)
    status, _, err = run(name, [os.path.join(BIN, "profconv"), "--to", to, path, "-o", out, *extra], expect=expect, located=located)
    left = [n for n in os.listdir(os.path.dirname(path)) if n.startswith("out")]
    if status == 2 and left:
        complain(name, "exit 2, and yet %s was left" % left, err)
    return status


def put(folder, name, data):
    path = os.path.join(folder, name)
    with open(path, "wb") as file:
        file.write(data)
    return path


def samples(kind):
    folder = os.path.join(ROOT, "tests", "data", kind)
    names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    for name in names:
        if name.startswith("pass_") and not name.endswith((".dump", ".error")):
            with open(os.path.join(folder, name), "rb") as file:
                yield name, file.read()


def spread(length, most):
    """All of range(length), or the first 64 and an even choice of the rest."""
    if length <= most:
        return range(length)
    return sorted(set(list(range(64)) + [i * length // most for i in range(most)]))


def damage(kind, folder):
    """Truncation at every byte (of long samples: at many), single bits flipped, runs overwritten, pieces doubled."""
    for name, data in sorted(samples(kind), key=lambda s: len(s[1]))[:4]:
        rng = random.Random(name)
        for cut in spread(len(data), TRUNCATIONS):
            convert("%s cut at %d" % (name, cut), put(folder, "bad", data[:cut]), extra=("--from", kind))
        for _ in range(FLIPS if data else 0):
            changed = bytearray(data)
            place, bit = rng.randrange(len(data)), rng.randrange(8)
            changed[place] ^= 1 << bit
            convert("%s bit %d of byte %d" % (name, bit, place), put(folder, "bad", bytes(changed)), extra=("--from", kind))
        for filler in (b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", b"\x00\x00\x00\x00"):
            for _ in range(FLIPS // 6):
                place = rng.randrange(max(1, len(data) - 4))
                changed = data[:place] + filler + data[place + 4:]
                convert("%s %r at %d" % (name, filler, place), put(folder, "bad", changed), extra=("--from", kind))


def long_tuple(entries):
    return b"{" + entries + b"0"


def marshal_int(n):
    return b"i" + struct.pack("<i", n)


def marshal_str(s):
    return b"z" + bytes([len(s)]) + s


def marshal_double(x):
    return b"g" + struct.pack("<d", x)


def pstat_row(key, calls, callers=b"{0"):
    return key + b")\x05" + calls + calls + marshal_double(1.0) + marshal_double(1.0) + callers


def big_long(digits):
    return b"l" + struct.pack("<i", len(digits)) + b"".join(struct.pack("<H", d) for d in digits)


def pstat(folder):
    key = b")\x03" + marshal_str(b"a.py") + marshal_int(1) + marshal_str(b"f")
    largest = big_long([0x7fff] * 4 + [7])        # 2**63 - 1
    past = big_long([0] * 4 + [8])                # 2**63
    huge = big_long([1] * 4000)
    made = {
        "a 10,000-deep nest of tuples": (b"{" + b")\x01" * 10000, 2),
        "a 10,000-deep nest of lists in a key": (b"{)\x03" + b"[\x01\x00\x00\x00" * 10000, 2),
        "a string of 2 GiB": (b"{)\x03s\xff\xff\xff\x7f", 2),
        "a string of negative length": (b"{)\x03s\xff\xff\xff\xff", 2),
        "a tuple of 2**31-1": (b"{(\xff\xff\xff\x7f", 2),
        "a tuple of negative size": (b"{(\xff\xff\xff\xff", 2),
        "a long int of 2**30 digits": (b"{)\x03" + marshal_str(b"a") + b"l\x00\x00\x00\x40", 2),
        "a reference past the end": (b"{r\x05\x00\x00\x00", 2),
        "a reference to itself": (b"{\xa9\x03r\x00\x00\x00\x00r\x00\x00\x00\x00r\x00\x00\x00\x00", 2),
        "a dictionary in itself": (b"\xfb)\x03" + marshal_str(b"a") + marshal_int(1) + b"r\x00\x00\x00\x00" + b"N0", 2),
        "a count of 2**63-1": (long_tuple(pstat_row(key, largest)), 0),
        "two counts of 2**63-1": (long_tuple(pstat_row(key, largest) + pstat_row(key.replace(b"f", b"g", 1), largest)), None),
        "a count of 2**63": (long_tuple(pstat_row(key, past)), None),
        "a count of 4,000 digits": (long_tuple(pstat_row(key, huge)), None),
        "a value that is no tuple": (long_tuple(key + b"N"), 2),
        "a row of four": (long_tuple(key + b")\x04" + marshal_int(1) * 4), 2),
        "names of NUL bytes": (long_tuple(pstat_row(b")\x03" + marshal_str(b"\0\0") + marshal_int(1) + marshal_str(b"\0"), marshal_int(1))), 0),
        "names of terminal escapes": (long_tuple(pstat_row(b")\x03" + marshal_str(b"\x1b[2J") + marshal_int(1) + marshal_str(b"\x1b]0;x\x07"), marshal_int(1))), 0),
        "times of NaN and infinity": (long_tuple(key + b")\x05" + marshal_int(1) * 2 + marshal_double(float("nan")) + marshal_double(float("inf")) + b"{0"), None),
        "times of 1e308": (long_tuple(key + b")\x05" + marshal_int(1) * 2 + marshal_double(1e308) * 2 + b"{0"), None),
        "a function that calls itself only": (long_tuple(pstat_row(key, marshal_int(1), b"{" + key + b")\x04" + marshal_int(1) * 2 + marshal_double(1) * 2 + b"0")), 0),
        "no end": (b"{" + pstat_row(key, marshal_int(1)), 2),
    }
    for name, (data, expect) in made.items():
        path = put(folder, "bad", data)
        convert(name, path, expect=None if expect == 0 else expect, located=expect == 2)
        run(name, [os.path.join(BIN, "pstat-print"), path], expect=expect, located=expect == 2)
        if b"\x1b]" in on_terminal([os.path.join(BIN, "pstat-print"), "--color", "never", path]):
            complain(name, "an escape sequence reached the terminal", b"")
    cycle_of_calls(folder)


def cycle_of_calls(folder):
    """Sixty functions that all call each other: 60! paths, which must be cut by the budget, not walked."""
    names = [b")\x03" + marshal_str(b"a.py") + marshal_int(i) + marshal_str(b"f%d" % i) for i in range(60)]
    edge = b")\x04" + marshal_int(1) * 2 + marshal_double(0.5) * 2
    callers = b"{" + b"".join(n + edge for n in names) + b"0"
    path = put(folder, "bad", long_tuple(b"".join(pstat_row(n, marshal_int(60), callers) for n in names)))
    convert("sixty functions calling each other", path, expect=0)


def folded(folder):
    largest = 2**63 - 1
    made = {
        "a count of 2**63-1": (b"a;b %d\n" % largest, 0),
        "counts that overflow together": (b"a;b %d\na;b %d\n" % (largest, largest), 2),
        "totals that overflow": (b"a;b %d\na;c %d\n" % (largest, largest), None),
        "a count of 2**63": (b"a;b %d\n" % (largest + 1), None),
        "a count of 400 digits": (b"a;b " + b"9" * 400 + b"\n", None),
        "NUL bytes": (b"a\0b;c\0 3\nd 2\n", 0),
        "only semicolons": (b";;;;;; 4\n", None),
        "escapes": (b"\x1b[2J;\x1b]0;t\x07 3\n", 0),
        "a million frames": (b";".join(b"f%d" % (i % 1000) for i in range(1000000)) + b" 1\n", 0),
        "a 64 MiB line without an end": (b"a" * (64 << 20), 2),
        "a 64 MiB name": (b"a;" + b"b" * (64 << 20) + b" 1\n", None),
        "a 64 MiB line of spaces": (b"a 1\n" + b" " * (64 << 20) + b"\nb 2\n", 0),
        "a million empty lines": (b"\n" * 1000000 + b"a 1\n", 0),
        "half of a UTF-16 file": ("a;b 1\n".encode("utf-16-le")[:5], None),
        "UTF-16 with a lone surrogate": (b"\xff\xfea\x00\x00\xd8 \x001\x00\n\x00", None),
        "no count at all": (b"just;some;text\nand;more\n", 2),
        "a negative count": (b"a;b -5\n", None),
        "a count of NaN": (b"a;b nan\n", None),
        "a count of 1e400": (b"a;b 1e400\n", None),
    }
    for name, (data, expect) in made.items():
        path = put(folder, "bad", data)
        # As calls, large counts may overflow where they add up.
        convert(name, path, to="pstat", expect=expect if expect == 2 else None, extra=("--from", "folded", "--quiet"))
        run(name, [os.path.join(BIN, "proffilter"), "--quiet", "--from", "folded", path], expect=expect)
    escapes = put(folder, "bad", made["escapes"][0])
    for tool in ("proffilter", "profmerge", "profstat", "folded2text"):
        shown = on_terminal([os.path.join(BIN, tool), escapes])
        if b"\x1b]" in shown or b"\x1b[2J" in shown:
            complain(tool, "an escape sequence reached the terminal", shown)
    svg = os.path.join(BIN, "folded2svg")
    if os.path.exists(svg):
        for name, (data, expect) in made.items():
            run("folded2svg: " + name, [svg, "--quiet", "--from", "folded", put(folder, "bad", data)], expect=None if expect == 0 else expect)


def deep(folder):
    """A stack of a million frames through whatever walks stacks: none may go up it once for each frame, or call itself."""
    for name, frames in (("a million frames", b";".join(b"f%d" % i for i in range(1000000))), ("a million repeats", b";".join([b"f"] * 1000000))):
        path = put(folder, "deep", frames + b" 1\n")
        for line in (["folded2svg", "--chart"], ["folded2svg", "--reverse"], ["folded2svg", "--collapse-recursion"], ["folded2pstat"], ["folded2raw"],
                     ["pstat-print", "--top", "3"], ["profstat"], ["proffilter", "--max-depth", "3"], ["proffilter", "--hide", "7"],
                     ["profmerge", path], ["profdiff", path], ["profdiff", "--path", path]):
            if os.path.exists(os.path.join(BIN, line[0])):
                run("%s: %s" % (" ".join(line[:2]), name), [os.path.join(BIN, line[0]), "--quiet", *line[1:], path], expect=0)


def any_format(folder):
    tools = [t for t in ("pstat-print", "proffilter", "profmerge", "profconv", "profstat", "folded2svg") if os.path.exists(os.path.join(BIN, t))]
    bomb = os.path.join(folder, "bomb.gz")
    with gzip.open(bomb, "wb", compresslevel=6) as file:
        for _ in range(256):
            file.write(b"a;b 1\n" * 43690 + b"a;b 1234\n\n\n\n")
    made = {
        "an empty file": b"",
        "one byte": b"\n",
        "a mebibyte of noise": random.Random(7).randbytes(1 << 20),
        "a mebibyte of zeros": bytes(1 << 20),
        "machine code": b"\x7fELF\x02\x01\x01" + bytes(100),
        "a gzip header alone": b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03",
        "a broken gzip": gzip.compress(b"a;b 1\n" * 1000)[:-9],
        "gzip of nothing": gzip.compress(b""),
        "a callgrind file": b"version: 1\ncreator: callgrind-3.19.0\npid: 1\npart: 1\nevents: Ir\nfl=(1) a.c\nfn=(1) main\n16 400\ncalls=1 30\n17 80\n",
        "a sentence": b"This is a letter, not a profile.\nRegards\n",
        "HTML": b"<!DOCTYPE html><html><body>404 Not Found</body></html>\n",
    }
    for tool in tools:
        program = os.path.join(BIN, tool)
        to = ["--to", "folded"] if tool == "profconv" else []
        for name, data in made.items():
            run("%s: %s" % (tool, name), [program, *to, put(folder, "bad", data)], expect=2)
        run("%s: a directory" % tool, [program, *to, folder], expect=2)
        status, out, err = run("%s: a gzip bomb" % tool, [program, *to, "--max-input", "1M", bomb], expect=2)
        if b"max-input" not in err:
            complain(tool, "a gzip bomb's error does not speak of --max-input", err)
        if os.geteuid() != 0:
            os.chmod(bomb, 0)
            run("%s: no permission" % tool, [program, *to, bomb], expect=2)
            os.chmod(bomb, 0o600)
    if not tools:
        complain("any", "no program found in %s" % BIN, b"")


def main():
    with tempfile.TemporaryDirectory() as folder:
        if WHAT == "any":
            any_format(folder)
        else:
            damage(WHAT, folder)
            made = globals().get(WHAT)
            if made in (pstat, folded):
                made(folder)
            if WHAT == "folded":
                deep(folder)
    print("%s: %d inputs, %d failed" % (WHAT, ran, failed))
    if ran == 0:
        print("no sample in tests/data/%s" % WHAT)
        return 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
