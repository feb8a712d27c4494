/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counts of a /24, and what they say about who answered. */
#include "scanner/group.h"

static const struct {
	enum ask_kind asked_by;
	const char *name;
} kinds[ANSWER_KINDS] = {
	[ANSWER_LINK] = { ASK_LINK, "the link's address resolution" },
	[ANSWER_ECHO] = { ASK_ECHO, "ICMP echo" },
	[ANSWER_TIMESTAMP] = { ASK_TIMESTAMP, "ICMP timestamp" },
	[ANSWER_OPEN] = { ASK_SYN, "TCP with an open port" },
	[ANSWER_CLOSED] = { ASK_SYN, "TCP with a reset" },
	[ANSWER_UDP] = { ASK_DATAGRAM, "UDP" },
};

enum ask_kind
answer_asked_by(enum answer_kind kind)
{
	return kinds[kind].asked_by;
}

const char *
answer_kind_name(enum answer_kind kind)
{
	return kinds[kind].name;
}

bool
group_is_dark(const struct addr *a)
{
	return a->family == ADDR_IP4 && (a->bytes[3] == 0 || a->bytes[3] == 255);
}

void
group_ask(struct group *g, enum ask_kind kind)
{
	g->asked[kind]++;
}

static void
vote(struct group *g, const struct mac *mac)
{
	if (g->mac_votes == 0) {
		g->mac = *mac;
		g->mac_count = 0;
	}
	if (mac_equal(&g->mac, mac)) {
		g->mac_votes++;
		g->mac_count++;
	} else {
		g->mac_votes--;
	}
}

void
group_answer(struct group *g, enum answer_kind kind, bool dark, const struct mac *mac)
{
	g->answered[kind]++;
	if (dark && g->dark[kind] < UINT8_MAX)
		g->dark[kind]++;
	if (mac)
		vote(g, mac);
}

enum grade
group_grade(const struct group *g, enum answer_kind kind)
{
	return g->n < GROUP_LEAST ? GRADE_REPLY : g->grade[kind];
}

void
group_ripen(struct group *g)
{
	for (int i = 0; i < ASK_KINDS; i++)
		g->ripe[i] = g->asked[i];
}

void
group_clear(struct group *g)
{
	for (int i = 0; i < ANSWER_KINDS; i++) {
		int silent = g->ripe[kinds[i].asked_by] - g->answered[i];
		if (g->grade[i] == GRADE_PENDING && silent >= GROUP_SILENT &&
			silent > g->answered[i])
			g->grade[i] = GRADE_REPLY;
	}
}

static bool
share_of(uint32_t some, uint32_t all, uint32_t percent)
{
	return some * 100 >= all * percent;
}

static bool
answers_for_all(const struct group *g, enum answer_kind kind, bool ghosts)
{
	uint32_t asked = g->asked[kinds[kind].asked_by], answered = g->answered[kind];

	if (answered < GROUP_SILENT)
		return false;
	if (g->dark[kind] && share_of(answered, asked, GROUP_DARK_SHARE))
		return true;
	if (answered < GROUP_MAC_LEAST)
		return false;
	if (kind == ANSWER_LINK && share_of(g->mac_count, answered, GROUP_MAC_SHARE))
		return true;
	return ghosts && share_of(answered, asked, GROUP_MAC_SHARE);
}

void
group_judge(struct group *g, bool last)
{
	bool ghosts = false;

	for (int i = 0; i < ANSWER_KINDS; i++) {
		if (g->grade[i] == GRADE_PENDING && answers_for_all(g, i, false))
			g->grade[i] = GRADE_WEAK;
		ghosts |= g->grade[i] == GRADE_WEAK;
	}
	for (int i = 0; i < ANSWER_KINDS; i++) {
		bool asked = g->asked[kinds[i].asked_by] > 0;
		if (g->grade[i] != GRADE_PENDING || (ghosts && !asked && !last))
			continue;
		g->grade[i] = ghosts && answers_for_all(g, i, true) ? GRADE_WEAK
								    : GRADE_REPLY;
	}
}

bool
group_decide(struct group *g)
{
	bool undecided = false;

	group_clear(g);
	for (int i = 0; i < ANSWER_KINDS; i++) {
		if (g->grade[i] != GRADE_PENDING)
			continue;
		g->grade[i] = GRADE_WEAK;
		undecided |= g->n >= GROUP_LEAST && g->answered[i] > 0;
	}
	return undecided;
}
