/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * iprange.h - sets of addresses, IPv4 and IPv6 together
 *
 * A set is immutable and lives in an arena: sorted, disjoint, maximal runs of addresses.
 * Text of a set:
 *
 *	192.0.2.7               one address          2001:db8::7
 *	192.0.2.0/24            prefix (RFC 4632 §3.1; host bits are cleared)
 *	192.0.2.10-192.0.2.20   run, both ends in    192.0.2.10-20 is the same
 *	10.0.0-3.1-254          octet ranges; each octet: N, N-M, N,M or '-' or '*' for all
 *	gw.example              a host name: all its addresses
 *	@FILE                   one item a line, '#' comments; may not nest deeper than 8
 *	!ITEM                   take ITEM away; removal wins, whatever the order
 *
 * Items are separated by spaces, commas or newlines (a comma inside an octet list binds to
 * it: "10.0.0.1,5,9").  Canonical output is shortest-prefix text for whole prefixes and
 * a-b otherwise, sorted, comma-separated.
 */
#ifndef IPRANGE_IPRANGE_H
#define IPRANGE_IPRANGE_H

#include "base/addr.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/sb.h"

struct iprange;

struct iprange_run {
	struct addr first, last; /* same family, first <= last */
};

enum {
	IPRANGE_RUNS_MAX = 1 << 20,  /* runs in one set */
	IPRANGE_TEXT_MAX = 16 << 20, /* bytes of one text or file */
};

/* How host names and files are read; either may be NULL: then such an item is an error. */
struct iprange_reader {
	/* Call found for each address of the name. */
	int (*resolve)(void *ctx, const char *name,
		int (*found)(void *arg, const struct addr *, struct err *), void *arg,
		struct err *);
	/* The file's text in arena. */
	int (*read_file)(void *ctx, const char *path, struct arena *, const char **text,
		struct err *);
	void *ctx;
};

/* A reader for files only; the error names the path. */
extern const struct iprange_reader iprange_files;

/*
 * The set that the texts say together.  ERR_ARG names the item (and file:line inside a
 * file) and what is wrong with it.  out: in arena.
 */
int iprange_parse(const char *const *texts, size_t n, const struct iprange_reader *,
	struct arena *, struct iprange **out, struct err *);

/* Runs in any order, overlaps welcome; NULL past the arena's limit or IPRANGE_RUNS_MAX. */
struct iprange *iprange_from_runs(const struct iprange_run *, size_t n, struct arena *);
/* Set algebra; NULL past the arena's limit.  Inputs stay as they are. */
struct iprange *iprange_add(
	const struct iprange *, const struct iprange *, struct arena *);
struct iprange *iprange_subtract(
	const struct iprange *, const struct iprange *, struct arena *);
struct iprange *iprange_intersect(
	const struct iprange *, const struct iprange *, struct arena *);
struct iprange *iprange_prefix(const struct addr *net, unsigned bits, struct arena *);
/* At most max runs (2 at least) that hold the set, and more where the smallest gaps had to be
 * closed for that; the set itself when it has no more. */
struct iprange *iprange_cover(const struct iprange *, size_t max, struct arena *);

bool iprange_is_empty(const struct iprange *);
bool iprange_contains(const struct iprange *, const struct addr *);
size_t iprange_n_runs(const struct iprange *);
struct iprange_run iprange_get_run(const struct iprange *, size_t i);

/* How many; the largest u128 when there are more (all of IPv6 is one more). */
u128 iprange_count(const struct iprange *);
/* The exact number in decimal, for all of IPv6 and IPv4 together too. */
void iprange_print_count(const struct iprange *, struct sb *);
void iprange_print(const struct iprange *, struct sb *);
/* The same, in arena.  NULL: it takes more than limit bytes, or there is no memory. */
const char *iprange_text(const struct iprange *, size_t limit, struct arena *);

/* Position <-> address in sorted order; false when outside, or past iprange_count. */
bool iprange_at(const struct iprange *, u128 position, struct addr *out);
bool iprange_position(const struct iprange *, const struct addr *, u128 *out);

/*
 * A keyed order over 0..n-1: a bijection that looks random, computed per position in O(1)
 * time and memory (Feistel network over SipHash, cycle walking), so that a sweep resumes
 * from a position and nothing more.  The same key and n give the same order everywhere.
 */
struct iprange_order {
	u128 n;
	u128 rows, columns; /* the network's domain: the nearest square that holds n */
	uint64_t key[2];
};

void iprange_order_init(struct iprange_order *, u128 n, const uint8_t key[static 16]);
/* position < n; one beyond is given back as it is. */
u128 iprange_order_at(const struct iprange_order *, u128 position);

#endif
