/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs, what they covered, and the only ground on which an address goes down. */
#include <string.h>

#include "db/store_private.h"
#include "inventory/ndjson.h"
#include "iprange/iprange.h"

enum { COVERAGE_ARENA = 256 << 20 };

int
store_begin_run(struct store *s, const struct run *r, struct err *e)
{
	if (store_need_writer(s, e) == -1)
		return -1;
	return store_do(s, STMT_RUN_BEGIN,
		BINDS(TEXT(r->id), TEXT(r->source), TEXT(r->command), TEXT(r->site),
			TEXT(r->point), TEXT(r->targets), INT(r->started)),
		e);
}

int
store_put_coverage(
	struct store *s, const char *run, const struct coverage *c, struct err *e)
{
	if (store_need_writer(s, e) == -1)
		return -1;
	return store_do(s, STMT_COVERAGE_PUT,
		BINDS(TEXT(run), TEXT(c->probe), TEXT(c->targets), INT(c->started),
			INT(c->finished), INT(c->complete)),
		e);
}

int
store_put_reason(struct store *s, const char *run, const struct reason *r, struct err *e)
{
	if (store_need_writer(s, e) == -1)
		return -1;
	return store_do(s, STMT_REASON_PUT,
		BINDS(TEXT(run), TEXT(r->code), TEXT(r->about), TEXT(r->text),
			INT((int64_t)r->count)),
		e);
}

/* --- down ---------------------------------------------------------------------------------- */

/* What an answer to a probe leaves among a device's facts: silence is news only from a
 * question that was answered before. */
static const struct {
	const char *probe, *fact;
} answers[] = {
	{ "arp", "mac.onlink" },
	{ "icmp-echo", "icmp.echo" },
	{ "tcp-syn", "tcp.open" },
	{ "tcp-syn", "tcp.closed" },
	{ "tcp-connect", "tcp.open" },
	{ "tcp-connect", "tcp.closed" },
	{ "nbns", "netbios.names" },
	{ "nbns", "netbios.name" },
	{ "icmp-timestamp", "icmp.timestamp" },
	{ "mdns", "mdns.name" },
	{ "mdns", "mdns.services" },
	{ "snmp", "snmp.sysdescr" },
	{ "snmp", "snmp.sysname" },
};

struct covered {
	const char *probe;
	struct iprange *targets;
	int64_t started;
};

static bool
answered_before(const struct fold *f, const char *probe)
{
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		if (strcmp(answers[i].probe, probe) != 0)
			continue;
		for (size_t r = 0; r < f->n_rows; r++)
			if (strcmp(f->rows[r].row.key, answers[i].fact) == 0)
				return true;
	}
	return false;
}

/* One run's verdict over the addresses that were silent in it. */
struct judge {
	struct store *s;
	const char *run, *site;
	int64_t at; /* the end of the run */
	const struct covered *covered;
	size_t n_covered;
};

struct silent {
	int64_t device;
	struct addr ip;
	struct silent *next;
};

/* Only that of the device is news: one that moved, or has another address, is not down. */
static int
is_down_now(const struct judge *j, struct fold *f, const struct addr *ip, bool *out,
	struct err *e)
{
	struct device before, after;

	if (fold_device(f, f->mem, &before, e) == -1)
		return -1;
	for (size_t i = 0; i < f->n_addrs; i++)
		if (strcmp(f->addrs[i].site, j->site) == 0 &&
			addr_equal(&f->addrs[i].a.ip, ip))
			f->addrs[i].a.down_at = j->at;
	if (fold_device(f, f->mem, &after, e) == -1)
		return -1;
	*out = after.state == DEVICE_DOWN && before.state != DEVICE_DOWN;
	return 0;
}

static int
note_down(const struct judge *j, struct fold *f, const struct addr *ip, struct err *e)
{
	char key[IP_KEY_MAX], text[ADDR_TEXT_MAX];
	bool down;

	if (store_do(j->s, STMT_ADDRESS_DOWN,
		    BINDS(INT(f->device), TEXT(j->site), TEXT(ip_key(ip, key)),
			    INT(j->at)),
		    e) == -1 ||
		is_down_now(j, f, ip, &down, e) == -1)
		return -1;
	if (!down)
		return 0;
	return store_do(j->s, STMT_CHANGE_PUT,
		BINDS(INT(j->at), TEXT(j->run), INT(f->device), TEXT(f->uuid),
			TEXT("down"), TEXT(""), TEXT(addr_print(ip, text)), TEXT("")),
		e);
}

static int
judge_address(
	const struct judge *j, const struct silent *a, struct arena *mem, struct err *e)
{
	struct fold f;
	bool loaded = false;

	for (size_t i = 0; i < j->n_covered; i++) {
		if (!iprange_contains(j->covered[i].targets, &a->ip))
			continue;
		if (!loaded && fold_load(j->s, a->device, mem, &f, e) == -1)
			return -1;
		loaded = true;
		if (answered_before(&f, j->covered[i].probe))
			return note_down(j, &f, &a->ip, e);
	}
	return 0;
}

static int
load_coverage(struct store *s, const char *run, struct arena *mem, struct covered *out,
	size_t max, size_t *n, struct err *e)
{
	struct sql_stmt *st = store_query(s, STMT_COVERAGE_OF_RUN, BINDS(TEXT(run)), e);
	enum sql_step step;

	*n = 0;
	if (!st)
		return -1;
	while ((step = store_next(s, st, e)) == SQL_ROW && *n < max) {
		const char *text = col_text(s, st, 1);
		struct covered *c = &out[(*n)++];
		c->probe = arena_strdup(mem, col_text(s, st, 0));
		c->started = col_int(s, st, 2);
		if (!c->probe ||
			iprange_parse(&text, 1, NULL, mem, &c->targets, e) == -1) {
			store_stop(s, st);
			return c->probe ? -1 : err_nomem(e);
		}
	}
	store_stop(s, st);
	return step == SQL_FAILED ? -1 : 0;
}

/* Collected before anything is changed: a scan must not meet its own updates. */
static int
load_silent(const struct judge *j, int64_t since, struct arena *mem,
	struct silent **out, struct err *e)
{
	struct sql_stmt *st = store_query(
		j->s, STMT_ADDRESSES_SILENT, BINDS(TEXT(j->site), INT(since)), e);
	enum sql_step step;

	*out = NULL;
	if (!st)
		return -1;
	while ((step = store_next(j->s, st, e)) == SQL_ROW) {
		struct silent *a = arena_alloc(mem, sizeof(*a));
		if (!a) {
			store_stop(j->s, st);
			return err_nomem(e);
		}
		*a = (struct silent){ .device = col_int(j->s, st, 0),
			.ip = ip_from_key(col_text(j->s, st, 1)),
			.next = *out };
		*out = a;
	}
	return step == SQL_FAILED ? -1 : 0;
}

static int
mark_down(struct judge *j, struct arena *mem, struct err *e)
{
	enum { COVERAGE_MAX = 1024 };
	struct covered *c = arena_new_array(mem, struct covered, COVERAGE_MAX);
	struct silent *silent;

	if (!c)
		return err_nomem(e);
	if (load_coverage(j->s, j->run, mem, c, COVERAGE_MAX, &j->n_covered, e) == -1)
		return -1;
	if (j->n_covered == 0)
		return 0;
	int64_t since = c[0].started;
	for (size_t i = 1; i < j->n_covered; i++)
		since = c[i].started < since ? c[i].started : since;
	j->covered = c;
	if (load_silent(j, since, mem, &silent, e) == -1)
		return -1;
	struct arena *step = arena_new(COVERAGE_ARENA);
	int rc = step ? 0 : err_nomem(e);
	for (; rc == 0 && silent; silent = silent->next) {
		arena_reset(step);
		rc = judge_address(j, silent, step, e);
	}
	arena_free(step);
	return rc;
}

static int
site_of_run(struct store *s, const char *id, struct arena *mem, const char **out,
	struct err *e)
{
	struct sql_stmt *st = store_query(s, STMT_RUN_GET, BINDS(TEXT(id)), e);
	enum sql_step step = st ? store_next(s, st, e) : SQL_FAILED;

	if (step != SQL_ROW)
		return step == SQL_FAILED
			? -1
			: err_set(e, ERR_NOTFOUND, "the run %s was never begun", id);
	*out = arena_strdup(mem, col_text(s, st, 2));
	store_stop(s, st);
	return *out ? 0 : err_nomem(e);
}

int
store_end_run(struct store *s, const char *id, int64_t finished,
	const struct run_end *end, struct err *e)
{
	struct judge j = { .s = s, .run = id, .at = finished };
	struct arena *mem = arena_new(COVERAGE_ARENA);
	struct sb summary;
	int rc = -1;

	sb_init(&summary, NDJSON_LINE_MAX);
	ndjson_write_end(end, &summary);
	if (!mem || summary.bad) {
		err_nomem(e);
		goto out;
	}
	if (store_need_writer(s, e) == -1 || store_begin(s, e) == -1)
		goto out;
	if (site_of_run(s, id, mem, &j.site, e) == -1 ||
		store_do(s, STMT_RUN_END,
			BINDS(TEXT(id), INT(finished), TEXT(summary.text)), e) == -1 ||
		mark_down(&j, mem, e) == -1 || store_commit(s, e) == -1) {
		store_rollback(s);
		err_add(e, "end the run %s", id);
		goto out;
	}
	rc = 0;
out:
	sb_done(&summary);
	arena_free(mem);
	return rc;
}
