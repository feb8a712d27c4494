/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who should answer a run, by what others said of them, and which devices did. */
#include "db/store_private.h"

struct expecting {
	int (*row)(void *arg, const struct expected *, struct err *);
	void *arg;
};

static int
pass_expected(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg,
	struct err *e)
{
	const struct expecting *x = arg;
	struct expected row = { .ip = ip_from_key(col_text(s, st, 0)),
		.device = col_int(s, st, 1) };

	(void)mem;
	return x->row(x->arg, &row, e);
}

int
store_each_expected(struct store *s, const struct expected_query *q,
	int (*row)(void *arg, const struct expected *, struct err *), void *arg,
	struct err *e)
{
	struct expecting x = { row, arg };
	char first[IP_KEY_MAX], last[IP_KEY_MAX];
	int64_t begun;
	bool found;

	if (store_get(s, STMT_CHAIN_STARTED, BINDS(TEXT(q->run)), &begun, &found, e) ==
		-1)
		return -1;
	return store_each(s, STMT_ADDRESSES_EXPECTED,
		BINDS(TEXT(q->site), TEXT(ip_key(&q->first, first)),
			TEXT(ip_key(&q->last, last)), TEXT(q->run), INT(begun)),
		0, pass_expected, &x, e);
}

struct replying {
	int (*row)(void *arg, int64_t device, struct err *);
	void *arg;
};

static int
pass_replied(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg,
	struct err *e)
{
	const struct replying *x = arg;

	(void)mem;
	return x->row(x->arg, col_int(s, st, 0), e);
}

int
store_each_replied(struct store *s, const char *run,
	int (*row)(void *arg, int64_t device, struct err *), void *arg, struct err *e)
{
	struct replying x = { row, arg };

	return store_each(
		s, STMT_DEVICES_REPLIED, BINDS(TEXT(run)), 0, pass_replied, &x, e);
}
