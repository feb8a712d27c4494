/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * match.h - in which location is a machine, and why; pure, but for what asker asks
 *
 * A machine is in a location when all conditions hold.  Of a machine without an agent some
 * conditions cannot be known: it is in the location when none is known not to hold and its
 * subnet or its site in Active Directory is known to.  Of several locations the one with the
 * longest prefix around the address counts, then the one with more conditions, then the first.
 */
#ifndef LOCATION_MATCH_H
#define LOCATION_MATCH_H

#include "location/definition.h"
#include "location/facts.h"

enum holds { HOLDS_NO, HOLDS_UNKNOWN, HOLDS_YES };

/* Answers what only a question on the wire can: CONDITION_RESOLVES, _WINDOWS_DOMAIN, _TLS.
 * text: why, for people. */
struct location_asker {
	enum holds (*ask)(struct location_asker *, enum condition, const char *value,
		char *text, size_t max);
};

struct location_finding {
	enum condition condition;
	enum holds verdict;
	char text[256]; /* "198.18.3.2 lies in 198.18.3.0/24" */
};

struct location_result {
	const struct location *location;
	enum holds verdict; /* of all conditions together */
	bool inferred;      /* HOLDS_YES although some are not known */
	unsigned prefix;    /* of the subnet around its address; 0: none */
	struct location_finding findings[CONDITIONS];
	size_t n_findings;
};

/* asker may be NULL: nothing is asked. */
void location_match(const struct location *, const struct place_facts *,
	struct location_asker *, struct location_result *out);
/* The one of several results that counts; NULL when it is in none. */
const struct location_result *location_choose(const struct location_result *, size_t n);

#endif
