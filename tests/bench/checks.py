# SPDX-License-Identifier: GPL-3.0-or-later
"""What the bench measures of muster beside races: how fast it sends, what memory a target
costs, whether the rate cap holds, whether the recall it prints is true, and ghosts.

Each function takes the lab and a number of rounds, and gives (Markdown, goals).
"""
import ipaddress
import json
import os
import struct

import programs as p
import races
from report import Goal, median, percent, ratio, section, table

ECHO = ["--probe", "icmp-echo"]


# --- how fast it sends -----------------------------------------------------------------

FRAMES = 65536


def moment(samples, count):
    """When the counter passed count; between two samples, in proportion."""
    before = samples[0]
    for sample in samples:
        if sample[1] >= count:
            share = (count - before[1]) / max(1, sample[1] - before[1])
            return before[0] + share * (sample[0] - before[0])
        before = sample
    raise RuntimeError(f"only {before[1]} packets were sent, not {count}")


def send_rate(samples):
    """Packets/s between the 5th and the 95th hundredth of the first FRAMES packets: the
    first round without its beginning and end."""
    low, high = FRAMES * 5 // 100, FRAMES * 95 // 100
    return (high - low) / (moment(samples, high) - moment(samples, low))


def sending(lab, rounds):
    lab.weather()
    bare = [f"{lab.build}/rawsend", "wan0", p.NEXT_HOP, p.OWN, "198.19.0.0", str(FRAMES)]
    commands = {"rawsend": bare, "muster": p.muster(races.ROUTED, *ECHO).command}
    rates = {label: [] for label in commands}
    for _ in range(3 * rounds):  # each is short, and the fastest thing here
        for label, command in commands.items():
            rates[label].append(send_rate(lab.run(command, sample="wan0").samples))
    raw = median(rates["rawsend"])
    rows = [(label, f"{median(r):,.0f}", f"{min(r):,.0f}", f"{max(r):,.0f}",
             ratio(median(r), raw)) for label, r in rates.items()]
    share = median(rates["muster"]) / raw
    return (section(f"Sending: the first {FRAMES:,} packets, routed /16",
                    table(["sender", "packets/s", "slowest", "fastest", "÷ rawsend"], rows),
                    "rawsend: prebuilt 60-byte frames, one thread, AF_PACKET with qdisc "
                    "bypass, sendmmsg; it hears nothing."),
            [Goal("sending", "≥ 0.7 × a bare sender", f"{share:.2f}", share >= 0.7)])


# --- memory ------------------------------------------------------------------------------

FAR = "10.0.0.0/8"  # routed, inside the lab, to where nobody is
FAR_RULES = f"""table netdev far {{
    chain ingress {{
        type filter hook ingress device eth0 priority 0;
        ip daddr {FAR} drop
    }}
}}"""


def route_far(lab):
    lab.do("scan", "ip", "route", "replace", FAR, "via", "198.18.100.1")
    lab.do("wan", "nft", FAR_RULES)


def unroute_far(lab):
    lab.do("scan", "ip", "route", "delete", FAR)
    lab.do("wan", "nft", "delete", "table", "netdev", "far")


# Once over all, and no second of waiting for each million: it is memory that is measured.
QUICK = ["--recall", "0", "--rounds", "1", "--wait", "100"]
SIZES = {"/16": (races.ROUTED, 1 << 16, []), "/12": ("10.16.0.0/12", 1 << 20, QUICK),
         "/8": (FAR, 1 << 24, QUICK)}


def memory(lab, rounds):
    del rounds  # what it takes does not vary
    lab.weather()
    rows, largest = [], {}
    route_far(lab)
    try:
        for label, (network, targets, options) in SIZES.items():
            command = p.muster(network, *ECHO, *options).command
            together, r = lab.peak_of_all(command)
            if r.status:
                raise RuntimeError(f"muster on {network}: {r.err.strip()[-300:]}")
            largest[label] = r.peak
            rows.append((f"{label} swept, routed", f"{targets:,}", f"{r.wall:.2f}",
                         f"{r.peak / 1024:.1f}", f"{together / 1024:.1f}"))
    finally:
        unroute_far(lab)
    each = (largest["/12"] - largest["/16"]) * 1024 / ((1 << 20) - (1 << 16))
    return (section("Memory", table(["sweep", "targets", "wall s", "largest process MiB",
                                     "all processes MiB"], rows),
                    f"By ICMP echo. {each:.1f} bytes per target from the /16 to the /12; "
                    "beyond 2^20 targets a sweep goes on in waves of that size, so "
                    "larger ranges take no more."),
            [Goal("memory", "≤ 64 MiB for a /16", f"{largest['/16'] / 1024:.0f} MiB",
                  largest["/16"] <= 65536),
             Goal("memory", "≤ 8 bytes per target beyond", f"{each:.1f}", each <= 8),
             Goal("memory", "a /8 fits", f"{largest['/8'] / 1024:.0f} MiB",
                  largest["/8"] <= 65536)])


# --- the rate cap ------------------------------------------------------------------------

# packets/s, and a range that keeps this rate busy for some seconds where it can
CAPS = [(1, "198.19.0.2-7"), (10, "198.19.0.0/27"), (100, "198.19.0.0/24"),
        (2000, "198.19.0.0/20"), (50000, "198.19.0.0/16"), (300000, "198.19.0.0/16")]
WINDOW_US = 100_000
PCAP_US = 0xa1b2c3d4  # microseconds, our byte order


def frames(path):
    """(microseconds, frame) of a pcap file"""
    with open(path, "rb") as f:
        data = memoryview(f.read())
    if struct.unpack_from("=I", data)[0] != PCAP_US:
        raise RuntimeError(f"{path}: not a pcap file of this machine")
    at = 24
    while at + 16 <= len(data):
        seconds, micros, kept = struct.unpack_from("=III", data, at)
        at += 16
        yield seconds * 1_000_000 + micros, bytes(data[at:at + kept])
        at += kept


def is_question(frame):
    """An echo request (RFC 792) or an ARP request (RFC 826): what muster itself sends
    here.  The kernel sends replies only."""
    kind = frame[12:14]
    return (kind == b"\x08\x00" and frame[23] == 1 and frame[34] == 8) or \
        (kind == b"\x08\x06" and frame[20:22] == b"\x00\x01")


def busiest(times):
    """The most packets that any 100 ms held."""
    most = low = 0
    for high, time in enumerate(times):
        while time - times[low] >= WINDOW_US:
            low += 1
        most = max(most, high - low + 1)
    return most


def capture_at(lab, rate, network):
    path = lab.path("cap.pcap")
    lab.call("capture", "start", path, "big-routed")
    try:
        r = lab.run(p.muster(network, *ECHO, "--rate", str(rate)).command)
    finally:
        said = lab.call("capture", "stop", path)
    times = sorted(at for at, frame in frames(path) if is_question(frame))
    os.unlink(path)
    if not times:
        raise RuntimeError(f"nothing was sent at {rate}/s: {said} {r.err[-200:]}")
    return times


def cap(lab, rounds):
    del rounds
    lab.weather()
    rows, bad = [], []
    for rate, network in CAPS:
        times = capture_at(lab, rate, network)
        share = rate / 10
        allowed = max(1.05 * share, share + 2)
        most = busiest(times)
        seconds = (times[-1] - times[0]) / 1e6
        short = " (cap not reached)" if most < 0.9 * share else ""
        rows.append((f"{rate:,}", network, f"{len(times):,}", f"{seconds:.2f}",
                     f"{most:,}{short}", f"{allowed:,.0f}"))
        if most > allowed:
            bad.append(f"{rate:,}/s: {most:,} in 100 ms")
    return (section("The rate cap, captured at the far end",
                    table(["--rate", "range", "packets", "seconds", "busiest 100 ms",
                           "allowed"], rows)),
            [Goal("cap", "no 100 ms above --rate by more than 5 % or 2 packets",
                  "; ".join(bad) or "holds at all rates", not bad)])


# --- reported recall -----------------------------------------------------------------------

RECALL_RANGE, RECALL_THIRD = "198.19.64.0/18", range(64, 128)
LOSSES = [0, 1, 2, 3, 5]
RECALL_RUNS = 100
ROUNDING = 0.00005  # of what is printed


def recall_run(lab, truth):
    """(true recall, what muster says of it or None)"""
    path = lab.path("summary.json")
    if os.path.exists(path):
        os.unlink(path)
    program = p.muster(RECALL_RANGE, *ECHO, "--summary-json", path)
    found = program.read(lab.run(program.command).out)
    with open(path, encoding="utf-8") as f:
        said = json.load(f).get("end", {}).get("recall")
    if not isinstance(said, dict) or not {"low", "high"} <= said.keys():
        said = None
    return len(found & truth) / len(truth), said


def contains(true, said):
    return said is not None and said["low"] - ROUNDING <= true <= said["high"] + ROUNDING


def recall_row(loss, runs):
    said = [(true, s) for true, s in runs if s]
    row = [f"{loss} %", len(runs), percent(min(true for true, _ in runs)),
           percent(sum(true for true, _ in runs) / len(runs)), len(said)]
    if not said:
        return (*row, "-", "-", "-", 0)
    return (*row, percent(sum(s.get("estimate", s["low"]) for _, s in said) / len(said)),
            percent(min(s["low"] for _, s in said)),
            f"{median(s['high'] - s['low'] for _, s in said) * 100:.2f}",
            sum(contains(true, s) for true, s in runs))


def recall(lab, rounds):
    del rounds
    truth = races.alive("big-routed", "icmp", RECALL_THIRD)(lab)
    runs = {}
    for loss in LOSSES:
        lab.weather(loss)
        runs[loss] = [recall_run(lab, truth) for _ in range(RECALL_RUNS // len(LOSSES))]
    heads = ["loss each way", "runs", "true %: worst", "mean", "reported", "mean estimate %",
             "lowest bound %", "median width", "interval contains the truth"]
    right = sum(contains(true, s) for each in runs.values() for true, s in each)
    return (section(f"Reported recall, routed /18 ({len(truth)} alive)",
                    table(heads, [recall_row(loss, runs[loss]) for loss in LOSSES])),
            [Goal("recall", f"the printed interval is right in ≥ 90 of {RECALL_RUNS} runs",
                  str(right), right >= 90)])


# --- ghosts --------------------------------------------------------------------------------

GHOSTS = [
    ("198.18.130.0/24", "answers echo, RST for all"),
    ("198.18.131.0/24", "RST for all"),
    ("198.18.132.0/24", "SYN-ACK for all"),
    ("198.18.133.0/24", "answers echo, SYN-ACK for all"),
    ("198.18.134.0/24", "real, 60 % alive"),
    ("198.18.136.0/24", "proxy ARP, on-link"),
]


def within(addresses, network):
    net = ipaddress.ip_network(network)
    return {a for a in addresses if ipaddress.ip_address(a) in net}


def up_devices(lab, store):
    done = lab.run([p.MUSTER, "devices", "--db", store, "--format", "ndjson"])
    devices = map(json.loads, done.out.splitlines())
    return {a["ip"] for d in devices if d.get("state") == "up" for a in d["addresses"]}


def sweep_ghosts(lab, store):
    """Product defaults, all probes; the caps lifted, nothing else."""
    races.forget(store)
    r = lab.run([p.MUSTER, "scan", *(network for network, _ in GHOSTS), "--quiet", "--yes",
                 "--db", store, *p.LIFTED])
    if r.status:
        raise RuntimeError(f"muster: status {r.status}: {r.err.strip()[-300:]}")
    return up_devices(lab, store) - lab.own_addresses, r.wall


def ghosts(lab, rounds):
    lab.weather()
    alive = {h.ip for h in lab.truth("ghosts")}
    runs = [sweep_ghosts(lab, lab.path("ghosts.db")) for _ in range(rounds)]
    rows, total = [], 0
    for network, what in GHOSTS:
        living = within(alive, network)
        false = max(len(within(up - alive, network)) for up, _ in runs)
        found = min(len(up & living) for up, _ in runs)
        total += false
        rows.append((network, what, len(living), found, false))
    missed = max(len(alive - up) for up, _ in runs)
    return (section("Ghosts: who is up where everything answers",
                    table(["network", "what it is", "alive", "found (worst)",
                           "false up (worst)"], rows),
                    f"Median {median(wall for _, wall in runs):.2f} s, all probes."),
            [Goal("ghosts", "0 false up", str(total), total == 0),
             Goal("ghosts", "who lives among them is found", f"{missed} missed",
                  missed == 0)])


ALL = {"sending": sending, "memory": memory, "cap": cap, "recall": recall, "ghosts": ghosts}
