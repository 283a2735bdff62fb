"""Recursion 3,000 deep, waiting at the bottom: every stack begins with main and goes down without a gap."""
import sys
import threading
import time

DEPTH = 3000


def down(n, seconds):
    if n == 0:
        return bottom(seconds)
    return down(n - 1, seconds)


def bottom(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass


def main():
    end = time.monotonic() + float(sys.argv[1])
    while time.monotonic() < end:
        down(DEPTH, 0.05)


sys.setrecursionlimit(DEPTH + 500)
threading.stack_size(256 * 1024 * 1024)
runner = threading.Thread(target=main, name="deep")
runner.start()
runner.join()
