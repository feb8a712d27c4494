/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * deciding.h - a decision of a person while it is carried out; inside the store only
 *
 * Begin, lay down rulings, name the identifiers whose bearers are concerned, resolve those
 * again, note it in the ledger, finish: one transaction, which is taken back when a step
 * fails.
 */
#ifndef DB_DECIDING_H
#define DB_DECIDING_H

#include "db/ingest.h"
#include "db/people.h"

enum { KEYS_MAX = 32 }; /* identifiers that one decision speaks of */

struct deciding {
	struct ingest in;
	const char *actor;
	struct decision *out;
	struct id_key keys[2 * KEYS_MAX]; /* whose bearers are resolved again */
	size_t n_keys;
};

int deciding_begin(struct deciding *, struct store *, const char *verb,
	const char *actor, struct decision *out, struct err *);
/* rc: what the steps gave. */
int deciding_finish(struct deciding *, int rc, struct err *);

/* Gives the decision its number; gone: the id of a device that is no more, or "". */
int deciding_record(struct deciding *, const char *gone, struct err *);
int deciding_rule(struct deciding *, enum ruling_kind, const struct id_key *a,
	const struct id_key *b, struct err *);
int deciding_concern(struct deciding *, const struct id_key *, struct err *);
/* Everybody who bears one of the keys, anew. */
int deciding_resolve(struct deciding *, struct err *);
/* A decision in the ledger, by its number; text: what was decided. */
int deciding_note(struct deciding *, int64_t decision, const char *text, int64_t a,
	int64_t b, enum link_outcome, struct err *);
int deciding_note_made(
	struct deciding *, int64_t a, int64_t b, enum link_outcome, struct err *);

struct key_list {
	struct id_key items[KEYS_MAX];
	size_t n;
	struct arena *mem;
};

/* The strongest are kept, in their order. */
int key_list_keep(struct key_list *, const struct id_key *, struct err *);
/* Those of a device that count, the strongest first. */
int deciding_keys(struct deciding *, int64_t device, struct key_list *out, struct err *);
/*
 * What a ruling that is to hold calls a device: its strongest identifier; its address, where
 * it bears none but names that lists tell (they are visits of their own, inventory/identity.h,
 * and lead to nobody who answers).  ERR_ARG: it has neither.
 */
int deciding_handle(struct deciding *, int64_t device, const char *label,
	struct id_key *out, struct err *);
int deciding_label(struct deciding *, int64_t device, char out[static 128],
	char uuid[static 37], struct err *);
/* ERR_ARG: it shows nothing that lasts. */
int deciding_needs_keys(const struct key_list *, const char *label, struct err *);
int deciding_is_there(struct store *, int64_t device, bool *out, struct err *);

#endif
