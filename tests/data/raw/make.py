#!/usr/bin/env python3
"""Makes the samples of this folder: make.py [FOLDER]. A second writer of docs/formats/raw.md, so that profpipe's own is not its only judge."""
import os
import sys
import zlib

FOLDER = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))
MAGIC = b"\x89PPRAW\r\n"
ON_CPU, GIL, GC, STOPPED, VERIFIED, IDLE, SALVAGED = (1 << i for i in range(7))


def uint(n):
    out = bytearray()
    while n >= 128:
        out.append(n & 127 | 128)
        n >>= 7
    out.append(n)
    return bytes(out)


def sint(n):
    return uint((n << 1 ^ (-1 if n < 0 else 0)) & (1 << 64) - 1)


def string(s):
    s = s.encode() if isinstance(s, str) else s
    return uint(len(s)) + s


def record(tag, body):
    return uint(tag) + string(body)


def function(number, name, file=0, line=0, rest=b""):
    return record(2, uint(number) + uint(name) + uint(file) + sint(line) + rest)


def frame(number, of, *fields):
    return record(3, uint(number) + uint(of) + b"".join(map(uint, fields)))


def text(number, s):
    return record(1, uint(number) + (s.encode() if isinstance(s, str) else s))


def thread(number, pid, tid, name):
    return record(4, uint(number) + sint(pid) + sint(tid) + name.encode())


def meta(key, value):
    return record(5, string(key) + string(value))


def columns(*cols):
    return uint(len(cols)) + b"".join(uint(unit) + uint(decimals) + string(name) for name, unit, decimals in cols)


COLUMNS = columns(("samples", 0, 0), ("wall", 1, 0), ("cpu", 1, 0))


def sample(flags, of, step, shared, frames, *values):
    return uint(flags) + uint(of) + sint(step) + stack(shared, frames, *values)


def stack(shared, frames, *values):
    return uint(shared) + uint(len(frames)) + b"".join(map(uint, frames)) + b"".join(map(sint, values))


def end(samples, stacks, *statistics):
    return b"E", uint(samples) + uint(stacks) + b"".join(string(key) + string(value) for key, value in statistics)


def block(number, kind, payload):
    header = b"\xf5PBK" + kind + len(payload).to_bytes(4, "little") + number.to_bytes(4, "little") + zlib.crc32(payload).to_bytes(4, "little")
    return header + zlib.crc32(header).to_bytes(4, "little") + payload


def dump(*blocks, major=1, minor=0, first=0):
    return MAGIC + bytes([major, minor]) + b"".join(block(first + i, *b) for i, b in enumerate(blocks))


def save(name, data, error=None):
    with open(os.path.join(FOLDER, name + ".raw"), "wb") as f:
        f.write(data)
    if error:
        with open(os.path.join(FOLDER, name + ".raw.error"), "w") as f:
            f.write(error + "\n")


HEAD = b"D", (meta("producer", "profrec 0.1") + meta("command", "python app.py") + meta("rate-hz", "100") + record(6, sint(1700000000123456789))
              + text(1, "main") + text(2, "/srv/app.py") + text(3, "parse") + text(4, "memcpy") + text(5, "libc.so.6") + text(6, "naïve;\tname")
              + function(1, 1, 2, 10) + function(2, 3, 2, 20) + function(3, 4, 0, 0, uint(5)) + function(4, 6)
              + frame(1, 1, 12) + frame(2, 2, 21, 22, 5, 30) + frame(3, 3, 0, 0, 0, 0, 1, 0x7f00DEADBEEF) + frame(4, 4) + frame(5, 2, 23)
              + thread(1, 100, 100, "MainThread") + thread(2, 100, 101, "worker"))
MS = 1000000
FIRST = b"S", (COLUMNS + sample(ON_CPU | GIL | VERIFIED, 1, 10 * MS, 0, [1, 2], 1, 10 * MS, 9 * MS)
               + sample(IDLE, 2, 5, 0, [1], 1, 10 * MS, 0)
               + sample(ON_CPU | GIL, 1, 10 * MS - 5, 2, [3], 1, 10 * MS, 10 * MS)
               + sample(ON_CPU | GIL, 1, 10 * MS, 3, [], 1, 10 * MS, 10 * MS)
               + sample(GC | STOPPED, 2, 7, 1, [4], 1, 19 * MS, 1))
LATER = b"D", text(7, "late") + function(5, 7, 2, 90) + frame(6, 5, 91)
SECOND = b"S", (COLUMNS + sample(SALVAGED, 1, 40 * MS, 0, [1, 5, 6], 1, 10 * MS, 3) + sample(0, 0, 1, 0, [], 1, 0, 0)
                + sample(ON_CPU, 1, 10 * MS, 1, [5, 5, 5, 2], 1, 10 * MS, 4))
END = end(8, 0, ("asked-hz", "100.0"), ("achieved-hz", "99.5"), ("late", "1"), ("torn", "0"), ("salvaged", "1"), ("dropped", "2"))
WHOLE = dump(HEAD, FIRST, LATER, SECOND, END)


def place(n):
    """Where block n of WHOLE begins."""
    return len(dump(*[HEAD, FIRST, LATER, SECOND, END][:n]))


def flipped(data, at):
    return data[:at] + bytes([data[at] ^ 0x10]) + data[at + 1:]


save("pass_recording", WHOLE)
save("pass_no_end", WHOLE[:place(4)])
save("pass_cut_in_block", WHOLE[:place(3) + 60])
save("pass_cut_in_header", WHOLE[:place(3) + 9])
save("pass_damaged_samples", flipped(WHOLE, place(1) + 50))
save("pass_damaged_definitions", flipped(WHOLE, place(2) + 25))
save("pass_damaged_header", flipped(WHOLE, place(1) + 6))
save("pass_damaged_marker", flipped(WHOLE, place(2)))
save("pass_bytes_missing", WHOLE[:place(1) + 30] + WHOLE[place(1) + 40:])
save("pass_bytes_inserted", WHOLE[:place(2)] + b"\xf5PBK and other bytes" * 5 + WHOLE[place(2):])
save("pass_block_missing", WHOLE[:place(1)] + WHOLE[place(2):])
save("pass_after_end", WHOLE + block(5, *SECOND))
save("pass_empty", dump(end(0, 0)))
save("pass_newer_minor", dump(HEAD, (b"Z", b"what no one knows yet"), FIRST, (b"D", record(99, b"new") + function(5, 1, 2, 5, uint(0) + b"more")
     + frame(6, 5, 1, 2, 3, 4, 2, 5, 77)), SECOND, end(8, 0), minor=7))
save("pass_out_of_order", dump(HEAD, (b"S", COLUMNS + sample(0, 1, 50, 0, [1], 1, 1, 1) + sample(0, 1, -20, 1, [2], 1, 2, 2)
     + sample(0, 2, 0, 0, [1], 1, 3, 3) + sample(0, 1, -100, 0, [4], 1, 4, 4)), end(4, 0)))
save("pass_defined_again", dump(HEAD, FIRST, (b"D", text(1, "other") + function(1, 1, 2, 11) + frame(1, 1, 13)), SECOND, end(8, 0)))
save("pass_renamed_threads", dump(HEAD, FIRST, (b"D", thread(1, 100, 100, "named late") + thread(2, 100, 102, "another")), SECOND,
     (b"D", thread(2, 100, 102, "another, named late")), end(8, 0)))
save("pass_malformed_record", dump(HEAD, (b"S", COLUMNS + sample(0, 1, 1, 0, [1, 2], 1, 1, 1) + sample(0, 1, 1, 3, [1], 1, 1, 1)), SECOND, end(5, 0)))
save("pass_stacks", dump(HEAD, (b"A", columns(("alloc", 2, 0)) + uint(0) + stack(0, [1], 7) + stack(1, [2, 5], 0) + stack(2, [3], -4) + stack(0, [], 1)), end(0, 4)))
save("pass_bounds", dump(HEAD, (b"A", columns(("wall", 1, 0)) + uint(1) + stack(0, [1], 500) + uint(0) + stack(1, [2], 250) + uint(1) + sint(200) + sint(300)
     + stack(2, [5], 10) + uint(3) + sint(0) + sint(25)), end(0, 3)))
save("pass_decimals", dump(HEAD, (b"A", columns(("samples", 0, 1)) + uint(0) + stack(0, [1], 15)), (b"A", columns(("samples", 0, 3)) + uint(0) + stack(0, [1], 250)),
     (b"A", columns(("samples", 0, 0), ("wall", 1, 0)) + uint(0) + stack(0, [1, 2], 3, 9)), end(0, 3)))
save("pass_samples_and_stacks", dump(HEAD, FIRST, (b"A", COLUMNS + uint(0) + stack(0, [1, 2], 5, 6, 7) + stack(0, [4], 1, 0, 0)), end(5, 2)))
save("pass_deep", dump(HEAD, (b"S", COLUMNS + sample(0, 1, 1, 0, [1, 2] * 1500, 1, 1, 1) + sample(0, 1, 1, 2999, [5], 1, 1, 1) + sample(0, 1, 1, 1, [], 1, 1, 1)), end(3, 0)))
save("pass_large_numbers", dump((b"D", text(2**40, "far") + function(2**63, 2**40, 2**40, -2**63) + frame(2**64 - 1, 2**63, 2**32 - 1, 0, 0, 0, 2**32 - 1, 2**64 - 1)
     + thread(2**35, -2**63, 2**63 - 1, "")), (b"S", columns(("wall", 1, 0)) + sample(2**32 - 1, 2**35, -2**63, 0, [2**64 - 1], 2**62)
     + sample(0, 2**35, -1, 1, [], 0)), end(2, 0)))

save("fail_major", dump(HEAD, FIRST, END, major=2), "expected version 1 of the raw format, found version 2")
save("fail_header_only", dump(), "expected a block of a raw dump, found the end of the input")
save("fail_header_cut", WHOLE[:7], "expected the header of a raw dump, found the end of the input")
save("fail_nothing_intact", dump()[:10] + b"\xf5PBK" * 40, "expected a block of a raw dump, found none that is intact")
save("fail_overflow", dump(HEAD, (b"S", columns(("wall", 1, 0)) + sample(0, 1, 1, 0, [1], 2**63 - 1) + sample(0, 1, 1, 1, [], 1)), end(2, 0)), "counts add up past 64 bits")
save("fail_columns", dump(*[(b"A", columns(("column %d" % i, 0, 0)) + uint(0)) for i in range(65)], end(0, 0)), "more than 64 columns of values")
