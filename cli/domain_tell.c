/* SPDX-License-Identifier: GPL-3.0-or-later */
/* muster domains DOMAIN: all that the store has of one. */
#include <string.h>
#include <strings.h>

#include "base/when.h"
#include "cli/domains.h"
#include "inventory/fact_print.h"
#include "inventory/ndjson.h"

enum { TEXT_MAX = 64 << 20, KEY_CELLS = 24, WHO_MAX = 64 };

struct telling {
	const char *name;
	const char *netbios; /* of the same domain, as the first that told has it; or NULL */
	struct arena *mem;
	enum out_format_id format;
	const struct out_info *info;
	size_t n;
};

/* A directory and a browse list call it by another name each; NetBIOS by the first two. */
static const char *const keys[] = { "domain.name", "netbios.domain", "ad.domain" };
enum { KEYS = 3, KEYS_NETBIOS = 2 };

static const char *
name_of(const struct observation *o, const char *key)
{
	const struct fact *f = fact_get(o->facts, o->n_facts, key);

	return f && f->type == FACT_TEXT ? f->text : NULL;
}

static bool
is_it(const struct observation *o, const char *name)
{
	for (size_t i = 0; i < KEYS; i++) {
		const char *its = name_of(o, keys[i]);
		if (its && strcasecmp(its, name) == 0)
			return true;
	}
	return false;
}

static int
note_netbios(struct telling *t, const struct observation *o, struct err *e)
{
	const char *name = NULL;

	for (size_t i = 0; i < KEYS_NETBIOS && !name; i++)
		name = name_of(o, keys[i]);
	if (t->netbios || !name)
		return 0;
	t->netbios = arena_strdup(t->mem, name);
	return t->netbios ? 0 : err_nomem(e);
}

static void
add_plain(struct sb *out, const char *text)
{
	sb_add_plain(out, text, strlen(text));
}

static void
print_key(const char *key, struct sb *out)
{
	size_t from = out->len;

	sb_add(out, "  ");
	add_plain(out, key);
	while (out->len - from <= KEY_CELLS + 2 && !out->bad)
		sb_add(out, " ");
}

static void
print_value(const struct fact *f, struct sb *out)
{
	struct sb bare;

	sb_init(&bare, TEXT_MAX);
	fact_print_bare(f, &bare);
	add_plain(out, bare.text);
	out->bad |= bare.bad;
	sb_done(&bare);
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
		print_key(i ? "" : f->key, out);
		print_value(&one, out);
		sb_add(out, "\n");
	}
}

static void
print_head(const struct telling *t, const char *site, const char *who, int64_t at,
	struct sb *out)
{
	char text[TIME_TEXT_MAX];

	sb_add(out, t->n ? "\n" : "");
	add_plain(out, t->name);
	sb_add(out, ", site ");
	add_plain(out, site);
	sb_add(out, ", as ");
	add_plain(out, who);
	sb_printf(out, " at %s\n", time_print(at, text));
}

static int
print_out(const struct telling *t, struct sb *out, int rc, struct err *e)
{
	if (rc == 0 && out->bad)
		rc = err_nomem(e);
	if (rc == 0 && fwrite(out->text, 1, out->len, t->info->to) != out->len)
		rc = err_sys(e, "write to standard output");
	sb_done(out);
	return rc;
}

static int
print_text(const struct telling *t, const struct observation *o, struct sb *out)
{
	char who[WHO_MAX];

	(void)snprintf(who, sizeof(who), "%s was told", o->source);
	print_head(t, o->site ? o->site : "", who, o->at, out);
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
	if (note_netbios(t, o, e) == -1)
		return -1;
	sb_init(&out, TEXT_MAX);
	int rc = t->format == OUT_NDJSON ? ndjson_write(o, &out, e)
					 : print_text(t, o, &out);
	rc = print_out(t, &out, rc, e);
	t->n++;
	return rc;
}

/* --- all of them together, and the devices --------------------------------------------------- */

static void
print_names(const char *key, const struct view_names *names, struct sb *out)
{
	const struct fact f = {
		.key = key, .type = FACT_TEXTS, .texts = { names->items, names->n }
	};

	print_fact(&f, out);
}

static int
tell_together(const struct telling *t, struct view_domain *d, struct err *e)
{
	const struct domain_view one = { .items = d, .n = 1 };
	const struct fact count = {
		.key = "domain.count", .type = FACT_INT, .num = (int64_t)d->count
	};
	struct sb out;

	if (t->format == OUT_NDJSON)
		return domains_print(&one, OUT_NDJSON, t->info, e);
	sb_init(&out, TEXT_MAX);
	print_head(t, d->site, "all that is known", d->at, &out);
	print_names("domain.controllers", &d->controllers, &out);
	print_fact(&count, &out);
	print_names("domain.learnt", &d->learnt, &out);
	print_names("domain.local_masters", &d->local_masters, &out);
	print_names("domain.machines", &d->machines, &out);
	print_names("domain.masters", &d->masters, &out);
	return print_out(t, &out, 0, e);
}

static int
tell_view(struct store *s, int64_t since, struct telling *t, struct err *e)
{
	struct domain_view view;

	view_init(&view, t->mem);
	if (domains_read(s, since, &view, e) == -1)
		return -1;
	for (size_t i = 0; i < view.n; i++) {
		const char *name = view.items[i].name;
		if (strcasecmp(name, t->name) != 0 &&
			!(t->netbios && strcasecmp(name, t->netbios) == 0))
			continue;
		if (tell_together(t, &view.items[i], e) == -1)
			return -1;
		t->n++;
	}
	return 0;
}

int
domain_tell(struct store *s, int64_t since, const char *name, enum out_format_id format,
	const struct out_info *info, struct arena *mem, size_t *n, struct err *e)
{
	struct telling t = { .name = name, .mem = mem, .format = format, .info = info };
	int rc = domains_each(s, since, mem, tell, &t, e);

	if (rc == 0)
		rc = tell_view(s, since, &t, e);
	*n = t.n;
	return rc;
}
