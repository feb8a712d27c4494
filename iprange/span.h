/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * span.h - what the files of this folder share: runs as numbers, and lists of them
 *
 * A set keeps its runs as numbers, IPv4 before IPv6, with the count of addresses before
 * each run, so that a position is found by one binary search.  Nobody outside iprange/
 * includes this.
 */
#ifndef IPRANGE_SPAN_H
#define IPRANGE_SPAN_H

#include "iprange/iprange.h"

#define U128_MAX (~(u128)0)

struct span {
	u128 first, last; /* first <= last */
};

struct iprange {
	size_t n4, n;             /* spans[0..n4) are IPv4, spans[n4..n) IPv6 */
	const struct span *spans; /* each family sorted, disjoint, not adjacent */
	const u128 *before; /* addresses in front of each span; U128_MAX: too many */
	u128 count;         /* U128_MAX: that many or more */
};

/* Host bits are cleared (RFC 4632 §3.1); bits within the family's. */
struct span span_of_prefix(const struct addr *net, unsigned bits);

/* A growing list of one family, on the heap; any order, overlaps welcome. */
struct span_list {
	struct span *items;
	size_t n, room;
	size_t n_compact; /* of them, in front: sorted, disjoint, not adjacent */
};

/* Both: ERR_ARG past IPRANGE_RUNS_MAX separate spans. */
int span_list_add(struct span_list *, struct span, struct err *);
int span_list_compact(
	struct span_list *, struct err *); /* sorted, disjoint, not adjacent */
void span_list_done(struct span_list *);

/* Which addresses stay, by whether they are in a and in b. */
enum span_op { SPAN_ADD, SPAN_SUBTRACT, SPAN_INTERSECT };

/* out: room for n_a + n_b spans, not overlapping a or b.  Returns how many it used. */
size_t span_combine(enum span_op, const struct span *a, size_t n_a,
	const struct span *b, size_t n_b, struct span *out);
/* Compacts the lists: [0] IPv4, [1] IPv6.  out: in arena. */
int iprange_from_lists(struct span_list lists[static 2], struct arena *,
	struct iprange **out, struct err *);

#endif
