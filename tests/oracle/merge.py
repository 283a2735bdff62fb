#!/usr/bin/env python3
"""profmerge adds calls as Python's pstats adds them, bit for bit; stacks exactly, whatever the order and the grouping of files; means are what arithmetic says.

usage: merge.py BIN_DIR [CASES].  Inputs are random (seeded): files of calls as marshal, stacks as folded text with decimals, both also gzipped."""
import fractions, gzip, marshal, math, os, pstats, random, struct, subprocess, sys, tempfile

BIN = os.path.abspath(sys.argv[1])
CASES = max(4, (int(sys.argv[2]) if len(sys.argv) > 2 else 300) // 30)
FAILED = []


def check(ok, what):
    if not ok:
        FAILED.append(what)
        print('FAILED:', what)


def merge(*args, folder, text=False):
    done = subprocess.run([os.path.join(BIN, 'profmerge'), *args], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    check(done.returncode == 0, 'exit %d: %s: %s' % (done.returncode, args, done.stderr))
    return done.stdout


def bits(x):
    return struct.pack('<d', float(x))


def exact(d):
    return [(k, v[:2], bits(v[2]), bits(v[3]), [(c, e[:2], bits(e[2]), bits(e[3])) for c, e in v[4].items()]) for k, v in d.items()]


def random_calls(rng):
    keys = [('/app/m%d.py' % (i % 5), i, 'f%d' % i) for i in rng.sample(range(30), rng.randrange(1, 20))]
    second = lambda: rng.choice([rng.random(), rng.random() * 1e-6, rng.random() * 1e6, 0.0, .1])
    stats = {}
    for key in keys:
        callers = {}
        for caller in rng.sample(keys, rng.randrange(0, min(4, len(keys)) + 1)):
            n = rng.randrange(1, 100)
            callers[caller] = (n, rng.randrange(1, n + 1), second(), second())
        n = sum(c[0] for c in callers.values()) or 1
        stats[key] = (rng.randrange(1, n + 1), n, second(), second(), callers)
    return stats


def random_stacks(rng):
    lines = {}
    for _ in range(rng.randrange(1, 40)):
        stack = ';'.join('fgh'[rng.randrange(3)] + str(d) for d in range(rng.randrange(1, 6)))
        decimals = rng.choice([0, 0, 0, 1, 3])
        lines[stack] = fractions.Fraction(rng.randrange(1, 10 ** 6), 10 ** decimals)
    return lines


def decimal(value):
    whole, rest = divmod(value, 1)
    return str(whole) if not rest else '%d.%s' % (whole, str(int(rest * 1000)).zfill(3))


def write(path, data, rng):
    zipped = rng.random() < .3
    with (gzip.open if zipped else open)(path, 'wb') as out:
        out.write(data)
    return os.path.basename(path)


def parse(text):
    stacks = {}
    for line in text.decode().splitlines():
        if not line.startswith('#'):
            stack, count = line.rsplit(' ', 1)
            stacks[stack] = fractions.Fraction(count)
    return stacks


def calls(rng, folder):
    parts = [random_calls(rng) for _ in range(rng.randrange(1, 7))]
    files = [write('%s/%d.prof' % (folder, i), marshal.dumps(p), rng) for i, p in enumerate(parts)]
    plain = []
    for i, p in enumerate(parts):
        plain.append('%s/plain%d' % (folder, i))
        with open(plain[-1], 'wb') as out:
            marshal.dump(p, out)
    theirs = pstats.Stats(plain[0])
    theirs.add(*plain[1:])
    data = merge(*files, folder=folder)
    check(exact(marshal.loads(data)) == exact(theirs.stats), 'calls as pstats adds them: %s' % files)
    open(folder + '/list', 'w').write('\n'.join(files))
    check(merge('--files-from', 'list', folder=folder) == data, 'names from a list')

    # Any order, any tree: counts exactly, seconds up to rounding.
    shuffled = rng.sample(files, len(files))
    cut = rng.randrange(0, len(files))
    for name, some in (('left', shuffled[:cut]), ('right', shuffled[cut:])):
        open('%s/%s' % (folder, name), 'wb').write(merge(*some, folder=folder) if some else marshal.dumps({}))
    tree = marshal.loads(merge('right', 'left', folder=folder))
    close = lambda a, b: math.isclose(a, b, rel_tol=1e-12, abs_tol=1e-300)
    same = tree.keys() == theirs.stats.keys() and all(
        tree[k][:2] == v[:2] and close(tree[k][2], v[2]) and close(tree[k][3], v[3]) and tree[k][4].keys() == v[4].keys() and
        all(tree[k][4][c][:2] == e[:2] and close(tree[k][4][c][2], e[2]) and close(tree[k][4][c][3], e[3]) for c, e in v[4].items())
        for k, v in theirs.stats.items())
    check(same, 'calls in another tree')

    mean = marshal.loads(merge('--mean', '-q', *files, folder=folder))
    n = len(files)
    nearest = lambda count: max((2 * count + n) // (2 * n), 1 if count else 0)
    check(all(mean[k][0] == nearest(v[0]) and mean[k][1] == nearest(v[1]) and bits(mean[k][2]) == bits(v[2] / n) and
              bits(mean[k][3]) == bits(v[3] / n) for k, v in theirs.stats.items()), 'mean of calls')
    weights = [rng.choice([1, 2, 3, 7]) for _ in files]
    weighted = marshal.loads(merge('--weights', ','.join(map(str, weights)), *files, folder=folder))
    expected = {}
    for w, part in zip(weights, parts):
        for k, v in part.items():
            expected[k] = expected.get(k, 0) + w * v[1]
    check({k: v[1] for k, v in weighted.items()} == expected, 'weights of calls')


def stacks(rng, folder):
    parts = [random_stacks(rng) for _ in range(rng.randrange(1, 7))]
    files = [write('%s/%d.folded' % (folder, i), ''.join('%s %s\n' % (s, decimal(v)) for s, v in p.items()).encode(), rng)
             for i, p in enumerate(parts)]
    total = {}
    for part in parts:
        for stack, value in part.items():
            total[stack] = total.get(stack, 0) + value
    data = merge(*files, folder=folder)
    check(parse(data) == total, 'stacks are added exactly')
    shuffled = rng.sample(files, len(files))
    check(merge(*shuffled, folder=folder) == data, 'stacks in another order')
    cut = rng.randrange(0, len(files))
    for name, some in (('left', shuffled[:cut]), ('right', shuffled[cut:])):
        open('%s/%s' % (folder, name), 'wb').write(merge(*some, folder=folder) if some else b'# profpipe: unit=count\n')
    check(merge('right', 'left', folder=folder) == data, 'stacks in another tree')

    mean = parse(merge('--mean', '-q', *files, folder=folder))
    n = len(files)
    check(all(abs(mean.get(s, 0) - v / n) <= fractions.Fraction(1, 10 ** 6) for s, v in total.items()), 'mean of stacks')
    check(abs(sum(mean.values()) - sum(total.values()) / n) <= fractions.Fraction(1, 2 * 10 ** 6), 'a mean adds up')
    weights = [fractions.Fraction(rng.randrange(1, 1000), 100) for _ in files]
    text = ','.join('%.2f' % float(w) for w in weights)
    weighted = parse(merge('--weights', text, *files, folder=folder))
    expected = {}
    for w, part in zip(weights, parts):
        for stack, value in part.items():
            expected[stack] = expected.get(stack, 0) + w * value
    check(weighted == expected, 'weights of stacks are exact')


def main():
    rng = random.Random(5)
    for _ in range(CASES):
        for kind in (calls, stacks):
            with tempfile.TemporaryDirectory() as folder:
                kind(rng, folder)
    print('%d random merges of calls and of stacks, %d failures' % (CASES, len(FAILED)))
    sys.exit(1 if FAILED else 0)


main()
