/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Each device is held against all definitions, as `muster location DEVICE` does; nobody is
 * asked.  Disagreements are counted by the subnet of the directory: that, or a definition, is
 * what somebody will correct.
 */
#include "cli/locations.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/device_place.h"
#include "cli/out_grid.h"
#include "cli/out_json.h"
#include "cli/say.h"
#include "db/sites.h"
#include "location/disagree.h"

enum { DEVICE_MEMORY = 1 << 20, LINE_MAX_ = 64 << 10 };

struct row {
	/* What would move. */
	const char *device, *id;
	/* A subnet of the directory. */
	char subnet[ADDR_TEXT_MAX + 4];
	const char *site;
	int64_t devices;
	/* Both. */
	char address[ADDR_TEXT_MAX]; /* of a disagreement: the first */
	const char *from, *to;       /* what counts now, and what would or should */
};

struct walk {
	const struct locations_input *in;
	struct site_map sites;
	struct location_result *now, *then;
	struct arena *mem; /* of one device */
	struct grid *grid;
	struct row *rows; /* of disagreements, one for each subnet; devices 0: none yet */
	int64_t seen, listed, elsewhere;
	/* One device was looked at. */
	int (*judge)(struct walk *, const struct device *, const struct place_facts *,
		struct err *);
};

/* --- rows ----------------------------------------------------------------------------------- */

#define AT(f) offsetof(struct row, f)

static void
print_devices(const struct column *c, const void *thing, int64_t now, struct sb *out)
{
	(void)c, (void)now;
	sb_printf(out, "%" PRId64, ((const struct row *)thing)->devices);
}

static const struct column moves[] = {
	{ "DEVICE", "device", COLUMN_TABLE | COLUMN_SHRINKS, column_text, AT(device),
		NULL },
	{ "ADDRESS", "address", COLUMN_TABLE, column_chars, AT(address), NULL },
	{ "NOW", "from", COLUMN_TABLE, column_text, AT(from), NULL },
	{ "THEN", "to", COLUMN_TABLE, column_text, AT(to), NULL },
};

static const struct column disagreements[] = {
	{ "SUBNET", "subnet", COLUMN_TABLE, column_chars, AT(subnet), NULL },
	{ "AD SITE", "ad_site", COLUMN_TABLE, column_text, AT(site), NULL },
	{ "ITS LOCATION", "to", COLUMN_TABLE, column_text, AT(to), NULL },
	{ "OURS", "from", COLUMN_TABLE, column_text, AT(from), NULL },
	{ "DEVICES", "devices", COLUMN_TABLE, print_devices, 0, NULL },
	{ "SUCH AS", "address", COLUMN_TABLE, column_chars, AT(address), NULL },
};
#undef AT

static void
print_json(const struct row *r)
{
	struct sb line;

	sb_init(&line, LINE_MAX_);
	sb_add(&line, "{");
	out_json_text(&line, "id", r->id);
	out_json_text(&line, "device", r->device);
	out_json_text(&line, "subnet", *r->subnet ? r->subnet : NULL);
	out_json_text(&line, "ad_site", r->site);
	out_json_text(&line, "address", *r->address ? r->address : NULL);
	out_json_text(&line, "from", r->from);
	out_json_text(&line, "to", r->to);
	if (r->devices)
		out_json_int(&line, "devices", r->devices);
	(void)printf("%s}\n", line.text); /* main checks */
	sb_done(&line);
}

static int
list(struct walk *w, const struct row *r, struct err *e)
{
	w->listed++;
	if (w->grid)
		return grid_add(w->grid, r, e);
	print_json(r);
	return 0;
}

/* --- all devices ---------------------------------------------------------------------------- */

static void
match_all(const struct agent_conf *conf, const struct place_facts *f,
	struct location_result *out)
{
	for (size_t i = 0; i < conf->n_locations; i++)
		location_match(&conf->locations[i], f, NULL, &out[i]);
}

static int
look_at_device(void *arg, const struct device *d, struct err *e)
{
	struct walk *w = arg;
	struct place_facts f;

	if (!d->site || strcmp(d->site, w->in->now->site) != 0) {
		w->elsewhere++; /* its addresses are those of another network */
		return 0;
	}
	w->seen++;
	arena_reset(w->mem);
	if (device_place(d, &w->sites, w->mem, &f, e) == -1)
		return -1;
	match_all(w->in->now, &f, w->now);
	return w->judge(w, d, &f, e);
}

static int
open_walk(struct walk *w, const struct column *columns, size_t n, struct err *e)
{
	const struct locations_input *in = w->in;
	struct arena *mem = in->call->mem;
	struct out_info info;

	w->mem = arena_new(DEVICE_MEMORY);
	w->now = arena_new_array(mem, struct location_result, in->now->n_locations + 1);
	w->then = in->then ? arena_new_array(mem, struct location_result,
				     in->then->n_locations + 1)
			   : w->now;
	if (!w->mem || !w->now || !w->then)
		return err_nomem(e);
	if (sites_read(in->store, mem, &w->sites, e) == -1)
		return -1;
	common_out_info(in->call, OUT_DEVICES, &info);
	return in->format == OUT_NDJSON ? 0 : grid_open(&w->grid, columns, n, &info, e);
}

static int
close_walk(struct walk *w, int rc, struct err *e)
{
	if (rc == 0 && w->grid) {
		rc = grid_close(w->grid, e);
		w->grid = NULL;
	}
	grid_free(w->grid);
	arena_free(w->mem);
	if (rc == 0 && w->elsewhere && !w->in->call->common->quiet)
		say(stderr, "%" PRId64 " devices of other sites than %s were left out\n",
			w->elsewhere, w->in->now->site);
	return rc;
}

static const char *
name_of(const struct location_result *r)
{
	return r ? r->location->name : "none";
}

/* --- what if -------------------------------------------------------------------------------- */

static int
judge_move(struct walk *w, const struct device *d, const struct place_facts *f,
	struct err *e)
{
	char label[ADDR_TEXT_MAX];
	struct row r = { .id = d->id, .device = device_label(d, label) };

	match_all(w->in->then, f, w->then);
	r.from = name_of(location_choose(w->now, w->in->now->n_locations));
	r.to = name_of(location_choose(w->then, w->in->then->n_locations));
	if (strcmp(r.from, r.to) == 0)
		return 0;
	if (f->addresses.n)
		addr_print(&f->addresses.items[0], r.address);
	return list(w, &r, e);
}

int
locations_what_if(const struct locations_input *in, struct err *e)
{
	struct walk w = { .in = in, .judge = judge_move };
	int rc = open_walk(&w, moves, sizeof(moves) / sizeof(moves[0]), e);

	if (rc == 0)
		rc = store_each_device(in->store, look_at_device, &w, e);
	rc = close_walk(&w, rc, e);
	if (rc == 0 && !in->call->common->quiet)
		(void)fprintf(stderr, "%" PRId64 " of %" PRId64 " devices would move\n",
			w.listed, w.seen);
	return rc;
}

/* --- disagreements -------------------------------------------------------------------------- */

static void
count_in(struct row *r, const struct site_subnet *s, const struct disagreement *x,
	const struct addr *address)
{
	char text[ADDR_TEXT_MAX];

	if (!r->from) {
		(void)snprintf(r->subnet, sizeof(r->subnet), "%s/%u",
			addr_print(&s->net, text), s->bits);
		r->site = s->site;
		r->from = x->ours->name;
		r->to = x->theirs ? x->theirs->name : "none";
	}
	if (address && r->devices++ == 0)
		addr_print(address, r->address);
}

/* The one by which the subnet was found. */
static const struct addr *
address_in(const struct addr_facts *f, const struct site_subnet *s)
{
	size_t i = 0;

	while (i + 1 < f->n && !addr_in_prefix(&f->items[i], &s->net, s->bits))
		i++;
	return &f->items[i];
}

static int
judge_site(struct walk *w, const struct device *d, const struct place_facts *f,
	struct err *e)
{
	const struct site_subnet *s = sites_find(&w->sites, &f->addresses);
	struct disagreement x;

	(void)d, (void)e;
	if (s && location_disagrees(w->now, w->in->now->n_locations, &x))
		count_in(&w->rows[s - w->sites.items], s, &x,
			address_in(&f->addresses, s));
	return 0;
}

/* Subnets where nobody was seen disagree as well: their first address stands for them. */
static void
judge_subnets(struct walk *w)
{
	for (size_t i = 0; i < w->sites.n; i++) {
		const struct site_subnet *s = &w->sites.items[i];
		struct place_facts f = { .ad_site = s->site };
		struct disagreement x;
		addr_facts_add(&f.addresses, &s->net);
		f.addresses.known = true;
		match_all(w->in->now, &f, w->now);
		if (location_disagrees(w->now, w->in->now->n_locations, &x))
			count_in(&w->rows[i], s, &x, NULL);
	}
}

static int
list_rows(struct walk *w, struct err *e)
{
	int rc = 0;

	for (size_t i = 0; i < w->sites.n && rc == 0; i++)
		if (w->rows[i].from)
			rc = list(w, &w->rows[i], e);
	return rc;
}

int
locations_disagreements(const struct locations_input *in, struct err *e)
{
	struct walk w = { .in = in, .judge = judge_site };
	int rc = open_walk(
		&w, disagreements, sizeof(disagreements) / sizeof(disagreements[0]), e);

	if (rc == 0 &&
		!(w.rows = arena_new_array(in->call->mem, struct row, w.sites.n + 1)))
		rc = err_nomem(e);
	if (rc == 0)
		rc = store_each_device(in->store, look_at_device, &w, e);
	if (rc == 0) {
		judge_subnets(&w);
		rc = list_rows(&w, e);
	}
	rc = close_walk(&w, rc, e);
	if (rc == 0 && !in->call->common->quiet)
		(void)fprintf(stderr,
			"%" PRId64 " of %zu subnets of the directory lie elsewhere\n",
			w.listed, w.sites.n);
	return rc;
}
