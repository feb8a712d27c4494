/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "location/disagree.h"

/* HOLDS_UNKNOWN, too, where there is no such condition: then has is false. */
static enum holds
verdict_of(const struct location_result *r, enum condition c, bool *has)
{
	*has = false;
	for (size_t i = 0; i < r->n_findings; i++)
		if (r->findings[i].condition == c) {
			*has = true;
			return r->findings[i].verdict;
		}
	return HOLDS_UNKNOWN;
}

static bool
says(const struct location_result *r, enum condition c, enum holds what)
{
	bool has;

	return verdict_of(r, c, &has) == what && has;
}

static const struct location_result *
by_subnet(const struct location_result *all, size_t n)
{
	const struct location_result *best = NULL;

	for (size_t i = 0; i < n; i++)
		if (says(&all[i], CONDITION_SUBNET, HOLDS_YES) &&
			(!best || all[i].prefix > best->prefix))
			best = &all[i];
	return best;
}

/* Whose site it is; rather one that is in its subnet as well. */
static const struct location_result *
by_site(const struct location_result *all, size_t n)
{
	const struct location_result *found = NULL;

	for (size_t i = 0; i < n; i++) {
		if (!says(&all[i], CONDITION_AD_SITE, HOLDS_YES))
			continue;
		if (says(&all[i], CONDITION_SUBNET, HOLDS_YES))
			return &all[i];
		found = found ? found : &all[i];
	}
	return found;
}

bool
location_disagrees(const struct location_result *all, size_t n, struct disagreement *out)
{
	const struct location_result *ours = by_subnet(all, n),
				     *theirs = by_site(all, n);
	bool wants_site;

	if (!ours)
		return false;
	*out = (struct disagreement){ ours->location, theirs ? theirs->location : NULL };
	enum holds site = verdict_of(ours, CONDITION_AD_SITE, &wants_site);
	if (wants_site)
		return site == HOLDS_NO;
	return theirs && theirs != ours && !says(theirs, CONDITION_SUBNET, HOLDS_YES);
}
