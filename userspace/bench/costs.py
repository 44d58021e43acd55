#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Which functions cost most, from what the plugin counted.

usage: costs.py SYMBOLS SECTIONS LINES TOP
       costs.py SYMBOLS SECTIONS LINES FUNCTION...

SYMBOLS is the guest's /proc/kallsyms, SECTIONS what the plugin wrote, LINES
the driver's output in the same order: one section for each line
"operations KIND OPERATION COUNT". The TOP functions of each are shown, or, for
other programs, one line for each FUNCTION that is named:
"cost KIND OPERATION FUNCTION INSTRUCTIONS".
"""
import bisect
import collections
import sys

CODE = "tTwW"
RUN_BYTES = 16


class Symbols:
    def __init__(self, path):
        found = []
        with open(path, encoding="ascii") as lines:
            for line in lines:
                address, kind, name = line.split(None, 2)
                name = name.strip().replace("\t", " ")
                if kind in CODE and not name.startswith("__pfx_"):
                    found.append((int(address, 16), name))
        found.sort(key=lambda symbol: symbol[0])
        self.starts = [start for start, _ in found]
        self.names = [name for _, name in found]

    def name(self, run):
        """The function in a run of code; it may start inside of the run."""
        if not run:
            return "[user]"
        return self.names[bisect.bisect(self.starts, run + RUN_BYTES - 1) - 1]


def read_sections(path):
    sections = []
    with open(path, encoding="ascii") as lines:
        for line in lines:
            first, second = line.split()
            if first == "section":
                sections.append([])
            else:
                sections[-1].append((int(first, 16), int(second)))
    return sections


def read_operations(path):
    with open(path, encoding="ascii") as lines:
        fields = [line.split() for line in lines]
    return [(f[1], f[2], int(f[3])) for f in fields if f and f[0] == "operations"]


def owner(name):
    """Who is to be charged: the user, a module, or the kernel itself."""
    if name == "[user]":
        return "user"
    return name.split("[")[1].rstrip("]") if "[" in name else "kernel"


def show(kind, operation, costs, top):
    total = sum(costs.values())
    shares = collections.Counter()
    for name, cost in costs.items():
        shares[owner(name)] += cost
    print(f"\n{kind}, {operation}: {total:.0f} instructions (" + ", ".join(
        f"{name} {cost:.0f}" for name, cost in shares.most_common()
        if cost >= total / 1000) + ")")
    so_far = 0
    for name, cost in costs.most_common(top):
        so_far += cost
        print(f"{cost:10.1f} {100 * cost / total:5.1f} % "
              f"{100 * so_far / total:5.1f} %  {name}")


def tell(kind, operation, costs, names):
    for name in names:
        found = sum(cost for function, cost in costs.items()
                    if function.split()[0] == name)
        print(f"cost {kind} {operation} {name} {found:.3f}")


def main():
    symbols = Symbols(sys.argv[1])
    sections = read_sections(sys.argv[2])
    operations = read_operations(sys.argv[3])
    if len(sections) != len(operations):
        sys.exit(f"costs.py: {len(sections)} sections, "
                 f"{len(operations)} measures")
    for runs, (kind, operation, count) in zip(sections, operations):
        costs = collections.Counter()
        for run, executed in runs:
            costs[symbols.name(run)] += executed / count
        if sys.argv[4].isdigit():
            show(kind, operation, costs, int(sys.argv[4]))
        else:
            tell(kind, operation, costs, sys.argv[4:])


if __name__ == "__main__":
    main()
