#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""ad_cut.py LISTEN SERVER BYTES [PID] - passes LDAP on, and goes away after so many bytes

With PID it stays, and that process is killed, which is the server.  BYTES 0 accepts, tells that
here, and says nothing; "once" does so after the first connection, which is passed on whole.  Ends
with its parent's namespace.
"""
import os
import signal
import socket
import sys
import threading

listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind((sys.argv[1], 389))
listener.listen(8)
once = sys.argv[3] == "once"
left = 1 << 40 if once else int(sys.argv[3])
silent, held = left == 0, []


def up(client, server):
    try:
        while data := client.recv(65536):
            server.sendall(data)
    except OSError:
        pass


print("ready", flush=True)
while True:
    client, _ = listener.accept()
    if silent:
        held.append(client)
        print("held", flush=True)
        continue
    server = socket.create_connection((sys.argv[2], 389))
    threading.Thread(target=up, args=(client, server), daemon=True).start()
    while left > 0 and (data := server.recv(min(left, 65536))):
        client.sendall(data)
        left -= len(data)
    if len(sys.argv) > 4:
        os.kill(int(sys.argv[4]), signal.SIGKILL)
        while data := server.recv(65536):
            client.sendall(data)
    try:
        client.shutdown(socket.SHUT_RDWR)
    except OSError:  # it went first
        pass
    client.close()
    server.close()
    silent = once
    if left <= 0:
        listener.close()
        break
