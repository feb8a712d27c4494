/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * memo.h - what the one writer remembers of its store between batches; inside the store only
 *
 * Whose an identifier is, and who alone has an address: what most visits need to be known
 * (known.h), a few bytes each.  The tables grow with what is asked, up to MEMO_BYTES_MAX in
 * all; then one of four neighbours goes for each that comes.  They hold what the store holds:
 * who writes an identifier or an address says so here, a rollback forgets everything, and so
 * does every transaction but those that promise to say so (store_begin_minded).
 *
 * Texts are kept as 64 bits of a keyed hash (SipHash-2-4) whose key nobody outside knows.
 */
#ifndef DB_MEMO_H
#define DB_MEMO_H

#include "base/addr.h"
#include "base/uuid.h"
#include "inventory/identity.h"

struct memo;

enum {
	MEMO_BEARERS = 1 << 20, /* identifiers; 16 bytes each */
	MEMO_HOMES = 1 << 18,   /* addresses; 96 bytes each */
	MEMO_BYTES_MAX = 16 * MEMO_BEARERS + 96 * MEMO_HOMES, /* 40 MiB */
};

enum { BEARER_NOBODY = 0, BEARER_SEVERAL = -1 };

/* A device whose only address this is, and who nobody else ever had: it was not found silent,
 * and bears one identifier of each kind that is told apart, if these are known.  Device 0:
 * nobody ever had the address, and no more is said. */
struct memo_home {
	int64_t device, first_seen, last_seen, last_reply, valid_until, reply_until;
	/* Of its identifiers, a bit each, and MEMO_NOTED higher up those by which the ledger has
	 * joined a visit to it; or MEMO_KINDS_UNKNOWN. */
	int64_t kinds;
	struct {
		int64_t first_seen, last_seen; /* 0: what follows is not known */
		uint8_t uuid[UUID_BYTES];
	} row; /* of a device of the same site that nobody edited */
};

#define MEMO_KINDS_UNKNOWN ((int64_t)-1)
enum { MEMO_NOTED = 32 };

struct memo *memo_new(
	void); /* NULL: no memory for it; all below takes that, and knows nothing */
void memo_free(struct memo *);
void memo_forget_all(struct memo *);

bool memo_bearer(struct memo *, const struct id_key *, int64_t *device);
void memo_set_bearer(struct memo *, const struct id_key *, int64_t device);
void memo_forget_bearer(struct memo *, const struct id_key *);

/* Borrowed until something is set. */
struct memo_home *memo_home(struct memo *, const char *site, const struct addr *);
void memo_set_home(
	struct memo *, const char *site, const struct addr *, const struct memo_home *);
void memo_forget_home(struct memo *, const char *site, const struct addr *);

#endif
