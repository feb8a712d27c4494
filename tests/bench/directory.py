#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Active Directory: reading it beside ldapsearch, keeping it, what changed, ten at once.

	tests/bench/directory.py [COUNT]	alone; as root, for network namespaces

directory.sh measures.  The bare load is not ours: it writes the rows that the store writes, and
holds them all in memory (load.c).  A namespace of its own: the lab is not used.
"""
import collections
import os
import subprocess
import sys

from report import Goal, median, ratio, section, table

HERE = os.path.dirname(os.path.abspath(__file__))
COUNT, COUNT_OF_TEN = 100_000, 2_000
READING, KEEPING, CHANGES, TOGETHER, MEMORY = 1.3, 1.3, 1 / 50, 1.5, 200 << 10
NAMES = {"ldapsearch": "ldapsearch", "emit": "muster ad --emit",
         "bare": "a bare load of the same rows", "store": "muster ad, with the store",
         "changes": "muster ad after 100 changes", "slowest": "the slowest of ten, alone",
         "together": "ten domains at once"}


def measure(job, count, rounds):
    """name -> [(wall, cpu, KiB)], and how many computers the last run told of"""
    done = subprocess.run([f"{HERE}/directory.sh", job, str(count), str(rounds)], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr.strip() or "directory.sh failed")
    runs = collections.defaultdict(list)
    for line in done.stdout.splitlines():
        name, *numbers = line.split()
        runs[name].append([float(n) for n in numbers])
    return runs, int(runs.pop("found")[0][0])


def middle(runs, name, column=0):
    return median([r[column] for r in runs[name]])


def rows_of(runs, names):
    return [[NAMES[n], f"{middle(runs, n):.2f}", f"{middle(runs, n, 1):.2f}",
             f"{middle(runs, n, 2) / 1024:.0f}"] for n in names]


def goal(text, runs, above, below, most):
    """By wall time; what the processor spent is told beside it."""
    def share(column):
        return middle(runs, above, column) / sum(middle(runs, b, column) for b in below)
    return Goal("directory", text, f"{share(0):.3g} (processor: {share(1):.3g})", share(0) <= most)


def one(count, rounds):
    runs, found = measure("one", count, rounds)
    names = ["ldapsearch", "emit", "bare", "store", "changes"]
    peak = max(r[2] for name in ("emit", "store", "changes") for r in runs[name])
    goals = [
        goal("reading and parsing ≤ 1.3 × ldapsearch", runs, "emit", ["ldapsearch"], READING),
        goal("with the store ≤ 1.3 × (reading + a bare load)", runs, "store",
             ["emit", "bare"], KEEPING),
        Goal("directory", "memory < 200 MiB", f"{peak / 1024:.0f} MiB", peak < MEMORY),
        goal("after 100 changes ≤ 1/50 of a full poll", runs, "changes", ["store"], CHANGES),
        Goal("directory", "after 100 changes: those, and no other", str(found), found == 100),
    ]
    return rows_of(runs, names), goals


def ten(count, rounds):
    runs, found = measure("ten", count, rounds)
    slowest = max((f"domain{i}" for i in range(10)), key=lambda name: middle(runs, name))
    runs["slowest"] = runs[slowest]
    measured = ratio(middle(runs, "together"), middle(runs, "slowest"))
    goals = [Goal("directory", "ten domains at once ≤ 1.5 × the slowest, on servers that are late",
                  measured, middle(runs, "together") <= TOGETHER * middle(runs, "slowest")),
             Goal("directory", "ten domains at once: every computer", str(found),
                  found == 10 * count)]
    return rows_of(runs, ["slowest", "together"]), goals


def bench(_lab, rounds, count=COUNT):
    """Ten alone one after the other take two minutes: once."""
    heads = ["command", "wall s", "CPU s", "MiB"]
    (single, goals), (many, more) = one(count, rounds), ten(COUNT_OF_TEN, 1)
    body = (f"{count:,} computers in slapd\n\n{table(heads, single)}\n"
            f"{COUNT_OF_TEN:,} computers in each of ten, whose servers wait a second before "
            f"each answer\n\n{table(heads, many)}")
    return section("directory", body), goals + more


if __name__ == "__main__":
    from report import goals_table
    text, met = bench(None, int(os.environ.get("BENCH_ROUNDS", "3")),
                      int(sys.argv[1]) if len(sys.argv) > 1 else COUNT)
    print(text + "\n" + goals_table(met))
