/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A definition as the words of a command line. */
#include "schedule/poll_args.h"

#include <inttypes.h>
#include <string.h>

#include "schedule/child.h"

struct words {
	struct opt_list list;
	struct arena *mem;
	bool failed;
};

static void
add(struct words *w, const char *text)
{
	static const struct opt row = { .type = OPT_LIST, .flags = OPT_NO_SPLIT };
	struct err e;

	w->failed |= !text || opt_set(&row, &w->list, text, w->mem, &e) == -1;
}

/* An option with its value in one word: no value can be taken for an option. */
static void
add_option(struct words *w, const char *name, const char *value)
{
	if (value)
		add(w, arena_printf(w->mem, "--%s=%s", name, value));
}

static void
add_all(struct words *w, const char *name, const struct opt_list *values)
{
	for (size_t i = 0; i < values->n; i++)
		add_option(w, name, values->items[i]);
}

/* What is never to be asked, whatever anybody says. */
static void
add_never(struct words *w)
{
	add_option(w, "exclude-file", "/proc/self/fd/5");
	_Static_assert(CHILD_NEVER_FD == 5, "the number above");
}

static void
add_targets(struct words *w, const struct poll_def *d)
{
	add_all(w, "exclude", &d->exclude);
	add_never(w);
	add(w, "--");
	for (size_t i = 0; i < d->range_targets.n; i++)
		add(w, d->range_targets.items[i]);
}

static void
range_words(struct words *w, const struct poll_def *d)
{
	add(w, "--yes");
	if (d->rate)
		add(w, arena_printf(w->mem, "--rate=%" PRId64, d->rate));
	add_all(w, "ports", &d->ports);
	if (!d->names)
		add(w, "--no-names");
	if (!d->talk)
		add(w, "--no-talk");
	add_targets(w, d);
}

static void
windows_words(struct words *w, const struct poll_def *d)
{
	if (d->is_full)
		add_all(w, "credential", &d->logins);
	else
		add(w, "--quick");
	add_all(w, "interface", &d->interfaces);
	add_all(w, "domain", &d->domains);
	add_all(w, "wins", &d->wins);
	add_targets(w, d);
}

static void
ad_words(struct words *w, const struct poll_def *d)
{
	add_option(w, "domain", d->domain);
	add_option(w, "server", d->server);
	add_option(w, "credential", d->credential);
	if (d->forest)
		add(w, "--forest");
	add_never(w);
}

static void
passive_words(struct words *w, const struct poll_def *d)
{
	add_all(w, "interface", &d->interfaces);
}

static const struct {
	const char *command, *source;
	const char *state_option; /* how it is told where its state is; NULL: it has none */
	void (*words)(struct words *, const struct poll_def *);
} kinds[POLL_KINDS] = {
	[POLL_RANGE] = { "scan", "sweep", "--state-fd=4", range_words },
	[POLL_WINDOWS] = { "windows", "windows", "--known-from=/proc/self/fd/4",
		windows_words },
	[POLL_AD] = { "ad", "ad", "--state-from=/proc/self/fd/4", ad_words },
	[POLL_PASSIVE] = { "listen", "passive", NULL, passive_words },
};

/* What is behind the words that tell where, when and by whom it is done. */
static const char *
join(const struct words *w, size_t from, struct arena *mem)
{
	const char *text = "";

	for (size_t i = from; text && i < w->list.n; i++)
		text = arena_printf(mem, "%s%s\n", text, w->list.items[i]);
	return text;
}

static const char *
print(const struct iprange *set, struct arena *mem)
{
	return set ? iprange_text(set, IPRANGE_TEXT_MAX, mem) : "";
}

int
poll_args(const struct poll_def *d, const struct agent_conf *conf,
	const struct poll_given *given, struct arena *mem, struct poll_args *out,
	struct err *e)
{
	struct words w = { .mem = mem };

	add(&w, "muster");
	add(&w, kinds[d->kind].command);
	add(&w, "--emit");
	add(&w, "--quiet");
	add_option(&w, "config", given->settings);
	add_option(&w, "site", conf->site);
	add_option(&w, "point", conf->point);
	if (given->state && kinds[d->kind].state_option)
		add(&w, kinds[d->kind].state_option);
	_Static_assert(CHILD_STATE_FD == 4, "the number above");
	if (given->credentials)
		add(&w, "--credentials-fd=6");
	_Static_assert(CHILD_CREDENTIALS_FD == 6, "the number above");
	if (d->kind == POLL_RANGE)
		add(&w, "--claim-fd=7");
	_Static_assert(CHILD_CLAIM_FD == 7, "the number above");
	size_t mine = w.list.n;
	kinds[d->kind].words(&w, d);
	*out = (struct poll_args){ .source = kinds[d->kind].source,
		.targets = print(d->targets, mem),
		.settings = join(&w, mine, mem),
		.argv = arena_new_array(mem, char *, w.list.n + 1) };
	if (w.failed || !out->targets || !out->settings || !out->argv)
		return err_nomem(e);
	for (size_t i = 0; i < w.list.n; i++)
		out->argv[i] = arena_strdup(mem, w.list.items[i]);
	return 0;
}
