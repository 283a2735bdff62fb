#!/usr/bin/env python3
"""Makes COUNT .prof files of one program's runs in FOLDER: make_many.py FOLDER COUNT. Each has 100 of 400 functions, with up to 3 callers each. Seeded."""
import marshal
import os
import random
import sys


def one_run(rng, functions):
    names = rng.sample(functions, 100)
    stats = {}
    for i, name in enumerate(names):
        callers = {}
        for _ in range(3 if i else 0):
            count = rng.randrange(1, 99)
            callers[names[rng.randrange(i)]] = (count, count, rng.random(), rng.random())
        calls = sum(caller[0] for caller in callers.values()) or 1
        stats[name] = (calls, calls, rng.random(), rng.random() * 3, callers)
    return stats


def main():
    folder, count = sys.argv[1], int(sys.argv[2])
    os.makedirs(folder, exist_ok=True)
    rng = random.Random(3)
    functions = [("/srv/app/mod%d.py" % (i % 40), i % 300 + 1, "function_%d" % i) for i in range(400)]
    for k in range(count):
        with open(os.path.join(folder, "%05d.prof" % k), "wb") as out:
            marshal.dump(one_run(rng, functions), out)


main()
