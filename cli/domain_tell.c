/* SPDX-License-Identifier: GPL-3.0-or-later */
/* muster domains DOMAIN: all that the store has of one. */
#include <string.h>
#include <strings.h>

#include "base/when.h"
#include "cli/domains.h"
#include "inventory/fact_print.h"
#include "inventory/ndjson.h"

enum { TEXT_MAX = 64 << 20, KEY_CELLS = 24 };

struct telling {
	const char *name;
	enum out_format_id format;
	const struct out_info *info;
	size_t n;
};

/* A directory and a browse list call it by another name each. */
static bool
is_it(const struct observation *o, const char *name)
{
	static const char *const keys[] = { "domain.name", "netbios.domain",
		"ad.domain" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const struct fact *f = fact_get(o->facts, o->n_facts, keys[i]);
		if (f && f->type == FACT_TEXT && strcasecmp(f->text, name) == 0)
			return true;
	}
	return false;
}

/* Of a list each item has a line: a domain may have thousands of units. */
static void
print_fact(const struct fact *f, struct sb *out)
{
	size_t n = f->type == FACT_TEXTS ? f->texts.n : 1;

	for (size_t i = 0; i < n; i++) {
		struct fact one = *f;
		if (f->type == FACT_TEXTS) {
			one.texts.items += i;
			one.texts.n = 1;
		}
		sb_printf(out, "  %-*s ", KEY_CELLS, i ? "" : f->key);
		fact_print(&one, out);
		sb_add(out, "\n");
	}
}

static int
print_text(const struct telling *t, const struct observation *o, struct sb *out)
{
	char at[TIME_TEXT_MAX];

	sb_printf(out, "%s%s, site %s, as %s was told at %s\n", t->n ? "\n" : "",
		t->name, o->site ? o->site : "", o->source, time_print(o->at, at));
	for (size_t i = 0; i < o->n_facts; i++)
		print_fact(&o->facts[i], out);
	return 0;
}

static int
tell(void *arg, const struct observation *o, struct err *e)
{
	struct telling *t = arg;
	struct sb out;

	if (!is_it(o, t->name))
		return 0;
	sb_init(&out, TEXT_MAX);
	int rc = t->format == OUT_NDJSON ? ndjson_write(o, &out, e)
					 : print_text(t, o, &out);
	if (rc == 0 && out.bad)
		rc = err_nomem(e);
	if (rc == 0 && fwrite(out.text, 1, out.len, t->info->to) != out.len)
		rc = err_sys(e, "write to standard output");
	sb_done(&out);
	t->n++;
	return rc;
}

int
domain_tell(struct store *s, int64_t since, const char *name, enum out_format_id format,
	const struct out_info *info, struct arena *mem, size_t *n, struct err *e)
{
	struct telling t = { .name = name, .format = format, .info = info };
	int rc = domains_each(s, since, mem, tell, &t, e);

	*n = t.n;
	return rc;
}
