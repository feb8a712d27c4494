/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nmap's XML, in pieces: whatever comes, each observation keeps the rules of the record. */
#include "inventory/nmap_xml.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool ok)
{
	if (!ok)
		abort();
}

static void
check_fact(const struct fact *f)
{
	const struct fact_def *def = fact_find(f->key);

	must(def && def->type == f->type);
	if (f->type == FACT_TEXT)
		must(*f->text && strlen(f->text) <= FACT_TEXT_LIMIT);
	if (f->type == FACT_PORTS)
		must(f->ports.n > 0 && f->ports.n <= FACT_ITEMS_LIMIT &&
			f->ports.items[0] > 0);
	for (size_t i = 1; f->type == FACT_PORTS && i < f->ports.n; i++)
		must(f->ports.items[i - 1] < f->ports.items[i]);
	for (size_t i = 1; f->type == FACT_TEXTS && i < f->texts.n; i++)
		must(strcmp(f->texts.items[i - 1], f->texts.items[i]) < 0);
}

static int
take(struct sink *sink, const struct observation *o, struct err *e)
{
	(void)sink;
	(void)e;
	must(o->at > 0 && addr_is_set(&o->ip));
	for (size_t i = 0; i < o->n_facts; i++) {
		check_fact(&o->facts[i]);
		must(i == 0 || strcmp(o->facts[i - 1].key, o->facts[i].key) < 0);
	}
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sink sink = { take };
	struct nmap_xml *x;
	struct err e = { 0 };

	if (nmap_xml_new(&x, &sink, &e) == -1)
		return 0;
	if (nmap_xml_feed(x, (const char *)data, size, &e) == -1 ||
		nmap_xml_end(x, &e) == -1)
		must(e.code != ERR_NONE && e.text[0] != '\0');
	nmap_xml_free(x);
	return 0;
}
