/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store_private.h - what the files of the store share; nobody else includes it */
#ifndef DB_STORE_PRIVATE_H
#define DB_STORE_PRIVATE_H

#include "db/memo.h"
#include "db/sql.h"
#include "db/statements.h"
#include "db/store.h"

struct lifetimes;
struct ruled;
struct twins;

struct store {
	const struct sql_driver *sql;
	struct sql_conn *conn;
	struct sql_stmt *stmts[STMT_COUNT]; /* prepared when first used */
	enum store_mode mode;
	const struct vendor_table *vendors; /* NULL: the one compiled in */
	const struct rules *rules;          /* NULL: none */
	char card_rules[64];                /* their name in cards (cards.h) */
	struct ruled *ruled;                /* ruled.c; NULL: not read yet */
	struct memo *memo;                  /* NULL: a reader */
	struct twins *twins;                /* the same */
	struct lifetimes *lifetimes;        /* lifetime.c; NULL: none asked for yet */
	struct sb text;                     /* see store_text */
	int holds;                          /* store_hold */
	int lock_fd; /* the writer's flock on the file; -1 for readers */
	char path[];
};

/* --- statements ------------------------------------------------------------------------- */

struct sql_bind {
	enum { BIND_END, BIND_INT, BIND_TEXT } kind;
	int64_t num;
	const char *text;
};

#define INT(v) \
	{ \
		.kind = BIND_INT, .num = (v) \
	}
#define TEXT(v) \
	{ \
		.kind = BIND_TEXT, .text = (v) \
	}
#define NO_BINDS   ((const struct sql_bind[]){ { .kind = BIND_END } })
#define BINDS(...) ((const struct sql_bind[]){ __VA_ARGS__, { .kind = BIND_END } })

/* Ready to step, bound to $1, $2 …; NULL on failure.  Texts stay borrowed until its end. */
struct sql_stmt *store_query(
	struct store *, enum store_stmt, const struct sql_bind *, struct err *);
/* SQL_END and SQL_FAILED reset the statement; a caller that stops earlier resets it. */
enum sql_step store_next(struct store *, struct sql_stmt *, struct err *);
void store_stop(struct store *, struct sql_stmt *);
/* Each row to `row`, whose -1 ends it.  mem is emptied between rows; row_memory: its limit,
 * or 0 when the rows need none. */
typedef int store_row_fn(
	struct store *, struct sql_stmt *, struct arena *mem, void *arg, struct err *);
int store_each(struct store *, enum store_stmt, const struct sql_bind *,
	size_t row_memory, store_row_fn *row, void *arg, struct err *);
/* No rows, or only the first integer of the first row wanted (out may be NULL). */
int store_do(struct store *, enum store_stmt, const struct sql_bind *, struct err *);
int store_get(struct store *, enum store_stmt, const struct sql_bind *, int64_t *out,
	bool *found, struct err *);

int store_begin(struct store *, struct err *);
/* Whose writer tells db/memo.h of each identifier and address that it changes. */
int store_begin_minded(struct store *, struct err *);
int store_commit(struct store *, struct err *);
void store_rollback(struct store *);
int store_need_writer(const struct store *, struct err *);

static inline int64_t
col_int(struct store *s, struct sql_stmt *st, int column)
{
	return s->sql->get_int(st, column);
}

static inline const char *
col_text(struct store *s, struct sql_stmt *st, int column)
{
	return s->sql->get_text(st, column);
}

/* An empty text of the store's own, up to `limit` bytes: until it is asked for again. */
struct sb *store_text(struct store *, size_t limit);
/* Those that have not left the list (retention.h). */
int store_each_listed(struct store *,
	int (*row)(void *arg, const struct device *, struct err *), void *arg,
	struct err *);

/* --- lifetimes ---------------------------------------------------------------------------- */

/* How long what the run has seen may be believed, microseconds. */
int store_run_lifetime(struct store *, const char *run, int64_t *out, struct err *);
/* After a run began: who asked before was told that there is none. */
void lifetimes_forget(struct store *);
int64_t lifetime_end(int64_t at, int64_t lifetime); /* INT64_MAX: never */

/* --- values ------------------------------------------------------------------------------ */

enum { IP_KEY_MAX = 36 };

/* "04c6120307": sorts as addresses do; "" for none.  Returns buf. */
const char *ip_key(const struct addr *, char buf[static IP_KEY_MAX]);
struct addr ip_from_key(const char *);

/* Identifiers as text, "kind value" a line, and back (what is not understood is skipped). */
int keys_write(const struct id_key *, size_t n, struct sb *out);
int keys_read(
	const char *text, struct arena *, struct id_key **out, size_t *n, struct err *);
const char *id_kind_name(enum id_kind);
bool id_kind_find(const char *name, enum id_kind *out);

/* The columns of OBSERVATION_COLUMNS, from column 0 on, copied into the arena. */
int read_observation(struct store *, struct sql_stmt *, struct arena *,
	struct observation *out, struct err *);

/* --- devices ------------------------------------------------------------------------------ */

/* One device while it is folded. */
struct fold_addr {
	const char *site;
	struct device_address a;
	/* Until when one of those that saw it believes it, and of those that it replied to. */
	int64_t valid_until, reply_until;
	bool dirty, anew; /* to be stored; and more of it than when it was seen */
};

struct fold {
	int64_t device;
	char uuid[37];
	const char *site;
	bool is_new;
	struct evidence_row *rows; /* sorted by source, key, member */
	size_t n_rows, rows_room;
	bool rows_dirty;
	bool has_sheet;             /* the store has its rows, to be written over */
	bool alone;                 /* its one address was nobody else's, ever */
	struct evidence_row *edits; /* what people wrote: beside what was observed */
	size_t n_edits;
	struct fold_addr *addrs; /* sorted by site, ip */
	size_t n_addrs, addrs_room;
	int64_t first_seen, last_seen;
	int64_t until; /* rows of later are not loaded */
	const struct vendor_table *vendors;
	const struct rules *rules;
	struct sb *card; /* while observations are taken in (cards.h) */
	int64_t kinds;   /* of what it bears when it is stored first (memo.h) */
	struct arena *mem;
};

/* A device that is not stored yet. */
void fold_born(struct store *, int64_t device, const char uuid[static 37],
	const char *site, struct arena *, struct fold *);
int fold_load(
	struct store *, int64_t device, struct arena *, struct fold *, struct err *);
/* Without the rows that were said later, and the addresses seen later. */
int fold_load_until(struct store *, int64_t device, int64_t until, struct arena *,
	struct fold *, struct err *);
/* Of a device with no other address; whether it holds that is the caller's to know. */
int fold_load_home(struct store *, const struct memo_home *,
	const struct fold_addr *home, struct arena *, struct fold *, struct err *);
/* as_of.c: the device as it was known then.  known: it was. */
int fold_load_as_of(struct store *, int64_t device, int64_t at, struct arena *,
	struct fold *, bool *known, struct err *);
int fold_take(struct store *, struct fold *, const struct observation *, struct err *);
/* The row of the same source, key and member; NULL: it has none. */
const struct evidence_row *fold_find_row(
	const struct fold *, const struct evidence_row *place);
/* The same, if it only says again what is known, of a device that stays where it is and
 * answers: nothing but times and runs differs then.  Else *out is false and nothing is
 * taken in.  Whether others have the address too is the caller's to know. */
int fold_take_again(struct store *, struct fold *, const struct observation *,
	bool *out, struct err *);
int fold_save_rows(struct store *, struct fold *, struct err *);
/* Nothing is remembered of its addresses (memo.h). */
void fold_forget_homes(struct store *, const struct fold *);
/* Nothing of which identifiers it has. */
void fold_forget_kinds(struct store *, const struct fold *);
/* The fields and the state that the rows give. */
int fold_device(const struct fold *, struct arena *, struct device *, struct err *);

/* query.c: now, or as of a moment; known: it was known then. */
int read_device(struct store *, int64_t device, int64_t as_of, struct arena *,
	struct device *out, bool *known, struct err *);

/* contradicted.c: what the sources of its rows said otherwise in the same run, until then;
 * untold: how often what is left out was said. */
int contradicted_rows(struct store *, const struct fold *, int64_t as_of, struct arena *,
	struct evidence_row **out, size_t *n, size_t *untold, struct err *);

/* edits.c: rows of the source "person", in arena. */
int edits_load(struct store *, int64_t device, int64_t until, struct arena *,
	struct evidence_row **out, size_t *n, struct err *);

/* --- identity ----------------------------------------------------------------------------- */

/* May a ruling name this identifier?  Only the writer may ask. */
int ruled_perhaps(
	struct store *, const char *kind, const char *value, bool *out, struct err *);
/* After rulings were written, or taken back. */
void ruled_forget(struct store *);

struct store_recall {
	struct identity_recall recall; /* first: the callbacks get this */
	struct store *store;
	struct arena *mem;
	int64_t *brought; /* devices whose sightings were all given, by hash */
	size_t n_brought, n_slots;
	bool has_cards; /* some machine listed its cards */
};

/* Did any machine ever list its cards (ID_CARD)? */
int store_has_cards(struct store *, bool *out, struct err *);
int store_recall_init(
	struct store_recall *, struct store *, struct arena *, struct err *);
/* All sightings of a device. */
int store_recall_device(
	struct store_recall *, int64_t device, struct identity_batch *, struct err *);
/* Everything, for store_check. */
int store_recall_all(struct store *, struct identity_batch *, struct err *);

#endif
