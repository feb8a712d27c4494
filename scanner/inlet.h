/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * inlet.h - the frames that come in on one link
 *
 * Two kinds.  The ring (libpcap) holds most and hands over many frames at once; but the kernel
 * waits for all processors before it gives one, 8 to 20 ms, and again a few ms before it hands
 * over a block that is not full.  The socket is there at once and so is every frame; it holds
 * as many as it has buffer, each copied, which is enough for a sweep of some thousand
 * addresses.
 *
 * Opening needs CAP_NET_RAW, reading nothing and no call but those of SANDBOX_PACKETS.
 */
#ifndef SCANNER_INLET_H
#define SCANNER_INLET_H

#include "host/net.h"
#include "scanner/port.h"

struct inlet_input {
	const struct host_link *link; /* Ethernet */
	const char *filter;           /* pcap-filter(7) text */
	bool promiscuous;             /* the ring alone */
	int ring;                     /* its bytes */
	uint64_t replies;             /* that the socket has to hold */
	struct clock *clock;
};

struct inlet {
	const struct inlet_driver *driver;
	const char *name; /* of the link */
	int fd;           /* to wait on; a packet(7) socket */
	uint64_t dropped; /* as far as the kernel was asked */
};

struct inlet_driver {
	/* Hands over all that are there, some thousand at most. */
	int (*read)(struct inlet *, port_heard *, void *arg, struct err *);
	void (*close)(struct inlet *);
};

enum { INLET_FRAMES = 4096 }; /* heard before anything else has its turn */

int inlet_ring_open(struct inlet **out, const struct inlet_input *, struct err *);
/* *out NULL and 0: there is no socket with so much room, or nothing keeps our own frames out
 * of it. */
int inlet_socket_open(struct inlet **out, const struct inlet_input *, struct err *);
/* Would that be tried? */
bool inlet_socket_suits(uint64_t replies);

#endif
