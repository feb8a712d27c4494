/* SPDX-License-Identifier: GPL-3.0-or-later */
/* muster when: what a schedule means, before a configuration rests on it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "cli/common.h"
#include "schedule/calendar.h"

LOG_TAG("when");

struct when_conf {
	const char *from, *zone;
	int64_t count;
	int format;
};

#define AT(f) offsetof(struct when_conf, f)
static const struct opt when_opts[] = {
	{ .name = "count",
		.letter = 'n',
		.type = OPT_INT,
		.at = AT(count),
		.min = 1,
		.max = 10000,
		.value = "10",
		.flags = OPT_CLI_ONLY,
		.help = "Show so many times" },
	{ .name = "from",
		.type = OPT_STR,
		.at = AT(from),
		.arg = "TIME",
		.flags = OPT_CLI_ONLY,
		.help = "Begin behind this moment, not now: " WHEN_HELP },
	{ .name = "timezone",
		.type = OPT_STR,
		.at = AT(zone),
		.arg = "ZONE",
		.flags = OPT_CLI_ONLY,
		.help = "Read times as those of this zone (Europe/Berlin), not of this machine" },
	{ .name = NULL },
};

static const struct opt_table when_tables[] = {
	{ "Times", when_opts, 0 },
	{ NULL, NULL, 0 },
};

/* "Sun 2026-11-22 03:00:00 +0100", and the same in UTC. */
static void
print_time(const struct zone *z, int64_t t)
{
	static const char *const days[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri",
		"Sat" };
	int64_t offset = zone_offset(z, t), local = t + offset;
	struct date d = date_of(floor_div(local, DAY_SECONDS));
	int s = (int)(local - floor_div(local, DAY_SECONDS) * DAY_SECONDS);
	int minutes = (int)(offset < 0 ? -offset : offset) / 60;
	char utc[TIME_TEXT_MAX];

	time_print(t * SECOND, utc);
	(void)printf("%s %" PRId64 "-%02d-%02d %02d:%02d:%02d %c%02d%02d  %.19sZ\n",
		days[d.weekday], d.year, d.month, d.day, s / 3600, s / 60 % 60, s % 60,
		offset < 0 ? '-' : '+', minutes / 60, minutes % 60, utc);
}

/* The words of a schedule may be typed without quotes. */
static const char *
joined(const struct call *c)
{
	const char *text = "";

	for (size_t i = 0; text && i < c->n_args; i++)
		text = arena_printf(c->mem, "%s%s%s", text, i ? " " : "", c->args[i]);
	return text;
}

static int
run_when(const struct call *c, struct err *e)
{
	const struct when_conf *conf = c->settings;
	int64_t now = clock_wall(&clock_system), from = now;
	const char *text = joined(c);
	struct calendar calendar;
	struct zone *zone;

	if (!text)
		return err_nomem(e);
	if (conf->from && when_parse(conf->from, now, &from, e) == -1)
		return err_add(e, "--from");
	if (zone_open(&zone, conf->zone, c->mem, e) == -1 ||
		calendar_parse(text, c->mem, &calendar, e) == -1)
		return -1;
	int64_t t = floor_div(from, SECOND);
	for (int64_t i = 0; i < conf->count; i++) {
		t = calendar_next(&calendar, zone, t);
		if (t == CALENDAR_NEVER) {
			if (i == 0)
				log_warn("this never comes by itself");
			break;
		}
		print_time(zone, t);
	}
	return EXIT_DONE;
}

const struct command cmd_when = {
	.name = "when",
	.group = "Distribution point",
	.args = "SCHEDULE...",
	.help = "Show the times that a schedule means",
	.details =
		"Schedules:\n"
		"  every 420min, every 2 days   so long after the last run\n"
		"  daily 03:00 18:30            each day at these times\n"
		"  every 3 days at 03:00        counted from 1970-01-01\n"
		"  mon-fri 07:00                these days of the week (sat,sun 09:00)\n"
		"  monthly 1 15 last 03:00      these days of the month\n"
		"  monthly 2nd tue 03:00        this week day of the month: 1st to 5th, last\n"
		"  cron '30 2 * * 1-5'          crontab(5): minute hour day month weekday\n"
		"  start                        when the agent starts\n"
		"  after NAME                   when the poll NAME has ended\n"
		"\n"
		"Times are local. One that does not exist, because clocks are put forward, is\n"
		"the moment at which they are; of one that comes twice, the first counts. Cron\n"
		"expressions with every hour go on evenly through both.\n"
		"\n"
		"Examples:\n"
		"  muster when mon-fri 07:00 --timezone Europe/Berlin\n"
		"  muster when monthly last fri 22:00 -n 3 --from 2027-01-01\n",
	.tables = when_tables,
	.settings_size = sizeof(struct when_conf),
	.args_min = 1,
	.args_max = ARGS_ANY,
	.without_file = true,
	.run = run_when,
};
