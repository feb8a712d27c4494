/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Turns: found when a device is folded, kept as one stretch for each run. */
#include "db/turn.h"

#include <string.h>

int
turn_put(struct store *s, int64_t device, const char *run, int64_t first_at,
	int64_t last_at, struct err *e)
{
	return store_do(s, STMT_TURN_PUT,
		BINDS(INT(device), TEXT(run), INT(first_at), INT(last_at)), e);
}

/* What history_note does not tell as a change: an address that was left, or came back. */
static bool
differ(const struct device *a, const struct device *b)
{
	if (a->state != b->state || a->n_addrs != b->n_addrs)
		return true;
	for (size_t i = 0; i < a->n_addrs; i++)
		if (!addr_equal(&a->addrs[i].ip, &b->addrs[i].ip) ||
			a->addrs[i].current != b->addrs[i].current ||
			(a->addrs[i].down_at != 0) != (b->addrs[i].down_at != 0))
			return true;
	return false;
}

/* What was observed late may have changed all that came after it. */
static int64_t
end_of(const struct turn *t, int64_t last_seen)
{
	return last_seen > t->last_at ? last_seen : t->last_at;
}

struct neighbours {
	const struct turn *turn;
	int64_t last_seen; /* of the device, and of all that had its addresses too */
	bool any;
};

static int
put_neighbour(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg,
	struct err *e)
{
	struct neighbours *n = arg;
	int64_t last_seen = col_int(s, st, 2);

	(void)mem;
	n->any = true;
	if (last_seen > n->last_seen)
		n->last_seen = last_seen;
	return turn_put(s, col_int(s, st, 0), n->turn->run, n->turn->first_at,
		end_of(n->turn, n->last_seen), e);
}

static bool
was_nobodys(const struct store *s, const struct fold_addr *a)
{
	const struct memo_home *m = memo_home(s->memo, a->site, &a->a.ip);

	return m && m->device == 0;
}

/* Who had the address too may have lost it, or takes it from this one later. */
static int
note_neighbours(struct store *s, const struct turn *t, const struct fold *f,
	int64_t *last_seen, bool *any, struct err *e)
{
	struct neighbours n = { .turn = t, .last_seen = *last_seen };
	char ip[IP_KEY_MAX];

	for (size_t i = 0; i < f->n_addrs && !f->alone; i++)
		if (f->addrs[i].dirty && !was_nobodys(s, &f->addrs[i]) &&
			store_each(s, STMT_OTHER_TENANTS,
				BINDS(TEXT(f->addrs[i].site),
					TEXT(ip_key(&f->addrs[i].a.ip, ip)),
					INT(f->device)),
				0, put_neighbour, &n, e) == -1)
			return -1;
	*any = n.any;
	*last_seen = n.last_seen;
	return 0;
}

int
turn_note(struct store *s, const struct turn *t, const struct device *before,
	const struct fold *f, const struct device *after, bool noted, struct err *e)
{
	bool shared, late = t->first_at < before->last_seen;
	int64_t last_seen = after->last_seen;

	if (t->first_at == 0)
		return 0;
	if (note_neighbours(s, t, f, &last_seen, &shared, e) == -1)
		return -1;
	if (!t->certain && !noted && !late && !shared && !differ(before, after))
		return 0;
	return turn_put(s, f->device, t->run, t->first_at,
		end_of(t, late || shared || t->certain ? last_seen : t->last_at), e);
}

struct turn_reader {
	int (*row)(void *arg, int64_t device, struct err *);
	void *arg;
};

static int
pass_turn(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg,
	struct err *e)
{
	const struct turn_reader *r = arg;

	(void)mem;
	return r->row(r->arg, col_int(s, st, 0), e);
}

int
turn_each(struct store *s, int64_t after, int64_t until,
	int (*row)(void *arg, int64_t device, struct err *), void *arg, struct err *e)
{
	struct turn_reader r = { row, arg };

	return store_each(
		s, STMT_TURNED, BINDS(INT(after), INT(until)), 0, pass_turn, &r, e);
}
