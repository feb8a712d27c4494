#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""forest.py FOLDER DOMAINS COUNT [SLEEP [zones]] - slapds that look like a forest of AD

Domain i is d<i>.example (d0 is the root), with COUNT computers, in FOLDER/d<i>: slapd.conf,
data.ldif and the attributes of its rootDSE.  slapd is no Active Directory: uSNChanged is an
attribute that the data sets, nothing counts it; invocationId and highestCommittedUSN are
told by files.  Every domain has the same 300 subnets in three sites; with "zones" a node of DNS
for each of its computers, too.  A size limit of 1,000 forces paging, as Windows does.  The user is
cn=poller,dc=d<i>,dc=example with the password "poll".
"""
import base64
import os
import struct
import sys
import uuid

ATTRIBUTES = {  # name: syntax, equality, ordering; * several values
    "objectGUID": ("40", "octetStringMatch", ""), "objectSid": ("40", "octetStringMatch", ""),
    "invocationId": ("40", "octetStringMatch", ""),
    "dnsRecord": ("40", "octetStringMatch", "", "*"),
    "sAMAccountName": ("15", "caseIgnoreMatch", ""), "dNSHostName": ("15", "caseIgnoreMatch", ""),
    "dnsRoot": ("15", "caseIgnoreMatch", ""), "nETBIOSName": ("15", "caseIgnoreMatch", ""),
    "objectCategory": ("15", "caseIgnoreMatch", ""),
    "operatingSystem": ("15", "caseIgnoreMatch", ""),
    "operatingSystemVersion": ("15", "caseIgnoreMatch", ""),
    "operatingSystemServicePack": ("15", "caseIgnoreMatch", ""),
    "servicePrincipalName": ("15", "caseIgnoreMatch", "", "*"),
    "location": ("15", "caseIgnoreMatch", ""), "trustParent": ("15", "caseIgnoreMatch", ""),
    "nCName": ("15", "caseIgnoreMatch", ""), "siteObject": ("15", "caseIgnoreMatch", ""),
    "lastLogonTimestamp": ("27", "integerMatch", "integerOrderingMatch"),
    "pwdLastSet": ("27", "integerMatch", "integerOrderingMatch"),
    "userAccountControl": ("27", "integerMatch", "integerOrderingMatch"),
    "primaryGroupID": ("27", "integerMatch", "integerOrderingMatch"),
    "uSNChanged": ("27", "integerMatch", "integerOrderingMatch"),
    "systemFlags": ("27", "integerMatch", "integerOrderingMatch"),
    "objectVersion": ("27", "integerMatch", "integerOrderingMatch"),
    "whenCreated": ("24", "generalizedTimeMatch", "generalizedTimeOrderingMatch"),
    "whenChanged": ("24", "generalizedTimeMatch", "generalizedTimeOrderingMatch"),
    "trustPartner": ("15", "caseIgnoreMatch", ""),
    "trustType": ("27", "integerMatch", ""), "trustDirection": ("27", "integerMatch", ""),
    "isDeleted": ("7", "booleanMatch", ""), "dNSTombstoned": ("7", "booleanMatch", ""),
    "managedBy": ("12", "distinguishedNameMatch", ""),
    # of the rootDSE
    "defaultNamingContext": ("15", "caseIgnoreMatch", ""),
    "configurationNamingContext": ("15", "caseIgnoreMatch", ""),
    "schemaNamingContext": ("15", "caseIgnoreMatch", ""),
    "rootDomainNamingContext": ("15", "caseIgnoreMatch", ""),
    "dsServiceName": ("15", "caseIgnoreMatch", ""),
    "highestCommittedUSN": ("27", "integerMatch", ""),
    "domainFunctionality": ("27", "integerMatch", ""),
    "forestFunctionality": ("27", "integerMatch", ""),
}
CLASSES = ["computer", "crossRef", "container", "subnet", "nTDSDSA", "dnsZone", "dnsNode",
           "trustedDomain"]
PASSWORD = "poll"
SITES, SUBNETS = 3, 300
HIDDEN = 'access to dn.subtree="dc=DomainDnsZones,{base}" by * disclose\n'
# Below its parent the overlay would make up results; elsewhere it only waits.
LATE = """overlay retcode
retcode-parent ou=RetCodes,{base}
retcode-sleep {sleep}
"""


def schema(path):
    with open(path, "w") as f:
        for i, (name, row) in enumerate(ATTRIBUTES.items()):
            order = " ORDERING " + row[2] if row[2] else ""
            single = "" if len(row) > 3 else " SINGLE-VALUE"
            f.write("attributetype ( 1.3.6.1.4.1.32473.1.%d NAME '%s' EQUALITY %s%s "
                    "SYNTAX 1.3.6.1.4.1.1466.115.121.1.%s%s )\n" %
                    (i + 1, name, row[1], order, row[0], single))
        for i, name in enumerate(CLASSES):
            f.write("objectclass ( 1.3.6.1.4.1.32473.2.%d NAME '%s' SUP top STRUCTURAL "
                    "MAY ( cn $ description $ dc $ %s ) )\n" %
                    (i + 1, name, " $ ".join(ATTRIBUTES)))


def entry(f, dn, **attributes):
    f.write("dn: %s\n" % dn)
    for name, values in attributes.items():
        for v in values if isinstance(values, list) else [values]:
            if isinstance(v, bytes):
                f.write("%s:: %s\n" % (name, base64.b64encode(v).decode()))
            else:
                f.write("%s: %s\n" % (name, v))
    f.write("\n")


def guid(domain, number):
    return uuid.uuid5(uuid.NAMESPACE_DNS, "%d.d%d.example" % (number, domain)).bytes_le


def computer(f, domain, base, i):
    name = "PC%06d" % i
    fqdn = "%s.d%d.example" % (name.lower(), domain)
    sid = bytes.fromhex("010500000000000515000000") + \
        (1000 + domain).to_bytes(4, "little") + bytes(8) + (1000 + i).to_bytes(4, "little")
    entry(f, "cn=%s,ou=Rooms %d,%s" % (name, i % 50, base), objectClass="computer", cn=name,
          objectCategory="computer", objectGUID=guid(domain, i), objectSid=sid,
          sAMAccountName=name + "$", dNSHostName=fqdn,
          operatingSystem="Windows 11 Pro", operatingSystemVersion="10.0 (22631)",
          userAccountControl=4096, primaryGroupID=515, pwdLastSet=134397648000000000 + i,
          lastLogonTimestamp=134397648000000000 + i * 10**7,
          servicePrincipalName=["HOST/" + name, "HOST/" + fqdn, "TERMSRV/" + fqdn],
          whenCreated="20260101000000.0Z", whenChanged="20261121201503.0Z", uSNChanged=i)


def sites(f, config):
    top = "cn=Sites," + config
    entry(f, top, objectClass="container", cn="Sites")
    entry(f, "cn=Subnets," + top, objectClass="container", cn="Subnets")
    for i in range(SITES):
        entry(f, "cn=S%d,%s" % (i, top), objectClass="container", cn="S%d" % i)
    for i in range(SUBNETS):
        name = "10.%d.%d.0/24" % (100 + i // 256, i % 256)
        entry(f, "cn=%s,cn=Subnets,%s" % (name, top), objectClass="subnet", cn=name,
              siteObject="cn=S%d,%s" % (i % SITES, top), location="room %d" % i)


def zones(f, domain, base, count):
    """One address each, in the subnets from the first on ([MS-DNSP] 2.3.2.2)."""
    top = "dc=DomainDnsZones," + base
    dns = "cn=MicrosoftDNS," + top
    zone = "dc=d%d.example,%s" % (domain, dns)
    entry(f, top, objectClass=["organization", "dcObject"], o="d", dc="DomainDnsZones")
    entry(f, dns, objectClass="container", cn="MicrosoftDNS")
    entry(f, zone, objectClass="dnsZone", dc="d%d.example" % domain)
    for i in range(1, count + 1):
        at = (10 << 24) + (100 << 16) + i
        record = struct.pack("<HHBBHI", 4, 1, 5, 0xf0, 0, 1) + struct.pack(">I", 900) + bytes(8)
        entry(f, "dc=pc%06d,%s" % (i, zone), objectClass="dnsNode", dc="pc%06d" % i,
              dnsRecord=record + at.to_bytes(4, "big"), uSNChanged=i)


def data(path, domain, domains, count, has_zones):
    base = "dc=d%d,dc=example" % domain
    config = "cn=Configuration," + base
    with open(path, "w") as f:
        entry(f, base, objectClass=["organization", "dcObject"], o="d", dc="d%d" % domain)
        entry(f, "cn=poller," + base, objectClass="person", cn="poller", sn="p",
              userPassword=PASSWORD)
        for i in range(50):
            entry(f, "ou=Rooms %d,%s" % (i, base), objectClass="organizationalUnit",
                  ou="Rooms %d" % i)
        entry(f, config, objectClass="container", cn="Configuration")
        entry(f, "cn=Schema," + config, objectClass="container", cn="Schema", objectVersion=88)
        entry(f, "cn=NTDS Settings," + config, objectClass="nTDSDSA", cn="NTDS Settings",
              invocationId=guid(domain, 0))
        entry(f, "cn=Partitions," + config, objectClass="container", cn="Partitions")
        for i in range(domains):
            entry(f, "cn=D%d,cn=Partitions,%s" % (i, config), objectClass="crossRef",
                  cn="D%d" % i, dnsRoot="d%d.example" % i, nETBIOSName="D%d" % i,
                  nCName="dc=d%d,dc=example" % i, systemFlags=3,
                  **({"trustParent": "cn=D0,cn=Partitions," + config} if i else {}))
        sites(f, config)
        for i in range(1, count + 1):
            computer(f, domain, base, i)
        if has_zones:
            zones(f, domain, base, count)


def root_dse(path, domain, usn):
    base = "dc=d%d,dc=example" % domain
    with open(path, "w") as f:
        f.write("dn:\n")
        for name, value in (("defaultNamingContext", base),
                            ("configurationNamingContext", "cn=Configuration," + base),
                            ("schemaNamingContext", "cn=Schema,cn=Configuration," + base),
                            ("rootDomainNamingContext", "dc=d0,dc=example"),
                            ("dsServiceName", "cn=NTDS Settings,cn=Configuration," + base),
                            ("dNSHostName", "dc.d%d.example" % domain),
                            ("domainFunctionality", 7), ("forestFunctionality", 6),
                            ("highestCommittedUSN", usn)):
            f.write("%s: %s\n" % (name, value))


def conf(folder, top, domain, sleep, has_zones):
    base = "dc=d%d,dc=example" % domain
    with open(folder + "/slapd.conf", "w") as f:
        f.write("""include /etc/ldap/schema/core.schema
include {top}/ad.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload retcode
pidfile {folder}/pid
rootDSE {folder}/root.ldif
TLSCACertificateFile {top}/ca.pem
TLSCertificateFile {top}/cert.pem
TLSCertificateKeyFile {top}/key.pem
sizelimit size.soft=1000 size.hard=1000 size.pr=1000 size.prtotal=unlimited
threads 4
database mdb
maxsize 4294967296
dbnosync
suffix "{base}"
rootdn "cn=admin,{base}"
rootpw admin
directory {folder}/db
index objectClass,objectCategory,uSNChanged,dNSHostName eq
access to attrs=userPassword by anonymous auth
{hidden}access to * by * read
{sleep}""".format(top=top, folder=folder, base=base,
                  hidden="" if has_zones else HIDDEN.format(base=base),
                  sleep=LATE.format(base=base, sleep=sleep) if sleep else ""))


def main():
    top, domains, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    sleep = int(sys.argv[4]) if len(sys.argv) > 4 else 0
    has_zones = sys.argv[5:6] == ["zones"]
    os.makedirs(top, exist_ok=True)
    schema(top + "/ad.schema")
    for i in range(domains):
        folder = "%s/d%d" % (top, i)
        os.makedirs(folder + "/db", exist_ok=True)
        data(folder + "/data.ldif", i, domains, count, has_zones)
        root_dse(folder + "/root.ldif", i, count)
        conf(folder, top, i, sleep, has_zones)


if __name__ == "__main__":
    main()
