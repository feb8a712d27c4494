/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/device_place.h"

#include <string.h>

static const char *
text_of(const struct device *d, const char *key)
{
	const struct device_field *f = device_field(d, key);

	if (!f)
		return NULL;
	if (f->fact.type == FACT_TEXT)
		return f->fact.text;
	return f->fact.type == FACT_TEXTS && f->fact.texts.n ? f->fact.texts.items[0]
							     : NULL;
}

/* "ws1.corp.example" is in corp.example. */
static int
take_domain(
	const struct device *d, struct place_facts *f, struct arena *mem, struct err *e)
{
	static const char *const keys[] = { "ad.dns_name", "smb.dns_name", "dns.fqdn" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const char *name = text_of(d, keys[i]),
			   *dot = name ? strchr(name, '.') : NULL;
		if (!dot)
			continue;
		f->dns_domains.known = true;
		return text_facts_add(&f->dns_domains, dot + 1, strlen(dot + 1), mem, e);
	}
	return 0;
}

int
device_place(const struct device *d, const struct site_map *sites, struct arena *mem,
	struct place_facts *f, struct err *e)
{
	*f = (struct place_facts){ .ad_site = NULL };
	for (size_t i = 0; i < d->n_addrs; i++)
		if (d->addrs[i].current)
			addr_facts_add(&f->addresses, &d->addrs[i].ip);
	f->addresses.known = f->addresses.n > 0;
	const struct site_subnet *at = sites_find(sites, &f->addresses);
	/* Else as the poll that told of it had it. */
	f->ad_site = at ? at->site : text_of(d, "ad.site");
	return take_domain(d, f, mem, e);
}
