/* SPDX-License-Identifier: GPL-3.0-or-later */
/* In the order of family, longest prefix, network: a search for each length that there is. */
#include "ldap/subnets.h"

#include <stdlib.h>
#include <string.h>

void
subnets_free(struct subnets *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->items[i].site);
	free(s->items);
	*s = (struct subnets){ 0 };
}

int
subnets_add(struct subnets *s, const struct addr *net, unsigned bits, const char *site,
	struct err *e)
{
	if (!site[0] || s->n == SUBNETS_MAX)
		return 0;
	if (s->n == s->room) {
		size_t room = s->room ? s->room * 2 : 64;
		struct subnet *more = realloc(s->items, room * sizeof(*more));
		if (!more)
			return err_nomem(e);
		s->items = more;
		s->room = room;
	}
	struct subnet *at = &s->items[s->n];
	at->net = *net;
	at->bits = bits;
	if (!(at->site = strdup(site)))
		return err_nomem(e);
	s->n++;
	s->in_order = false;
	return 0;
}

/* Of two of one network always the same is found: sites are in order, too. */
static int
by_length(const void *left, const void *right)
{
	const struct subnet *a = left, *b = right;

	if (a->net.family != b->net.family)
		return a->net.family < b->net.family ? -1 : 1;
	if (a->bits != b->bits)
		return a->bits > b->bits ? -1 : 1;
	int order = addr_cmp(&a->net, &b->net);
	return order ? order : strcmp(a->site, b->site);
}

static void
put_in_order(struct subnets *s)
{
	if (s->in_order || s->n == 0)
		return;
	qsort(s->items, s->n, sizeof(*s->items), by_length);
	s->n_ends = 0;
	for (size_t i = 0; i < s->n; i++) {
		const struct subnet *at = &s->items[i], *next = at + 1;
		if (i + 1 == s->n || at->bits != next->bits ||
			at->net.family != next->net.family)
			s->ends[s->n_ends++] = i + 1;
	}
	s->in_order = true;
}

/* Among those from..to, which are of one length. */
static const struct subnet *
find(const struct subnets *s, size_t from, size_t to, const struct addr *a)
{
	while (from < to) {
		size_t mid = from + (to - from) / 2;
		const struct subnet *at = &s->items[mid];
		if (addr_in_prefix(a, &at->net, at->bits))
			return at;
		if (addr_cmp(a, &at->net) < 0)
			to = mid;
		else
			from = mid + 1;
	}
	return NULL;
}

const char *
subnets_site(struct subnets *s, const struct addr *a)
{
	const struct subnet *found = NULL;
	size_t from = 0;

	put_in_order(s);
	for (size_t i = 0; s->n && i < s->n_ends && !found; from = s->ends[i++])
		if (s->items[from].net.family == a->family)
			found = find(s, from, s->ends[i], a);
	return found ? found->site : NULL;
}
