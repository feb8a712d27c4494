#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""many_bad.py ADDRESS - answers with as many records as a message can hold

DNS at port 53: ADDRESS has one name, which has 4,000 addresses besides ADDRESS itself, the last;
any other address has 1,700 names.  (A message ends at 64 KiB: 10,000 do not fit into one.)
mDNS at port 5353: 4,000 addresses for each question.  Prints "ready".
"""
import socket
import struct
import sys
import threading

own = sys.argv[1]
PTR, A, IN = 12, 1, 1
ANSWER, TRUNCATED = 0x8580, 0x8780


def record(kind, data):
    """Of the name in the question: RFC 1035 §4.1.4."""
    return struct.pack("!HHHIH", 0xC00C, kind, IN, 60, len(data)) + data


def labels(name):
    return b"".join(bytes([len(p)]) + p.encode() for p in name.split(".")) + b"\0"


addresses = [record(A, struct.pack("!I", 0xC6140000 + i)) for i in range(4000)]
addresses.append(record(A, socket.inet_aton(own)))
name = [record(PTR, labels("many.lab.example"))]
names = [record(PTR, labels(f"{i:05d}.many.lab.example")) for i in range(1700)]
reverse = labels(".".join(reversed(own.split("."))) + ".in-addr.arpa")


def answer(message, room):
    """All of it; where there is no room, that it is truncated."""
    end = message.index(b"\0", 12) + 5
    question = message[12:end]
    kind = int.from_bytes(question[-4:-2], "big")
    records = addresses if kind not in (PTR, 28) else []
    if kind == PTR:
        records = name if question[:-4] == reverse else names
    said = question + b"".join(records)
    flags, n = ANSWER, len(records)
    if 12 + len(said) > room:
        said, flags, n = question, TRUNCATED, 0
    return message[:2] + struct.pack("!HHHHH", flags, 1, n, 0, 0) + said


def datagrams(port, room):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind((own, port))
    while True:
        message, peer = s.recvfrom(65536)
        s.sendto(answer(message, room), peer)


def stream(s):
    with s:
        while len(size := s.recv(2, socket.MSG_WAITALL)) == 2:
            said = answer(s.recv(int.from_bytes(size, "big"), socket.MSG_WAITALL), 65535)
            s.sendall(struct.pack("!H", len(said)) + said)


listener = socket.create_server((own, 53))
threading.Thread(target=datagrams, args=(53, 512), daemon=True).start()
threading.Thread(target=datagrams, args=(5353, 65507), daemon=True).start()
print("ready", flush=True)
while True:
    threading.Thread(target=stream, args=(listener.accept()[0],), daemon=True).start()
