/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * people.h - what people decide about devices
 *
 * A decision lays down rulings about identifiers (inventory/identity.h), which hold for all
 * that is observed from then on, and resolves the devices concerned again at once.  It is
 * kept with who decided and when, and can be undone.  Each call is one transaction: what
 * cannot be done, and why, is told before anything is written.
 *
 *	struct decision d;
 *
 *	if (store_merge(s, a.row, b.row, "anna", &d, e) == -1)
 *		return -1;
 *	puts(d.text);
 */
#ifndef DB_PEOPLE_H
#define DB_PEOPLE_H

#include "db/store.h"

struct decision {
	int64_t id, at;
	char verb[16], actor[64];
	char text[512]; /* what was decided, a sentence */
	bool undone;
};

/* By the strongest identifier of each; by its address, where it bears none, or only names
 * that lists tell.  ERR_ARG: they are one already, one of them has neither, a split stands
 * against it, or several machines show identifiers at the address.  The older id lives on. */
int store_merge(struct store *, int64_t a, int64_t b, const char *actor,
	struct decision *out, struct err *);
/*
 * what: an address of the device, or an identifier as `show --why` prints it, or its value
 * alone.  What was seen there, or bears it, becomes a device of its own; identifiers that
 * both sides show are trusted no more.  Else what is another device, by anything that finds
 * one: those two stay two, whatever they will show; where all that one shows is names that the
 * other shows, too, these are trusted no more.  ERR_ARG: there is nothing else left, one
 * observation shows both sides, a merge by addresses holds them together, or one shows nothing.
 */
int store_split(struct store *, int64_t device, const char *what, const char *actor,
	struct decision *out, struct err *);
/* What joins it now, joins it for good: no veto and no measurement parts it. */
int store_pin(struct store *, int64_t device, const char *actor, struct decision *out,
	struct err *);
/* id 0: the latest that holds.  ERR_NOTFOUND: there is none. */
int store_undo(struct store *, int64_t id, const char *actor, struct decision *out,
	struct err *);
/* The newest first, also those that were undone. */
int store_each_decision(struct store *,
	int (*row)(void *arg, const struct decision *, struct err *), void *arg,
	struct err *);

/*
 * Fields as a person wants them, whatever sources say; value NULL: as they say, again.
 * Facts keep their type; keys that no source has are texts.  All or none; ERR_ARG: a value
 * does not fit, or the key is none that can be set.
 */
struct edit {
	const char *key, *value;
};

int store_set_fields(struct store *, int64_t device, const struct edit *, size_t n,
	const char *actor, struct err *);

/* A device that this one belongs together with. */
struct tie {
	const char *rule;  /* "vip", "successor" */
	const char *label; /* of the other, and */
	const char *id;    /* its own: others may have its name */
	int64_t at; /* when it last answered for the address, or replaced a machine */
	bool first; /* this one is the virtual address, or the earlier machine */
};

/* The latest first. */
struct tie_list {
	struct tie *items;
	size_t n, more; /* more: those that are left out */
};

/* By what was known at as_of, or STORE_NOW. */
int store_device_ties(struct store *, int64_t device, int64_t as_of, struct arena *,
	struct tie_list *out, struct err *);

/* Why two devices are not one: sentences, one a line. */
int store_why_not(struct store *, const struct device *a, const struct device *b,
	struct sb *out, struct err *);

#endif
