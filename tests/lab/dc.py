#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""dc.py COUNT DOMAIN - objects for the domain of dc.sh, as LDIF for ldbadd --relax

Computers of every kind in a tree of units, sites and subnets, and the addresses of two
computers of three as nodes of the domain's DNS zone ([MS-DNSP] 2.3.2.2).  The same COUNT
and DOMAIN give the same objects; those of another domain than corp.example live elsewhere.
"""
import base64
import random
import socket
import struct
import sys

DOMAIN = sys.argv[2]
BASE = ",".join("DC=" + part for part in DOMAIN.split("."))
CONFIG = "CN=Configuration," + BASE
ZONE = "DC=%s,CN=MicrosoftDNS,DC=DomainDnsZones,%s" % (DOMAIN, BASE)
HOUSE = 1 if DOMAIN == "corp.example" else 3  # 10.HOUSE and the one behind it
EPOCH_1601 = 11644473600
NOW = 1795000000  # November 2026

UNITS = ["OU=Berlin", "OU=Desktops,OU=Berlin", "OU=Servers,OU=Berlin", "OU=Paris",
         "OU=Desktops,OU=Paris", "OU=Büro (*) & Lager,OU=Paris"]

# operatingSystem, version, service pack, how many of a hundred, unit
SYSTEMS = [
    ("Windows 11 Pro", "10.0 (22631)", "", 30, 1),
    ("Windows 10 Enterprise", "10.0 (19045)", "", 30, 4),
    ("Windows Server 2022 Standard", "10.0 (20348)", "", 10, 2),
    ("Windows Server 2016 Standard", "10.0 (14393)", "", 8, 2),
    ("Windows 7 Professional", "6.1 (7601)", "Service Pack 1", 8, 3),
    ("pc-linux-gnu", "", "", 6, 5),
    ("", "", "", 8, None),
]
SPNS = {
    2: ["MSSQLSvc/{fqdn}:1433", "WSMAN/{fqdn}"],
    3: ["HTTP/{fqdn}", "TERMSRV/{name}", "TERMSRV/{fqdn}"],
}


def filetime(unix):
    return (unix + EPOCH_1601) * 10**7


def entry(dn, **attributes):
    print("dn:: " + base64.b64encode(dn.encode()).decode())
    for name, values in attributes.items():
        for value in values if isinstance(values, list) else [values]:
            if isinstance(value, str):
                value = value.encode()
            print("%s:: %s" % (name, base64.b64encode(value).decode()))
    print()


def dns_record(ip, stamp_hours):
    six = ":" in ip
    data = socket.inet_pton(socket.AF_INET6 if six else socket.AF_INET, ip)
    head = struct.pack("<HHBBHI", len(data), 28 if six else 1, 5, 0xf0, 0, 1)
    return head + struct.pack(">I", 900) + struct.pack("<II", 0, stamp_hours) + data


def subnets():
    for site in "Berlin", "Paris":
        entry("CN=%s,CN=Sites,%s" % (site, CONFIG), objectClass="site")
        entry("CN=Servers,CN=%s,CN=Sites,%s" % (site, CONFIG), objectClass="serversContainer")
    for name, site in (("198.18.180.0/24", "Berlin"), ("10.1.0.0/16", "Berlin"),
                       ("10.2.0.0/16", "Paris"), ("2001:db8:2::/48", "Paris")):
        entry("CN=%s,CN=Subnets,CN=Sites,%s" % (name, CONFIG), objectClass="subnet",
              siteObject="CN=%s,CN=Sites,%s" % (site, CONFIG), location="house " + site)


def computer(i, kind, rnd):
    system, version, pack, _, unit = SYSTEMS[kind]
    name = "WS%05d" % i
    fqdn = name.lower() + "." + DOMAIN
    parent = "CN=Computers" if unit is None else UNITS[unit]
    control = 4096 | (2 if i % 17 == 0 else 0) | (0x80000 if i % 50 == 3 else 0)
    attributes = {
        "objectClass": "computer",
        "sAMAccountName": name + "$",
        "userAccountControl": str(control),
        "dNSHostName": fqdn,
        "servicePrincipalName": ["HOST/" + name, "HOST/" + fqdn] +
            [s.format(name=name, fqdn=fqdn) for s in SPNS.get(kind, [])],
    }
    optional = {"operatingSystem": system, "operatingSystemVersion": version,
                "operatingSystemServicePack": pack}
    attributes.update({k: v for k, v in optional.items() if v})
    if i % 5:
        attributes["lastLogonTimestamp"] = str(
            filetime(NOW - rnd.randrange(400 * 86400)))
    if i % 7 == 0:
        attributes["description"] = "Büro %d, \t(objectClass=*)" % i
    if i % 11 == 0:
        attributes["location"] = "Raum %d" % (i % 40)
    if i % 4 != 1:
        attributes["pwdLastSet"] = str(filetime(NOW - i * 37 % 200 * 86400))
    if i % 19 == 0:
        attributes["managedBy"] = "CN=Administrator,CN=Users," + BASE
    entry("CN=%s,%s,%s" % (name, parent, BASE), **attributes)
    if i % 3:
        address(i, name, rnd)


def address(i, name, rnd):
    hours = (NOW + EPOCH_1601) // 3600
    stamp = 0 if i % 4 == 0 else hours - rnd.randrange(20 * 24)
    if i % 13 == 0:
        stamp = hours - 200 * 24  # nobody has refreshed it
    records = [dns_record("10.%d.%d.%d" % (HOUSE + i % 2, i // 200, 1 + i % 200), stamp)]
    if i % 10 == 0:
        records.append(dns_record("2001:db8:2::%x:%x" % (HOUSE, i), stamp))
    more = {}
    if i % 29 == 0:
        more["dNSTombstoned"] = "TRUE"
    entry("DC=%s,%s" % (name.lower(), ZONE), objectClass="dnsNode", dnsRecord=records,
          **more)


def main():
    count = int(sys.argv[1])
    rnd = random.Random(1)
    shares = [k for k, s in enumerate(SYSTEMS) for _ in range(s[3])]
    for unit in UNITS:
        entry(unit + "," + BASE, objectClass="organizationalUnit")
    subnets()
    for i in range(1, count + 1):
        computer(i, rnd.choice(shares), rnd)


main()
