#!/usr/bin/env python3
"""Compares pstat-print with the pstats of every Python found on the machine (3.6 to 3.15), byte for byte.

usage: pstat_versions.py BIN_DIR [CASES]

pstat_print.py asks Python 3.13 thousands of times; this asks every other version the same CASES questions (at most 100), all in one process per version.
Half of them are on files of the corpus if it is present, the rest on random marshal dictionaries (seeded) with huge, infinite and NaN times. What a version is
known to say otherwise stands in KNOWN with its reason; it is left out before asking, never because it differed. Exit 77 if no Python fits."""
import glob, json, marshal, math, os, random, subprocess, sys, tempfile

from _pythons import pythons
from _random_stats import KEYS, random_dict

HERE = os.path.dirname(os.path.abspath(__file__))
CORPUS = os.path.join(HERE, '..', '..', '..', 'shared', 'corpus')
MOST = 100  # questions to a version: the thousands are for pstat_print.py
BIG = 400000  # bytes: larger profiles belong to the test of speed

ASK = r'''
import io, json, pstats, sys
answers = []
for case in json.load(open(sys.argv[1])):
    out = io.StringIO()
    try:
        s = pstats.Stats(*case['files'], stream=out)
        if case['strip']:
            s.strip_dirs()
        if case['keys']:
            s.sort_stats(*case['keys'])
        if case['reverse']:
            s.reverse_order()
        getattr(s, case['kind'])(*case['restrictions'])
        answers.append(out.getvalue().encode('utf-8', 'surrogateescape').decode('latin-1'))
    except Exception as e:
        answers.append({'refused': '%s: %s' % (type(e).__name__, e)})
json.dump(answers, sys.stdout)
'''


def traits(path):
    """What KNOWN asks of a file."""
    with open(path, 'rb') as f:
        stats = marshal.load(f)
    if not isinstance(stats, dict):
        raise ValueError('no profile')
    times = [t for row in stats.values() for t in row[2:4]]
    return {'path': path, 'code': any(not isinstance(key[2], str) for key in stats), 'empty': not stats,
            'tuples': any(isinstance(calls, tuple) for row in stats.values() for calls in row[4].values()),
            'counts': any(isinstance(calls, int) for row in stats.values() for calls in row[4].values()),
            'nan': any(math.isnan(t) for t in times), 'huge': any(abs(t) >= 1e308 for t in times)}


def sorts_nan(case):
    """Whether the rows are sorted by times among which is a NaN, or may be after adding (inf - inf)."""
    adds = case['strip'] or len(case['files']) > 1
    return bool({'cumulative', 'time', 'tottime', 1, 2} & set(case['keys'])) and (case['nan'] or (adds and case['huge']))


# (first version, last version, which cases, why they are not compared)
KNOWN = [
    ((2, 7), (2, 7), lambda case: True, 'lists ties in the order of its hashed dictionary, not of the file'),
    ((3, 6), (3, 15), lambda case: case['empty'], 'refuses a profile without functions ("Cannot create or construct"); ours prints that there are none'),
    ((3, 6), (3, 15), lambda case: case['tuples'] and case['counts'], 'refuses to add the callers of profile (counts) to those of cProfile (tuples)'),
    ((3, 6), (3, 15), lambda case: case['code'], 'code objects as keys (python -m profile) are printed with a memory address'),
    ((3, 6), (3, 12), sorts_nan, 'list.sort leaves numbers around a NaN elsewhere than that of 3.13 does'),
]


def corpus_files():
    found = glob.glob(CORPUS + '/generated/*.prof') + glob.glob(CORPUS + '/pstats/**/*.p*', recursive=True)
    usable = []
    for path in sorted(found):
        try:
            if os.path.getsize(path) < BIG:
                usable.append(traits(os.path.relpath(path)))
        except (OSError, ValueError, EOFError, TypeError):
            continue  # not a profile that Python can load; bad_input tests what is said of those
    return usable


def random_file(rng, number):
    path = 'r%d.prof' % number
    with open(path, 'wb') as f:
        marshal.dump(random_dict(rng) or random_dict(rng), f, rng.choice([0, 1, 2, 3, 4]))
    os.utime(path, (1700000000 + number, 1700000000 + number))
    return traits(path)


def make_cases(rng, number):
    corpus = corpus_files()
    if not corpus:
        print('skipped: no corpus beside the checkout; only random profiles are compared')
    cases, made = [], []
    for i in range(number):
        if corpus and i % 2:
            files = rng.sample(corpus, 1)
        else:
            made.append(random_file(rng, i))
            files = [made[-1]] + rng.sample(made, min(len(made), rng.choice([0, 0, 1, 2])))
        cases.append({'files': [f['path'] for f in files], 'keys': KEYS[i // 2 % len(KEYS)], 'kind': rng.choice(['print_stats', 'print_stats', 'print_callers', 'print_callees']),
                      'restrictions': [rng.choice([3, 10, .3, 'f', 'lambda|g', '~', '[', 0, 1000]) for _ in range(rng.choice([0, 0, 1, 2]))],
                      'strip': rng.random() < .4, 'reverse': rng.random() < .2,
                      **{trait: any(f[trait] for f in files) for trait in ('code', 'empty', 'tuples', 'counts', 'nan', 'huge')}})
    return cases


def ours(binary, case):
    cmd = [binary, '-q'] + case['files'] + ['--sort=' + (','.join(map(str, case['keys'])) or 'none')]
    cmd += ['--strip-dirs'] * case['strip'] + ['--reverse'] * case['reverse']
    cmd += ['--match=' + r if isinstance(r, str) else '--top=%r' % r for r in case['restrictions']]
    if case['kind'] != 'print_stats':
        cmd.append('--' + case['kind'][len('print_'):])
    p = subprocess.run(cmd, capture_output=True, timeout=60)
    return p.returncode, p.stdout, cmd


def excluded(version, case):
    return [why for first, last, which, why in KNOWN if first <= version <= last and which(case)]


def ask(python, cases):
    with open('cases.json', 'w') as f:
        json.dump(cases, f)
    p = subprocess.run([python, '-W', 'ignore', '-c', ASK, 'cases.json'], stdout=subprocess.PIPE, check=True, timeout=300)
    return json.loads(p.stdout.decode())


def show(version, cmd, status, want, got):
    print('DIFFERENT from %d.%d:' % version, ' '.join(map(repr, cmd)), 'status', status)
    if isinstance(want, dict):
        print('   python refuses:', want['refused'])
        return
    for number, (a, b) in enumerate(zip(want.encode('latin-1').split(b'\n') + [b'<end>'], got.split(b'\n') + [b'<end>']), 1):
        if a != b:
            print('  line', number, '\n   python:', a[:200], '\n   ours:  ', b[:200])
            return


def compare(version, python, cases, printed):
    """The number of comparisons with this version and how many differ."""
    left_out = {}
    asked = []
    for i, case in enumerate(cases):
        reasons = excluded(version, case)
        for why in reasons:
            left_out[why] = left_out.get(why, 0) + 1
        if not reasons:
            asked.append(i)
    answers = ask(python, [cases[i] for i in asked]) if asked else []
    bad = 0
    for i, want in zip(asked, answers):
        status, got, cmd = printed[i]
        if status != 0 or isinstance(want, dict) or want.encode('latin-1') != got:
            bad += 1
            if bad <= 3:
                show(version, cmd, status, want, got)
    print('Python %d.%d: %d comparisons, %d different' % (*version, len(asked), bad))
    for why, number in left_out.items():
        print('  left out %d: %s' % (number, why))
    return len(asked), bad


def main():
    binary = os.path.abspath(sys.argv[1]) + '/pstat-print'
    number = min(int(sys.argv[2]), MOST) if len(sys.argv) > 2 else MOST
    os.environ['TZ'] = 'UTC'
    found = [(version, python) for version, python in pythons() if (2, 7) == version or (3, 6) <= version <= (3, 15)]
    with tempfile.TemporaryDirectory() as directory:
        os.chdir(directory)
        cases = make_cases(random.Random(20240202), number)
        printed = [ours(binary, case) for case in cases]
        results = [compare(version, python, cases, printed) for version, python in found]
        os.chdir(HERE)
    if not sum(count for count, _ in results):
        print('skipped: no Python 3.6 to 3.15 found')
        sys.exit(77)
    sys.exit(1 if sum(bad for _, bad in results) else 0)


main()
