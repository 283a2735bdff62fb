#!/usr/bin/env python3
"""svg_names.py BIN: names of random bytes, in stacks, titles, notes and side files, must give pictures that xmllint has nothing to say about, that hold no other
element than those of docs/svg-structure.md, and that are read back as the profile they were drawn from. Seeds are fixed: every run is the same."""
import os
import random
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

ROUNDS = 24
PIECES = [b'</text>', b'<script>alert(1)</script>', b']]>', b'<![CDATA[', b'-->', b'<!--', b'&', b'&#0;', b'&lt;', b'"', b"'", b'javascript:', b'%00', b'\x00', b'\x01', b'\x0b', b'\x1b[31m', b'\x7f',
          b'\xc2\x80', b'\xc2\x85', b'\xe2\x80\xa8', b'\xe2\x80\xae', b'\xef\xbb\xbf', b'\xef\xbf\xbe', b'\xef\xbf\xbf', b'\xed\xa0\x80', b'\xed\xb0\x80', b'\xf4\x90\x80\x80', b'\xf0\x9f\x90\x8d',
          b'\xff', b'\xfe', b'\xc3', b'\xc0\xaf', b'\t', b'\\u0000', b'<?xml?>', b'<!DOCTYPE x>', b'{}', b'${1}', b' (a.py:1)', b' (', b')', b'_[k]', b'--', b'-', b'a' * 5000]
ALLOWED = {'svg', 'title', 'desc', 'metadata', 'view', 'profile', 'style', 'defs', 'linearGradient', 'stop', 'pattern', 'path', 'rect', 'text', 'g', 'script', 'a'}


def name(rng):
    parts = [rng.choice(PIECES) if rng.random() < 0.6 else bytes(rng.randrange(256) for _ in range(rng.randrange(1, 12))) for _ in range(rng.randrange(1, 6))]
    return b''.join(parts).replace(b';', b':').replace(b'\n', b' ').replace(b'\r', b' ')


def stacks(rng, columns):
    lines = []
    for _ in range(rng.randrange(5, 60)):
        frames = [name(rng) for _ in range(rng.randrange(1, 7))]
        lines.append(b';'.join(frames) + b''.join(b' %d' % rng.randrange(1, 500) for _ in range(columns)))
    return b'\n'.join([b'first 1' + b' 1' * (columns - 1)] + lines) + b'\n'


def argument(rng):
    """A program's arguments have no NUL; the test's own must be text for the operating system."""
    return name(rng).replace(b'\x00', b'')[:300] or b'x'


def run(command, data=b''):
    return subprocess.run(command, input=data, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def check(programs, folder, seed):
    rng = random.Random(seed)
    columns = 2 if seed % 4 == 3 else 1
    data, side, picture = stacks(rng, columns), os.path.join(folder, 'names.txt'), os.path.join(folder, 'out.svg')
    with open(side, 'wb') as f:
        f.write(b''.join(name(rng) + b'\t' + rng.choice([b'href=', b'title=', b'id=', b'class=', b'target=', b'onclick=']) + name(rng) + b'\n' for _ in range(20)))
    options = [[], ['--embed', '0'], ['--icicle', '--max-frames', '20'], ['--reverse'], ['--chart']][seed % 5]
    texts = [b'--title', argument(rng)] + [option + argument(rng) for option in (b'--subtitle=', b'--notes=', b'--nametype=', b'--countname=')]
    done = run([os.path.join(programs, 'folded2svg'), '-q', '--nameattr', side, '-o', picture, *options, *texts], data)
    if done.returncode:
        return 'seed %d: folded2svg: %r' % (seed, done.stderr[:300])
    lint = run(['xmllint', '--noout', '--huge', picture])
    if lint.returncode or lint.stderr:
        return 'seed %d: xmllint: %r' % (seed, lint.stderr[:300])
    tags = [e.tag.split('}')[-1] for e in ElementTree.parse(picture).iter()]
    if set(tags) - ALLOWED or tags.count('script') != 1:
        return 'seed %d: elements that no picture has: %r' % (seed, set(tags) - ALLOWED)
    if '--embed' not in options:
        wanted = run([os.path.join(programs, 'profconv'), '-q', '--to', 'folded', '-'], data).stdout
        found = run([os.path.join(programs, 'profconv'), '-q', '--to', 'folded', picture]).stdout
        if wanted != found:
            return 'seed %d: read back as another profile' % seed
    return None


def main():
    if not shutil.which('xmllint'):
        print('skipped: no xmllint')
        return 77
    with tempfile.TemporaryDirectory() as folder:
        found = [error for error in (check(sys.argv[1], folder, seed) for seed in range(ROUNDS)) if error]
    print('\n'.join(found) if found else '%d pictures are valid and read back' % ROUNDS)
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main())
