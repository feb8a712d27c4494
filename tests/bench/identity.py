#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""How fast observations become devices: in memory, through a store, and a bare loader.

	tests/bench/identity.py [DEVICES]	alone, DEVICES everywhere

Without DEVICES 100,000 are resolved in memory, seen ten, three times and once, and 20,000 go
through a store, which takes a minute for each round; docs/benchmarks.md has 100,000 of both.
No network is used.
"""
import json
import os
import subprocess
import sys
import tempfile

from report import Goal, median, section, table

MEMORY_DEVICES, STORE_DEVICES = 100_000, 20_000
VISITS = 10
WORDS = {VISITS: "ten visits", 3: "three visits", 1: "one visit"}
STORE_ROUNDS = 3  # at most
PROGRAM = "build/release/tests/bench/identity"

RATE_IN_MEMORY, RATE_WITH_STORE = 50_000, 10_000  # observations/s
SHARE_OF_BARE = 0.5
BYTES_A_DEVICE = 1024


def measure(*words):
    done = subprocess.run([PROGRAM, *map(str, words)], check=True, text=True,
                          stdout=subprocess.PIPE)
    return json.loads(done.stdout)


def in_memory(devices, rounds):
    """(Markdown, goals)"""
    rows, goals = [], []
    for visits, words in WORDS.items():
        runs = [measure(devices, visits) for _ in range(rounds)]
        rate = median([run["per_second"] for run in runs])
        beyond = max(run["beyond_bytes_per_device"] for run in runs)
        rows.append((visits, f"{runs[0]['observations']:,}", f"{runs[0]['devices']:,}",
                     f"{rate:,.0f}", f"{runs[0]['peak_bytes_per_observation']:.0f}",
                     f"{beyond:.0f}"))
        goals.append(Goal("identity", f"{words}: < 1 KiB a device beyond its facts",
                          f"{beyond:.0f} bytes", beyond < BYTES_A_DEVICE))
        if visits == VISITS:
            goals.append(Goal("identity", "in memory ≥ 50,000 observations/s",
                              f"{rate:,.0f}", rate >= RATE_IN_MEMORY))
    text = section("Identity in memory",
                   table(["visits", "observations", "devices", "observations/s",
                          "bytes an observation at the peak", "bytes a device beyond its facts"],
                         rows))
    return text, goals


def with_store(folder, devices, rounds):
    """(Markdown, goals): each round has a store and both bare loaders, one after the other."""
    rows = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory(dir=folder) as own:
            rows.append(measure(devices, VISITS, os.path.join(own, "identity.db")))
    rate = median([row["per_second"] for row in rows])
    share = median([row["share_of_bare"] for row in rows])
    goals = [Goal("identity", "with the store ≥ 10,000 observations/s", f"{rate:,.0f}",
                  rate >= RATE_WITH_STORE),
             Goal("identity", "≥ 0.5 × a bare loader of the same rows", f"{share:.2f}",
                  share >= SHARE_OF_BARE)]
    text = section(f"Identity with the store, {devices:,} devices seen {VISITS} times",
                   table(["round", "observations/s", "rows written", "share of a bare loader of them",
                          "rows in the end", "share of a loader of these"],
                         [(i + 1, f"{row['per_second']:,.0f}", f"{row['writes']:,}",
                           f"{row['share_of_bare']:.2f}", f"{row['rows_in_the_end']:,}",
                           f"{row['share_of_copy']:.2f}") for i, row in enumerate(rows)]),
                   "The share falls as stores grow: compare one size only.")
    return text, goals


def run(folder, rounds, devices=0):
    """(Markdown, goals); devices 0: as many as above"""
    memory_text, memory_goals = in_memory(devices or MEMORY_DEVICES, rounds)
    store_text, store_goals = with_store(folder, devices or STORE_DEVICES,
                                         min(rounds, STORE_ROUNDS))
    return memory_text + store_text, memory_goals + store_goals


def bench(lab, rounds):
    return run(os.path.dirname(lab.path("identity.db")), rounds)


def main():
    devices = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    text, goals = run(None, int(os.environ.get("BENCH_ROUNDS", "5")), devices)
    print(text)
    for goal in goals:
        print(f"{'met    ' if goal.met else 'NOT met'} {goal.text}: {goal.measured}")


if __name__ == "__main__":
    main()
