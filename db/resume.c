/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs that did not come to their end: where they stand, and what they had found. */
#include <string.h>

#include "db/store_private.h"
#include "inventory/ndjson.h"

enum {
	FACTS_ARENA = 1 << 20, /* of one observation: a line has 64 KiB */
	KEY_ARENA = 64 << 10,
};

int
store_put_state(struct store *s, const char *run, const char *text,
	const struct progress *progress, struct err *e)
{
	struct sb line;

	if (store_need_writer(s, e) == -1)
		return -1;
	sb_init(&line, NDJSON_LINE_MAX);
	if (progress)
		ndjson_write_progress(progress, &line);
	if (line.len)
		line.text[--line.len] = '\0'; /* its newline */
	int rc = line.bad ? err_nomem(e)
			  : store_do(s, STMT_STATE_PUT,
				    BINDS(TEXT(run), TEXT(text), TEXT(line.text)), e);
	sb_done(&line);
	return rc;
}

/* --- what a source remembers ------------------------------------------------------------ */

/* No run has such an id. */
static const char *
watermark_key(struct arena *mem, const char *source, const char *site)
{
	return arena_printf(mem, "%s of %s", source, site);
}

int
store_put_watermark(struct store *s, const char *source, const char *site,
	const char *text, struct err *e)
{
	struct arena *mem = arena_new(KEY_ARENA);
	const char *key = mem ? watermark_key(mem, source, site) : NULL;
	int rc = !key ? err_nomem(e) : store_put_state(s, key, text, NULL, e);

	arena_free(mem);
	return rc;
}

struct kept_text {
	struct arena *mem;
	const char *text;
};

static int
take_text(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg,
	struct err *e)
{
	struct kept_text *t = arg;

	(void)mem;
	t->text = arena_strdup(t->mem, col_text(s, st, 0));
	return t->text ? 0 : err_nomem(e);
}

int
store_get_watermark(struct store *s, const char *source, const char *site,
	struct arena *mem, const char **out, struct err *e)
{
	const char *key = watermark_key(mem, source, site);
	struct kept_text t = { mem, NULL };

	*out = NULL;
	if (!key)
		return err_nomem(e);
	int rc = store_each(s, STMT_STATE_GET, BINDS(TEXT(key)), 0, take_text, &t, e);
	*out = t.text;
	return rc;
}

/* --- which one goes on ----------------------------------------------------------------- */

struct finding {
	struct unfinished *out;
	struct arena *mem;
};

static int
take_unfinished(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg,
	struct err *e)
{
	struct finding *f = arg;
	const char *texts[9];

	(void)mem;
	for (int i = 0; i < 9; i++)
		if (i != 5 && i != 6 &&
			!(texts[i] = arena_strdup(f->mem, col_text(s, st, i))))
			return err_nomem(e);
	*f->out = (struct unfinished){ .found = true,
		.run = { .id = texts[0],
			.site = texts[1],
			.point = texts[2],
			.targets = texts[3],
			.settings = texts[4],
			.started = col_int(s, st, 5),
			.finished = col_int(s, st, 6) },
		.state = *texts[7] ? texts[7] : NULL,
		.progress = texts[8] };
	return 0;
}

int
store_find_unfinished(struct store *s, const char *source, struct arena *mem,
	struct unfinished *out, struct err *e)
{
	struct finding f = { out, mem };
	bool found;

	*out = (struct unfinished){ .found = false };
	if (store_need_writer(s, e) == -1 ||
		store_each(s, STMT_RUN_UNFINISHED, BINDS(TEXT(source)), 0,
			take_unfinished, &f, e) == -1)
		return -1;
	return out->found ? 0
			  : store_get(s, STMT_RUN_LAST, BINDS(TEXT(source)),
				    &out->last_started, &found, e);
}

/* --- what it had found ------------------------------------------------------------------ */

/* The rows of one address follow each other: they are told when the next one begins. */
struct folding {
	struct answered now;
	bool replied;
	int (*row)(void *arg, const struct answered *, struct err *);
	void *arg;
};

static int
tell(struct folding *f, struct err *e)
{
	return f->replied ? f->row(f->arg, &f->now, e) : 0;
}

static void
take_ports(uint16_t ports[static ANSWERED_PORTS_MAX], size_t *n, const struct fact *open)
{
	for (size_t i = 0; i < open->ports.n && *n < ANSWERED_PORTS_MAX; i++)
		ports[(*n)++] = open->ports.items[i];
}

static void
take_facts(
	struct answered *a, enum evidence evidence, const struct fact *facts, size_t n)
{
	const struct mac *mac = NULL;
	bool onlink = false;

	for (size_t i = 0; i < n; i++) {
		if (strcmp(facts[i].key, "mac") == 0 && facts[i].type == FACT_MAC)
			mac = &facts[i].mac;
		if (strcmp(facts[i].key, "mac.onlink") == 0)
			onlink = facts[i].num != 0;
		if (strcmp(facts[i].key, "dns.ptr") == 0)
			a->named = true;
		if (strcmp(facts[i].key, "tcp.open") == 0)
			take_ports(a->ports, &a->n_ports, &facts[i]);
		if (strcmp(facts[i].key, "udp.open") == 0)
			take_ports(a->udp_ports, &a->n_udp_ports, &facts[i]);
	}
	if (mac && onlink && evidence == EVIDENCE_REPLY)
		a->mac = *mac;
}

static int
fold_answer(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg,
	struct err *e)
{
	struct folding *f = arg;
	struct addr ip = ip_from_key(col_text(s, st, 0));
	enum evidence evidence = (enum evidence)col_int(s, st, 1);
	const char *text = col_text(s, st, 2);
	struct fact *facts;
	size_t n;

	if (!addr_equal(&ip, &f->now.ip)) {
		if (tell(f, e) == -1)
			return -1;
		f->now = (struct answered){ .ip = ip };
		f->replied = false;
	}
	f->replied |= evidence == EVIDENCE_REPLY;
	if (ndjson_read_facts(text, strlen(text), mem, &facts, &n, e) == -1)
		return err_add(e, "the facts of an observation");
	take_facts(&f->now, evidence, facts, n);
	return 0;
}

int
store_each_answered(struct store *s, const char *run,
	int (*row)(void *arg, const struct answered *, struct err *), void *arg,
	struct err *e)
{
	struct folding f = { .row = row, .arg = arg };

	if (store_each(s, STMT_OBSERVATIONS_OF_CHAIN, BINDS(TEXT(run)), FACTS_ARENA,
		    fold_answer, &f, e) == -1)
		return -1;
	return tell(&f, e);
}
