/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ad.h - one run of `muster ad`, as the parent of its worker sees it */
#ifndef CLI_AD_H
#define CLI_AD_H

#include "cli/kept_out.h"
#include "cli/targets.h"
#include "ldap/ad.h"

struct ad_settings {
	struct ad_conf ad;
	struct kept_conf kept;
	struct targets_conf targets; /* what is excluded */
	const char *state_from;      /* of --emit: a file with what the last run told */
	int format;
	bool preview;
};

struct ad_input {
	const struct call *call;
	struct ad_settings *conf; /* checked; the state of the last run is filled in */
	const char *targets;      /* domains, for the store */
	int64_t started;
	char run[UUID_TEXT_MAX];
};

struct worker ad_worker(const struct ad_input *);

/* Polls, keeps and prints.  EXIT_DONE, EXIT_FAILED, or -1. */
int ad_run(const struct ad_input *, struct err *);
/* Prints whom it would ask, and how many computers there were.  EXIT_DONE, EXIT_FAILED: not
 * every domain could be asked; or -1. */
int ad_preview_run(const struct ad_input *, struct err *);
/* The closing line; --emit has nothing else to tell people. */
void ad_closing(const struct run_end *);

#endif
