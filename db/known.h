/* SPDX-License-Identifier: GPL-3.0-or-later */
/* known.h - the short way for what a device has said before; inside the store only */
#ifndef DB_KNOWN_H
#define DB_KNOWN_H

#include "db/store_private.h"

/* Everything that a batch says of one (site, IP) in one run. */
struct visit {
	const char *site, *run;
	struct addr ip;
	int64_t first_at;    /* of its observations */
	bool replied;        /* one of them is a reply */
	struct id_key *keys; /* of all of them, each once */
	size_t n_keys;
};

/*
 * The device of a visit that cannot change who is who, and its address there; or 0: then
 * identity decides, with all that is remembered around it.
 *
 * It cannot when the device has its identifiers for itself and one of a kind, never had
 * another address, is alone at this one, and the visit is the latest there and brings no
 * identifier that the device does not bear already.  Then no identifier can be found
 * shared, no join refused, no other tenant concerned: inventory/identity.h would put the
 * visit to the device, and all else would stay.  Most of what a sweep sees is like that,
 * and need not read the history of a device to know it.  has_cards: some machine told which
 * cards it has (ID_CARD).
 */
int known_device(struct store *, const struct visit *, bool has_cards, int64_t *device,
	struct fold_addr *home, struct err *);

#endif
