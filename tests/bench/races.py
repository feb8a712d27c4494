# SPDX-License-Identifier: GPL-3.0-or-later
"""Races: the same job by muster and by its peers, interleaved, in the same weather.

Every round runs every program in turn, so that a slow moment of the machine hits all of
them.  The best peer is the fastest that found what was asked for in all of its runs.
"""
import contextlib
import dataclasses
import os
import sys
import typing

import programs as p
from report import Goal, median, percent, ratio, section, table

FIVE = [22, 80, 135, 443, 445]
EIGHT = FIVE + [3389, 8080, 8443]
ROUTED, DENSE, ONLINK = "198.19.0.0/16", "198.18.112.0/20", "198.20.0.0/16"
ONLINK_20, ONLINK_20_PREFIX = "198.20.16.0/20", range(16, 32)


@dataclasses.dataclass
class Race:
    name: str
    title: str
    wanted: typing.Callable     # lab -> set of what is to be found
    programs: list              # muster first
    wall: float                 # goal: muster's wall time over the best peer's
    device: str = "wan0"        # whose packets are counted
    loss: int = 0
    delay: int = 0
    recall: float = 1.0         # of each run; of all runs together when there is loss
    packets: float = 0          # goal: over the best peer's
    cpu: float = 0              # goal: over the best peer's


@dataclasses.dataclass
class Result:
    wall: float
    cpu: float
    peak: int
    sent: int
    found: int
    false: int


# --- what is to be found ----------------------------------------------------------


def alive(network, answer, third_bytes=range(256)):
    return lambda lab: {h.ip for h in lab.truth(network)
                        if answer in h.answers.split(",")
                        and int(h.ip.split(".")[2]) in third_bytes}


def open_ports(network, ports):
    return lambda lab: {(h.ip, int(port)) for h in lab.truth(network) if h.ports != "-"
                        for port in h.ports.split(",") if int(port) in ports}


def names(network):
    return lambda lab: {(h.ip, h.netbios) for h in lab.truth(network) if h.netbios != "-"}


# --- the races ----------------------------------------------------------------------


def icmp_clean(store):
    echo = ["--probe", "icmp-echo"]
    return Race(
        "icmp-clean", "ICMP echo, routed /16, 5 % alive, no loss", alive("big-routed", "icmp"), [
            p.muster(ROUTED, *echo),
            p.muster(ROUTED, *echo, label="muster into a new store", store=store),
            p.muster(ROUTED, *echo, "--no-names", label="muster --no-names"),
            p.fping(ROUTED),
            p.zmap(ROUTED, "-r 0"),
            p.masscan(ROUTED, "--ping --rate 1000000 --wait 0"),
            p.nmap(ROUTED, "-sn -PE -T5 --min-rate 100000 --max-retries 0"),
        ], wall=0.9, cpu=1.0)


def icmp_lossy(loss, delay):
    # Four runs of muster a round: recall is judged by 20 runs together.
    return Race(
        f"icmp-loss{loss}-delay{delay}",
        f"ICMP echo, routed /16, {loss} % loss each way, {delay} ms round trip",
        alive("big-routed", "icmp"), [
            p.muster(ROUTED, "--probe", "icmp-echo", share=4),
            p.zmap(ROUTED, "-P 2 -r 100000"),
            p.zmap(ROUTED, "-P 3 -r 100000"),
            p.zmap(ROUTED, "-P 3 -r 200000"),
            p.zmap(ROUTED, "-P 4 -r 200000"),
            p.zmap(ROUTED, "-P 4 -r 0"),
            p.masscan(ROUTED, "--ping --rate 200000 --retries 2 --wait 0"),
        ], wall=0.6, loss=loss, delay=delay, recall=0.999, packets=1.1)


def arp(name, network, wanted):
    return Race(f"arp-{name}", f"ARP, on-link /{name}", wanted, [
        p.muster(network, "--probe", "arp"),
        p.arp_scan(network),
        p.nmap(network, "-sn -PR -T5 --min-rate 100000 --max-retries 0"),
    ], wall=0.9, device="lan0")


def ports(name, network, truth, wanted, title, nmap):
    words = ",".join(map(str, wanted))
    return Race(
        f"ports{len(wanted)}-{name}", f"{len(wanted)} TCP ports, {title}",
        open_ports(truth, wanted), [
            p.muster(network, "--probe", "icmp-echo", "-p", words, read=p.muster_ports,
                     label=f"muster --probe icmp-echo -p{words}", identify=True),
            p.muster(network, "--probe", "tcp-syn", "-p", words, read=p.muster_ports,
                     label=f"muster --probe tcp-syn -p{words}", identify=True),
            p.masscan(network, f"-p{words} --rate 1000000 --wait 1", p.masscan_ports),
            p.nmap(network, f"-PE -sS -T5 {nmap} -p{words}", p.nmap_ports),
        ], wall=0.5)


# nbtscan waits for a time that is set: the smallest that is complete depends on the network.
# Its own is 1000.
NBTSCAN_TIMEOUTS = {0: (1, 5, 20, 50, 1000), 8: (5, 10, 20, 50, 1000),
                    50: (50, 70, 80, 100, 1000)}


def netbios(delay):
    way = f", {delay} ms round trip" if delay else ""
    return Race(f"names-delay{delay}" if delay else "names",
                f"NetBIOS names, /20, 25 % alive{way}", names("big-dense"), [
                    p.muster(DENSE, "--probe", "nbns", read=p.muster_names),
                    *(p.nbtscan(DENSE, timeout) for timeout in NBTSCAN_TIMEOUTS[delay]),
                ], wall=0.7, delay=delay)


def all_races(store):
    fast, steady = "--min-rate 50000 --max-retries 1", "--min-rate 20000 --max-retries 1"
    yield icmp_clean(store)
    for loss in 2, 5:
        for delay in 0, 50:
            yield icmp_lossy(loss, delay)
    yield arp("16", ONLINK, alive("big-onlink", "arp"))
    yield arp("20", ONLINK_20, alive("big-onlink", "arp", ONLINK_20_PREFIX))
    for wanted in FIVE, EIGHT:
        yield ports("16", ROUTED, "big-routed", wanted, "routed /16, 5 % alive", fast)
        yield ports("20", DENSE, "big-dense", wanted, "dense /20, 25 % alive", steady)
    for delay in NBTSCAN_TIMEOUTS:
        yield netbios(delay)


# --- running them ---------------------------------------------------------------------


def forget(store):
    for suffix in ("", "-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(store + suffix)


def run_once(lab, race, program, truth):
    if program.store:
        forget(program.store)
    with lab.traffic() if program.noisy else contextlib.nullcontext():
        r = lab.run(program.command)
    try:
        found = program.read(r.out) - lab.own_addresses
    except (ValueError, IndexError, KeyError) as e:
        raise RuntimeError(f"{program.label}: cannot read what it said: {e!r}") from e
    if r.status and not found:
        print(f"bench: {program.label}: status {r.status}: {r.err.strip()[-300:]}",
              file=sys.stderr)
    return Result(r.wall, r.cpu, r.peak, r.sent.get(race.device, 0),
                  len(found & truth), len(found - truth))


def compete(lab, race, rounds):
    truth = race.wanted(lab)
    results = [[] for _ in race.programs]
    lab.weather(race.loss, race.delay)
    for _ in range(rounds):
        for program, runs in zip(race.programs, results):
            for _ in range(program.share):
                runs.append(run_once(lab, race, program, truth))
    return len(truth), results


def pooled(runs, total):
    return sum(r.found for r in runs) / (total * len(runs))


def in_every_run(race, runs, total):
    return all(r.found >= race.recall * total for r in runs)


def is_complete(race, runs, total):
    """Did it find enough?  Without loss: all, in every run.  With loss chance has a part in
    each run, and all runs together count, of muster and of its peers."""
    if race.loss:
        return pooled(runs, total) >= race.recall
    return in_every_run(race, runs, total)


def wall_of(runs):
    return median(r.wall for r in runs)


def best_peer(race, results, total, complete=is_complete):
    """(label, runs) of the fastest peer that is complete, or None."""
    peers = [(program.label, runs) for program, runs in zip(race.programs, results)
             if not program.label.startswith("muster") and complete(race, runs, total)]
    return min(peers, key=lambda peer: wall_of(peer[1]), default=None)


def row(program, runs, total, mine, best):
    shares = sorted(r.found / total for r in runs)
    wall = wall_of(runs)
    return (program.label, f"{wall:.2f}", ratio(wall, mine),
            ratio(wall, wall_of(best[1])) if best else "-",
            f"{median(r.cpu for r in runs):.2f}", f"{median(r.sent for r in runs):.0f}",
            " / ".join(map(percent, (shares[0], median(shares), pooled(runs, total)))),
            max(r.false for r in runs), f"{max(r.peak for r in runs) / 1024:.0f}")


HEADS = ["command", "wall s", "÷ muster", "÷ best peer", "CPU s", "packets",
         "found %: worst / median / all runs", "false", "peak MiB"]


def recall_goal(race, runs, total):
    false = max(r.false for r in runs)
    goal, share = "100 % found in every run, 0 false", min(r.found for r in runs) / total
    if race.loss:
        goal = f"≥ {percent(race.recall)} % found by {len(runs)} runs together, 0 false"
        share = pooled(runs, total)
    return Goal(race.name, goal, f"{percent(share)} %, {false} false",
                is_complete(race, runs, total) and not false)


def ratio_goals(race, runs, best, complete):
    """Wall, CPU and packets beside the best peer's; speed without recall is no speed."""
    label, peer = best
    for what, limit in ("wall", race.wall), ("cpu", race.cpu), ("sent", race.packets):
        if limit:
            mine, theirs = (median(getattr(r, what) for r in x) for x in (runs, peer))
            name = {"cpu": "CPU", "sent": "packets"}.get(what, what)
            yield Goal(race.name, f"{name} ≤ {limit} × best peer",
                       f"{ratio(mine, theirs)} ({label})" + ("" if complete else ", incomplete"),
                       complete and mine <= limit * theirs)


def goals_of(race, results, total, best):
    first = recall_goal(race, results[0], total)
    yield first
    if best:
        yield from ratio_goals(race, results[0], best, first.met)
    else:
        yield Goal(race.name, f"wall ≤ {race.wall} × best peer", "no peer found as much",
                   first.met)
    peak = max(r.peak for r in results[0]) / 1024
    yield Goal(race.name, "≤ 64 MiB", f"{peak:.0f} MiB", peak <= 64)


def remark(race, results, total, best):
    """Who the best peer is; with loss also by the stricter rule, enough in every run."""
    text = f"Best peer: {best[0]}." if best else "No peer found as much."
    strict = best_peer(race, results, total, in_every_run)
    if race.loss and strict:
        wall, packets = (median(getattr(r, x) for r in results[0]) /
                         median(getattr(r, x) for r in strict[1]) for x in ("wall", "sent"))
        text += (f" The fastest that found {percent(race.recall)} % in each of its runs: "
                 f"{strict[0]}; beside it muster's wall time is {wall:.2f} and its packets "
                 f"are {packets:.2f}.")
    return text


def run_race(lab, race, rounds):
    """(Markdown, goals) of one race."""
    total, results = compete(lab, race, rounds)
    best = best_peer(race, results, total)
    mine = wall_of(results[0])
    rows = [row(program, runs, total, mine, best)
            for program, runs in zip(race.programs, results)]
    return (section(f"{race.title} ({total} to find)", table(HEADS, rows),
                    remark(race, results, total, best)),
            list(goals_of(race, results, total, best)))
