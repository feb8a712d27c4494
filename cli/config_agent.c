/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What agent.yaml says, and whether it can be said so. */
#include "cli/config_agent.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/log.h"

LOG_TAG("config");

enum { NEXT_TIMES = 3 };

/* EXIT_DONE, EXIT_FAILED after telling the mistakes, or -1. */
static int
read_agent(const struct agent_where *w, struct arena *mem, FILE *out,
	struct agent_conf **conf, struct err *e)
{
	if (agent_file_read(w, mem, out, conf, e) == 0)
		return EXIT_DONE;
	if (e->code != ERR_ARG)
		return -1;
	log_err(e, NULL);
	return EXIT_FAILED;
}

int
config_agent_check(const struct agent_where *w, struct arena *mem, struct err *e)
{
	struct agent_conf *conf;
	int rc = read_agent(w, mem, stdout, &conf, e);

	if (rc == EXIT_DONE)
		(void)printf("%s: no mistakes, %zu polls, %zu locations\n",
			agent_file_path(w), conf->n_polls, conf->n_locations);
	return rc;
}

static void
print_times(const struct poll_def *d, int64_t now)
{
	char text[TIME_TEXT_MAX];

	for (size_t i = 0; i < d->n_calendars; i++) {
		const struct calendar *c = &d->calendars[i];
		int64_t t = now;
		if (c->kind == CALENDAR_START)
			(void)printf("    when the agent starts\n");
		if (c->kind == CALENDAR_AFTER)
			(void)printf("    after %s\n", c->after);
		if (c->kind == CALENDAR_EVERY)
			(void)printf("    every %s\n",
				duration_print(c->every * SECOND, text));
		for (int k = 0; c->kind == CALENDAR_TIMES && k < NEXT_TIMES; k++) {
			t = calendar_next(c, d->zone, t);
			if (t == CALENDAR_NEVER)
				break;
			(void)printf("    %.19sZ\n", time_print(t * SECOND, text));
		}
	}
}

static void
print_count(const struct iprange *set)
{
	struct sb text;

	sb_init(&text, 64);
	iprange_print_count(set, &text);
	(void)printf(", %s addresses", text.text);
	sb_done(&text);
}

int
config_agent_show(const struct agent_where *w, struct arena *mem, struct err *e)
{
	int64_t now = clock_wall(&clock_system) / SECOND;
	struct agent_conf *conf;
	int rc = read_agent(w, mem, stderr, &conf, e);

	if (rc != EXIT_DONE)
		return rc;
	(void)printf("site %s; in the scope", conf->site);
	print_count(conf->allowed);
	(void)printf("\n");
	for (size_t i = 0; i < conf->n_polls; i++) {
		const struct poll_def *d = conf->by_name[i];
		(void)printf("%s (%s%s", d->name, poll_kind_names[d->kind],
			d->timing.enabled ? "" : ", off");
		if (d->targets)
			print_count(d->targets);
		(void)printf(")\n");
		print_times(d, now);
	}
	return EXIT_DONE;
}
