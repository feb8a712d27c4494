/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rules.h - what tells kinds of device and operating systems apart, as data
 *
 * One rule is one line of evidence: when the fact says this, it is that, with this weight.
 *
 *	systems:
 *	  Linux: [Debian Linux, Ubuntu Linux]
 *	windows:
 *	  - { build: 17763, client: Windows 10 1809, server: Windows Server 2019 }
 *	rules:
 *	  - { fact: ssh.banner, matches: "Debian-", os: Debian Linux, weight: 80,
 *	      why: "OpenSSH names its packager", source: "observed: openssh-server 9.2p1" }
 *
 * The weight is how many of a hundred machines with this evidence, and no other, are what
 * the rule says.  muster-fingerprints(5) teaches the form; classify.h weighs.
 */
#ifndef INVENTORY_RULES_H
#define INVENTORY_RULES_H

#include "base/arena.h"
#include "base/err.h"
#include "base/sb.h"

struct rules; /* in arena */

enum {
	RULES_FILE_MAX = 1 << 20, /* bytes of one file */
	RULES_MAX = 8192,         /* of all files */
	RULES_ANSWERS_MAX = 1024, /* operating systems of all files */
	RULES_ITEMS_MAX = 8,      /* texts that one rule looks for */
	RULES_TEXT_MAX = 200,     /* bytes of a text in a rule */
};

/* The kinds of device there are; "unknown" is what no rule says.  NULL-terminated. */
extern const char *const rules_kinds[];

/* Those that are compiled in, in arena; more can be added.  The arena is kept. */
int rules_built_in(struct arena *, struct rules **out, struct err *);
/* None at all. */
int rules_none(struct arena *, struct rules **out, struct err *);

/*
 * Adds what a file says.  mistakes: one line each, "name:line:column: what", escaped; -1 with
 * ERR_ARG and their count when there is any, and then the rules are not to be used.
 */
int rules_add(struct rules *, const char *name, const char *text, size_t n,
	struct sb *mistakes, struct err *);
/* The same from a file.  ERR_NOTFOUND when it does not exist. */
int rules_add_file(struct rules *, const char *path, struct sb *mistakes, struct err *);

/* The keys of a rule, and what each means, for the manual; ends with a NULL name. */
struct rules_word {
	const char *name, *help;
};
extern const struct rules_word rules_words[];
/* The operating systems that the rules know, by number; NULL after the last. */
const char *rules_system(const struct rules *, size_t i);

size_t rules_count(const struct rules *);
/* Of all that was added: others give another (no cryptography: files are not hostile here). */
uint64_t rules_fingerprint(const struct rules *);

#endif
