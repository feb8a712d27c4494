/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ldap/door.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
	STATE_MEMORY = 4 << 20,
	FORESTS_MAX = 64,
	LEFT_MAX = 4096, /* of more it is told as often as it comes */
	NO_HOST = 0,     /* the hash of none */
	PROGRESS_EVERY = 200 * MSEC,
};

enum trust { UNTRIED, GOOD, REFUSED };

/* An entry of the settings.  Several may be one account: they count as one for a refusal, and
 * each for itself for what is good, for they may have several passwords. */
struct account {
	const struct credential *c; /* NULL: the default */
	pthread_mutex_t turn;       /* held while it is UNTRIED and somebody tries */
	struct account *first; /* of the same account, by itself or not: whose turn counts */
	pthread_t who;         /* that holds it */
	bool is_tried;         /* both, and this: under the door's lock */
	enum trust trust;
};

struct door {
	pthread_mutex_t lock;
	struct source_run *run;
	struct arena *mem; /* of the state */
	struct ad_state state;
	struct door_counts counts;
	size_t n_domains; /* that are polled */
	int64_t told_us, last_at;
	struct err first;
	bool has_error;
	char forests[FORESTS_MAX][STATE_NAME_MAX];
	size_t n_forests;
	struct left_host {
		uint64_t host, why; /* hashes */
	} left[LEFT_MAX];
	size_t n_left;
	struct account *accounts;
	size_t n_accounts;
};

static struct account *
first_of(struct account *all, const struct account *a)
{
	const char *user = a->c ? a->c->user : NULL;
	struct account *first = all;

	while (first != a &&
		!(user && first->c->user && strcasecmp(first->c->user, user) == 0))
		first++;
	return first;
}

static void
name_accounts(struct door *d, const struct credential *credentials)
{
	for (size_t i = 0; i < d->n_accounts; i++) {
		struct account *a = &d->accounts[i];
		a->c = i + 1 < d->n_accounts ? &credentials[i] : NULL;
		a->first = first_of(d->accounts, a);
		(void)pthread_mutex_init(&a->turn, NULL);
	}
}

int
door_new(struct door **out, struct source_run *run, const struct credential *accounts,
	size_t n, const char *state, struct err *e)
{
	struct door *d = calloc(1, sizeof(*d));

	*out = NULL;
	if (!d)
		return err_nomem(e);
	(void)pthread_mutex_init(&d->lock, NULL);
	d->run = run;
	d->mem = arena_new(STATE_MEMORY);
	d->accounts = calloc(n + 1, sizeof(*d->accounts));
	if (!d->mem || !d->accounts) {
		door_free(d);
		return err_nomem(e);
	}
	d->n_accounts = n + 1;
	name_accounts(d, accounts);
	if (ad_state_read(state, d->mem, &d->state, e) == -1) {
		/* Without it the poll is full: that is slow, and right. */
		d->state = (struct ad_state){ 0 };
		door_reason(d, "state-unreadable", "", 0,
			"%s: everything is asked again", e->text);
	}
	*out = d;
	return 0;
}

void
door_free(struct door *d)
{
	if (!d)
		return;
	for (size_t i = 0; i < d->n_accounts; i++)
		(void)pthread_mutex_destroy(&d->accounts[i].turn);
	free(d->accounts);
	arena_free(d->mem);
	(void)pthread_mutex_destroy(&d->lock);
	free(d);
}

static void
lock(struct door *d)
{
	(void)pthread_mutex_lock(&d->lock);
}

static void
unlock(struct door *d)
{
	(void)pthread_mutex_unlock(&d->lock);
}

int
door_take(struct door *d, const struct observation *o, struct err *e)
{
	struct observation own = *o;

	lock(d);
	own.at = clock_wall(d->run->clock);
	if (own.at <= d->last_at)
		own.at = d->last_at + 1;
	d->last_at = own.at;
	int rc = d->run->sink->take(d->run->sink, &own, e);
	unlock(d);
	return rc;
}

void
door_reason(struct door *d, const char *code, const char *about, uint64_t count,
	const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	lock(d);
	d->run->monitor->reason(
		d->run->monitor, &(struct reason){ code, about, text, count });
	unlock(d);
}

/* Of texts that differ; no matter by whom they were chosen: the worst is a note too few. */
static uint64_t
hash_text(uint64_t h, const char *text)
{
	for (; *text; text++)
		h = (h ^ (unsigned char)*text) * 0x100000001b3ULL;
	return (h ^ '\n') * 0x100000001b3ULL;
}

static uint64_t
hash_host(const char *host)
{
	return hash_text(0xcbf29ce484222325ULL, host);
}

/* why 0: for whatever reason.  Under the lock. */
static bool
has_left(const struct door *d, uint64_t host, uint64_t why)
{
	for (size_t i = 0; i < d->n_left; i++)
		if (d->left[i].host == host && (!why || d->left[i].why == why))
			return true;
	return false;
}

/* Under the lock.  False: it was there. */
static bool
add_left(struct door *d, uint64_t host, uint64_t why)
{
	bool is_new = !has_left(d, host, why);

	if (is_new && d->n_left < LEFT_MAX)
		d->left[d->n_left++] = (struct left_host){ host, why };
	return is_new;
}

void
door_leave(struct door *d, const char *code, const char *host, const char *why)
{
	lock(d);
	bool is_new = add_left(d, hash_host(host), hash_text(hash_host(code), why));
	unlock(d);
	if (is_new)
		door_reason(d, code, host, 0, "%s", why);
}

bool
door_has_left(struct door *d, const char *host)
{
	lock(d);
	bool has = has_left(d, hash_host(host), 0);
	unlock(d);
	return has;
}

void
door_covered(struct door *d, const char *probe, const char *of, int64_t started_us)
{
	const struct coverage c = { .probe = probe,
		.targets = of,
		.started = started_us,
		.finished = clock_wall(d->run->clock),
		.complete = true };

	lock(d);
	d->run->monitor->coverage(d->run->monitor, &c);
	unlock(d);
}

void
door_expect(struct door *d, size_t domains)
{
	lock(d);
	d->n_domains = domains;
	unlock(d);
}

void
door_count(struct door *d, const struct door_counts *add)
{
	struct door_counts *c = &d->counts;

	lock(d);
	c->computers += add->computers;
	c->gone += add->gone;
	c->entries += add->entries;
	c->pages += add->pages;
	c->networks += add->networks;
	c->domains += add->domains;
	c->failed += add->failed;
	int64_t now = clock_mono(d->run->clock);
	if (now - d->told_us >= PROGRESS_EVERY) {
		d->told_us = now;
		d->run->monitor->progress(d->run->monitor,
			&(struct progress){ .phase = "directory",
				.done = c->domains + c->failed,
				.total = d->n_domains,
				.sent = c->pages,
				.answered = c->entries,
				.found = c->computers,
				.rate = -1,
				.eta_us = -1 });
	}
	unlock(d);
}

struct door_counts
door_counts(struct door *d)
{
	lock(d);
	struct door_counts c = d->counts;
	unlock(d);
	return c;
}

void
door_failed(struct door *d, const struct err *e)
{
	lock(d);
	if (!d->has_error)
		d->first = *e;
	d->has_error = true;
	unlock(d);
}

const struct err *
door_first_error(struct door *d)
{
	return d->has_error ? &d->first : NULL;
}

bool
door_stopped(struct door *d)
{
	return (d->run->stop && *d->run->stop) ||
		clock_mono(d->run->clock) >= d->run->deadline_us;
}

const struct source_run *
door_run(const struct door *d)
{
	return d->run;
}

/* --- what is remembered ------------------------------------------------------------------- */

bool
door_mark(struct door *d, const char *domain, struct ad_mark *out)
{
	lock(d);
	const struct ad_mark *m = ad_state_find(&d->state, domain);
	if (m)
		*out = *m;
	unlock(d);
	return m != NULL;
}

int
door_put_mark(struct door *d, const struct ad_mark *m, struct err *e)
{
	lock(d);
	int rc = ad_state_put(&d->state, m, d->mem, e);
	unlock(d);
	return rc;
}

void
door_tell_state(struct door *d)
{
	struct sb text;
	struct err e;

	sb_init(&text, STATE_TEXT_MAX);
	lock(d);
	if (ad_state_write(&d->state, &text, &e) == 0)
		d->run->monitor->state(d->run->monitor, text.text);
	unlock(d);
	sb_done(&text);
}

/* Under the lock. */
static bool
has_forest(const struct door *d, const char *forest)
{
	for (size_t i = 0; i < d->n_forests; i++)
		if (strcmp(d->forests[i], forest) == 0)
			return true;
	return false;
}

bool
door_first_of_forest(struct door *d, const char *forest)
{
	lock(d);
	bool first = !has_forest(d, forest);
	if (first && d->n_forests < FORESTS_MAX)
		(void)snprintf(d->forests[d->n_forests++], STATE_NAME_MAX, "%s", forest);
	unlock(d);
	return first;
}

void
door_forest_failed(struct door *d, const char *code, const char *forest, const char *why)
{
	uint64_t text = hash_text(hash_text(hash_host(code), forest), why);

	lock(d);
	/* A controller may bear the name of the forest, and is not left for that. */
	bool is_new = !has_forest(d, forest) && add_left(d, NO_HOST, text);
	unlock(d);
	if (is_new)
		door_reason(d, code, forest, 0, "%s", why);
}

/* --- accounts ----------------------------------------------------------------------------- */

static struct account *
account_of(struct door *d, const struct credential *c)
{
	size_t i = 0;

	while (i + 1 < d->n_accounts && d->accounts[i].c != c)
		i++;
	return &d->accounts[i]; /* the last is the default */
}

/* By this entry or, unless this one is known to be good, by another of the same account; NULL:
 * by none. */
static const struct account *
refused_as(const struct door *d, const struct account *a)
{
	if (a->trust != UNTRIED)
		return a->trust == REFUSED ? a : NULL;
	for (size_t i = 0; i < d->n_accounts; i++)
		if (d->accounts[i].first == a->first && d->accounts[i].trust == REFUSED)
			return &d->accounts[i];
	return NULL;
}

bool
door_login_begin(struct door *d, const struct credential *c, struct err *why)
{
	struct account *a = account_of(d, c);

	(void)pthread_mutex_lock(&a->first->turn);
	lock(d);
	const struct account *refused = refused_as(d, a);
	a->is_tried = a->trust == UNTRIED && !refused;
	a->who = pthread_self();
	bool holds = a->is_tried;
	unlock(d);
	if (!holds)
		(void)pthread_mutex_unlock(&a->first->turn);
	if (refused)
		(void)err_set(why, ERR_AUTH,
			"the account %s was refused before in this run, and is not tried "
			"again",
			refused->c ? refused->c->name : "of this machine");
	return !refused;
}

void
door_login_end(struct door *d, const struct credential *c, const struct err *e)
{
	struct account *a = account_of(d, c);

	lock(d);
	bool holds = a->is_tried && pthread_equal(a->who, pthread_self());
	if (holds)
		a->is_tried = false;
	if (e && e->code == ERR_AUTH)
		a->trust = REFUSED;
	else if (!e && a->trust == UNTRIED) /* a refusal stays */
		a->trust = GOOD;
	unlock(d);
	if (holds)
		(void)pthread_mutex_unlock(&a->first->turn);
}
