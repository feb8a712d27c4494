/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See pass_on.h. */
#include "cli/pass_on.h"

#include <stdio.h>

static struct monitor *
next_of(struct monitor *m)
{
	return ((struct pass_on *)m)->next;
}

static void
on_progress(struct monitor *m, const struct progress *p)
{
	next_of(m)->progress(next_of(m), p);
}

static void
on_reason(struct monitor *m, const struct reason *r)
{
	next_of(m)->reason(next_of(m), r);
}

static void
on_coverage(struct monitor *m, const struct coverage *c)
{
	next_of(m)->coverage(next_of(m), c);
}

static void
on_state(struct monitor *m, const char *text)
{
	next_of(m)->state(next_of(m), text);
}

static void
on_end(struct monitor *m, const struct run_end *end)
{
	struct pass_on *p = (struct pass_on *)m;

	p->ended = true;
	p->end = *end;
	if (!end->error)
		return;
	(void)snprintf(p->error, sizeof(p->error), "%s", end->error);
	p->end.error = p->error;
}

void
pass_on_init(struct pass_on *p, struct monitor *next)
{
	*p = (struct pass_on){
		.monitor = { on_progress, on_reason, on_coverage, on_state, on_end },
		.next = next,
	};
}
