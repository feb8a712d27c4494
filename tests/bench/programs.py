# SPDX-License-Identifier: GPL-3.0-or-later
"""The programs of the bench: how each is called here, and how its output is read.

muster runs with its defaults and only the caps lifted; there is no bench mode.  The peers
run at the fastest settings that found everything here.
"""
import dataclasses
import json
import os
import typing

LIFTED = ["--rate", "1000000", "--host-rate", "100000", "--arp-rate", "1000000"]
MUSTER = os.environ.get("MUSTER", "build/muster")
NEXT_HOP, OWN = "4c:5e:0c:12:64:01", "198.18.100.2"  # of wan0, see tests/lab/big.sh


@dataclasses.dataclass
class Program:
    label: str
    command: list
    read: typing.Callable  # output -> set of what was found
    share: int = 1         # runs of each round
    store: str = ""        # made anew for each run
    noisy: bool = False    # needs traffic on the wire to end


def muster(network, *options, label="muster", read=None, share=1, store="",
           identify=False):
    """identify: ask the living for what -p says, too; without, only who lives."""
    keep = ["--db", store] if store else ["--no-db"]
    only = [] if identify else ["--no-identify"]
    command = [MUSTER, "scan", *network.split(), "--quiet", "--yes", "--format", "ndjson",
               *only, *keep, *LIFTED, *options]
    return Program(label, command, read or muster_addresses, share, store)


def fping(network):
    return Program("fping -i 0 -r 0 -t 100",
                   ["fping", "-i", "0", "-r", "0", "-t", "100", "-a", "-q", "-g", network],
                   first_column)


def zmap(network, options):
    return Program(f"zmap {options} -c 1",
                   ["zmap", "-q", "-v", "0", "-M", "icmp_echoscan", "-i", "wan0",
                    "-G", NEXT_HOP, "-S", OWN, *options.split(), "-c", "1",
                    "-b", "/dev/null", "-o", "-", network], first_column)


def masscan(network, options, read=None):
    return Program(f"masscan {options}",
                   ["masscan", *options.split(), "-e", "wan0", "--router-mac",
                    NEXT_HOP.replace(":", "-"), "--source-ip", OWN, "-oL", "-", network],
                   read or masscan_addresses, noisy=True)


def nmap(network, options, read=None):
    return Program(f"nmap {options}",
                   ["nmap", "-n", *options.split(), "-oG", "-", network],
                   read or nmap_addresses)


def arp_scan(network, options="--interval=2u -r 1 -t 20", device="lan0"):
    return Program(f"arp-scan {options}",
                   ["arp-scan", *options.split(), "-q", "-x", "-I", device, network],
                   first_column)


def nbtscan(network, timeout):
    return Program(f"nbtscan -t {timeout} -b 0",
                   ["nbtscan", "-q", "-s", ":", "-t", str(timeout), "-b", "0", network],
                   nbtscan_names)


# --- how their output is read ---------------------------------------------------


def first_column(text):
    return {line.split()[0] for line in text.splitlines() if line[:1].isdigit()}


def replies(text):
    """muster's records of what answered itself; others are no evidence of life."""
    records = map(json.loads, text.splitlines())
    return [r for r in records if r.get("evidence") == "reply" and "ip" in r]


def muster_addresses(text):
    return {r["ip"] for r in replies(text)}


def muster_ports(text):
    return {(r["ip"], port) for r in replies(text)
            for port in r["facts"].get("tcp.open", [])}


def muster_names(text):
    return {(r["ip"], r["facts"]["netbios.name"]) for r in replies(text)
            if "netbios.name" in r["facts"]}


def masscan_rows(text):
    """open tcp 80 198.19.1.2 1700000000"""
    rows = (line.split() for line in text.splitlines())
    return [row for row in rows if len(row) > 3 and row[0] == "open"]


def masscan_addresses(text):
    return {row[3] for row in masscan_rows(text)}


def masscan_ports(text):
    return {(row[3], int(row[2])) for row in masscan_rows(text)}


def nmap_addresses(text):
    return {line.split()[1] for line in text.splitlines() if "Status: Up" in line}


def nmap_ports(text):
    """Host: 198.19.1.2 ()	Ports: 22/open/tcp//ssh///, 80/closed/tcp//http///	..."""
    found = set()
    for line in text.splitlines():
        _, mark, ports = line.partition("Ports: ")
        if mark:
            fields = (p.strip().split("/") for p in ports.partition("\t")[0].split(","))
            found |= {(line.split()[1], int(f[0])) for f in fields if f[1] == "open"}
    return found


def nbtscan_names(text):
    rows = (line.split(":") for line in text.splitlines() if line[:1].isdigit())
    return {(row[0].strip(), row[1].strip()) for row in rows}
