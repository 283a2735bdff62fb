"""Chains of calls of mixed depths with methods and arguments; prints its seconds."""
import sys
import time


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value


def third(counter, n):
    return counter.add(n)


def second(counter, n):
    return third(counter, n) + third(counter, 1)


def first(counter, n):
    return second(counter, n) + (second(counter, 2) if n & 1 else 0)


def work(rounds):
    counter = Counter()
    for n in range(rounds):
        first(counter, n & 7)


print("ready", flush=True)
sys.stdin.readline()
start = time.perf_counter()
work(int(sys.argv[1]))
print(time.perf_counter() - start, flush=True)
