/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A device for people: its head, addresses, fields, and with --why what stands behind. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/out_grid.h"
#include "cli/show.h"
#include "inventory/fact_print.h"

enum { TEXT_LIMIT = 16 << 20 };

/* One line about a fact: a field, or what a source says. */
struct fact_line {
	const char *key, *value, *source, *evidence, *used;
	int64_t first_at, at;
};

#define AT(member) offsetof(struct fact_line, member)
static const struct column field_columns[] = {
	{ "FIELD", NULL, 0, column_text, AT(key), NULL },
	{ "SOURCE", NULL, 0, column_text, AT(source), NULL },
	{ "EVIDENCE", NULL, 0, column_text, AT(evidence), NULL },
	{ "SEEN", NULL, 0, column_ago, AT(at), NULL },
	{ "VALUE", NULL, 0, column_text, AT(value), NULL },
};

static const struct column evidence_columns[] = {
	{ "FIELD", NULL, 0, column_text, AT(key), NULL },
	{ "SHOWN", NULL, 0, column_text, AT(used), NULL },
	{ "SOURCE", NULL, 0, column_text, AT(source), NULL },
	{ "EVIDENCE", NULL, 0, column_text, AT(evidence), NULL },
	{ "FIRST SEEN", NULL, 0, column_ago, AT(first_at), NULL },
	{ "SEEN", NULL, 0, column_ago, AT(at), NULL },
	{ "VALUE", NULL, 0, column_text, AT(value), NULL },
};
#undef AT

static void
address_text(const struct column *c, const void *a, int64_t now, struct sb *out)
{
	char buf[ADDR_TEXT_MAX];

	(void)c, (void)now;
	sb_add(out, addr_print(&((const struct device_address *)a)->ip, buf));
}

static void
address_holds(const struct column *c, const void *thing, int64_t now, struct sb *out)
{
	const struct device_address *a = thing;

	(void)c, (void)now;
	sb_add(out, !a->current ? "former" : a->down_at ? "down" : "current");
}

#define AT(member) offsetof(struct device_address, member)
static const struct column address_columns[] = {
	{ "ADDRESS", NULL, 0, address_text, 0, NULL },
	{ "STATE", NULL, 0, address_holds, 0, NULL },
	{ "FIRST SEEN", NULL, 0, column_ago, AT(first_seen), NULL },
	{ "SEEN", NULL, 0, column_ago, AT(last_seen), NULL },
};
#undef AT

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

/* How long ago a value was that is a time; now 0: as it stands. */
static void
add_age(const struct fact *f, int64_t now, struct sb *out)
{
	const int64_t day = INT64_C(86400) * SECOND;
	char ago[TIME_TEXT_MAX];
	int64_t at;

	if (f->type != FACT_TEXT || time_parse(f->text, &at) == -1 || at > now)
		return;
	if (now - at < 2 * day)
		sb_printf(out, " (%s)", ago_print(at, now, ago));
	else
		sb_printf(out, " (%" PRId64 " d ago)", (now - at) / day);
}

/* In mem; NULL: out of memory. */
static const char *
fact_text(const struct fact *f, int64_t now, struct arena *mem)
{
	struct sb text;

	sb_init(&text, TEXT_LIMIT);
	fact_print_bare(f, &text);
	add_age(f, now, &text);
	const char *copy = text.bad ? NULL : arena_strdup(mem, text.text);
	sb_done(&text);
	return copy;
}

static int
print_addresses(const struct show_report *r, const struct out_info *info, struct err *e)
{
	const struct device *d = &r->device;
	struct grid *g;

	if (grid_open(&g, address_columns, COUNT(address_columns), info, e) == -1)
		return -1;
	for (size_t i = 0; i < d->n_addrs; i++) {
		if (grid_add(g, &d->addrs[i], e) == -1) {
			grid_free(g);
			return -1;
		}
	}
	return grid_close(g, e);
}

static int
print_fields(const struct show_report *r, const struct out_info *info,
	struct arena *mem, struct err *e)
{
	const struct device *d = &r->device;
	struct grid *g;

	if (grid_open(&g, field_columns, COUNT(field_columns), info, e) == -1)
		return -1;
	for (size_t i = 0; i < d->n_fields; i++) {
		const struct device_field *f = &d->fields[i];
		struct fact_line line = { .key = f->fact.key,
			.value = fact_text(&f->fact, info->now, mem),
			.source = f->source,
			.evidence = evidence_names[f->evidence],
			.at = f->at };
		if (!line.value || grid_add(g, &line, e) == -1) {
			grid_free(g);
			return line.value ? -1 : err_nomem(e);
		}
	}
	return grid_close(g, e);
}

static int
evidence_value(const struct evidence_row *row, struct arena *mem, const char **out,
	struct err *e)
{
	struct fact fact;

	*out = row->member;
	if (*row->member)
		return 0;
	if (show_value(row, mem, &fact, e) == -1)
		return -1;
	*out = fact_text(&fact, 0, mem);
	return *out ? 0 : err_nomem(e);
}

/* A person has a name. */
static const char *
source_text(const struct evidence_row *row, struct arena *mem)
{
	const char *text = strcmp(row->source, "person") == 0
		? arena_printf(mem, "%s (%s)", row->source, row->point)
		: NULL;

	return text ? text : row->source;
}

/* Ports of which a source says the same share a line. */
static bool
shares_line(const struct show_report *r, const struct evidence_row *a,
	const struct evidence_row *b)
{
	const struct fact_def *def = fact_find(a->key);

	return def && def->type == FACT_PORTS && strcmp(a->key, b->key) == 0 &&
		strcmp(a->source, b->source) == 0 && strcmp(a->point, b->point) == 0 &&
		a->evidence == b->evidence && a->gone == b->gone &&
		a->contradicted == b->contradicted &&
		show_is_used(&r->device, a) == show_is_used(&r->device, b);
}

static int
by_port(const void *a, const void *b)
{
	long x = strtol(*(const char *const *)a, NULL, 10);
	long y = strtol(*(const char *const *)b, NULL, 10);

	return (x > y) - (x < y);
}

/* Row i and those behind it that share its line. */
static int
join_ports(const struct show_report *r, size_t i, struct arena *mem,
	struct fact_line *line, struct err *e)
{
	const struct evidence_row *row = &r->evidence[i];
	const char **ports = arena_new_array(mem, const char *, r->n_evidence);
	size_t n = 0;

	for (size_t k = i; ports && k < r->n_evidence; k++) {
		const struct evidence_row *other = &r->evidence[k];
		if (!shares_line(r, row, other))
			continue;
		ports[n++] = other->member;
		if (other->first_at < line->first_at)
			line->first_at = other->first_at;
		if (other->at > line->at)
			line->at = other->at;
	}
	if (!ports)
		return err_nomem(e);
	qsort(ports, n, sizeof(*ports), by_port);
	line->value = "";
	for (size_t k = 0; k < n && line->value; k++)
		line->value = arena_printf(
			mem, "%s%s%s", line->value, k ? ", " : "", ports[k]);
	return line->value ? 0 : err_nomem(e);
}

/* Is it in the line of a row before it? */
static bool
is_joined(const struct show_report *r, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (shares_line(r, &r->evidence[k], &r->evidence[i]))
			return true;
	return false;
}

/* A card beside the one that is shown, by the same source: no contradiction. */
static bool
is_another(const struct device *d, const struct evidence_row *row)
{
	const struct device_field *f = device_field(d, row->key);

	return f && f->fact.type == FACT_MAC && strcmp(f->source, row->source) == 0;
}

static const char *
used_text(const struct show_report *r, const struct evidence_row *row)
{
	if (row->contradicted)
		return row->gone ? "closed before" : "said before";
	if (row->gone)
		return *row->member ? "closed" : "ended";
	if (show_is_used(&r->device, row))
		return "yes";
	return is_another(&r->device, row) ? "another" : "no";
}

static int
make_line(const struct show_report *r, size_t i, struct arena *mem,
	struct fact_line *line, struct err *e)
{
	const struct evidence_row *row = &r->evidence[i];

	*line = (struct fact_line){ .key = row->key,
		.source = source_text(row, mem),
		.evidence = evidence_names[row->evidence],
		.used = used_text(r, row),
		.first_at = row->first_at,
		.at = row->at };
	return shares_line(r, row, row) ? join_ports(r, i, mem, line, e)
					: evidence_value(row, mem, &line->value, e);
}

static int
print_evidence(const struct show_report *r, const struct out_info *info,
	struct arena *mem, struct err *e)
{
	struct grid *g;

	if (grid_open(&g, evidence_columns, COUNT(evidence_columns), info, e) == -1)
		return -1;
	for (size_t i = 0; i < r->n_evidence; i++) {
		struct fact_line line;
		if (is_joined(r, i))
			continue;
		if (make_line(r, i, mem, &line, e) == -1 ||
			grid_add(g, &line, e) == -1) {
			grid_free(g);
			return -1;
		}
	}
	return grid_close(g, e);
}

static void
add_plain(struct sb *out, const char *text)
{
	sb_add_plain(out, text, strlen(text));
}

/* Between an outcome and its key. */
static const char *const prepositions[] = {
	[LINK_JOINED] = " by ",
	[LINK_REFUSED] = " over ",
	[LINK_DEMOTED] = " any more: ",
	[LINK_TIED] = " to another by ",
	[LINK_UNDONE] = ": ",
};

static void
add_overruling(const struct ledger_row *l, struct sb *out)
{
	char buf[TIME_TEXT_MAX];

	if (!l->overruled_by)
		return;
	sb_add(out, "; no more: ");
	add_plain(out, l->overruled_by);
	sb_printf(out, " overruled it at %s", time_print(l->overruled_at, buf));
}

/* Machines that choose their MAC are found again by something else, or not at all. */
static void
add_private_macs(const struct show_report *r, struct sb *out)
{
	struct mac mac;

	for (size_t i = 0; i < r->n_evidence && !r->vip; i++) {
		const struct evidence_row *row = &r->evidence[i];
		if (strcmp(row->key, "mac") != 0 || !mac_parse(row->member, &mac) ||
			!mac_is_local(&mac))
			continue;
		sb_printf(out,
			"%s is a private MAC, which software made up: no device is found "
			"again by it.\n",
			row->member);
	}
}

/* "2026-11-21T20:15:03.123456Z joined by mac 00:16:3e:5e:6c:00: both bear it (tier1:mac)" */
static void
add_ledger(const struct show_report *r, struct sb *out)
{
	char buf[TIME_TEXT_MAX];

	if (r->ledger.more)
		sb_printf(out, "%zu earlier reasons are left out.\n", r->ledger.more);
	for (size_t i = 0; i < r->ledger.n; i++) {
		const struct ledger_row *l = &r->ledger.rows[i];
		sb_printf(out, "%s %s", time_print(l->at, buf),
			show_outcomes[l->outcome]);
		sb_add(out, *l->key ? prepositions[l->outcome] : "");
		add_plain(out, l->key);
		sb_add(out, ": ");
		add_plain(out, l->detail);
		sb_add(out, " (");
		add_plain(out, l->rule);
		if (strcmp(l->actor, "muster") != 0) {
			sb_add(out, ", ruled by ");
			add_plain(out, l->actor);
		}
		sb_add(out, ")");
		add_overruling(l, out);
		sb_add(out, "\n");
	}
	if (r->ledger.n == 0)
		sb_add(out, "No observation had to be joined to another.\n");
}

static void
add_line(struct sb *out, const char *title, const char *text)
{
	sb_printf(out, "%-11s ", title);
	add_plain(out, text);
	sb_add(out, "\n");
}

static const char *
tie_title(const struct tie *t)
{
	if (strcmp(t->rule, "vip") == 0)
		return t->first ? "answered by" : "answers for";
	return t->first ? "replaced by" : "replaces";
}

/* "answered by core (01a2…) at 2026-11-21T20:15:03.123456Z (2 d ago)" */
static void
add_ties(const struct tie_list *l, int64_t now, struct sb *out)
{
	char time[TIME_TEXT_MAX], ago[TIME_TEXT_MAX];

	for (size_t i = 0; i < l->n; i++) {
		const struct tie *t = &l->items[i];
		sb_printf(out, "%-11s ", tie_title(t));
		add_plain(out, t->label);
		sb_printf(out, " (%s) at %s (%s)\n", t->id, time_print(t->at, time),
			ago_print(t->at, now, ago));
	}
	if (l->more)
		sb_printf(out, "%-11s and %zu more\n", "", l->more);
}

static void
add_moment(struct sb *out, const char *title, int64_t at, int64_t now)
{
	char time[TIME_TEXT_MAX], ago[TIME_TEXT_MAX];

	sb_printf(out, "%-11s %s (%s)\n", title, time_print(at, time),
		ago_print(at, now, ago));
}

static void
add_head(const struct show_report *r, int64_t now, struct sb *out)
{
	const struct device *d = &r->device;
	char buf[ADDR_TEXT_MAX];

	add_line(out, "device", device_label(d, buf));
	add_line(out, "id", d->id);
	for (size_t i = 0; i < r->n_aliases; i++)
		add_line(out, "alias", r->aliases[i]);
	add_ties(&r->ties, now, out);
	add_line(out, "site", d->site);
	add_line(out, "state", device_state_names[d->state]);
	add_moment(out, "first seen", d->first_seen, now);
	add_moment(out, "last seen", d->last_seen, now);
	sb_add(out, "\n");
}

static int
put(struct sb *text, FILE *to, struct err *e)
{
	if (text->bad)
		return err_nomem(e);
	if (fwrite(text->text, 1, text->len, to) != text->len)
		return err_sys(e, "write the output");
	sb_clear(text);
	return 0;
}

/* An empty line, and a heading when there is one, before the next part. */
static int
next_part(struct sb *text, const char *heading, FILE *to, struct err *e)
{
	sb_printf(text, "\n%s%s", heading, *heading ? "\n" : "");
	return put(text, to, e);
}

static int
tell_untold(const struct show_report *r, struct sb *text, FILE *to, struct err *e)
{
	if (r->untold)
		sb_printf(text, "and %zu more times a source said otherwise\n",
			r->untold);
	return put(text, to, e);
}

static int
print_why(const struct show_report *r, const struct out_info *info, struct arena *mem,
	struct sb *text, struct err *e)
{
	if (next_part(text, "What the sources say:", info->to, e) == -1 ||
		print_evidence(r, info, mem, e) == -1 ||
		tell_untold(r, text, info->to, e) == -1 ||
		next_part(text, "What it is:", info->to, e) == -1 ||
		show_clues(r, info, e) == -1 ||
		next_part(text, "Why this is one device:", info->to, e) == -1)
		return -1;
	add_private_macs(r, text);
	add_ledger(r, text);
	return put(text, info->to, e);
}

int
show_people(const struct show_report *r, const struct out_info *given,
	struct arena *mem, struct err *e)
{
	struct out_info info = *given;
	struct sb text;
	int rc = -1;

	info.width = 0; /* nothing is hidden here */
	sb_init(&text, TEXT_LIMIT);
	add_head(r, info.now, &text);
	if (put(&text, info.to, e) == -1)
		goto out;
	if (r->device.n_addrs &&
		(print_addresses(r, &info, e) == -1 ||
			next_part(&text, "", info.to, e) == -1))
		goto out;
	if (print_fields(r, &info, mem, e) == -1 ||
		(r->why && print_why(r, &info, mem, &text, e) == -1))
		goto out;
	rc = 0;
out:
	sb_done(&text);
	return rc;
}
