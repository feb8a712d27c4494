/* SPDX-License-Identifier: GPL-3.0-or-later */
/* muster ad --preview: whom it would ask, and how much there would be to read. */
#include <inttypes.h>
#include <stdio.h>

#include "cli/ad.h"
#include "cli/out_json.h"
#include "inventory/filter.h"

enum { LINE_ROOM = 64 << 10 };

struct preview {
	const struct ad_input *in;
	struct store *store; /* NULL: there is none */
	uint64_t n_failed;
};

/* What the last run left, when there is a store. */
static void
open_store(struct preview *p)
{
	const struct call *call = p->in->call;
	struct ad_settings *c = p->in->conf;
	struct err e;

	if (c->kept.no_db ||
		common_open_store(call, &c->kept.store, STORE_READ, &p->store, &e) == -1)
		return;
	(void)store_get_watermark(p->store, source_ad.name, c->kept.place.site,
		call->mem, &c->ad.state, &e);
}

/* --- how many ------------------------------------------------------------------------------- */

static int
count_device(void *arg, const struct device *d, struct err *e)
{
	uint64_t *n = arg;

	(void)d, (void)e;
	++*n;
	return 0;
}

/* A rootDSE counts changes, which bounds the objects, and whoever has no login may count none.
 * So it is what the last poll left; 0: nothing did. */
static int
count_computers(const struct preview *p, const char *domain, uint64_t *n, struct err *e)
{
	struct arena *mem = p->in->call->mem;
	struct filter *filter;
	const char *terms[] = { arena_printf(mem, "ad.domain=%s", domain),
		"ad.listed=yes" };

	*n = 0;
	if (!p->store)
		return 0;
	if (!terms[0])
		return err_nomem(e);
	if (filter_parse(terms, 2, mem, &filter, e) == -1)
		return -1;
	const struct device_query query = { .as_of = STORE_NOW, .filter = filter };
	return store_each_device_of(p->store, &query, count_device, n, e);
}

/* --- rows ----------------------------------------------------------------------------------- */

/* Far above what there is in a directory that is old: each change was counted, too. */
static void
write_bound(struct sb *out, const struct ad_preview *row)
{
	if (row->at_most == -1)
		return;
	if (row->is_all)
		sb_printf(out, "it has at most %" PRId64 " objects of all kinds; ",
			row->at_most);
	else
		sb_printf(out, "at most %" PRId64 " objects changed since; ",
			row->at_most);
}

static void
write_line(struct sb *out, const struct ad_preview *row, uint64_t computers)
{
	if (row->failed) {
		sb_printf(out, "%s: cannot be polled: %s", row->domain, row->failed);
		return;
	}
	sb_printf(out, "%s: %s in site %s would be asked; %s; ", row->domain,
		row->server, row->site[0] ? row->site : "(none)", row->kind);
	write_bound(out, row);
	if (computers)
		sb_printf(out,
			"there were %" PRIu64 " computers when the last poll ended",
			computers);
	else
		sb_add(out,
			"how many computers there are is known after the first poll");
}

/* A controller's answer names itself and its site. */
static void
write_text(struct sb *out, const struct ad_preview *row, uint64_t computers)
{
	struct sb line;

	sb_init(&line, LINE_ROOM);
	write_line(&line, row, computers);
	sb_add_plain(out, line.text, line.len);
	sb_add(out, "\n");
	out->bad |= line.bad;
	sb_done(&line);
}

static void
write_json(struct sb *out, const struct ad_preview *row, uint64_t computers)
{
	sb_add(out, "{");
	out_json_text(out, "domain", row->domain);
	if (row->failed) {
		out_json_text(out, "error", row->failed);
	} else {
		out_json_text(out, "server", row->server);
		if (row->site[0])
			out_json_text(out, "ad_site", row->site);
		out_json_text(out, "forest", row->forest);
		out_json_text(out, "kind", row->kind);
		if (computers)
			out_json_int(out, "computers", (int64_t)computers);
		if (row->at_most != -1)
			out_json_int(out,
				row->is_all ? "objects_at_most" : "changed_at_most",
				row->at_most);
	}
	sb_add(out, "}\n");
}

static int
print_row(void *arg, const struct ad_preview *row, struct err *e)
{
	struct preview *p = arg;
	uint64_t computers = 0;
	struct sb line;

	p->n_failed += row->failed != NULL;
	if (!row->failed && count_computers(p, row->domain, &computers, e) == -1)
		return -1;
	sb_init(&line, LINE_ROOM);
	(p->in->conf->format == OUT_NDJSON ? write_json : write_text)(
		&line, row, computers);
	int rc = line.bad ? err_nomem(e) : 0;
	if (rc == 0 && fwrite(line.text, 1, line.len, stdout) != line.len)
		rc = err_sys(e, "write to standard output");
	sb_done(&line);
	return rc;
}

int
ad_preview_run(const struct ad_input *in, struct err *e)
{
	struct preview p = { .in = in };

	open_store(&p);
	int rc = ad_preview(&in->conf->ad, in->call->mem, print_row, &p, e);
	store_close(p.store);
	if (rc == -1)
		return -1;
	return p.n_failed ? EXIT_FAILED : EXIT_DONE;
}
