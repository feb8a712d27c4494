#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""ad_truth.py FILE - what ldbsearch printed of computers, as lines to compare with

ldbsearch decodes GUIDs, SIDs and base64 by Samba's own code.  Each line: guid, sid, account,
canonical container, DNS name, disabled, operating system, last logon, encryption types, services
that it may use for others, when its password was set, who manages it, description, location, when
it was made, build, some of its flags, roles by some of its services; "-" is none.
"""
import base64
import datetime
import re
import sys


def records(path):
    record, last = {}, None
    for line in open(path, encoding="utf-8", errors="replace"):
        line = line.rstrip("\n")
        if line.startswith(" ") and last:  # folded
            record[last][-1] += line[1:]
        elif not line:
            if record:
                yield record
            record, last = {}, None
        elif not line.startswith("#") and ": " in line:
            last, value = line.split(": ", 1)
            record.setdefault(last, []).append(value)
    if record:
        yield record


def first(record, name):
    if name + ":" in record:
        return base64.b64decode(record[name + ":"][0]).decode()
    return record.get(name, ["-"])[0]


def when(ticks):
    if ticks in ("-", "0"):
        return "-"
    at = datetime.datetime(1601, 1, 1) + datetime.timedelta(seconds=int(ticks) // 10**7)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def container(canonical):
    """Without its last part; a slash within a name has a backslash before it."""
    at = len(canonical) - 1
    while canonical[at] != "/" or canonical[at - 1] == "\\":
        at -= 1
    return canonical[:at]


CIPHERS = ((8, "aes128-cts-hmac-sha1-96"), (16, "aes256-cts-hmac-sha1-96"), (1, "des-cbc-crc"),
           (2, "des-cbc-md5"), (4, "rc4-hmac"))


def ciphers(types):
    return "-" if types == "-" else ",".join(n for bit, n in CIPHERS if int(types) & bit) or "-"


def text(value):
    return "".join(" " if c < " " or c == "\x7f" else c for c in value)


def made(value):
    return "%s-%s-%sT%s:%s:%sZ" % (value[:4], value[4:6], value[6:8], value[8:10], value[10:12], value[12:14])


def build(version):
    """Of "10.0 (22631)"; that of another system is none of Windows."""
    parts = re.fullmatch(r"(\d+\.\d+) \((\d+)\)", version)
    return ".".join(parts.groups()) if parts else "-"


FLAGS = ((0x2000, "dc"), (0x80000, "delegation"), (2, "disabled"), (0x1000, "workstation"))
ROLES = {"mssqlsvc": "sql", "wsman": "remote-management", "http": "web", "termsrv": "remote-desktop"}


def flags(control):
    return ",".join(word for bit, word in FLAGS if control & bit)


def roles(record):
    if first(record, "sAMAccountName").startswith("DC"):
        return "dc"
    classes = {name.split("/")[0].lower() for name in record.get("servicePrincipalName", [])}
    return ",".join(sorted(ROLES[c] for c in classes if c in ROLES)) or "-"


def main():
    for r in records(sys.argv[1]):
        if "objectGUID" not in r:
            continue
        system = " ".join(v for v in (first(r, "operatingSystem"),
                                      first(r, "operatingSystemServicePack")) if v != "-")
        disabled = "true" if int(first(r, "userAccountControl")) & 2 else "false"
        print("\t".join([first(r, "objectGUID"), first(r, "objectSid"),
                         first(r, "sAMAccountName"), container(first(r, "canonicalName")),
                         first(r, "dNSHostName"), disabled, system or "-",
                         when(first(r, "lastLogonTimestamp")),
                         ciphers(first(r, "msDS-SupportedEncryptionTypes")),
                         ",".join(sorted(r.get("msDS-AllowedToDelegateTo", ["-"]))),
                         when(first(r, "pwdLastSet")), first(r, "managedBy"),
                         text(first(r, "description")), text(first(r, "location")),
                         made(first(r, "whenCreated")), build(first(r, "operatingSystemVersion")),
                         flags(int(first(r, "userAccountControl"))), roles(r)]))


main()
