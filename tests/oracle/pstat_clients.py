#!/usr/bin/env python3
"""Programs that read .prof files read ours: gprof2dot, flameprof, snakeviz and tuna show of a rewritten file what they show of the original, and of one made from stacks what the stacks say.

usage: pstat_clients.py BIN_DIR.  The packages are looked for in the Python that PP_CLIENTS_PYTHON names, or in this one; those that are not there are left out by name."""
import os, subprocess, sys, tempfile

BIN = os.path.abspath(sys.argv[1])
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PYTHON = os.environ.get('PP_CLIENTS_PYTHON') or sys.executable

# What each makes of a file: its text, and a script that says how many seconds it sees in all.
SHOW = {
    'gprof2dot': 'import gprof2dot; gprof2dot.main(["-f", "pstats", "-n0", "-e0", sys.argv[1]])',
    'flameprof': 'import pstats, flameprof; s = pstats.Stats(sys.argv[1]); flameprof.render(s.stats, sys.stdout, "log")',
    'snakeviz': 'import json, pstats, snakeviz.stats as v; s = pstats.Stats(sys.argv[1]); print(v.table_rows(s), json.dumps(v.json_stats(s)))',
    'tuna': 'import json; from tuna._runtime_profile import read_runtime_profile as r; print(json.dumps(r(sys.argv[1])))',
}
TOTAL = {
    'gprof2dot': 'import gprof2dot as g; p = g.PstatsParser(sys.argv[1]).parse(); print(sum(f[g.TIME] for f in p.functions.values()))',
    'snakeviz': 'import pstats, snakeviz.stats as v; print(sum(float(r[1]) for r in v.table_rows(pstats.Stats(sys.argv[1]))))',
}


def run(script, path):
    done = subprocess.run([PYTHON, '-c', 'import sys; ' + script, path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
                          env={**os.environ, 'PYTHONHASHSEED': '0'})
    return done.stdout if done.returncode == 0 else 'FAILED: ' + done.stderr[-600:]


def present(package):
    return subprocess.run([PYTHON, '-c', 'import ' + package], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


def convert(*args):
    subprocess.run([os.path.join(BIN, 'profconv'), '-q', '--to', 'pstat', *args], check=True, cwd=ROOT)


def main():
    there = [name for name in SHOW if present(name)]
    if not there:
        print('skipped: none of %s is installed' % ', '.join(SHOW))
        sys.exit(77)
    failed = checked = 0
    with tempfile.TemporaryDirectory() as folder:
        again, stacks, made = (os.path.join(folder, name) for name in ('workload.prof', 'x.folded', 'made.prof'))
        convert('examples/workload.prof', '-o', again)
        with open(stacks, 'w') as out:
            out.write('# profpipe: metric=wall unit=ms\nmain (/srv/a.py:3);load (/srv/a.py:9) 250\nmain (/srv/a.py:3);load (/srv/a.py:9);loads (/srv/j.py:1) 500\n'
                      'main (/srv/a.py:3) 125\nmain (/srv/a.py:3);walk (/srv/a.py:20);walk (/srv/a.py:20) 1125\n')
        convert(stacks, '-o', made)
        for name in there:
            theirs, ours = run(SHOW[name], 'examples/workload.prof'), run(SHOW[name], again)
            problem = 'another picture of the rewritten file' if theirs.replace('examples/workload.prof', again) != ours else theirs if theirs.startswith('FAILED') else ''
            text = run(SHOW[name], made)
            problem = problem or (text if text.startswith('FAILED') else '' if 'loads' in text else 'a function of the stacks is missing')
            if not problem and name in TOTAL:
                total = run(TOTAL[name], made)
                problem = '' if not total.startswith('FAILED') and abs(float(total) - 2) < 1e-6 else 'expected 2 seconds in all, found ' + total
            checked += 1
            if problem:
                failed += 1
                print('FAILED %s: %s' % (name, problem))
    missing = [name for name in SHOW if name not in there]
    print('%d programs read our files, %d failed%s' % (checked, failed, '; not installed: ' + ', '.join(missing) if missing else ''))
    sys.exit(1 if failed else 0)


main()
