/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The probes there are, and what they have in common.  A new probe is one line here. */
#include "scanner/probe.h"

#include <string.h>

#define PROBES(X) \
	X(arp) X(ndp) X(icmp_echo) X(icmp_timestamp) X(tcp_syn) X(nbns) X(mdns) X(snmp)

#define DECLARE(p) extern const struct probe probe_##p;
#define ADDRESS(p) &probe_##p,

PROBES(DECLARE)

const struct probe *const probes[] = { PROBES(ADDRESS) NULL };

const struct probe *
probe_find(const char *name)
{
	for (size_t i = 0; probes[i]; i++)
		if (strcmp(probes[i]->name, name) == 0)
			return probes[i];
	return NULL;
}

bool
probe_speaks(const struct probe *p, enum addr_family family)
{
	unsigned bit = family == ADDR_IP6 ? PROBE_IP6 : PROBE_IP4;

	return p->families == 0 || p->families & bit;
}

const struct probe *
probe_of_link(enum addr_family family)
{
	size_t i = 0;

	while (!(probes[i]->use & USE_ONLINK) || !probe_speaks(probes[i], family))
		i++;
	return probes[i];
}

void
probe_write_ip(
	struct wr *w, const struct path *path, const struct ip *ip, size_t payload)
{
	struct ether ether = { path->dst_mac, path->src_mac,
		ip->dst.family == ADDR_IP6 ? ETHER_IP6 : ETHER_IP4 };

	ether_write(w, &ether);
	ip_write(w, ip, payload);
}

static struct fact *
add(struct facts *f, const char *key, enum fact_type type)
{
	struct fact *new = &f->items[f->n];

	*new = (struct fact){ .key = key, .type = type };
	if (f->n < FACTS_MAX - 1)
		f->n++;
	return new;
}

void
facts_add_bool(struct facts *f, const char *key, bool yes)
{
	add(f, key, FACT_BOOL)->num = yes;
}

void
facts_add_int(struct facts *f, const char *key, int64_t n)
{
	add(f, key, FACT_INT)->num = n;
}

void
facts_add_mac(struct facts *f, const char *key, const struct mac *mac)
{
	add(f, key, FACT_MAC)->mac = *mac;
}

void
facts_add_port(struct facts *f, const char *key, uint16_t port)
{
	struct fact *new = add(f, key, FACT_PORTS);

	f->port = port;
	new->ports.items = &f->port;
	new->ports.n = 1;
}

void
facts_add_text(struct facts *f, const char *key, const char *text)
{
	add(f, key, FACT_TEXT)->text = text;
}

void
facts_add_texts(struct facts *f, const char *key, const char *const *texts, size_t n)
{
	struct fact *new = add(f, key, FACT_TEXTS);

	new->texts.items = texts;
	new->texts.n = n;
}

void
facts_add_foreign(struct facts *f, const char *key, struct rd text)
{
	char *copy = f->text[f->n]; /* each fact has its own */

	if (foreign_text(copy, text))
		facts_add_text(f, key, copy);
}

void
facts_sort(struct facts *f)
{
	for (size_t i = 1; i < f->n; i++)
		for (size_t j = i;
			j > 0 && strcmp(f->items[j - 1].key, f->items[j].key) > 0; j--) {
			struct fact swap = f->items[j];
			f->items[j] = f->items[j - 1];
			f->items[j - 1] = swap;
		}
}
