"""Cyclic garbage all the time: collections in the middle of everything, with a callback and finalizers in Python."""
import gc
import sys
import time


class Node:
    def __init__(self, other):
        self.other = other

    def __del__(self):
        finalize()


def finalize():
    return None


def callback(phase, info):
    return phase


def cycle():
    first = Node(None)
    first.other = Node(first)


def allocate():
    for _ in range(100):
        cycle()


def collect():
    gc.collect()


keep = [[i] for i in range(200000)]
gc.callbacks.append(callback)
end = time.monotonic() + float(sys.argv[1])
while time.monotonic() < end:
    allocate()
    collect()
