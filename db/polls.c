/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The two tables of an agent's polls. */
#include "db/polls.h"

#include "db/store_private.h"

enum { ROW_ARENA = 1 << 20 };

int
store_put_poll(struct store *s, const struct poll_memory *p, struct err *e)
{
	if (store_need_writer(s, e) == -1)
		return -1;
	return store_do(s, STMT_POLL_PUT,
		BINDS(TEXT(p->name), INT(p->due), INT(p->paused), TEXT(p->settings),
			TEXT(p->state), TEXT(p->run)),
		e);
}

struct poll_reader {
	int (*row)(void *arg, const struct poll_memory *, struct err *);
	void *arg;
};

static int
pass_poll(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg,
	struct err *e)
{
	const struct poll_reader *r = arg;
	struct poll_memory p = { .name = col_text(s, st, 0),
		.due = col_int(s, st, 1),
		.paused = col_int(s, st, 2) != 0,
		.settings = col_text(s, st, 3),
		.state = col_text(s, st, 4),
		.run = col_text(s, st, 5) };

	(void)mem;
	return r->row(r->arg, &p, e);
}

int
store_each_poll(struct store *s,
	int (*row)(void *arg, const struct poll_memory *, struct err *), void *arg,
	struct err *e)
{
	static const struct sql_bind none[] = { { .kind = BIND_END } };
	struct poll_reader r = { row, arg };

	return store_each(s, STMT_POLLS, none, ROW_ARENA, pass_poll, &r, e);
}

int
store_put_poll_run(struct store *s, const struct poll_run *r, struct err *e)
{
	if (store_need_writer(s, e) == -1)
		return -1;
	return store_do(s, STMT_POLL_RUN_PUT,
		BINDS(TEXT(r->poll), TEXT(r->run), INT(r->due), INT(r->started),
			INT(r->finished), TEXT(r->outcome), TEXT(r->reason),
			INT(r->observations), INT(r->spoilt)),
		e);
}

int
store_end_poll_runs(struct store *s, int64_t now, const char *outcome,
	const char *reason, int64_t *n, struct err *e)
{
	static const struct sql_bind none[] = { { .kind = BIND_END } };
	bool found;

	if (store_need_writer(s, e) == -1 ||
		store_get(s, STMT_POLL_RUNS_OPEN, none, n, &found, e) == -1)
		return -1;
	if (*n == 0)
		return 0;
	return store_do(
		s, STMT_POLL_RUNS_END, BINDS(INT(now), TEXT(outcome), TEXT(reason)), e);
}

struct poll_run_reader {
	int (*row)(void *arg, const struct poll_run *, struct err *);
	void *arg;
};

static int
pass_poll_run(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg,
	struct err *e)
{
	const struct poll_run_reader *r = arg;
	struct poll_run run = { .poll = col_text(s, st, 0),
		.run = col_text(s, st, 1),
		.due = col_int(s, st, 2),
		.started = col_int(s, st, 3),
		.finished = col_int(s, st, 4),
		.outcome = col_text(s, st, 5),
		.reason = col_text(s, st, 6),
		.observations = col_int(s, st, 7),
		.spoilt = col_int(s, st, 8),
		.summary = col_text(s, st, 9) };

	(void)mem;
	return r->row(r->arg, &run, e);
}

int
store_each_poll_run(struct store *s, const char *poll, int64_t max,
	int (*row)(void *arg, const struct poll_run *, struct err *), void *arg,
	struct err *e)
{
	struct poll_run_reader r = { row, arg };

	if (!poll)
		return store_each(s, STMT_POLL_RUNS, BINDS(INT(max)), ROW_ARENA,
			pass_poll_run, &r, e);
	return store_each(s, STMT_POLL_RUNS_OF, BINDS(INT(max), TEXT(poll)), ROW_ARENA,
		pass_poll_run, &r, e);
}

int
store_last_done(struct store *s, const char *poll, int64_t *finished, struct err *e)
{
	bool found;

	if (store_get(s, STMT_POLL_LAST_DONE, BINDS(TEXT(poll)), finished, &found, e) ==
		-1)
		return -1;
	if (!found)
		*finished = 0;
	return 0;
}
