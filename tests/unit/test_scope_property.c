/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whatever an agent.yaml says, its polls ask nobody outside of the scope: random polls go all the way
 * from the text of a file, sixteen in each, to the words of their command lines, to what that command
 * makes of them, and to the guard of a sweep.  Each is judged by an oracle that knows nothing of sets:
 * lists of items are looked through, one address after the other.
 *
 * Addresses lie around two borders between what is private and what is public, one of each family.
 * Where targets are a file, what it says has changed when the poll begins.
 *
 * A failure prints its seed; SCOPE_SEED=4711 runs that one alone; SCOPE_POLLS=16000 is done
 * sooner than a million.  (What a sweep makes of a set, and sets of each other, is tried as often by
 * test_sweep_property and test_allowed.)
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "cli/command.h"
#include "cli/targets.h"
#include "sanitized.h"
#include "scanner/guard.h"
#include "schedule/agent_conf.h"
#include "schedule/child.h"
#include "schedule/poll_args.h"

#if SANITIZED || !defined(__OPTIMIZE__)
#define SLOW 1
#else
#define SLOW 0
#endif

#define N(a) (sizeof(a) / sizeof((a)[0]))

enum {
	RANGES = 16, /* of a file */
	POLLS = SLOW ? 16000 : 1000000,
	WORKERS_MAX = SLOW ? 1 : 8, /* processes, one for each processor */
	ITEMS = 3,                  /* of a list */
	POINTS = 128,
	TEXT = 64 << 10,
	TARGETS_FD = 8, /* the file of targets; CHILD_NEVER_FD is that of the scope */
	MEMORY = 64 << 20,
	NOW = 1795292100,
};

/* --- what is drawn -------------------------------------------------------------------------- */

struct item {
	enum addr_family family;
	u128 first, last;
	bool away;
};

struct list {
	struct item items[ITEMS];
	size_t n;
};

struct range {
	struct list said, asked; /* targets when the file is read, and when polled */
	struct list own;         /* excluded */
	bool by_file;
};

struct world {
	uint64_t seed, state;
	struct list allow, public, exclude; /* scope */
	struct range ranges[RANGES];
	bool mistaken;
};

/* Below them lies what is private, from there on what is public. */
static u128
border(enum addr_family family)
{
	return family == ADDR_IP4 ? (u128)0x0b000000 : (u128)0xfe << 120;
}

static uint32_t
draw(struct world *w, uint32_t n)
{
	w->state += 0x9e3779b97f4a7c15ULL; /* splitmix64 */
	uint64_t z = w->state;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return (uint32_t)((z ^ (z >> 31)) >> 32) % n;
}

/* Both sides as a whole, too: 10.0.0.0/8 and 11.0.0.0/8, fc00::/7 and fe00::/9. */
static struct item
draw_item(struct world *w)
{
	enum addr_family family = draw(w, 2) ? ADDR_IP4 : ADDR_IP6;
	u128 at = border(family), one = 1;
	uint32_t a = draw(w, 32);
	struct item i = { .family = family, .away = draw(w, 8) == 0 };

	switch (draw(w, 8)) {
	case 0:
		i.first = at - (one << (family == ADDR_IP4 ? 24 : 121));
		i.last = at - 1;
		break;
	case 1:
		i.first = at;
		i.last = at + (one << (family == ADDR_IP4 ? 24 : 119)) - 1;
		break;
	default: i.first = at - 16 + a; i.last = i.first + draw(w, 32 - a);
	}
	return i;
}

static void
draw_list(struct world *w, struct list *l, uint32_t least)
{
	l->n = least + draw(w, ITEMS + 1 - least);
	for (size_t i = 0; i < l->n; i++)
		l->items[i] = draw_item(w);
}

/* Half of the targets are what the scope names, or most files would be refused. */
static void
draw_targets(struct world *w, struct list *l)
{
	const struct list *from[] = { &w->allow, &w->public };

	draw_list(w, l, 1);
	for (size_t i = 0; i < l->n; i++) {
		const struct list *f = from[draw(w, 2)];
		if (f->n && draw(w, 4))
			l->items[i] = f->items[draw(w, (uint32_t)f->n)];
	}
}

/* --- as people write it --------------------------------------------------------------------- */

static void
print_item(struct sb *out, const struct item *i)
{
	struct addr first = addr_from_number(i->family, i->first);
	struct addr last = addr_from_number(i->family, i->last);
	char a[ADDR_TEXT_MAX], b[ADDR_TEXT_MAX];
	u128 n = i->last - i->first + 1;
	unsigned bits = addr_bits(i->family);

	sb_printf(out, "%s%s", i->away ? "!" : "", addr_print(&first, a));
	for (u128 size = n; size > 1; size >>= 1)
		bits--;
	if ((n & (n - 1)) == 0 && (i->first & (n - 1)) == 0)
		sb_printf(out, "/%u", bits);
	else
		sb_printf(out, "-%s", addr_print(&last, b));
}

static void
print_list(struct sb *out, const char *key, const struct list *l)
{
	if (l->n == 0)
		return;
	sb_printf(out, "%s: [", key);
	for (size_t i = 0; i < l->n; i++) {
		sb_add(out, i ? ", '" : "'");
		print_item(out, &l->items[i]);
		sb_add(out, "'");
	}
	sb_add(out, "], ");
}

static void
print_range(struct sb *out, const struct range *r, size_t i)
{
	sb_printf(out, "  r%02zu: {schedule: start, ", i);
	if (r->by_file)
		sb_add(out, "targets: ['@/proc/self/fd/8'], ");
	else
		print_list(out, "targets", &r->said);
	print_list(out, "exclude", &r->own);
	sb_add(out, "}\n");
}

static void
print_conf(const struct world *w, struct sb *out)
{
	sb_clear(out);
	sb_add(out, "scope: {");
	print_list(out, "allow", &w->allow);
	print_list(out, "allow_public", &w->public);
	print_list(out, "exclude", &w->exclude);
	sb_add(out, "}\nranges:\n");
	for (size_t i = 0; i < RANGES; i++)
		print_range(out, &w->ranges[i], i);
	sb_add(out,
		"ad: {d: {schedule: start}}\nwindows: {w: {quick: start, full: [], ");
	print_list(out, "exclude", &w->ranges[0].own);
	sb_add(out, "}}\n");
	assert_false(out->bad);
}

/* --- the oracle ----------------------------------------------------------------------------- */

static bool
has(const struct list *l, const struct addr *a)
{
	u128 n = addr_number(a);
	bool is = false;

	for (size_t i = 0; i < l->n; i++) {
		const struct item *t = &l->items[i];
		if (t->family != (enum addr_family)a->family || n < t->first ||
			n > t->last)
			continue;
		if (t->away)
			return false;
		is = true;
	}
	return is;
}

/* Of what lies beside the items: below 10.0.0.0 and fc00:: it is public, from fe80:: on it is not. */
static bool
is_public(const struct addr *a)
{
	if (a->family == ADDR_IP4)
		return a->bytes[0] != 10;
	return (a->bytes[0] & 0xfe) != 0xfc &&
		(a->bytes[0] != 0xfe || a->bytes[1] < 0x80);
}

static bool
may(const struct world *w, const struct addr *a)
{
	bool allowed = !is_public(a) && (w->allow.n == 0 || has(&w->allow, a));

	return (allowed || has(&w->public, a)) && !has(&w->exclude, a);
}

/* Where something begins or ends, with what is beside it: whatever is true of two neighbours of
 * those is true of all between them. */
struct points {
	struct addr at[POINTS];
	size_t n;
};

static void
add_points(struct points *p, enum addr_family family, u128 first, u128 last)
{
	const u128 at[] = { first - 1, first, last, last + 1 };

	for (size_t i = 0; i < N(at); i++) {
		assert_in_range(p->n, 0, POINTS - 1);
		p->at[p->n++] = addr_from_number(family, at[i]);
	}
}

static void
add_list(struct points *p, const struct list *l)
{
	for (size_t i = 0; i < l->n; i++)
		add_points(p, l->items[i].family, l->items[i].first, l->items[i].last);
}

static void
find_points(struct points *p, const struct world *w, const struct range *r)
{
	const struct list *const lists[] = { &w->allow, &w->public, &w->exclude,
		&r->said, &r->asked, &r->own };

	p->n = 0;
	for (size_t i = 0; i < N(lists); i++)
		add_list(p, lists[i]);
	add_points(p, ADDR_IP4, border(ADDR_IP4), border(ADDR_IP4));
	add_points(p, ADDR_IP6, border(ADDR_IP6), border(ADDR_IP6));
}

/* Public addresses where only private ones belong. */
static bool
is_scope_mistaken(const struct world *w)
{
	static const struct range none;
	struct points p;

	find_points(&p, w, &none);
	for (size_t i = 0; i < p.n; i++)
		if (has(&w->allow, &p.at[i]) && is_public(&p.at[i]) &&
			!has(&w->public, &p.at[i]))
			return true;
	return false;
}

/* Targets outside of the scope, or none left. */
static bool
is_range_mistaken(const struct world *w, const struct range *r)
{
	bool wanted = false, left = false;
	struct points p;

	find_points(&p, w, r);
	for (size_t i = 0; i < p.n; i++) {
		const struct addr *a = &p.at[i];
		if (!has(&r->said, a))
			continue;
		wanted = true;
		if (has(&r->own, a) || has(&w->exclude, a))
			continue;
		left = true;
		if (!may(w, a))
			return true;
	}
	return wanted && !left;
}

static bool
is_mistaken(const struct world *w)
{
	bool mistaken = is_scope_mistaken(w);

	for (size_t i = 0; i < RANGES; i++)
		mistaken = mistaken || is_range_mistaken(w, &w->ranges[i]);
	return mistaken;
}

/* --- a file --------------------------------------------------------------------------------- */

static void
make_range(struct world *w, struct range *r, bool by_file)
{
	draw_targets(w, &r->said);
	draw_list(w, &r->own, 0);
	r->asked = r->said;
	r->by_file = by_file;
	if (by_file)
		draw_list(w, &r->asked, 1);
}

/* Most files are right: one mistake is enough for nothing to be polled. */
static void
make_world(struct world *w, uint64_t seed)
{
	*w = (struct world){ .seed = seed, .state = seed };
	bool any = draw(w, 16) == 0;

	do {
		draw_list(w, &w->allow, 0);
		draw_list(w, &w->public, 0);
	} while (!any && is_scope_mistaken(w));
	for (size_t i = 0; i < RANGES; i++)
		do {
			/* The scope may exclude so much that no target is left. */
			if (i == 0)
				draw_list(w, &w->exclude, 0);
			make_range(w, &w->ranges[i], i == 0 && draw(w, 4) == 0);
		} while (!any && is_range_mistaken(w, &w->ranges[i]));
	w->mistaken = any && is_mistaken(w);
}

/* --- the program ---------------------------------------------------------------------------- */

struct bench {
	struct world world; /* first */
	struct points points;
	struct arena *mem, *forever;
	struct sb text, mistakes;
	const struct command *commands[POLL_KINDS];
	const struct opt_table *tables[POLL_KINDS];
	size_t targets_at[POLL_KINDS]; /* in the settings of the command */
	uint64_t refused, empty, asked;
};

static void
wrong(const struct bench *b, const char *what, const struct addr *a)
{
	char text[ADDR_TEXT_MAX];

	print_error("seed %ju: %s: %s\n%s", (uintmax_t)b->world.seed, what,
		a ? addr_print(a, text) : "-", b->text.text);
	fail();
}

static void
put_file(int fd, const char *text)
{
	size_t n = strlen(text);

	assert_int_equal(ftruncate(fd, 0), 0);
	assert_int_equal(pwrite(fd, text, n, 0), n);
}

static void
put_targets(const struct list *l)
{
	struct sb out;

	sb_init(&out, TEXT);
	for (size_t i = 0; i < l->n; i++) {
		print_item(&out, &l->items[i]);
		sb_add(&out, "\n");
	}
	put_file(TARGETS_FD, out.text);
	sb_done(&out);
}

/* What the process of a poll makes of its command line (cli/call.c, cli/cmd_*.c). */
static struct targets_conf *
parse_words(struct bench *b, enum poll_kind kind, char **argv, struct opt_list *args)
{
	const struct command *c = b->commands[kind];
	char *block = arena_alloc(b->mem, COMMAND_SETTINGS_AT + c->settings_size);
	int argc = 0;
	struct err e;
	bool help;

	while (argv[argc])
		argc++;
	assert_non_null(block);
	assert_string_equal(argv[1], c->name);
	if (opt_parse(b->tables[kind], argc - 1, argv + 1, block, b->mem, args, &help,
		    &e) == -1)
		wrong(b, e.text, NULL);
	return (struct targets_conf *)(void *)(block + COMMAND_SETTINGS_AT +
		b->targets_at[kind]);
}

/* What is left of the targets of a range is what the guard lets pass. */
static void
judge_range(struct bench *b, const struct range *r, const struct targets_conf *conf,
	const struct opt_list *args)
{
	const struct world *w = &b->world;
	const struct iprange *named;
	struct iprange *targets;
	struct err e;

	if (targets_read(conf, args->items, args->n, b->mem, &targets, &named, &e) ==
		-1) {
		if (!strstr(e.text, "no target is left"))
			wrong(b, e.text, NULL);
		targets = iprange_from_runs(NULL, 0, b->mem);
		b->empty++;
	}
	const struct guard guard = { .targets = targets };
	find_points(&b->points, w, r);
	for (size_t i = 0; i < b->points.n; i++) {
		const struct addr *a = &b->points.at[i];
		bool yes = iprange_contains(targets, a);
		bool should = has(&r->asked, a) && may(w, a) && !has(&r->own, a);
		if (yes != should)
			wrong(b, yes ? "a range asks" : "a range leaves out", a);
		b->asked += yes;
		/* The guard takes its time to say why; it is asked here and there. */
		if (i % 8 == 0 &&
			(guard_message(&guard, a, 17, 137, 50, &e) == 0) != yes)
			wrong(b, "the guard thinks otherwise", a);
	}
}

/* Windows domains and directories lead anywhere: only exclusions bound them. */
static void
judge_others(struct bench *b, const struct targets_conf *conf, const struct list *own)
{
	const struct world *w = &b->world;
	const struct iprange *excluded;
	struct err e;

	if (targets_excluded(conf, b->mem, &excluded, &e) == -1)
		wrong(b, e.text, NULL);
	find_points(&b->points, w, &w->ranges[0]);
	for (size_t i = 0; i < b->points.n; i++) {
		const struct addr *a = &b->points.at[i];
		bool yes = !excluded || !iprange_contains(excluded, a);
		if (yes != (may(w, a) && !has(own, a)))
			wrong(b, yes ? "a poll may ask" : "a poll leaves out", a);
	}
}

static void
judge_poll(struct bench *b, const struct agent_conf *conf, const struct poll_def *d)
{
	static const struct list none;
	const struct poll_given given = { .settings = NULL };
	const struct world *w = &b->world;
	struct poll_args args;
	struct opt_list rest;
	struct err e;

	if (poll_args(d, conf, &given, b->mem, &args, &e) == -1)
		wrong(b, e.text, NULL);
	const struct targets_conf *t = parse_words(b, d->kind, args.argv, &rest);
	if (d->kind == POLL_RANGE)
		judge_range(b, &w->ranges[strtoul(d->name + 1, NULL, 10)], t, &rest);
	else
		judge_others(b, t, d->kind == POLL_WINDOWS ? &w->ranges[0].own : &none);
}

static void
judge(struct bench *b, uint64_t seed)
{
	struct world *w = &b->world;
	const struct range *first = &w->ranges[0];
	struct agent_conf *conf;
	struct err e;

	arena_reset(b->mem);
	make_world(w, seed);
	print_conf(w, &b->text);
	if (first->by_file)
		put_targets(&first->said);
	sb_clear(&b->mistakes);
	bool refused = agent_conf_read("f", b->text.text, b->text.len, NOW, b->mem,
			       &conf, &b->mistakes, &e) == -1;
	b->refused += refused;
	if (refused != w->mistaken)
		wrong(b, refused ? b->mistakes.text : "a mistake was not found", NULL);
	if (refused)
		return;
	assert_int_equal(conf->n_polls, RANGES + 2);
	struct iprange *never = allowed_never(conf->allowed, b->mem);
	assert_non_null(never);
	put_file(CHILD_NEVER_FD, iprange_text(never, IPRANGE_TEXT_MAX, b->mem));
	if (first->by_file)
		put_targets(&first->asked);
	for (size_t i = 0; i < conf->n_polls; i++)
		judge_poll(b, conf, &conf->polls[i]);
}

/* --- a million ------------------------------------------------------------------------------ */

static void
open_at(int number)
{
	int fd = memfd_create("scope", MFD_CLOEXEC);

	assert_int_equal(dup2(fd, number), number);
	if (fd != number)
		close(fd);
}

static struct bench *
bench_new(void)
{
	static const char *const names[] = { "scan", "windows", "ad" };
	struct bench *b = calloc(1, sizeof(*b));
	struct err e;

	assert_non_null(b);
	b->mem = arena_new(MEMORY);
	b->forever = arena_new(MEMORY);
	assert_true(b->mem && b->forever);
	sb_init(&b->text, TEXT);
	sb_init(&b->mistakes, CONF_MAX);
	for (int k = POLL_RANGE; k <= POLL_AD; k++) {
		const struct command *c = b->commands[k] = command_find(names[k]);
		assert_non_null(c);
		b->tables[k] = command_tables(c, b->forever, &e);
		assert_non_null(b->tables[k]);
		const struct opt_table *t = c->tables;
		while (t->rows != targets_opts)
			t++;
		b->targets_at[k] = t->at;
	}
	open_at(CHILD_NEVER_FD);
	open_at(TARGETS_FD);
	return b;
}

static void
bench_free(struct bench *b)
{
	sb_done(&b->text);
	sb_done(&b->mistakes);
	arena_free(b->forever);
	arena_free(b->mem);
	free(b);
}

/* What one process does: each step-th seed. */
struct work {
	uint64_t first, last, step;
	pid_t pid; /* of another process, and what it says */
	FILE *log;
};

static void
judge_many(void **state)
{
	const struct work *todo = *state;
	struct bench *b = bench_new();

	for (uint64_t seed = todo->first; seed <= todo->last; seed += todo->step)
		judge(b, seed);
	print_message("  of %ju files %ju were refused; %ju polls had nobody to ask\n",
		(uintmax_t)((todo->last - todo->first) / todo->step + 1),
		(uintmax_t)b->refused, (uintmax_t)b->empty);
	/* Both ways are gone often, or the test tests little. */
	if (todo->last > todo->first) {
		assert_true(b->refused > 0 && b->empty > 0);
		assert_true(b->asked > 4 * todo->last / todo->step);
	}
	bench_free(b);
}

/* A test of its own in another process: a failure must not come back to the tests here. */
static void
judge_elsewhere(struct work *todo)
{
	const struct CMUnitTest one[] = {
		cmocka_unit_test_prestate(judge_many, todo),
	};

	todo->log = tmpfile();
	assert_non_null(todo->log);
	todo->pid = fork();
	assert_int_not_equal(todo->pid, -1);
	if (todo->pid)
		return;
	if (dup2(fileno(todo->log), STDOUT_FILENO) == -1 ||
		dup2(fileno(todo->log), STDERR_FILENO) == -1)
		_exit(1);
	int failed = cmocka_run_group_tests(one, NULL, NULL);
	(void)fflush(stdout);
	_exit(failed);
}

/* What it said is shown when it failed only: its summary is none of ours. */
static void
wait_for(struct work *todo)
{
	char line[256];
	int status;

	assert_int_equal(waitpid(todo->pid, &status, 0), todo->pid);
	rewind(todo->log);
	while (status && fgets(line, sizeof(line), todo->log))
		print_error("%s", line);
	(void)fclose(todo->log);
	assert_int_equal(status, 0);
}

static void
no_poll_asks_outside_the_scope(void **state)
{
	const char *one = getenv("SCOPE_SEED");
	const char *many = getenv("SCOPE_POLLS");
	uint64_t seed = one ? strtoull(one, NULL, 10) : 0;
	uint64_t polls = many ? strtoull(many, NULL, 10) : POLLS;
	struct work works[WORKERS_MAX];
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	size_t n = cpus < 1 || one   ? 1
		: cpus < WORKERS_MAX ? (size_t)cpus
				     : WORKERS_MAX;
	void *mine = &works[0];

	(void)state;
	(void)fflush(stdout);
	for (size_t i = 0; i < n; i++)
		works[i] = (struct work){
			.first = 1 + i, .last = polls / RANGES, .step = n
		};
	if (one)
		works[0].first = works[0].last = seed;
	for (size_t i = 1; i < n; i++)
		judge_elsewhere(&works[i]);
	judge_many(&mine);
	for (size_t i = 1; i < n; i++)
		wait_for(&works[i]);
}

/* "!" in what a poll excludes takes back from that list, and never from the scope. */
static void
what_the_scope_excludes_nobody_takes_back(void **state)
{
	static const char text[] =
		"scope: {allow: [10.0.0.0/8], exclude: [10.0.0.5]}\n"
		"windows: {w: {quick: start, full: [], "
		"exclude: ['10.0.0.0/30', '!10.0.0.1', '!10.0.0.5']}}\n";
	struct bench *b = bench_new();
	struct world *w = &b->world;
	const u128 net = (u128)10 << 24;
	struct agent_conf *conf;
	struct err e;

	(void)state;
	w->allow = (struct list){ { { ADDR_IP4, net, net + 0xffffff, false } }, 1 };
	w->exclude = (struct list){ { { ADDR_IP4, net + 5, net + 5, false } }, 1 };
	w->ranges[0].own = (struct list){ { { ADDR_IP4, net, net + 3, false },
						  { ADDR_IP4, net + 1, net + 1, true },
						  { ADDR_IP4, net + 5, net + 5, true } },
		3 };
	assert_int_equal(0,
		agent_conf_read(
			"f", text, strlen(text), NOW, b->mem, &conf, &b->mistakes, &e));
	struct iprange *never = allowed_never(conf->allowed, b->mem);
	assert_non_null(never);
	put_file(CHILD_NEVER_FD, iprange_text(never, IPRANGE_TEXT_MAX, b->mem));
	judge_poll(b, conf, &conf->polls[0]);
	bench_free(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_scope_excludes_nobody_takes_back),
		cmocka_unit_test(no_poll_asks_outside_the_scope),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
