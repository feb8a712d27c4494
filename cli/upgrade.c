/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/upgrade.h"

#include <stdio.h>

#include "base/log.h"
#include "schedule/notify.h"

LOG_TAG("store");

enum {
	TELL_EVERY = 5 * SECOND,
	PATIENCE = 300, /* s: what is written at the end of a step is silent */
};

/* Each word extends the time that a service manager waits (sd_notify(3)). */
static void
ask_for_time(int number, int newest)
{
	char text[160];

	(void)snprintf(text, sizeof(text),
		"EXTEND_TIMEOUT_USEC=%lld\nSTATUS=The store is brought to schema %d of %d\n",
		(long long)PATIENCE * SECOND, number, newest);
	notify_send(text);
}

static void
on_tick(void *arg, int number, int newest)
{
	struct upgrade *u = arg;
	int64_t now = clock_mono(u->clock);
	char took[TIME_TEXT_MAX];
	bool first = u->step != number;

	if (!u->began)
		u->began = now;
	if (!first && now - u->told < TELL_EVERY)
		return;
	u->told = now;
	u->step = number;
	ask_for_time(number, newest);
	if (first)
		log_info("event=store-upgrade schema=%d of=%d", number, newest);
	else
		log_warn("event=store-upgrade schema=%d of=%d: it goes on since %s",
			number, newest, duration_print(now - u->began, took));
}

void
upgrade_init(struct upgrade *u, struct clock *clock)
{
	*u = (struct upgrade){ .watch = { on_tick, u }, .clock = clock };
}

void
upgrade_done(const struct upgrade *u)
{
	char took[TIME_TEXT_MAX];

	if (u->began)
		log_info("event=store-upgraded schema=%d took=\"%s\"", u->step,
			duration_print(clock_mono(u->clock) - u->began, took));
}
