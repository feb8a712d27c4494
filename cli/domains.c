/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the store has of each domain, and how it is shown. */
#include "cli/domains.h"

#include <string.h>

#include "cli/domain_words.h"
#include "cli/out_grid.h"
#include "cli/out_json.h"
#include "inventory/jsontext.h"

/* --- reading ------------------------------------------------------------------------------- */

enum { FACTS_MAX = 512 };

struct reading {
	struct domain_words words;
	domain_row *row;
	void *arg;
};

static int
note(void *arg, const struct observation *o, struct err *e)
{
	return domain_words_note(&((struct reading *)arg)->words, o, e);
}

static int
take_counting(void *arg, const struct observation *o, struct err *e)
{
	struct reading *r = arg;

	return domain_words_count(&r->words, o) ? r->row(r->arg, o, e) : 0;
}

int
domains_each(struct store *s, int64_t since, struct arena *mem, domain_row *row,
	void *arg, struct err *e)
{
	struct reading r = { .row = row, .arg = arg };

	domain_words_init(&r.words, mem);
	if (store_each_of_subject(s, SUBJECT_DOMAIN, since, note, &r, e) == -1)
		return -1;
	return store_each_of_subject(s, SUBJECT_DOMAIN, since, take_counting, &r, e);
}

/* --- the view ------------------------------------------------------------------------------ */

struct viewing {
	struct domain_view *view;
	int64_t since;
};

static int
take_domain(void *arg, const struct observation *o, struct err *e)
{
	return view_add(((struct viewing *)arg)->view, o, e);
}

/* The fields of a device are what all its observations say. */
static int
take_device(void *arg, const struct device *d, struct err *e)
{
	const struct viewing *r = arg;
	struct fact facts[FACTS_MAX];
	struct observation o = { .subject = SUBJECT_DEVICE,
		.site = d->site,
		.at = d->last_seen,
		.facts = facts };

	if (d->last_seen < r->since)
		return 0;
	const struct device_field *name = device_field(d, "netbios.domain");
	if (name) {
		o.source = name->source;
		o.evidence = name->evidence;
	}
	if (d->n_addrs)
		o.ip = d->addrs[0].ip;
	for (size_t i = 0; i < d->n_fields && o.n_facts < FACTS_MAX; i++)
		facts[o.n_facts++] = d->fields[i].fact;
	return view_add(r->view, &o, e);
}

int
domains_read(struct store *s, int64_t since, struct domain_view *view, struct err *e)
{
	struct viewing v = { .view = view, .since = since };

	if (domains_each(s, since, view->mem, take_domain, &v, e) == -1 ||
		store_each_device(s, take_device, &v, e) == -1)
		return -1;
	view_finish(view);
	return 0;
}

/* --- a table ------------------------------------------------------------------------------- */

#define NAMES_OF(c, thing) \
	((const struct view_names *)((const char *)(thing) + (c)->at))

static void
print_names(const struct column *c, const void *thing, int64_t now, struct sb *out)
{
	const struct view_names *names = NAMES_OF(c, thing);

	(void)now;
	for (size_t i = 0; i < names->n; i++) {
		sb_add(out, i ? ", " : "");
		sb_add(out, names->items[i]);
	}
}

/* A workgroup may have nobody but who keeps the list of a subnet. */
static void
print_masters(const struct column *c, const void *thing, int64_t now, struct sb *out)
{
	const struct view_domain *d = thing;

	if (d->masters.n) {
		print_names(c, thing, now, out);
		return;
	}
	for (size_t i = 0; i < d->local_masters.n; i++)
		sb_printf(out, "%s%s (local)", i ? ", " : "", d->local_masters.items[i]);
}

static void
print_count(const struct column *c, const void *thing, int64_t now, struct sb *out)
{
	(void)now;
	(void)c;
	sb_printf(out, "%zu", ((const struct view_domain *)thing)->count);
}

#define AT(field) offsetof(struct view_domain, field)
static const struct column columns[] = {
	{ "DOMAIN", "domain", COLUMN_TABLE, column_text, AT(name), NULL },
	{ "MACHINES", "machines", COLUMN_TABLE, print_count, 0, NULL },
	{ "MASTER", "master", COLUMN_TABLE | COLUMN_SHRINKS, print_masters, AT(masters),
		NULL },
	{ "CONTROLLERS", "controllers", COLUMN_TABLE | COLUMN_SHRINKS, print_names,
		AT(controllers), NULL },
	{ "LEARNT BY", "learnt", COLUMN_TABLE | COLUMN_SHRINKS, print_names, AT(learnt),
		NULL },
	{ "SEEN", "seen", COLUMN_TABLE, column_ago, AT(at), NULL },
	{ "SITE", "site", COLUMN_TABLE | COLUMN_OPTIONAL, column_text, AT(site), NULL },
};

static int
print_table(const struct domain_view *v, const struct out_info *info, struct err *e)
{
	struct grid *g;

	if (grid_open(&g, columns, sizeof(columns) / sizeof(columns[0]), info, e) == -1)
		return -1;
	for (size_t i = 0; i < v->n; i++)
		if (grid_add(g, &v->items[i], e) == -1) {
			grid_free(g);
			return -1;
		}
	return grid_close(g, e);
}

/* --- JSON ---------------------------------------------------------------------------------- */

enum { LINE_MAX = 64 << 20 };

static void
add_names(struct sb *out, const char *key, const struct view_names *names)
{
	out_json_key(out, key);
	sb_add(out, "[");
	for (size_t i = 0; i < names->n; i++) {
		out_json_item(out);
		jsontext_add_string(
			out, names->items[i], strlen(names->items[i]), SIZE_MAX);
	}
	sb_add(out, "]");
}

static int
print_line(const struct view_domain *d, FILE *to, struct err *e)
{
	struct sb line;

	sb_init(&line, LINE_MAX);
	sb_add(&line, "{");
	out_json_text(&line, "domain", d->name);
	out_json_text(&line, "site", d->site);
	out_json_time(&line, "last_seen", d->at);
	out_json_int(&line, "count", (int64_t)d->count);
	add_names(&line, "masters", &d->masters);
	add_names(&line, "local_masters", &d->local_masters);
	add_names(&line, "controllers", &d->controllers);
	add_names(&line, "machines", &d->machines);
	add_names(&line, "learnt", &d->learnt);
	sb_add(&line, "}\n");
	int rc = line.bad ? err_nomem(e) : 0;
	if (rc == 0 && fwrite(line.text, 1, line.len, to) != line.len)
		rc = err_sys(e, "write to standard output");
	sb_done(&line);
	return rc;
}

int
domains_print(const struct domain_view *v, enum out_format_id format,
	const struct out_info *info, struct err *e)
{
	if (format == OUT_TABLE)
		return print_table(v, info, e);
	for (size_t i = 0; i < v->n; i++)
		if (print_line(&v->items[i], info->to, e) == -1)
			return -1;
	return 0;
}
