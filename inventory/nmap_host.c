/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A host of nmap's as facts, in the order of their keys. */
#include "inventory/nmap_host.h"

#include <stdlib.h>

#include "base/sort.h"

struct facts {
	struct fact *items;
	size_t n;
};

/* The next fact; its type is the table's.  Called in the order of keys. */
static struct fact *
add_fact(struct facts *f, const char *key)
{
	const struct fact_def *def = fact_find(key);
	struct fact *fact = &f->items[f->n++];

	*fact = (struct fact){ .key = def->key, .type = def->type };
	return fact;
}

static void
add_text(struct facts *f, const char *key, const char *text)
{
	if (text)
		add_fact(f, key)->text = text;
}

static void
add_names(struct facts *f, struct nmap_host *h)
{
	if (h->n_names == 0)
		return;
	struct fact *fact = add_fact(f, "dns.ptr");
	fact->texts.items = h->names;
	fact->texts.n = sort_texts(h->names, h->n_names);
}

static int
compare_ports(const void *a, const void *b)
{
	return *(const uint16_t *)a - *(const uint16_t *)b;
}

static void
add_ports(struct facts *f, const char *key, struct nmap_ports *l)
{
	size_t n = 0;

	if (l->n == 0)
		return;
	qsort(l->items, l->n, sizeof(*l->items), compare_ports);
	for (size_t i = 0; i < l->n; i++)
		if (n == 0 || l->items[n - 1] != l->items[i])
			l->items[n++] = l->items[i];
	struct fact *fact = add_fact(f, key);
	fact->ports.items = l->items;
	fact->ports.n = n;
}

size_t
nmap_host_facts(struct nmap_host *h, struct fact out[static NMAP_FACTS_MAX])
{
	struct facts facts = { out, 0 }, *f = &facts;

	add_names(f, h);
	if (h->echo)
		add_fact(f, "icmp.echo")->num = true;
	if (h->has_mac)
		add_fact(f, "mac")->mac = h->mac;
	if (h->has_mac && h->onlink)
		add_fact(f, "mac.onlink")->num = true;
	add_text(f, "mac.vendor", h->vendor);
	add_text(f, "netbios.domain",
		h->nbstat_domain ? h->nbstat_domain : h->smb_domain);
	add_text(f, "netbios.name", h->nbstat_name ? h->nbstat_name : h->smb_name);
	add_text(f, "smb.dns_name", h->dns_name);
	add_ports(f, "tcp.closed", &h->ports[NMAP_TCP_CLOSED]);
	add_ports(f, "tcp.open", &h->ports[NMAP_TCP_OPEN]);
	add_ports(f, "udp.closed", &h->ports[NMAP_UDP_CLOSED]);
	add_ports(f, "udp.open", &h->ports[NMAP_UDP_OPEN]);
	return f->n;
}
