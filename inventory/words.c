/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A table of the facts that are one of few words. */
#include "inventory/words.h"

#include <string.h>
#include <strings.h>

#include "base/opt.h"
#include "inventory/rules.h"

enum { WORDS_MAX = 64 };

struct words {
	const char *items[WORDS_MAX];
	size_t n;
};

static const struct {
	const char *key;
	const char *const *words;
	const char *more; /* another, that no rule says */
} tables[] = {
	{ "kind", rules_kinds, "vip" },
};

static struct words
find_words(const char *key)
{
	struct words w = { .n = 0 };

	for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++) {
		if (strcmp(tables[t].key, key) != 0)
			continue;
		for (size_t i = 0; tables[t].words[i] && w.n + 1 < WORDS_MAX; i++)
			w.items[w.n++] = tables[t].words[i];
		w.items[w.n++] = tables[t].more;
	}
	return w;
}

bool
words_allow(const char *key, const char *value)
{
	const struct words w = find_words(key);

	for (size_t i = 0; i < w.n; i++)
		if (strcmp(w.items[i], value) == 0)
			return true;
	return w.n == 0;
}

const char *
words_near(const char *key, const char *value)
{
	const struct words w = find_words(key);

	for (size_t i = 0; i < w.n; i++)
		if (strcasecmp(w.items[i], value) == 0)
			return w.items[i];
	return w.n ? nearest(value, w.items, w.n) : NULL;
}

void
words_list(const char *key, struct sb *out)
{
	const struct words w = find_words(key);

	for (size_t i = 0; i < w.n; i++)
		sb_printf(out, "%s%s",
			i == 0                ? ""
				: i + 1 < w.n ? ", "
					      : " or ",
			w.items[i]);
}
