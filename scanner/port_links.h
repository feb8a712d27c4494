/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * port_links.h - the port over links of this machine
 *
 * Listens by an inlet for each link (inlet.h), with a filter in the kernel for exactly the
 * replies expected and room that is sized on purpose; sends by packet sockets of its own, in
 * batches, past the queueing discipline.  A bound UDP socket keeps the kernel from answering replies to UDP
 * questions with "port unreachable".  Needs CAP_NET_RAW to open, nothing afterwards.
 */
#ifndef SCANNER_PORT_LINKS_H
#define SCANNER_PORT_LINKS_H

#include "base/arena.h"
#include "host/net.h"
#include "scanner/port.h"

struct port_links_input {
	const struct host_link *const *links; /* Ethernet; their order numbers them */
	size_t n_links;
	const char *filter; /* pcap-filter(7) text of the replies */
	uint64_t replies;   /* at most so many: few need no ring */
	bool only_hear;   /* no sockets to send by, and groups of all kinds are heard */
	bool promiscuous; /* what is addressed to others, too */
	struct clock *clock;
};

/* ERR_AUTH: no right to; ERR_SYS, ERR_ARG: a link or the filter. */
int port_links_open(const struct port_links_input *, struct port **out,
	uint16_t *udp_port, struct err *);

#endif
