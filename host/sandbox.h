/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sandbox.h - giving up everything a worker does not need, before the first byte from the
 * network is parsed
 *
 * Afterwards: no capability in any set (the bounding set too), no-new-privs, and a seccomp
 * filter that lets through an allow-list of system calls; anything else fails with EPERM.
 * Open descriptors stay usable.  There is no way back.
 *
 * Enter before any other thread starts: rights and filters belong to a thread.  Without
 * CAP_SETPCAP (a service that was given CAP_NET_RAW alone) the bounding set stays as it is;
 * no-new-privs makes it useless.  AddressSanitizer builds let a little more through, and
 * sandbox.c says what and why.
 */
#ifndef HOST_SANDBOX_H
#define HOST_SANDBOX_H

#include "base/err.h"

#include <stdbool.h>

enum sandbox_profile {
	SANDBOX_PACKETS, /* only descriptors that are open now; no open, no socket, no exec */
	SANDBOX_SOCKETS, /* also new IPv4/IPv6 stream and datagram sockets, connect and bind;
			  * never raw or packet sockets */
	SANDBOX_LIBRARIES, /* also threads, files to read and code of files, local and route
			    * sockets: for libraries that find out by themselves what they need
			    * (libldap with Kerberos and TLS).  Nothing is written or started */
	SANDBOX_PROCESSES, /* also processes of its own, which may enter a narrower one, and
			    * folders for Samba's libraries; no other program, ever */
};

int sandbox_enter(enum sandbox_profile, struct err *);

/*
 * For a supervisor, which opens files and starts programs: no-new-privs, and no system call that
 * changes the machine or looks into other processes (modules, mounts, namespaces, clock, bpf,
 * ptrace …), here or in whatever it starts.  There is no way back.  *done false: it was left as
 * it is, for the program has its right to packets from its file (setcap), and those that it
 * starts would lose theirs.
 */
int sandbox_give_up_machine(bool *done, struct err *);

/* May this process open packet sockets (effective CAP_NET_RAW)? */
bool sandbox_may_capture(void);

#endif
