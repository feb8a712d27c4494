# SPDX-License-Identifier: GPL-3.0-or-later
"""A full poll of 500 Windows machines by muster windows: node status and SMB of each."""
import identify
import programs as p
from report import Goal, median, section, table

MACHINES = 500
KEYS = ["netbios.name", "netbios.domain", "smb.os_build", "smb.dns_name", "smb.domain"]
GOAL_WALL, GOAL_KIB = 10, 128 << 10


def by_address(ip):
    return [int(part) for part in ip.split(".")]


def run(lab, targets):
    command = [p.MUSTER, "windows", targets, "--quiet", "--no-db", "--format", "ndjson"]
    together, r = lab.peak_of_all(command)
    if r.status:
        raise RuntimeError(f"muster windows: {r.err.strip()[-300:]}")
    return r, together


def wrong(told, true, hosts):
    """Machines that are missing, or of which one of KEYS is not told as it is."""
    return sum(any(key in true[ip] and told.get(ip, {}).get(key) != identify.members(true[ip][key])
                   for key in KEYS) for ip in hosts)


def windows(lab, rounds):
    lab.weather()
    true = identify.truth(lab)
    hosts = sorted((ip for ip in true if "netbios.name" in true[ip]), key=by_address)[:MACHINES]
    runs = [run(lab, f"{hosts[0]}-{hosts[-1]}") for _ in range(rounds)]
    told = [identify.told_by_muster(r.out) for r, _ in runs]
    bad = max(wrong(t, true, hosts) for t in told)
    wall, peak = median(r.wall for r, _ in runs), max(together for _, together in runs)
    cpu = median(r.cpu for r, _ in runs)
    return (section(f"Windows domains: a full poll of {MACHINES} machines",
                    table(["program", "machines", "wall s", "cpu s", "MiB, all processes",
                           "wrong or missing"],
                          [("muster windows", MACHINES, f"{wall:.2f}", f"{cpu:.2f}",
                            f"{peak / 1024:.0f}", bad)]),
                    f"Each machine's {', '.join(KEYS)} are compared with what is true."),
            [Goal("windows", f"{MACHINES} machines in ≤ {GOAL_WALL} s, all right",
                  f"{wall:.1f} s, {bad} wrong", wall <= GOAL_WALL and bad == 0),
             Goal("windows", "≤ 128 MiB, all processes", f"{peak / 1024:.0f} MiB",
                  peak <= GOAL_KIB)])


ALL = {"windows": windows}
