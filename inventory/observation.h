/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * observation.h - what one source said about one subject at one time
 *
 * The only thing that sources produce, the line that NDJSON carries, the row the store
 * keeps: one record, one meaning.
 */
#ifndef INVENTORY_OBSERVATION_H
#define INVENTORY_OBSERVATION_H

#include "inventory/fact.h"

#include <stdint.h>

enum subject { SUBJECT_DEVICE, SUBJECT_NETWORK, SUBJECT_DOMAIN };

enum evidence {
	EVIDENCE_REPLY,  /* it answered a question that only it could answer */
	EVIDENCE_WEAK,   /* something answered for it */
	EVIDENCE_LISTED, /* a directory or a list says so */
	EVIDENCE_HEARD,  /* passive */
};

extern const char *const subject_names[];  /* by enum, NULL-terminated */
extern const char *const evidence_names[]; /* by enum, NULL-terminated */

struct observation {
	enum subject subject;
	const char *site, *point,
		*run;       /* NULL until the owner of the sink fills them */
	const char *source; /* "sweep", "import", ... */
	int64_t at;         /* microseconds since 1970-01-01 UTC */
	int64_t seq;        /* grows per point; 0 until stored */
	struct addr ip;     /* may be unset */
	enum evidence evidence;
	const struct fact *facts; /* sorted by key, each key once */
	size_t n_facts;
	bool truncated; /* arrays were cut at the line cap */
};

/* (at, point, run, seq): the order of observations everywhere, never that of arrival. */
int observation_cmp(const struct observation *, const struct observation *);

#endif
