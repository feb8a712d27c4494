/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Evidence rows: each is a register that the observation which comes last in evidence_standing
 * sets.  That is a total order, so any order and any batches of observations leave the same
 * rows (docs/design.md).
 */
#include "inventory/device_private.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "inventory/jsontext.h"
#include "inventory/ndjson.h"

const char *const device_state_names[] = {
	[DEVICE_UP] = "up",
	[DEVICE_DOWN] = "down",
	[DEVICE_UNCONFIRMED] = "unconfirmed",
	NULL,
};

/* A living account has a name, and one that was deleted is told without. */
static const char directory[] = "ad", whole_key[] = "ad.dn", site_key[] = "ad.site";

/* --- rows of one observation ------------------------------------------------------ */

struct rows {
	struct evidence_row like; /* what all rows of the observation share */
	struct arena *mem;
	struct evidence_row *items;
	size_t n;
	const struct fact_def *def; /* of the last row's key */
	struct sb json;
	struct err *e;
};

const struct port_pair port_pairs[] = {
	{ "tcp.open", "tcp.closed" },
	{ "udp.open", "udp.closed" },
	{ NULL, NULL },
};

/* The key whose rows a fact of closed ports makes `gone`, or NULL. */
static const char *
closed_key(const char *key)
{
	for (const struct port_pair *p = port_pairs; p->open; p++)
		if (strcmp(p->closed, key) == 0)
			return p->open;
	return NULL;
}

static size_t
count_rows(const struct observation *o)
{
	size_t n = 0;

	for (size_t i = 0; i < o->n_facts; i++) {
		const struct fact *f = &o->facts[i];
		n += f->type == FACT_PORTS      ? f->ports.n
			: f->type == FACT_TEXTS ? f->texts.n
						: 1;
	}
	return n;
}

/* Keys of the table are static; others, and members, are copied.  A value is in the arena, or
 * static. */
static int
add_row(struct rows *r, const char *key, const char *member, const char *value,
	bool gone)
{
	const struct fact_def *def = r->def && r->def->key == key
		? r->def
		: fact_find_next(r->def, key);
	struct evidence_row *row = &r->items[r->n];

	*row = r->like;
	r->def = def;
	row->key = def ? def->key : arena_strdup(r->mem, key);
	row->member = *member ? arena_strdup(r->mem, member) : ""; /* half of them */
	row->value = value;
	row->gone = gone;
	if (!row->key || !row->member || !row->value)
		return err_nomem(r->e);
	r->n++;
	return 0;
}

static int
add_port(struct rows *r, const char *key, uint16_t port, bool gone)
{
	char text[8];

	(void)snprintf(text, sizeof(text), "%u", port); /* at most five digits */
	return add_row(r, key, text, "", gone);
}

/* A port that one observation has both open and closed gives both rows: the open one
 * wins, for somebody answered. */
static int
add_ports(struct rows *r, const struct fact *f)
{
	const char *opens = closed_key(f->key);

	for (size_t i = 0; i < f->ports.n; i++)
		if (add_port(r, opens ? opens : f->key, f->ports.items[i],
			    opens != NULL) == -1)
			return -1;
	return 0;
}

/* Most values, as ndjson_write_fact would write them; NULL: it has to. */
static const char *
plain_value(const struct rows *r, const struct fact *f)
{
	const struct fact_def *def = fact_find_next(r->def, f->key);

	if (!def || def->type != f->type)
		return NULL;
	if (f->type == FACT_BOOL)
		return f->num ? "true" : "false";
	size_t n = f->type == FACT_TEXT ? strlen(f->text) : SIZE_MAX;
	return n <= FACT_TEXT_LIMIT && jsontext_plain(f->text, n) == n
		? arena_join(r->mem, "\"", f->text, "\"")
		: NULL;
}

static int
add_value(struct rows *r, const struct fact *f)
{
	const char *value = plain_value(r, f);

	if (value)
		return add_row(r, f->key, "", value, false);
	sb_clear(&r->json);
	return ndjson_write_fact(f, &r->json, r->e) == 0
		? add_row(r, f->key, "", arena_strdup(r->mem, r->json.text), false)
		: -1;
}

static int
add_fact(struct rows *r, const struct fact *f)
{
	char mac[MAC_TEXT_MAX];

	switch (f->type) {
	case FACT_PORTS: return add_ports(r, f);
	case FACT_TEXTS:
		for (size_t i = 0; i < f->texts.n; i++)
			if (*f->texts.items[i] &&
				add_row(r, f->key, f->texts.items[i], "", false) == -1)
				return -1;
		return 0;
	case FACT_MAC: return add_row(r, f->key, mac_print(&f->mac, mac), "", false);
	case FACT_TEXT:
		return *f->text ? add_value(r, f) : 0; /* an empty text says nothing */
	case FACT_INT:
	case FACT_BOOL:
	case FACT_IP:
	case FACT_OTHER: return add_value(r, f);
	}
	return 0;
}

/* Of an account that is told with its address, the site is told as well, if there is one. */
static int
add_no_site(struct rows *r, const struct observation *o)
{
	if (strcmp(o->source, directory) != 0 || !addr_is_set(&o->ip) ||
		!fact_get(o->facts, o->n_facts, whole_key) ||
		fact_get(o->facts, o->n_facts, site_key))
		return 0;
	return add_row(r, site_key, "", "\"\"", true);
}

static int
add_all(struct rows *r, const struct observation *o)
{
	for (size_t i = 0; i < o->n_facts; i++)
		if (add_fact(r, &o->facts[i]) == -1)
			return -1;
	return add_no_site(r, o);
}

int
device_evidence(const struct observation *o, struct arena *mem,
	struct evidence_row **out, size_t *n, struct err *e)
{
	struct rows r = { .mem = mem, .e = e };

	r.like = (struct evidence_row){
		.source = arena_strdup(mem, o->source),
		.point = arena_strdup(mem, o->point ? o->point : ""),
		.run = arena_strdup(mem, o->run ? o->run : ""),
		.evidence = o->evidence,
		.first_at = o->at,
		.at = o->at,
		.seq = o->seq,
	};
	r.items = arena_new_array(mem, struct evidence_row, count_rows(o) + 1);
	if (!r.like.source || !r.like.point || !r.like.run || !r.items)
		return err_nomem(e);
	sb_init(&r.json, SIZE_MAX);
	int rc = add_all(&r, o);
	sb_done(&r.json);
	*out = r.items;
	*n = r.n;
	return rc;
}

int
evidence_order(const struct evidence_row *a, const struct evidence_row *b)
{
	struct observation x = {
		.at = a->at, .point = a->point, .run = a->run, .seq = a->seq
	};
	struct observation y = {
		.at = b->at, .point = b->point, .run = b->run, .seq = b->seq
	};

	return observation_cmp(&x, &y);
}

unsigned
evidence_grade(const struct evidence_row *row)
{
	static const unsigned grades[] = {
		[EVIDENCE_REPLY] = 0,
		[EVIDENCE_HEARD] = 1,
		[EVIDENCE_LISTED] = 2,
		[EVIDENCE_WEAK] = GRADE_WORST,
	};
	size_t i = (size_t)row->evidence;

	return i < sizeof(grades) / sizeof(grades[0]) ? grades[i] : UINT_MAX;
}

/* Until when nothing of the worst grade replaces it.  A reply holds against what is listed
 * for a day, which is how long an address lives by default: half a day a grade. */
static int64_t
holds_until(const struct evidence_row *row)
{
	static const int64_t a_grade = 12 * 3600 * (int64_t)SECOND;
	unsigned grade = evidence_grade(row);
	int64_t better = grade < GRADE_WORST ? (GRADE_WORST - grade) * a_grade : 0;

	return row->at > INT64_MAX - better ? INT64_MAX : row->at + better;
}

int
evidence_standing(const struct evidence_row *a, const struct evidence_row *b)
{
	int64_t x = holds_until(a), y = holds_until(b);

	return x != y ? (x < y ? -1 : 1) : evidence_order(a, b);
}

int
evidence_place_cmp(const struct evidence_row *a, const struct evidence_row *b)
{
	int c = a->source == b->source ? 0 : strcmp(a->source, b->source);

	if (c == 0)
		c = strcmp(a->key, b->key);
	return c ? c : strcmp(a->member, b->member);
}

/* Observations that are equal in order still leave one winner: what is there beats what is
 * gone, then the greater value, then the better evidence. */
bool
evidence_is_later(const struct evidence_row *a, const struct evidence_row *b)
{
	int order = evidence_standing(b, a);

	if (order == 0)
		order = a->gone - b->gone;
	if (order == 0)
		order = strcmp(b->value, a->value);
	if (order == 0)
		order = (int)a->evidence - (int)b->evidence;
	return order > 0;
}

/* --- what a directory says no more ------------------------------------------------------------ */

const struct evidence_row *
evidence_whole(const struct evidence_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(rows[i].key, whole_key) == 0 &&
			strcmp(rows[i].source, directory) == 0)
			return &rows[i];
	return NULL;
}

bool
evidence_has_ended(const struct evidence_row *row, const struct evidence_row *whole)
{
	/* Those of its address, which a poll of what changed need not know, and what happened
	 * once. */
	static const char *const staying[] = { "ad.dns_refreshed", "ad.replaces" };

	if (strcmp(row->source, directory) != 0)
		return false;
	if (strcmp(row->key, site_key) == 0)
		return row->gone;
	if (!whole || evidence_order(row, whole) >= 0)
		return false;
	for (size_t i = 0; i < sizeof(staying) / sizeof(staying[0]); i++)
		if (strcmp(row->key, staying[i]) == 0)
			return false;
	return true;
}

/* --- a device --------------------------------------------------------------------- */

const struct device_field *
device_field(const struct device *d, const char *key)
{
	bool is_there;
	size_t at = fact_key_place(d->fields, d->n_fields, sizeof(*d->fields),
		offsetof(struct device_field, fact.key), key, &is_there);

	return is_there ? &d->fields[at] : NULL;
}

const char *
device_label(const struct device *d, char buf[static ADDR_TEXT_MAX])
{
	const struct device_field *name = device_field(d, "name");

	if (name && name->fact.type == FACT_TEXT)
		return name->fact.text;
	return d->n_addrs ? addr_print(&d->addrs[0].ip, buf) : d->id;
}
