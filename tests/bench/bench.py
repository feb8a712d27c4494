#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""bench.py [--list] [JOB...]: see run.sh, which raises the lab and calls it."""
import datetime
import functools
import os
import subprocess
import sys
import time

import checks
import directory
import identify
import identity
import races
import stores
import windows
from lab import Lab
from report import goals_table

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))

INTRODUCTION = """# Benchmarks

`make bench` raises the lab's big networks and runs muster and its peers there, interleaved,
so that a slow moment of the machine hits all of them; compare within one table only. Both
sides of the network share the same cores. muster runs with product defaults and only the
caps lifted (`{lifted}`),
the probe and ports of the job, and `--no-identify` where no ports are asked for; there is
no bench mode. The peers, all
from Debian, run at the fastest settings that found everything here. The best peer is the
fastest in the same table that found all in every run; with loss, the fastest whose runs
together found 99.9 %, the same that is asked of muster. Times are medians, memory is that
of the largest process, packets are those that the interface counted.

Measured on {date} at commit {commit}, {cores} cores, {rounds} rounds.
"""


def all_jobs(lab_path):
    """name -> function of the lab that gives (Markdown, goals)"""
    jobs = {}
    for race in races.all_races(lab_path("bench.db")):
        jobs[race.name] = functools.partial(races.run_race, race=race, rounds=ROUNDS)
    for name, check in (checks.ALL | identify.ALL | windows.ALL).items():
        jobs[name] = functools.partial(check, rounds=ROUNDS)
    jobs["directory"] = functools.partial(directory.bench, rounds=ROUNDS)
    jobs["identity"] = functools.partial(identity.bench, rounds=ROUNDS)
    jobs["store"] = functools.partial(stores.bench, rounds=ROUNDS)
    return jobs


def commit():
    done = subprocess.run(["git", "describe", "--always", "--dirty"], check=False, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return done.stdout.strip() or "?"


def introduction(commit):
    today = datetime.datetime.now(datetime.timezone.utc)
    return INTRODUCTION.format(lifted=" ".join(races.p.LIFTED), date=f"{today:%Y-%m-%d}",
                               commit=commit, cores=os.cpu_count(), rounds=ROUNDS)


def main():
    wanted = sys.argv[1:]
    if wanted == ["--list"]:
        print("\n".join(all_jobs(str)))
        return 0
    lab, at = Lab(), commit()
    jobs = {name: job for name, job in all_jobs(lab.path).items()
            if not wanted or any(name.startswith(w) for w in wanted)}
    if not jobs:
        sys.exit(f"bench: no job {' '.join(wanted)}; --list shows them")
    sections, goals, failed = [], [], 0
    for name, job in jobs.items():
        start = time.monotonic()
        try:
            text, met = job(lab)
        except (RuntimeError, subprocess.SubprocessError, OSError) as e:
            failed, text, met = failed + 1, f"\n### {name}\n\nFailed: {e}\n", []
        print(f"bench: {name}: {time.monotonic() - start:.0f} s", file=sys.stderr)
        sections.append(text)
        goals += met
    lab.weather()
    print(introduction(at))
    print("## Goals\n\n" + goals_table(goals) + "\n## Tables")
    print("".join(sections), end="")
    return 1 if failed else 0


sys.exit(main())
