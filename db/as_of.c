/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A device as it was known at a moment of the past: whose an observation is, is decided as of
 * today; what it said, and what others said at its addresses, counts until then.
 *
 * The past comes out of what is kept: evidence and address rows that are as old as that never
 * expire and stand as they are; in the place of newer ones come the observations until then.
 * Where those were dropped, what they alone said is missing.
 */
#include <string.h>

#include "db/store_private.h"

static int
take_observation(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg,
	struct err *e)
{
	struct fold *f = arg;
	struct observation o;

	(void)mem; /* what is folded outlives its row */
	if (read_observation(s, st, f->mem, &o, e) == -1)
		return -1;
	return fold_take(s, f, &o, e);
}

/* --- addresses ----------------------------------------------------------------------------- */

/* An address while it is found out whether somebody else held it. */
struct place {
	const struct fold_addr *addr;
	int64_t device, at;
	bool taken;
};

/* As TAKES_PLACE in statements.h, at another time. */
static bool
takes_place(const struct place *p, int64_t last_seen, int64_t last_reply)
{
	const struct device_address *a = &p->addr->a;

	return last_reply > a->last_reply ||
		(last_reply == a->last_reply && last_seen > a->last_seen);
}

static int
ask_tenant(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg,
	struct err *e)
{
	struct place *p = arg;
	int64_t first_seen = col_int(s, st, 1), last_seen = col_int(s, st, 2),
		last_reply = col_int(s, st, 3);
	char ip[IP_KEY_MAX];

	(void)mem;
	if (p->taken || first_seen > p->at)
		return 0;
	if (last_seen > p->at) {
		struct sql_stmt *until = store_query(s, STMT_TENANT_UNTIL,
			BINDS(INT(col_int(s, st, 0)), TEXT(p->addr->site),
				TEXT(ip_key(&p->addr->a.ip, ip)), INT(p->at)),
			e);
		if (!until || store_next(s, until, e) != SQL_ROW)
			return -1;
		last_seen = col_int(s, until, 0);
		last_reply = col_int(s, until, 1);
		store_stop(s, until);
	}
	p->taken = takes_place(p, last_seen, last_reply);
	return 0;
}

/* Who held the address then, and was it found silent? */
static int
judge_address(struct store *s, const struct fold *f, struct fold_addr *a, int64_t at,
	struct err *e)
{
	struct place p = { .addr = a, .device = f->device, .at = at };
	char ip[IP_KEY_MAX];
	int64_t down;
	bool found;

	ip_key(&a->a.ip, ip);
	if (store_get(s, STMT_SILENCE_LAST,
		    BINDS(INT(f->device), TEXT(a->site), TEXT(ip), INT(at)), &down,
		    &found, e) == -1 ||
		store_each(s, STMT_OTHER_TENANTS,
			BINDS(TEXT(a->site), TEXT(ip), INT(f->device)), 0, ask_tenant,
			&p, e) == -1)
		return -1;
	a->a.down_at = down > a->a.last_reply ? down : 0;
	a->a.current = !p.taken;
	return 0;
}

int
fold_load_as_of(struct store *s, int64_t device, int64_t at, struct arena *mem,
	struct fold *f, bool *known, struct err *e)
{
	*known = false;
	if (fold_load_until(s, device, at, mem, f, e) == -1)
		return -1;
	if (f->first_seen > at)
		return 0;
	*known = true;
	if (f->last_seen > at) {
		f->last_seen = f->first_seen;
		if (store_each(s, STMT_OBSERVATIONS_UNTIL, BINDS(INT(device), INT(at)),
			    0, take_observation, f, e) == -1)
			return -1;
	}
	for (size_t i = 0; i < f->n_addrs; i++)
		if (judge_address(s, f, &f->addrs[i], at, e) == -1)
			return -1;
	return 0;
}
