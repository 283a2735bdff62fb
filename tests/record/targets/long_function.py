"""A function of 100,000 lines that calls ten others from known lines (10,000, 20,000 …): its line table passes 64 KiB."""
import sys
import time

LINES = 100000
clock = time.perf_counter
names = {}


def build():
    lines = ["def long_function(n, clock):"] + ["    n = n + 1"] * (LINES - 1)
    for k in range(10):
        lines[10000 * (k + 1) - 1] = "    mark_%d(clock)" % k
    for k in range(10):
        lines.append("def mark_%d(clock):" % k)
        lines.append("    end = clock() + 0.002")
        lines.append("    while clock() < end: pass")
    exec(compile("\n".join(lines), "long_source.py", "exec"), names)


build()
print("ready", flush=True)
end = clock() + float(sys.argv[1])
while clock() < end:
    names["long_function"](0, clock)
