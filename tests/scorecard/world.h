/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * world.h - networks with a known truth, for the scorecard of identity
 *
 * A world is machines with cards, systems and names, that sit at addresses of segments, and
 * points that sweep the segments.  A case (cases.h) builds one and lets time pass; each
 * sweep writes down observations as a source would tell them, and of each visit what really
 * answered.  Nothing here knows how inventory/identity.h decides: a trait is strong because
 * DESIGN §5 calls it tier 0 or 1.
 */
#ifndef SCORECARD_WORLD_H
#define SCORECARD_WORLD_H

#include "base/arena.h"
#include "inventory/observation.h"

#define HOUR ((int64_t)3600 * 1000000)

/* What a machine can show of itself, in the order of strength. */
enum trait {
	T_AGENT,
	T_AD_GUID,
	T_INSTANCE,
	T_UUID,
	T_SERIAL,
	T_SSH,
	T_SSH_RSA, /* a second host key */
	T_TLS,
	T_ENGINE,
	T_SMB_GUID,
	T_SSDP,
	T_WSD,
	T_VIP, /* a virtual address: an object of its own */
	T_MAC, /* a card of its own, seen on-link or listed by the machine */
	T_NETBIOS,
	T_NTLM,
	T_FQDN,
	T_SYSNAME,
	T_MDNS,
	T_PRIVATE_MAC, /* told apart by it, never found again by it */
	T_DHCP_NAME,
	TRAITS
};

enum strength { STRONG, NAME, WEAK };
enum strength trait_strength(enum trait);

/* What is asked: each may be lost by itself. */
enum question {
	ASK_LINK = 1,
	ASK_SSH = 2,
	ASK_TLS = 4,
	ASK_SMB = 8,
	ASK_SNMP = 16,
	ASK_NBNS = 32,
	ASK_MDNS = 64,
	ASK_DNS = 128,
	ASK_AGENT = 256, /* hardware, agent key, directory object, as an agent tells */
	ASK_UPNP = 512,
	ASK_DEEP = 1023,
	ASK_SCAN = ASK_DEEP & ~ASK_AGENT,
};

enum { CARDS_MAX = 6, TEXT_MAX = 64 };

struct machine {
	uint32_t truth;              /* what it is; replaced hardware is another */
	const char *says[TRAITS];    /* T_MAC: unused, see card; NULL: has none */
	const char *card[CARDS_MAX]; /* MACs; those of others sit there, too (a dock) */
	uint32_t n_cards;
	bool lists_cards; /* by SNMP */
	bool off;
};

/* A place where a machine answers. */
struct seat {
	struct machine *m;
	const char *site;
	unsigned segment;
	struct addr ip;
	const char *mac;  /* what answers ARP there */
	const char *fqdn; /* the name of the address; NULL: the machine's own */
	bool bare;        /* nothing but the address answers */
	bool vip; /* what answers there speaks for others: its traits are theirs */
};

struct point {
	const char *name, *site;
	unsigned segment; /* where it sees MACs; 0: nowhere */
	int64_t clock;    /* how far it is off */
};

struct item_trait {
	enum trait trait;
	const char *value;
};

/* One visit: a machine at an address in a run. */
struct item {
	uint32_t truth;
	const char *site, *run;
	struct addr ip;
	int64_t at;
	bool alive, mixed; /* mixed: another machine answered in the same visit */
	bool foreign;      /* it answered by the card of another */
	struct item_trait *traits;
	uint32_t n_traits;
};

struct world {
	uint64_t seed, state;
	struct arena *mem;
	int64_t now;
	uint32_t loss;    /* percent of conversations that fail */
	uint32_t absence; /* percent of visits that do */
	uint32_t n_truths, n_runs, n_values, n_seq;
	struct seat **seats;
	size_t n_seats, seats_room;
	struct observation *seen;
	uint32_t *item_of; /* of each observation */
	size_t n_seen, seen_room, item_of_room;
	struct item *items;
	size_t n_items, items_room;
};

/* All memory is the world's; what does not fit ends the program. */
void world_init(struct world *, uint64_t seed);
void world_free(struct world *);

/* --- chance -------------------------------------------------------------------------------- */

uint32_t below(struct world *, uint32_t n);
bool chance(struct world *, uint32_t percent);
uint32_t between(struct world *, uint32_t least, uint32_t most);
/* A new value: printf with the number of the world and one of its own. */
const char *value(struct world *, const char *format) __attribute__((format_arg(2)));
const char *text(struct world *, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
const char *universal_mac(struct world *);
const char *private_mac(struct world *);
const char *guid(struct world *);

/* --- machines ------------------------------------------------------------------------------ */

enum made { LINUX, WINDOWS, PRINTER, ROUTER, PHONE, NAS, CAMERA, DUMB, MADES };

struct machine *machine_new(struct world *, enum made);
/* New keys and ids on the same hardware, as a fresh installation makes them. */
void install(struct world *, struct machine *, enum made);
void rename_machine(struct world *, struct machine *);
/* The same disk in another machine: keys and ids of `from`, not its names and cards. */
void clone_disk(struct machine *to, const struct machine *from);

/* --- places -------------------------------------------------------------------------------- */

struct addr ip_in(unsigned segment, uint32_t host);
/* With its first card, at site "main". */
struct seat *sit(struct world *, struct machine *, unsigned segment, uint32_t host);
struct seat *sit_at(struct world *, struct machine *, const char *site,
	unsigned segment, struct addr, const char *mac);
void leave(struct world *, struct seat *);
/* To an address of the segment that nobody has, with all that belongs to the seat. */
void move(struct world *, struct seat *);

/* --- seeing -------------------------------------------------------------------------------- */

void later(struct world *, uint32_t hours);
/* One run: each seat of the point's site (segment 0 in `only`: all) is visited. */
void sweep(struct world *, const struct point *, unsigned asks);
void sweep_segment(
	struct world *, const struct point *, unsigned asks, unsigned segment);
/* A list names a machine at an address, which may be wrong. */
void list(struct world *, const struct machine *, const char *site, struct addr);
/* Something answers for every address of the segment. */
void answer_for_all(struct world *, const struct point *, unsigned segment);

#endif
