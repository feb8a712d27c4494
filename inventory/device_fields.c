/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From evidence rows to fields: who wins is a total order over claims, so the fields are a
 * function of the set of rows.  Nothing here looks at a clock: what is stale is the
 * caller's question.
 */
#include "inventory/device_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/sort.h"
#include "inventory/identity.h"
#include "inventory/ndjson.h"
#include "inventory/vendor.h"

/* A field, and the text of it that people should see. */
struct folded {
	struct device_field field;
	const char *in_use; /* NULL: it is no text */
};

struct folding {
	struct arena *mem;
	const struct vendor_table *vendors; /* NULL: the one compiled in */
	const struct fact_def *def;         /* of the key in hand; NULL: unknown */
	struct folded *items;               /* by key */
	size_t n;
	uint64_t bits; /* of their keys (fact_key_bit) */
	struct err *e;
};

/* --- who wins --------------------------------------------------------------------- */

/* Who knows better comes first; a source that is not listed comes last. */
static size_t
source_rank(const char *source)
{
	static const char *const ranks[] = { "person", "edit", "agent", "ad", "windows",
		"sweep", "import", "passive" };
	size_t i = 0;

	while (i < sizeof(ranks) / sizeof(ranks[0]) && strcmp(ranks[i], source) != 0)
		i++;
	return i;
}

static int
cmp_numbers(size_t a, size_t b)
{
	return a < b ? -1 : a > b;
}

static bool
is_weak(const struct evidence_row *c)
{
	return c->evidence == EVIDENCE_WEAK;
}

/* Below 0: a wins. */
static int
cmp_claims(const struct evidence_row *a, const struct evidence_row *b)
{
	int order = is_weak(a) - is_weak(b);

	if (order == 0)
		order = cmp_numbers(source_rank(a->source), source_rank(b->source));
	if (order == 0)
		order = cmp_numbers(evidence_grade(a), evidence_grade(b));
	if (order == 0)
		order = evidence_order(b, a);
	return order ? order : strcmp(a->source, b->source);
}

/* A port: what was seen last counts, whoever saw it. */
static int
cmp_port_claims(const struct evidence_row *a, const struct evidence_row *b)
{
	int order = is_weak(a) - is_weak(b);

	if (order == 0)
		order = evidence_order(b, a);
	if (order == 0)
		order = a->gone - b->gone;
	if (order == 0)
		order = cmp_numbers(source_rank(a->source), source_rank(b->source));
	return order ? order : strcmp(a->source, b->source);
}

/* A name in use stays: the one known longest, of those that are known best. */
static int
cmp_members(const struct evidence_row *a, const struct evidence_row *b)
{
	int order = cmp_numbers(evidence_grade(a), evidence_grade(b));

	if (order == 0)
		order = a->first_at < b->first_at ? -1 : a->first_at > b->first_at;
	return order ? order : strcmp(a->member, b->member);
}

/* --- fields of one key ------------------------------------------------------------ */

static int
damaged(const struct folding *f, const struct evidence_row *c)
{
	return err_set(f->e, ERR_PROTO, "the evidence of %s for %s is damaged: \"%s\"",
		c->source, c->key, c->member);
}

/* Most keys come in their order.  What was found before may lie elsewhere afterwards. */
static struct folded *
insert_item(struct folding *f, const char *key)
{
	size_t at = f->n;

	while (at > 0 && strcmp(f->items[at - 1].field.fact.key, key) > 0)
		at--;
	memmove(&f->items[at + 1], &f->items[at], (f->n - at) * sizeof(*f->items));
	f->n++;
	f->bits |= fact_key_bit(key);
	return &f->items[at];
}

static struct folded *
add_field(struct folding *f, const char *key, const struct evidence_row *c)
{
	struct folded *item = insert_item(f, key);

	*item = (struct folded){
		.field = { .source = c->source, .at = c->at, .evidence = c->evidence }
	};
	item->field.fact.key = key;
	item->field.fact.type = f->def ? f->def->type : FACT_OTHER;
	return item;
}

static const char *
key_in_hand(const struct folding *f, const struct evidence_row *c)
{
	return f->def ? f->def->key : c->key;
}

static int
fold_single(struct folding *f, const struct evidence_row *const *rows, size_t n)
{
	const struct evidence_row *best = rows[0];

	for (size_t i = 1; i < n; i++)
		if (cmp_claims(rows[i], best) < 0)
			best = rows[i];
	if (*best->member)
		return damaged(f, best);
	struct folded *item = add_field(f, key_in_hand(f, best), best);
	struct fact *fact = &item->field.fact;
	if (ndjson_read_fact(fact->key, best->value, strlen(best->value), f->mem, fact,
		    f->e) == -1)
		return -1;
	item->in_use = fact->type == FACT_TEXT ? fact->text : NULL;
	return 0;
}

/*
 * Puts the members that are current first and says how many they are: those which the best
 * source saw in the run that was the last to see any.  A device with two addresses is
 * observed twice in a run, so a single observation would not do.
 */
static size_t
current_members(const struct evidence_row **rows, size_t n)
{
	const struct evidence_row *best = NULL;
	size_t kept = 0;

	/* Rows of one source are neighbours. */
	for (size_t i = 0; i < n;) {
		const struct evidence_row *latest = rows[i];
		size_t j = i;
		for (; j < n && strcmp(rows[j]->source, latest->source) == 0; j++)
			if (evidence_standing(rows[j], latest) > 0)
				latest = rows[j];
		if (!best || cmp_claims(latest, best) < 0)
			best = latest;
		i = j;
	}
	for (size_t i = 0; i < n; i++)
		if (strcmp(rows[i]->source, best->source) == 0 &&
			strcmp(rows[i]->point, best->point) == 0 &&
			strcmp(rows[i]->run, best->run) == 0)
			rows[kept++] = rows[i];
	return kept;
}

static const struct evidence_row *
in_use(const struct evidence_row *const *members, size_t n)
{
	const struct evidence_row *best = members[0];

	for (size_t i = 1; i < n; i++)
		if (cmp_members(members[i], best) < 0)
			best = members[i];
	return best;
}

static int
fold_mac(struct folding *f, const struct evidence_row **rows, size_t n)
{
	const struct evidence_row *best = in_use(rows, current_members(rows, n));
	struct folded *item = add_field(f, key_in_hand(f, best), best);

	return mac_parse(best->member, &item->field.fact.mac) ? 0 : damaged(f, best);
}

static int
fold_texts(struct folding *f, const struct evidence_row **rows, size_t n)
{
	size_t kept = current_members(rows, n);
	const char **texts = arena_new_array(f->mem, const char *, kept);
	const struct evidence_row *latest = rows[0];

	if (!texts)
		return err_nomem(f->e);
	for (size_t i = 0; i < kept; i++) { /* sorted already, as the rows are */
		if (!*rows[i]->member)
			return damaged(f, rows[i]);
		texts[i] = rows[i]->member;
		if (evidence_order(rows[i], latest) > 0)
			latest = rows[i];
	}
	struct folded *item = add_field(f, key_in_hand(f, latest), latest);
	item->field.fact.texts.items = texts;
	item->field.fact.texts.n = kept;
	item->in_use = in_use(rows, kept)->member;
	return 0;
}

static bool
read_port(const char *text, uint16_t *out)
{
	char *end;
	long port = strtol(text, &end, 10);

	*out = (uint16_t)port;
	return port > 0 && port <= UINT16_MAX && *end == '\0';
}

static int
cmp_port(const void *a, const void *b)
{
	return *(const uint16_t *)a - *(const uint16_t *)b;
}

/* One field of the winners that are gone, or of those that are not. */
static int
add_ports(struct folding *f, const struct evidence_row *const *winners, size_t n,
	bool gone, const char *key)
{
	uint16_t *ports = arena_new_array(f->mem, uint16_t, n);
	const struct evidence_row *latest = NULL;
	size_t kept = 0;

	if (!ports)
		return err_nomem(f->e);
	for (size_t i = 0; i < n; i++) {
		if (winners[i]->gone != gone)
			continue;
		if (!read_port(winners[i]->member, &ports[kept++]))
			return damaged(f, winners[i]);
		if (!latest || evidence_order(winners[i], latest) > 0)
			latest = winners[i];
	}
	if (!latest)
		return 0;
	qsort(ports, kept, sizeof(*ports), cmp_port);
	struct folded *item = add_field(f, key, latest);
	item->field.fact.ports.items = ports;
	item->field.fact.ports.n = kept;
	return 0;
}

static int
cmp_member_then_claim(const void *a, const void *b)
{
	const struct evidence_row *x = *(const struct evidence_row *const *)a;
	const struct evidence_row *y = *(const struct evidence_row *const *)b;
	int order = strcmp(x->member, y->member);

	return order ? order : cmp_port_claims(x, y);
}

static int
fold_ports(struct folding *f, const struct evidence_row **rows, size_t n)
{
	size_t winners = 0;

	qsort(rows, n, sizeof(*rows), cmp_member_then_claim);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || strcmp(rows[i]->member, rows[winners - 1]->member) != 0)
			rows[winners++] = rows[i];
	if (add_ports(f, rows, winners, false, f->def->key) == -1)
		return -1;
	for (const struct port_pair *p = port_pairs; p->open; p++)
		if (strcmp(p->open, rows[0]->key) == 0)
			return add_ports(f, rows, winners, true, p->closed);
	return 0;
}

static int
fold_key(struct folding *f, const struct evidence_row **rows, size_t n)
{
	f->def = fact_find_next(f->def, rows[0]->key);
	switch (f->def ? f->def->type : FACT_OTHER) {
	case FACT_PORTS: return fold_ports(f, rows, n);
	case FACT_TEXTS: return fold_texts(f, rows, n);
	case FACT_MAC: return fold_mac(f, rows, n);
	case FACT_TEXT:
	case FACT_INT:
	case FACT_BOOL:
	case FACT_IP:
	case FACT_OTHER: break;
	}
	return fold_single(f, rows, n);
}

/* --- derived fields --------------------------------------------------------------- */

static const struct folded *
find(const struct folding *f, const char *key)
{
	bool is_there;

	if (!(f->bits & fact_key_bit(key)))
		return NULL;
	size_t at = fact_key_place(f->items, f->n, sizeof(*f->items),
		offsetof(struct folded, field.fact.key), key, &is_there);

	return is_there ? &f->items[at] : NULL;
}

/* Which part of a text a derived field takes. */
enum part { WHOLE, FIRST_LABEL, PARENT };

/* In arena; "" when there is no such part. */
static char *
take_part(struct arena *mem, const char *text, enum part part)
{
	size_t label = strcspn(text, ".");

	switch (part) {
	case WHOLE: break;
	case FIRST_LABEL: return arena_strndup(mem, text, label);
	case PARENT: return arena_strdup(mem, text[label] ? text + label + 1 : "");
	}
	return arena_strdup(mem, text);
}

/* The first row that gives a text wins.  What the computer calls itself comes before what
 * others call it; a computer's DNS name is cut to the computer, so that it reads like its
 * NetBIOS name, but is not cut at 15 characters as that is. */
static const struct derivation {
	const char *key, *from;
	enum part part;
} derivations[] = {
	{ "name", "smb.dns_name", FIRST_LABEL },
	{ "name", "netbios.name", WHOLE },
	{ "name", "dns.fqdn", WHOLE },
	{ "name", "snmp.sysname", WHOLE },
	{ "name", "dns.ptr", WHOLE },
	{ "name", "mdns.name", WHOLE },
	{ "name", "wsd.name", WHOLE },
	{ "name", "llmnr.name", WHOLE },
	{ "name", "lldp.name", WHOLE },
	{ "name", "cdp.name", WHOLE },
	{ "name", "dhcp.name", WHOLE },
	{ "name", "ssdp.name", WHOLE },
	{ "domain", "netbios.domain", WHOLE },
	{ "domain", "wsd.domain", WHOLE },
	{ "domain", "smb.dns_name", PARENT },
	{ "domain", "dns.fqdn", PARENT },
};

/* Adds a text under key; when and who as in the field it was made from. */
static void
add_derived(
	struct folding *f, const char *key, const char *text, const struct folded *from)
{
	struct folded item = { .field = from->field, .in_use = text };

	item.field.fact = (struct fact){ .key = fact_find(key)->key, .type = FACT_TEXT };
	item.field.fact.text = text;
	*insert_item(f, item.field.fact.key) = item;
}

static int
derive_texts(struct folding *f)
{
	const char *done = ""; /* the last key that has its text */

	for (size_t i = 0; i < sizeof(derivations) / sizeof(derivations[0]); i++) {
		const struct derivation *d = &derivations[i];
		if (strcmp(d->key, done) == 0)
			continue;
		const struct folded *from = find(f, d->from);
		if (!from || !from->in_use)
			continue;
		if (find(f, d->key)) {
			done = d->key;
			continue;
		}
		const char *text = take_part(f->mem, from->in_use, d->part);
		if (!text)
			return err_nomem(f->e);
		if (*text)
			add_derived(f, d->key, text, from);
	}
	return 0;
}

/* What a MAC says by itself; NULL: nothing. */
static const char *
maker_of(const struct folding *f, const struct folded *mac)
{
	return mac ? vendor_find(f->vendors, &mac->field.fact.mac) : NULL;
}

/* That a card is private says least: whatever names a maker comes before it. */
static void
derive_vendor(struct folding *f)
{
	const struct folded *mac = find(f, "mac"), *onlink = find(f, "mac.onlink");
	const struct folded *stated = find(f, "mac.vendor"),
			    *unit = find(f, "netbios.mac");
	const char *name = NULL;

	if (find(f, "vendor"))
		return;
	if (!onlink || !onlink->field.fact.num)
		mac = NULL; /* it came through a router, and is the router's */
	if ((name = maker_of(f, mac)))
		add_derived(f, "vendor", name, mac);
	else if (stated)
		add_derived(f, "vendor", stated->in_use, stated);
	else if ((name = maker_of(f, unit)))
		add_derived(f, "vendor", name, unit);
	else if (mac && vendor_is_private(&mac->field.fact.mac))
		add_derived(f, "vendor", VENDOR_PRIVATE, mac);
}

/* An address that moves between machines is no machine. */
static void
derive_vip(struct folding *f)
{
	const struct folded *mac = find(f, "mac"), *onlink = find(f, "mac.onlink");

	if (mac && onlink && onlink->field.fact.num && !find(f, "kind") &&
		identity_is_virtual_mac(&mac->field.fact.mac))
		add_derived(f, "kind", "vip", mac);
}

/* --- all -------------------------------------------------------------------------- */

/* By key, then source, then member: rows of a key and a source are neighbours. */
static int
cmp_rows(const void *a, const void *b)
{
	const struct evidence_row *x = *(const struct evidence_row *const *)a;
	const struct evidence_row *y = *(const struct evidence_row *const *)b;
	int order = strcmp(x->key, y->key);

	if (order == 0)
		order = strcmp(x->source, y->source);
	return order ? order : strcmp(x->member, y->member);
}

/* Every key gives one field at most, open ports a second one: of TCP, of UDP. */
enum { CLOSED = 2, DERIVED = 5 };

static int
fold_keys(struct folding *f, const struct evidence_row **rows, size_t n)
{
	for (size_t i = 0, j; i < n; i = j) {
		for (j = i; j < n && strcmp(rows[j]->key, rows[i]->key) == 0; j++)
			;
		if (fold_key(f, rows + i, j - i) == -1)
			return -1;
	}
	if (derive_texts(f) == -1)
		return -1;
	derive_vendor(f);
	derive_vip(f);
	return 0;
}

/* Those that still say something. */
static size_t
keep_standing(const struct evidence_row *rows, size_t n, const struct evidence_row **out)
{
	const struct evidence_row *whole = evidence_whole(rows, n);
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (!evidence_has_ended(&rows[i], whole))
			out[kept++] = &rows[i];
	return kept;
}

int
device_fields(const struct evidence_row *rows, size_t n,
	const struct vendor_table *vendors, struct arena *mem,
	struct device_field **out, size_t *n_out, struct err *e)
{
	struct folding f = { .mem = mem, .vendors = vendors, .e = e };
	const struct evidence_row **sorted = arena_new_array(
		mem, const struct evidence_row *, n);

	f.items = arena_new_array(mem, struct folded, n + CLOSED + DERIVED);
	if (!sorted || !f.items)
		return err_nomem(e);
	size_t kept = keep_standing(rows, n, sorted);
	sort_mostly_sorted(sorted, kept, sizeof(*sorted), cmp_rows);
	if (fold_keys(&f, sorted, kept) == -1)
		return -1;
	struct device_field *fields = arena_new_array(mem, struct device_field, f.n);
	if (!fields)
		return err_nomem(e);
	for (size_t i = 0; i < f.n; i++)
		fields[i] = f.items[i].field;
	*out = fields;
	*n_out = f.n;
	return 0;
}
