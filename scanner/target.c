/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Waves cut from a plan, and the state of the targets of one wave. */
#include "scanner/target.h"

#include <stdlib.h>
#include <string.h>

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
end_wave(struct cutter *c, const struct wave *like, struct err *e)
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
	c->waves[c->n_waves++] = (struct wave){ like->way, like->segment, runs, n,
		c->filled };
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
cut(struct cutter *c, const struct wave *like, const struct iprange_run *run,
	struct err *e)
{
	u128 left = addr_number(&run->last) - addr_number(&run->first) + 1;
	struct addr first = run->first;

	while (left > 0) {
		uint32_t room = c->wave_max - c->filled;
		uint32_t n = left < room ? (uint32_t)left : room;
		struct wave_run piece = { first, c->filled, n };
		if (add_run(c, &piece, e) == -1)
			return -1;
		if (c->filled == c->wave_max && end_wave(c, like, e) == -1)
			return -1;
		left -= n;
		first = addr_from_number(first.family, addr_number(&first) + n);
	}
	return 0;
}

static int
cut_segment(struct cutter *c, const struct plan *plan, uint32_t segment, struct err *e)
{
	const struct segment *s = &plan->segments[segment];
	struct wave like = { .way = s->way, .segment = segment };

	for (size_t i = 0; i < iprange_n_runs(s->targets); i++) {
		struct iprange_run run = iprange_get_run(s->targets, i);
		if (cut(c, &like, &run, e) == -1)
			return -1;
	}
	return end_wave(c, &like, e);
}

int
waves_make(const struct plan *plan, size_t n_questions, struct arena *mem,
	struct wave **out, size_t *n_out, struct err *e)
{
	static const enum way ways[] = { WAY_ONLINK, WAY_ROUTED, WAY_SOCKETS };
	size_t by_bits = WAVE_BITS_MAX / (n_questions ? n_questions : 1);
	struct cutter c = { .mem = mem,
		.wave_max = by_bits < WAVE_MAX ? (uint32_t)by_bits : WAVE_MAX };
	int rc = 0;

	for (size_t w = 0; rc == 0 && w < sizeof(ways) / sizeof(ways[0]); w++)
		for (uint32_t i = 0; rc == 0 && i < plan->n_segments; i++)
			if (plan->segments[i].way == ways[w])
				rc = cut_segment(&c, plan, i, e);
	*out = c.waves;
	*n_out = c.n_waves;
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
	uint16_t note; /* and PROVED */
	struct distress distress;
};

#define PROVED (UINT16_C(1) << 15)

/* As target.h says. */
_Static_assert(sizeof(struct state) == 8 && sizeof(struct living) <= 32 &&
		sizeof(struct group) <= 76,
	"memory of targets");

struct targets {
	const struct wave *wave;
	const struct questions *questions;
	struct state *states;
	struct living *living;
	uint8_t *answers; /* stride bytes for each of the living: a bit for each question */
	size_t stride;
	uint32_t n_living, living_room, n_asked, n_proved;
	struct group *groups;   /* by address; NULL: too many */
	uint32_t *group_of_run; /* of its first address */
	uint32_t n_groups;
};

static u128
group_number(const struct addr *a)
{
	return addr_number(a) >> GROUP_BITS;
}

/* A run begins in the group where the last one ended, or in one of its own. */
static uint64_t
place_groups(struct targets *t)
{
	const struct wave *w = t->wave;
	u128 last = 0;
	uint64_t n = 0;

	for (size_t i = 0; i < w->n_runs; i++) {
		const struct wave_run *r = &w->runs[i];
		u128 from = group_number(&r->first);
		u128 to = (addr_number(&r->first) + r->n - 1) >> GROUP_BITS;
		t->group_of_run[i] = (uint32_t)(n && from == last ? n - 1 : n);
		n = t->group_of_run[i] + (uint64_t)(to - from) + 1;
		last = to;
	}
	return n;
}

static struct group *
group_at(const struct targets *t, size_t run, uint32_t target)
{
	const struct wave_run *r = &t->wave->runs[run];
	u128 first = addr_number(&r->first);
	u128 step = ((first + (target - r->base)) >> GROUP_BITS) - (first >> GROUP_BITS);

	return &t->groups[t->group_of_run[run] + (uint32_t)step];
}

static void
count_groups(struct targets *t)
{
	for (size_t i = 0; i < t->wave->n_runs; i++) {
		const struct wave_run *r = &t->wave->runs[i];
		for (uint32_t k = 0; k < r->n; k++)
			group_at(t, i, r->base + k)->n++;
	}
}

static int
make_groups(struct targets *t, struct err *e)
{
	const struct wave *w = t->wave;
	uint64_t most = w->n / GROUP_LEAST + 1024;

	t->group_of_run = calloc(w->n_runs + 1, sizeof(*t->group_of_run));
	if (!t->group_of_run)
		return err_nomem(e);
	uint64_t n = place_groups(t);
	if (n > most) /* scattered addresses: there is nothing to compare */
		return 0;
	t->groups = calloc(n + 1, sizeof(*t->groups));
	if (!t->groups)
		return err_nomem(e);
	t->n_groups = (uint32_t)n;
	count_groups(t);
	return 0;
}

int
targets_new(struct targets **out, const struct wave *wave,
	const struct questions *questions, struct err *e)
{
	struct targets *t = calloc(1, sizeof(*t));

	if (!t)
		return err_nomem(e);
	t->wave = wave;
	t->questions = questions;
	t->stride = questions->n / 8 + 1;
	t->states = calloc(wave->n ? wave->n : 1, sizeof(*t->states));
	if (!t->states || make_groups(t, e) == -1) {
		targets_free(t);
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
	free(t->groups);
	free(t->group_of_run);
	free(t);
}

const struct wave *
targets_wave(const struct targets *t)
{
	return t->wave;
}

/* The last run that does not begin after it. */
static size_t
run_of(const struct targets *t, uint32_t target)
{
	const struct wave_run *runs = t->wave->runs;
	size_t i = 0, n = t->wave->n_runs;

	while (n > 1) {
		size_t half = n / 2;
		i += runs[i + half].base <= target ? half : 0;
		n -= half;
	}
	return i;
}

struct addr
targets_addr(const struct targets *t, uint32_t target)
{
	const struct wave_run *r = &t->wave->runs[run_of(t, target)];

	return addr_from_number(
		r->first.family, addr_number(&r->first) + (target - r->base));
}

struct group *
targets_group(const struct targets *t, uint32_t target)
{
	return t->groups ? group_at(t, run_of(t, target), target) : NULL;
}

struct addr
targets_group_addr(const struct targets *t, uint32_t group)
{
	size_t i = 0;

	while (i + 1 < t->wave->n_runs && t->group_of_run[i + 1] <= group)
		i++;
	const struct wave_run *r = &t->wave->runs[i];
	u128 number = group_number(&r->first) + (group - t->group_of_run[i]);
	return addr_from_number(r->first.family, number << GROUP_BITS);
}

uint32_t
targets_n_groups(const struct targets *t)
{
	return t->n_groups;
}

struct group *
targets_get_group(const struct targets *t, uint32_t i)
{
	return &t->groups[i];
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
	uint32_t *asked = s->word & LIVING ? &entry(t, target)->asked : &s->word;

	if (s->word == 0)
		t->n_asked++;
	if (t->groups && bit && !(*asked & bit))
		group_ask(targets_group(t, target),
			question_kind(&t->questions->items[question]));
	*asked |= bit;
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

static int
make_living(struct targets *t, uint32_t target, struct err *e)
{
	struct state *s = &t->states[target];

	if (s->word & LIVING)
		return 0;
	if (make_room(t, e) == -1)
		return -1;
	t->living[t->n_living] = (struct living){ .target = target, .asked = s->word };
	s->word = LIVING | t->n_living++;
	return 0;
}

int
targets_answer(struct targets *t, uint32_t target, uint32_t question, bool *news,
	struct err *e)
{
	if (make_living(t, target, e) == -1)
		return -1;
	uint8_t *byte = answer_byte(t, target, question);
	uint8_t bit = (uint8_t)(1u << question % 8);
	*news = !(*byte & bit);
	*byte |= bit;
	return 0;
}

int
targets_know(struct targets *t, uint32_t target, const struct mac *mac, struct err *e)
{
	if (make_living(t, target, e) == -1)
		return -1;
	*targets_mac(t, target) = *mac;
	(void)targets_prove(t, target);
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
targets_mac(const struct targets *t, uint32_t target)
{
	return &entry(t, target)->mac;
}

struct distress *
targets_distress(const struct targets *t, uint32_t target)
{
	return &entry(t, target)->distress;
}

bool
targets_prove(struct targets *t, uint32_t target)
{
	struct living *l = entry(t, target);
	bool news = !(l->note & PROVED);

	l->note |= PROVED;
	t->n_proved += news;
	return news;
}

bool
targets_is_proved(const struct targets *t, uint32_t target)
{
	return targets_is_living(t, target) && entry(t, target)->note & PROVED;
}

uint32_t
targets_n_proved(const struct targets *t)
{
	return t->n_proved;
}

uint16_t
targets_note(const struct targets *t, uint32_t target)
{
	return entry(t, target)->note & TARGETS_NOTE_MAX;
}

void
targets_set_note(struct targets *t, uint32_t target, uint16_t note)
{
	struct living *l = entry(t, target);

	l->note = (uint16_t)((l->note & PROVED) | note);
}
