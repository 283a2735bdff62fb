"""Stays at a given depth of Python frames, calling a short function: at_depth.py DEPTH SECONDS."""
import sys
import time


def tick(n):
    return n + 1


def bottom(seconds):
    end = time.monotonic() + seconds
    n = 0
    while n or time.monotonic() < end:
        n = tick(n)
        if n == 200:
            n = 0


def down(left, seconds):
    if left <= 0:
        bottom(seconds)
    else:
        down(left - 1, seconds)


# <module>, the downs, bottom and tick (part of the time).
down(int(sys.argv[1]) - 3, float(sys.argv[2]))
