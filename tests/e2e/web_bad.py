#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers that misbehave, one a port, until it is killed.

web_bad.py PORT=WAY...    the ways are the functions below; prints "ready" once all listen
"""
import os
import socket
import sys
import threading
import time

SLOW = 0.5  # seconds between two bytes


def silent(s):
    """Says nothing at all."""
    while s.recv(4096):
        pass


def slow_http(s):
    """A right answer, two bytes a second."""
    for byte in b"HTTP/1.1 200 OK\r\nServer: slow\r\n" + b"X: y\r\n" * 1000:
        s.sendall(bytes([byte]))
        time.sleep(SLOW)


def endless_lines(s):
    """Lines, but never the one that is waited for."""
    while True:
        s.sendall(b"Welcome, please wait\r\n" * 100)


def endless_ident(s):
    """An identification without an end."""
    s.sendall(b"SSH-2.0-")
    while True:
        s.sendall(b"x" * 4096)


def endless_head(s):
    """A head that goes on and on."""
    s.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        s.sendall(b"X-Field: y\r\n" * 100)


def endless_body(s):
    """A page without a title and without an end."""
    s.sendall(b"HTTP/1.1 200 OK\r\nServer: endless\r\n\r\n")
    while True:
        s.sendall(b"<p>" * 1000)


def garbage(s):
    """Random bytes."""
    s.recv(4096)
    for _ in range(64):
        s.sendall(os.urandom(1024))


def tls_garbage(s):
    """A ServerHello that is none."""
    s.recv(4096)
    s.sendall(b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc" + os.urandom(16380))
    s.recv(4096)


def tls_slow(s):
    """The head of a TLS record, two bytes a second."""
    s.recv(4096)
    for byte in b"\x16\x03\x03\x40\x00" + bytes(1000):
        s.sendall(bytes([byte]))
        time.sleep(SLOW)


def ldap_huge(s):
    """A message that says it is 2 GiB long."""
    s.recv(4096)
    s.sendall(b"\x30\x84\x7f\xff\xff\xff" + b"\x02" * 100)
    s.recv(4096)


def closes(s):
    """Hangs up."""
    s.recv(4096)  # what is left unread would make it a reset


def resets(s):
    """The same by a reset."""
    s.recv(1)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def one(way, s):
    try:
        way(s)
    except OSError:
        pass  # the other side has had enough
    finally:
        s.close()


def serve(listener, way):
    while True:
        s, _ = listener.accept()
        threading.Thread(target=one, args=(way, s), daemon=True).start()


def main():
    for word in sys.argv[1:]:
        port, way = word.split("=")
        listener = socket.create_server(("", int(port)), backlog=64)
        threading.Thread(
            target=serve, args=(listener, globals()[way]), daemon=True
        ).start()
    print("ready", flush=True)
    threading.Event().wait()


main()
