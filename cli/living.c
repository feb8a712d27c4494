/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pairs of address and port, sorted once at the end. */
#include "cli/living.h"

#include <stdlib.h>
#include <string.h>

static int
add(struct living_set *s, const struct addr *ip, uint16_t port, bool udp, struct err *e)
{
	if (s->n == s->room) {
		size_t room = s->room ? 2 * s->room : 256;
		struct living_seen *more = realloc(s->seen, room * sizeof(*more));
		if (!more)
			return err_nomem(e);
		s->seen = more;
		s->room = room;
	}
	s->seen[s->n++] = (struct living_seen){ .ip = *ip, .port = port, .udp = udp };
	return 0;
}

int
living_add(struct living_set *s, const struct living *l, struct err *e)
{
	int rc = add(s, &l->ip, 0, false, e);

	for (size_t i = 0; i < l->n_ports && rc == 0; i++)
		rc = add(s, &l->ip, l->ports[i], false, e);
	for (size_t i = 0; i < l->n_udp_ports && rc == 0; i++)
		rc = add(s, &l->ip, l->udp_ports[i], true, e);
	return rc;
}

int
living_take(struct living_set *s, const struct observation *o, struct err *e)
{
	const struct fact *tcp = fact_get(o->facts, o->n_facts, "tcp.open");
	const struct fact *udp = fact_get(o->facts, o->n_facts, "udp.open");
	struct living l = { .ip = o->ip };

	if (o->evidence != EVIDENCE_REPLY || !addr_is_set(&o->ip))
		return 0;
	if (tcp) {
		l.ports = tcp->ports.items;
		l.n_ports = tcp->ports.n;
	}
	if (udp) {
		l.udp_ports = udp->ports.items;
		l.n_udp_ports = udp->ports.n;
	}
	return living_add(s, &l, e);
}

static int
by_place(const void *a, const void *b)
{
	const struct living_seen *x = a, *y = b;
	int order = addr_cmp(&x->ip, &y->ip);

	if (order)
		return order;
	if (x->udp != y->udp)
		return x->udp ? 1 : -1;
	return (x->port > y->port) - (x->port < y->port);
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
			continue;
		}
		if (s->seen[i].udp && last->n_udp_ports++ == 0)
			last->udp_ports = ports;
		last->n_ports += !s->seen[i].udp;
		*ports++ = s->seen[i].port;
	}
	return 0;
}

void
living_done(struct living_set *s)
{
	free(s->seen);
	*s = (struct living_set){ .seen = NULL };
}
