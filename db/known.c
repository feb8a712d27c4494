/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The conditions under which a visit is of a known device, each one question to an index. */
#include "db/known.h"

#include <string.h>

#include "db/bearers.h"
#include "db/history.h"
#include "db/tenancy.h"

enum { BEGUN_MAX = 32 }; /* observations of a visit that are looked at again */

/* --- a visit ------------------------------------------------------------------------------- */

int
visit_reserve(struct visit *v, size_t n_keys, struct arena *mem, struct err *e)
{
	size_t room = v->n_keys + n_keys;
	struct id_key *keys = arena_new_array(mem, struct id_key, room);
	bool *borne = arena_new_array(mem, bool, room);

	if (!keys || !borne)
		return err_nomem(e);
	if (v->n_keys)
		memcpy(keys, v->keys, v->n_keys * sizeof(*keys));
	v->keys = keys;
	v->borne = borne;
	return 0;
}

void
visit_add(struct visit *v, enum evidence evidence, const struct id_key *keys, size_t n)
{
	v->replied |= evidence == EVIDENCE_REPLY;
	for (size_t i = 0, k; i < n; i++) {
		for (k = 0; k < v->n_keys && id_key_cmp(&v->keys[k], &keys[i]) != 0; k++)
			;
		if (k == v->n_keys)
			v->keys[v->n_keys++] = keys[i];
	}
}

/* --- whose its identifiers are --------------------------------------------------------------- */

int64_t
known_kinds(const struct visit *v)
{
	uint32_t kinds = 0;

	for (size_t i = 0; i < v->n_keys; i++) {
		enum id_kind kind = v->keys[i].kind;
		if ((kinds & kind_bit(kind)) && kind_is_one_of_its(kind))
			return MEMO_KINDS_UNKNOWN;
		kinds |= kind_bit(kind);
	}
	return kinds;
}

/* Does another device bear it as it is said otherwise (a card that is seen on-link may be in
 * a list), or has somebody ruled on it? */
static int
is_contested(struct store *s, const struct id_key *k, int64_t device, bool has_cards,
	bool *out, struct err *e)
{
	struct id_key twin;

	*out = false;
	if (has_cards && id_key_twin(k, &twin) &&
		store_get(s, STMT_BEARER_IS_OTHER,
			BINDS(TEXT(id_kind_name(twin.kind)), TEXT(twin.value),
				INT(device)),
			NULL, out, e) == -1)
		return -1;
	return *out ? 0 : bearer_is_ruled(s, k, out, e);
}

/* Is each key of the visit the device's alone, or nobody's? */
static int
find_bearers(struct store *s, struct visit *v, int64_t device, bool has_cards,
	bool *out, struct err *e)
{
	bool contested = false;

	for (size_t i = 0; i < v->n_keys && !contested; i++) {
		int64_t bearer;
		if (bearer_find(s, &v->keys[i], &bearer, e) == -1)
			return -1;
		v->borne[i] = bearer == device;
		contested = bearer != device && bearer != BEARER_NOBODY;
		if (!contested &&
			is_contested(
				s, &v->keys[i], device, has_cards, &contested, e) == -1)
			return -1;
	}
	*out = !contested;
	return 0;
}

/* What does a device that bears one of each of these kinds learn?  yes: nothing that more
 * than the device is concerned with. */
static void
see_news(const struct visit *v, uint32_t kinds, struct known *k, bool *yes)
{
	const struct id_key *by = NULL;

	k->learns = false;
	*yes = true;
	for (size_t i = 0; i < v->n_keys; i++) {
		const struct id_key *key = &v->keys[i];
		if (v->borne[i]) {
			by = !by || id_key_cmp(key, by) < 0 ? key : by;
			continue;
		}
		*yes = *yes && !(kinds & kind_bit(key->kind));
		kinds |= kind_bit(key->kind);
		k->learns = true;
	}
	if (!k->learns)
		return;
	*yes = *yes && v->replied && !v->late &&
		!(kinds & (kind_bit(ID_VIP) | kind_bit(ID_CARD))) && by &&
		id_rules[by->kind].tier <= 1;
	k->by = by ? *by : k->by;
}

/* --- when it was ----------------------------------------------------------------------------- */

/* Is some of the visit stored already? */
static int
is_begun(struct store *s, const struct visit *v, bool *out, struct err *e)
{
	char ip[IP_KEY_MAX];

	return store_get(s, STMT_VISIT_IS_STORED,
		BINDS(TEXT(v->site), TEXT(ip_key(&v->ip, ip)), TEXT(v->run)), NULL, out,
		e);
}

/* Can it be joined by what it says, with whom ever?  By two names as well. */
static bool
is_anchored(const struct visit *v, bool *strongly)
{
	enum id_kind name = ID_KINDS;
	bool two = false;

	*strongly = false;
	for (size_t i = 0; i < v->n_keys; i++) {
		enum id_kind kind = v->keys[i].kind;
		*strongly |= id_rules[kind].tier <= 1;
		if (id_rules[kind].tier != 2)
			continue;
		two |= name != ID_KINDS && name != kind;
		name = kind;
	}
	return *strongly || two;
}

/* What was told of a visit before. */
struct begun {
	struct visit *v;
	size_t n;
	int64_t first_at;
	bool replied;
	struct arena *mem;
};

static int
add_begun(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg,
	struct err *e)
{
	struct begun *b = arg;
	enum evidence evidence = (enum evidence)col_int(s, st, 0);
	struct id_key *keys;
	size_t n;

	(void)mem; /* the keys outlive the row */
	if (b->n++ == 0 || col_int(s, st, 2) < b->first_at)
		b->first_at = col_int(s, st, 2);
	b->replied |= evidence == EVIDENCE_REPLY;
	if (*col_text(s, st, 1) == '\0')
		return 0;
	if (keys_read(col_text(s, st, 1), b->mem, &keys, &n, e) == -1 ||
		visit_reserve(b->v, n, b->mem, e) == -1)
		return -1;
	visit_add(b->v, evidence, keys, n);
	return 0;
}

static int
take_begun(struct store *s, struct visit *v, struct begun *b, struct err *e)
{
	char ip[IP_KEY_MAX];
	bool any;

	if (!v->listed)
		return store_each(s, STMT_VISIT_STORED,
			BINDS(TEXT(v->site), TEXT(ip_key(&v->ip, ip)), TEXT(v->run),
				INT(BEGUN_MAX)),
			0, add_begun, b, e);
	if (is_begun(s, v, &any, e) == -1)
		return -1;
	b->n = any;
	return 0;
}

/* Which of two link addresses did the machine show last (inventory/identity_place.c)? */
static bool
shows_two_links(const struct tenancy *t)
{
	uint32_t links = kind_bit(ID_MAC) | kind_bit(ID_LINK);

	return (t->kinds & links) == links;
}

/* A visit that no identifier anchors is of who was there within the lifetime, but who knows
 * what else it said before; one that nobody answered in counts only with the answers of its
 * run. */
static bool
is_of_tenant(const struct visit *v, const struct tenancy *t, const struct begun *b)
{
	bool whole = b->n == 0 || (b->replied && b->n < BEGUN_MAX);

	return v->replied && whole && v->first_at <= t->home.reply_until &&
		!shows_two_links(t);
}

/* Of a visit that joins by itself, where the order of what was shown says nothing. */
static bool
may_be_late(const struct visit *v, const struct tenancy *t, const struct begun *b)
{
	return v->first_at >= t->home.a.first_seen && !shows_two_links(t) &&
		(b->n == 0 || v->first_at >= b->first_at);
}

static int
is_in_time(struct store *s, struct visit *v, const struct tenancy *t, struct arena *mem,
	bool *out, struct err *e)
{
	struct begun b = { .v = v, .mem = mem };
	bool strongly, anchored;

	v->late = v->first_at < t->home.a.last_seen;
	(void)is_anchored(v, &strongly);
	*out = strongly && v->replied && !v->late;
	if (*out)
		return 0;
	if (take_begun(s, v, &b, e) == -1)
		return -1;
	anchored = is_anchored(v, &strongly);
	if (strongly)
		*out = (v->replied || b.n > 0) && (!v->late || may_be_late(v, t, &b));
	else
		*out = !anchored && !v->late && tenancy_is_alone(t) &&
			is_of_tenant(v, t, &b);
	return 0;
}

/* --- the device ------------------------------------------------------------------------------- */

/* At how many places one run may show the device's identifiers before one of them is demoted. */
static int64_t
places_of(uint32_t kinds)
{
	int64_t fewest = INT64_MAX;

	for (unsigned kind = 0; kind < ID_KINDS; kind++)
		if ((kinds & kind_bit((enum id_kind)kind)) &&
			id_rules[kind].places_max > 0 &&
			id_rules[kind].places_max < fewest)
			fewest = id_rules[kind].places_max;
	return fewest;
}

/* May what a device with several addresses shows at one of them tell more of another?  Not when
 * it brings nothing new and nothing of the device is anybody else's, nor ruled about. */
static int
is_plain(struct store *s, const struct tenancy *t, const struct known *k, bool *out,
	struct err *e)
{
	bool contested = false;

	*out = false;
	if (k->learns || (t->kinds & (kind_bit(ID_VIP) | kind_bit(ID_CARD))) ||
		t->addresses > places_of(t->kinds))
		return 0;
	if (bearer_is_contested(s, t->device, &contested, e) == -1)
		return -1;
	*out = !contested;
	return 0;
}

int
known_device(struct store *s, struct visit *v, bool has_cards, struct arena *mem,
	struct known *k, struct err *e)
{
	struct tenancy t;
	bool yes;

	*k = (struct known){ .device = 0 };
	if (tenancy_find(s, v->site, &v->ip, &t, e) == -1)
		return -1;
	if (t.device == 0)
		return 0;
	if (is_in_time(s, v, &t, mem, &yes, e) == -1 ||
		(yes && find_bearers(s, v, t.device, has_cards, &yes, e) == -1))
		return -1;
	if (yes)
		see_news(v, t.kinds, k, &yes);
	if (yes && !tenancy_is_alone(&t) && is_plain(s, &t, k, &yes, e) == -1)
		return -1;
	k->device = yes ? t.device : 0;
	k->home = t.home;
	k->alone = tenancy_is_alone(&t);
	return 0;
}

/* As inventory/identity.h would have told it.  What was told of the visit before is a part
 * of it, and was not joined. */
static int
note_join(struct store *s, const struct visit *v, const struct known *k, bool *noted,
	struct arena *mem, struct err *e)
{
	struct ledger_line l = { .at = v->first_at,
		.run = v->run,
		.rule = identity_rule_of_key(k->by.kind, mem),
		.key = arena_join(mem, id_kind_name(k->by.kind), " ", k->by.value),
		.detail = identity_joined_by_key,
		.outcome = LINK_JOINED,
		.actor = "muster",
		.a = k->device,
		.b = k->device };
	/* Of a visit with answers nothing of this batch is stored yet (assign.c). */
	bool begun = v->listed || k->home.a.last_seen >= v->run_since;

	if (!l.rule || !l.key)
		return err_nomem(e);
	if (begun && is_begun(s, v, &begun, e) == -1)
		return -1;
	*noted = !begun;
	return begun ? 0 : ledger_put(s, &l, e);
}

/* The ledger says a join once.  Of one of a kind it is enough to remember the kind. */
static int
note_join_once(struct store *s, const struct visit *v, const struct known *k,
	struct memo_home *home, struct arena *mem, struct err *e)
{
	int64_t mark = (int64_t)kind_bit(k->by.kind) << MEMO_NOTED;
	bool minds = home && home->kinds != MEMO_KINDS_UNKNOWN &&
		kind_is_one_of_its(k->by.kind);
	bool noted;

	if (minds && (home->kinds & mark))
		return 0;
	if (note_join(s, v, k, &noted, mem, e) == -1)
		return -1;
	if (minds && noted)
		home->kinds |= mark;
	return 0;
}

int
known_learn(struct store *s, const struct visit *v, const struct known *k,
	struct arena *mem, struct err *e)
{
	struct memo_home *home;

	if (!k->learns)
		return 0;
	home = memo_home(s->memo, v->site, &v->ip);
	for (size_t i = 0; i < v->n_keys; i++) {
		if (v->borne[i])
			continue;
		if (bearer_put(s, &v->keys[i], k->device, e) == -1)
			return -1;
		if (home)
			home->kinds |= kind_bit(v->keys[i].kind);
	}
	return note_join_once(s, v, k, home, mem, e);
}
