/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * device.h - what is known of a device, folded from its observations
 *
 * Each (source, fact) of a device keeps its latest value; a set-valued fact keeps one row
 * per member.  "Later" is the order of observations, so the fold gives the same in any
 * order and any batches, and may be repeated.  Absence never erases a value.
 */
#ifndef INVENTORY_DEVICE_H
#define INVENTORY_DEVICE_H

#include "base/arena.h"
#include "base/err.h"
#include "inventory/observation.h"

struct evidence_row {
	const char *source, *key;
	const char *member;	   /* "443" of tcp.open; "" for a single value */
	const char *value;	   /* compact JSON; "" when member says it all */
	bool gone;		   /* the member was seen absent (tcp.closed) */
	enum evidence evidence;
	int64_t first_at, at, seq; /* at, point, run, seq: of the latest observation */
	const char *point, *run;
};

/* The rows of one observation, in arena. */
int device_evidence(const struct observation *, struct arena *, struct evidence_row **out,
    size_t *n, struct err *);
/* Does b replace a (same source, key, member)? */
bool evidence_is_later(const struct evidence_row *a, const struct evidence_row *b);

/* A field: the winning fact among the sources, and who said so. */
struct device_field {
	struct fact fact;
	const char *source;
	int64_t at;
	enum evidence evidence;
};

/*
 * The fields of a device from all its evidence rows: by rank of source and evidence, then
 * by time; a name in use stays when several of one kind compete.  Sorted by key; derived
 * fields ("name", "vendor", "domain") are added here.  In arena.
 */
int device_fields(const struct evidence_row *, size_t n, const struct addr *ips, size_t n_ips,
    struct arena *, struct device_field **out, size_t *n_out, struct err *);

/* A device as commands show it. */
enum device_state { DEVICE_UP, DEVICE_DOWN, DEVICE_UNCONFIRMED /* weak or listed only */ };
extern const char *const device_state_names[];

struct device_address {
	struct addr ip;
	int64_t first_seen, last_seen;
	int64_t last_reply; /* 0: never answered itself */
	int64_t down_at;    /* 0, or when a complete coverage missed it */
	bool current;	    /* this device holds it now */
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
