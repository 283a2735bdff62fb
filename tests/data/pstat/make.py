#!/usr/bin/env python3
"""Writes the samples of this folder. Run without arguments it writes those that any Python 3 can make byte by byte (its own small marshal writer stands
below, so that every version of the format is there); with --pythons it also writes pass_pyX.Y.pstat with the interpreters found under ~/.pyenv."""
import glob
import os
import struct
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))


def i(n):
    return b'i' + struct.pack('<i', n)


def long(n):
    digits, m = [], abs(n)
    while m:
        digits.append(m & 0x7fff)
        m >>= 15
    return b'l' + struct.pack('<i', -len(digits) if n < 0 else len(digits)) + b''.join(struct.pack('<H', d) for d in digits)


def g(x):
    return b'g' + struct.pack('<d', x)


def f(x):
    t = repr(x).encode()
    return b'f' + bytes([len(t)]) + t


def s(text, kind=b'u'):
    b = text if isinstance(text, bytes) else text.encode('utf-8', 'surrogatepass')
    return kind + (bytes([len(b)]) if kind in (b'z', b'Z') else struct.pack('<i', len(b))) + b


def tup(*items, small=False, flag=False):
    head = b')' + bytes([len(items)]) if small else b'(' + struct.pack('<i', len(items))
    return (bytes([head[0] | 0x80]) + head[1:] if flag else head) + b''.join(items)


def dic(*pairs, flag=False):
    return (b'\xfb' if flag else b'{') + b''.join(k + v for k, v in pairs) + b'0'


def key(file, line, name, kind=b'u', **kw):
    return tup(s(file, kind), i(line), s(name, kind), **kw)


def row(cc, nc, tt, ct, *callers, number=g):
    return tup(i(cc), i(nc), number(tt), number(ct), dic(*callers))


def edge(nc, cc, tt, ct, number=g):
    return tup(i(nc), i(cc), number(tt), number(ct))


def write(name, data, error=None):
    with open(os.path.join(HERE, name), 'wb') as out:
        out.write(data)
    if error:
        with open(os.path.join(HERE, name + '.error'), 'w') as out:
            out.write(error + '\n')


MAIN, WORK, LEN = key('app.py', 1, '<module>'), key('app.py', 5, 'work'), key('~', 0, '<built-in method builtins.len>')
PLAIN = [(MAIN, row(1, 1, .25, 2.0)), (WORK, row(2, 3, 1.25, 1.75, (MAIN, edge(2, 2, 1.0, 1.75)), (WORK, edge(1, 1, .25, .5)))),
         (LEN, row(9, 9, .5, .5, (WORK, edge(9, 9, .5, .5))))]


def good():
    write('pass_plain.pstat', dic(*PLAIN))
    write('pass_empty.pstat', dic())
    # Version 3 and 4: small tuples, short ASCII strings, references. Slots: 0 dict, 1 key, 2 'app.py', 3 'f'.
    write('pass_references.pstat', dic((b'\xa9\x03' + s('app.py', b'\xfa')[:0] + bytes([0xfa, 6]) + b'app.py' + i(1) + bytes([0xda, 1]) + b'f',
                                        row(1, 1, 1.0, 2.0, (b'r' + struct.pack('<i', 1), edge(1, 1, 1.0, 2.0)))),
                                       (tup(b'r' + struct.pack('<i', 2), i(7), b'r' + struct.pack('<i', 3), small=True), row(1, 1, .5, .5)), flag=True))
    # Version 0 and 1: floats as text. Python 2: interned strings and references to them.
    write('pass_text_floats.pstat', dic((key('a.py', 1, 'f', b's'), row(1, 1, .1, 1e-07, number=f))))
    write('pass_interned.pstat', dic((tup(s('a.py', b't'), i(1), s('f', b't')), row(1, 1, 1.0, 1.0)),
                                     (tup(b'R' + struct.pack('<i', 0), i(2), b'R' + struct.pack('<i', 1)), row(1, 1, 2.0, 2.0))))
    write('pass_profile_counts.pstat', dic((MAIN, row(1, 1, 1.0, 3.0)), (key('', 0, 'len'), row(4, 4, 2.0, 2.0, (MAIN, i(4))))))
    write('pass_long_counts.pstat', dic((MAIN, tup(long(2 ** 40), long(2 ** 62), g(1.0), g(2.0), dic()))))
    write('pass_concatenated_callers.pstat', dic((MAIN, row(1, 1, 1.0, 3.0)), (WORK, row(3, 3, 2.0, 2.0, (MAIN, tup(
        i(1), i(1), g(.5), g(.5), i(2), i(2), g(1.5), g(1.5)))))))
    write('pass_swapped_counts.pstat', dic((MAIN, row(1, 1, 1.0, 3.0)), (WORK, row(5, 2, 2.0, 2.0, (MAIN, edge(5, 2, 2.0, 2.0))))))
    write('pass_sampled.pstat', dic((tup(s('__sampled__')), b'T'), (MAIN, row(0, 9, 0.0, .9)), (WORK, row(9, 9, .9, .9, (MAIN, i(9))))))
    write('pass_surrogates.pstat', dic((key('a\udc80.py', 1, 'g\ud800'), row(1, 1, 1.0, 1.0))))
    write('pass_hostile_names.pstat', dic((key('</text><script>', -7, 'a;b\n\x1b[31m\0c'), row(1, 1, 1.0, 1.0))))
    write('pass_odd_numbers.pstat', dic((MAIN, row(0, 0, float('nan'), float('inf'))), (WORK, row(1, 1, -0.0, -1.5))))
    write('pass_integer_times.pstat', dic((MAIN, tup(i(1), i(1), i(2), long(2 ** 70), dic()))))
    write('pass_repeated_key.pstat', dic((MAIN, row(1, 1, 1.0, 1.0)), (WORK, row(1, 1, 2.0, 2.0)), (MAIN, row(2, 2, 4.0, 4.0, (WORK, edge(1, 1, 4.0, 4.0))))))
    # The old profiler's mark of what is on top of the stack: pstats prints those names above its list.
    top = key('jprofile', 0, 'profiler')
    write('pass_old_top_level.pstat', dic((WORK, row(2, 2, 1.0, 1.0, (MAIN, edge(2, 2, 1.0, 1.0)))), (MAIN, row(1, 1, 1.0, 2.0, (top, edge(1, 1, 1.0, 2.0)))),
                                          (top, row(1, 1, .5, 2.5))))
    # Numbers that are referred to: small, negative, past 28 bits, a float. Slots: 0 5, 1 -5, 2 2**30, 3 .5, as counts and as times.
    kept, ref = lambda n: b'\xe9' + struct.pack('<i', n), lambda n: b'r' + struct.pack('<i', n)
    write('pass_shared_numbers.pstat', dic((MAIN, tup(kept(5), ref(0), kept(-5), kept(2 ** 30), dic())), (WORK, tup(ref(2), ref(2), b'\xe7' + struct.pack('<d', .5), ref(3), dic(
        (MAIN, tup(ref(0), ref(1), ref(3), ref(2))))))))
    write('pass_trailing_bytes.pstat', dic(*PLAIN) + b'more')
    loop = [(key('m.py', n, 'f%d' % n), row(1, 1, 1.0, 3.0, (key('m.py', (n + 1) % 3, 'f%d' % ((n + 1) % 3)), edge(1, 1, 1.0, 3.0)))) for n in range(3)]
    write('pass_no_root.pstat', dic(*loop))


def bad():
    whole = dic(*PLAIN)
    write('fail_cut.pstat', whole[:len(whole) // 2], 'expected more data, found the end of the file')
    write('fail_list.pstat', b'[' + struct.pack('<i', 0), 'expected the dictionary of a pstats file')
    write('fail_key.pstat', dic((s('a.py'), row(1, 1, 1.0, 1.0))), 'expected a (file, line, function) key, found a string')
    write('fail_row.pstat', dic((MAIN, tup(i(1), i(1), g(1.0), g(1.0)))), "expected a function's")
    write('fail_count.pstat', dic((MAIN, tup(s('x'), i(1), g(1.0), g(1.0), dic()))), 'expected primitive calls, found a string')
    write('fail_past_64_bits.pstat', dic((MAIN, tup(long(2 ** 64), i(1), g(1.0), g(1.0), dic()))), 'expected primitive calls, found an integer past 64 bits')
    write('fail_reference.pstat', dic((MAIN, b'r' + struct.pack('<i', 91))), 'reference 91 is past the end (0)')
    write('fail_cycle.pstat', dic((MAIN, b'r' + struct.pack('<i', 0)), flag=True), 'reference to a container that is not finished')
    write('fail_length.pstat', dic((tup(b'u' + struct.pack('<i', 0x00fffff0) + b'a', i(1), s('f')), row(1, 1, 1.0, 1.0))), 'expected more data')
    write('fail_negative_length.pstat', dic((tup(b'u' + struct.pack('<i', -5), i(1), s('f')), row(1, 1, 1.0, 1.0))), 'expected a length')
    write('fail_type.pstat', dic((MAIN, b'Q')), 'expected a marshal type, found byte 0x51')
    write('fail_nest.pstat', dic((MAIN, (b'(' + struct.pack('<i', 1)) * 3000 + b'N')), '')
    write('fail_deep_key.pstat', dic((tup(s('a'), i(1), (b'[' + struct.pack('<i', 1)) * 3000 + b'N'), row(1, 1, 1.0, 1.0))),
          'containers are nested deeper than 2000')
    write('fail_caller.pstat', dic((MAIN, row(1, 1, 1.0, 1.0, (WORK, tup(i(1), i(1), g(1.0)))))), "expected a caller's")


WORKLOAD = '''
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
def gen(n):
    for k in range(n): yield k
class A:
    def run(self): return sorted(gen(20), key=lambda x: -x)
def even(n): return True if n == 0 else odd(n - 1)
def odd(n): return False if n == 0 else even(n - 1)
fib(8); A().run(); even(10); exec("x = [len(str(k)) for k in range(5)]")
'''


def by_pythons():
    with tempfile.TemporaryDirectory() as d:
        with open(os.path.join(d, 'app.py'), 'w') as out:
            out.write(WORKLOAD)
        for python in sorted(glob.glob(os.path.expanduser('~/.pyenv/versions/*/bin/python'))):
            v = subprocess.run([python, '-c', 'import sys; sys.stdout.write("%d.%d" % sys.version_info[:2])'], capture_output=True, text=True).stdout
            for module in ('cProfile', 'profile'):
                out = os.path.join(d, 'out')
                r = subprocess.run([python, '-m', module, '-o', out, 'app.py'], cwd=d, capture_output=True)
                if r.returncode == 0:
                    with open(out, 'rb') as made:
                        data = made.read()
                    write('pass_py%s_%s.pstat' % (v, module), data.replace(os.path.dirname(python).encode(), b'/usr/bin'.ljust(len(os.path.dirname(python)), b'_')))


good()
bad()
if '--pythons' in sys.argv:
    by_pythons()
