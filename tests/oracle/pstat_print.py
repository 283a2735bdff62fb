#!/usr/bin/env python3
"""Compares pstat-print with Python's own pstats, byte for byte.

usage: pstat_print.py BIN_DIR [CASES]

The promise is the text of CPython 3.13, so this needs an interpreter >= 3.11 whose pstats gives that text (3.11 and 3.12 do); it prefers
a 3.13 found on the machine. Inputs: profiles made here by several Pythons, the corpus beside the checkout if present, and CASES random
marshal dictionaries (seeded) with ties, zero counts, huge, negative, infinite and NaN times. Exit 77 with a line "skipped: ..." if no Python fits."""
import glob, io, json, marshal, os, random, re, subprocess, sys, tempfile, time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))


def pythons():
    found = sorted(glob.glob(os.path.expanduser('~/.pyenv/versions/*/bin/python')))
    return [p for p in found + ['/usr/bin/python3'] if os.path.exists(p)]


def version(python):
    try:
        out = subprocess.run([python, '-c', 'import sys, pstats; print("%d %d" % sys.version_info[:2])'],
                             capture_output=True, text=True, timeout=20).stdout.split()
        return tuple(map(int, out)) if len(out) == 2 else (0, 0)
    except OSError:
        return (0, 0)


def reexec_in_best():
    if sys.version_info[:2] == (3, 13) or os.environ.get('PP_ORACLE_REEXEC'):
        return
    for python in pythons():
        if version(python) == (3, 13):
            os.environ['PP_ORACLE_REEXEC'] = '1'
            os.execv(python, [python] + sys.argv)


reexec_in_best()
if sys.version_info < (3, 11):
    print('skipped: no Python >= 3.11 whose pstats prints the text promised')
    sys.exit(77)
import pstats

from _random_stats import KEYS, random_dict

BIN = os.path.abspath(sys.argv[1])
CASES = int(sys.argv[2]) if len(sys.argv) > 2 else 600
os.environ['TZ'] = 'UTC'
time.tzset()
count = bad = 0


def expected(files, keys, kind, restrictions, strip, reverse):
    out = io.StringIO()
    s = pstats.Stats(*files, stream=out)
    if strip:
        s.strip_dirs()
    if keys:
        s.sort_stats(*keys)
    if reverse:
        s.reverse_order()
    getattr(s, kind)(*restrictions)
    return out.getvalue().encode('utf-8', 'surrogateescape')


def ours(files, keys, kind, restrictions, strip, reverse):
    cmd = [BIN + '/pstat-print', '-q'] + files
    cmd += ['--sort=' + ','.join(map(str, keys))] if keys else ['--sort=none']
    if strip:
        cmd.append('--strip-dirs')
    if reverse:
        cmd.append('--reverse')
    for r in restrictions:
        cmd.append('--match=' + r if isinstance(r, str) else '--top=%r' % r)
    if kind == 'print_callers':
        cmd.append('--callers')
    if kind == 'print_callees':
        cmd.append('--callees')
    p = subprocess.run(cmd, capture_output=True, timeout=60)
    return p.returncode, p.stdout, p.stderr, cmd


def mask(text):
    # The one exception: code objects are printed with an address by Python.
    return re.sub(rb'(<code object [^\n]*?) at 0x[0-9a-f]+', rb'\1', text)


code_keys = {}


def has_code(files):
    for f in files:
        stamp = (f, os.stat(f).st_mtime_ns, os.stat(f).st_size)
        if stamp not in code_keys:
            try:
                with open(f, 'rb') as g:
                    code_keys[stamp] = any(len(k) == 3 and not isinstance(k[2], str) for k in marshal.load(g))
            except Exception:
                code_keys[stamp] = False
        if code_keys[stamp]:
            return True
    return False


def compare(files, keys, kind='print_stats', restrictions=(), strip=False, reverse=False):
    global count, bad
    try:
        want = mask(expected(files, keys, kind, restrictions, strip, reverse))
    except Exception as e:  # what Python cannot do is not compared
        return
    if has_code(files) and (kind != 'print_stats' or any(isinstance(r, str) for r in restrictions)):
        return  # regular expressions and widths see Python's address
    status, got, err, cmd = ours(files, keys, kind, restrictions, strip, reverse)
    count += 1
    if b'<code object' in want:
        want = b'\n'.join(sorted(want.split(b'\n')))
        got = b'\n'.join(sorted(got.split(b'\n')))
    if status != 0 or got != want:
        bad += 1
        if bad <= 5:
            print('DIFFERENT:', ' '.join(map(repr, cmd)), status, err[-300:])
            w, g = want.split(b'\n'), got.split(b'\n')
            for i in range(max(len(w), len(g))):
                a, b = (w[i] if i < len(w) else b'<none>'), (g[i] if i < len(g) else b'<none>')
                if a != b:
                    print('  line', i + 1, '\n   python:', a[:200], '\n   ours:  ', b[:200])
                    break


def full(files, rng, many=False):
    for keys in KEYS:
        compare(files, keys, restrictions=[rng.choice([5, 0.1, 20, 0.5, 'a', r'e.*\(', '['])])
    for kind in ('print_callers', 'print_callees'):
        compare(files, ['cumulative'], kind)
        compare(files, ['calls', 'name'], kind, [10])
        compare(files, ['name'], kind, ['a', 3], strip=True)
    compare(files, ['time'], strip=True, reverse=True)
    compare(files, [], strip=True)
    compare(files, ['stdname'], restrictions=['no such function'])
    compare(files, ['cumulative'], restrictions=['(', 0.25, 'b', 2])


WORKLOAD = r'''
import sys
def fib(n): return n if n < 2 else fib(n-1) + fib(n-2)
def gen(n):
    for i in range(n): yield i
class A:
    def méthode(self): return sorted(gen(50), key=lambda x: -x)
def even(n): return True if n == 0 else odd(n-1)
def odd(n): return False if n == 0 else even(n-1)
def main():
    fib(12); A().méthode(); even(30); exec("x = [len(str(i)) for i in range(20)]"); [A().méthode() for i in range(3)]
main()
'''


def made_by(directory):
    made = []
    script = os.path.join(directory, 'workload_é.py')
    with open(script, 'w', encoding='utf-8') as f:
        f.write('# -*- coding: utf-8 -*-\n' + WORKLOAD.replace('méthode', 'methode'))
    for python in pythons():
        v = version(python)
        if v < (2, 7):
            continue
        for module in ('cProfile', 'profile'):
            out = os.path.join(directory, '%s-%d.%d.prof' % (module, *v))
            r = subprocess.run([python, '-m', module, '-o', out, script], capture_output=True)
            if r.returncode == 0 and os.path.exists(out):
                made.append(out)
    return made


def main():
    rng = random.Random(20240101)
    with tempfile.TemporaryDirectory() as directory:
        os.chdir(directory)
        files = made_by(directory)
        corpus = os.path.join(ROOT, '..', 'shared', 'corpus')
        if os.path.isdir(corpus):
            files += sorted(glob.glob(corpus + '/generated/*.prof') + glob.glob(corpus + '/pstats/**/*.p*', recursive=True))
        else:
            print('skipped: no corpus beside the checkout; only generated profiles are compared')
        files = [os.path.relpath(f) for f in files if os.path.isfile(f) and not f.endswith(('.txt', '.dot', '.folded'))]
        for f in files:
            full([f], rng)
        if len(files) > 2:
            for _ in range(12):
                full(rng.sample(files, rng.choice([2, 3])), rng)
        for i in range(CASES):
            path = 'r%d.prof' % (i % 4)
            with open(path, 'wb') as f:
                marshal.dump(random_dict(rng), f, rng.choice([0, 1, 2, 3, 4]))
            os.utime(path, (1700000000 + i, 1700000000 + i))
            fs = [path]
            if i >= 4 and rng.random() < .3:
                fs = ['r%d.prof' % rng.randrange(4) for _ in range(rng.choice([2, 3]))]
            for _ in range(3):
                compare(fs, rng.choice(KEYS), rng.choice(['print_stats', 'print_stats', 'print_callers', 'print_callees']),
                        [rng.choice([3, 10, .3, 'f', 'lambda|g', '~', 0, 1000]) for _ in range(rng.choice([0, 0, 1, 2]))],
                        rng.random() < .4, rng.random() < .2)
    print('%d comparisons with pstats of Python %d.%d, %d different' % (count, *sys.version_info[:2], bad))
    sys.exit(1 if bad or count == 0 else 0)


main()
