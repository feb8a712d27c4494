/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lease files, in two pieces: whatever comes, each observation keeps the rules of the record,
 * each address is told once, and where the cut is does not matter. */
#include "inventory/leases.h"

#include <stdlib.h>
#include <string.h>

#include "base/sb.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct told {
	struct sink sink; /* first */
	struct addr last;
	uint64_t n, hash;
};

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
	if (f->type != FACT_TEXT)
		return;
	size_t n = strlen(f->text);
	must(n > 0 && n <= FACT_TEXT_LIMIT);
	for (size_t i = 0, step; i < n; i += step)
		must((step = utf8_char(f->text + i, n - i)) > 0);
}

static int
take(struct sink *sink, const struct observation *o, struct err *e)
{
	struct told *t = (struct told *)sink;

	(void)e;
	must(o->at > 0 && addr_is_set(&o->ip) && o->evidence == EVIDENCE_LISTED);
	must(t->n++ == 0 || addr_cmp(&t->last, &o->ip) < 0);
	t->last = o->ip;
	t->hash = t->hash * 31 + (uint64_t)o->at + o->n_facts;
	for (size_t i = 0; i < o->n_facts; i++) {
		check_fact(&o->facts[i]);
		must(i == 0 || strcmp(o->facts[i - 1].key, o->facts[i].key) < 0);
	}
	return 0;
}

static int
read_cut(const uint8_t *data, size_t size, size_t cut, struct told *t)
{
	const char *text = (const char *)data;
	struct leases_report r = { .told = 0 };
	struct leases *l;
	struct err e = { 0 };
	int rc;

	*t = (struct told){ .sink.take = take };
	if (leases_new(&l, &t->sink, INT64_C(1795329700000000), &e) == -1)
		return -1;
	rc = leases_feed(l, text, cut, &e);
	if (rc == 0)
		rc = leases_feed(l, text + cut, size - cut, &e);
	if (rc == 0)
		rc = leases_end(l, &r, &e);
	must(rc == 0 ? r.told == t->n : e.code != ERR_NONE && e.text[0] != '\0');
	leases_free(l);
	return rc;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct told whole, cut;

	(void)leases_begin_so((const char *)data, size);
	must(read_cut(data, size, size, &whole) == read_cut(data, size, size / 2, &cut));
	must(whole.n == cut.n && whole.hash == cut.hash);
	return 0;
}
