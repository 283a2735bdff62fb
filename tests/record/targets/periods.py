"""Two chains of functions without arguments or variables, called in turn for ever: nothing in any frame tells one round from the next,
so a reader that looks twice finds the same at the same moment of two rounds, and may join what was never together.

periods.py SECONDS DEPTH: some depths keep step with the time that a recorder needs.
"""
import os
import sys
import threading

CALL_A, CALL_B = 3, 4  # the lines of turn


def program(depth):
    lines = ["def turn():", " while True:", "  a0()", "  b0()"]
    for family in "ab":
        for n in range(depth):
            lines += ["def %s%d():" % (family, n), " pass" if n + 1 == depth else " %s%d()" % (family, n + 1)]
    return "\n".join(lines)


def main():
    names = {}
    exec(compile(program(int(sys.argv[2])), "periods_made.py", "exec"), names)
    threading.Timer(float(sys.argv[1]), os._exit, (0,)).start()
    names["turn"]()


if __name__ == "__main__":
    main()
