/* SPDX-License-Identifier: GPL-3.0-or-later */
/* known.h - the short way for what a device has said before; inside the store only */
#ifndef DB_KNOWN_H
#define DB_KNOWN_H

#include "db/store_private.h"

/* Everything that a batch says of one (site, IP) in one run; what was told of it before is
 * added when it matters. */
struct visit {
	const char *site, *run;
	struct addr ip;
	int64_t first_at;  /* of its observations */
	bool replied;      /* one of them is a reply */
	bool listed;       /* it is what a list says */
	bool late;         /* out: the device was seen after it began */
	int64_t run_since; /* the first that is stored of its run; INT64_MAX: none is */
	struct id_key *keys; /* of all of them, each once */
	bool *borne;         /* out: each by the device already */
	size_t n_keys;
};

/* Room for more of the keys of a visit. */
int visit_reserve(struct visit *, size_t n_keys, struct arena *, struct err *);
/* What one of its observations says. */
void visit_add(struct visit *, enum evidence, const struct id_key *, size_t n);

/* The kinds of its identifiers, a bit each; MEMO_KINDS_UNKNOWN when there are several of a
 * kind that is told apart. */
int64_t known_kinds(const struct visit *);

/* Whose a visit is. */
struct known {
	int64_t device; /* 0: identity decides, with all that is remembered around it */
	struct fold_addr home; /* its address there */
	bool alone;            /* it never had another */
	bool learns;      /* the visit brings identifiers that it did not bear yet */
	struct id_key by; /* then: the strongest of those that it bore; else no value */
};

/*
 * The device of a visit that cannot change who else is who.
 *
 * It cannot when the device has its identifiers for itself and one of a kind, never had
 * another address, is alone at this one, and the visit is the latest there.  What the visit
 * brings beside those must be borne by nobody, the first of its kind, and come in an answer
 * together with something that joins by itself.  Then no identifier can be found shared, no
 * join refused, no other tenant concerned: inventory/identity.h would put the visit to the
 * device, and all else would stay.  Most of what a sweep sees is like that, and need not read
 * the history of a device to know it.  has_cards: some machine told which cards it has
 * (ID_CARD).
 *
 * Of a device with other addresses the visit must join by itself and bring nothing new, and
 * nothing that the device bears may be borne by another: what could tell its addresses apart
 * would be of a second machine.  Nor may it have more addresses than a run may show of one.
 *
 * A visit need not be the latest: runs go on beside each other, and what was heard is told
 * later than it was heard.  Then it must join by itself and bring nothing new.
 *
 * What a run learns late comes behind what it has told of the visit before: it is judged with
 * that, as if it had come at once.  Then v has the identifiers of both (in arena).
 */
int known_device(struct store *, struct visit *v, bool has_cards, struct arena *,
	struct known *, struct err *);
/* The device bears from now on what it learns, and the ledger says why it is its. */
int known_learn(struct store *, const struct visit *, const struct known *,
	struct arena *, struct err *);

#endif
