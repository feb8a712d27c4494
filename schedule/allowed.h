/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * allowed.h - which addresses this point may ask, whoever wants it to
 *
 * What the point's own configuration does not allow is refused, whatever a schedule, a task
 * or a server says.  Public addresses need a line of their own.  Exclusions always win.
 */
#ifndef SCHEDULE_ALLOWED_H
#define SCHEDULE_ALLOWED_H

#include "base/opt.h"
#include "iprange/iprange.h"

struct allowed_conf {
	struct opt_list allow, allow_public, exclude;
};

extern const struct opt allowed_opts[]; /* scope.allow, scope.allow_public, scope.exclude */

struct allowed_sets {
	const struct iprange *allow;                  /* NULL: all that is not public */
	const struct iprange *allow_public, *exclude; /* NULL: none */
	const struct iprange *public; /* allowed_public(), for who asks often; or NULL */
};

/* The addresses that may be asked; NULL past the arena's limit. */
struct iprange *allowed_of(const struct allowed_sets *, struct arena *);
/* The same from a configuration; sets may be NULL.  -1: nothing may be asked; *key is the
 * setting that could not be read ("scope.exclude"), or NULL. */
int allowed_read(const struct allowed_conf *, struct arena *, struct allowed_sets *sets,
	struct iprange **out, const char **key, struct err *);

/*
 * Addresses of the internet at large: all but those that the IANA's registries of special
 * purposes (RFC 6890) say are not globally reachable.  NULL past the arena's limit.
 */
struct iprange *allowed_public(struct arena *);

/* All addresses that may not be asked: what a worker is told never to touch. */
struct iprange *allowed_never(const struct iprange *allowed, struct arena *);

#endif
