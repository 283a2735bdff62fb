#!/usr/bin/env python3
"""Makes the profiles of this folder from workload.py:  python3 examples/make.py      (they are committed; run it to make your own)

The paths of the standard library are written as /usr/lib/pythonX.Y and ours relative to this folder, wherever the interpreter lives;
times are what the machine took."""
import cProfile
import marshal
import os
import sys
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
LIBRARY = os.path.dirname(os.__file__)
NEUTRAL = "/usr/lib/python%d.%d" % sys.version_info[:2]


def neutral(path):
    if path.startswith(HERE + os.sep):
        return path[len(HERE) + 1:]
    return path.replace(LIBRARY, NEUTRAL)


def program(arguments):
    """workload.py as __main__, ready to be executed."""
    path = os.path.join(HERE, "workload.py")
    sys.argv = ["workload.py", *arguments]
    with open(path) as file:
        return compile(file.read(), path, "exec"), {"__name__": "__main__", "__file__": path}


def profile(name, arguments):
    profiler = cProfile.Profile()
    profiler.runcall(exec, *program(arguments))
    profiler.create_stats()

    def renamed(function):
        return (neutral(function[0]), function[1], function[2])

    stats = {renamed(f): (cc, nc, tt, ct, {renamed(c): v for c, v in callers.items()})
             for f, (cc, nc, tt, ct, callers) in profiler.stats.items()}
    with open(os.path.join(HERE, name), "wb") as file:
        marshal.dump(stats, file)


def frame_name(frame):
    code = frame.f_code
    return "%s (%s:%d)" % (code.co_qualname, neutral(code.co_filename), frame.f_lineno)


def sample(name, arguments, seconds_between=0.002):
    """Folded stacks of the main thread, looked at from a second one."""
    counts, stop, main = {}, threading.Event(), threading.main_thread().ident

    def watch():
        while not stop.wait(seconds_between):
            frame, stack = sys._current_frames()[main], []
            while frame:
                stack.append(frame_name(frame))
                frame = frame.f_back
            stack = [s for s in stack if "(make.py:" not in s]
            if stack:
                key = ";".join(reversed(stack))
                counts[key] = counts.get(key, 0) + 1

    sys.setswitchinterval(0.0002)
    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        exec(*program(arguments))
    finally:
        stop.set()
        watcher.join()
    with open(os.path.join(HERE, name), "w") as file:
        for stack in sorted(counts):
            file.write("%s %d\n" % (stack, counts[stack]))


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    sys.path.insert(0, HERE)
    profile("workload.prof", ["--orders", "4000"])
    profile("before.prof", ["--orders", "2000", "--nearest", "naive"])
    profile("after.prof", ["--orders", "2000", "--nearest", "cached"])
    sample("stacks.folded", ["--orders", "12000"])
