/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * windows_asked.h - what a poll asked, as the words of domain.asked
 *
 *	198.18.192.0/24		everybody on this subnet
 *	wins 198.18.192.10	this name server
 *	10.1.0.1-10.1.0.9	these targets, one by one
 *	lists, account, known	for browse lists, with an account, who was known before
 *
 * Whoever reads what polls told of a domain sees by it which of them said less for having asked
 * less (domain_words.h).
 */
#ifndef CLI_WINDOWS_ASKED_H
#define CLI_WINDOWS_ASKED_H

#include "cli/windows.h"

enum { ASKED_RANGES_MAX = 256 }; /* of targets; more are told as one word */

/* in: checked, without those that the store knows.  *out: the fact, in arena. */
int windows_asked(
	const struct windows_input *in, struct arena *, struct fact *out, struct err *);
/* An observation of a domain with that fact; any other as it is.  In arena. */
int windows_asked_add(const struct fact *asked, const struct observation *,
	struct arena *, struct observation *out, struct err *);

#endif
