"""Two generators resumed as fast as Python can, one through another: while a generator waits, its frame leads to no caller.

Every function has a line of its own from which it is resumed.
"""
import os
import sys
import threading


def first():
    while True:
        yield


def inner():
    while True:
        yield


def second():
    yield from inner()


def turn():
    two = second()
    for _ in first():
        next(two)


threading.Timer(float(sys.argv[1]), os._exit, (0,)).start()
turn()
