/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The conditions under which a visit is of a known device, each one question to an index. */
#include "db/known.h"

/* A device's only address, if nobody else ever had it. */
struct tenancy {
	int64_t device; /* 0: none, or not alone */
	struct fold_addr home;
};

static struct tenancy
read_tenancy(struct store *s, struct sql_stmt *st, const struct visit *v)
{
	bool only = col_int(s, st, 5) == 1;

	return (struct tenancy){ .device = only ? col_int(s, st, 0) : 0,
		.home = { .site = v->site,
			.a = { .ip = v->ip,
				.first_seen = col_int(s, st, 1),
				.last_seen = col_int(s, st, 2),
				.last_reply = col_int(s, st, 3),
				.down_at = col_int(s, st, 4),
				.current = true },
			.valid_until = col_int(s, st, 6),
			.reply_until = col_int(s, st, 7) } };
}

static int
find_tenancy(struct store *s, const struct visit *v, struct tenancy *t, struct err *e)
{
	char ip[IP_KEY_MAX];
	struct sql_stmt *st = store_query(s, STMT_TENANTS_OF_PLACE,
		BINDS(TEXT(v->site), TEXT(ip_key(&v->ip, ip))), e);
	enum sql_step step;

	*t = (struct tenancy){ .device = 0 };
	if (!st)
		return -1;
	for (size_t n = 0; (step = store_next(s, st, e)) == SQL_ROW; n++)
		*t = n == 0 ? read_tenancy(s, st, v) : (struct tenancy){ .device = 0 };
	return step == SQL_FAILED ? -1 : 0;
}

/* Several values of these may make a difference, or be found shared. */
static bool
is_one_of_a_kind(enum id_kind kind)
{
	return id_rules[kind].single || id_rules[kind].tier >= 2 || kind == ID_MAC;
}

static bool
visit_has(const struct visit *v, enum id_kind kind, const char *value)
{
	struct id_key k = { .kind = kind, .value = value };

	for (size_t i = 0; i < v->n_keys; i++)
		if (id_key_cmp(&v->keys[i], &k) == 0)
			return true;
	return false;
}

/* Does the device bear all identifiers of the visit, and one of each kind? */
static int
bears_all(struct store *s, int64_t device, const struct visit *v, bool *out,
	struct err *e)
{
	struct sql_stmt *st = store_query(
		s, STMT_IDENTIFIERS_OF_DEVICE, BINDS(INT(device)), e);
	size_t of_kind[ID_KINDS] = { 0 }, borne = 0;
	enum sql_step step;
	enum id_kind kind;

	*out = true;
	if (!st)
		return -1;
	while ((step = store_next(s, st, e)) == SQL_ROW) {
		if (!id_kind_find(col_text(s, st, 0), &kind) ||
			(++of_kind[kind] > 1 && is_one_of_a_kind(kind)))
			*out = false;
		else
			borne += visit_has(v, kind, col_text(s, st, 1));
	}
	*out = *out && borne == v->n_keys;
	return step == SQL_FAILED ? -1 : 0;
}

/* Is an identifier its device's alone, also as it is said otherwise (a card that is seen
 * on-link may be in a list), and has nobody ruled on it? */
static int
is_unshared(struct store *s, const struct id_key *k, int64_t device, bool has_cards,
	bool *out, struct err *e)
{
	const char *kind = id_kind_name(k->kind);
	bool found, other = false, ruled = false, perhaps;
	struct id_key twin;
	int64_t bearers;

	if (store_get(s, STMT_COUNT_BEARERS, BINDS(TEXT(kind), TEXT(k->value)),
		    &bearers, &found, e) == -1 ||
		(has_cards && id_key_twin(k, &twin) &&
			store_get(s, STMT_BEARER_IS_OTHER,
				BINDS(TEXT(id_kind_name(twin.kind)), TEXT(twin.value),
					INT(device)),
				NULL, &other, e) == -1) ||
		ruled_perhaps(s, kind, k->value, &perhaps, e) == -1)
		return -1;
	if (perhaps &&
		store_get(s, STMT_RULINGS_BY_KEY, BINDS(TEXT(kind), TEXT(k->value)),
			NULL, &ruled, e) == -1)
		return -1;
	*out = bearers == 1 && !other && !ruled;
	return 0;
}

/* A visit without a strong identifier is of who was there within the lifetime; one that
 * nobody answered in counts only with the answers of its run. */
static int
is_in_time(struct store *s, const struct visit *v, const struct tenancy *t, bool *out,
	struct err *e)
{
	char ip[IP_KEY_MAX];
	bool anchored = false, begun = false;

	for (size_t i = 0; i < v->n_keys; i++)
		anchored |= id_rules[v->keys[i].kind].tier <= 1;
	if (!v->replied &&
		store_get(s, STMT_VISIT_IS_STORED,
			BINDS(TEXT(v->site), TEXT(ip_key(&v->ip, ip)), TEXT(v->run)),
			NULL, &begun, e) == -1)
		return -1;
	*out = v->first_at >= t->home.a.last_seen && (v->replied || begun) &&
		(anchored || v->first_at <= t->home.reply_until);
	return 0;
}

int
known_device(struct store *s, const struct visit *v, bool has_cards, int64_t *device,
	struct fold_addr *home, struct err *e)
{
	struct tenancy t;
	bool yes;

	*device = 0;
	if (find_tenancy(s, v, &t, e) == -1)
		return -1;
	if (t.device == 0)
		return 0;
	if (is_in_time(s, v, &t, &yes, e) == -1 ||
		(yes && bears_all(s, t.device, v, &yes, e) == -1))
		return -1;
	for (size_t i = 0; yes && i < v->n_keys; i++)
		if (is_unshared(s, &v->keys[i], t.device, has_cards, &yes, e) == -1)
			return -1;
	if (yes) {
		*device = t.device;
		*home = t.home;
	}
	return 0;
}
