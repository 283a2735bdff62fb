#!/usr/bin/env python3
"""proffilter's books are right whatever the options: kept + dropped = read, read is what stands in the input and kept what stands in the output; and options in one call are the same options in a
pipe, in the documented order.

usage: filter_books.py BIN_DIR [CASES].  Random stacks (also as a raw dump) and random files of calls, seeded."""
import fractions, marshal, os, random, re, subprocess, sys, tempfile

BIN = os.path.abspath(sys.argv[1])
CASES = max(6, (int(sys.argv[2]) if len(sys.argv) > 2 else 300) // 15)
NAMES = ['main', 'load', 'loads', 'render', 'draw', 'visit', 'sort']
REGEXES = NAMES + ['^load', 'r', 'lib', r'\.py$', 'main|sort', 'nowhere']
ORDER = ['focus', 'ignore', 'hide', 'show', 'show-from', 'prune-from', 'max-depth', 'collapse-recursion']
FAILED = []


def check(ok, what):
    if not ok:
        FAILED.append(what)
        print('FAILED:', what)


def filtered(data, options, folder):
    with open(os.path.join(folder, 'in'), 'wb') as out:
        out.write(data)
    done = subprocess.run([os.path.join(BIN, 'proffilter'), 'in', *options], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    check(done.returncode == 0, '%s: exit %d: %s' % (options, done.returncode, done.stderr))
    books = re.search(rb'kept (-?[0-9.]+)(?: s)? \+ dropped (-?[0-9.]+)(?: s)? = read (-?[0-9.]+)', done.stderr)
    return done.stdout, [fractions.Fraction(b.decode()) for b in books.groups()] if books else [0, 0, -1]


def option(rng, name):
    if name == 'collapse-recursion':
        return '--' + name
    return '--%s=%s' % (name, rng.randrange(1, 6) if name == 'max-depth' else rng.choice(REGEXES))


def random_options(rng, calls):
    names = [n for n in ORDER if not (calls and n in ('prune-from', 'max-depth'))]
    options = [option(rng, n) for n in names if rng.random() < .3]
    if rng.random() < .3:
        options.append('--min-percent=%d' % rng.randrange(0, 30))
    if rng.random() < .3:
        options.append('--granularity=' + rng.choice(['function', 'file', 'module', 'package', 'line']))
    if rng.random() < .2:
        options.append('--strip-dirs')
    return options


def total(folded):
    return sum(int(line.rsplit(b' ', 1)[1]) for line in folded.splitlines() if not line.startswith(b'#'))


def random_stacks(rng):
    lines = set()
    for _ in range(rng.randrange(1, 40)):
        frames = [rng.choice(NAMES) for _ in range(rng.randrange(1, 8))]
        lines.add(';'.join('%s (/srv/lib/%s.py:%d)' % (n, n, 10 + rng.randrange(2)) for n in frames))
    return ''.join('%s %d\n' % (line, rng.randrange(1, 99)) for line in sorted(lines)).encode()


def convert(data, to, folder):
    return subprocess.run([os.path.join(BIN, 'profconv'), '-q', '--to', to], input=data, stdout=subprocess.PIPE, check=True, cwd=folder).stdout


def stacks(rng, folder):
    data, options = random_stacks(rng), random_options(rng, False)
    out, (kept, dropped, read) = filtered(data, options, folder)
    check(kept + dropped == read and read == total(data) and kept == total(out), 'books of stacks: %s: %s' % (options, (kept, dropped, read)))
    raw, books = filtered(convert(data, 'raw', folder), options, folder)
    check(books == [kept, dropped, read] and convert(raw, 'folded', folder) == out, 'a raw dump of the same stacks: %s' % options)
    shuffled = rng.sample(options, len(options))
    check(filtered(data, shuffled, folder)[0] == out, 'options in another order: %s' % shuffled)
    # focus and ignore see all frames, so they stand in one program of a pipe; each of the others is one.
    both = [o for o in options if o.startswith(('--focus', '--ignore'))]
    frames = [o for o in options if o.startswith(('--hide', '--show=', '--show-from', '--prune-from', '--max-depth'))]
    step = filtered(data, both, folder)[0]
    for one in frames:
        step = filtered(step, [one], folder)[0]
    check(step == filtered(data, both + frames, folder)[0], 'the same in a pipe: %s' % (both + frames))


def calls(rng, folder):
    keys = [('/srv/lib/%s.py' % n, 10 + i, n) for i, n in enumerate(NAMES)]
    stats = {}
    for i, key in enumerate(keys):
        parents = rng.sample(keys[:i], rng.randrange(0, min(3, i) + 1))
        callers = {c: (n := rng.randrange(1, 9), n, rng.random(), 1 + rng.random()) for c in parents}
        own = sum(c[2] for c in callers.values()) if callers else rng.random()
        n = sum(c[0] for c in callers.values()) or 1
        stats[key] = (n, n, own, own + sum(c[3] for c in callers.values()), callers)
    options = random_options(rng, True)
    out, (kept, dropped, read) = filtered(marshal.dumps(stats), options, folder)
    seconds = lambda s: sum(v[2] for v in s.values())
    left = marshal.loads(out)
    check(abs(kept + dropped - read) <= fractions.Fraction(2, 10 ** 6) and abs(float(read) - seconds(stats)) < 2e-6 and
          abs(float(kept) - seconds(left)) < 2e-6, 'books of calls: %s: %s' % (options, [float(kept), float(dropped), float(read)]))


def main():
    rng = random.Random(13)
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(CASES):
            stacks(rng, folder)
            calls(rng, folder)
    print('%d random filters of stacks and of calls, %d failures' % (CASES, len(FAILED)))
    sys.exit(1 if FAILED else 0)


main()
