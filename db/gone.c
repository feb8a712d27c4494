/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Collected first, then told in batches: a scan must not meet its own updates. */
#include "db/gone.h"

#include <string.h>
#include <strings.h>

#include "db/sheet.h"

enum {
	GONE_ARENA = 256 << 20,
	GONE_BATCH = 1000,
	DEVICE_ARENA = 192 << 20, /* a sheet and its rows */
	GUID_TEXT = 36,
	FORESTS_MAX = 64,
};

struct lost {
	const char *guid;
	struct lost *next;
};

struct gone {
	struct gone_run run;
	struct listed_domain {
		const char *name, *value; /* its name as JSON */
		struct lost *lost;
	} domains[STORE_DIRECTORIES_MAX];
	size_t n_domains;
	const char *forests[FORESTS_MAX];
	size_t n_forests;
};

bool
gone_is_of_directory(const char *probe)
{
	return strcmp(probe, GONE_PROBE) == 0 ||
		strcmp(probe, GONE_NETWORKS_PROBE) == 0;
}

static int
take_run(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg,
	struct err *e)
{
	struct gone *g = arg;

	(void)mem;
	g->run.site = arena_strdup(g->run.mem, col_text(s, st, 0));
	g->run.point = arena_strdup(g->run.mem, col_text(s, st, 2));
	g->run.started = col_int(s, st, 3);
	return g->run.site && g->run.point ? 0 : err_nomem(e);
}

static int
take_domain(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg,
	struct err *e)
{
	struct gone *g = arg;

	(void)mem;
	if (g->n_domains == STORE_DIRECTORIES_MAX)
		return 0; /* no source tells of more */
	struct listed_domain *d = &g->domains[g->n_domains++];
	d->name = arena_strdup(g->run.mem, col_text(s, st, 0));
	d->value = d->name ? arena_printf(g->run.mem, "\"%s\"", d->name) : NULL;
	return d->value ? 0 : err_nomem(e);
}

static int
take_forest(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg,
	struct err *e)
{
	struct gone *g = arg;

	(void)mem;
	if (g->n_forests == FORESTS_MAX)
		return 0; /* no source tells of more */
	g->forests[g->n_forests] = arena_strdup(g->run.mem, col_text(s, st, 0));
	return g->forests[g->n_forests++] ? 0 : err_nomem(e);
}

/* What "ad" said of a device; a value is JSON. */
struct listing {
	const char *guid, *domain, *listed, *run;
	int64_t at;
};

static struct listing
read_listing(const struct evidence_row *rows, size_t n)
{
	struct listing l = { .guid = "", .domain = "", .listed = "", .run = "" };

	for (size_t i = 0; i < n; i++) {
		const struct evidence_row *r = &rows[i];
		if (strcmp(r->source, "ad") != 0 || *r->member)
			continue;
		if (strcmp(r->key, "ad.guid") == 0) {
			l.guid = r->value;
			l.run = r->run;
			l.at = r->at;
		} else if (strcmp(r->key, "ad.domain") == 0) {
			l.domain = r->value;
		} else if (strcmp(r->key, "ad.listed") == 0) {
			l.listed = r->value;
		}
	}
	return l;
}

/* DNS names: who was told of under another spelling is of that domain, too (RFC 4343). */
static struct listed_domain *
domain_of(struct gone *g, const char *value)
{
	for (size_t i = 0; i < g->n_domains; i++)
		if (strcasecmp(g->domains[i].value, value) == 0)
			return &g->domains[i];
	return NULL;
}

static int
take_lost(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg,
	struct err *e)
{
	struct gone *g = arg;
	struct evidence_row *rows;
	size_t n;

	if (sheet_read(col_text(s, st, 0), mem, &rows, &n, e) == -1)
		return -1;
	struct listing l = read_listing(rows, n);
	struct listed_domain *d = domain_of(g, l.domain);
	if (!d || strlen(l.guid) != GUID_TEXT + 2 || strcmp(l.listed, "true") != 0 ||
		strcmp(l.run, g->run.id) == 0 || l.at >= g->run.started)
		return 0; /* or another run, beside this one, knows it better */
	struct lost *lost = arena_alloc(g->run.mem, sizeof(*lost));
	if (!lost || !(lost->guid = arena_strndup(g->run.mem, l.guid + 1, GUID_TEXT)))
		return err_nomem(e);
	lost->next = d->lost;
	d->lost = lost;
	return 0;
}

struct observation
gone_observation(const struct gone_run *run, enum subject subject,
	const struct fact *facts, size_t n)
{
	return (struct observation){ .subject = subject,
		.site = run->site,
		.point = run->point,
		.run = run->id,
		.source = "ad",
		.at = run->at,
		.evidence = EVIDENCE_LISTED,
		.facts = facts,
		.n_facts = n };
}

/* The facts are sorted by key. */
static int
say_gone(const struct gone *g, const char *domain, const char *guid,
	struct observation *out)
{
	struct fact *facts = arena_new_array(g->run.mem, struct fact, 3);

	if (!facts)
		return -1;
	facts[0] = (struct fact){ "ad.domain", FACT_TEXT, { .text = domain } };
	facts[1] = (struct fact){ "ad.guid", FACT_TEXT, { .text = guid } };
	facts[2] = (struct fact){ "ad.listed", FACT_BOOL, { .num = 0 } };
	*out = gone_observation(&g->run, SUBJECT_DEVICE, facts, 3);
	return 0;
}

static int
tell_domain(struct gone *g, const struct listed_domain *d, struct err *e)
{
	struct observation *batch = arena_new_array(
		g->run.mem, struct observation, GONE_BATCH);
	struct ingest_result ignored = { 0 };

	if (!batch)
		return err_nomem(e);
	for (const struct lost *l = d->lost; l;) {
		size_t n = 0;
		for (; l && n < GONE_BATCH; l = l->next)
			if (say_gone(g, d->name, l->guid, &batch[n++]) == -1)
				return err_nomem(e);
		if (store_ingest(g->run.s, batch, n, &ignored, e) == -1)
			return -1;
	}
	return 0;
}

/* One walk over the devices for all domains that the run has read. */
static int
tell_gone(struct gone *g, struct err *e)
{
	if (g->n_domains &&
		store_each(g->run.s, STMT_SHEETS_WITH,
			BINDS(TEXT(g->run.site), TEXT(id_kind_name(ID_AD_GUID))),
			DEVICE_ARENA, take_lost, g, e) == -1)
		return -1;
	for (size_t i = 0; i < g->n_domains; i++)
		if (tell_domain(g, &g->domains[i], e) == -1)
			return -1;
	for (size_t i = 0; i < g->n_forests; i++)
		if (gone_note_networks(&g->run, g->forests[i], e) == -1)
			return -1;
	return 0;
}

/* What the run has read completely. */
static int
read_coverage(struct gone *g, struct err *e)
{
	if (store_each(g->run.s, STMT_DIRECTORIES_OF_RUN,
		    BINDS(TEXT(g->run.id), TEXT(GONE_PROBE)), 0, take_domain, g,
		    e) == -1 ||
		store_each(g->run.s, STMT_DIRECTORIES_OF_RUN,
			BINDS(TEXT(g->run.id), TEXT(GONE_NETWORKS_PROBE)), 0,
			take_forest, g, e) == -1)
		return -1;
	return store_each(
		g->run.s, STMT_RUN_SITE, BINDS(TEXT(g->run.id)), 0, take_run, g, e);
}

int
gone_note(struct store *s, const char *run, int64_t at, struct err *e)
{
	struct gone g = {
		.run = { .s = s, .id = run, .at = at, .mem = arena_new(GONE_ARENA) }
	};
	int rc = g.run.mem ? read_coverage(&g, e) : err_nomem(e);

	if (rc == 0 && (g.n_domains || g.n_forests))
		rc = tell_gone(&g, e);
	arena_free(g.run.mem);
	return rc;
}
