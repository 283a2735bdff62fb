"""Code objects made, called and freed in a loop, so that their memory is used again at once.

Function g_N calls f_N on a line that follows from N, and N only grows: a name kept from an older code object shows.
"""
import sys
import time

clock = time.perf_counter


def make(n):
    padding = "\n" * (n % 97)
    source = padding + (
        "def f_{0}(clock):\n"
        "    end = clock() + 0.0003\n"
        "    while clock() < end:\n"
        "        pass\n"
        "def g_{0}(clock):\n"
        "    f_{0}(clock)\n"
    ).format(n)
    names = {}
    exec(compile(source, "made_%d.py" % n, "exec"), names)
    return names["g_%d" % n]


def main(seconds):
    end = clock() + seconds
    n = 1000000
    while clock() < end:
        make(n)(clock)
        n += 1


main(float(sys.argv[1]))
