/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Weighing.  A clue of weight w leaves the doubt 1 - w; independent doubts multiply, so
 * their negative logarithms add up (as whole numbers: no order can change the sum).  With
 * the doubt D that is left, an answer has the odds (1 - D) / D against "something else";
 * of answers that exclude each other, each has its share of all odds.  What speaks for
 * another answer counts AGAINST times: two strong answers are mostly two machines behind one
 * address, or a mistake, and then none is to be given.
 */
#include "inventory/classify_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { AGAINST = 4 };

/* What one clue gives to one answer. */
struct vote {
	int answer;
	unsigned group, weight;
};

struct weighing {
	const struct rules *rules;
	const struct hit *hits;
	size_t n_hits;
	struct arena *mem;
	struct err *e;
};

/* By answer, by group, the heaviest first. */
static int
cmp_vote(const void *a, const void *b)
{
	const struct vote *x = a, *y = b;

	if (x->answer != y->answer)
		return x->answer < y->answer ? -1 : 1;
	if (x->group != y->group)
		return x->group < y->group ? -1 : 1;
	return x->weight > y->weight ? -1 : x->weight < y->weight;
}

/* A vote for an answer is one for all that are above it. */
static size_t
list_votes(const struct weighing *w, enum question q, struct vote *out)
{
	const struct answer *items = w->rules->answers[q].items;
	size_t n = 0;

	for (size_t i = 0; i < w->n_hits; i++)
		for (int a = w->hits[i].answer[q]; a != NONE; a = items[a].parent, n++)
			if (out)
				out[n] = (struct vote){ a, w->hits[i].rule->group,
					w->hits[i].rule->weight };
	return n;
}

/* The odds of each answer, in arena; NULL: no memory. */
static double *
odds_of(const struct weighing *w, enum question q)
{
	size_t n_answers = w->rules->answers[q].n, n = list_votes(w, q, NULL);
	struct vote *votes = arena_new_array(w->mem, struct vote, n);
	double *odds = arena_new_array(w->mem, double, n_answers);

	if (!votes || !odds) {
		(void)err_nomem(w->e);
		return NULL;
	}
	(void)list_votes(w, q, votes);
	if (n)
		qsort(votes, n, sizeof(*votes), cmp_vote);
	for (size_t i = 0; i < n;) {
		int answer = votes[i].answer;
		uint64_t nats = 0; /* of doubt, in millionths */
		for (; i < n && votes[i].answer == answer; i++)
			if (i == 0 || votes[i - 1].answer != answer ||
				votes[i - 1].group != votes[i].group)
				nats += w->rules->nats[votes[i].weight];
		odds[answer] = expm1((double)nats / 1e6);
	}
	return odds;
}

static int
percent(double share)
{
	int p = (int)(share * 100 + 0.5);

	return p > WEIGHT_MAX ? WEIGHT_MAX : p;
}

/* The best child of an answer (NONE: of the roots), and its share in percent. */
static int
best_child(const struct answers *a, const double *odds, int parent, int *share)
{
	double all = 0;
	int best = NONE;

	for (size_t i = 0; i < a->n; i++) {
		if (odds[i] <= 0 || a->items[i].parent != parent || a->items[i].yields)
			continue;
		all += odds[i];
		if (best == NONE || odds[i] > odds[best])
			best = (int)i;
	}
	if (best != NONE)
		*share = percent(
			odds[best] / (1 + odds[best] + AGAINST * (all - odds[best])));
	return best;
}

/* From the roots down, as long as it is sure.  Returns the answer and its confidence. */
static int
descend(const struct answers *a, const double *odds, int *confidence)
{
	int at = NONE, share;

	*confidence = WEIGHT_MAX;
	for (;;) {
		int next = best_child(a, odds, at, &share);
		if (next == NONE || share < CLASSIFY_SURE)
			break;
		if (share < *confidence)
			*confidence = share;
		at = next;
	}
	for (size_t i = 0; at == NONE && i < a->n; i++) {
		share = percent(odds[i] / (1 + odds[i]));
		if (!a->items[i].yields || share < CLASSIFY_SURE)
			continue;
		at = (int)i;
		*confidence = share;
	}
	return at;
}

/* Does the answer stand at or below `above`? */
static bool
is_within(const struct answers *a, int answer, int above)
{
	while (answer != NONE && answer != above)
		answer = a->items[answer].parent;
	return answer == above;
}

/* A build that client and server share: what kind of machine it is decides. */
static int
decide_side(
	const struct rules *r, int os, int *confidence, int kind, int kind_confidence)
{
	const struct answer *a = &r->answers[ASK_OS].items[os];
	const struct answers *kinds = &r->answers[ASK_KIND];
	int side = NONE;

	if (a->client == NONE || kind == NONE)
		return os;
	if (is_within(kinds, kind, r->server))
		side = a->server;
	else if (is_within(kinds, kind, r->workstation))
		side = a->client;
	if (side == NONE)
		return os;
	if (kind_confidence < *confidence)
		*confidence = kind_confidence;
	return side;
}

/* --- fields and clues ------------------------------------------------------------- */

/* By weight, the heaviest first; then by fact, value and place, so that no order counts. */
static int
cmp_hit(const void *a, const void *b)
{
	const struct hit *x = a, *y = b;
	int order = (x->rule->weight < y->rule->weight) -
		(x->rule->weight > y->rule->weight);

	if (order == 0)
		order = strcmp(x->field->fact.key, y->field->fact.key);
	if (order == 0)
		order = strcmp(x->value ? x->value : "", y->value ? y->value : "");
	return order ? order : x->rule < y->rule ? -1 : x->rule > y->rule;
}

/* Of the heaviest clue that says so, or says more. */
static const struct device_field *
field_of(const struct weighing *w, enum question q, int answer)
{
	for (size_t i = 0; answer != NONE && i < w->n_hits; i++)
		if (w->hits[i].answer[q] != NONE &&
			is_within(&w->rules->answers[q], w->hits[i].answer[q], answer))
			return w->hits[i].field;
	return NULL;
}

static const char *
name_of(const struct rules *r, enum question q, int answer)
{
	return answer == NONE ? NULL : r->answers[q].items[answer].name;
}

static int
judge(const struct weighing *w, struct classified *out)
{
	const struct rules *r = w->rules;
	int kind_sure, os_sure;

	*out = (struct classified){ .kind_by = NULL };
	if (w->n_hits == 0)
		return 0;
	double *kinds = odds_of(w, ASK_KIND), *systems = odds_of(w, ASK_OS);
	if (!kinds || !systems)
		return -1;
	int kind = descend(&r->answers[ASK_KIND], kinds, &kind_sure);
	int os = descend(&r->answers[ASK_OS], systems, &os_sure);
	*out = (struct classified){ .kind_by = field_of(w, ASK_KIND, kind),
		.os_by = field_of(w, ASK_OS, os) };
	if (os != NONE)
		os = decide_side(r, os, &os_sure, kind, kind_sure);
	out->kind.answer = name_of(r, ASK_KIND, kind);
	out->kind.confidence = kind == NONE ? 0 : kind_sure;
	out->os.answer = name_of(r, ASK_OS, os);
	out->os.confidence = os == NONE ? 0 : os_sure;
	return 0;
}

static int
weigh(const struct rules *r, const struct device_field *fields, size_t n,
	struct arena *mem, struct weighing *w, struct classified *out, struct err *e)
{
	struct hit *hits;

	*w = (struct weighing){ .rules = r, .mem = mem, .e = e };
	if (match_fields(r, fields, n, mem, &hits, &w->n_hits, e) == -1)
		return -1;
	if (w->n_hits)
		qsort(hits, w->n_hits, sizeof(*hits), cmp_hit);
	w->hits = hits;
	return judge(w, out);
}

int
classify(const struct rules *r, const struct device_field *fields, size_t n,
	struct arena *mem, struct classified *out, struct err *e)
{
	struct weighing w;

	return weigh(r, fields, n, mem, &w, out, e);
}

/* Does an earlier, so heavier, hit of its group say the same, or more, to every question? */
static bool
is_said(const struct weighing *w, size_t i)
{
	const struct hit *hits = w->hits;

	for (int q = 0; q < QUESTIONS; q++) {
		bool said = hits[i].answer[q] == NONE;
		for (size_t k = 0; k < i && !said; k++)
			said = hits[k].rule->group == hits[i].rule->group &&
				is_within(&w->rules->answers[q], hits[k].answer[q],
					hits[i].answer[q]);
		if (!said)
			return false;
	}
	return true;
}

/* Does a hit say something that stands below the verdict? */
static bool
says_more(const struct weighing *w, enum question q, const struct hit *h,
	const struct verdict *v)
{
	const struct answer *items = w->rules->answers[q].items;
	int a = h->answer[q];

	if (a == NONE || !v->answer)
		return false;
	for (a = items[a].parent; a != NONE; a = items[a].parent)
		if (strcmp(items[a].name, v->answer) == 0)
			return true;
	return false;
}

int
classify_explain(const struct rules *r, const struct device_field *fields, size_t n,
	struct arena *mem, struct classified *out, struct clue **clues, size_t *n_clues,
	struct err *e)
{
	struct weighing w;

	if (weigh(r, fields, n, mem, &w, out, e) == -1)
		return -1;
	*clues = arena_new_array(mem, struct clue, w.n_hits);
	if (!*clues)
		return err_nomem(e);
	for (size_t i = 0; i < w.n_hits; i++) {
		const struct hit *h = &w.hits[i];
		(*clues)[i] = (struct clue){ .field = h->field,
			.value = h->value,
			.kind = name_of(r, ASK_KIND, h->answer[ASK_KIND]),
			.os = name_of(r, ASK_OS, h->answer[ASK_OS]),
			.weight = (int)h->rule->weight,
			.counts = !is_said(&w, i),
			.more_kind = says_more(&w, ASK_KIND, h, &out->kind),
			.more_os = says_more(&w, ASK_OS, h, &out->os),
			.why = h->rule->why,
			.source = h->rule->source,
			.file = h->rule->file,
			.line = h->rule->line };
	}
	*n_clues = w.n_hits;
	return 0;
}

/* --- derived fields --------------------------------------------------------------- */

enum { DERIVED = 4 };

struct adding {
	struct device_field *fields; /* by key */
	size_t n;
};

/* Where the key is, or would go. */
static size_t
place_of(const struct adding *a, const char *key, bool *is_there)
{
	return fact_key_place(a->fields, a->n, sizeof(*a->fields),
		offsetof(struct device_field, fact.key), key, is_there);
}

static bool
is_stated(const struct adding *a, const char *key)
{
	bool is_there;

	(void)place_of(a, key, &is_there);
	return is_there;
}

static void
insert(struct adding *a, const struct device_field *f)
{
	bool is_there;
	size_t at = place_of(a, f->fact.key, &is_there);

	memmove(&a->fields[at + 1], &a->fields[at], (a->n - at) * sizeof(*f));
	a->fields[at] = *f;
	a->n++;
}

/* when and who: as the field it was made from. */
static void
add_verdict(struct adding *a, const char *key, const char *sure_key,
	const struct verdict *v, const struct device_field *by)
{
	struct device_field text = *by, sure = *by;

	if (is_stated(a, key))
		return;
	text.fact = (struct fact){ .key = fact_find(key)->key, .type = FACT_TEXT };
	text.fact.text = v->answer ? v->answer : "unknown";
	insert(a, &text);
	if (!v->answer || is_stated(a, sure_key))
		return;
	sure.fact = (struct fact){ .key = fact_find(sure_key)->key, .type = FACT_INT };
	sure.fact.num = v->confidence;
	insert(a, &sure);
}

/* Who saw the device last, for what nothing tells.  A person who wrote something else has seen
 * nothing of it. */
static const struct device_field *
latest(const struct device_field *fields, size_t n)
{
	const struct device_field *best = &fields[0];

	for (size_t i = 1; i < n; i++) {
		bool person = strcmp(fields[i].source, "person") == 0;
		bool best_person = strcmp(best->source, "person") == 0;
		if (person != best_person ? best_person : fields[i].at > best->at)
			best = &fields[i];
	}
	return best;
}

int
classify_fields(const struct rules *r, struct arena *mem, struct device_field **fields,
	size_t *n, struct err *e)
{
	struct adding a = { .n = *n };
	struct classified c;

	if (!r || *n == 0)
		return 0;
	if (classify(r, *fields, *n, mem, &c, e) == -1)
		return -1;
	a.fields = arena_new_array(mem, struct device_field, *n + DERIVED);
	if (!a.fields)
		return err_nomem(e);
	memcpy(a.fields, *fields, *n * sizeof(**fields));
	add_verdict(&a, "kind", "kind.confidence", &c.kind,
		c.kind_by ? c.kind_by : latest(*fields, *n));
	if (c.os.answer)
		add_verdict(&a, "os", "os.confidence", &c.os, c.os_by);
	*fields = a.fields;
	*n = a.n;
	return 0;
}
