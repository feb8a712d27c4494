/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * identity.h - which observations are of one device (DESIGN.md §5)
 *
 * Pure: a function of the set of sightings and of what people ruled, never of the order or
 * the batches in which they came.  The same function decides over everything at once and
 * over the neighbourhood of a few new sightings; both give the same partition.
 *
 * 1. Sightings of one run at one (site, IP) are one *place visit* (same run + same IP = same
 *    device); a sighting without an IP is a visit of its own.
 * 2. An identifier is *demoted* everywhere when one run shows it at more places than its
 *    kind allows, or at two places that differ in a single-valued identifier of the same or
 *    a stronger tier (cloned images, proxy ARP).
 * 3. Visits that share an undemoted tier 0 or 1 identifier, or two undemoted tier 2 ones of
 *    different kinds, are joined, strongest kind first, in a fixed order; a join that would
 *    give a device two values of a tier 0 kind or two serials is refused.
 * 4. A visit without such an identifier goes to the holder of its (site, IP) when that was
 *    seen there within `lifetime_us` and does not bear another name; else it starts an
 *    address-only device, which the next holder of that address adopts.
 */
#ifndef INVENTORY_IDENTITY_H
#define INVENTORY_IDENTITY_H

#include "base/arena.h"
#include "base/err.h"
#include "inventory/observation.h"

enum id_kind {
	ID_AGENT_KEY,
	ID_AD_GUID,
	ID_INSTANCE,
	ID_SMBIOS_UUID,
	ID_SERIAL,
	ID_SSH_KEY,
	ID_TLS_KEY,
	ID_SNMP_ENGINE,
	ID_SMB_GUID,
	ID_MAC,
	ID_NETBIOS,
	ID_NETBIOS_UNIT,
	ID_NTLM_DNS,
	ID_FQDN,
	ID_SYSNAME,
	ID_MDNS,
	ID_KINDS
};

struct id_rule {
	const char *name;      /* "mac": in the ledger, in the store */
	uint8_t tier;	       /* 0, 1, 2 */
	bool single;	       /* a device has one at a time: two at once differ */
	uint16_t places_max;   /* more places in one run: demoted */
	const char *facts[2];  /* the fact, or the two that make it up together */
};

extern const struct id_rule id_rules[ID_KINDS];

struct id_key {
	enum id_kind kind;
	const char *value; /* normalised: lower case, no padding */
};

int id_key_cmp(const struct id_key *, const struct id_key *);

/*
 * The identifiers in an observation, sorted; placeholders, locally administered and virtual
 * router MACs, and MACs not seen on-link are no identifiers.  In arena.
 */
int identity_keys(const struct observation *, struct arena *, struct id_key **out,
    size_t *n, struct err *);

struct sighting {
	int64_t at, seq; /* order: (at, point, run, seq) */
	const char *site, *point, *run;
	struct addr ip;
	enum evidence evidence;
	const struct id_key *keys;
	size_t n_keys;
	int64_t device;	 /* the store's current answer; 0: none yet */
	int64_t ref;	 /* the caller's handle, e.g. its row */
	bool boundary;	 /* out: brought in by its address alone; its own device's other
			  * sightings were not all loaded */
	size_t cluster;	 /* out */
};

/* What people, and earlier resolutions, laid down. */
enum ruling_kind { RULING_DEMOTED, RULING_SAME, RULING_NEVER };

struct ruling {
	enum ruling_kind kind;
	struct id_key a, b; /* DEMOTED: a only */
};

/* What the past knows.  Answers by adding sightings (in arena); the same sighting (ref) may
 * be added any number of times.  The store answers by SQL, tests from an array. */
struct identity_batch;
struct identity_recall {
	/* All sightings of all devices that bear one of the keys. */
	int (*by_keys)(struct identity_recall *, const struct id_key *, size_t n,
	    struct identity_batch *, struct err *);
	/* All sightings at these (site, IP). */
	int (*by_places)(struct identity_recall *, const struct sighting *const *, size_t n,
	    struct identity_batch *, struct err *);
	/* The rulings that name one of the keys. */
	int (*rulings)(struct identity_recall *, const struct id_key *, size_t n,
	    struct identity_batch *, struct err *);
};

int identity_batch_new(struct arena *, struct identity_batch **out, struct err *);
int identity_add(struct identity_batch *, const struct sighting *, struct err *);
int identity_rule(struct identity_batch *, const struct ruling *, struct err *);

/* One row of the merge ledger: why two visits are, or are not, one device. */
enum link_outcome { LINK_JOINED, LINK_REFUSED, LINK_DEMOTED };

struct identity_link {
	enum link_outcome outcome;
	const char *rule;   /* "tier1:mac", "tier2:netbios+ntlm", "address", "veto:serial", … */
	struct id_key key;  /* value "" for an address */
	size_t a, b;	    /* sightings */
	const char *detail; /* one sentence, in arena */
};

struct identity_cluster {
	int64_t device;	       /* the id that lives on: that of its oldest sighting that has
				* one; 0: a new device.  No two clusters get the same. */
	const int64_t *merged; /* other ids that came together here: aliases from now on */
	size_t n_merged;
	bool boundary;	       /* holds boundary sightings whose device may be larger */
	bool address_only;
};

struct identity_result {
	struct sighting *sightings; /* sorted by order, each ref once, cluster filled */
	size_t n;
	struct identity_cluster *clusters;
	size_t n_clusters;
	const struct identity_link *links;
	size_t n_links;
	const struct id_key *demoted; /* newly */
	size_t n_demoted;
};

/* Resolves what was added together with what recall brings (NULL: nothing).  In arena. */
int identity_resolve(struct identity_batch *, struct identity_recall *,
    int64_t lifetime_us, struct identity_result *out, struct err *);

#endif
