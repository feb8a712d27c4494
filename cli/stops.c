/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one signal flag of a parent: a handler can set nothing else. */
#include "cli/stops.h"

#include <stddef.h>

static volatile sig_atomic_t stops;

/* The third is passed on as a kill; after it we ourselves can be ended, whatever blocks. */
static void
on_stop(int sig)
{
	stops = stops + 1;
	if (stops >= 3)
		(void)signal(sig, SIG_DFL);
}

const volatile sig_atomic_t *
stops_catch(void)
{
	/* poll always wakes, SA_RESTART or not. */
	struct sigaction sa = { .sa_handler = on_stop, .sa_flags = SA_RESTART };

	(void)sigaction(SIGINT, &sa, NULL);
	(void)sigaction(SIGTERM, &sa, NULL);
	return &stops;
}
