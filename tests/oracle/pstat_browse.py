#!/usr/bin/env python3
"""Drives pstat-print --browse and `python -m pstats` of CPython 3.13 through a pipe with the same commands; the outputs must be equal.

usage: pstat_browse.py BIN_DIR.  Exit 77 with "skipped: ..." where there is no Python 3.13."""
import glob, os, subprocess, sys, tempfile

BIN = os.path.abspath(sys.argv[1])
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SESSIONS = [
    'stats 3\nquit\n', 'help\nhelp stats\nhelp sort\nhelp help\n?\n? read\nhelp nothing\n', 'sort\nsort cumulative\nstats 2\nsort foo\nsort cu\nsort cum\nsort c\n',
    'sort time calls\nstats 0.02\nreverse\nstats 2\nreverse\nstats 1\n', 'strip\nstats 2\nsort name\nstats json 5\ncallers 3 dumps\n',
    'callees min\ncallers len 2\n', 'add after.prof\nstats 3\nadd nosuch.prof\nsort calls\nstats 4\n', 'read after.prof\nstats 2\nread\nstats 1\nread nosuch\nstats 1\n',
    'stats 1\n!ls\n\nstats 0\n\nfoo\n\n', 'stats +2\nstats 1_0\nstats 99999999999999999999 3\nstats _1\nstats 1__0\nsort\ttime\tname\nstats\t2\n',
    'help generic\nhelp EOF\n?sort\nhelp stats now\nhelp  add\nadd\nadd before.prof after.prof\nread  after.prof  \nread .\nadd .\nhelp quit\n',
    'stats 1e-2\nstats .01 2\nstats nan 2\nstats inf\nstats -0.5\nstats 1.0 1\nstats 0\nstats 0.0\nstats -0\n', 'callers 1\nstrip\ncallers 1\ncallees 1\nreverse\ncallees 1\nsort calls\nreverse\ncallees 2\n',
    'stats 2.5\nstats -1 3\nstats [ 2\nstats (\nstats 1.0 2\n', '\n\nstats 1\n\n\n', 'foo\n!ls\nquit now\n', 'stats   3   json  \n  sort   time  name \n stats 2',
    'sort nfl\nstats 5\nsort stdname\nstats 5\nsort pcalls\nstats 5\nsort line\nstats 3\nsort module\nstats 3\n', 'strip\nstrip\nsort tottime\nreverse\nstats 0.01\nEOF\n', '']


def python():
    for p in sorted(glob.glob(os.path.expanduser('~/.pyenv/versions/3.13*/bin/python'))) + ['/usr/bin/python3.13', sys.executable]:
        try:
            if subprocess.run([p, '-c', 'import sys; print(sys.version_info[:2])'], capture_output=True, text=True).stdout.strip() == '(3, 13)':
                return p
        except OSError:
            pass


def main():
    interpreter = python()
    if not interpreter:
        print('skipped: no Python 3.13 to compare with')
        return 77
    bad = count = 0
    with tempfile.TemporaryDirectory() as d:
        for name in ('before.prof', 'after.prof'):
            with open(os.path.join(ROOT, 'examples', name), 'rb') as f, open(os.path.join(d, name), 'wb') as g:
                g.write(f.read())
            os.utime(os.path.join(d, name), (1700000000, 1700000000))
        env = dict(os.environ, TZ='UTC')
        for files in ([], ['before.prof'], ['before.prof', 'after.prof'], ['nosuch.prof']):
            for text in SESSIONS:
                want = subprocess.run([interpreter, '-m', 'pstats'] + files, input=text.encode(), capture_output=True, cwd=d, env=env)
                got = subprocess.run([BIN + '/pstat-print', '--browse'] + files, input=text.encode(), capture_output=True, cwd=d, env=env)
                if want.returncode != 0:  # Python fell over
                    continue
                count += 1
                if (got.returncode, got.stdout) != (want.returncode, want.stdout):
                    bad += 1
                    w, g = want.stdout.split(b'\n'), got.stdout.split(b'\n')
                    for i in range(max(len(w), len(g))):
                        if w[i:i + 1] != g[i:i + 1]:
                            print('DIFFERENT', files, repr(text), 'line', i + 1, '\n python', w[i:i + 2], '\n ours  ', g[i:i + 2], got.stderr[-200:])
                            break
    print('%d sessions compared with python -m pstats, %d different' % (count, bad))
    return 1 if bad or not count else 0


sys.exit(main())
