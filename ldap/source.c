/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A thread for each of a few domains at once. */
#include <pthread.h>
#include <signal.h>

#include "host/sandbox.h"
#include "ldap/ad.h"
#include "ldap/chosen.h"
#include "ldap/domain.h"
#include "ldap/door.h"
#include "ldap/session.h"
#include "ldap/ticket.h"

enum { STACK = 2 << 20 }; /* of a thread: the libraries of Kerberos and TLS want some */

/* --- threads -------------------------------------------------------------------------------- */

struct queue {
	pthread_mutex_t lock;
	const struct ad_conf *conf;
	struct door *door;
	const struct chosen *list;
	size_t next;
};

static const char *
next_domain(struct queue *q)
{
	(void)pthread_mutex_lock(&q->lock);
	const char *name = q->next < q->list->n && !door_stopped(q->door)
		? q->list->items[q->next++]
		: NULL;
	(void)pthread_mutex_unlock(&q->lock);
	return name;
}

static void *
poll_domains(void *arg)
{
	struct queue *q = arg;
	const char *name;
	struct err e;

	while ((name = next_domain(q)))
		(void)domain_poll(q->conf, q->door, name, &e); /* told at the door */
	return NULL;
}

/* Signals are for the main thread, which asked for them. */
static size_t
start_threads(struct queue *q, pthread_t *threads, size_t n)
{
	pthread_attr_t attr;
	sigset_t all, before;
	size_t started = 0;

	(void)sigfillset(&all);
	(void)pthread_attr_init(&attr);
	(void)pthread_attr_setstacksize(&attr, STACK);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	while (started < n &&
		pthread_create(&threads[started], &attr, poll_domains, q) == 0)
		started++;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	(void)pthread_attr_destroy(&attr);
	return started;
}

static void
poll_all(const struct ad_conf *conf, struct door *door, const struct chosen *list)
{
	struct queue q = { PTHREAD_MUTEX_INITIALIZER, conf, door, list, 0 };
	pthread_t threads[64];
	size_t want = (size_t)conf->parallel < list->n ? (size_t)conf->parallel
						       : list->n;
	size_t n = want > 1 ? start_threads(&q, threads, want) : 0;

	if (n == 0)
		(void)poll_domains(&q);
	for (size_t i = 0; i < n; i++)
		(void)pthread_join(threads[i], NULL);
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
		chosen_read(&list, conf, door, e) == -1)
		goto out;
	door_expect(door, list.n);
	poll_all(conf, door, &list);
	tell_end(run, door, &list, began);
	rc = 0;
out:
	door_free(door);
	chosen_free(&list);
	return rc;
}

const struct source source_ad = {
	.name = "ad",
	.help = "Computers, sites and subnets of Active Directory",
	.opts = NULL,
	.conf_size = sizeof(struct ad_conf),
	.run = run_ad,
};
