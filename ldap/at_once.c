/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A thread for each of a few domains at once. */
#include "ldap/at_once.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>

enum { STACK = 2 << 20 }; /* of a thread: the libraries of Kerberos and TLS want some */

struct queue {
	pthread_mutex_t lock;
	size_t next, end;
	void (*work)(void *arg, size_t i);
	void *arg;
};

static bool
take(struct queue *q, size_t *i)
{
	(void)pthread_mutex_lock(&q->lock);
	bool any = q->next < q->end;
	if (any)
		*i = q->next++;
	(void)pthread_mutex_unlock(&q->lock);
	return any;
}

static void *
work_on(void *arg)
{
	struct queue *q = arg;
	size_t i;

	while (take(q, &i))
		q->work(q->arg, i);
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
	while (started < n && pthread_create(&threads[started], &attr, work_on, q) == 0)
		started++;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	(void)pthread_attr_destroy(&attr);
	return started;
}

void
at_once(size_t first, size_t end, size_t most, void (*work)(void *arg, size_t i),
	void *arg)
{
	struct queue q = { PTHREAD_MUTEX_INITIALIZER, first, end, work, arg };
	pthread_t threads[AT_ONCE_MAX];
	size_t want = first < end ? end - first : 0;

	if (want > most)
		want = most;
	if (want > AT_ONCE_MAX)
		want = AT_ONCE_MAX;
	size_t n = want > 1 ? start_threads(&q, threads, want) : 0;
	if (n == 0)
		(void)work_on(&q);
	for (size_t i = 0; i < n; i++)
		(void)pthread_join(threads[i], NULL);
}
