"""fib(35), the work of all benchmarks of recorders; prints its seconds."""
import sys
import time


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


print("ready", flush=True)
sys.stdin.readline()
start = time.perf_counter()
fib(int(sys.argv[1]))
print(time.perf_counter() - start, flush=True)
