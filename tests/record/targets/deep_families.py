"""Two recursions in turn, some hundreds deep, so that the interpreter's stack grows and shrinks across its chunks all the time.

A call with an even number recurs from another line than one with an odd number: in a true stack the two lines alternate.
"""
import sys
import time


def red(n):
    if n % 2:
        return red(n - 1) if n else 0
    return red(n - 1) if n else 0


def blue(n):
    if n % 2:
        return blue(n - 1) if n else 0
    return blue(n - 1) if n else 0


def main(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for depth in range(100, 400, 20):
            red(depth)
            blue(depth)


main(float(sys.argv[1]))
