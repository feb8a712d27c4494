/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of the enums, and the one order of observations (DESIGN.md §12). */
#include "inventory/observation.h"

#include <string.h>

const char *const subject_names[] = {
	[SUBJECT_DEVICE] = "device",
	[SUBJECT_NETWORK] = "network",
	[SUBJECT_DOMAIN] = "domain",
	NULL,
};

const char *const evidence_names[] = {
	[EVIDENCE_REPLY] = "reply",
	[EVIDENCE_WEAK] = "weak",
	[EVIDENCE_LISTED] = "listed",
	[EVIDENCE_HEARD] = "heard",
	NULL,
};

static int
cmp_number(int64_t a, int64_t b)
{
	return a < b ? -1 : a > b;
}

/* What is not set yet comes first. */
static int
cmp_text(const char *a, const char *b)
{
	return a == b ? 0 : strcmp(a ? a : "", b ? b : "");
}

int
observation_cmp(const struct observation *a, const struct observation *b)
{
	int order = cmp_number(a->at, b->at);

	if (order == 0)
		order = cmp_text(a->point, b->point);
	if (order == 0)
		order = cmp_text(a->run, b->run);
	return order ? order : cmp_number(a->seq, b->seq);
}
