#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""windows.py ADDRESS CERTIFICATE DATA LOG - what Windows says to whom it does not know

Plays SMB 3 and Remote Desktop of a Windows 11 in a domain, up to its NTLM challenge.
CERTIFICATE: PEM, with its key.  DATA: tests/data, whose bytes are built after the
specifications, for no Windows can run in the lab.  LOG: a line for each message that came;
"more" is one that nobody may send, for it would be credentials.
"""
import socket
import socketserver
import ssl
import struct
import sys
import threading

address, certificate, data, log_name = sys.argv[1:]
PATIENCE = 10  # seconds that a client may be silent
CHOSE_CREDSSP = bytes.fromhex("030000130ed00000123400020008000200" "0000")


def read_hex(name):
    with open(f"{data}/{name}.hex", encoding="utf-8") as f:
        return bytes.fromhex("".join(line for line in f if not line.startswith("#")))


def log(words):
    with open(log_name, "a", encoding="utf-8") as f:
        f.write(words + "\n")


def read(connection, n):
    got = b""
    while len(got) < n:
        piece = connection.recv(n - len(got))
        if not piece:
            raise EOFError
        got += piece
    return got


def read_der(connection):
    head = read(connection, 2)
    if head[1] >= 0x80:
        head += read(connection, head[1] & 0x7F)
    n = head[1] if head[1] < 0x80 else int.from_bytes(head[2:], "big")
    return head + read(connection, min(n, 65536))


class Smb(socketserver.BaseRequestHandler):
    def handle(self):
        answers = {0: "smb2/windows_negotiate", 1: "smb2/windows_challenge"}
        self.request.settimeout(PATIENCE)
        asked = set()
        while True:
            n = int.from_bytes(read(self.request, 4), "big")
            message = read(self.request, min(n, 65536))
            if message[:4] != b"\xfeSMB":
                log("smb1")
                # As a Windows that no longer speaks it: no word, and a reset.
                reset = struct.pack("ii", 1, 0)
                self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
                self.request.close()
                return
            command = int.from_bytes(message[12:14], "little")
            log(f"smb2 {command}" if command not in asked else "smb2 more")
            asked.add(command)
            if command not in answers:
                return
            self.request.sendall(read_hex(answers[command]))


class Rdp(socketserver.BaseRequestHandler):
    def handle(self):
        self.request.settimeout(PATIENCE)
        head = read(self.request, 4)
        read(self.request, int.from_bytes(head[2:], "big") - 4)
        log("rdp request")
        self.request.sendall(CHOSE_CREDSSP)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        with context.wrap_socket(self.request, server_side=True) as tls:
            read_der(tls)
            log("rdp credssp")
            tls.sendall(read_hex("rdp/windows_challenge"))
            read_der(tls)
            log("rdp more")


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass  # who hangs up early, as scanners do


threading.Thread(target=Server((address, 445), Smb).serve_forever, daemon=True).start()
Server((address, 3389), Rdp).serve_forever()
