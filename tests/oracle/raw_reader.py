#!/usr/bin/env python3
"""A second reader of raw dumps, written from docs/formats/raw.md alone, and the text of docs/formats/text.md from what it read.

raw_reader.py BIN [CASES]   compares with raw2text: the samples in tests/data/raw, CASES damaged variants, and CASES variants whose checksums were put
                            right again, so that the records themselves lie
raw_reader.py --show FILE   shows a dump"""
import glob
import os
import random
import re
import subprocess
import sys
import tempfile
import zlib

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MAGIC, MARKER = b"\x89PPRAW\r\n", b"\xf5PBK"
LOST = b"<lost>"


class Refused(Exception):
    """Not a raw dump, or numbers past 64 bits."""


class Malformed(Exception):
    """A record that breaks the rules."""


def fit(n):
    if not -2**63 <= n < 2**63:
        raise Refused("past 64 bits")
    return n


class Bytes:
    def __init__(self, data):
        self.data, self.at = data, 0

    def left(self):
        return len(self.data) - self.at

    def uint(self, most=2**64 - 1):
        value = shift = 0
        while True:
            if self.at == len(self.data) or shift > 63:
                raise Malformed
            byte = self.data[self.at]
            self.at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                if value > most:
                    raise Malformed
                return value
            if shift == 70:
                raise Malformed

    def int(self):
        n = self.uint()
        return n >> 1 if n & 1 == 0 else -1 - (n >> 1)

    def take(self, count):
        if count > self.left():
            raise Malformed
        self.at += count
        return self.data[self.at - count:self.at]

    def str(self):
        return self.take(self.uint())

    def rest(self):
        return self.take(self.left())


def little(data, at):
    return int.from_bytes(data[at:at + 4], "little")


def header_right(data, at):
    return (data[at:at + 4] == MARKER and at + 21 <= len(data) and little(data, at + 17) == zlib.crc32(data[at:at + 17])
            and little(data, at + 5) <= 1 << 30)


def blocks(data):
    """Yields (type, payload) of the intact blocks."""
    at = 10
    while at < len(data):
        length = little(data, at + 5) if header_right(data, at) else None
        if length is not None and at + 21 + length <= len(data):
            payload = data[at + 21:at + 21 + length]
            if zlib.crc32(payload) == little(data, at + 13):
                yield chr(data[at + 4]), payload
            at += 21 + length
            continue
        at += 1
        while at < len(data) and not header_right(data, at):
            found = data.find(MARKER, at + 1)
            at = found if found >= 0 else len(data)


class Dump:
    def __init__(self, data):
        if len(data) < 10 or data[:8] != MAGIC or data[8] != 1:
            raise Refused("no raw dump of version 1")
        self.strings, self.threads = {0: b""}, {0: [0, 0, b""]}
        self.functions = {0: (b"", b"", 0, b"")}
        self.frames = {0: ((b"", b"", 0, b""), 0, 0, 0, 0, 0, 0)}
        self.metas, self.start, self.ended = [], None, False
        self.metrics = []  # [name, unit, decimals]
        self.stacks = [(None, None)]
        self.children = {}
        self.values = [[]]
        self.bounds = {}
        self.samples = []  # [time, flags, thread, stack, values]
        intact = 0
        for kind, payload in blocks(data):
            if self.ended:
                continue
            intact += 1
            try:
                take = {"D": self.definitions, "S": self.take_samples, "A": self.take_stacks, "E": self.end}.get(kind)
                if take:
                    take(Bytes(payload))
            except Malformed:
                pass
        if not intact:
            raise Refused("no intact block")
        if not self.metrics:
            self.metric(b"samples", 0)
        self.samples.sort(key=lambda sample: sample[0])

    def string(self, number):
        return self.strings.get(number, LOST)

    def definitions(self, b):
        while b.left():
            tag = b.uint()
            body = Bytes(b.str())
            if 1 <= tag <= 4:
                number = body.uint()
                if number == 0:
                    raise Malformed
            if tag == 1:
                self.strings[number] = body.rest()
            elif tag == 2:
                name, file, line = body.uint(), body.uint(), body.int()
                module = body.uint() if body.left() else 0
                self.functions[number] = self.string(name), self.string(file), line, self.string(module)
            elif tag == 3:
                of = body.uint()
                fields = [body.uint(2**64 - 1 if i == 5 else 2**32 - 1) if body.left() else 0 for i in range(6)]
                self.frames[number] = (self.functions.get(of, (LOST, b"", 0, b"")), *fields)
            elif tag == 4:
                pid, tid, name = body.int(), body.int(), body.rest()
                known = self.threads.get(number)
                if known and known[:2] == [pid, tid]:
                    known[2] = name
                else:
                    self.threads[number] = [pid, tid, name]
            elif tag == 5:
                self.metas.append((body.str(), body.str()))
            elif tag == 6:
                utc = body.int()
                self.start = utc if self.start is None else self.start

    def metric(self, name, unit):
        for i, metric in enumerate(self.metrics):
            if metric[0] == name:
                return i
        self.metrics.append([name, unit, 0])
        for values in self.values + [sample[4] for sample in self.samples]:
            values.append(0)
        return len(self.metrics) - 1

    def columns(self, b):
        count = b.uint(64)
        if count == 0:
            raise Malformed
        found = []
        for _ in range(count):
            unit, decimals, name = b.uint(2), b.uint(9), b.str()
            column = self.metric(name, unit)
            if column >= 64:
                raise Refused("too many columns")
            if column in [have[0] for have in found]:
                raise Malformed
            have = self.metrics[column][2]
            if decimals > have:
                for values in self.values + [sample[4] for sample in self.samples]:
                    values[column] = fit(values[column] * 10**(decimals - have))
                self.metrics[column][2] = decimals
            found.append((column, decimals))
        return [(column, 10**(self.metrics[column][2] - decimals)) for column, decimals in found]

    def read_values(self, b, columns):
        values = [0] * len(self.metrics)
        for column, factor in columns:
            values[column] = fit(b.int() * factor)
        return values

    def add(self, stack, values):
        self.values[stack] = [fit(x + y) for x, y in zip(self.values[stack], values)]

    def push(self, parent, frame):
        """The child of `parent` with `frame`; equal frames are one whatever their ids."""
        frame = self.frames.get(frame, ((LOST, b"", 0, b""), 0, 0, 0, 0, 0, 0))
        if (parent, frame) not in self.children:
            self.children[parent, frame] = len(self.stacks)
            self.stacks.append((parent, frame))
            self.values.append([0] * len(self.metrics))
        return self.children[parent, frame]

    def path(self, b, before):
        """The stack after one given as a list of stack numbers, as such a list."""
        shared, count = b.uint(), b.uint()
        if shared > len(before) or count > b.left():
            raise Malformed
        path = before[:shared]
        for _ in range(count):
            path.append(self.push(path[-1] if path else 0, b.uint()))
        return path

    def take_samples(self, b):
        columns, paths, time = self.columns(b), {}, 0
        while b.left():
            flags, thread = b.uint(2**32 - 1), b.uint()
            time = (time + b.int() + 2**63) % 2**64 - 2**63
            path = self.path(b, paths.get(thread, []))
            values = self.read_values(b, columns)
            paths[thread] = path
            stack = path[-1] if path else 0
            # An id never defined stands for one lost thread until it is defined.
            self.samples.append([time, flags, self.threads.get(thread, [0, 0, LOST]), stack, values])
            self.add(stack, values)

    def take_stacks(self, b):
        columns, flags, path = self.columns(b), b.uint(), []
        while b.left():
            path = self.path(b, path)
            values = self.read_values(b, columns)
            stack = path[-1] if path else 0
            self.add(stack, values)
            if flags & 1:
                bits = b.uint(2**32 - 1)
                lower, upper = (b.int(), b.int()) if bits else (0, 0)
                if lower > upper:
                    raise Malformed
                self.bounds[stack] = bits, lower, upper

    def end(self, b):
        b.uint(), b.uint()
        self.ended = True
        while b.left():
            key = b.str()
            self.metas.append((b"stat-" + key, b.str()))


# --- docs/formats/text.md ---

CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufff9-\ufffb\udc80-\udcff]")


def show(name):
    def escape(match):
        code = ord(match[0])
        code = code - 0xdc00 if 0xdc80 <= code <= 0xdcff else code
        return ("\\x%02x" if code < 256 else "\\u%04x") % code
    return CONTROLS.sub(escape, name.decode("utf-8", "surrogateescape"))


def in_stack(name):
    return "\\x3b".join(show(part) for part in name.split(b";"))


def bits(flags, names):
    shown = [name for i, name in enumerate(names) if flags >> i & 1]
    unnamed = flags >> len(names) << len(names)
    return ",".join(shown + ["0x%x" % unnamed] * bool(unnamed)) or "-"


def decimal(value, decimals):
    sign, value = "-" * (value < 0), str(abs(value)).zfill(decimals + 1)
    whole, fraction = value[:len(value) - decimals], value[len(value) - decimals:].rstrip("0")
    return sign + whole + ("." + fraction if fraction else "")


def seconds(ns):
    return "%s%d.%09d" % ("-" * (ns < 0), abs(ns) // 10**9, abs(ns) % 10**9)


def show_frame(frame):
    (name, file, definition, module), line, end_line, column, end_column, flags, address = frame
    out = in_stack(name)
    if file not in (b"", b"~"):
        out += " (%s:%d)" % (in_stack(file), line or definition)
    if module:
        out += " [%s]" % in_stack(module)
    if end_line or column or end_column or flags or address:
        out += " {%d:%d-%d:%d %s%s}" % (line, column, end_line, end_column, bits(flags, ["native", "inlined", "kernel"]),
                                        " 0x%x" % address if address else "")
    return out


def show_thread(pid, tid, name):
    if not pid and not tid and not name:
        return "-"
    return "%d/%d" % (pid, tid) + (" " + show(name) if name else "")


def text(dump):
    lines = ["# %s: %s" % (show(key), show(value)) for key, value in dump.metas]
    if dump.start:
        lines.append("# start: %s s since 1970-01-01 UTC" % seconds(dump.start))
    names = ["%s/%s" % (show(name), ["count", "ns", "bytes"][unit]) for name, unit, _ in dump.metrics]
    lines.append("\t".join(["# time", "thread", "flags", *names, "stack"]))

    def path(stack):
        frames = []
        while stack:
            stack, frame = dump.stacks[stack]
            frames.append(show_frame(frame))
        return ";".join(reversed(frames))

    def columns(values):
        return [decimal(value, metric[2]) for value, metric in zip(values, dump.metrics)]

    rest = [list(values) for values in dump.values]
    for time, flags, thread, stack, values in dump.samples:
        shown = bits(flags, ["on-cpu", "gil", "gc", "stopped", "verified", "idle", "salvaged"])
        lines.append("\t".join([seconds(time), show_thread(*thread), shown, *columns(values), path(stack)]))
        rest[stack] = [x - y for x, y in zip(rest[stack], values)]
    for stack, values in enumerate(rest):
        flags, lower, upper = dump.bounds.get(stack, (0, 0, 0))
        if not flags and not any(values):
            continue
        shown = bits(flags, ["estimated", "recursion-cut", "budget-cut"])
        if flags:
            shown += " %s..%s" % (decimal(lower, dump.metrics[0][2]), decimal(upper, dump.metrics[0][2]))
        lines.append("\t".join(["-", "-", shown, *columns(values), path(stack)]))
    return "\n".join(lines) + "\n"


# --- the comparison ---


def expected(data):
    try:
        return text(Dump(data)).encode("utf-8", "surrogateescape")
    except Refused:
        return None


def resealed(data, chance):
    """`data` with its blocks' payloads changed and their checksums right."""
    out, at = bytearray(data[:10]), 10
    while at < len(data) and header_right(data, at):
        header, payload = bytearray(data[at:at + 21]), bytearray(data[at + 21:at + 21 + little(data, at + 5)])
        at += 21 + len(payload)
        for _ in range(chance.choice([0, 1, 1, 2])):
            if payload:
                place = chance.randrange(len(payload))
                kind = chance.random()
                if kind < 0.6:
                    payload[place] = chance.choice([0, 1, 2, 3, 127, 128, 255, chance.randrange(256)])
                elif kind < 0.8:
                    del payload[place]
                else:
                    payload.insert(place, chance.randrange(256))
        header[5:9] = len(payload).to_bytes(4, "little")
        header[13:17] = zlib.crc32(payload).to_bytes(4, "little")
        header[17:21] = zlib.crc32(header[:17]).to_bytes(4, "little")
        out += header + payload
    return bytes(out)


def damaged(data, chance):
    data = bytearray(data)
    for _ in range(chance.choice([1, 1, 2, 5])):
        place = chance.randrange(10, len(data))
        kind = chance.random()
        if kind < 0.5:
            data[place] ^= 1 << chance.randrange(8)
        elif kind < 0.7:
            del data[place:place + chance.randrange(60)]
        elif kind < 0.9:
            data[place:place] = chance.choice([MARKER, data[:80], bytes(7)])
        else:
            del data[max(place, 11):]
        if len(data) < 12:
            break
    return bytes(data)


def main():
    if sys.argv[1] == "--show":
        with open(sys.argv[2], "rb") as file:
            sys.stdout.buffer.write(expected(file.read()) or b"refused\n")
        return 0
    program = os.path.join(sys.argv[1], "raw2text")
    cases = int(sys.argv[2]) if len(sys.argv) > 2 else 300
    samples = []
    for path in sorted(glob.glob(os.path.join(ROOT, "tests/data/raw/*.raw"))):
        with open(path, "rb") as file:
            samples.append((os.path.basename(path), file.read()))
    chance = random.Random(20240501)
    whole = [sample for sample in samples if sample[0].startswith("pass_") and len(sample[1]) < 2000]
    inputs = list(samples)
    for i in range(cases):
        name, data = chance.choice(whole)
        inputs.append(("%s, damage %d" % (name, i), damaged(data, chance)))
        inputs.append(("%s, lies %d" % (name, i), resealed(data, chance)))
    failed = refused = 0
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "dump.raw")
        for name, data in inputs:
            with open(path, "wb") as file:
                file.write(data)
            done = subprocess.run([program, "--quiet", path], capture_output=True, check=False, timeout=60)
            want = expected(data)
            refused += want is None
            good = done.returncode == 2 and not done.stdout if want is None else done.returncode == 0 and done.stdout == want
            if not good:
                failed += 1
                with open("/tmp/raw_reader_failed.raw" if os.environ.get("KEEP") else os.devnull, "wb") as file:
                    file.write(data)
                print("FAILED %s: exit %d %s" % (name, done.returncode, done.stderr.decode("utf-8", "replace")))
                for mine, its in zip((want or b"").split(b"\n"), done.stdout.split(b"\n")):
                    if mine != its:
                        print("  this reader: %.300r\n  raw2text:    %.300r" % (mine, its))
                        break
                if failed > 5:
                    break
    print("raw_reader: %d dumps compared (%d refused by both), %d failed" % (len(inputs), refused, failed))
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
