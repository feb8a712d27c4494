#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A machine that tells all that one datagram can hold, by multicast DNS (RFC 6762).

mdns_huge.py ADDRESS      answers there, by unicast, until it is killed; prints "ready"

Its first answer has the name and 900 kinds of services, its second one as many instances.
"""
import socket
import struct
import sys

LARGEST = 65507
PTR, TXT, IN = 12, 16, 1


def name(*labels):
    return b"".join(bytes([len(x)]) + x.encode() for x in labels) + b"\0"


def record(owner, kind, data):
    return owner + struct.pack(">HHIH", kind, IN, 10, len(data)) + data


def service(i):
    return ["_s%04d" % i, "_tcp", "local"]


def first(address):
    reverse = address.split(".")[::-1] + ["in-addr", "arpa"]
    yield record(name(*reverse), PTR, name("huge", "local"))
    types = name("_services", "_dns-sd", "_udp", "local")
    for i in range(900):
        yield record(types, PTR, name(*service(i)))


def second():
    yield record(name("huge", "_device-info", "_tcp", "local"), TXT, b"\x0bmodel=Huge1")
    for i in range(900):
        yield record(name(*service(0)), PTR, name("instance %d" % i, *service(0)))


def answer(question, address):
    records = list(first(address) if b"_dns-sd" in question else second())
    head = struct.pack(">HHHHHH", *struct.unpack(">H", question[:2]), 0x8400, 0, len(records), 0, 0)
    body = head + b"".join(records)
    # Rounded up by a record of nothing that anybody asked for.
    padding = record(name("padding", "local"), TXT, b"")
    room = LARGEST - len(body) - len(padding)
    body += record(name("padding", "local"), TXT, b"\0" * room)
    return body[:6] + struct.pack(">H", len(records) + 1) + body[8:]


def main():
    address = sys.argv[1]
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
    s.bind((address, 5353))
    print("ready", flush=True)
    while True:
        question, who = s.recvfrom(2048)
        s.sendto(answer(question, address), who)


main()
