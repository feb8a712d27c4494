/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * store.h - the inventory on disk, in the words of DESIGN.md §1
 *
 * One writer at a time.  What an ingest acknowledged is on disk.  A database that is not
 * ours, is newer than this program, or cannot be read is refused and never altered.
 */
#ifndef DB_STORE_H
#define DB_STORE_H

#include "base/sb.h"
#include "inventory/classify.h"
#include "inventory/device.h"
#include "inventory/filter.h"
#include "inventory/identity.h"
#include "inventory/source.h"

struct store;

enum store_mode {
	STORE_READ, /* must exist */
	STORE_WRITE, /* made when missing (its folder too, 0700); migrated; the one writer */
};

/*
 * url: "sqlite:PATH", a plain path, or ":memory:" for one that ends with the process.  ERR_NOTFOUND: no such file (READ).  ERR_DB: not a
 * muster store, a newer schema, damaged, or another writer is at work (err.sys is EWOULDBLOCK);
 * text says which and what to do.
 */
int store_open(struct store **out, const char *url, enum store_mode, struct err *);

/* The same, but somebody hears that an older store, which is not empty, is brought up: when a step
 * begins, and many times a second while it goes on. */
struct store_watch {
	void (*tick)(void *arg, int number, int newest);
	void *arg;
};
int store_open_watched(struct store **out, const char *url, enum store_mode,
	const struct store_watch *, struct err *);
void store_close(struct store *); /* NULL is fine */

/*
 * From now on what a store that was opened for reading answers is of one moment, whoever writes
 * meanwhile, until it is let go or closed; nests.  The log of a writer cannot shrink as long, so
 * this is for seconds.  Of a store that writes nothing is held: nobody else does.
 */
int store_hold(struct store *, struct err *);
void store_let_go(struct store *);

/* Who made network cards, by another table than the one compiled in; borrowed till close. */
void store_use_vendors(struct store *, const struct vendor_table *);
/* What tells kinds and systems; borrowed till close.  Without, devices have none. */
void store_use_rules(struct store *, const struct rules *);
const struct rules *store_rules(const struct store *); /* NULL: none */

/* The path that --db, $MUSTER_DB, root or the XDG data folder give (DESIGN.md §12). */
int store_default_path(
	const char *option, struct arena *, const char **out, struct err *);

/* --- runs ----------------------------------------------------------------------------- */

/* The default lifetime of an address: 24 hours. */
#define STORE_ADDRESS_LIFETIME (24 * 3600 * (int64_t)SECOND)

struct run {
	const char *id;               /* UUIDv7 text */
	const char *source, *command; /* "sweep"; the command line, without secrets */
	const char *site, *point;
	const char *targets;  /* canonical text; "" when it has none */
	const char *settings; /* what it can be started again with; NULL: it cannot */
	const char *resumes;  /* the run that it continues, or NULL */
	int64_t started, finished; /* 0: still going, or killed */
	int64_t lifetime; /* how long an address may be believed that it has seen,
			   * microseconds; 0: STORE_ADDRESS_LIFETIME */
};

/* With `resumes` the new run takes over the state of that one.  ERR_ARG: another did. */
int store_begin_run(struct store *, const struct run *, struct err *);
enum { STORE_DIRECTORIES_MAX = 1024 }; /* that one run reads */

/* Judges what is down by the coverage of the run and of those it continues, and who is in a
 * directory no more that the run has read completely (coverage of the probe "ad"). */
int store_end_run(struct store *, const char *id, int64_t finished,
	const struct run_end *, struct err *);
int store_put_coverage(
	struct store *, const char *run, const struct coverage *, struct err *);
int store_put_reason(
	struct store *, const char *run, const struct reason *, struct err *);

/* --- what goes on later --------------------------------------------------------------- */

/*
 * The place that a run has reached: the last one counts, and goes when the run is complete.
 * Stored behind the observations that belong to it, so that whatever ends the process, none
 * is lost that the state says is done.  progress may be NULL.
 */
int store_put_state(struct store *, const char *run, const char *text,
	const struct progress *, struct err *);

/*
 * What a source wants to be told at its next run (struct monitor: state), also when this run is
 * complete; one text for each source and site.  get: NULL when it was never put; in arena.
 */
int store_put_watermark(struct store *, const char *source, const char *site,
	const char *text, struct err *);
int store_get_watermark(struct store *, const char *source, const char *site,
	struct arena *, const char **out, struct err *);

struct unfinished {
	bool found;
	struct run run;       /* without source and command */
	const char *state;    /* NULL: it told none */
	const char *progress; /* JSON of the last progress, or "" */
	/* When nothing is found: */
	int64_t last_started; /* of the source's newest run; 0: there is none */
};

/*
 * The newest run of a source that was interrupted, killed or broke off, and neither was
 * continued nor done again by the same settings since.  In arena.  Only the writer may ask:
 * its lock says that no run is still going.
 */
int store_find_unfinished(struct store *, const char *source, struct arena *,
	struct unfinished *out, struct err *);

enum { ANSWERED_PORTS_MAX = 32 };

/* An address that answered in a run, or in one that it continues. */
struct answered {
	struct addr ip;
	struct mac mac;                     /* seen on the link; zero: unknown */
	bool named;                         /* reverse DNS gave it a name */
	uint16_t ports[ANSWERED_PORTS_MAX]; /* open by TCP, as they were found; the first ones */
	size_t n_ports;
	uint16_t udp_ports[ANSWERED_PORTS_MAX]; /* that answered */
	size_t n_udp_ports;
};

/* In the order of addresses, each once. */
int store_each_answered(struct store *, const char *run,
	int (*row)(void *arg, const struct answered *, struct err *), void *arg,
	struct err *);

/* --- who should be there ---------------------------------------------------------------- */

/* A current address, and whose it is. */
struct expected {
	struct addr ip;
	int64_t device; /* a row, as in struct device */
};

struct expected_query {
	const char *site;
	const char *run;         /* begun */
	struct addr first, last; /* both included */
};

/*
 * The addresses that should answer a run: within their lifetime (of who saw them) when it began, not found
 * down since they were seen, held by nobody else of whom that is true, and known by others
 * than this run and those that it continues: listed, heard, or by a reply.  In the order of
 * addresses.  Ask before the observations of the run come in: who holds an address is then
 * as it was before.
 */
int store_each_expected(struct store *, const struct expected_query *,
	int (*row)(void *arg, const struct expected *, struct err *), void *arg,
	struct err *);
/* The devices that replied in a run, or in one that it continues; each once. */
int store_each_replied(struct store *, const char *run,
	int (*row)(void *arg, int64_t device, struct err *), void *arg, struct err *);

/* --- whom a poll of Windows asks again --------------------------------------------------- */

struct smb_query {
	const char *site;
	int64_t now;                  /* microseconds */
	const struct iprange *within; /* NULL: wherever they are */
	size_t max;
};

struct smb_known {
	const struct iprange *all; /* in arena */
	uint64_t left;             /* beyond max */
};

/*
 * Addresses where machines are now that answered a sweep or a poll of Windows (what others say
 * of them, an import, is no leave to ask), and that told such a one their NetBIOS name or that
 * port 445 is open; behind those, the ones that live, as far as is believed at that time, and
 * whose port 445 nobody has said anything of.  In IPv6 where they have no IPv4.
 */
int store_find_smb(struct store *, const struct smb_query *, struct arena *,
	struct smb_known *out, struct err *);

/* --- observations --------------------------------------------------------------------- */

struct ingest_result {
	uint64_t observations,
		duplicates; /* duplicates: the same record was there already */
	uint64_t devices_new, devices_changed, devices_merged;
};

/*
 * All or nothing, one transaction: gives seq to those without (grows by one per point),
 * resolves identity, folds fields, writes the ledger and the change history.  Each
 * observation needs site, point and run.  Importing the same record twice changes nothing.
 */
int store_ingest(struct store *, const struct observation *, size_t n,
	struct ingest_result *add_to, struct err *);

/* By order; since_seq of a point, or all with point NULL.  A -1 from row ends it. */
int store_each_observation(struct store *, const char *point, int64_t since_seq,
	int (*row)(void *arg, const struct observation *, struct err *), void *arg,
	struct err *);

/* Those about networks or domains, observed since then (microseconds), by order. */
int store_each_of_subject(struct store *, enum subject, int64_t since,
	int (*row)(void *arg, const struct observation *, struct err *), void *arg,
	struct err *);

/* --- devices -------------------------------------------------------------------------- */

/* Every device, ordered by first current address, then id; fields and addresses filled;
 * borrowed for the call. */
int store_each_device(struct store *,
	int (*row)(void *arg, const struct device *, struct err *), void *arg,
	struct err *);

/* The present, where a moment of the past could stand. */
#define STORE_NOW INT64_MAX

/*
 * Which devices, and when: as they were known at as_of, by what had been observed until then.
 * Whose an observation is counts as it is decided today, so a device has the id, and all the
 * past, that it has now; its fields, addresses and state are those of then.  Devices of which
 * nothing was known yet are left out, and those that were forgotten since.
 */
struct device_query {
	int64_t as_of;               /* microseconds, or STORE_NOW */
	const struct filter *filter; /* NULL: all */
	bool listed; /* of the present: only those that have not left the list (retention.h) */
};

/* In the same order. */
int store_each_device_of(struct store *, const struct device_query *,
	int (*row)(void *arg, const struct device *, struct err *), void *arg,
	struct err *);

/* The same for the devices that an observation of this run, or of one that it continues,
 * belongs to. */
int store_each_device_of_run(struct store *, const char *run,
	int (*row)(void *arg, const struct device *, struct err *), void *arg,
	struct err *);

/*
 * Ids (and aliases, and unique prefixes of eight or more characters), addresses, MACs and
 * names (case ignored) all find a device.  Several: ERR_ARG, text lists them.  In arena.
 */
int store_find_device(struct store *, const char *text, struct arena *,
	struct device *out, struct err *);
/* By what was known at as_of: who had the address or the name then. */
int store_find_device_as_of(struct store *, const char *text, int64_t as_of,
	struct arena *, struct device *out, struct err *);

/* For show --why: every evidence row, each followed by what its source said otherwise in the
 * same run (contradicted); and the ledger rows of the device. */
int store_device_evidence(struct store *, int64_t device, struct arena *,
	struct evidence_row **out, size_t *n, struct err *);
/* untold: how often sources said otherwise what is left out, for there is too much of it. */
int store_device_evidence_as_of(struct store *, int64_t device, int64_t as_of,
	struct arena *, struct evidence_row **out, size_t *n, size_t *untold,
	struct err *);

struct ledger_row {
	int64_t id, at;
	const char *rule, *key, *detail, *actor; /* actor: "muster" or a person */
	enum link_outcome outcome;
	const char *run;
	const char *overruled_by; /* a person took it back, or what it rests on; NULL */
	int64_t overruled_at;
};

/* The oldest first. */
struct ledger {
	struct ledger_row *rows;
	size_t n, more; /* more: earlier ones that are left out */
};

/* By what was known at as_of, or STORE_NOW. */
int store_device_ledger(struct store *, int64_t device, int64_t as_of, struct arena *,
	struct ledger *out, struct err *);
int store_device_aliases(struct store *, int64_t device, struct arena *,
	char (**out)[37], size_t *n, struct err *);

struct change {
	int64_t id, at; /* at: of the observation that brought it */
	char device[37];
	const char *label; /* the device's name now */
	const char *what; /* "new", "merged", "address", "field", "down", "up", "forgotten" */
	const char *key;            /* of a field, else "" */
	const char *before, *after; /* text for people, "" when there is none */
	const char *run;
};

int store_each_change(struct store *, int64_t since_us,
	int (*row)(void *arg, const struct change *, struct err *), void *arg,
	struct err *);

/* How many fields of this key a run has changed to this text, without a walk over what else
 * changed since it began. */
int store_count_changes(struct store *, const char *run, int64_t started_us,
	const char *key, const char *after, uint64_t *n, struct err *);
/* By id, which grows by each change that is written: a cursor over the history. */
int store_each_change_after(struct store *, int64_t id, int64_t max,
	int (*row)(void *arg, const struct change *, struct err *), void *arg,
	struct err *);
int store_last_change(struct store *, int64_t *id, struct err *); /* 0: there is none */

struct comparison {
	int64_t from, to;            /* to: a moment after from, or STORE_NOW */
	const struct filter *filter; /* NULL: all; else those that match at either moment */
};

/*
 * What is different at `to`: devices that are "new"; that are "up", "down" or "unconfirmed"
 * and were not; an "address" that came, went or was changed for another; ports that are
 * "opened" or "closed"; any other "field".  Net: what changed and changed back is left out.
 * Without a filter also what was "merged" or "forgotten" meanwhile.  By device in the order
 * of addresses, the oldest first of each, then those.  at: when it came to be so, after `from`
 * in any case; run: "".
 */
int store_each_difference(struct store *, const struct comparison *,
	int (*row)(void *arg, const struct change *, struct err *), void *arg,
	struct err *);

/* Takes the device, its observations, evidence and addresses out; the change history says
 * that it was forgotten. */
int store_forget(struct store *, int64_t device, struct err *);

/* --- care ------------------------------------------------------------------------------ */

struct store_info {
	const char *path;
	int schema;
	int64_t devices, observations, runs, bytes;
};

int store_get_info(struct store *, struct arena *, struct store_info *, struct err *);
/* A consistent copy while others read and write; path must not exist. */
int store_backup(struct store *, const char *path, struct err *);
/* Integrity of the file, and of what we keep in it (every alias has its device, every
 * observation too, rebuilding gives the same devices).  problems: one line each; 0 also
 * when there are some. */
int store_check(struct store *, struct sb *problems, size_t *n, struct err *);

#endif
