/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See refused.h. */
#include "scanner/refused.h"

#include <stdlib.h>

enum { PORTS_MAX = 4096 }; /* in one observation: FACT_ITEMS_LIMIT */

void
refused_free(struct refused *r)
{
	free(r->items);
	*r = (struct refused){ .items = NULL };
}

int
refused_add(struct refused *r, const struct refused_port *one, int64_t at_us,
	bool *full, struct err *e)
{
	if (r->n == r->room) {
		size_t room = r->room ? 2 * r->room : 256;
		struct refused_port *more = reallocarray(r->items, room, sizeof(*more));
		if (!more)
			return err_nomem(e);
		r->items = more;
		r->room = room;
	}
	r->items[r->n++] = *one;
	r->at_us = at_us;
	*full = r->n == REFUSED_MAX;
	return 0;
}

static int
by_target(const void *a, const void *b)
{
	const struct refused_port *x = a, *y = b;

	if (x->target != y->target)
		return x->target < y->target ? -1 : 1;
	if (x->weak != y->weak)
		return x->weak ? 1 : -1;
	return (x->port > y->port) - (x->port < y->port);
}

int
refused_tell(struct refused *r,
	int (*tell)(void *arg, uint32_t target, bool weak, const uint16_t *ports,
		size_t n, struct err *),
	void *arg, struct err *e)
{
	uint16_t ports[PORTS_MAX];
	size_t n = 0;

	if (r->n)
		qsort(r->items, r->n, sizeof(*r->items), by_target);
	for (size_t i = 0; i < r->n; i++) {
		const struct refused_port *p = &r->items[i], *next = p + 1;
		ports[n++] = p->port;
		bool more = i + 1 < r->n && next->target == p->target &&
			next->weak == p->weak && n < PORTS_MAX;
		if (more)
			continue;
		if (tell(arg, p->target, p->weak, ports, n, e) == -1)
			return -1;
		n = 0;
	}
	r->n = 0;
	return 0;
}
