#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""For tests/e2e/hostile.sh: names that want to be obeyed, and who looks for them.

  hostile.py store        records of devices, subnets and domains, as NDJSON
  hostile.py leases       a file of dnsmasq's leases
  hostile.py nmap         what nmap -oX wrote
  hostile.py agent SOCK   an agent that answers every request so
  hostile.py tame FILE... fails, and says where, if something in a file would be obeyed
  hostile.py csv          standard input is CSV whose rows are as long as its header
"""
import csv
import json
import os
import socket
import sys
import xml.sax.saxutils

# Sets a window's title, goes to the begin of the line, clears (CSI as one character), turns the
# text round, begins a line of its own, ends a quote.
EVIL = "e\x1b]0;x\x07\rc\x9b2Jb\u202ed\nn\x7f\u2066\u2028\"'\\<&=,;%s"
OBEYED = set(range(0x20)) - {0x09, 0x0A} | set(range(0x7F, 0xA0)) | {0x61C, 0x200E, 0x200F}
OBEYED |= set(range(0x2028, 0x202F)) | set(range(0x2066, 0x206A))


def record(source, evidence, number=0, **more):
    head = {"v": 1, "at": "2026-11-21T20:15:%02d.123456Z" % number, "source": source,
            "run": "r" + EVIL, "point": "p" + EVIL, "site": "default"}
    return json.dumps({**head, "evidence": evidence, **more})


def device(number, key, **facts):
    facts = {"mac": "00:16:3e:00:00:%02x" % number, "mac.onlink": True, **facts}
    facts[key] = EVIL + "-%d" % number
    return record("sweep" if number % 2 else "s" + EVIL, "reply", number,
                  ip="198.18.3.%d" % number, facts=dict(sorted(facts.items())))


def store():
    texts = ["netbios.name", "netbios.domain", "dhcp.name", "mdns.name", "os.name", "snmp.sysname",
             "snmp.sysdescr", "ssh.banner", "wsd.name", "lldp.name", "smb.domain", "ad.ou", "host.name"]
    for i, key in enumerate(texts, 1):
        yield device(i, key)
    yield device(30, "x" + EVIL, **{"dns.ptr": [EVIL], "http.title": ["80 " + EVIL]})
    yield device(1, "netbios.name", **{"netbios.domain": "D" + EVIL}).replace(":01.", ":31.")
    yield record("ad", "listed", 32, subject="network",
                 facts={"ad.site": "S" + EVIL, "net.prefix": "198.18.3.0/24"})
    yield record("windows", "listed", 33, subject="domain",
                 facts={"domain.masters": [EVIL], "domain.name": "D" + EVIL})
    yield record("ad", "listed", 34, subject="domain",
                 facts={"ad.domain": "corp.example", "ad.units": ["corp.example/" + EVIL],
                        "domain.name": "CORP"})


def nmap():
    name = xml.sax.saxutils.quoteattr("".join(c for c in EVIL if c >= " " or c in "\t\r\n"))
    return f"""<?xml version="1.0"?>
<nmaprun scanner="nmap" args={name} start="1795292100" version="7.93" xmloutputversion="1.05">
<host starttime="1795292101" endtime="1795292103"><status state="up" reason="arp-response" reason_ttl="0"/>
<address addr="198.18.4.1" addrtype="ipv4"/>
<hostnames><hostname name={name} type="PTR"/></hostnames>
</host><runstats><finished time="1795292105"/></runstats></nmaprun>
"""


def answers():
    agent = {"kind": "agent", "pid": 1, "started": 1, "now": 2, "polls": 1, "running": 1, "waiting": 0}
    agent.update({k: EVIL for k in ("version", "site", "point", "store", "alarm", "location")})
    progress = {"phase": EVIL, "done": 1, "total": 2, "rate": 3, "eta": 4}
    texts = {"outcome": EVIL, "reason": EVIL}
    yield agent
    yield {"kind": "poll", "name": EVIL, "source": EVIL, "state": EVIL, "next": 5, "until": 0,
           "last": {"started": 1, "finished": 2, "observations": 3, **texts},
           "run": {"started": 6, "observations": 7, "progress": progress}}
    yield {"kind": "run", "poll": EVIL, "run": EVIL, "due": 1, "started": 1, "finished": 2,
           "observations": 3, **texts}


def agent(path):
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    server.bind(path)
    server.listen()
    while True:
        peer, _ = server.accept()
        request = json.loads(peer.makefile().readline())
        kinds = {"status": ("agent", "poll"), "history": ("run",)}.get(request["do"], ())
        lines = [a for a in answers() if a["kind"] in kinds]
        # Of two decisions one is refused.
        lines.append({"kind": "end", "ok": request["do"] != "pause", "text": EVIL})
        peer.sendall("".join(json.dumps(a) + "\n" for a in lines).encode())
        peer.close()


def tame(paths):
    wrong = 0
    for path in paths:
        with open(path, "rb") as f:
            data = f.read()
        try:
            text = data.decode()
        except UnicodeDecodeError as e:
            print(f"{os.path.basename(path)}: {e}")
            wrong += 1
            continue
        for i, c in enumerate(text):
            if ord(c) in OBEYED:
                print(f"{os.path.basename(path)}: {c!r} in {text[max(0, i - 30):i + 30]!r}")
                wrong += 1
                break
    return wrong


def main(what, *args):
    if what == "store":
        print("\n".join(store()))
    elif what == "leases":
        name = "".join(c for c in EVIL if c not in " \n\t")
        print(f"1795292103 00:16:3e:00:00:20 198.18.3.32 {name} *")
    elif what == "nmap":
        print(nmap(), end="")
    elif what == "agent":
        agent(*args)
    elif what == "tame":
        sys.exit(tame(args) != 0)
    elif what == "csv":
        rows = list(csv.reader(sys.stdin, strict=True))
        sys.exit(len(rows) < 2 or any(len(r) != len(rows[0]) for r in rows))


main(*sys.argv[1:])
