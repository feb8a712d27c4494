#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What nmap's scripts tell of hosts, as muster's facts: "address key value" a line.

of_nmap.py XML...    what nmap -oX wrote
"""
import base64
import hashlib
import ssl
import sys
import xml.etree.ElementTree as tree


def sha256(data):
    return hashlib.sha256(data).digest()


def elems(script, key):
    return [e.text for e in script.iter("elem") if e.get("key") == key]


def nbstat(script):
    """NetBIOS name: FILES, ..."""
    name = script.get("output").split("NetBIOS name: ")[1].split(",")[0]
    yield "name", name.lower()
    yield "netbios.name", name


def ssh_hostkey(script):
    for key in elems(script, "key"):
        printed = base64.b64encode(sha256(base64.b64decode(key))).decode().rstrip("=")
        yield "ssh.hostkey", "SHA256:" + printed


def ssl_cert(script):
    der = ssl.PEM_cert_to_DER_cert(elems(script, "pem")[0])
    yield "tls.certs", "443 " + sha256(der).hex()
    yield "tls.names", elems(script, "commonName")[0]


def ldap_rootdse(script):
    for line in script.get("output").splitlines():
        if "namingContexts: " in line:
            parts = line.split(": ")[1].strip().split(",")
            yield "ldap.domain", ".".join(p.split("=")[1] for p in parts)


def snmp_info(script):
    """Without the enterprise and the format, which it tells as words."""
    yield "snmp.engine", elems(script, "engineIDData")[0]


SCRIPTS = {"nbstat": nbstat, "ssh-hostkey": ssh_hostkey, "ssl-cert": ssl_cert,
           "ldap-rootdse": ldap_rootdse, "snmp-info": snmp_info}


def main():
    for path in sys.argv[1:]:
        for host in tree.parse(path).getroot().iter("host"):
            address = host.find("address").get("addr")
            for script in host.iter("script"):
                for key, value in SCRIPTS[script.get("id")](script):
                    print(address, key, value)


main()
