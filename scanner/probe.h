/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * probe.h - how a probe plugs into the sweep: one packet that asks one thing
 *
 * A probe is a const descriptor in a file of its own and one line in probe_table.c.  It
 * keeps no state: what it needs to know its reply by is in the token of the shot, and the
 * reply brings that back.
 */
#ifndef SCANNER_PROBE_H
#define SCANNER_PROBE_H

#include "base/foreign.h"
#include "inventory/fact.h"
#include "scanner/cookie.h"
#include "scanner/group.h"
#include "scanner/packet.h"

/* How a question leaves this machine. */
struct path {
	struct mac src_mac, dst_mac; /* dst_mac: of the next hop or the target itself */
	struct addr src;
	uint16_t udp_port;
};

/* One question to one address. */
struct shot {
	struct addr dst;
	uint16_t port;      /* host order; 0 when the probe has none */
	uint8_t variant;    /* of several questions that differ in their secret alone */
	const char *secret; /* asking: which lets us ask; NULL: nothing; never shown */
	uint64_t token;     /* cookie_token() of dst, the probe's proto, and port */
};

enum verdict {
	NOT_MINE,
	REPLY,   /* the target itself answered */
	REFUSAL, /* an ICMP error about the question: a reason, never a sign of life */
};

/* What a reply tells, in any order; the text in it lives as long as the packet or here. */
enum {
	FACTS_MAX = 8,
	FACTS_NAMES_MAX = 255, /* of a NetBIOS node status */
	FACTS_NAME_SIZE = 64,
	FACTS_TEXT_SIZE = FOREIGN_TEXT_MAX,
};

struct facts {
	struct fact items[FACTS_MAX];
	size_t n;
	uint16_t port; /* what a one-port set points to */
	char text[FACTS_MAX][FACTS_TEXT_SIZE];
	char names[FACTS_NAMES_MAX][FACTS_NAME_SIZE];
	const char *name_list[FACTS_NAMES_MAX];
};

void facts_add_bool(struct facts *, const char *key, bool);
void facts_add_int(struct facts *, const char *key, int64_t);
void facts_add_mac(struct facts *, const char *key, const struct mac *);
void facts_add_port(struct facts *, const char *key, uint16_t); /* once for each facts */
void facts_add_text(struct facts *, const char *key, const char *borrowed);
void facts_add_texts(
	struct facts *, const char *key, const char *const *borrowed, size_t n);
/* What a stranger sent as text, by foreign_text().  Nothing left: no fact. */
void facts_add_foreign(struct facts *, const char *key, struct rd text);
void facts_sort(struct facts *); /* by key, as an observation wants them */

enum probe_use {
	USE_ONLINK = 1, /* finds who is on the link */
	USE_ROUTED = 2, /* finds who is behind a next hop */
	USE_LIVING = 4, /* asked of those that were found */
};

enum probe_family {
	PROBE_IP4 = 1,
	PROBE_IP6 = 2,
};

enum {
	PROBE_VARIANTS_MAX = 8, /* secrets of one probe */
	PROBE_SECRET_MAX = 64,  /* bytes of one */
};

struct probe {
	const char *name;   /* stable: command line, coverage, documentation */
	const char *help;   /* one sentence */
	const char *sends;  /* what reaches the target, for people: no more, no less */
	const char *filter; /* pcap-filter(7) text of its replies; NULL: none */
	uint8_t families;   /* enum probe_family: whom it can ask; 0: everybody */
	enum ask_kind kind; /* what its answers are judged together with (group.h) */
	uint8_t proto;      /* IP protocol, goes into the token; 0 for ARP, NDP */
	uint16_t port;      /* the one port it asks; 0: none, or as chosen */
	bool chosen_ports;  /* asked once for each port of the sweep */
	bool secrets;       /* asked once for each secret configured; never without */
	unsigned use;       /* enum probe_use */
	unsigned use_named; /* beside that, when it is chosen by its name */
	/* The whole frame from the Ethernet header on. */
	void (*build)(struct wr *, const struct path *, const struct shot *);
	/* Fills dst and port of who unless NOT_MINE. */
	enum verdict (*match)(
		const struct cookie *, const struct packet *, struct shot *who);
	/* The facts of a packet that match() called a reply. */
	void (*observe)(const struct packet *, const struct shot *, struct facts *);

	/* Is this frame, which we sent, its question?  Fills variant.  NULL: proto and port
	 * say it. */
	bool (*asks)(const struct packet *, struct shot *who);

	/* Probes by UDP: the datagram alone (probe_udp.h), and whether another is its
	 * answer.  who: dst, port and token are known; fills variant. */
	void (*write)(struct wr *, const struct shot *);
	bool (*proves)(struct rd datagram, struct shot *who);
};

enum { FRAME_MAX = 192 }; /* bytes of the largest frame that a probe builds */

extern const struct probe *const probes[];        /* NULL-terminated */
const struct probe *probe_find(const char *name); /* NULL: unknown */
bool probe_speaks(const struct probe *, enum addr_family);
/* Of those that find out who is on the link, the one for this family. */
const struct probe *probe_of_link(enum addr_family);

/* Ethernet and IP headers of a question; the payload follows. */
void probe_write_ip(struct wr *, const struct path *, const struct ip *, size_t payload);

#endif
