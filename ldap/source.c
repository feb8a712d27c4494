/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which domains there are, and a thread for each of a few at once. */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "ldap/ad.h"
#include "ldap/domain.h"
#include "ldap/door.h"
#include "ldap/forest.h"

LOG_TAG("ad");

enum { STACK = 2 << 20 }; /* of a thread: the libraries of Kerberos and TLS want some */

/* Names of domains, each once. */
struct names {
	char (*items)[STATE_NAME_MAX];
	size_t n;
};

static void
add_name(struct names *list, const char *name)
{
	for (size_t i = 0; i < list->n; i++)
		if (strcasecmp(list->items[i], name) == 0)
			return;
	if (list->n < STATE_DOMAINS_MAX && strlen(name) < STATE_NAME_MAX)
		memcpy(list->items[list->n++], name, strlen(name) + 1);
}

/* --- which domains -------------------------------------------------------------------------- */

/* The domain itself, then those of its forest, then those that trust it. */
static int
add_related(const struct ad_conf *conf, struct door *door, struct names *list,
	struct err *e)
{
	struct domain d;
	struct session *s = NULL;
	struct directory dir;
	struct forest f = { .n = 0 };
	struct trusts trusts = { .n = 0 };
	int rc = domain_open(&d, conf, door, list->items[0], e);

	if (rc == 0)
		rc = domain_connect(&d, true, &s, &dir, e);
	if (rc == 0 && conf->forest)
		rc = forest_read(s, &dir, d.mem, &f, e);
	if (rc == 0 && conf->trusts)
		rc = forest_read_trusts(s, &dir, d.mem, &trusts, e);
	if (rc == 0 && !list->items[0][0]) /* the server said which */
		memcpy(list->items[0], d.name, strlen(d.name) + 1);
	for (size_t i = 0; i < f.n; i++) {
		log_debug("the forest %s has the domain %s (%s)", dir.forest,
			f.domains[i].name, f.domains[i].netbios);
		add_name(list, f.domains[i].name);
	}
	if (f.was_cut)
		door_reason(door, "ad-many-domains", dir.forest, f.n,
			"the forest has more domains than are asked");
	for (size_t i = 0; i < trusts.n; i++) {
		log_debug("trust: %s: %s", trusts.items[i].name, trusts.items[i].text);
		if (trusts.items[i].is_asked)
			add_name(list, trusts.items[i].name);
	}
	if (rc == 0)
		session_close(s);
	domain_close(&d);
	return rc;
}

static int
list_domains(const struct ad_conf *conf, struct door *door, struct names *list,
	struct err *e)
{
	char own[CONTROLLER_NAME_MAX];

	for (size_t i = 0; i < conf->domains.n; i++)
		add_name(list, conf->domains.items[i]);
	if (list->n == 0 && ad_server_of(conf, ""))
		add_name(list, ""); /* that server says which */
	if (list->n == 0 && locate_own_domain(own))
		add_name(list, own);
	if (list->n == 0)
		return err_set(e, ERR_NOTFOUND,
			"this machine belongs to no domain that krb5.conf or resolv.conf "
			"tells of: use --domain");
	return conf->forest || conf->trusts ? add_related(conf, door, list, e) : 0;
}

/* --- threads -------------------------------------------------------------------------------- */

struct queue {
	pthread_mutex_t lock;
	const struct ad_conf *conf;
	struct door *door;
	const struct names *list;
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
poll_all(const struct ad_conf *conf, struct door *door, const struct names *list)
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
tell_end(struct source_run *run, struct door *door, size_t n_domains, int64_t began)
{
	struct door_counts c = door_counts(door);
	const struct err *first = door_first_error(door);
	bool stopped = run->stop && *run->stop;
	struct run_end end = { .ok = c.failed == 0 && !stopped && c.domains == n_domains,
		.interrupted = stopped,
		.targets = n_domains,
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
	struct names list = { calloc(STATE_DOMAINS_MAX, STATE_NAME_MAX), 0 };
	struct door *door = NULL;
	int rc = -1;

	if (!list.items) {
		err_nomem(e);
		goto out;
	}
	if (door_new(&door, run, conf->accounts, conf->n_accounts, conf->state, e) ==
			-1 ||
		list_domains(conf, door, &list, e) == -1)
		goto out;
	door_expect(door, list.n);
	poll_all(conf, door, &list);
	tell_end(run, door, list.n, began);
	rc = 0;
out:
	door_free(door);
	free(list.items);
	return rc;
}

const struct source source_ad = {
	.name = "ad",
	.help = "Computers, sites and subnets of Active Directory",
	.opts = NULL,
	.conf_size = sizeof(struct ad_conf),
	.run = run_ad,
};
