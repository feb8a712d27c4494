/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A list is enough: directories have thousands of subnets, not millions. */
#include "location/sites.h"

#include <stdlib.h>
#include <string.h>

static bool
read_prefix(const char *text, struct addr *net, unsigned *bits)
{
	size_t n = strcspn(text, "/"),
	       digits = text[n] ? strspn(text + n + 1, "0123456789") : 0;
	char ip[ADDR_TEXT_MAX];

	if (n >= sizeof(ip) || digits == 0 || digits > 3 || text[n + 1 + digits])
		return false;
	memcpy(ip, text, n);
	ip[n] = '\0';
	*bits = (unsigned)strtoul(text + n + 1, NULL, 10);
	return addr_parse(ip, net) && *bits <= addr_bits(net->family);
}

static struct site_subnet *
find_same(const struct site_map *m, const struct addr *net, unsigned bits)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->items[i].bits == bits && addr_equal(&m->items[i].net, net))
			return &m->items[i];
	return NULL;
}

static int
grow(struct site_map *m, struct arena *mem, struct err *e)
{
	size_t room = m->room ? 2 * m->room : 16;
	struct site_subnet *items = arena_new_array(mem, struct site_subnet, room);

	if (!items)
		return err_nomem(e);
	if (m->n)
		memcpy(items, m->items, m->n * sizeof(*items));
	m->items = items;
	m->room = room;
	return 0;
}

int
sites_add(struct site_map *m, const char *prefix, const char *site, struct arena *mem,
	struct err *e)
{
	struct site_subnet *at;
	struct addr net;
	unsigned bits;

	if (!read_prefix(prefix, &net, &bits))
		return 0;
	at = find_same(m, &net, bits);
	if (!*site) {
		if (at)
			*at = m->items[--m->n];
		return 0;
	}
	const char *copy = arena_strdup(mem, site);
	if (!copy)
		return err_nomem(e);
	if (at) {
		at->site = copy;
		return 0;
	}
	if (m->n == m->room && grow(m, mem, e) == -1)
		return -1;
	m->items[m->n++] = (struct site_subnet){ net, bits, copy };
	return 0;
}

const struct site_subnet *
sites_find(const struct site_map *m, const struct addr_facts *addresses)
{
	const struct site_subnet *best = NULL;

	for (size_t i = 0; i < m->n; i++)
		for (size_t k = 0; k < addresses->n; k++)
			if (addr_in_prefix(&addresses->items[k], &m->items[i].net,
				    m->items[i].bits) &&
				(!best || m->items[i].bits > best->bits))
				best = &m->items[i];
	return best;
}
