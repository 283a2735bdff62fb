#!/usr/bin/env python3
"""profconv --to pstat FILE and FILE load to equal dictionaries, in the same order, every double bit for bit.

usage: pstat_roundtrip.py BIN_DIR [CASES].  Inputs: tests/data/pstat, the corpus beside the checkout if present, profiles that the Pythons found make, and
CASES random dictionaries (seeded). Every Python 3 found loads a written file with its own pstats."""
import glob, marshal, os, pstats, random, struct, subprocess, sys, tempfile

BIN = os.path.abspath(sys.argv[1])
CASES = int(sys.argv[2]) if len(sys.argv) > 2 else 300
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def bits(x):
    return struct.pack('<d', float(x))


def shape(d):
    rows = []
    for k, v in d.items():
        if len(k) == 1:
            rows.append((k, v))
            continue
        cc, nc, tt, ct, callers = v
        edges = [(c, e if isinstance(e, int) else (e[0], e[1], bits(e[2]), bits(e[3]))) for c, e in callers.items()]
        rows.append((k, int(cc), int(nc), bits(tt), bits(ct), edges))
    return rows


def loadable(data):
    """The dictionary, if this Python can load it and a file of it holds what pstat files hold (no code objects, no bytes, no concatenated callers)."""
    try:
        d = marshal.loads(data)
        for k, v in d.items():
            if len(k) == 3 and not (isinstance(k[0], str) and isinstance(k[2], str)):
                return None
            if len(k) == 3 and any(isinstance(e, tuple) and len(e) != 4 for e in v[4].values()):
                return None
        shape(d)
        return d
    except Exception:
        return None


def random_dict(rng):
    n = rng.randrange(0, 40)
    keys = list({(rng.choice(['a.py', '~', 'é.py', '']), rng.randrange(-3, 2 ** 33), 'f%d\u20ac\udc81' % rng.randrange(50)) for _ in range(n)})
    rng.shuffle(keys)
    t = lambda: rng.choice([0.0, -0.0, .1, 1e-300, 1e300, float('inf'), float('nan'), rng.random(), -rng.random()])
    c = lambda: rng.choice([0, 1, 2, 255, 2 ** 31, 2 ** 40, -1])
    return {k: (c(), c(), t(), t(), {q: (c(), c(), t(), t()) if rng.random() < .8 else abs(c()) for q in rng.sample(keys, min(len(keys), rng.randrange(4)))})
            for k in keys}


def main():
    rng = random.Random(7)
    count = bad = 0
    with tempfile.TemporaryDirectory() as d:
        inputs = sorted(glob.glob(ROOT + '/tests/data/pstat/pass_*')) + sorted(glob.glob(ROOT + '/examples/*.prof'))
        corpus = os.path.join(ROOT, '..', 'shared', 'corpus')
        if os.path.isdir(corpus):
            inputs += sorted(glob.glob(corpus + '/generated/*.prof') + [f for f in glob.glob(corpus + '/pstats/**/*', recursive=True) if os.path.isfile(f)])
        else:
            print('skipped: no corpus beside the checkout')
        for n in range(CASES):
            inputs.append(os.path.join(d, 'r%d.prof' % n))
            with open(inputs[-1], 'wb') as f:
                marshal.dump(random_dict(rng), f, rng.randrange(5))
        last = None
        for path in inputs:
            if path.endswith(('.txt', '.dot', '.folded', '.error')):
                continue
            with open(path, 'rb') as f:
                before = loadable(f.read())
            if before is None:
                continue
            r = subprocess.run([BIN + '/profconv', '-q', '--from', 'pstat', '--to', 'pstat', path], capture_output=True)
            count += 1
            if r.returncode or shape(marshal.loads(r.stdout)) != shape(before):
                bad += 1
                print('DIFFERENT', path, r.returncode, r.stderr[-200:])
            elif b'e' in r.stdout and last is None and len(r.stdout) > 2000:
                last = os.path.join(d, 'written.prof')
                with open(last, 'wb') as f:
                    f.write(r.stdout)
        for python in sorted(glob.glob(os.path.expanduser('~/.pyenv/versions/3*/bin/python'))) + [sys.executable]:
            r = subprocess.run([python, '-c', 'import pstats, sys; s = pstats.Stats(sys.argv[1], stream=sys.stderr); s.print_stats(); print(len(s.stats))', last], capture_output=True, text=True)
            count += 1
            if r.returncode or int(r.stdout) == 0:
                bad += 1
                print('NOT LOADED by', python, r.stderr[-300:])
    print('%d files compared, %d different' % (count, bad))
    return 1 if bad or not count else 0


sys.exit(main())
