#!/usr/bin/env python3
"""A small shop's nightly report, as something real to profile: JSON, regular expressions, recursion, text.

    python3 -m cProfile -o workload.prof workload.py
    python3 workload.py --orders 2000 --nearest cached"""
import argparse
import random

from shop import catalogue, orders, report, tree


def nightly(count, nearest):
    text = orders.write_lines(orders.make_orders(count))
    read = orders.read_lines(text)
    names = tuple(orders.WORDS)
    corrected = catalogue.correct_all(read, names, random.Random(2), nearest)
    return report.render(read, tree.build(read), corrected)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--orders", type=int, default=1200)
    parser.add_argument("--nearest", choices=["naive", "cached"], default="naive")
    args = parser.parse_args()
    text = nightly(args.orders, getattr(catalogue, "nearest_" + args.nearest))
    print("%d lines of report" % len(text.splitlines()))


if __name__ == "__main__":
    main()
