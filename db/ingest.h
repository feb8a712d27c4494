/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ingest.h - a batch on its way into the store; inside the store only */
#ifndef DB_INGEST_H
#define DB_INGEST_H

#include "db/store_private.h"

/* A device that the batch touches: by a new observation, or by one that moved. */
struct touch {
	int64_t device;
	size_t observation; /* index into accepted; REBUILD: fold everything again */
};

#define REBUILD SIZE_MAX
/* The same, for its observations have other times than before: only since in->since. */
#define REDATED              (SIZE_MAX - 1)
#define IS_ANEW(observation) ((observation) >= REDATED)

/* A device that is stored when it is folded: all of it is in the batch. */
struct born {
	int64_t device;
	char uuid[37];
	const char *site;
};

enum { INGEST_ARENA = 768 << 20 }; /* bytes for a batch with its neighbourhood */

struct ingest {
	struct store *s;
	struct arena *mem;
	struct observation *accepted; /* in order, seq set */
	const char **facts, **keys;   /* their texts, as stored */
	struct id_key **ids;          /* their identifiers, n_ids of them */
	size_t *n_ids;
	int64_t *device; /* of each; 0: no device */
	bool *known;     /* whose it is was clear: it is stored already */
	/* The only address of the device, of those that are known to be its; else NULL. */
	const struct fold_addr **home;
	size_t n;
	uint32_t *given;      /* by hash of (point, seq): index into accepted + 1 */
	size_t n_slots;       /* a power of two */
	const char *told_run; /* of it is stored what it told until told_until */
	int64_t told_until;
	const char *since_run; /* of it is stored what it told since then; INT64_MAX: nothing */
	int64_t told_since;
	bool has_cards; /* some machine listed its cards */
	struct touch *touches;
	size_t n_touches, touches_room;
	struct ingest_result result;
	const char *run; /* of the last observation, for what none of them tells; or of the */
	int64_t at;            /* decision of a person */
	int64_t redated_from;  /* the first of what is REDATED */
	const char *asked_run; /* of it: does it continue another? */
	bool continues;
	int64_t newest; /* the last device that was made; 0: none */
	struct born *born; /* of these the last ones, in their order, unless some sighting moves */
	size_t n_born;
};

/* accept.c: what is not there already, in the order of observations, each with its seq. */
int ingest_accept(struct ingest *, const struct observation *, size_t n, struct err *);
/* assign.c: a device for each, stored; sightings that changed hands are moved, a device that
 * lost its last one lives on as an alias. */
int ingest_assign(struct ingest *, struct identity_result *, struct err *);
/* The same for what is stored already: the devices that bear one of the keys, anew. */
int ingest_reassign(struct ingest *, const struct id_key *, size_t n,
	struct identity_result *, struct err *);
/* The same for these devices, whose observations have other times than before: all are REDATED. */
int ingest_rethink(struct ingest *, const int64_t *devices, size_t n,
	struct identity_result *, struct err *);
/* refold.c: the touched devices anew, and what changed about them. */
int ingest_refold(struct ingest *, struct err *);

#endif
