#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A receiver of events.

hook.py PORT FOLDER [CERTIFICATE]
                       keeps message N in FOLDER/N.json and its signature in FOLDER/N.sig;
                       while FOLDER/fail is there it answers 500, while FOLDER/hang is there
                       nothing at all.  With a file that has a certificate and its key it
                       speaks TLS
"""
import http.server
import os
import ssl
import sys
import time

port, folder = int(sys.argv[1]), sys.argv[2]


class Hook(http.server.BaseHTTPRequestHandler):
    taken = 0

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        while os.path.exists(folder + "/hang"):
            time.sleep(0.05)
        if os.path.exists(folder + "/fail"):
            self.send_error(500)
            return
        Hook.taken += 1
        with open(f"{folder}/{Hook.taken}.sig", "w") as f:
            f.write(self.headers.get("X-Muster-Signature", ""))
        with open(f"{folder}/{Hook.taken}.json", "wb") as f:
            f.write(body)
        self.send_response(204)
        self.end_headers()


server = http.server.ThreadingHTTPServer(("", port), Hook)
if len(sys.argv) > 3:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[3])
    server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
