#!/usr/bin/env python3
"""A pstats file of a given size: make_prof.py FUNCTIONS EDGES SEED [NUMBERS] > file. Equal arguments give equal bytes;
another seed NUMBERS gives the same functions and callers with other calls and times.

Shaped as cProfile writes them: a caller's key is one object in the dictionaries of all its callees, and another one than the key of its own row; files and
names are shared objects; times have all digits a clock gives; most functions have a few callers, some have hundreds."""
import marshal
import random
import sys


def main(functions, edges, seed, numbers_seed=0):
    rand = random.Random(seed)
    numbers_from = random.Random(numbers_seed) if numbers_seed else rand
    files = ["/usr/lib/python3.13/site-packages/package_%d/module_%d.py" % (i % 97, i) for i in range(max(1, functions // 40))]
    classes = ["RequestHandler", "Query", "Parser", "Session", "Template", "Cache", "Connection", "Field", "Form", "Serializer"]
    methods = ["get_or_create_default", "validate_and_normalize", "render_to_response", "_iterate_over_pending", "load_from_configuration"]
    names = ["%s.%s_%d" % (classes[i % 10], methods[i % 7 % 5], i) for i in range(functions)]
    names[19::20] = ["<built-in method builtins.call_%d>" % i for i in range(19, functions, 20)]

    def key(i):
        if i % 20 == 19:
            return ("~", 0, names[i])
        return (files[i % len(files)], 1 + i * 7 % 4000 + i // len(files), names[i])

    def numbers():
        rand = numbers_from
        calls = int(rand.paretovariate(0.7)) % 1000000 + 1
        own = rand.expovariate(1e4)
        return calls, calls, own, own + rand.expovariate(1e3)

    # A tree first, so that every function but the first has a caller; the other edges go rather to functions of low number.
    callers = [[] for _ in range(functions)]
    for i in range(1, functions):
        callers[i].append(rand.randrange(i))
    left = edges - functions + 1
    while left > 0:
        callee, caller = int(functions * rand.random() ** 2), rand.randrange(functions)
        if caller not in callers[callee]:
            callers[callee].append(caller)
            left -= 1
    as_caller = [key(i) for i in range(functions)]
    stats = {}
    for i in range(functions):
        row = {as_caller[c]: numbers() for c in callers[i]}
        cc = sum(n[0] for n in row.values()) or 1
        tt = sum(n[2] for n in row.values())
        ct = sum(n[3] for n in row.values())
        stats[key(i)] = (cc, cc, tt, ct, row)
    sys.stdout.buffer.write(marshal.dumps(stats))


if __name__ == "__main__":
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    main(*map(int, sys.argv[1:]))
