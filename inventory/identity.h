/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * identity.h - which observations are of one device (DESIGN.md §5)
 *
 * Pure: a function of the set of sightings and of what people ruled, never of the order or
 * the batches in which they came.  The same function decides over everything at once and
 * over the neighbourhood of a few new sightings; both give the same partition.
 *
 * 1. Sightings of one run at one (site, IP) are one *visit* (same run + same IP = same
 *    device).  A sighting without an IP is a visit of its own, and so is a listed one:
 *    two stale entries of a directory may name the same address.
 * 2. An identifier is *demoted* everywhere when it is measured not to be unique:
 *    - one run shows it at more places, or beside more MACs, than its kind allows, or at
 *      one place among more than 64 of its kind;
 *    - one run shows it alive at two places that differ in a single-valued identifier,
 *      which may be one tier weaker (cloned images, proxy ARP);
 *    - it went back and forth between two values of a single-valued identifier of its own
 *      or a stronger tier (a dock, a stick that is passed around).
 *    An identifier of which one visit shows several although a device has one at an
 *    address says nothing in that visit (two machines with one address).
 * 3. Visits that share an undemoted tier 0 or 1 identifier, or two undemoted tier 2 ones of
 *    different kinds at one site, are joined, strongest kind first, oldest identifier
 *    first.  A join is refused that would give a device two values of a tier 0 kind or two
 *    serials, or by something weaker than an SMBIOS UUID two of those.
 *    What may as well be of two machines joins neither (docs/identity.md): names of machines
 *    with other cards, unless these took turns; a card that one run saw in front of another
 *    machine, or under the name of one that is known by more.
 * 4. A visit without such an identifier goes to the tenant of its (site, IP) with which it
 *    shares a name there, or a link address while no name differs; else to the latest tenant, when that was seen
 *    there within its lifetime and bears no other name or link address; else it starts an
 *    address-only device, which the next tenant with an identifier adopts by the same rule.
 *    The name that DNS has for the address is the weakest: it brings no tenant back after
 *    another with an identifier, nor, made from the address, after the lifetime.
 *    A device with an identifier becomes tenant only by a reply or by being heard.
 * 5. Who rule 4 calls an address-only device may be ruled to be one with another, by its
 *    (site, IP): that is about all who were there without an identifier, and the one who
 *    adopted such, as long as identifiers tell of no second machine there.
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
	ID_VIP,
	ID_SSH_KEY,
	ID_TLS_KEY,
	ID_SNMP_ENGINE,
	ID_SMB_GUID,
	ID_WSD,
	ID_SSDP,
	ID_MAC,
	ID_CARD,
	ID_NETBIOS,
	ID_NETBIOS_UNIT,
	ID_NTLM_DNS,
	ID_FQDN,
	ID_SYSNAME,
	ID_MDNS,
	ID_LINK,
	ID_ADDRESS, /* the last: a (site, IP), in rulings only; no observation bears it */
	ID_KINDS
};

enum id_veto {
	VETO_NONE,
	VETO_NAMES,  /* other values forbid a join by names */
	VETO_WEAKER, /* two values forbid a join by a kind further down in the table */
	VETO_ALWAYS,
};

struct id_rule {
	const char *name; /* "mac": in the ledger, in the store */
	uint8_t tier; /* 0, 1, 2; 3: tells tenants of an address apart, never joins */
	bool single;  /* a device has one at a time: two at once differ */
	enum id_veto veto;
	uint16_t places_max; /* more places in one run: demoted */
	uint16_t macs_max; /* more on-link MACs beside it in one run: demoted; 0: any */
	bool at_once; /* at two places in one run, other values are other machines */
	const char *facts[4]; /* any of them; of a pair, the two that make it up */
};

extern const struct id_rule id_rules[ID_KINDS];

struct id_key {
	enum id_kind kind;
	const char *value; /* normalised: lower case, no padding */
};

int id_key_cmp(const struct id_key *, const struct id_key *);

/* The key that is said otherwise: an own card seen on-link, or listed by its machine. */
bool id_key_twin(const struct id_key *, struct id_key *out);

/* What rulings call an address, in arena (NULL: no room); and the address of one, whose site
 * is a part of its value.  false: it is none. */
enum { ID_ADDRESS_MAX = ADDR_TEXT_MAX + 256 };
const char *identity_address_value(
	const char *site, const struct addr *, char buf[static ID_ADDRESS_MAX]);
bool identity_address_read(const struct id_key *, struct addr *out, const char **site);

/* Does it move between the machines behind a virtual address (VRRP, CARP, HSRP, GLBP)? */
bool identity_is_virtual_mac(const struct mac *);
/* "VRRP or CARP group 5", in arena: which it is.  NULL: it does not, or there is no room. */
const char *identity_virtual_group(const struct mac *, struct arena *);

/*
 * The identifiers in an observation, sorted; placeholders, locally administered and virtual
 * router MACs, and MACs not seen on-link are no identifiers.  A value is one line of text.
 * In arena.
 */
int identity_keys(const struct observation *, struct arena *, struct id_key **out,
	size_t *n, struct err *);

struct sighting {
	int64_t at, seq;  /* order: (at, point, run, seq) */
	int64_t lifetime; /* how long it may be believed that it was there, microseconds;
			   * one for all of a run; 0: lifetime_us */
	const char *site, *point, *run;
	struct addr ip;
	bool boundary; /* out: brought in by its address alone; its own device's other
			  * sightings were not all loaded */
	enum evidence evidence;
	const struct id_key *keys;
	size_t n_keys;
	int64_t device; /* the store's current answer; 0: none yet */
	int64_t ref;    /* the caller's handle, e.g. its row */
	size_t cluster; /* out */
};

/* What people, and earlier resolutions, laid down. */
enum ruling_kind { RULING_DEMOTED, RULING_SAME, RULING_NEVER };

struct ruling {
	enum ruling_kind kind;
	struct id_key a, b; /* DEMOTED: a only */
};

/* What the past knows.  Answers by adding sightings; the same sighting (ref) may be added
 * any number of times.  The store answers by SQL, tests from an array. */
struct identity_batch;
struct identity_recall {
	/* All sightings of all devices that bear one of the keys. */
	int (*by_keys)(struct identity_recall *, const struct id_key *, size_t n,
		struct identity_batch *, struct err *);
	/* All sightings at these (site, IP). */
	int (*by_places)(struct identity_recall *, const struct sighting *const *,
		size_t n, struct identity_batch *, struct err *);
	/* The rulings that name one of the keys. */
	int (*rulings)(struct identity_recall *, const struct id_key *, size_t n,
		struct identity_batch *, struct err *);
	bool no_addresses; /* no ruling names an address: none is asked for */
};

/* In arena, with everything that is added: it is copied. */
int identity_batch_new(struct arena *, struct identity_batch **out, struct err *);
int identity_add(struct identity_batch *, const struct sighting *, struct err *);
int identity_rule(struct identity_batch *, const struct ruling *, struct err *);

/* One row of the merge ledger: why two visits are, or are not, one device; or why an
 * identifier counts no more (a, b: two of its sightings); or that two devices belong
 * together: a virtual address and who answers for it, a machine and its successor.  The
 * store adds LINK_UNDONE: what a person decided holds no more. */
enum link_outcome { LINK_JOINED, LINK_REFUSED, LINK_DEMOTED, LINK_TIED, LINK_UNDONE };

struct identity_link {
	enum link_outcome outcome;
	uint32_t a, b;      /* sightings */
	enum id_kind kind;  /* of the key that it is about */
	const char *value;  /* "" for an address */
	const char *rule;   /* "tier1:mac", "tier2:netbios+ntlm", "same", "address",
			     * "veto:serial", "veto:never", "demoted:places", … */
	const char *detail; /* one sentence, in arena */
};

/* How a join by one identifier is told: the rule, in arena (NULL: no room), and the detail. */
const char *identity_rule_of_key(enum id_kind, struct arena *);
extern const char identity_joined_by_key[];

struct identity_cluster {
	int64_t device; /* the id that lives on: that of its oldest sighting that has
				* one; 0: a new device.  No two clusters get the same. */
	const int64_t *merged; /* other ids that came together here: aliases from now on */
	size_t n_merged;
	bool boundary; /* holds boundary sightings whose device may be larger: its
				* id stays, whatever is older here */
	bool address_only;
};

struct identity_result {
	struct sighting *sightings; /* sorted by order, each ref once, cluster filled */
	size_t n;
	struct identity_cluster *clusters;
	size_t n_clusters;
	const struct identity_link *links; /* those that `device` does not tell already */
	size_t n_links;
	const struct id_key *demoted; /* newly */
	size_t n_demoted;
};

/*
 * Resolves what was added together with what recall brings (NULL: nothing).  In arena, and
 * what is not handed out is given back; ERR_NOMEM at its limit.  The batch is used up.
 */
int identity_resolve(struct identity_batch *, struct identity_recall *,
	int64_t lifetime_us, struct identity_result *out, struct err *);

#endif
