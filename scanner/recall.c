/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Beta posteriors for the loss, and a predictive distribution for the number missed. */
#include "scanner/recall.h"

#include <math.h>

/* A network where 1 of 100 questions is lost, worth RECALL_PRIOR questions. */
#define PRIOR_LOST 0.1

/* The setting is a goal for each sweep, not for the mean of many: aim below it. */
#define AIM (2.0 / 3)

struct beta {
	double lost, answered;
};

/* E[p^k]: chance that k questions in a row are lost. */
static double
all_lost(struct beta b, uint32_t k)
{
	double chance = 1;

	for (uint32_t i = 0; i < k; i++)
		chance *= (b.lost + i) / (b.lost + b.answered + i);
	return chance;
}

static double
missed_chance(struct beta b, uint32_t rounds, double share)
{
	return (1 - share) * all_lost(b, rounds) + share * all_lost(b, rounds + 1);
}

static struct beta
prior(void)
{
	return (struct beta){ PRIOR_LOST, RECALL_PRIOR - PRIOR_LOST };
}

static void
add_canaries(struct beta *b, const struct recall_counts *c)
{
	b->lost += (double)c->lost;
	b->answered += (double)(c->asked - c->lost);
}

/* Who was found in round j missed j - 1 times and answered once.  Those never found missed
 * every time; how many they are follows from p itself, so a few steps of expectation and
 * maximisation settle it. */
static void
add_rounds(struct beta *b, const struct recall_counts *c)
{
	enum { STEPS = 20 };
	double found = 0, late = 0, missed = 0;

	if (c->rounds < 2) /* one round says nothing of what it missed */
		return;
	for (uint32_t i = 0; i <= c->rounds && i < RECALL_ROUNDS_MAX; i++) {
		found += (double)c->found[i];
		late += (double)c->found[i] * i;
	}
	for (int i = 0; i < STEPS; i++) {
		double lost = b->lost + late + missed * c->rounds;
		double p = lost / (lost + b->answered + found);
		double all = pow(p, c->rounds);
		missed = found * all / (1 - all);
	}
	b->lost += late + missed * c->rounds;
	b->answered += found;
}

/* What is known of p for hosts that answer one question only. */
static struct beta
worst_case(const struct recall_counts *c)
{
	struct beta b = prior();

	add_canaries(&b, c);
	if (!c->many_questions)
		add_rounds(&b, c);
	return b;
}

static double
aim_of(int64_t recall)
{
	return AIM * (double)(RECALL_PERCENT - recall) / RECALL_PERCENT;
}

double
recall_missing_round(const struct recall_counts *c, int64_t recall)
{
	struct beta b = worst_case(c);
	double aim = aim_of(recall), now = all_lost(b, c->rounds),
	       then = all_lost(b, c->rounds + 1);

	if (then >= aim)
		return 1;
	double share = (now - aim) / (now - then);
	/* A hundredth of a round is not worth its wait. */
	return share < 0.01 ? 0 : share;
}

uint64_t
recall_missing_canaries(const struct recall_counts *c, int64_t recall)
{
	double aim = aim_of(recall), asked = (double)c->asked;

	if (c->lost || c->rounds != 1 || aim <= 0)
		return 0;
	double wanted = ceil(PRIOR_LOST / aim) - RECALL_PRIOR;
	return wanted > asked ? (uint64_t)(wanted - asked) : 0;
}

/* --- the interval --------------------------------------------------------------------- */

enum {
	GRID = 101,        /* values of p that stand for its distribution */
	MISSED_MAX = 1024, /* counts of missed hosts; more are told in larger steps */
};

#define NOTHING 1e-10 /* chances below it are left out */

/* One count as the interval needs it. */
struct part {
	double found;
	struct beta few, many; /* as the rounds say, as the canaries say */
	uint32_t rounds;
	double share;
};

/* Chances that 0, 1, 2 ... steps of hosts are missed. */
struct missed {
	double chance[MISSED_MAX];
	int n; /* from here on they are nothing */
};

/* The i-th of GRID values of p, even in logit(p) over 6 standard deviations. */
static double
grid_value(struct beta b, int i)
{
	double mean = b.lost / (b.lost + b.answered);
	double spread = sqrt(1 / b.lost + 1 / b.answered);
	double x = log(mean / (1 - mean)) + (i - GRID / 2) * spread * 12 / (GRID - 1);

	return 1 / (1 + exp(-x));
}

/* Chances of the grid; the grid is even in logit(p), so the density has a factor p (1 - p). */
static void
weigh_grid(struct beta b, double weights[static GRID])
{
	double top = -INFINITY, sum = 0;

	for (int i = 0; i < GRID; i++) {
		double p = grid_value(b, i);
		weights[i] = b.lost * log(p) + b.answered * log1p(-p);
		top = fmax(top, weights[i]);
	}
	for (int i = 0; i < GRID; i++)
		sum += weights[i] = exp(weights[i] - top);
	for (int i = 0; i < GRID; i++)
		weights[i] /= sum;
}

static double
mean_missed(const struct part *part, double p)
{
	double all = pow(p, part->rounds) * (1 - part->share + part->share * p);

	return part->found * all / (1 - all);
}

/* More than this many are hardly missed. */
static double
most_missed(const struct part *part)
{
	double weights[GRID], most = 0;

	weigh_grid(part->many, weights);
	for (int i = 0; i < GRID; i++)
		if (weights[i] > NOTHING)
			most = fmax(most, mean_missed(part, grid_value(part->many, i)));
	return most + 8 * sqrt(most) + 8;
}

/* Adds a Poisson distribution of this mean, from its mode to both sides until it is
 * nothing. */
static void
add_poisson(struct missed *m, double mean, double weight)
{
	int mode = mean < MISSED_MAX - 1 ? (int)mean : MISSED_MAX - 1, k = mode;
	double top = weight * exp(mode * log(mean) - mean - lgamma(mode + 1.0));

	for (double chance = top; k < MISSED_MAX && chance > NOTHING; k++) {
		m->chance[k] += chance;
		chance *= mean / (k + 1);
	}
	m->n = k > m->n ? k : m->n;
	double chance = top;
	for (k = mode; k > 0 && chance > NOTHING; k--) {
		chance *= k / mean;
		m->chance[k - 1] += chance;
	}
}

static void
predict(const struct part *part, struct beta b, double step, struct missed *m)
{
	double weights[GRID];

	*m = (struct missed){ .n = 0 };
	weigh_grid(b, weights);
	for (int i = 0; i < GRID; i++)
		if (weights[i] > NOTHING)
			add_poisson(m, mean_missed(part, grid_value(b, i)) / step,
				weights[i]);
}

/* The distribution of the sum of both. */
static void
add_missed(struct missed *sum, const struct missed *m)
{
	struct missed both = { .n = sum->n + m->n };

	if (both.n > MISSED_MAX)
		both.n = MISSED_MAX;
	for (int i = 0; i < sum->n; i++)
		for (int k = 0; k < m->n && i + k < MISSED_MAX; k++)
			both.chance[i + k] += sum->chance[i] * m->chance[k];
	*sum = both;
}

/* The smallest number that is not passed with this chance. */
static double
quantile(const struct missed *m, double chance)
{
	double sum = 0;
	int k = 0;

	for (; k < m->n - 1; k++) {
		sum += m->chance[k];
		if (sum >= chance)
			break;
	}
	return k;
}

static bool
measure(const struct recall_counts *c, struct part *out)
{
	*out = (struct part){
		.many = worst_case(c), .rounds = c->rounds, .share = c->share
	};
	for (uint32_t i = 0; i < RECALL_ROUNDS_MAX; i++)
		out->found += (double)c->found[i];
	out->few = out->many;
	if (c->many_questions && c->rounds > 1) {
		out->few = prior();
		add_rounds(&out->few, c);
	}
	return c->rounds > 0 && (c->asked > 0 || c->rounds > 1);
}

static double
found_share(double found, double missed)
{
	return found / (found + missed);
}

static void
tell(const struct part *parts, size_t n, double step, struct recall *out)
{
	struct missed few = { .chance = { 1 }, .n = 1 }, many = few, one;
	double found = 0, mean = 0, rounds = 0;

	for (size_t i = 0; i < n; i++) {
		const struct part *p = &parts[i];
		double chance = missed_chance(p->many, p->rounds, p->share);
		found += p->found;
		mean += p->found * chance / (1 - chance);
		rounds += p->found * (p->rounds + p->share);
		predict(p, p->few, step, &one);
		add_missed(&few, &one);
		predict(p, p->many, step, &one);
		add_missed(&many, &one);
	}
	out->estimate = found_share(found, mean);
	/* The mean may lie outside when two measures disagree. */
	out->low = fmin(
		out->estimate, found_share(found, step * quantile(&many, 0.975)));
	out->high = fmax(
		out->estimate, found_share(found, step * quantile(&few, 0.025)));
	out->rounds = rounds / found;
}

void
recall_estimate(const struct recall_counts *counts, size_t n, struct recall *out)
{
	struct part parts[RECALL_PARTS_MAX];
	double most = 0;
	size_t n_parts = 0;

	*out = (struct recall){ .known = n <= RECALL_PARTS_MAX };
	for (size_t i = 0; i < n && out->known; i++) {
		struct part *p = &parts[n_parts];
		bool measured = measure(&counts[i], p);
		out->asked += counts[i].asked;
		out->lost += counts[i].lost;
		out->reasked += counts[i].reasked;
		out->refound += counts[i].refound;
		if (p->found <= 0)
			continue;
		out->known = measured;
		most += most_missed(p);
		n_parts++;
	}
	out->known = out->known && n_parts > 0;
	if (!out->known)
		return;
	out->loss = out->asked ? (double)out->lost / (double)out->asked : 0;
	tell(parts, n_parts, fmax(1, most / (MISSED_MAX - 1)), out);
}
