/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs, what they covered, and the only ground on which an address goes down. */
#include <string.h>

#include "db/gone.h"
#include "db/store_private.h"
#include "db/turn.h"
#include "inventory/ndjson.h"
#include "iprange/iprange.h"

enum { COVERAGE_ARENA = 256 << 20 };

/* A run is continued once: what it had done belongs to one that goes on from there. */
static int
take_over(struct store *s, const struct run *r, struct err *e)
{
	bool resumed;

	if (store_get(s, STMT_RUN_RESUMED, BINDS(TEXT(r->resumes)), NULL, &resumed,
		    e) == -1)
		return -1;
	if (resumed)
		return err_set(
			e, ERR_ARG, "the run %s was continued already", r->resumes);
	return store_do(s, STMT_STATE_MOVE, BINDS(TEXT(r->resumes), TEXT(r->id)), e);
}

int
store_begin_run(struct store *s, const struct run *r, struct err *e)
{
	if (store_need_writer(s, e) == -1 || store_begin_minded(s, e) == -1)
		return -1;
	if ((r->resumes && take_over(s, r, e) == -1) ||
		store_do(s, STMT_RUN_BEGIN,
			BINDS(TEXT(r->id), TEXT(r->source), TEXT(r->command),
				TEXT(r->site), TEXT(r->point), TEXT(r->targets),
				TEXT(r->settings ? r->settings : ""),
				TEXT(r->resumes ? r->resumes : ""), INT(r->started),
				INT(r->lifetime ? r->lifetime : STORE_ADDRESS_LIFETIME)),
			e) == -1 ||
		store_commit(s, e) == -1) {
		store_rollback(s);
		return err_add(e, "begin the run %s", r->id);
	}
	lifetimes_forget(s);
	return 0;
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
	{ "ndp", "mac.onlink" },
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
			if (strcmp(f->rows[r].key, answers[i].fact) == 0)
				return true;
	}
	return false;
}

/* One run's verdict over the addresses that were silent in it. */
struct judge {
	struct store *s;
	const char *run, *site;
	int64_t at;   /* the end of the run */
	bool resumed; /* it continues another */
	const struct covered *covered;
	size_t n_covered;
	struct arena *mem;
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

	memo_forget_home(j->s->memo, j->site, ip);
	if (store_do(j->s, STMT_ADDRESS_DOWN,
		    BINDS(INT(f->device), TEXT(j->site), TEXT(ip_key(ip, key)),
			    INT(j->at)),
		    e) == -1 ||
		store_do(j->s, STMT_SILENCE_PUT,
			BINDS(INT(f->device), TEXT(j->site), TEXT(key), INT(j->at)),
			e) == -1 ||
		turn_put(j->s, f->device, j->run, j->at, j->at, e) == -1 ||
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

struct coverage_list {
	struct covered *items;
	size_t n, max;
	struct arena *mem;
};

static int
add_covered(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg,
	struct err *e)
{
	struct coverage_list *list = arg;
	const char *text = col_text(s, st, 1);

	(void)mem;
	if (list->n == list->max || gone_is_of_directory(col_text(s, st, 0)))
		return 0;
	struct covered *c = &list->items[list->n++];
	c->probe = arena_strdup(list->mem, col_text(s, st, 0));
	c->started = col_int(s, st, 2);
	return c->probe ? iprange_parse(&text, 1, NULL, list->mem, &c->targets, e)
			: err_nomem(e);
}

struct silent_list {
	struct silent *first;
	struct arena *mem;
};

/* Collected before anything is changed: a scan must not meet its own updates. */
static int
add_silent(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg,
	struct err *e)
{
	struct silent_list *list = arg;
	struct silent *a = arena_alloc(list->mem, sizeof(*a));

	(void)mem;
	if (!a)
		return err_nomem(e);
	*a = (struct silent){ .device = col_int(s, st, 0),
		.ip = ip_from_key(col_text(s, st, 1)),
		.next = list->first };
	list->first = a;
	return 0;
}

/* Who answered since then was not silent: in a run that was continued, that is since the
 * first of them, for its answers are not asked for again. */
static int
answers_count_since(const struct judge *j, int64_t *out, struct err *e)
{
	int64_t chain;
	bool found;

	*out = j->covered[0].started;
	for (size_t i = 1; i < j->n_covered; i++)
		if (j->covered[i].started < *out)
			*out = j->covered[i].started;
	if (!j->resumed)
		return 0;
	if (store_get(j->s, STMT_CHAIN_STARTED, BINDS(TEXT(j->run)), &chain, &found,
		    e) == -1)
		return -1;
	*out = chain < *out ? chain : *out;
	return 0;
}

static int
mark_down(struct judge *j, struct arena *mem, struct err *e)
{
	enum { COVERAGE_MAX = 1024 };
	struct coverage_list covered = {
		arena_new_array(mem, struct covered, COVERAGE_MAX), 0, COVERAGE_MAX, mem
	};
	struct silent_list list = { NULL, mem };
	int64_t since;

	if (!covered.items)
		return err_nomem(e);
	if (store_each(j->s, STMT_COVERAGE_OF_RUN, BINDS(TEXT(j->run)), 0, add_covered,
		    &covered, e) == -1)
		return -1;
	if (covered.n == 0)
		return 0;
	j->covered = covered.items;
	j->n_covered = covered.n;
	if (answers_count_since(j, &since, e) == -1 ||
		store_each(j->s, STMT_ADDRESSES_SILENT,
			BINDS(TEXT(j->site), INT(since)), 0, add_silent, &list, e) == -1)
		return -1;
	struct arena *step = arena_new(COVERAGE_ARENA);
	int rc = step ? 0 : err_nomem(e);
	for (struct silent *a = list.first; rc == 0 && a; a = a->next) {
		arena_reset(step);
		rc = judge_address(j, a, step, e);
	}
	arena_free(step);
	return rc;
}

static int
take_site(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg,
	struct err *e)
{
	struct judge *j = arg;

	(void)mem;
	j->site = arena_strdup(j->mem, col_text(s, st, 0));
	j->resumed = *col_text(s, st, 1) != '\0';
	return j->site ? 0 : err_nomem(e);
}

static int
look_up_run(struct judge *j, struct err *e)
{
	if (store_each(j->s, STMT_RUN_SITE, BINDS(TEXT(j->run)), 0, take_site, j, e) ==
		-1)
		return -1;
	return j->site ? 0 : err_set(e, ERR_NOTFOUND, "the run was never begun");
}

static int
close_run(struct judge *j, const struct run_end *end, const char *summary, struct err *e)
{
	if (look_up_run(j, e) == -1 ||
		store_do(j->s, STMT_RUN_END,
			BINDS(TEXT(j->run), INT(j->at), INT(end->ok), TEXT(summary)),
			e) == -1)
		return -1;
	/* Its own, and those of earlier ones that are not worth going on with now. */
	if (end->ok && store_do(j->s, STMT_STATES_DROP, BINDS(TEXT(j->run)), e) == -1)
		return -1;
	return mark_down(j, j->mem, e);
}

int
store_end_run(struct store *s, const char *id, int64_t finished,
	const struct run_end *end, struct err *e)
{
	struct judge j = {
		.s = s, .run = id, .at = finished, .mem = arena_new(COVERAGE_ARENA)
	};
	struct sb summary;
	int rc = -1;

	sb_init(&summary, NDJSON_LINE_MAX);
	ndjson_write_end(end, &summary);
	if (!j.mem || summary.bad) {
		err_nomem(e);
		goto out;
	}
	if (store_need_writer(s, e) == -1 || store_begin_minded(s, e) == -1)
		goto out;
	if (close_run(&j, end, summary.text, e) == -1 || store_commit(s, e) == -1) {
		store_rollback(s);
		err_add(e, "end the run %s", id);
		goto out;
	}
	rc = gone_note(s, id, finished, e);
out:
	sb_done(&summary);
	arena_free(j.mem);
	return rc;
}
