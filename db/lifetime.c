/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How long what a run has seen may be believed.  It is laid down when the run begins and never
 * changes, so what was once asked for is kept.
 */
#include <stdlib.h>
#include <string.h>

#include "base/uuid.h"
#include "db/store_private.h"

enum { KEPT = 256 }; /* more than runs of which one device has sightings, mostly */

struct lifetimes {
	struct {
		char run[UUID_TEXT_MAX];
		int64_t us;
	} of[KEPT]; /* by hash; run "": none yet */
};

static size_t
slot_of(const char *run)
{
	uint64_t h = 0xcbf29ce484222325; /* FNV-1a */

	for (const char *p = run; *p; p++)
		h = (h ^ (unsigned char)*p) * 0x100000001b3;
	return (size_t)(h ^ h >> 32) % KEPT;
}

static int
ask(struct store *s, const char *run, int64_t *out, struct err *e)
{
	bool found;

	if (store_get(s, STMT_RUN_LIFETIME, BINDS(TEXT(run)), out, &found, e) == -1)
		return -1;
	if (!found) /* another machine's */
		*out = STORE_ADDRESS_LIFETIME;
	return 0;
}

int
store_run_lifetime(struct store *s, const char *run, int64_t *out, struct err *e)
{
	size_t at = slot_of(run);

	if (strlen(run) >= UUID_TEXT_MAX || !*run)
		return ask(s, run, out, e);
	if (!s->lifetimes && !(s->lifetimes = calloc(1, sizeof(*s->lifetimes))))
		return err_nomem(e);
	if (strcmp(s->lifetimes->of[at].run, run) != 0) {
		if (ask(s, run, out, e) == -1)
			return -1;
		s->lifetimes->of[at].us = *out;
		memcpy(s->lifetimes->of[at].run, run, strlen(run) + 1);
	}
	*out = s->lifetimes->of[at].us;
	return 0;
}

void
lifetimes_forget(struct store *s)
{
	free(s->lifetimes);
	s->lifetimes = NULL;
}

int64_t
lifetime_end(int64_t at, int64_t lifetime)
{
	int64_t end;

	return __builtin_add_overflow(at, lifetime, &end) ? INT64_MAX : end;
}
