/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which domains, and then each of them. */
#include "host/sandbox.h"
#include "ldap/ad.h"
#include "ldap/at_once.h"
#include "ldap/chosen.h"
#include "ldap/domain.h"
#include "ldap/door.h"
#include "ldap/session.h"
#include "ldap/ticket.h"

struct polling {
	const struct ad_conf *conf;
	struct door *door;
	const struct chosen *list;
};

/* One that could not be asked a moment ago is not asked again. */
static void
poll_one(void *arg, size_t i)
{
	const struct polling *p = arg;
	const struct chosen_domain *d = &p->list->items[i];
	struct err e;

	if (door_stopped(p->door))
		return;
	if (d->failed)
		domain_tell_failed(p->door, d->name, d->failed);
	else
		(void)domain_poll(p->conf, p->door, d->name, &e); /* told at the door */
}

/* --- the run -------------------------------------------------------------------------------- */

static void
tell_end(struct source_run *run, struct door *door, const struct chosen *list,
	int64_t began)
{
	struct door_counts c = door_counts(door);
	const struct err *first = door_first_error(door);
	bool stopped = run->stop && *run->stop;
	struct run_end end = { .ok = c.failed == 0 && !stopped &&
			c.domains == list->n && !list->is_part,
		.interrupted = stopped,
		.targets = list->n,
		.asked = c.domains,
		.sent = c.pages,
		.answered = c.entries,
		.found = c.computers,
		.duration_us = clock_mono(run->clock) - began,
		.error = c.domains == 0 && first ? first->text : NULL };

	if (c.domains > 0)
		door_tell_state(door);
	run->monitor->end(run->monitor, &end);
}

static int
run_ad(struct source_run *run, struct err *e)
{
	const struct ad_conf *conf = run->conf;
	int64_t began = clock_mono(run->clock);
	struct chosen list = { .n = 0 };
	struct door *door = NULL;
	int rc = -1;

	session_prepare();
	if (ticket_prepare(conf->accounts, conf->n_accounts, run->scratch, e) == -1 ||
		sandbox_enter(SANDBOX_LIBRARIES, e) == -1)
		return -1;
	if (door_new(&door, run, conf->accounts, conf->n_accounts, conf->state, e) ==
			-1 ||
		chosen_read(&list, conf, door, (size_t)conf->parallel, run->scratch,
			e) == -1)
		goto out;
	door_expect(door, list.n);
	at_once(0, list.n, (size_t)conf->parallel, poll_one,
		&(struct polling){ conf, door, &list });
	tell_end(run, door, &list, began);
	rc = 0;
out:
	door_free(door);
	return rc;
}

const struct source source_ad = {
	.name = "ad",
	.help = "Computers, sites and subnets of Active Directory",
	.opts = NULL,
	.conf_size = sizeof(struct ad_conf),
	.run = run_ad,
};
