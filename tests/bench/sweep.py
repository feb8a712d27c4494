#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times muster and its peers over one network of the lab, side by side.

Runs inside the lab's scan host (see run.sh).  Every round runs every command once, in turn,
so that a slow moment of the machine hits all of them; what counts is the ratio of medians.
Recall and false positives come from the lab's list of who is alive.  muster runs with its
defaults but for the caps, which flags lift; there is no bench mode.
"""
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
LIFTED = ["--rate", "1000000", "--host-rate", "100000", "--arp-rate", "1000000"]


def muster(network, *more):
    program = os.environ["MUSTER"]
    return [program, "scan", network, "--quiet", "--yes", "--format", "ndjson",
            "--no-identify", *LIFTED, *more]


def from_ndjson(text):
    """Addresses that answered; the host's own are not the network's."""
    found = set()
    for line in text.splitlines():
        record = json.loads(line)
        if record["evidence"] == "reply":
            found.add(record["ip"])
    return found - set(os.environ["OWN"].split())


def from_first_column(text):
    return {line.split()[0] for line in text.splitlines() if line[:1].isdigit()}


def jobs(store):
    """name, truth network, what must answer, [(label, command, how to read it)]"""
    icmp, arp = "198.19.0.0/16", "198.20.0.0/16"
    return [
        ("ICMP echo, routed /16, 5 % alive", "big-routed", "icmp", [
            ("muster", muster(icmp, "--probe", "icmp-echo", "--no-db"), from_ndjson),
            ("muster into a new store",
             muster(icmp, "--probe", "icmp-echo", "--db", store), from_ndjson),
            ("fping -i 0 -r 0 -t 100",
             ["fping", "-i", "0", "-r", "0", "-t", "100", "-a", "-q", "-g", icmp],
             from_first_column),
        ]),
        ("ARP, on-link /16", "big-onlink", "arp", [
            ("muster", muster(arp, "--probe", "arp", "--no-db"), from_ndjson),
            ("muster into a new store", muster(arp, "--probe", "arp", "--db", store),
             from_ndjson),
            ("arp-scan --interval=2u -r 1 -t 20",
             ["arp-scan", "--interval=2u", "-r", "1", "-t", "20", "-q", "-x",
              "-I", os.environ["ONLINK_DEVICE"], arp], from_first_column),
        ]),
    ]


def alive(network, answer):
    with open(os.path.join(os.environ["TRUTH"], network), encoding="ascii") as rows:
        columns = [row.split() for row in rows if row[:1].isdigit()]
    return {c[0] for c in columns if answer in c[7].split(",")}


def run_once(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, check=False, timeout=120)
    wall = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)
    return done, wall, cpu


def peak_memory(command):
    """KiB of the largest process: a run of its own, because the kernel keeps a maximum."""
    script = ("import resource,subprocess,sys;"
              "subprocess.run(sys.argv[1:],stdout=subprocess.DEVNULL,"
              "stderr=subprocess.DEVNULL);"
              "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)")
    done = subprocess.run([sys.executable, "-c", script, *command],
                          stdout=subprocess.PIPE, text=True, check=True, timeout=120)
    return int(done.stdout)


def forget(store):
    for suffix in ("", "-wal", "-shm"):
        if os.path.exists(store + suffix):
            os.unlink(store + suffix)


def run_job(job, store):
    name, network, answer, commands = job
    truth = alive(network, answer)
    results = {label: [] for label, _, _ in commands}
    for _ in range(ROUNDS):
        for label, command, read in commands:
            forget(store)
            done, wall, cpu = run_once(command)
            found = read(done.stdout)
            if not found:
                sys.exit(f"{label}: found nothing: {done.stderr.strip()[-300:]}")
            results[label].append((wall, cpu, len(found & truth) / len(truth),
                                   len(found - truth)))
    print(f"\n### {name} ({len(truth)} alive)\n")
    print("| command | wall s | ratio | CPU s | found % (worst) | false | peak MiB |")
    print("|---|---|---|---|---|---|---|")
    first = statistics.median(r[0] for r in results[commands[0][0]])
    for label, command, _ in commands:
        rows = results[label]
        wall = statistics.median(r[0] for r in rows)
        forget(store)
        print(f"| {label} | {wall:.2f} | {wall / first:.2f} "
              f"| {statistics.median(r[1] for r in rows):.2f} "
              f"| {min(r[2] for r in rows) * 100:.2f} | {max(r[3] for r in rows)} "
              f"| {peak_memory(command) / 1024:.0f} |")


def main():
    with tempfile.TemporaryDirectory() as folder:
        store = os.path.join(folder, "bench.db")
        wanted = sys.argv[1:]
        for job in jobs(store):
            if not wanted or any(w in job[0] for w in wanted):
                run_job(job, store)


main()
