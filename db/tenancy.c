/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/tenancy.h"

#include "db/memo.h"

uint32_t
kind_bit(enum id_kind kind)
{
	_Static_assert(ID_KINDS <= 32, "a bit for each");
	return (uint32_t)1 << kind;
}

bool
tenancy_is_alone(const struct tenancy *t)
{
	return t->addresses == 1;
}

/* --- from the store ------------------------------------------------------------------------ */

static struct tenancy
read_tenant(
	struct store *s, struct sql_stmt *st, const char *site, const struct addr *ip)
{
	return (struct tenancy){ .device = col_int(s, st, 0),
		.addresses = col_int(s, st, 5),
		.home = { .site = site,
			.a = { .ip = *ip,
				.first_seen = col_int(s, st, 1),
				.last_seen = col_int(s, st, 2),
				.last_reply = col_int(s, st, 3),
				.down_at = col_int(s, st, 4),
				.current = true },
			.valid_until = col_int(s, st, 6),
			.reply_until = col_int(s, st, 7) } };
}

/* tenants: how many ever had it; t is of the only one. */
static int
read_tenants(struct store *s, const char *site, const struct addr *ip,
	struct tenancy *t, size_t *tenants, struct err *e)
{
	char key[IP_KEY_MAX];
	struct sql_stmt *st = store_query(
		s, STMT_TENANTS_OF_PLACE, BINDS(TEXT(site), TEXT(ip_key(ip, key))), e);
	enum sql_step step;

	*t = (struct tenancy){ .device = 0 };
	*tenants = 0;
	if (!st)
		return -1;
	while ((step = store_next(s, st, e)) == SQL_ROW)
		*t = (*tenants)++ == 0 ? read_tenant(s, st, site, ip)
				       : (struct tenancy){ .device = 0 };
	return step == SQL_FAILED ? -1 : 0;
}

bool
kind_is_one_of_its(enum id_kind kind)
{
	return id_rules[kind].single || id_rules[kind].tier >= 2 || kind == ID_MAC;
}

static int
read_kinds(struct store *s, int64_t device, uint32_t *kinds, bool *one_of_each,
	struct err *e)
{
	struct sql_stmt *st = store_query(
		s, STMT_IDENTIFIERS_OF_DEVICE, BINDS(INT(device)), e);
	enum sql_step step;
	enum id_kind kind;

	*kinds = 0;
	*one_of_each = true;
	if (!st)
		return -1;
	while ((step = store_next(s, st, e)) == SQL_ROW) {
		if (!id_kind_find(col_text(s, st, 0), &kind) ||
			((*kinds & kind_bit(kind)) && kind_is_one_of_its(kind)))
			*one_of_each = false;
		else
			*kinds |= kind_bit(kind);
	}
	return step == SQL_FAILED ? -1 : 0;
}

/* --- and from memory ------------------------------------------------------------------------- */

/* What it bears is looked at when somebody asks for it. */
static int
read_and_remember(struct store *s, const char *site, const struct addr *ip,
	struct tenancy *t, struct err *e)
{
	size_t tenants;

	if (read_tenants(s, site, ip, t, &tenants, e) == -1)
		return -1;
	const struct device_address *a = &t->home.a;
	const struct memo_home home = { t->device, a->first_seen, a->last_seen,
		a->last_reply, t->home.valid_until, t->home.reply_until,
		MEMO_KINDS_UNKNOWN, { 0 } };
	if (tenants == 0 || (t->device && tenancy_is_alone(t) && !a->down_at))
		memo_set_home(s->memo, site, ip, &home);
	return 0;
}

static struct tenancy
remembered(const struct memo_home *m, const char *site, const struct addr *ip)
{
	return (struct tenancy){ .device = m->device,
		.addresses = 1,
		.home = { .site = site,
			.a = { .ip = *ip,
				.first_seen = m->first_seen,
				.last_seen = m->last_seen,
				.last_reply = m->last_reply,
				.current = true },
			.valid_until = m->valid_until,
			.reply_until = m->reply_until },
		.kinds = (uint32_t)m->kinds };
}

int
tenancy_find(struct store *s, const char *site, const struct addr *ip,
	struct tenancy *t, struct err *e)
{
	struct memo_home *m = memo_home(s->memo, site, ip);
	bool one_of_each;

	if (m)
		*t = remembered(m, site, ip);
	else if (read_and_remember(s, site, ip, t, e) == -1)
		return -1;
	if (t->device == 0 || (m && m->kinds != MEMO_KINDS_UNKNOWN))
		return 0;
	if (read_kinds(s, t->device, &t->kinds, &one_of_each, e) == -1)
		return -1;
	m = memo_home(s->memo, site, ip);
	if (!one_of_each)
		t->device = 0;
	else if (m)
		m->kinds = t->kinds;
	return 0;
}
