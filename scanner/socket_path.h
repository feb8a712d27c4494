/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * socket_path.h - the sweep without packets of its own
 *
 * For loopback, for links without Ethernet, and for everybody without rights:
 * TCP connections that are reset as soon as they stand and never carry a byte, ICMP echo
 * by datagram sockets where net.ipv4.ping_group_range lets us, NetBIOS by a UDP socket.
 */
#ifndef SCANNER_SOCKET_PATH_H
#define SCANNER_SOCKET_PATH_H

#include "scanner/guard.h"
#include "scanner/job.h"

struct socket_path;

/* Opens what must be open before the sandbox (SANDBOX_SOCKETS).  Tells the monitor what
 * cannot be asked this way. */
int socket_path_open(
	struct socket_path **out, struct job *, const struct guard *, struct err *);
/* The waves of WAY_SOCKETS. */
int socket_path_run(struct socket_path *, struct err *);
void socket_path_close(struct socket_path *);

#endif
