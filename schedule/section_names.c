/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "schedule/section_names.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static bool
is_taken(const struct section_names *names, const char *name)
{
	for (size_t i = 0; i < names->n; i++)
		if (strcmp(names->items[i], name) == 0)
			return true;
	return false;
}

enum { NUMBER_MAX = 999999 };

/* One more than the highest behind the stem: thousands of names may have nothing else. */
static unsigned long
next_number(const struct section_names *names, const char *stem)
{
	unsigned long next = 2;
	size_t n = strlen(stem);
	char *end;

	for (size_t i = 0; i < names->n; i++) {
		const char *name = names->items[i];
		if (strncmp(name, stem, n) != 0 || name[n] != '-')
			continue;
		unsigned long has = strtoul(name + n + 1, &end, 10);
		if (*end == '\0' && has >= next && has < NUMBER_MAX)
			next = has + 1;
	}
	return next;
}

const char *
section_name(struct section_names *names, const char *text, struct arena *mem)
{
	char stem[SECTION_STEM + 1];
	size_t n = 0;

	for (; *text && n < SECTION_STEM; text++)
		if (isalnum((unsigned char)*text) || *text == '_')
			stem[n++] = *text;
		else if (n && stem[n - 1] != '-')
			stem[n++] = '-';
	while (n && stem[n - 1] == '-')
		n--;
	stem[n] = '\0';
	const char *name = n ? stem : names->nameless, *copy = arena_strdup(mem, name);
	unsigned long number = next_number(names, name);
	while (copy && is_taken(names, copy))
		copy = arena_printf(mem, "%s-%lu", name, number++);
	if (copy)
		names->items[names->n++] = copy;
	return copy;
}
