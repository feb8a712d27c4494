/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scorecard [-v] [-m] [SEED [CASE...]]: how well identity does in networks with a known truth,
 * one row a case and the total; -v: some of what is wrong, -m: without the store.  Exits with 1 when a case is not good.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/scorecard/score.h"

static double
percent(uint64_t part, uint64_t of)
{
	return of ? 100.0 * (double)part / (double)of : 100.0;
}

static void
print_row(const char *name, const struct score *s, const char *what)
{
	printf("%-18s %6zu %7zu %8zu %9.4f %9.4f %8zu  %-3s %s\n", name, s->machines,
		s->visits, s->observations, percent(s->together - s->wrong, s->together),
		percent(s->found, s->knowable), s->unjudged, s->stable ? "yes" : "NO",
		what);
}

static void
add(struct score *sum, const struct score *s)
{
	sum->machines += s->machines;
	sum->visits += s->visits;
	sum->observations += s->observations;
	sum->unjudged += s->unjudged;
	sum->knowable += s->knowable;
	sum->found += s->found;
	sum->together += s->together;
	sum->wrong += s->wrong;
	sum->stable = sum->stable && s->stable;
}

static bool
is_wanted(const char *name, char **names, int n)
{
	for (int i = 0; i < n; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return n == 0;
}

int
main(int argc, char **argv)
{
	unsigned how = 0;
	int at = 1;
	for (; at < argc && argv[at][0] == '-'; at++)
		how |= strcmp(argv[at], "-v") == 0 ? SCORE_VERBOSE : SCORE_NO_STORE;
	uint64_t seed = at < argc ? strtoull(argv[at], NULL, 10) : 1;
	struct score sum = { .stable = true };
	size_t bad = 0, n = 0;

	printf("seed %" PRIu64 "\n%-18s %6s %7s %8s %9s %9s %8s  %-3s %s\n", seed,
		"case", "truths", "visits", "records", "precision", "recall",
		"unjudged", "any", "what happens");
	for (size_t i = 0; i < n_scorecard_cases; i++) {
		const struct scorecard_case *c = &scorecard_cases[i];
		struct score s;
		struct err e = { 0 };
		if (!is_wanted(c->name, argv + at + 1, argc > at ? argc - at - 1 : 0))
			continue;
		if (score_case(c, seed, how, &s, &e) == -1) {
			(void)fprintf(stderr, "scorecard: %s: %s\n", c->name, e.text);
			return 1;
		}
		print_row(c->name, &s, c->what);
		add(&sum, &s);
		bad += !score_is_good(&s);
		n++;
	}
	print_row("total", &sum, "");
	printf("%zu of %zu cases are good: precision 100 %%, recall at least 95 %% "
	       "(of all: 99 %%), the same in any order and any batches\n",
		n - bad, n);
	return bad > 0 || sum.found * 100 < sum.knowable * 99;
}
