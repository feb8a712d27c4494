/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pairs of address and port, sorted once at the end. */
#include "cli/living.h"

#include <stdlib.h>
#include <string.h>

static int
add(struct living_set *s, const struct addr *ip, uint16_t port, struct err *e)
{
	if (s->n == s->room) {
		size_t room = s->room ? 2 * s->room : 256;
		struct living_seen *more = realloc(s->seen, room * sizeof(*more));
		if (!more)
			return err_nomem(e);
		s->seen = more;
		s->room = room;
	}
	s->seen[s->n++] = (struct living_seen){ .ip = *ip, .port = port };
	return 0;
}

int
living_add(struct living_set *s, const struct addr *ip, const uint16_t *ports, size_t n,
	struct err *e)
{
	int rc = add(s, ip, 0, e);

	for (size_t i = 0; i < n && rc == 0; i++)
		rc = add(s, ip, ports[i], e);
	return rc;
}

int
living_take(struct living_set *s, const struct observation *o, struct err *e)
{
	const struct fact *open = fact_get(o->facts, o->n_facts, "tcp.open");

	if (o->evidence != EVIDENCE_REPLY || !addr_is_set(&o->ip))
		return 0;
	return living_add(s, &o->ip, open ? open->ports.items : NULL,
		open ? open->ports.n : 0, e);
}

static int
by_place(const void *a, const void *b)
{
	const struct living_seen *x = a, *y = b;
	int order = addr_cmp(&x->ip, &y->ip);

	return order ? order : (x->port > y->port) - (x->port < y->port);
}

/* Sorted, without repetitions; how many hosts and ports they are. */
static size_t
tidy(struct living_set *s)
{
	size_t kept = 0, hosts = 0;

	if (s->n)
		qsort(s->seen, s->n, sizeof(*s->seen), by_place);
	for (size_t i = 0; i < s->n; i++) {
		if (kept && by_place(&s->seen[kept - 1], &s->seen[i]) == 0)
			continue;
		s->seen[kept++] = s->seen[i];
		hosts += s->seen[i].port == 0; /* each host has one such */
	}
	s->n = kept;
	return hosts;
}

int
living_list(struct living_set *s, struct arena *mem, const struct living **out,
	size_t *n, struct err *e)
{
	size_t hosts = tidy(s);
	struct living *list = arena_new_array(mem, struct living, hosts + 1);
	uint16_t *ports = arena_new_array(mem, uint16_t, s->n - hosts + 1);
	struct living *last = list;

	if (!list || !ports)
		return err_nomem(e);
	*out = list;
	*n = hosts;
	for (size_t i = 0; i < s->n; i++) {
		if (s->seen[i].port == 0) {
			last = list++;
			*last = (struct living){ .ip = s->seen[i].ip, .ports = ports };
		} else {
			*ports++ = s->seen[i].port;
			last->n_ports++;
		}
	}
	return 0;
}

void
living_done(struct living_set *s)
{
	free(s->seen);
	*s = (struct living_set){ .seen = NULL };
}
