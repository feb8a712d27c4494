/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * answers.h - what was asked once is not asked again: answers, kept, and as lines of text
 *
 *	tls yes 198.18.250.30:443
 *	dhcp_server yes 198.18.250.30
 *
 * So whoever may ask nobody matches by what another process has asked.
 */
#ifndef LOCATION_ANSWERS_H
#define LOCATION_ANSWERS_H

#include "base/sb.h"
#include "location/match.h"

enum { ANSWERS_MAX = 4096, ANSWERS_TEXT_MAX = 1 << 20 };

struct location_answer {
	enum condition condition;
	enum holds verdict;
	const char *value; /* in arena */
};

struct location_answers {
	struct location_asker asker; /* first: answers from here */
	struct location_asker *next; /* whom to ask what is not here; NULL: it is unknown */
	struct arena *mem;
	struct location_answer *items;
	size_t n, room;
};

/* It must not move afterwards. */
void location_answers_init(
	struct location_answers *, struct location_asker *next, struct arena *);
/* Of one condition and value the first counts.  false: there is no room for it. */
bool location_answers_add(
	struct location_answers *, enum condition, enum holds, const char *value);
/* Those from `from` on, a line each. */
void location_answers_write(const struct location_answers *, size_t from, struct sb *);
/* Adds what the lines say; what is none is passed over, for its writer may have been killed. */
void location_answers_read(struct location_answers *, const char *text);

/* What DHCP servers said, of a machine that no lease tells about: to the answers, and from them to
 * the facts. */
void location_answers_add_dhcp(struct location_answers *, const struct place_facts *);
void location_answers_give_dhcp(const struct location_answers *, struct place_facts *);

#endif
