#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A store with 100,000 devices: how long people wait for an answer.

	tests/bench/stores.py FOLDER [DEVICES]	alone, keeping what is made in FOLDER

Three runs, a day apart, see each machine twice: the sweep that found it, and what it said
of itself; 15 facts together.  From run to run one machine in a hundred changes: its name,
its ports, its address; a few go and a few come.  No network is used.
"""
import datetime
import ipaddress
import json
import os
import random
import subprocess
import sys
import tempfile
import time

from report import Goal, median, section, table

DEVICES, RUNS, SEED = 100_000, 3, 4
FIRST_RUN = datetime.datetime(2026, 11, 18, 6, tzinfo=datetime.timezone.utc)
FIRST_ADDRESS = int(ipaddress.ip_address("198.18.0.0"))
LIMIT = 0.3  # seconds

MAKERS = ["00:16:3e", "00:50:56", "3c:fd:fe", "b8:27:eb", "00:1b:21", "d4:be:d9"]
SERVICES = [[22], [22, 80], [80, 443], [135, 139, 445], [135, 139, 445, 3389], [443, 8443]]
BUILDS = ["10.0.19045", "10.0.22631", "10.0.20348", "10.0.26100"]
ALL_PORTS = [22, 80, 135, 139, 443, 445, 3389, 8443]


# --- the machines ------------------------------------------------------------------------


class Machine:
    def __init__(self, number, address, chance):
        self.number, self.address = number, address
        self.name = f"WS-{number:06d}"
        self.mac = f"{chance.choice(MAKERS)}:{number >> 16:02x}:{number >> 8 & 255:02x}:{number & 255:02x}"
        self.key = f"SHA256:{chance.getrandbits(258):065x}"[:50]
        self.ports = chance.choice(SERVICES)
        self.build = chance.choice(BUILDS)
        self.domain = chance.choice(["CORP", "LAB", "SALES", "WORKGROUP"])

    def change(self, chance, new_address):
        what = chance.randrange(3)
        if what == 0:
            self.name = f"NEW-{self.number:06d}"
        elif what == 1:
            self.ports = chance.choice(SERVICES)
        else:
            self.address = new_address

    def found(self, chance):
        return {"icmp.echo": True, "ip.ttl": 128, "mac": self.mac, "mac.onlink": True,
                "rtt.us": chance.randrange(200, 3000), "tcp.open": self.ports,
                "tcp.closed": [p for p in ALL_PORTS if p not in self.ports]}

    def said(self):
        fqdn = f"{self.name.lower()}.{self.domain.lower()}.example"
        return {"dns.ptr": [fqdn], "http.title": [f"Intranet of {self.name}"],
                "netbios.domain": self.domain, "netbios.name": self.name,
                "smb.dns_name": fqdn, "smb.os_build": self.build,
                "smb.signing": "required", "ssh.hostkey": [self.key]}


def record(run, at, address, facts):
    return json.dumps({
        "v": 1, "at": at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"), "source": "sweep",
        "run": f"01990000-0000-7000-8000-{run:012d}", "point": "bench", "site": "default",
        "ip": str(ipaddress.ip_address(FIRST_ADDRESS + address)), "evidence": "reply",
        "facts": facts}, separators=(",", ":")) + "\n"


def write_run(path, run, machines, chance):
    at = FIRST_RUN + datetime.timedelta(days=run)
    with open(path, "w", encoding="ascii") as out:
        for machine in chance.sample(machines, len(machines)):
            at += datetime.timedelta(microseconds=3000)
            out.write(record(run, at, machine.address, machine.found(chance)))
            at += datetime.timedelta(microseconds=3000)
            out.write(record(run, at, machine.address, machine.said()))


def write_runs(folder, devices):
    """The files of all runs; one machine in a hundred differs from run to run."""
    chance = random.Random(SEED)
    machines = [Machine(i, i, chance) for i in range(devices)]
    paths, free = [], devices
    for run in range(RUNS):
        if run:
            for machine in chance.sample(machines, devices // 100):
                machine.change(chance, free)
                free += 1
            for machine in chance.sample(machines, devices // 1000):
                machines.remove(machine)
                machines.append(Machine(free, free, chance))
                free += 1
        paths.append(os.path.join(folder, f"run{run}.ndjson"))
        write_run(paths[-1], run, machines, chance)
    return paths


# --- what is asked of it -------------------------------------------------------------------


def moment(run):
    """After a run and before the next."""
    return (FIRST_RUN + datetime.timedelta(days=run, hours=12)).strftime("%Y-%m-%d %H:%M")


def questions():
    """(what, words of the command, must it be quick)"""
    one = ["WS-054321", "198.18.212.49"]
    return [
        ("an address range", ["devices", "198.18.77.0/24"], True),
        ("part of a name", ["devices", "ws-0543"], True),
        ("a field and a state", ["devices", "netbios.name=ws-054321", "state=up"], True),
        ("a field that one in six has", ["devices", "tcp.open=3389", "ip=198.18.64.0/20"], True),
        ("a range, then", ["devices", "--as-of", moment(0), "198.18.77.0/24"], True),
        ("part of a name, then", ["devices", "--as-of", moment(0), "ws-0543"], True),
        ("one device by name", ["show", one[0]], True),
        ("one device by address", ["show", one[1]], True),
        ("one device, why", ["show", "--why", one[0]], True),
        ("one device, then", ["show", "--as-of", moment(0), one[0]], True),
        ("the changes of the last run", ["changes", "--since", moment(1)], True),
        ("the last run against the one before", ["diff", moment(1), moment(2)], True),
        ("the last run against now, one /24", ["diff", moment(1), "now", "198.18.77.0/24"],
         True),
        ("the first run against now", ["diff", moment(0)], True),
        ("every device", ["devices"], False),
        ("every device, then", ["devices", "--as-of", moment(0)], False),
        ("one domain of four", ["devices", "netbios.domain=CORP"], False),
    ]


def muster(words, store):
    """(seconds, seconds of CPU, lines) of one command."""
    program = os.environ.get("MUSTER", "build/muster")
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        start = time.monotonic()
        child = subprocess.Popen([program, *words, "--db", store], stdout=out, stderr=err)
        _, status, used = os.wait4(child.pid, 0)
        took = time.monotonic() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        if child.returncode:
            raise RuntimeError(f"muster {' '.join(words)}: {err.read().decode()[-300:]}")
        return took, used.ru_utime + used.ru_stime, out.read().count(b"\n")


def fill(folder, store, devices):
    """Rows of the table of imports."""
    rows = []
    for run, path in enumerate(write_runs(folder, devices)):
        took, cpu, _ = muster(["import", path], store)
        rows.append((f"run {run + 1}", f"{2 * devices:,}", f"{took:.1f}", f"{cpu:.1f}",
                     f"{2 * devices / took:,.0f}"))
        os.unlink(path)
    return rows


def ask(store, rounds):
    rows, goals = [], []
    for what, words, quick in questions():
        times, cpus, lines = zip(*(muster(words, store) for _ in range(rounds)))
        took = median(times)
        command = "muster " + " ".join(f"'{w}'" if " " in w else w for w in words)
        rows.append((what, f"`{command}`", lines[0], f"{took * 1000:.0f}",
                     f"{max(times) * 1000:.0f}", f"{median(cpus) * 1000:.0f}"))
        print(f"bench: {what}: {took * 1000:.0f} ms", file=sys.stderr)
        if quick:
            goals.append(Goal("store", f"{what}: < 300 ms", f"{took * 1000:.0f} ms",
                              took < LIMIT))
    return rows, goals


def run(folder, rounds, devices=DEVICES):
    """(Markdown, goals)"""
    store = os.path.join(folder, "devices.db")
    imports = [] if os.path.exists(store) else fill(folder, store, devices)
    rows, goals = ask(store, rounds)
    text = section(f"A store with {devices:,} devices, {RUNS} runs",
                   table(["question", "command", "lines", "median ms", "slowest ms",
                          "CPU ms"], rows),
                   f"{os.path.getsize(store) / 2**20:.0f} MiB on disk.")
    if imports:
        text += section("Filling it", table(["import", "observations", "seconds", "CPU s", "each s"],
                                            imports))
    return text, goals


def bench(lab, rounds):
    return run(os.path.dirname(lab.path("devices.db")), rounds)


def main():
    folder = sys.argv[1]
    devices = int(sys.argv[2]) if len(sys.argv) > 2 else DEVICES
    text, goals = run(folder, int(os.environ.get("BENCH_ROUNDS", "5")), devices)
    print(text)
    for goal in goals:
        print(f"{'met    ' if goal.met else 'NOT met'} {goal.text}: {goal.measured}")


if __name__ == "__main__":
    main()
