/* SPDX-License-Identifier: GPL-3.0-or-later */
/* disagree.h - where our definitions and the directory say different things of one machine */
#ifndef LOCATION_DISAGREE_H
#define LOCATION_DISAGREE_H

#include "location/match.h"

struct disagreement {
	const struct location *ours; /* by its subnet, the smallest around the machine */
	const struct location *theirs; /* that of its site; NULL: no definition names that */
};

/*
 * Either the location that its subnet says wants another site, or it wants none, and its site is
 * that of another location, in whose subnet it is not.  What is not known, of the machine or in
 * a definition, is no disagreement.
 */
bool location_disagrees(
	const struct location_result *, size_t n, struct disagreement *out);

#endif
