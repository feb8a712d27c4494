/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The runs of a wave, with or without what was skipped, as texts of a bounded length. */
#include "scanner/cover.h"

enum {
	/* Runs in one line: at most 64 KiB, and an IPv6 run takes 80 bytes. */
	RUNS = 500,
	MEMORY = 1 << 20,
};

struct listing {
	struct job *job;
	const struct cover *cover;
	bool skipped; /* lists what was skipped; else what was asked */
	struct iprange_run runs[RUNS];
	size_t n;
};

static void
tell_coverage(const struct listing *l, enum addr_family family, const char *targets)
{
	const struct cover *in = l->cover;
	struct job *j = l->job;
	const struct probe *last = NULL;
	int64_t now = clock_wall(j->run->clock);

	for (size_t i = 0; i < in->questions->n; i++) {
		const struct probe *p = j->questions.items[in->questions->items[i]].probe;
		struct coverage c = { .probe = p->name,
			.targets = targets,
			.started = in->started,
			/* The clock may have been set back. */
			.finished = now > in->started ? now : in->started,
			.complete = in->complete };
		/* The ports of one probe follow each other. */
		if (p == last || !probe_speaks(p, family))
			continue;
		last = p;
		if (p->chosen_ports && in->tcp_name)
			c.probe = in->tcp_name;
		j->run->monitor->coverage(j->run->monitor, &c);
	}
}

/* Tells of the runs collected so far. */
static int
flush(struct listing *l, struct err *e)
{
	struct arena *mem = l->n ? arena_new(MEMORY) : NULL;
	const struct iprange *set = mem ? iprange_from_runs(l->runs, l->n, mem) : NULL;
	struct sb text;
	int rc = 0;

	if (l->n == 0)
		return 0;
	sb_init(&text, MEMORY);
	if (set)
		iprange_print(set, &text);
	if (!set || text.bad)
		rc = err_nomem(e);
	else if (l->skipped)
		job_reason(l->job, "not-sampled", text.text,
			"No address of the sample answered here, so the others were not asked",
			(uint64_t)iprange_count(set));
	else
		tell_coverage(l, l->runs[0].first.family, text.text);
	sb_done(&text);
	arena_free(mem);
	l->n = 0;
	return rc;
}

/* Runs that touch become one. */
static int
add(struct listing *l, const struct addr *first, const struct addr *last, struct err *e)
{
	struct iprange_run *before = l->n ? &l->runs[l->n - 1] : NULL;

	if (before && before->last.family == first->family &&
		addr_number(&before->last) + 1 == addr_number(first)) {
		before->last = *last;
		return 0;
	}
	/* One family a line: not all probes speak both. */
	bool other = before && before->first.family != first->family;
	if ((l->n == RUNS || other) && flush(l, e) == -1)
		return -1;
	l->runs[l->n++] = (struct iprange_run){ *first, *last };
	return 0;
}

/* A run of the wave, /24 by /24. */
static int
list_run(struct listing *l, const struct wave_run *r, struct err *e)
{
	const struct targets *t = l->cover->targets;
	u128 first = addr_number(&r->first), end = first + r->n;

	for (u128 at = first, next; at < end; at = next) {
		next = ((at >> GROUP_BITS) + 1) << GROUP_BITS;
		next = next < end ? next : end;
		const struct group *g = targets_group(
			t, r->base + (uint32_t)(at - first));
		struct addr from = addr_from_number(r->first.family, at),
			    to = addr_from_number(r->first.family, next - 1);
		if ((g && g->skipped) == l->skipped && add(l, &from, &to, e) == -1)
			return -1;
	}
	return 0;
}

static bool
anything_skipped(const struct targets *t)
{
	for (uint32_t i = 0; t && i < targets_n_groups(t); i++)
		if (targets_get_group(t, i)->skipped)
			return true;
	return false;
}

static int
list(struct listing *l, bool whole, struct err *e)
{
	const struct wave *w = l->cover->wave;

	for (size_t i = 0; i < w->n_runs; i++) {
		const struct wave_run *r = &w->runs[i];
		struct addr last = addr_from_number(
			r->first.family, addr_number(&r->first) + r->n - 1);
		int rc = whole ? add(l, &r->first, &last, e) : list_run(l, r, e);
		if (rc == -1)
			return -1;
	}
	return flush(l, e);
}

int
cover_tell(struct job *j, const struct cover *in, struct err *e)
{
	struct listing l = { .job = j, .cover = in };
	bool whole = !anything_skipped(in->targets);

	if (list(&l, whole, e) == -1)
		return -1;
	if (whole)
		return 0;
	l.skipped = true;
	return list(&l, false, e);
}
