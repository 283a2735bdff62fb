#!/usr/bin/env python3
"""profdiff against other people's answers: profdiff.py BIN [CASES]. Sums and calls against Python's pstats, in exact decimals; p-values, their adjustment and the intervals of ratios
against scipy's, where there is one (then the last line says how many)."""
import csv
import decimal
import io
import itertools
import marshal
import math
import os
import pstats
import random
import subprocess
import sys
import tempfile

try:
    from scipy import stats
except ImportError:
    stats = None

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Check:
    def __init__(self, bin_folder):
        self.program = os.path.join(os.path.abspath(bin_folder), "profdiff")
        self.done = self.failed = 0

    def __call__(self, good, *what):
        self.done += 1
        if not good:
            self.failed += 1
            print("FAILED:", *what)

    def rows(self, *arguments):
        done = subprocess.run([self.program, "--format", "tsv", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if done.returncode == 2:
            raise RuntimeError(done.stderr)
        return list(csv.DictReader(io.StringIO(done.stdout), delimiter="\t", quoting=csv.QUOTE_NONE))


def number(text):
    return float(text) if text else math.nan


def close(a, b, tolerance=1e-7):
    return a == b or (math.isnan(a) and math.isnan(b)) or abs(a - b) <= tolerance * max(abs(a), abs(b)) + 1e-12


# --- sums and calls ---

def against_pstats(check, before, after):
    """By exact matching every row is one function of pstats' dictionaries."""
    rows = check.rows("--match-by", "exact", before, after)
    for side, path in (("before", before), ("after", after)):
        theirs = pstats.Stats(path)
        total = sum(decimal.Decimal(row["self_" + side]) for row in rows)
        check(abs(float(total) - theirs.total_tt) < 1e-8 + 1e-9 * theirs.total_tt, path, "sum of", side, total, theirs.total_tt)
        calls = sum(int(row["calls_" + side] or 0) for row in rows)
        check(calls == theirs.total_calls or calls == theirs.prim_calls, path, "calls", calls, theirs.total_calls)
        known = {}
        for (file, line, name), (_, nc, tt, ct, _) in theirs.stats.items():
            known[("" if file == "~" else file, name, line)] = (nc, tt, ct)
        for row in rows:
            if not row["line_" + side]:
                continue
            file, name = (row["file"], row["name"]) if side == "after" else (row["file_before"], row["name_before"])
            theirs_row = known.get(("" if file == "~" else file, name, int(row["line_" + side])))
            if theirs_row:
                check(abs(number(row["self_" + side]) - theirs_row[1]) < 2e-9, path, name, "self", row["self_" + side], theirs_row[1])
                check(abs(number(row["total_" + side]) - theirs_row[2]) < 2e-9, path, name, "total", row["total_" + side], theirs_row[2])
    return rows


def deltas(check, *arguments):
    rows = check.rows(*arguments)
    sums = [sum(decimal.Decimal(row["self_" + what]) for row in rows) for what in ("before", "after", "delta")]
    check(sums[1] - sums[0] == sums[2], arguments, "the deltas add up to", sums[2], "and the totals differ by", sums[1] - sums[0])


def examples():
    """Pairs of real profiles: ours, and those of the shared collection where it is."""
    yield os.path.join(ROOT, "examples", "before.prof"), os.path.join(ROOT, "examples", "after.prof")
    folder = os.path.join(ROOT, "..", "shared", "corpus", "pstats")
    found = []
    for parent, _, names in sorted(os.walk(folder)):
        found += [os.path.join(parent, name) for name in sorted(names) if name.endswith((".prof", ".pstats"))]
    readable = []
    for path in found:
        try:
            pstats.Stats(path)
            readable.append(path)
        except Exception:  # not for this Python
            pass
    for pair in list(zip(readable, readable[1:]))[:40]:
        yield pair


# --- statistics ---

def write_folded(path, counts):
    with open(path, "w") as out:
        for i, count in enumerate(counts):
            if count:
                out.write("f%d %d\n" % (i, count))


def write_prof(path, times):
    rows = {("m.py", i + 1, "f%d" % i): (1, 1, t, t, {}) for i, t in enumerate(times)}
    with open(path, "wb") as out:
        marshal.dump(rows, out)


def two_tails(below, above):
    return min(1, 2 * min(below, above))


def expect_samples(x1, x2, n1, n2, normalized):
    if x1 + x2 == 0:
        return 1.0
    if not normalized:
        return two_tails(stats.binom.cdf(x2, x1 + x2, 0.5), stats.binom.sf(x2 - 1, x1 + x2, 0.5))
    pooled = (x1 + x2) / (n1 + n2)
    if pooled == 1:
        return 1.0
    if min(pooled, 1 - pooled) * min(n1, n2) < 5:
        return stats.fisher_exact([[x1, n1 - x1], [x2, n2 - x2]])[1]
    return stats.chi2_contingency([[x1, n1 - x1], [x2, n2 - x2]], correction=False)[1]


def check_adjusted(check, rows, what):
    tested = [(number(row["p"]), number(row["q"])) for row in rows if row["p"]]
    for (_, ours), theirs in zip(tested, stats.false_discovery_control([p for p, _ in tested])):
        check(close(ours, theirs), what, "q", ours, theirs)


def samples_against_scipy(check, rand, folder):
    count = rand.choice((3, 12, 60))
    scale = rand.choice((3, 40, 2000))
    before = [int(rand.expovariate(1 / scale)) for _ in range(count)] + [1]
    after = [max(0, int(b * rand.choice((1, 1, 1.5)) + rand.gauss(0, math.sqrt(b + 1)))) for b in before[:-1]] + [2]
    paths = [os.path.join(folder, name) for name in ("b.folded", "a.folded")]
    write_folded(paths[0], before)
    write_folded(paths[1], after)
    for options in ([], ["--normalize", "total"]):
        rows = check.rows("--threshold", "0", *options, *paths)
        for row in rows:
            i = int(row["name"][1:])
            theirs = expect_samples(before[i], after[i], sum(before), sum(after), bool(options))
            check(close(number(row["p"]), theirs, 1e-6), options, before[i], after[i], sum(before), sum(after), "p", row["p"], theirs)
        check_adjusted(check, rows, "samples")


def expect_interval(x, y):
    """By brute force over all ways to divide the runs: order statistics of the pairwise ratios at 95 % or the most there is."""
    m, n = len(x), len(y)
    sums = {}
    for chosen in itertools.combinations(range(m + n), n):
        u = sum(chosen) - n * (n - 1) // 2
        sums[u] = sums.get(u, 0) + 1
    total, below, cut = sum(sums.values()), 0, 0
    while (below + sums[cut]) / total <= 0.025 + 1e-12:
        below += sums[cut]
        cut += 1
    ratios = sorted(b / a for a in x for b in y)
    at = max(cut, 1) - 1
    return ratios[at], ratios[-1 - at]


def runs_against_scipy(check, rand, folder):
    sizes = rand.choice(((4, 4), (5, 5), (3, 6), (6, 5), (14, 13)))
    count = 8
    ties = rand.random() < 0.5
    runs = []
    for side, size in enumerate(sizes):
        for i in range(size):
            times = [(k + 1) * (1 + 0.2 * rand.random() + 0.1 * side * (k % 3)) for k in range(count)]
            times = [round(t, 0 if ties else 6) for t in times]
            path = os.path.join(folder, "%d-%d.prof" % (side, i))
            write_prof(path, times)
            runs.append((side, path, times))
    paths = [[path for s, path, _ in runs if s == side] for side in (0, 1)]
    rows = check.rows("--threshold", "0", "--before", *paths[0], "--after", *paths[1])
    for row in rows:
        i = int(row["name"][1:])
        x, y = ([times[i] for s, _, times in runs if s == side] for side in (0, 1))
        if sum(sizes) > 24:
            theirs = stats.mannwhitneyu(x, y, alternative="two-sided", method="asymptotic")[1]
            check(not row["p"] or close(number(row["p"]), theirs, 1e-6), sizes, "asymptotic p", row["p"], theirs)
            continue
        # scipy's exact method knows no ties; all permutations do.
        ranks = stats.rankdata(x + y)
        seen = sum(ranks[len(x):])
        all_sums = [sum(ranks[k] for k in chosen) for chosen in itertools.combinations(range(len(ranks)), len(y))]
        below = sum(s <= seen + 1e-9 for s in all_sums) / len(all_sums)
        above = sum(s >= seen - 1e-9 for s in all_sums) / len(all_sums)
        theirs = two_tails(below, above)
        check(not row["p"] or close(number(row["p"]), theirs), sizes, "exact p", row["p"], theirs)
        if not ties:
            exact = stats.mannwhitneyu(x, y, alternative="two-sided", method="exact")[1]
            check(close(theirs, exact), "scipy's exact p", theirs, exact)
        low, high = expect_interval(x, y)
        check(close(number(row["ratio_low"]), low) and close(number(row["ratio_high"]), high), sizes, "interval", row["ratio_low"], row["ratio_high"], low, high)
        check(close(number(row["ratio"]), sorted_median([b / a for a in x for b in y])), "ratio", row["ratio"])
    check_adjusted(check, rows, "runs")


def sorted_median(values):
    values = sorted(values)
    return (values[(len(values) - 1) // 2] + values[len(values) // 2]) / 2


def main():
    check = Check(sys.argv[1])
    cases = max(8, int(sys.argv[2]) // 60) if len(sys.argv) > 2 else 25
    rand = random.Random(5)
    for before, after in examples():
        against_pstats(check, before, after)
        for options in ([], ["--match-by", "fuzzy"], ["--normalize", "total"], ["--fold-comprehensions"]):
            deltas(check, *options, before, after)
    deltas(check, "--before", os.path.join(ROOT, "examples", "before.prof"), os.path.join(ROOT, "examples", "workload.prof"), os.path.join(ROOT, "examples", "after.prof"),
           "--after", os.path.join(ROOT, "examples", "after.prof"), os.path.join(ROOT, "examples", "before.prof"))
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(cases if stats else 0):
            samples_against_scipy(check, rand, folder)
            runs_against_scipy(check, rand, folder)
    print("profdiff: %d checks, %d failed%s" % (check.done, check.failed, "" if stats else "; skipped: no scipy, the statistics were not compared"))
    return check.failed != 0


if __name__ == "__main__":
    sys.exit(main())
