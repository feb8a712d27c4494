# SPDX-License-Identifier: GPL-3.0-or-later
"""Who are they: 3,000 hosts, each with six services, are asked by muster and by nmap; and how
many names a second the resolver gets from the lab's DNS.

nmap takes minutes for what muster does in seconds, so it gets a sample of the same hosts, in
one run, and the two are compared per host.
"""
import base64
import binascii
import hashlib
import json
import os
import xml.etree.ElementTree

import programs as p
from report import Goal, median, section, table

NETWORK, HOSTS = "198.18.144.0/20", 3000
SAMPLE = 200
NMAP_SECONDS = 3600
SERVICES = ["ssh", "http", "https", "smb", "rdp", "snmp"]
# muster has two conversations more that suit: SMB1 alone, and every key of SSH.
NMAP = ["nmap", "-n", "-Pn", "-T5", "-sS", "-sU", "-sV", "-p",
        "T:22,80,443,445,3389,U:161", "--script", "smb-os-discovery,ssh-hostkey,snmp-info"]
GOAL_WALL, GOAL_KIB, GOAL_RATIO, GOAL_PTR = 15, 128 << 10, 20, 20000


# --- what is true, and what was told ------------------------------------------------------


def truth(lab):
    """ip -> {key: value}; of sets, the members"""
    if "people" not in _truth:
        rows = map(json.loads, lab.call("truth", "people").splitlines())
        _truth["people"] = {row["ip"]: row["facts"] for row in rows}
    return _truth["people"]


_truth = {}


def members(value):
    return {str(v) for v in (value if isinstance(value, list) else [value])}


def told_by_muster(text):
    """ip -> {key: members} of all records together"""
    told = {}
    for line in text.splitlines():
        record = json.loads(line)
        facts = told.setdefault(record.get("ip"), {})
        for key, value in record["facts"].items():
            facts.setdefault(key, set()).update(members(value))
    return told


def elements(script):
    return {e.get("key"): e.text or "" for e in script.iter("elem")}


def hostkeys(script):
    """SHA-256 of the keys, which nmap tells whole"""
    for e in script.iter("elem"):
        if e.get("key") == "key":
            digest = hashlib.sha256(binascii.a2b_base64(e.text)).digest()
            yield "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


def port_facts(port, facts):
    number, service = port.get("portid"), port.find("service")
    if service is not None and service.get("product"):
        # Which words nmap puts it in is its own affair: known is known.
        if number == "22":
            facts["ssh.banner"] = None
        elif number in ("80", "443"):
            facts.setdefault("http.server", None)
    for script in port.iter("script"):
        if script.get("id") == "ssh-hostkey":
            facts["ssh.hostkey"] = set(hostkeys(script))
        if script.get("id") == "snmp-info":
            facts["snmp.engine"] = None


def system_facts(script, facts):
    """smb-os-discovery"""
    told = elements(script)
    names = {"smb.computer": told.get("server", "").removesuffix("\\x00"),
             "smb.dns_name": told.get("fqdn"), "smb.dns_domain": told.get("domain_dns"),
             "smb.forest": told.get("forest_dns"), "smb.domain": told.get("domain")}
    facts.update({key: {text} for key, text in names.items() if text})
    if told.get("os"):
        facts["smb.os_build"] = None


def told_by_nmap(path):
    """ip -> {key: members, or None: told in words of its own}"""
    told = {}
    for host in xml.etree.ElementTree.parse(path).iter("host"):
        facts = told.setdefault(host.find("address").get("addr"), {})
        facts["tcp.open"] = {p_.get("portid") for p_ in host.iter("port")
                             if p_.get("protocol") == "tcp" and
                             p_.find("state").get("state") == "open"}
        for port in host.iter("port"):
            port_facts(port, facts)
        for script in host.iter("script"):
            if script.get("id") == "smb-os-discovery":
                system_facts(script, facts)
    return told


def right(told, true):
    """How many facts of a host are told as they are."""
    return sum(1 for key, value in true.items()
               if value != [] and key in told and told[key] in (None, members(value)))


def known(true):
    """How many facts there are of a host, without those that only DNS has."""
    return sum(value != [] and not key.startswith("dns.") for key, value in true.items())


def facts_per_host(told, hosts, truths):
    return sum(right(told.get(ip, {}), truths[ip]) for ip in hosts) / len(hosts)


# --- muster and nmap ------------------------------------------------------------------------


def settings(lab):
    path = lab.path("people.yaml")
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w",
              encoding="ascii") as f:
        f.write("scan:\n  snmp_community: [public]\n")
    return path


def run_muster(lab, targets, label):
    command = p.muster(targets, "--config", settings(lab), "--no-names", identify=True,
                       label=label).command
    together, r = lab.peak_of_all(command)
    if r.status:
        raise RuntimeError(f"{label}: {r.err.strip()[-300:]}")
    return r, together


def run_nmap(lab, sample):
    targets, out = lab.path("targets"), lab.path("nmap.xml")
    with open(targets, "w", encoding="ascii") as f:
        f.write("\n".join(sample) + "\n")
    r = lab.run([*NMAP, "-iL", targets, "-oX", out], seconds=NMAP_SECONDS)
    if r.status:
        raise RuntimeError(f"nmap: {r.err.strip()[-300:]}")
    return r, told_by_nmap(out)


def row(label, hosts, wall, cpu, peak, facts):
    return (label, f"{hosts:,}", f"{wall:.2f}", f"{1000 * wall / hosts:.2f}", f"{cpu:.2f}",
            f"{peak / 1024:.0f}", f"{facts:.1f}")


def identify(lab, rounds):
    lab.weather()
    truths = truth(lab)
    hosts = sorted(truths, key=lambda ip: [int(part) for part in ip.split(".")])
    sample = hosts[::len(hosts) // SAMPLE][:SAMPLE]
    runs, small = [], []
    nmap, nmap_told = run_nmap(lab, sample)
    for _ in range(rounds):
        runs.append(run_muster(lab, NETWORK, "muster"))
        small.append(run_muster(lab, " ".join(sample), "muster on the sample")[0])
    wall = median(r.wall for r, _ in runs)
    peak = max(together for _, together in runs)
    told = [told_by_muster(r.out) for r, _ in runs]
    facts = min(facts_per_host(t, hosts, truths) for t in told)
    share = facts * len(hosts) / sum(map(known, truths.values()))
    of_nmap = facts_per_host(nmap_told, sample, truths)
    faster = (nmap.wall / len(sample)) / (wall / len(hosts))
    same_hosts = nmap.wall / median(r.wall for r in small)
    rows = [row("muster", len(hosts), wall, median(r.cpu for r, _ in runs), peak, facts),
            row("muster on the sample", len(sample), median(r.wall for r in small),
                median(r.cpu for r in small), max(r.peak for r in small),
                facts_per_host(told_by_muster(small[-1].out), sample, truths)),
            row("nmap -sV --script …", len(sample), nmap.wall, nmap.cpu, nmap.peak, of_nmap)]
    return (section(f"Who are they: {len(hosts):,} hosts × {len(SERVICES)} services, each with "
                    "its own names, keys and certificates",
                    table(["program", "hosts", "wall s", "ms/host", "cpu s", "MiB",
                           "right facts/host"], rows),
                    f"`{' '.join(NMAP)}`, once, on every {len(hosts) // SAMPLE}th host; muster "
                    f"sweeps the whole /20 first. Of what is true muster told {share:.2%}. "
                    f"Per host muster is {faster:.0f} times as fast, on the sample alone "
                    f"{same_hosts:.0f} times. MiB of muster are those of all its processes."),
            [Goal("identify", f"{HOSTS:,} hosts × 6 in ≤ {GOAL_WALL} s", f"{wall:.1f} s",
                  wall <= GOAL_WALL),
             Goal("identify", "≤ 128 MiB, all processes", f"{peak / 1024:.0f} MiB",
                  peak <= GOAL_KIB),
             Goal("identify", f"≥ {GOAL_RATIO} × nmap per host", f"{faster:.0f}",
                  faster >= GOAL_RATIO),
             Goal("identify", "as many facts as nmap, or more", f"{facts:.1f} of {of_nmap:.1f}",
                  facts >= of_nmap)])


# --- reverse DNS ----------------------------------------------------------------------------------


def ptr_run(lab, *options):
    """The resolver alone, on all the addresses of the people"""
    addresses = lab.path("addresses")
    with open(addresses, "w", encoding="ascii") as f:
        f.write("\n".join(truth(lab)) + "\n")
    script = f"exec {lab.root}/build/release/tests/bench/ptr {' '.join(options)} < {addresses}"
    r = lab.run(["sh", "-c", script])
    if r.status:
        raise RuntimeError(f"ptr: {r.err.strip()[-300:]}")
    return json.loads(r.out), r


def ptr(lab, rounds):
    lab.weather()
    kinds = {"PTR": (), "PTR, and each name looked up in turn": ("--confirm",)}
    runs = {kind: [ptr_run(lab, *options) for _ in range(rounds)]
            for kind, options in kinds.items()}
    rows, rates = [], {}
    for kind, each in runs.items():
        rates[kind] = median(told["addresses"] / told["seconds"] for told, _ in each)
        told, r = each[-1]
        rows.append((kind, f"{told['addresses']:,}", f"{rates[kind]:,.0f}",
                     f"{told['names']:,}", f"{told['confirmed']:,}", told["unknown"],
                     f"{r.peak / 1024:.0f}"))
    lost = sum(told["unknown"] for each in runs.values() for told, _ in each)
    return (section("Reverse DNS, through the lab's name server (nsd)",
                    table(["question", "addresses", "addresses/s", "names", "confirmed",
                           "unanswered", "MiB"], rows)),
            [Goal("ptr", f"≥ {GOAL_PTR:,} PTR/s", f"{rates['PTR']:,.0f}",
                  rates["PTR"] >= GOAL_PTR and lost == 0)])


ALL = {"identify": identify, "ptr": ptr}
