"""Sort keys, and random marshal dictionaries such as pstats loads, for the oracle tests of pstat-print."""
KEYS = [['cumulative'], ['time'], ['calls'], ['pcalls'], ['name'], ['nfl'], ['stdname'], ['filename'], ['line'],
        ['module'], ['tottime', 'name'], ['calls', 'cumulative', 'nfl'], [-1], [0], [1], [2], [], ['name', 'line'], ['pcalls', 'time']]


def random_dict(rng):
    n = rng.choice([0, 1, 2, 5, 30, 70, 150, 400])
    files = ['a.py', '/x/y/a.py', '/x/z/a.py', 'b/c.py', '~', 'é/ü.py', 'dir\\w.py', '']
    names = ['f', 'g', '<lambda>', '<built-in method x>', '<m>', 'ñandú', 'long_' * 9, 'a b', '日本', 'x;y', 'tab\there']
    keys = list({(rng.choice(files), rng.choice([0, 0, 1, 2, 3, 10, 99999]), rng.choice(names) + rng.choice(['', '', '1', '2', 'zz']))
                 for _ in range(n)})
    rng.shuffle(keys)
    nan_ok = rng.random() < 0.3
    huge = [float('inf'), 1e308, -1e308] if rng.random() < .3 else []
    swapped = rng.random() < 0.05

    def t():
        k = rng.random()
        if nan_ok and k < .15:
            return float('nan')
        return rng.choice([0.0, 1.0, .5, .25, -1.5, 1e-9, 1e15, rng.random(), rng.random() * 100, -0.0, 2.0, 0.0005, 0.0015, 12345.6785] + huge)

    def c():
        return rng.choice([0, 0, 1, 1, 2, 3, 7, 1000, 10**9, 2**40, rng.randrange(100)])
    d = {}
    ints = rng.random() < .2
    for k in keys:
        cc, nc = c(), c()
        if rng.random() < .6:
            nc = cc
        if swapped:
            cc, nc = max(cc, nc), min(cc, nc)
        callers = {}
        for caller in rng.sample(keys, min(len(keys), rng.choice([0, 1, 1, 2, 5]))):
            callers[caller] = c() if ints else (c(), c(), t(), t())
        d[k] = (cc, nc, t(), t(), callers)
    return d
