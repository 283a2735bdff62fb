"""Three functions that share the time 50 : 30 : 20, and say what they really had, whatever else the machine did.

`calls` makes many short calls, `long_c` few long ones in C and `loop` none: a recorder that loses samples in short calls
shows other shares.
"""
import json
import sys
import time

clock = time.perf_counter
spent = {"calls": 0.0, "loop": 0.0, "long_c": 0.0}
data = list(range(20000))


def one(n):
    return n


def two(n):
    return one(n)


def three(n):
    return two(n)


def calls(seconds):
    start = clock()
    while clock() - start < seconds:
        for n in range(50):
            three(n)
    spent["calls"] += clock() - start


def loop(seconds):
    start = clock()
    while clock() - start < seconds:
        n = 0
        while n < 200:
            n += 1
    spent["loop"] += clock() - start


def long_c(seconds):
    start = clock()
    while clock() - start < seconds:
        sum(data)
    spent["long_c"] += clock() - start


def main(seconds):
    end = clock() + seconds
    while clock() < end:
        calls(0.010)
        loop(0.006)
        long_c(0.004)


main(float(sys.argv[1]))
print(json.dumps(spent))
