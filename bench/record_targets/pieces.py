"""Does the same piece of work over and over: pieces.py WORK, until its standard input ends; then writes the times (CLOCK_MONOTONIC, doubles) at which pieces were done.
WORK is fib, the work of most benchmarks of recorders, or calls: chains of calls of mixed depths with methods and arguments."""
import array
import select
import sys
import time


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


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


def calls(rounds):
    counter = Counter()
    for n in range(rounds):
        first(counter, n & 7)


def main():
    work, size = {"fib": (fib, 16), "calls": (calls, 250)}[sys.argv[1]]
    times = array.array("d")
    clock = time.monotonic
    over = select.poll()
    over.register(0, select.POLLIN | select.POLLHUP)
    print("ready", flush=True)
    while len(times) % 100 or not over.poll(0):
        work(size)
        times.append(clock())
    sys.stdout.buffer.write(times.tobytes())


if __name__ == "__main__":
    main()
