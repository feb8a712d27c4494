/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * heard.h - how a listener plugs in: what one protocol, overheard, tells of its speaker
 *
 * A listener is a row in heard_table.c: which frames it hears and a function that tells what
 * they say.  It keeps no state and sends nothing; it is given frames that were taken apart
 * and checked already (packet.h).  A frame may tell of several subjects, one after the
 * other:
 *
 *	heard_begin(x, &address);
 *	tell_str(x->tell, "llmnr.name", name);
 *	return heard_end(x, e);
 */
#ifndef SCANNER_HEARD_H
#define SCANNER_HEARD_H

#include "base/err.h"
#include "inventory/tell.h"
#include "scanner/packet.h"

enum heard_kind {
	HEARD_ARP,
	HEARD_NDP,
	HEARD_UDP,  /* data: the datagram */
	HEARD_LLDP, /* data: behind the Ethernet header */
	HEARD_CDP,  /* data: from LLC on */
};

/* An address of this machine and its prefix: who is on the same one is near. */
struct heard_net {
	struct addr addr;
	unsigned bits;
};

/* Where a frame came from. */
struct heard_link {
	const struct heard_net *nets;
	size_t n_nets;
	bool any; /* nothing is known of it (a file): every address may be on it */
};

struct heard_frame {
	const struct heard_link *link;
	struct tell *tell;
	/* Takes what `tell` holds when it is complete: whoever hears. */
	int (*take)(struct heard_frame *, struct err *);

	/* For the listener: */
	const struct packet *p; /* ARP, NDP and UDP; of the others p->ether alone */
	struct rd data;         /* UDP, LLDP, CDP */

	struct packet packet; /* what p points to */
};

struct listener {
	const char *name; /* stable: documentation, tests */
	const char *help; /* one sentence: what is heard and learnt */
	enum heard_kind kind;
	uint16_t ports[3];  /* UDP: to or from one of them; up to the first 0 */
	const char *filter; /* pcap-filter(7) text */
	int (*hear)(struct heard_frame *, struct err *);
};

extern const struct listener *const listeners[]; /* NULL-terminated */

/* Hands a frame to its listener.  -1: a failure of `take`, never what is in the frame. */
int heard_take(struct heard_frame *, const uint8_t *frame, size_t n, struct err *);

/* --- for listeners -------------------------------------------------------------------- */

/* Is it an address of one machine on the link that the frame came from? */
bool heard_is_near(const struct heard_frame *, const struct addr *);
/*
 * Begins to tell of the machine with this address.  One that has a link-local address alone
 * is told by its MAC: the same address may be in use on the next link.
 */
void heard_begin(struct heard_frame *, const struct addr *);
/* The same of the one whose IP packet it is, with its MAC when that is known to be its own.
 * false: it is nobody near. */
bool heard_begin_sender(struct heard_frame *);
/* The MAC by which it is to be had on this link. */
void heard_mac(struct heard_frame *, const struct mac *);
/* Nothing was learnt: nothing is told. */
int heard_end(struct heard_frame *, struct err *);

#endif
