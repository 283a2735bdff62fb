#!/usr/bin/env python3
"""proffilter's --focus, --ignore, --hide, --show, --show-from and --prune-from, alone and together, leave what pprof's options of these names leave.

usage: pprof_filter.py BIN_DIR [CASES].  Random stacks (seeded) go as folded text to proffilter and as a protobuf to pprof -top; compared are flat and cumulative counts of
every function. pprof is looked for in PPROF, in PATH and in Go's folders."""
import os, random, shutil, subprocess, sys, tempfile

BIN = os.path.abspath(sys.argv[1])
CASES = max(8, (int(sys.argv[2]) if len(sys.argv) > 2 else 300) // 15)
OPTIONS = ['focus', 'ignore', 'hide', 'show', 'show-from', 'prune-from']
NAMES = ['main', 'load', 'parse', 'json.loads', 'render', 'draw', 'visit', 'Tree.walk', 'sort']
FILES = {name: '/srv/%s/%s.py' % (('app', 'lib')[i % 2], name.split('.')[0]) for i, name in enumerate(NAMES)}


def find_pprof():
    for path in (os.environ.get('PPROF'), shutil.which('pprof'), os.path.join(os.environ.get('GOBIN', '-'), 'pprof'),
                 os.path.join(os.environ.get('GOPATH') or os.path.expanduser('~/go'), 'bin', 'pprof')):
        if path and os.access(path, os.X_OK):
            return path
    return None


# --- a pprof profile, by hand: https://github.com/google/pprof/blob/main/proto/profile.proto ---

def varint(n):
    out = bytearray()
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    out.append(n)
    return bytes(out)


def field(number, value):
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def packed(number, values):
    return field(number, b''.join(map(varint, values)))


def protobuf(stacks):
    strings = ['', 'samples', 'count']
    text = lambda s: strings.index(s) if s in strings else strings.append(s) or len(strings) - 1
    out = field(1, field(1, text('samples')) + field(2, text('count')))
    for stack, count in stacks.items():
        out += field(2, packed(1, [NAMES.index(name) + 1 for name in reversed(stack)]) + packed(2, [count]))
    for i, name in enumerate(NAMES):
        out += field(4, field(1, i + 1) + field(4, field(1, i + 1) + field(2, 7)))
        out += field(5, field(1, i + 1) + field(2, text(name)) + field(4, text(FILES[name])))
    return out + b''.join(field(6, s.encode()) for s in strings)


def of_pprof(pprof, path, options, folder):
    command = [pprof, '-top', '-symbolize=none', '-nodecount=1000', '-nodefraction=0', '-edgefraction=0', '-trim=false']
    command += ['-%s=%s' % (o.replace('-', '_'), r) for o, r in options.items()]
    done = subprocess.run([*command, path], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=folder,
                          env={**os.environ, 'PPROF_TMPDIR': folder})
    lines = done.stdout.splitlines()
    start = next((i for i, line in enumerate(lines) if line.split()[:2] == ['flat', 'flat%']), len(lines))
    rows = [line.split() for line in lines[start + 1:]]
    return {row[5]: (int(row[0]), int(row[3])) for row in rows if row[0] != '0' or row[3] != '0'}


def of_proffilter(path, options, folder):
    command = [os.path.join(BIN, 'proffilter'), '--option', 'columns=1', path] + ['--%s=%s' % o for o in options.items()]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=folder)
    if done.returncode:
        sys.exit('proffilter: exit %d: %s' % (done.returncode, done.stderr))
    rows = {}
    for line in done.stdout.splitlines():
        if line.startswith('#'):
            continue
        stack, count = line.rsplit(' ', 1)
        frames = [frame.split(' (')[0] for frame in stack.split(';')]
        for name in set(frames):
            flat, cum = rows.get(name, (0, 0))
            rows[name] = (flat + (int(count) if name == frames[-1] else 0), cum + int(count))
    return rows


def random_regex(rng):
    name = rng.choice(NAMES)
    return rng.choice([name, '^%s$' % name, name[1:3], 'a', '^/srv/app/', 'lib/', r'\.py$', '%s|%s' % (name, rng.choice(NAMES)), '[dw]', 'nowhere'])


def random_options(rng, case):
    # First each alone, then any together. For prune_from pprof searches names only, proffilter files too: its regexes match none.
    chosen = [OPTIONS[case % 6]] if case < 12 else rng.sample(OPTIONS, rng.randrange(2, 5))
    return {o: rng.choice(NAMES + ['^[drl]', 'nowhere']) if o == 'prune-from' else random_regex(rng) for o in sorted(chosen)}


def main():
    pprof = find_pprof()
    if not pprof:
        print('skipped: no pprof (go install github.com/google/pprof@latest)')
        sys.exit(77)
    rng = random.Random(11)
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        for case in range(CASES):
            stacks = {tuple(rng.choice(NAMES) for _ in range(rng.randrange(1, 9))): rng.randrange(1, 1000) for _ in range(rng.randrange(3, 60))}
            with open(os.path.join(folder, 'p.pb'), 'wb') as out:
                out.write(protobuf(stacks))
            with open(os.path.join(folder, 'p.folded'), 'w') as out:
                for stack, count in stacks.items():
                    out.write(';'.join('%s (%s:7)' % (name, FILES[name]) for name in stack) + ' %d\n' % count)
            options = random_options(rng, case)
            theirs, ours = of_pprof(pprof, 'p.pb', options, folder), of_proffilter('p.folded', options, folder)
            if theirs != ours:
                bad += 1
                print('FAILED: %s\n  pprof      %s\n  proffilter %s' % (options, sorted(theirs.items()), sorted(ours.items())))
    print('%d filters compared with %s, %d differ' % (CASES, pprof, bad))
    sys.exit(1 if bad else 0)


main()
