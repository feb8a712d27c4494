/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Waves cut from a plan, and the state of the targets of one wave. */
#include "scanner/target.h"

#include <stdlib.h>
#include <string.h>

static int
by_address(const void *a, const void *b)
{
	const struct wave_run *x = a, *y = b;

	return addr_cmp(&x->first, &y->first);
}

/* A run of a segment, as long as it is. */
struct long_run {
	struct addr first;
	u128 n;
	uint32_t segment;
};

static int
collect_runs(const struct plan *plan, enum way way, struct arena *mem,
	struct long_run **out, size_t *n_out, struct err *e)
{
	size_t room = 0, n = 0;

	for (size_t i = 0; i < plan->n_segments; i++)
		if (plan->segments[i].way == way)
			room += iprange_n_runs(plan->segments[i].targets);
	struct long_run *runs = arena_new_array(mem, struct long_run, room + 1);
	if (!runs)
		return err_nomem(e);
	for (size_t i = 0; i < plan->n_segments; i++) {
		const struct segment *s = &plan->segments[i];
		for (size_t k = 0; s->way == way && k < iprange_n_runs(s->targets);
			k++) {
			struct iprange_run r = iprange_get_run(s->targets, k);
			runs[n++] = (struct long_run){ r.first,
				addr_number(&r.last) - addr_number(&r.first) + 1,
				(uint32_t)i };
		}
	}
	*out = runs;
	*n_out = n;
	return 0;
}

struct cutter {
	struct arena *mem;
	struct wave *waves;
	size_t n_waves, waves_room;
	struct wave_run *runs;
	size_t n_runs, runs_room;
	uint32_t wave_max;
	uint32_t filled;   /* targets of the wave being made */
	size_t wave_start; /* its first run */
};

static int
end_wave(struct cutter *c, enum way way, struct err *e)
{
	size_t n = c->n_runs - c->wave_start;

	if (c->filled == 0)
		return 0;
	if (c->n_waves == WAVES_MAX)
		return err_set(e, ERR_ARG, "too many addresses and ports for one sweep");
	if (c->n_waves == c->waves_room) {
		size_t room = c->waves_room ? c->waves_room * 2 : 4;
		struct wave *more = arena_new_array(c->mem, struct wave, room);
		if (!more)
			return err_nomem(e);
		if (c->n_waves)
			memcpy(more, c->waves, c->n_waves * sizeof(*more));
		c->waves = more;
		c->waves_room = room;
	}
	struct wave_run *runs = arena_dup(
		c->mem, c->runs + c->wave_start, n * sizeof(*runs));
	if (!runs)
		return err_nomem(e);
	c->waves[c->n_waves++] = (struct wave){ way, runs, n, c->filled };
	c->n_runs = c->wave_start = 0;
	c->filled = 0;
	return 0;
}

static int
add_run(struct cutter *c, const struct wave_run *run, struct err *e)
{
	if (c->n_runs == c->runs_room) {
		size_t room = c->runs_room ? c->runs_room * 2 : 64;
		struct wave_run *more = reallocarray(c->runs, room, sizeof(*more));
		if (!more)
			return err_nomem(e);
		c->runs = more;
		c->runs_room = room;
	}
	c->runs[c->n_runs++] = *run;
	c->filled += run->n;
	return 0;
}

/* One run of addresses, over as many waves as it takes. */
static int
cut(struct cutter *c, enum way way, struct long_run r, struct err *e)
{
	while (r.n > 0) {
		uint32_t room = c->wave_max - c->filled;
		uint32_t n = r.n < room ? (uint32_t)r.n : room;
		struct wave_run piece = { r.first, c->filled, n, r.segment };
		if (add_run(c, &piece, e) == -1)
			return -1;
		if (c->filled == c->wave_max && end_wave(c, way, e) == -1)
			return -1;
		r.n -= n;
		r.first = addr_from_number(r.first.family, addr_number(&r.first) + n);
	}
	return 0;
}

int
waves_make(const struct plan *plan, size_t n_questions, struct arena *mem,
	struct wave **out, size_t *n_out, struct err *e)
{
	static const enum way ways[] = { WAY_ONLINK, WAY_ROUTED, WAY_SOCKETS };
	size_t by_bits = WAVE_BITS_MAX / (n_questions ? n_questions : 1);
	struct cutter c = { .mem = mem,
		.wave_max = by_bits < WAVE_MAX ? (uint32_t)by_bits : WAVE_MAX };
	int rc = -1;

	for (size_t w = 0; w < sizeof(ways) / sizeof(ways[0]); w++) {
		struct long_run *runs = NULL;
		size_t n = 0;
		if (collect_runs(plan, ways[w], mem, &runs, &n, e) == -1)
			goto out;
		/* The address comes first in both kinds of run. */
		qsort(runs, n, sizeof(*runs), by_address);
		for (size_t i = 0; i < n; i++)
			if (cut(&c, ways[w], runs[i], e) == -1)
				goto out;
		if (end_wave(&c, ways[w], e) == -1)
			goto out;
	}
	*out = c.waves;
	*n_out = c.n_waves;
	rc = 0;
out:
	free(c.runs);
	return rc;
}

/*
 * Eight bytes a target.  Until it answers, `word` notes which questions of discovery it was
 * asked; then it is LIVING and the number of its entry, which takes the note over.
 */
#define LIVING (UINT32_C(1) << 31)

struct state {
	uint32_t word;
	uint32_t asked_us; /* when last, modulo 2^32 */
};

struct living {
	uint32_t target;
	uint32_t asked;
	struct mac mac;
};

struct targets {
	const struct wave *wave;
	struct state *states;
	struct living *living;
	uint8_t *answers; /* stride bytes for each of the living: a bit for each question */
	size_t stride;
	uint32_t n_living, living_room, n_asked;
};

int
targets_new(struct targets **out, const struct wave *wave, size_t n_questions,
	struct err *e)
{
	struct targets *t = calloc(1, sizeof(*t));

	if (!t)
		return err_nomem(e);
	t->wave = wave;
	t->stride = n_questions / 8 + 1;
	t->states = calloc(wave->n ? wave->n : 1, sizeof(*t->states));
	if (!t->states) {
		free(t);
		return err_nomem(e);
	}
	*out = t;
	return 0;
}

void
targets_free(struct targets *t)
{
	if (!t)
		return;
	free(t->states);
	free(t->living);
	free(t->answers);
	free(t);
}

const struct wave *
targets_wave(const struct targets *t)
{
	return t->wave;
}

struct addr
targets_addr(const struct targets *t, uint32_t target, uint32_t *segment)
{
	const struct wave_run *runs = t->wave->runs;
	size_t i = 0, n = t->wave->n_runs;

	while (n > 1) { /* the last run that does not begin after it */
		size_t half = n / 2;
		i += runs[i + half].base <= target ? half : 0;
		n -= half;
	}
	const struct wave_run *r = &runs[i];
	*segment = r->segment;
	return addr_from_number(
		r->first.family, addr_number(&r->first) + (target - r->base));
}

bool
targets_find(const struct targets *t, const struct addr *a, uint32_t *target)
{
	const struct wave_run *runs = t->wave->runs;
	size_t i = 0, n = t->wave->n_runs;

	while (n > 1) {
		size_t half = n / 2;
		i += addr_cmp(&runs[i + half].first, a) <= 0 ? half : 0;
		n -= half;
	}
	if (n == 0 || runs[i].first.family != a->family ||
		addr_cmp(&runs[i].first, a) > 0)
		return false;
	u128 offset = addr_number(a) - addr_number(&runs[i].first);
	if (offset >= runs[i].n)
		return false;
	*target = runs[i].base + (uint32_t)offset;
	return true;
}

bool
targets_is_living(const struct targets *t, uint32_t target)
{
	return t->states[target].word & LIVING;
}

static struct living *
entry(const struct targets *t, uint32_t target)
{
	return &t->living[t->states[target].word & ~LIVING];
}

void
targets_ask(struct targets *t, uint32_t target, uint32_t question, int64_t now_us)
{
	struct state *s = &t->states[target];
	uint32_t bit = question < DISCOVERY_MAX ? 1u << question : 0;

	if (s->word & LIVING)
		entry(t, target)->asked |= bit;
	else if (s->word == 0)
		t->n_asked++;
	if (!(s->word & LIVING))
		s->word |= bit;
	s->asked_us = (uint32_t)now_us;
}

bool
targets_asked_any(const struct targets *t, uint32_t target)
{
	return t->states[target].word != 0;
}

bool
targets_asked(const struct targets *t, uint32_t target, uint32_t question)
{
	uint32_t word = t->states[target].word;

	if (question >= DISCOVERY_MAX)
		return false;
	return (word & LIVING ? entry(t, target)->asked : word) >> question & 1;
}

int64_t
targets_since_asked(const struct targets *t, uint32_t target, int64_t now_us)
{
	return (uint32_t)now_us - t->states[target].asked_us;
}

uint32_t
targets_n_asked(const struct targets *t)
{
	return t->n_asked;
}

static int
make_room(struct targets *t, struct err *e)
{
	uint32_t room = t->living_room ? t->living_room * 2 : 256;

	if (t->n_living < t->living_room)
		return 0;
	struct living *living = reallocarray(t->living, room, sizeof(*living));
	if (!living)
		return err_nomem(e);
	t->living = living;
	uint8_t *answers = reallocarray(t->answers, room, t->stride);
	if (!answers)
		return err_nomem(e);
	memset(answers + t->living_room * t->stride, 0,
		(room - t->living_room) * t->stride);
	t->answers = answers;
	t->living_room = room;
	return 0;
}

static uint8_t *
answer_byte(const struct targets *t, uint32_t target, uint32_t question)
{
	size_t i = t->states[target].word & ~LIVING;

	return &t->answers[i * t->stride + question / 8];
}

int
targets_answer(struct targets *t, uint32_t target, uint32_t question, bool *news,
	struct err *e)
{
	struct state *s = &t->states[target];

	if (!(s->word & LIVING)) {
		if (make_room(t, e) == -1)
			return -1;
		t->living[t->n_living] = (struct living){ .target = target,
			.asked = s->word };
		s->word = LIVING | t->n_living++;
	}
	uint8_t *byte = answer_byte(t, target, question);
	uint8_t bit = (uint8_t)(1u << question % 8);
	*news = !(*byte & bit);
	*byte |= bit;
	return 0;
}

bool
targets_answered(const struct targets *t, uint32_t target, uint32_t question)
{
	return targets_is_living(t, target) &&
		*answer_byte(t, target, question) >> question % 8 & 1;
}

uint32_t
targets_n_living(const struct targets *t)
{
	return t->n_living;
}

uint32_t
targets_living(const struct targets *t, uint32_t i)
{
	return t->living[i].target;
}

struct mac *
targets_mac(struct targets *t, uint32_t target)
{
	return &entry(t, target)->mac;
}
