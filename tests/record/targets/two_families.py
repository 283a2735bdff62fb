"""Two chains of functions called in turn as fast as Python can: a stack with functions of both was never there.

Every function has one line that calls: in a true stack each frame but the last stands on it.
"""
import sys
import time


def a0(n):
    return a1(n)


def a1(n):
    return a2(n)


def a2(n):
    return a3(n)


def a3(n):
    return a4(n)


def a4(n):
    return a5(n)


def a5(n):
    return a6(n)


def a6(n):
    return a7(n)


def a7(n):
    return n


def b0(n):
    return b1(n)


def b1(n):
    return b2(n)


def b2(n):
    return b3(n)


def b3(n):
    return b4(n)


def b4(n):
    return b5(n)


def b5(n):
    return b6(n)


def b6(n):
    return b7(n)


def b7(n):
    return n


def main(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for n in range(200):
            a0(n)
            b0(n)


main(float(sys.argv[1]))
