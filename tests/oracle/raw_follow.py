#!/usr/bin/env python3
"""raw2text --follow shows a block's samples once the block is whole, while the input is still open; and in the end what raw2text shows.

usage: raw_follow.py BIN_DIR [CASES]"""
import os, re, select, subprocess, sys

BIN = os.path.abspath(sys.argv[1])
DATA = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "data", "raw")
HEADER, BLOCK = 10, 21


def blocks(data):
    """The intact dump's blocks as (type, bytes)."""
    at = HEADER
    while at < len(data):
        size = BLOCK + int.from_bytes(data[at + 5:at + 9], "little")
        yield data[at + 4:at + 5], data[at:at + size]
        at += size


def shown(pipe, enough):
    """Lines that arrive without the input being closed: as many as `enough` samples, or what there is after ten seconds."""
    text = b""
    while len(samples(text)) < enough and select.select([pipe], [], [], 10)[0]:
        some = os.read(pipe.fileno(), 65536)
        if not some:
            break
        text += some
    return text


def samples(text):
    return [line for line in text.split(b"\n") if re.match(rb"-?\d", line)]


def live(name):
    with open(os.path.join(DATA, name), "rb") as file:
        data = file.read()
    whole = subprocess.run([BIN + "/raw2text", os.path.join(DATA, name)], stdout=subprocess.PIPE, check=True).stdout
    process = subprocess.Popen([BIN + "/raw2text", "--follow"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    process.stdin.write(data[:HEADER])
    text, sent = b"", b""
    for kind, block in blocks(data):
        # All but the last byte, then that one: nothing of a block may be shown before it is whole.
        process.stdin.write(block[:-1])
        process.stdin.flush()
        early = select.select([process.stdout], [], [], .05)[0]
        if early:
            return "%s: something of a block is shown before its end" % name
        process.stdin.write(block[-1:])
        process.stdin.flush()
        sent += data[:HEADER] if not sent else b""
        sent += block
        so_far = subprocess.run([BIN + "/raw2text", "-q"], input=sent, stdout=subprocess.PIPE, check=True).stdout
        text += shown(process.stdout, len(samples(so_far)) - len(samples(text))) if kind == b"S" else drained(process.stdout)
        if samples(text) != samples(so_far):
            return "%s: after a block %d samples are shown, not %d" % (name, len(samples(text)), len(samples(so_far)))
    process.stdin.close()
    text += process.stdout.read()
    if process.wait() != 0 or sorted(text.split(b"\n")) != sorted(whole.split(b"\n")):
        return "%s: in the end the lines are not those of raw2text" % name
    return None


def drained(pipe):
    """What a block without samples showed: headings and metadata."""
    text = b""
    while select.select([pipe], [], [], .2)[0]:
        text += os.read(pipe.fileno(), 65536)
    return text


def main():
    names = ["pass_recording.raw", "pass_samples_and_stacks.raw", "pass_deep.raw"]
    wrong = [w for w in map(live, names) if w]
    print("\n".join(wrong + ["%d recordings followed, %d wrong" % (len(names), len(wrong))]))
    return 1 if wrong else 0


sys.exit(main())
