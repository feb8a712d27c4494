/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Words in a sorted array: those of one site, domain, point and source lie together, the
 * oldest first. */
#include "cli/domain_words.h"

#include <string.h>

struct domain_word {
	const char *site, *name, *point, *source;
	int64_t at;
	const char *const *asked; /* sorted */
	size_t n_asked;
};

void
domain_words_init(struct domain_words *words, struct arena *mem)
{
	*words = (struct domain_words){ .mem = mem };
}

static int
cmp_subject(const struct domain_word *x, const struct domain_word *y)
{
	int order = strcmp(x->site, y->site);

	if (order == 0)
		order = strcmp(x->name, y->name);
	if (order == 0)
		order = strcmp(x->point, y->point);
	return order ? order : strcmp(x->source, y->source);
}

/* false: it names no domain. */
static bool
word_of(const struct observation *o, struct domain_word *out)
{
	const struct fact *name = fact_get(o->facts, o->n_facts, "domain.name");
	const struct fact *asked = fact_get(o->facts, o->n_facts, "domain.asked");

	*out = (struct domain_word){ .site = o->site ? o->site : "",
		.name = name && name->type == FACT_TEXT ? name->text : "",
		.point = o->point ? o->point : "",
		.source = o->source ? o->source : "",
		.at = o->at };
	if (asked && asked->type == FACT_TEXTS) {
		out->asked = asked->texts.items;
		out->n_asked = asked->texts.n;
	}
	return *out->name != '\0';
}

/* Those of its subject begin there. */
static size_t
first_of(const struct domain_words *words, const struct domain_word *w)
{
	size_t from = 0, to = words->n;

	while (from < to) {
		size_t mid = from + (to - from) / 2;
		if (cmp_subject(&words->items[mid], w) < 0)
			from = mid + 1;
		else
			to = mid;
	}
	return from;
}

/* Both are sets, sorted. */
static bool
asked_no_more(const struct domain_word *old, const struct domain_word *new)
{
	size_t k = 0;

	for (size_t i = 0; i < old->n_asked; i++) {
		while (k < new->n_asked && strcmp(new->asked[k], old->asked[i]) < 0)
			k++;
		if (k == new->n_asked || strcmp(new->asked[k], old->asked[i]) != 0)
			return false;
	}
	return true;
}

/* Its texts move into the arena, but for those that an earlier word of the subject has. */
static bool
keep_texts(struct domain_word *w, const struct domain_word *old, struct arena *mem)
{
	if (old) {
		w->site = old->site;
		w->name = old->name;
		w->point = old->point;
		w->source = old->source;
	} else if (!(w->site = arena_strdup(mem, w->site)) ||
		!(w->name = arena_strdup(mem, w->name)) ||
		!(w->point = arena_strdup(mem, w->point)) ||
		!(w->source = arena_strdup(mem, w->source)))
		return false;
	if (old && old->n_asked == w->n_asked && asked_no_more(old, w)) {
		w->asked = old->asked;
		return true;
	}
	const char **asked = arena_new_array(mem, const char *, w->n_asked + 1);
	for (size_t i = 0; asked && i < w->n_asked; i++)
		if (!(asked[i] = arena_strdup(mem, w->asked[i])))
			return false;
	w->asked = asked;
	return asked != NULL;
}

/* Room for one more at this place, where `gone` words begin that count no more. */
static bool
make_place(struct domain_words *words, size_t at, size_t gone)
{
	if (!gone && words->n == words->room) {
		size_t room = words->room ? 2 * words->room : 64;
		struct domain_word *more = arena_new_array(
			words->mem, struct domain_word, room);
		if (!more)
			return false;
		if (words->n)
			memcpy(more, words->items, words->n * sizeof(*more));
		words->items = more;
		words->room = room;
	}
	memmove(&words->items[at + 1], &words->items[at + gone],
		(words->n - at - gone) * sizeof(*words->items));
	words->n += 1 - gone;
	return true;
}

int
domain_words_note(struct domain_words *words, const struct observation *o, struct err *e)
{
	struct domain_word w;

	if (!word_of(o, &w))
		return 0;
	size_t first = first_of(words, &w), end = first, stay = first;
	for (; end < words->n && cmp_subject(&words->items[end], &w) == 0; end++)
		;
	if (!keep_texts(&w, end > first ? &words->items[end - 1] : NULL, words->mem))
		return err_nomem(e);
	for (size_t i = first; i < end; i++) {
		struct domain_word old = words->items[i];
		if (asked_no_more(&old, &w) || old.at < w.at - DOMAIN_WORD_LASTS)
			continue;
		words->items[stay++] = old;
	}
	if (!make_place(words, stay, end - stay))
		return err_nomem(e);
	words->items[stay] = w;
	return 0;
}

bool
domain_words_count(const struct domain_words *words, const struct observation *o)
{
	struct domain_word w;

	if (!word_of(o, &w))
		return false;
	for (size_t i = first_of(words, &w);
		i < words->n && cmp_subject(&words->items[i], &w) == 0; i++)
		if (words->items[i].at == w.at)
			return true;
	return false;
}
