/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * identity_private.h - the steps of identity_resolve() and what they hand on
 *
 *	identity_batch.c   sightings and rulings in, as numbers
 *	identity_near.c    their neighbourhood, from recall
 *	identity_graph.c   sorted and numbered: visits, keys, who bears which
 *	identity_demote.c  keys that are not unique
 *	identity_differ.c  clusters that differ at once
 *	identity_card.c    cards that are not of the machine seen with them
 *	identity_join.c    visits joined by keys
 *	identity_place.c   visits without keys, by their address
 *	identity_address.c those of them that people ruled to be one with others
 *	identity.c         devices and the result
 *
 * Everything is numbered from 0 and kept in arrays of 32-bit numbers; what a device costs
 * here is what limits how many fit.
 *
 * Each phase gives back what the next ones do not need.  In the batch's arena stays what is
 * handed out: sightings, their keys, links, clusters.  All else stands in parts of it
 * (base/arena.h):
 *
 *	index    what was given already, by reference, place and text: until all is loaded
 *	told     what sightings and keys were given with: until the graph is built
 *	own      the graph: until its clusters are numbered
 *	scratch  of one step
 */
#ifndef INVENTORY_IDENTITY_PRIVATE_H
#define INVENTORY_IDENTITY_PRIVATE_H

#include "inventory/identity.h"

#define ID_NONE UINT32_MAX

/* Sightings, keys: a number has a bit to spare, for a sign or a flag. */
enum { NUMBER_MAX = INT32_MAX };

/* --- byte strings as numbers ------------------------------------------------------------ */

struct intern {
	struct arena *mem;   /* of its own tables */
	struct arena *texts; /* items are texts, copied into this; NULL: numbers */
	char *text;          /* where the next one goes */
	size_t text_room;
	size_t size; /* of an item that is no text */
	unsigned char *items;
	size_t n, room;
	uint32_t *slots; /* by the hash's low bits: these of an item's number + 1, and the
			  * hash's other bits; 0: empty */
	struct arena *slots_mem;
	size_t n_slots; /* a power of two */
	uint64_t seed;  /* so that nobody outside can aim for collisions; no result
			 * depends on it */
};

/* The number of these bytes; *is_new when they were not there (they are copied). */
int intern_put(struct intern *, const void *, size_t, uint32_t *out, bool *is_new,
	struct err *);

/* items, or a larger array in their stead, with room for one more; NULL past the arena's
 * limit. */
void *grow(struct arena *, void *items, size_t *room, size_t n, size_t size);

/* --- the batch --------------------------------------------------------------------------- */

/* What a sighting says, as numbers of the batch's interns. */
struct seen {
	uint32_t run;     /* a text */
	uint32_t place;   /* (site, IP); ID_NONE */
	uint32_t group;   /* (place, run): its visit; ID_NONE: a visit of its own */
	uint32_t keys_at; /* in key_of; those who say the same share it */
	bool closure;     /* its device is wholly here; else it is boundary */
};

struct batch_key {
	struct id_key key;
	uint32_t first_of; /* the latest sighting whose keys begin with it, + 1 */
	bool borne : 1; /* by a closure sighting, or a ruling makes it the same as one */
	bool ruled : 1;    /* rulings were asked for */
	bool followed : 1; /* its bearers were asked for */
	bool pinned : 1;   /* RULING_SAME names it */
	bool demoted : 1;  /* RULING_DEMOTED */
};

struct pair {
	uint32_t a, b; /* keys */
};

/* One for each number of an intern. */
struct flags {
	bool *set;
	size_t room;
};

struct identity_batch {
	struct arena *mem;
	struct arena *lists; /* of mem: arrays that grow and stay */
	struct arena *told, *index;
	struct intern texts, places, groups, refs, keys;
	struct sighting *sightings;
	struct seen *seen; /* of each sighting */
	size_t n, room, seen_room;
	uint32_t *key_of; /* keys of sightings, one after the other */
	size_t n_key_of, key_of_room;
	struct batch_key *key; /* by number */
	size_t key_room;
	struct flags place_asked;   /* its sightings were asked for */
	struct flags group_reached; /* has a closure sighting */
	struct flags place_vip; /* a virtual address: all its sightings are closure */
	bool vip_found;         /* since the last look */
	struct pair *same, *never;
	size_t n_same, same_room, n_never, never_room;
	uint32_t *closure; /* closure sightings in the order they were reached */
	size_t n_closure, closure_room;
	bool taking_closure; /* what identity_add brings now is of the closure */
};

/* What stands at places that turned out to be virtual addresses becomes closure. */
int batch_take_vips(struct identity_batch *, struct err *);
/* No more comes: gives the room for it back. */
int batch_trim(struct identity_batch *, struct err *);
/* Brings the neighbourhood in; recall may be NULL. */
int identity_load(struct identity_batch *, struct identity_recall *, struct err *);

/* --- the graph --------------------------------------------------------------------------- */

/* By sorted number: the order in which joins are tried. */
struct graph_key {
	const char *value;
	enum id_kind kind;
	bool demoted, newly, pinned;
	bool shared; /* two machines had it; known after its bearers were joined */
};

struct visit {
	uint32_t members_at; /* in members: sightings, oldest first; up to the next's */
	uint32_t keys_at, n_keys; /* in key_of: ascending, each once */
	uint32_t place;           /* ID_NONE without an IP */
	uint32_t run;             /* ID_NONE: none that could show two at once */
	int32_t above;            /* union-find; a root: its weight, negative */
	bool alive : 1;           /* a reply, or heard */
	bool closure : 1;
	bool contested : 1; /* shows two where one machine has one */
	bool anchored : 1;  /* bears what can join it with others */
	bool is_vip : 1;    /* of a virtual address */
};

/* One side of a RULING_SAME that names an address. */
struct ruled_side {
	const char *address; /* its value; NULL: it is a key */
	uint32_t key;        /* graph number; ID_NONE: nobody bears it */
};

struct ruled_address {
	struct ruled_side side[2];
};

struct graph {
	struct identity_batch *b;
	struct arena *mem; /* the batch's */
	struct arena *own;
	struct sighting *sightings; /* in order */
	uint32_t *keys_at;          /* of each sighting, in key_of */
	size_t n;
	uint32_t *key_of;       /* graph numbers: of sightings, then of visits that have
				 * several */
	struct graph_key *keys; /* by kind, then first appearance */
	size_t n_keys;
	struct visit *visits; /* by first sighting; one more, for its members_at */
	size_t n_visits;
	uint32_t *members;
	uint32_t *bearers_at;      /* n_keys + 1 */
	uint32_t *bearers;         /* visits that bear a key, ascending */
	uint32_t *vip_of;          /* the key of the virtual address at a place */
	struct pair *same, *never; /* graph numbers; sorted, never in both directions */
	size_t n_same, n_never;
	struct ruled_address *ruled_addresses;
	size_t n_ruled_addresses;
	struct pair *twins; /* a card that is seen on-link, and the same in a list */
	size_t n_twins;
	struct identity_link *links;
	size_t n_links, links_room;
};

int graph_build(struct identity_batch *, struct graph *, struct err *);
/* After demotion: which visits are of a virtual address, what is contested in a visit, and
 * which are anchored. */
int graph_settle(struct graph *, struct err *);
/* Does this visit's key count?  Not when it is demoted, nor anything of a visit in which two
 * machines answered; of a virtual address nothing else does. */
bool graph_is_live(const struct graph *, const struct visit *, uint32_t key);
/* The key of its virtual address; ID_NONE. */
uint32_t graph_vip(const struct graph *, const struct visit *);
/* Its sightings, oldest first. */
const uint32_t *graph_members(const struct graph *, uint32_t visit, size_t *n);
const struct sighting *graph_first(const struct graph *, uint32_t visit);
const struct sighting *graph_last(const struct graph *, uint32_t visit);
/* The store's device of all its sightings; 0: they have none, or several. */
int64_t graph_device(const struct graph *, uint32_t visit);
uint32_t graph_find(struct graph *, uint32_t visit);
uint32_t graph_unite(struct graph *, uint32_t a, uint32_t b); /* the new root */
/* The first sighting of a visit that bears the key; ID_NONE key: its first one. */
uint32_t graph_witness(const struct graph *, uint32_t visit, uint32_t key);
/* A key and its partners in never: the first of n. */
const struct pair *graph_never(const struct graph *, uint32_t key, size_t *n);
/* Does a NEVER ruling name it? */
bool graph_is_ruled(const struct graph *, uint32_t key);
int graph_link(struct graph *, const struct identity_link *, struct err *);

/* --- clusters while they are joined ------------------------------------------------------ */

/* What tells clusters apart: their keys of kinds with a veto and those that people ruled
 * on, ascending. */
struct mark {
	uint32_t key : 31, live : 1;
	uint32_t next; /* ID_NONE ends */
};

/* Visits looked at for one key; one that so many clusters claim is not worth more. */
enum { STEPS_MAX = 1 << 18 };

#define CARDS_SEVERAL (ID_NONE - 1)

enum { AT_ONCE_MAX = 5 }; /* kinds of id_rules with at_once */

struct said_once {
	uint32_t epoch, key, root, visit;
};

struct clusters {
	struct graph *g;
	struct arena *mem; /* scratch of the join */
	uint32_t *marks;   /* of the cluster with this root: the first mark */
	struct mark *mark;
	uint32_t *next;   /* the visits of a cluster, in a ring */
	bool *speaks;     /* a visit shows what one machine cannot say twice at once */
	uint32_t *walked; /* of a root: the last epoch */
	/* made by clusters_make_cards(): */
	uint32_t *cards; /* of a root: its card; ID_NONE, CARDS_SEVERAL */
	uint32_t *met;   /* of a key: the epoch in which it was met */
	struct said_once *said[AT_ONCE_MAX]; /* by run: what it said first */
	unsigned slot_of[ID_KINDS];
	enum id_kind by; /* of the key for which clusters are compared */
	uint32_t epoch;
	size_t steps; /* visits looked at for the present key */
};

/* In mem. */
int clusters_new(struct graph *, struct arena *mem, struct clusters *, struct err *);
void clusters_unite(struct clusters *, uint32_t a, uint32_t b);
/* Do two clusters have values of a kind, and none in common? */
bool clusters_disjoint(const struct clusters *, uint32_t a, uint32_t b, enum id_kind);
/* Would both together have a value that each of them lacks? */
bool clusters_clash(const struct clusters *, uint32_t a, uint32_t b, enum id_kind);
/* Does it count in it? */
bool clusters_has(const struct clusters *, uint32_t root, uint32_t key);
bool clusters_has_kind(const struct clusters *, uint32_t root, enum id_kind);
/* A card besides this one. */
bool clusters_has_other(struct clusters *, uint32_t root, uint32_t card);
bool clusters_forbidden(const struct clusters *, uint32_t a, uint32_t b);
/* Did one run see two of the clusters of these visits at two places where they said what
 * one machine cannot?  The kind of it, and the visits; or ID_KINDS. */
enum id_kind clusters_differ(
	struct clusters *, const uint32_t *visits, size_t n, uint32_t *a, uint32_t *b);
/* May the name have gone over from the one's machine to the other's?  Each has cards of its
 * own, none in common, and they did not take turns: who was replaced does not come back. */
bool clusters_took_over(struct clusters *, uint32_t name, uint32_t a, uint32_t b);
/* Before the first of these questions: makes room for cards. */
int clusters_make_cards(struct clusters *, struct err *);
/* Does it show anything of which one machine has one at once? */
bool clusters_speaks(const struct clusters *, uint32_t root);

/* --- cards of other machines ------------------------------------------------------------- */

/* What a run saw behind a card. */
struct card_run {
	uint32_t epoch, place; /* the first */
	uint32_t mute, other;  /* visits; ID_NONE */
};

struct cards {
	struct graph *g;
	struct arena *mem;
	struct card_run *run;
	uint32_t *here, *told; /* of a place: the epoch in which the card, or what was
				* shown beside it, was found there */
	uint32_t *behind; /* of a key: twice the epoch in which it was traced; one more:
			   * its machine has another card */
	uint32_t epoch;
};

/* In mem. */
int cards_new(struct graph *, struct arena *mem, struct cards *, struct err *);
/* Does the card of these visits stand in front of others?  One run saw it at two addresses,
 * one of which says what another card's machine says (b), while the other never said anything
 * of the sort (a); else ID_NONE. */
int card_front(struct cards *, uint32_t card, const uint32_t *visits, size_t n,
	struct pair *out, struct err *);
/* Moves those visits to `others` that show nothing but a name which another machine has, and
 * the card's own never had; their number. */
size_t card_passed_on(struct clusters *, uint32_t card, uint32_t *visits, size_t *n,
	uint32_t *others);
/* Moves those that have the name of the first to `group`; their number. */
size_t card_take_group(
	const struct graph *, uint32_t *visits, size_t *n, uint32_t *group);
/* Those that show no identifier but cards come first; their number. */
size_t keep_mute(const struct graph *, uint32_t *visits, size_t n);

int identity_demote(struct graph *, struct err *);
int identity_join(struct graph *, struct err *);
int identity_settle_places(struct graph *, int64_t lifetime_us, struct err *);
int identity_join_addresses(struct graph *, struct err *);

#endif
