#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""browser.py ADDRESS BROADCAST DOMAIN MACHINES [OTHER] - a master browser with a list of any length

Answers NetBIOS name queries and node status for DOMAIN as its master, with 255 names of which
some are in a code page, and SMB1 as far as NetServerEnum2 and NetServerEnum3 ([MS-RAP]).
The machines are called PC00000, PC00001 and so on; none of them exists.  Only who asks for its
names first is told its own: to others it calls itself OTHER, and has few names.

In the environment: KNOWS="FAR=BOSS" is one more domain of its list, and its master; NAME=BOSS answers
who asks for BOSS, and nobody else: neither for a domain nor for its own names.  FAULT, which no server
of the lab has of its own: "cut", it cannot go on with a list that is longer than an answer (as those
before NetServerEnum3); "empty", nobody is in its list; "failed", it has no resources for one;
"garbage", its list is none.
"""
import os
import socket
import socketserver
import struct
import sys
import threading

address, broadcast, domain, machines = sys.argv[1:5]
other = sys.argv[5] if len(sys.argv) > 5 else "BIGMASTER"
fault = os.environ.get("FAULT")
AT_ONCE, PART = 2000, 500  # entries of an answer, and of one of its messages
names = [f"PC{i:05}" for i in range(int(machines))]


def encoded(name, suffix):
    raw = name.encode("latin-1").ljust(15, b" ") + bytes([suffix])
    return b"\x20" + b"".join(bytes([65 + (b >> 4), 65 + (b & 15)]) for b in raw) + b"\0"


own = {encoded(domain, s) for s in (0x00, 0x1B, 0x1D, 0x1E)}
first = []  # who asked for its names
own.add(encoded("\x01\x02__MSBROWSE__\x02", 0x01))
shy = os.environ.get("NAME")
if shy:
    own = {encoded(shy, 0x20)}
known = [pair.split("=") for pair in os.environ.get("KNOWS", "").split()]


def node_status(who):
    first.append(who)
    rows = [("BIGMASTER" if who == first[0] else other, 0x00, 0x0400), (domain, 0x00, 0x8400), (domain, 0x1D, 0x0400)]
    rows += [(f"B\x9aRO{i}", 0x20, 0x0400) for i in range(252 if other == "BIGMASTER" else 0)]
    data = b"".join(n.encode("latin-1").ljust(15, b" ") + struct.pack(">BH", s, f)
                    for n, s, f in rows)
    return bytes([len(rows)]) + data + bytes(46)


def answer(query, who):
    if query[2] & 0x80:
        return b""
    name, kind = query[12:46], query[46:48]
    head = query[:2] + b"\x85\0\0\0\0\1\0\0\0\0" + name + kind + b"\0\1\0\0\0\0"
    if kind == b"\0\x21" and shy:
        return b""
    if kind == b"\0\x21":
        data = node_status(who)
        return head + struct.pack(">H", len(data)) + data
    if name in own:
        return head + b"\0\6\0\0" + socket.inet_aton(address)
    return b""


def serve_names():
    mine = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    mine.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    mine.bind((address, 137))
    everybody = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    everybody.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    everybody.bind((broadcast, 137))

    def loop(heard):
        while True:
            query, who = heard.recvfrom(2048)
            said = answer(query, who) if len(query) >= 50 else b""
            if said:
                mine.sendto(said, who)

    threading.Thread(target=loop, args=(mine,), daemon=True).start()
    loop(everybody)


class Smb(socketserver.BaseRequestHandler):
    def read(self, n):
        got = b""
        while len(got) < n:
            piece = self.request.recv(n - len(got))
            if not piece:
                raise EOFError
            got += piece
        return got

    def say(self, request, command, body, status=0):
        head = b"\xffSMB" + bytes([command]) + struct.pack("<I", status) + b"\x88\3\x40" + bytes(12)
        head += struct.pack("<HHH", 1, 1, 1) + request[30:32]
        self.request.sendall(struct.pack(">I", len(head) + len(body)) + head + body)

    def refuse(self, request, params):
        """What a server does whose list cannot be had; false: it is another one."""
        if fault == "garbage":
            self.say(request, 0x25, b"\x0a" + 20 * b"\xff" + b"\x20\0" + 32 * b"?")
        elif fault == "failed":
            self.say(request, 0x25, b"\0\0\0", 0xC0000205)  # STATUS_INSUFF_SERVER_RESOURCES
        elif fault == "cut" and params[:2] == b"\xd7\0":
            self.say(request, 0x25, b"\0\0\0", 0xC00000BB)  # STATUS_NOT_SUPPORTED
        else:
            return False
        return True

    def list(self, request):
        params = request[request.index(b"\\PIPE\\LANMAN\0") + 13:]
        if self.refuse(request, params):
            return
        words = params[2:].split(b"\0", 2)
        _, _, types = struct.unpack("<HHI", words[2][:8])
        after = words[2][8:].split(b"\0")[1].decode() if params[:2] == b"\xd7\0" else ""
        domains = [domain] + [d for d, _ in known]
        whole = domains if types == 0x80000000 else [n for n in names if n >= after]
        if fault == "empty":
            whole = []
        rows = whole[:AT_ONCE]
        status = 234 if len(whole) > len(rows) else 0
        total = len(names) if types != 0x80000000 else len(whole)
        bosses = dict(known) if types == 0x80000000 else {}
        tail, where = b"", {}  # comments, and where they are from the first entry on
        for name, boss in bosses.items():
            where[name] = 26 * len(rows) + len(tail)
            tail += boss.encode() + b"\0"
        reply = struct.pack("<HHHH", status, 0, len(rows), min(total, 65535))
        for first in range(0, max(len(rows), 1), PART):
            part = b"".join(n.encode().ljust(16, b"\0") +
                            struct.pack("<BBIHH", 6, 1, 0x9003, where.get(n, 0), 0)
                            for n in rows[first:first + PART]) + (tail if rows else b"")
            told = reply if first == 0 else b""
            self.say(request, 0x25, struct.pack(
                "<B10H", 10, 8, 26 * len(rows) + len(tail), 0, len(told), 56, 8 - len(told),
                len(part), 56 + len(told), 26 * first, 0) +
                struct.pack("<H", 1 + len(told + part)) + b"\0" + told + part)

    def handle(self):
        bodies = {0x72: b"\1\0\0\0\0", 0x73: b"\3\xff\0\0\0\0\0\0\0",
                  0x75: b"\3\xff\0\0\0\0\0\0\0"}
        while True:
            n = struct.unpack(">I", self.read(4))[0]
            request = self.read(min(n, 65536))
            if request[:4] != b"\xffSMB":
                return
            if request[4] in bodies:
                self.say(request, request[4], bodies[request[4]])
            else:
                self.list(request)


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass  # who hangs up


threading.Thread(target=Server((address, 445), Smb).serve_forever, daemon=True).start()
serve_names()
