/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rules_private.h - rules as rules_yaml.c fills them and classify.c reads them */
#ifndef INVENTORY_RULES_PRIVATE_H
#define INVENTORY_RULES_PRIVATE_H

#include "inventory/fact.h"
#include "inventory/rules.h"

/* What a rule answers: two trees, in which what holds for a child holds for its parent. */
enum question { ASK_KIND, ASK_OS, QUESTIONS };

enum { NONE = -1, WEIGHT_MAX = 99 };

struct answer {
	const char *name;
	int parent; /* NONE: a root */
	bool yields; /* counts only when nothing else is sure: what runs in a virtual machine */
	/* Of a build of Windows that a client and a server share: the two; else NONE. */
	int client, server;
};

struct answers {
	struct answer *items;
	size_t n, room;
};

/* A build of Windows, and what it is an answer to. */
struct build {
	uint32_t number;
	int os, kind; /* kind NONE: client and server share it */
};

enum match_op {
	MATCH_IS,      /* text, number, truth: equal to an item */
	MATCH_BEGINS,  /* text: with an item */
	MATCH_BELOW,   /* object identifier: this one, or one below it */
	MATCH_MATCHES, /* text: holds all items */
	MATCH_HAS,     /* set: all items are members */
	MATCH_BETWEEN, /* number */
	MATCH_BUILD,   /* text: the number after it is a known build of Windows */
};

struct rule {
	const struct fact_def *fact;
	enum match_op op;
	const char *const *items; /* texts in lower case */
	size_t n_items;
	int64_t least, most;             /* MATCH_BETWEEN; MATCH_IS of a number: both */
	uint16_t ports[RULES_ITEMS_MAX]; /* MATCH_HAS of ports; n_items of them */
	int answer[QUESTIONS];           /* NONE: it does not say */
	unsigned group;                  /* of what counts once */
	unsigned weight;                 /* 1 to WEIGHT_MAX */
	const char *why, *source;
	const char *file;
	unsigned line;
};

struct rules {
	struct arena *mem;
	struct answers answers[QUESTIONS];
	struct build *builds; /* sorted by number */
	size_t n_builds, builds_room;
	struct rule *rules; /* sorted by fact, then as read */
	size_t n, room;
	size_t *first; /* of fact i of the table: rules[first[i]] up to rules[first[i + 1]] */
	const char **groups; /* names, "ssh" */
	size_t n_groups, groups_room;
	uint32_t nats[WEIGHT_MAX + 1]; /* -ln(1 - weight/100) in millionths */
	int server, workstation;       /* kinds by their number */
	uint64_t fingerprint;          /* of the bytes of all files */
};

/* The number of an answer, or NONE; case counts. */
int answer_find(const struct answers *, const char *name);
/* Appends; the number, or NONE when there is no memory. */
int answer_add(struct rules *, enum question, const char *name, int parent);
const struct build *build_find(const struct rules *, uint32_t number);
/* Appends a row, zeroed; NULL when there is no memory. */
struct rule *rules_append(struct rules *);
struct build *rules_append_build(struct rules *);
/* The number of a group by its name; NONE when there is no memory. */
int rules_group(struct rules *, const char *name);

/* rules_yaml.c: appends what one file says; as rules_add, but nothing is sorted. */
int rules_read_yaml(struct rules *, const char *name, const char *text, size_t n,
	struct sb *mistakes, struct err *);

#endif
