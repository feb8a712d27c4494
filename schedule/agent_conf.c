/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the rows of a file to polls that can run; what a row cannot see is checked here. */
#include "schedule/agent_conf.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "host/private_file.h"
#include "schedule/agent_opts.h"
#include "schedule/event.h"
#include "schedule/gap.h"

enum {
	SCHEDULES = 1024, /* that are remembered: many polls have few */
	SCRATCH = 256 << 20,
	SECRET_MAX_ = 1024,
};

struct zones {
	struct zone *zone;
	struct zones *next;
};

struct reading {
	const char *file;
	const struct conf *conf;
	struct agent_conf *out;
	struct arena *mem;
	struct sb *mistakes;
	size_t n_mistakes;
	int64_t now;
	const struct opt_list *credentials; /* NULL: nobody knows */
	struct arena *scratch;              /* of one step */
	struct {
		uint64_t key; /* hash of all that it depends on; 0: the place is free */
		int64_t wait;
	} waits[SCHEDULES];
	struct {
		struct opt_list texts; /* none: the place is free */
		struct calendar *calendars;
		size_t n;
	} times[SCHEDULES];
	const struct iprange *excluded; /* scope.exclude; NULL: nothing */
	struct zone *zone;              /* the agent's */
	struct zones *zones;            /* of polls that have their own */
	const struct poll_def **by_name;
};

/* At the setting, or at the poll's section where the file does not name it. */
#define mistake(r, def, key, ...) \
	do { \
		const struct conf_value *at_ = setting_of((r), (def), (key)); \
		conf_mistake((r)->mistakes, (r)->file, at_ ? at_->line : (def)->line, \
			at_ ? at_->column : (def)->column, __VA_ARGS__); \
		(r)->n_mistakes++; \
	} while (0)

static const struct conf_value *
setting_of(const struct reading *r, const struct poll_def *d, const char *key)
{
	const char *path = d ? arena_printf(r->scratch, "%s.%s", d->section, key) : key;

	return path ? conf_find(r->conf, path) : NULL;
}

static void
general_mistake(struct reading *r, const char *key, const char *text)
{
	const struct conf_value *v = conf_find(r->conf, key);

	conf_mistake(r->mistakes, r->file, v ? v->line : 1, v ? v->column : 1, "%s: %s",
		key, text);
	r->n_mistakes++;
}

/* --- times -------------------------------------------------------------------------------- */

static uint64_t
hash_text(uint64_t h, const char *text)
{
	for (; *text; text++)
		h = (h ^ (unsigned char)*text) * 0x100000001b3ULL;
	return (h ^ '\n') * 0x100000001b3ULL;
}

static uint64_t
hash_list(const struct opt_list *texts)
{
	uint64_t h = 0xcbf29ce484222325ULL;

	for (size_t i = 0; i < texts->n; i++)
		h = hash_text(h, texts->items[i]);
	return h;
}

static bool
same_list(const struct opt_list *a, const struct opt_list *b)
{
	bool same = a->n == b->n;

	for (size_t i = 0; same && i < a->n; i++)
		same = strcmp(a->items[i], b->items[i]) == 0;
	return same;
}

/* Polls that say the same share what it means. */
static int
read_schedule(struct reading *r, struct poll_def *d, const struct opt_list *texts,
	const char *key, struct err *e)
{
	size_t at = hash_list(texts) % SCHEDULES;

	if (texts->n && same_list(texts, &r->times[at].texts)) {
		d->calendars = r->times[at].calendars;
		d->n_calendars = r->times[at].n;
		return 0;
	}
	d->calendars = arena_new_array(r->mem, struct calendar, texts->n ? texts->n : 1);
	if (!d->calendars)
		return err_nomem(e);
	if (texts->n > TIMETABLE_MAX)
		mistake(r, d, key, "more than %d schedules for %s", TIMETABLE_MAX,
			d->name);
	for (size_t i = 0; i < texts->n && d->n_calendars < TIMETABLE_MAX; i++)
		if (calendar_parse(texts->items[i], r->mem,
			    &d->calendars[d->n_calendars++], e) == -1)
			return -1;
	if (texts->n <= TIMETABLE_MAX) {
		r->times[at].texts = *texts;
		r->times[at].calendars = d->calendars;
		r->times[at].n = d->n_calendars;
	}
	return 0;
}

static int
read_blackouts(struct reading *r, struct poll_def *d, struct err *e)
{
	const struct opt_list *lists[] = { &r->out->blackout, &d->timing.blackout };
	size_t max = lists[0]->n + lists[1]->n;

	if (max > BLACKOUTS_MAX)
		mistake(r, d, "blackout", "more than %d windows for %s", BLACKOUTS_MAX,
			d->name);
	d->blackouts = arena_new_array(r->mem, struct blackout, max + 1);
	if (!d->blackouts)
		return err_nomem(e);
	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < lists[k]->n && d->n_blackouts < BLACKOUTS_MAX;
			i++)
			if (blackout_parse(lists[k]->items[i], r->mem,
				    &d->blackouts[d->n_blackouts++], e) == -1)
				return -1;
	return 0;
}

/* Each of them once: thousands of polls have a few. */
static int
read_zone(struct reading *r, struct poll_def *d, struct err *e)
{
	const char *name = d->timing.timezone;
	struct zones *z = r->zones;

	while (name && z && strcmp(zone_name(z->zone), name) != 0)
		z = z->next;
	if (name && !z) {
		if (!(z = arena_alloc(r->mem, sizeof(*z))))
			return err_nomem(e);
		if (zone_open(&z->zone, name, r->mem, e) == -1)
			return -1;
		z->next = r->zones;
		r->zones = z;
	}
	d->zone = name ? z->zone : r->zone;
	return 0;
}

/* --- one poll ----------------------------------------------------------------------------- */

/* A copy of the defaults and of what the file says for its section; of what conf_look found to be
 * wrong, nothing.  A file that was there a moment ago may be gone now: then all is refused. */
static int
apply(struct reading *r, const struct opt *rows, const char *section, const char *name,
	struct poll_def *d, struct err *e)
{
	struct opt_table tables[] = { { "", rows, 0 }, { NULL, NULL, 0 } };

	if (opt_defaults(tables, d, r->mem, e) == -1)
		return -1;
	return conf_apply_section(r->conf, rows, section, name, d, r->mem, e);
}

static struct poll_def *
add(struct reading *r, const struct poll_def *d, const char *name, struct err *e)
{
	if (r->out->n_polls == POLLS_MAX) {
		(void)err_set(e, ERR_ARG, "more than %d polls", POLLS_MAX);
		return NULL;
	}
	struct poll_def *mine = &r->out->polls[r->out->n_polls++];
	*mine = *d;
	if (!name || !(mine->name = arena_strdup(r->mem, name))) {
		(void)err_nomem(e);
		return NULL;
	}
	return mine;
}

static int
finish(struct reading *r, struct poll_def *d, const struct opt_list *schedule,
	const char *key, struct err *e)
{
	if (read_zone(r, d, e) == -1 || read_schedule(r, d, schedule, key, e) == -1)
		return -1;
	return read_blackouts(r, d, e);
}

/* Of names: only the worker resolves them, which is told what it must never touch. */
struct names {
	uint64_t hash;
	size_t n;
};

static int
accept_name(void *ctx, const char *name,
	int (*found)(void *arg, const struct addr *, struct err *), void *arg,
	struct err *e)
{
	struct addr nobody = addr_ip4(0);
	struct names *names = ctx;

	if (names) {
		names->hash = hash_text(names->hash, name);
		names->n++;
	}
	return found(
		arg, &nobody, e); /* an item has to lead somewhere; see read_targets */
}

static int
read_file(void *ctx, const char *path, struct arena *mem, const char **text,
	struct err *e)
{
	(void)ctx;
	return iprange_files.read_file(iprange_files.ctx, path, mem, text, e);
}

static const struct iprange_reader reader = { accept_name, read_file, NULL };

int
agent_check_targets(const char *text, struct arena *mem, struct err *e)
{
	struct iprange *set;

	return iprange_parse(&text, 1, &reader, mem, &set, e);
}

/* Each item is right by itself; together they may be too much, or a file may be gone since.  Where
 * the set cannot be had it is a mistake, and *out NULL. */
static int
read_set(struct reading *r, struct poll_def *d, const char *key,
	const struct opt_list *items, struct names *names, struct iprange **out,
	struct err *e)
{
	struct iprange_reader counting = reader;

	counting.ctx = names;
	*out = NULL;
	if (iprange_parse(items->items, items->n, &counting, r->scratch, out, e) == 0)
		return 0;
	if (e->code == ERR_NOMEM)
		return -1;
	mistake(r, d, key, "%s.%s: %s", d->section, key, e->text);
	return 0;
}

/* What of the wanted ones is left. */
static int
find_targets(struct reading *r, struct poll_def *d, const struct iprange *wanted,
	const struct iprange *taken, struct err *e)
{
	struct arena *mem = r->scratch;
	struct addr zero = addr_ip4(0);
	struct iprange *nobody = iprange_prefix(&zero, 32, mem);
	struct iprange *left = nobody ? iprange_subtract(wanted, nobody, mem) : NULL;
	bool some = left && !iprange_is_empty(left);

	if (left)
		left = iprange_subtract(left, taken, mem);
	if (left && r->excluded)
		left = iprange_subtract(left, r->excluded, mem);
	if (left && iprange_is_empty(left) && some)
		mistake(r, d, "targets", "%s.targets: all of them are excluded",
			d->section);
	/* What stays is copied out of what is left behind. */
	left = left ? iprange_add(left, left, r->mem) : NULL;
	d->targets = left;
	return left ? 0 : err_nomem(e);
}

/* Polls without exclusions share the scope. */
static int
find_reach(struct reading *r, struct poll_def *d, const struct iprange *taken,
	bool by_address, struct err *e)
{
	d->reach = by_address ? d->targets : r->out->allowed;
	if (by_address || !d->reach || d->exclude.n == 0)
		return 0;
	d->reach = iprange_subtract(d->reach, taken, r->mem);
	return d->reach ? 0 : err_nomem(e);
}

static int
read_targets(struct reading *r, struct poll_def *d, struct err *e)
{
	struct names names = {
		hash_list(&d->range_targets) ^ 31 * hash_list(&d->exclude), 0
	};
	struct iprange *wanted, *taken;

	arena_reset(r->scratch);
	if (read_set(r, d, "targets", &d->range_targets, &names, &wanted, e) == -1 ||
		read_set(r, d, "exclude", &d->exclude, &names, &taken, e) == -1)
		return -1;
	if (!wanted || !taken)
		return 0;
	if (names.n)
		d->by_name = names.hash;
	if (d->range_targets.n && find_targets(r, d, wanted, taken, e) == -1)
		return -1;
	return find_reach(r, d, taken, d->kind == POLL_RANGE && names.n == 0, e);
}

static int
make_range(struct reading *r, struct poll_def *d, const char *name, struct err *e)
{
	struct poll_def *mine = add(r, d, name, e);

	if (!mine || read_targets(r, mine, e) == -1)
		return -1;
	if (mine->range_targets.n == 0 && !setting_of(r, mine, "targets"))
		mistake(r, mine, "targets", "%s has no targets", mine->section);
	return finish(r, mine, &mine->timing.schedule, "schedule", e);
}

/* Nobody would send anything there, and it would look as if they did not answer. */
static void
check_name_servers(struct reading *r, const struct poll_def *d)
{
	struct addr ip;

	for (size_t i = 0; d->reach && i < d->wins.n; i++)
		if (addr_parse(d->wins.items[i], &ip) &&
			!iprange_contains(d->reach, &ip))
			mistake(r, d, "wins",
				"%s.wins: %s is not in the scope of this point, or excluded",
				d->section, d->wins.items[i]);
}

/* A definition of Windows domains is two polls, each with its own times. */
static int
make_windows(struct reading *r, struct poll_def *d, const char *name, struct err *e)
{
	static const char *const halves[] = { "quick", "full" };
	bool first = true;

	for (size_t i = 0; i < 2; i++) {
		const struct opt_list *times = i ? &d->full : &d->quick;
		if (times->n == 0)
			continue;
		struct poll_def *mine = add(
			r, d, arena_printf(r->mem, "%s.%s", name, halves[i]), e);
		if (!mine)
			return -1;
		mine->is_full = i == 1;
		if (read_targets(r, mine, e) == -1 ||
			finish(r, mine, times, halves[i], e) == -1)
			return -1;
		if (first)
			check_name_servers(r, mine);
		first = false;
	}
	return 0;
}

static int
make_ad(struct reading *r, struct poll_def *d, const char *name, struct err *e)
{
	struct poll_def *mine = add(r, d, name, e);

	if (!mine)
		return -1;
	if (mine->server && !mine->domain)
		mistake(r, mine, "server", "%s has a server but no domain",
			mine->section);
	return finish(r, mine, &mine->timing.schedule, "schedule", e);
}

static int
make_passive(struct reading *r, struct poll_def *d, const char *name, struct err *e)
{
	struct poll_def *mine = d->timing.enabled ? add(r, d, name, e) : NULL;

	if (!d->timing.enabled)
		return 0;
	return mine ? finish(r, mine, &mine->timing.schedule, "schedule", e) : -1;
}

static const struct kind {
	const char *section;
	bool named; /* a section for each */
	const struct opt *rows;
	int (*make)(struct reading *, struct poll_def *, const char *name, struct err *);
} kinds[POLL_KINDS] = {
	[POLL_RANGE] = { "ranges", true, agent_range_opts, make_range },
	[POLL_WINDOWS] = { "windows", true, agent_windows_opts, make_windows },
	[POLL_AD] = { "ad", true, agent_ad_opts, make_ad },
	[POLL_PASSIVE] = { "passive", false, agent_passive_opts, make_passive },
};

const char *const poll_kind_names[] = { "range", "windows", "ad", "passive", NULL };

static int
read_named(struct reading *r, enum poll_kind kind, const struct conf_section *s,
	struct err *e)
{
	const struct kind *k = &kinds[kind];
	struct poll_def d;

	memset(&d, 0, sizeof(d));
	if (apply(r, k->rows, k->section, s->name, &d, e) == -1)
		return -1;
	d.kind = kind;
	d.line = s->line;
	d.column = s->column;
	if (!(d.section = arena_printf(r->mem, "%s.%s", k->section, s->name)))
		return err_nomem(e);
	return k->make(r, &d, s->name, e);
}

/* The one section without a name of its own. */
static int
read_passive(struct reading *r, struct err *e)
{
	struct opt_table tables[] = { { "", agent_passive_opts, 0 }, { NULL, NULL, 0 } };
	struct poll_def d;

	memset(&d, 0, sizeof(d));
	if (opt_defaults(tables, &d, r->mem, e) == -1 ||
		conf_apply(r->conf, tables, &d, r->mem, e) == -1)
		return -1;
	d.kind = POLL_PASSIVE;
	d.section = d.name = "passive";
	d.line = d.column = 1;
	return make_passive(r, &d, "passive", e);
}

static int
read_polls(struct reading *r, struct err *e)
{
	struct conf_section *sections[POLL_KINDS];
	size_t n[POLL_KINDS] = { 0 }, all = 1;

	for (int k = 0; k < POLL_KINDS; k++) {
		if (!kinds[k].named)
			continue;
		sections[k] = conf_sections(r->conf, kinds[k].section, r->mem, &n[k]);
		if (!sections[k])
			return err_nomem(e);
		all += k == POLL_WINDOWS ? 2 * n[k] : n[k]; /* quick and full */
	}
	r->out->polls = arena_new_array(r->mem, struct poll_def, all);
	if (!r->out->polls)
		return err_nomem(e);
	for (int k = 0; k < POLL_KINDS; k++)
		for (size_t i = 0; i < n[k]; i++)
			if (read_named(r, (enum poll_kind)k, &sections[k][i], e) == -1)
				return -1;
	return read_passive(r, e);
}

/* --- polls together ----------------------------------------------------------------------- */

static int
by_name(const void *a, const void *b)
{
	const struct poll_def *x = *(const struct poll_def *const *)a,
			      *y = *(const struct poll_def *const *)b;
	int cmp = strcmp(x->name, y->name);

	return cmp ? cmp : x < y ? -1 : x > y;
}

static int
check_names(struct reading *r, struct err *e)
{
	size_t n = r->out->n_polls;
	const struct poll_def **sorted = arena_new_array(
		r->mem, const struct poll_def *, n + 1);

	if (!sorted)
		return err_nomem(e);
	for (size_t i = 0; i < n; i++)
		sorted[i] = &r->out->polls[i];
	qsort(sorted, n, sizeof(*sorted), by_name);
	for (size_t i = 1; i < n; i++)
		if (strcmp(sorted[i]->name, sorted[i - 1]->name) == 0)
			mistake(r, sorted[i], "",
				"%s: the name was given in line %u already",
				sorted[i]->section, sorted[i - 1]->line);
	r->by_name = r->out->by_name = sorted;
	return 0;
}

const struct poll_def *
agent_conf_find(const struct agent_conf *c, const char *name)
{
	size_t low = 0, high = c->n_polls;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int cmp = strcmp(name, c->by_name[middle]->name);
		if (cmp == 0)
			return c->by_name[middle];
		if (cmp < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

/* Does the end of `from` bring on `to`, by however many polls between? */
static bool
brings_on(const struct agent_conf *c, const struct poll_def *to,
	const struct poll_def *from, int depth)
{
	if (depth == 0)
		return false;
	for (size_t i = 0; i < to->n_calendars; i++) {
		if (to->calendars[i].kind != CALENDAR_AFTER)
			continue;
		const struct poll_def *before = agent_conf_find(
			c, to->calendars[i].after);
		if (before && (before == from || brings_on(c, before, from, depth - 1)))
			return true;
	}
	return false;
}

static void
check_after(struct reading *r, const struct poll_def *d)
{
	enum { CHAIN_MAX = 8 };

	for (size_t i = 0; i < d->n_calendars; i++)
		if (d->calendars[i].kind == CALENDAR_AFTER &&
			!agent_conf_find(r->out, d->calendars[i].after))
			mistake(r, d, "schedule", "%s.schedule: there is no poll %.60s",
				d->section, d->calendars[i].after);
	if (brings_on(r->out, d, d, CHAIN_MAX))
		mistake(r, d, "schedule",
			"%s.schedule: it would follow itself without end", d->section);
}

/* Of its windows those of each week. */
static int
weekly_windows(struct reading *r, const struct poll_def *d, struct gap_input *in,
	struct err *e)
{
	struct blackout *weekly = arena_new_array(
		r->scratch, struct blackout, d->n_blackouts + 1);

	if (!weekly)
		return err_nomem(e);
	for (size_t i = 0; i < d->n_blackouts; i++)
		if (d->blackouts[i].weekdays)
			weekly[in->n_weekly++] = d->blackouts[i];
	in->weekly = weekly;
	return 0;
}

/* All that the longest gap depends on. */
static uint64_t
hash_times(const struct reading *r, const struct poll_def *d)
{
	const uint64_t parts[] = { hash_list(&d->timing.schedule),
		hash_list(&d->timing.blackout), hash_list(&r->out->blackout),
		(uint64_t)d->timing.spread, (uint64_t)d->lifetime };
	uint64_t h = 0xcbf29ce484222325ULL;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		h = (h ^ parts[i]) * 0x100000001b3ULL;
	return hash_text(h, zone_name(d->zone));
}

/* Seconds; 0: not longer than an address lives.  Many polls have few schedules: what was found for
 * one is found for all that say the same. */
static int
longest_wait(struct reading *r, const struct poll_def *d, int64_t *wait, struct err *e)
{
	struct gap_input in = { .calendars = d->calendars,
		.n = d->n_calendars,
		.zone = d->zone,
		.spread = (d->timing.spread + 999) / 1000,
		.enough = d->lifetime / 1000 };
	uint64_t key = hash_times(r, d);
	size_t at = key % SCHEDULES;

	if (r->waits[at].key != key) {
		arena_reset(r->scratch);
		if (weekly_windows(r, d, &in, e) == -1)
			return -1;
		r->waits[at].key = key;
		r->waits[at].wait = gap_longest(&in, r->now);
	}
	*wait = r->waits[at].wait;
	return 0;
}

static int
check_lifetime(struct reading *r, const struct poll_def *d, struct err *e)
{
	char lives[OPT_RANGE_MAX], waits[OPT_RANGE_MAX];
	int64_t wait;

	if (d->kind != POLL_RANGE || !d->timing.enabled)
		return 0;
	if (longest_wait(r, d, &wait, e) == -1)
		return -1;
	if (wait > 0)
		mistake(r, d, "lifetime",
			"%s: an address lives %s, but up to %s pass between two runs: all would "
			"be forgotten before it is asked again",
			d->section, opt_print_msec(d->lifetime, lives),
			opt_print_msec(wait * 1000, waits));
	return 0;
}

static int
print_set(const struct iprange *set, struct arena *mem, const char **out, struct err *e)
{
	*out = iprange_text(set, IPRANGE_TEXT_MAX, mem);
	return *out ? 0 : err_nomem(e);
}

static int
check_scope(struct reading *r, const struct poll_def *d, struct err *e)
{
	const char *text;

	if (!d->targets || !r->out->allowed)
		return 0;
	arena_reset(r->scratch);
	struct iprange *outside = iprange_subtract(
		d->targets, r->out->allowed, r->scratch);
	if (!outside)
		return err_nomem(e);
	if (iprange_is_empty(outside))
		return 0;
	if (print_set(outside, r->scratch, &text, e) == -1)
		return -1;
	mistake(r, d, "targets",
		"%s.targets: %.120s is not in the scope of this point (scope.allow, "
		"scope.allow_public)",
		d->section, text);
	return 0;
}

static int
check_public(struct reading *r, const struct allowed_sets *sets, struct err *e)
{
	struct iprange *public = allowed_public(r->mem), *both;
	const char *text;

	if (!sets->allow)
		return 0;
	if (!public || !(both = iprange_intersect(sets->allow, public, r->mem)))
		return err_nomem(e);
	if (sets->allow_public &&
		!(both = iprange_subtract(both, sets->allow_public, r->mem)))
		return err_nomem(e);
	if (iprange_is_empty(both))
		return 0;
	if (print_set(both, r->mem, &text, e) == -1)
		return -1;
	general_mistake(r, "scope.allow",
		arena_printf(r->mem,
			"%.120s is public: name it under scope.allow_public", text));
	return 0;
}

/* No scope at all where it cannot be read: half of one would be another one. */
static int
read_scope(struct reading *r, struct err *e)
{
	struct allowed_sets sets = { 0 };
	struct iprange *allowed;
	const char *key;

	if (allowed_read(&r->out->scope, r->mem, &sets, &allowed, &key, e) == -1) {
		if (!key || e->code == ERR_NOMEM)
			return -1;
		general_mistake(r, key, e->text);
		return 0;
	}
	r->out->allowed = allowed;
	r->excluded = sets.exclude;
	return check_public(r, &sets, e);
}

/* --- events ------------------------------------------------------------------------------- */

static void
check_secret(struct reading *r, const char *path)
{
	char secret[SECRET_MAX_];
	struct err e;

	if (private_file_line(path, secret, sizeof(secret), &e) == -1)
		general_mistake(r, "events.secret", e.text);
	explicit_bzero(secret, sizeof(secret));
}

static void
read_events(struct reading *r)
{
	struct events_conf *c = &r->out->events;

	c->kinds = c->only.n ? 0 : UINT32_MAX;
	for (size_t i = 0; i < c->only.n; i++)
		for (int k = 0; k < EVENT_KINDS; k++)
			if (strcmp(c->only.items[i], event_names[k]) == 0)
				c->kinds |= 1u << k;
	if (c->command.n && c->command.items[0][0] != '/')
		general_mistake(r, "events.command",
			"the program's whole path is needed: nothing is searched for");
	if (c->secret && !c->webhook)
		general_mistake(
			r, "events.secret", "there is no events.webhook to sign for");
	else if (c->secret)
		check_secret(r, c->secret);
}

/* --- credentials ---------------------------------------------------------------------------- */

static void
check_login(struct reading *r, const struct poll_def *d, const char *login)
{
	const char *is = strchr(login, '='), *name = is ? is + 1 : login;
	const struct opt_list *all = r->credentials;

	for (size_t i = 0; i < all->n; i++)
		if (strcmp(all->items[i], name) == 0)
			return;
	const char *near = nearest(name, all->items, all->n);
	mistake(r, d, "credential",
		near ? "%s.credential: there is no credential %.60s; did you mean %s?"
		     : "%s.credential: there is no credential %.60s",
		d->section, name, near);
}

static void
check_logins(struct reading *r, const struct poll_def *d)
{
	if (!r->credentials)
		return;
	if (d->credential)
		check_login(r, d, d->credential);
	/* The quick poll of the same section uses none. */
	for (size_t i = 0; d->is_full && i < d->logins.n; i++)
		check_login(r, d, d->logins.items[i]);
}

/* --- the whole file ----------------------------------------------------------------------- */

static int
check(struct reading *r, struct err *e)
{
	if (check_names(r, e) == -1)
		return -1;
	for (size_t i = 0; i < r->out->n_polls; i++) {
		const struct poll_def *d = &r->out->polls[i];
		check_after(r, d);
		check_logins(r, d);
		if (check_lifetime(r, d, e) == -1 || check_scope(r, d, e) == -1)
			return -1;
	}
	return 0;
}

static int
understand(struct reading *r, struct err *e)
{
	struct opt_table general[] = { { "", agent_opts, 0 },
		{ "", agent_event_opts, 0 },
		{ "", allowed_opts, offsetof(struct agent_conf, scope) },
		{ NULL, NULL, 0 } };
	struct location *locations;
	struct group *groups;

	/* With mistakes in it only what is right is applied, for the checks. */
	if (opt_defaults(general, r->out, r->mem, e) == -1 ||
		conf_apply(r->conf, general, r->out, r->mem, e) == -1 ||
		zone_open(&r->zone, r->out->timezone, r->mem, e) == -1 ||
		read_scope(r, e) == -1)
		return -1;
	read_events(r);
	if (location_read_all(r->conf, r->file, r->mem, &locations,
		    &r->out->n_locations, r->mistakes, &r->n_mistakes, e) == -1)
		return -1;
	r->out->locations = locations;
	if (groups_read_all(r->conf, r->file, r->mem, &groups, &r->out->n_groups,
		    r->mistakes, &r->n_mistakes, e) == -1)
		return -1;
	r->out->groups = groups;
	if (read_polls(r, e) == -1)
		return -1;
	return check(r, e);
}

int
agent_conf_read(const char *name, const char *text, size_t n, int64_t now,
	struct arena *mem, struct agent_conf **out, struct sb *mistakes, struct err *e)
{
	return agent_conf_check(name, text, n, now, NULL, mem, out, mistakes, e);
}

int
agent_conf_check(const char *name, const char *text, size_t n, int64_t now,
	const struct opt_list *credentials, struct arena *mem, struct agent_conf **out,
	struct sb *mistakes, struct err *e)
{
	struct reading r = { .file = name,
		.mem = mem,
		.mistakes = mistakes,
		.now = now,
		.credentials = credentials,
		.scratch = arena_new(SCRATCH),
		.out = arena_alloc(mem, sizeof(*r.out)) };
	/* What the file says is needed while it is read, and no longer. */
	struct arena *said = arena_new(SCRATCH);
	struct conf *conf = NULL;
	struct err syntax = { 0 };
	int rc = -1, understood = -1;

	if (!r.out || !r.scratch || !said) {
		err_nomem(e);
	} else {
		rc = conf_look(
			name, text, n, agent_conf_tables, said, &conf, mistakes, e);
		syntax = *e;
		r.conf = conf;
		if (conf && (rc == 0 || e->code == ERR_ARG))
			understood = understand(&r, e);
	}
	arena_free(r.scratch);
	arena_free(said);
	if (understood == -1) {
		if (e->code == ERR_NOTFOUND)
			e->code = ERR_SYS; /* it is another file that is not there */
		return -1;
	}
	if (r.n_mistakes == 0 && rc == 0) {
		*out = r.out;
		return 0;
	}
	if (r.n_mistakes == 0)
		*e = syntax;
	else
		(void)err_set(e, ERR_ARG,
			rc == -1 ? "%s: and %zu more" : "%s: %zu mistake(s)",
			rc == -1 ? syntax.text : name, r.n_mistakes);
	return -1;
}

int
agent_conf_read_file(const char *path, int64_t now, struct arena *mem,
	struct agent_conf **out, struct sb *mistakes, struct err *e)
{
	const char *text;
	size_t n;

	if (file_read(path, CONF_MAX, mem, &text, &n, e) == -1)
		return -1;
	return agent_conf_read(path, text, n, now, mem, out, mistakes, e);
}
