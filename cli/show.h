/* SPDX-License-Identifier: GPL-3.0-or-later */
/* show.h - one device with who said what, written for people or for programs */
#ifndef CLI_SHOW_H
#define CLI_SHOW_H

#include "base/uuid.h"
#include "cli/out.h"
#include "db/people.h"

/* All of it in arena. */
struct show_report {
	struct device device;
	char (*aliases)[UUID_TEXT_MAX];
	size_t n_aliases;
	struct tie_list ties;
	struct evidence_row *evidence; /* with --why */
	size_t n_evidence, untold;     /* untold: times that a source said otherwise */
	struct ledger ledger;          /* with --why */
	struct classified judged;      /* with --why: kind and system, and */
	struct clue *clues;            /* what they rest on */
	size_t n_clues;
	const char *vip; /* with --why: why it is a virtual address; NULL: it is none */
	bool why;
};

/* Does the field of its key show what this row says? */
bool show_is_used(const struct device *, const struct evidence_row *);
/* The value of a row that has no member, in arena. */
int show_value(
	const struct evidence_row *, struct arena *, struct fact *out, struct err *);
extern const char *const show_outcomes[]; /* by enum link_outcome */

/* What kind and system rest on, as sentences and a table. */
int show_clues(const struct show_report *, const struct out_info *, struct err *);

/* mem: for what is needed on the way. */
int show_people(const struct show_report *, const struct out_info *, struct arena *mem,
	struct err *);
/* One line of NDJSON. */
int show_json(const struct show_report *, const struct out_info *, struct arena *mem,
	struct err *);

#endif
