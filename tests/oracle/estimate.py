#!/usr/bin/env python3
"""estimate.py BIN: a file that this Python's cProfile writes, of a program that imports inside functions, recurses, runs generators and raises, as stacks: every function has the
self time that pstats says, frames that are called exact have the cumulative time that pstats says of that caller's calls, and the others keep within their bounds."""
import html
import marshal
import os
import re
import subprocess
import sys
import tempfile

WORKLOAD = '''
import json,re,functools
def fact(n): return 1 if n<2 else n*fact(n-1)
def even(n): return True if n==0 else odd(n-1)
def odd(n): return False if n==0 else even(n-1)
def gen(n):
    for i in range(n): yield i*i
@functools.lru_cache(None)
def fib(n): return n if n<2 else fib(n-1)+fib(n-2)
class A:
    def __getattr__(s,k): return lambda: helper(k)
def helper(k): return sum(gen(2000))
def boom():
    try: raise ValueError
    except ValueError: pass
def main():
    for i in range(60): fact(300); even(400)
    fib(300); a=A(); [a.x() for _ in range(100)]; [boom() for _ in range(1000)]
    for i in range(40): json.loads(json.dumps({'a':list(range(200)),'b':{'c':[1,2,{'d':5}]}}))
    re.compile('(a|b)*c+d{2,5}').sub('x','ab'*300)
    sorted([helper(i) for i in range(50)], key=lambda x: -x)
    exec('helper(1)'); eval('helper(2)')
main()
'''
FRAME = re.compile(r'<g class="f([^"]*)"([^>]*)><title>(.*?)</title>', re.S)


def label(key):
    file, line, name = key
    return name if file in ('~', '') else '%s (%s:%d)' % (name, file, line)


def frames(programs, path):
    """(depth, name, total, self, bounds) of every frame, in ns; bounds of estimated ones only."""
    svg = subprocess.run([os.path.join(programs, 'folded2svg'), '-q', '--max-frames', '0', '--no-javascript', path], stdout=subprocess.PIPE, check=True).stdout.decode()
    for found in FRAME.finditer(svg):
        numbers = dict(re.findall(r'data-(\w+)="([^"]*)"', found[2]))
        name = re.sub(r' \([-\d.,]+ [^()]*\)$', '', html.unescape(found[3]).split('\n')[0])
        bounds = [int(v) for v in numbers['e'].split(',')] if 'e' in numbers else None
        yield int(numbers['d']), name, int(numbers['w']), int(numbers.get('s', 0)), bounds


def main():
    problems, stack, drawn, exact = [], [], {}, 0
    with tempfile.TemporaryDirectory() as folder:
        script, path = os.path.join(folder, 'w.py'), os.path.join(folder, 'w.prof')
        with open(script, 'w', encoding='utf-8') as f:
            f.write(WORKLOAD)
        subprocess.run([sys.executable, '-m', 'cProfile', '-o', path, script], check=True, stdout=subprocess.DEVNULL)
        with open(path, 'rb') as f:
            stats = marshal.load(f)
        by_name = {label(key): row for key, row in stats.items()}
        for depth, name, total, own, bounds in frames(sys.argv[1], path):
            stack[depth:] = [name]
            drawn[name] = drawn.get(name, 0) + own
            if depth == 0:
                continue
            callers = {label(key): edge[3] for key, edge in by_name[name][4].items()}
            wanted = 1e9 * (callers[stack[depth - 1]] if depth > 1 else by_name[name][3])
            if bounds and not bounds[0] <= total <= bounds[1]:
                problems.append('%s: %d is not in %r' % (name, total, bounds))
            elif not bounds and abs(total - wanted) > 0.005 * wanted + 100:
                problems.append('%s under %s: exact, and %d instead of %d' % (name, stack[depth - 1], total, wanted))
            exact += not bounds
    tottime = sum(row[2] for row in stats.values()) * 1e9
    misplaced = sum(abs(drawn.get(name, 0) - row[2] * 1e9) for name, row in by_name.items())
    if len(by_name) == len(stats) and misplaced > 0.002 * tottime:
        problems.append('%d of %d ns of self time stand with other functions' % (misplaced, tottime))
    if exact < 10:
        problems.append('only %d frames are exact' % exact)
    print('\n'.join(problems[:20]) if problems else '%d functions, %d exact frames, %.4f %% of self time misplaced' % (len(stats), exact, 100 * misplaced / tottime))
    return 1 if problems else 0


if __name__ == '__main__':
    sys.exit(main())
