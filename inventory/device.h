/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * device.h - what is known of a device, folded from its observations
 *
 * Each (source, fact) of a device keeps its latest value; a set-valued fact, and a MAC (a
 * device may have several cards), keeps one row per member.  "Later" is the order of
 * observations, but that better evidence holds for a while against worse: a reply for a day
 * against what is listed.  It is a total order, so the fold gives the same in any order and
 * any batches, and may be repeated.  Absence never erases a value, but for two cases: a port
 * that is closed, and an account of a directory, of which each telling is the whole
 * (evidence_whole).
 */
#ifndef INVENTORY_DEVICE_H
#define INVENTORY_DEVICE_H

#include "base/arena.h"
#include "base/err.h"
#include "inventory/observation.h"
#include "inventory/vendor.h"

struct evidence_row {
	const char *source, *key;
	const char *member; /* "443" of tcp.open, a MAC; "" for a single value */
	const char *value;  /* compact JSON; "" when member says it all */
	bool gone; /* tcp.closed, as a row of tcp.open; a site that it is in no more */
	bool contradicted; /* not folded, only shown: its source said otherwise in that run */
	enum evidence evidence;
	/* at, point, run, seq: of the latest observation.  first_at: the least `at` of all
	 * observations of the row; who replaces a row keeps the lesser of both. */
	int64_t first_at, at, seq;
	const char *point, *run;
};

/* The rows of one observation, in arena, with all they point to.  Empty texts give none;
 * a port both open and closed gives two rows, of which evidence_is_later takes one. */
int device_evidence(const struct observation *, struct arena *,
	struct evidence_row **out, size_t *n, struct err *);
/* The order in which rows lie: by source, key, member. */
int evidence_place_cmp(const struct evidence_row *, const struct evidence_row *);
/* Does b replace a (same source, key, member)? */
bool evidence_is_later(const struct evidence_row *a, const struct evidence_row *b);

/*
 * A directory tells all of an account at once: what it said before and does not say again was
 * cleared there.  evidence_whole is the row that marks the latest such telling, or NULL;
 * evidence_has_ended: a row is of an earlier one.  Such rows stay, for the past, and give no
 * fields.
 */
const struct evidence_row *evidence_whole(const struct evidence_row *, size_t n);
bool evidence_has_ended(const struct evidence_row *, const struct evidence_row *whole);

/* A field: the winning fact among the sources, and who said so. */
struct device_field {
	struct fact fact;
	const char *source;
	int64_t at;
	enum evidence evidence;
};

/*
 * The fields of a device from all its evidence rows, sorted by key, in arena:
 *
 * - A single value: weak evidence last, then by rank of source, by evidence (reply, heard,
 *   listed), by time.
 * - Texts: those of the latest run of the best source that listed any.  Of several, the one
 *   known longest is in use for "name" and "domain", so a name stays while others come.
 * - A MAC: of the latest run of the best source the best known, of those the one known longest.
 * - Ports: each as the latest word on it says, of whatever source; the closed ones are
 *   "tcp.closed" and "udp.closed" again.
 *
 * Derived, unless a source states them: "name" (the computer's short name, else a DNS, SNMP
 * or mDNS name), "domain" and "vendor" (of the on-link MAC by the table of vendors, NULL for
 * the one compiled in; else as an import says; else "private" of a MAC taken at random).
 */
int device_fields(const struct evidence_row *, size_t n,
	const struct vendor_table *vendors, struct arena *, struct device_field **out,
	size_t *n_out, struct err *);

/* A device as commands show it. */
enum device_state {
	DEVICE_UP,
	DEVICE_DOWN,
	DEVICE_UNCONFIRMED /* neither: weak, listed or heard only, or another is where it was */
};
extern const char *const device_state_names[];

struct device_address {
	struct addr ip;
	int64_t first_seen, last_seen;
	int64_t last_reply; /* 0: never answered itself */
	int64_t down_at;    /* 0, or when a complete coverage missed it */
	bool current;       /* this device holds it now */
};

struct device {
	int64_t row;
	char id[37]; /* UUIDv7 */
	const char *site;
	int64_t first_seen, last_seen;
	enum device_state state;
	const struct device_address *addrs; /* current ones first, then by address */
	size_t n_addrs;
	const struct device_field *fields;
	size_t n_fields;
};

const struct device_field *device_field(const struct device *, const char *key);
/* The best name for people: "name", else the first address, else the id.  Borrowed. */
const char *device_label(const struct device *, char buf[static ADDR_TEXT_MAX]);

#endif
