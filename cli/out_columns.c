/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The column tables, and how each cell is written. */
#include "cli/out_columns.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "inventory/fact_print.h"

const char *
ago_print(int64_t at, int64_t now, char buf[static TIME_TEXT_MAX])
{
	static const struct {
		int64_t below, unit; /* seconds */
		const char *name;
	} rows[] = {
		{ 60 * 60, 60, "min" },
		{ 48 * 3600, 3600, "h" },
		{ 31 * 86400, 86400, "d" },
	};
	int64_t age = (now - at) / SECOND;

	if (age > -60 && age < 60) /* clocks of two machines differ by that much */
		return memcpy(buf, "just now", sizeof("just now"));
	for (size_t i = 0; age > 0 && i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (age >= rows[i].below)
			continue;
		(void)snprintf(buf, TIME_TEXT_MAX, "%" PRId64 " %s ago",
			age / rows[i].unit, rows[i].name);
		return buf;
	}
	time_print(at, buf);
	buf[strcspn(buf, "T")] = '\0'; /* the date of RFC 3339 */
	return buf;
}

/* --- cells ------------------------------------------------------------------------------ */

void
column_chars(const struct column *c, const void *thing, int64_t now, struct sb *out)
{
	(void)now;
	sb_add(out, (const char *)thing + c->at);
}

void
column_text(const struct column *c, const void *thing, int64_t now, struct sb *out)
{
	const char *text;

	(void)now;
	memcpy(&text, (const char *)thing + c->at, sizeof(text));
	sb_add(out, text);
}

static int64_t
time_of(const struct column *c, const void *thing)
{
	int64_t at;

	memcpy(&at, (const char *)thing + c->at, sizeof(at));
	return at;
}

void
column_time(const struct column *c, const void *thing, int64_t now, struct sb *out)
{
	char buf[TIME_TEXT_MAX];

	(void)now;
	sb_add(out, time_print(time_of(c, thing), buf));
}

/* For people: "2026-11-21T20:15:03Z". */
void
column_second(const struct column *c, const void *thing, int64_t now, struct sb *out)
{
	char buf[TIME_TEXT_MAX];

	(void)now;
	time_print(time_of(c, thing), buf);
	sb_add_n(out, buf, strcspn(buf, "."));
	sb_add(out, "Z");
}

void
column_ago(const struct column *c, const void *thing, int64_t now, struct sb *out)
{
	char buf[TIME_TEXT_MAX];

	sb_add(out, ago_print(time_of(c, thing), now, buf));
}

static void
print_fact(const struct column *c, const void *thing, int64_t now, struct sb *out)
{
	const struct device_field *f = device_field(thing, c->name);

	(void)now;
	if (f)
		fact_print(&f->fact, out);
}

/* --- devices ---------------------------------------------------------------------------- */

static void
print_address(const struct column *c, const void *thing, int64_t now, struct sb *out)
{
	const struct device *d = thing;
	char buf[ADDR_TEXT_MAX];

	(void)c, (void)now;
	if (d->n_addrs)
		sb_add(out, addr_print(&d->addrs[0].ip, buf));
}

static void
print_addresses(const struct column *c, const void *thing, int64_t now, struct sb *out)
{
	const struct device *d = thing;
	char buf[ADDR_TEXT_MAX];
	const char *gap = "";

	(void)c, (void)now;
	for (size_t i = 0; i < d->n_addrs; i++) {
		if (!d->addrs[i].current)
			continue;
		sb_add(out, gap);
		sb_add(out, addr_print(&d->addrs[i].ip, buf));
		gap = ", ";
	}
}

/* "22,80,137/udp": narrower than the fact's own text. */
static void
print_ports(const struct column *c, const void *thing, int64_t now, struct sb *out)
{
	static const struct {
		const char *key, *suffix;
	} rows[] = { { "tcp.open", "" }, { "udp.open", "/udp" } };
	const char *gap = "";

	(void)c, (void)now;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct device_field *f = device_field(thing, rows[i].key);
		for (size_t k = 0; f && k < f->fact.ports.n; k++) {
			sb_printf(out, "%s%u%s", gap, (unsigned)f->fact.ports.items[k],
				rows[i].suffix);
			gap = ",";
		}
	}
}

static void
print_state(const struct column *c, const void *thing, int64_t now, struct sb *out)
{
	(void)c, (void)now;
	sb_add(out, device_state_names[((const struct device *)thing)->state]);
}

static const char *
color_state(const void *thing)
{
	static const char *const sgr[] = {
		/* ECMA-48 §8.3.117 */
		[DEVICE_UP] = "\033[32m",
		[DEVICE_DOWN] = "\033[31m",
		[DEVICE_UNCONFIRMED] = "\033[33m",
	};
	return sgr[((const struct device *)thing)->state];
}

enum {
	BOTH = COLUMN_TABLE | COLUMN_CSV,
	SHRINKS = BOTH | COLUMN_SHRINKS,
	OPTIONAL = SHRINKS | COLUMN_OPTIONAL,
};

#define AT(member) offsetof(struct device, member)
static const struct column device_columns[] = {
	{ NULL, "id", COLUMN_CSV, column_chars, AT(id), NULL },
	{ NULL, "site", COLUMN_CSV, column_text, AT(site), NULL },
	{ "ADDRESS", "address", BOTH, print_address, 0, NULL },
	{ NULL, "addresses", COLUMN_CSV, print_addresses, 0, NULL },
	{ "NAME", "name", SHRINKS, print_fact, 0, NULL },
	{ "DOMAIN", "domain", OPTIONAL, print_fact, 0, NULL },
	{ "KIND", "kind", OPTIONAL, print_fact, 0, NULL },
	{ "OS", "os", OPTIONAL, print_fact, 0, NULL },
	{ "MAC", "mac", BOTH, print_fact, 0, NULL },
	{ "VENDOR", "vendor", OPTIONAL, print_fact, 0, NULL },
	{ "PORTS", NULL, COLUMN_TABLE | COLUMN_SHRINKS, print_ports, 0, NULL },
	{ "STATE", "state", BOTH, print_state, 0, color_state },
	{ "SEEN", NULL, COLUMN_TABLE, column_ago, AT(last_seen), NULL },
	{ NULL, "first_seen", COLUMN_CSV, column_time, AT(first_seen), NULL },
	{ NULL, "last_seen", COLUMN_CSV, column_time, AT(last_seen), NULL },
};
#undef AT

/* --- changes ---------------------------------------------------------------------------- */

#define AT(member) offsetof(struct change, member)
static const struct column change_columns[] = {
	{ "AT", NULL, COLUMN_TABLE, column_second, AT(at), NULL },
	{ NULL, "at", COLUMN_CSV, column_time, AT(at), NULL },
	{ NULL, "device", COLUMN_CSV, column_chars, AT(device), NULL },
	{ "DEVICE", "name", SHRINKS, column_text, AT(label), NULL },
	{ "CHANGE", "what", BOTH, column_text, AT(what), NULL },
	{ "FIELD", "key", SHRINKS, column_text, AT(key), NULL },
	{ "BEFORE", "before", SHRINKS, column_text, AT(before), NULL },
	{ "AFTER", "after", SHRINKS, column_text, AT(after), NULL },
	{ NULL, "run", COLUMN_CSV, column_text, AT(run), NULL },
};
#undef AT

/* --- choosing --------------------------------------------------------------------------- */

static bool
has_column(const struct column *columns, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (columns[i].name && strcmp(columns[i].name, name) == 0)
			return true;
	return false;
}

int
columns_choose(enum out_content content, enum column_flags flag, struct arena *a,
	const struct column **out, size_t *n_out, struct err *e)
{
	bool changes = content == OUT_CHANGES;
	const struct column *from = changes ? change_columns : device_columns;
	size_t n_from = changes ? sizeof(change_columns) / sizeof(change_columns[0])
				: sizeof(device_columns) / sizeof(device_columns[0]);
	struct column *chosen = arena_new_array(a, struct column, n_from + n_fact_defs);
	size_t n = 0;

	if (!chosen)
		return err_nomem(e);
	for (size_t i = 0; i < n_from; i++)
		if (from[i].flags & flag)
			chosen[n++] = from[i];
	for (size_t i = 0; flag == COLUMN_CSV && !changes && i < n_fact_defs; i++)
		if (fact_defs[i].title && !has_column(chosen, n, fact_defs[i].key))
			chosen[n++] = (struct column){ .name = fact_defs[i].key,
				.print = print_fact };
	*out = chosen;
	*n_out = n;
	return 0;
}
