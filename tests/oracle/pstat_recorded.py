#!/usr/bin/env python3
"""Compares pstat-print with texts of pstats that were recorded beside the profiles of a corpus, for many versions of Python.

usage: pstat_recorded.py BIN_DIR.  X.prof.WHAT.txt is what the Python that X.prof is for printed, with X.prof of the time 1704164645 in UTC. Texts of Python 2 (other order of dictionaries, no blank after an empty list), those in which
that Python says an exception, and those with code objects (printed with an address), are left out. Exit 77 with "skipped: ..." where there is no corpus."""
import glob, os, shutil, subprocess, sys, tempfile

BIN = os.path.abspath(sys.argv[1])
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CORPUS = os.environ.get('PP_CORPUS', os.path.join(ROOT, '..', 'shared', 'corpus'))
REQUESTS = {
    'cumulative_20': '--sort=cumulative --top=20', 'tottime_strip_15': '--strip-dirs --sort=time --top=15', 'callers_ncalls_10': '--sort=calls --top=10 --callers',
    'default': '--sort=none', 'cumulative': '--sort=cumulative', 'tottime_rev': '--sort=tottime --reverse --top=.25', 'ncalls_strip': '--strip-dirs --sort=ncalls --top=.5 --top=40',
    'pcalls_10': '--sort=pcalls --top=10', 'name_re': '--sort=name --match=method', 'file_line': '--sort=file,line --top=60', 'module_strip': r'--strip-dirs --sort=module --match=\.py --top=.3',
    'nfl_30': '--sort=nfl --top=30', 'line_30': '--sort=line --top=30', 'stdname_strip': '--strip-dirs --sort=stdname --match=[wW]orkload|json', 'int_m1_25': '--sort=-1 --top=25',
    'int_2_10': '--sort=2 --top=10', 'calls_time_20': '--sort=calls,time --top=20', 'callers_cum': '--sort=cumulative --callers', 'callees_cum': '--sort=cumulative --callees',
    'callers_strip_re': '--strip-dirs --sort=time --callers=fib|dumps|encode|walk', 'callees_strip_20': '--strip-dirs --sort=name --top=20 --callees'}


def compare(profile, what, recorded):
    with open(recorded, 'rb') as f:
        want = f.read()
    first = want.split(b'\n', 1)[0]
    if b'<code object' in want or (b'Error' in first and b':' in first):
        return None
    if 'nomatch' == what or what not in REQUESTS:
        return None
    done = subprocess.run([BIN + '/pstat-print', '-q'] + REQUESTS[what].split() + [profile], capture_output=True, env=dict(os.environ, TZ='UTC'))
    if done.stdout == want and done.returncode == 0:
        return True
    a, b = want.split(b'\n'), done.stdout.split(b'\n')
    line = next((i for i in range(max(len(a), len(b))) if a[i:i + 1] != b[i:i + 1]), 0)
    print('DIFFERENT', profile, what, 'line', line + 1, '\n recorded', a[line:line + 1], '\n ours    ', b[line:line + 1], done.stderr[-200:])
    return False


def main():
    profiles = sorted(p for p in glob.glob(os.path.join(CORPUS, 'generated', '*.prof')) if '.py2.' not in p)
    counts = {True: 0, False: 0, None: 0}
    with tempfile.TemporaryDirectory() as directory:
        os.chdir(directory)
        for path in profiles:
            name = os.path.basename(path)
            shutil.copyfile(path, name)
            os.utime(name, (1704164645, 1704164645))
            for recorded in sorted(glob.glob(glob.escape(path) + '.*.txt')):
                counts[compare(name, os.path.basename(recorded)[len(name) + 1:-4], recorded)] += 1
            os.remove(name)
    if not counts[True] + counts[False]:
        print('skipped: no corpus with recorded texts beside the checkout')
        return 77
    print('%d recorded texts equal, %d different, %d left out' % (counts[True], counts[False], counts[None]))
    return 1 if counts[False] else 0


sys.exit(main())
