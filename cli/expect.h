/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * expect.h - who should be found by a sweep, because others know of them, and who was
 *
 * A sweep measures its recall by those who answer.  What that cannot show is a part of the
 * network that never answers: others, who learned of it in another way, can.
 *
 *	neighbours	addresses with a MAC in the kernel's neighbour table
 *	store		devices with a current address that was listed, heard or replied in
 *			its lifetime, as the store knew before the sweep
 *	snmp-arp	addresses with a MAC in the ARP tables that routers told by SNMP
 *			while they were asked who they are; there is none without them
 *
 * Only targets count, own addresses do not.  Only a reply is an answer: what something else
 * says for an address (weak) is none.  A sweep that goes on counts the answers of those that
 * it continues.
 */
#ifndef CLI_EXPECT_H
#define CLI_EXPECT_H

#include "cli/population.h"
#include "db/store.h"
#include "host/net.h"
#include "inventory/source.h"
#include "iprange/iprange.h"

/* The code of the reason that somebody is missing. */
extern const char expect_reason[];

struct expect_input {
	const struct iprange *targets;
	const struct host_net *net; /* as it was before the sweep */
	struct store *store;        /* NULL: neighbours only */
	const char *site, *run;     /* begun in the store */
};

enum { EXPECT_NEIGHBOURS, EXPECT_STORE, EXPECT_POPULATIONS };

/* Zeroed, it expects nobody. */
struct expect {
	struct expect_input in;
	struct population populations[EXPECT_POPULATIONS];
	size_t n_populations;
	struct population arp, replied; /* told of, and who answered, meanwhile */
	struct population_report reports[EXPECT_POPULATIONS + 1];
	size_t n_reports; /* after expect_judge */
};

/* Before anything is heard.  After a failure nobody is expected. */
int expect_begin(struct expect *, const struct expect_input *, struct err *);
void expect_done(struct expect *);
void expect_found(struct expect *, const struct addr *);
/* What a conversation said of another address; what says nothing here is passed over. */
void expect_told(struct expect *, const struct observation *);
/* After all was stored: the reports, and a reason for each that misses somebody.  mem: for
 * their text. */
int expect_judge(struct expect *, struct monitor *, struct arena *mem, struct err *);

#endif
