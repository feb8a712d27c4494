/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "location/answers.h"

#include <stdio.h>
#include <string.h>

static const char *const verdicts[] = {
	[HOLDS_NO] = "no", [HOLDS_UNKNOWN] = "unknown", [HOLDS_YES] = "yes"
};

enum { VERDICTS = sizeof(verdicts) / sizeof(verdicts[0]) };

static const struct location_answer *
find(const struct location_answers *a, enum condition c, const char *value)
{
	for (size_t i = 0; i < a->n; i++)
		if (a->items[i].condition == c && strcmp(a->items[i].value, value) == 0)
			return &a->items[i];
	return NULL;
}

static enum holds
answer(struct location_asker *asker, enum condition c, const char *value, char *text,
	size_t max)
{
	struct location_answers *a = (struct location_answers *)asker;
	const struct location_answer *known = find(a, c, value);

	if (!known && !a->next) {
		(void)snprintf(text, max, "%.100s was not asked", value);
		return HOLDS_UNKNOWN;
	}
	if (known) {
		(void)snprintf(text, max, "%.100s was asked: %s", value,
			verdicts[known->verdict]);
		return known->verdict;
	}
	enum holds v = a->next->ask(a->next, c, value, text, max);
	(void)location_answers_add(a, c, v, value); /* else it is asked again */
	return v;
}

void
location_answers_init(
	struct location_answers *a, struct location_asker *next, struct arena *mem)
{
	*a = (struct location_answers){ .asker = { answer }, .next = next, .mem = mem };
}

static bool
make_room(struct location_answers *a)
{
	size_t room = a->room ? a->room * 2 : 16;
	struct location_answer *more;

	if (a->n < a->room)
		return true;
	if (a->n >= ANSWERS_MAX ||
		!(more = arena_new_array(a->mem, struct location_answer, room)))
		return false;
	if (a->n)
		memcpy(more, a->items, a->n * sizeof(*more));
	a->items = more;
	a->room = room;
	return true;
}

bool
location_answers_add(struct location_answers *a, enum condition c, enum holds verdict,
	const char *value)
{
	if (find(a, c, value))
		return true;
	const char *copy = strchr(value, '\n') ? NULL : arena_strdup(a->mem, value);
	if (!copy || !make_room(a))
		return false;
	a->items[a->n++] = (struct location_answer){ c, verdict, copy };
	return true;
}

/* --- lines ---------------------------------------------------------------------------------- */

void
location_answers_write(const struct location_answers *a, size_t from, struct sb *out)
{
	for (size_t i = from; i < a->n; i++)
		sb_printf(out, "%s %s %s\n", condition_names[a->items[i].condition],
			verdicts[a->items[i].verdict], a->items[i].value);
}

/* The number of the word that the text begins with, behind which *rest begins; -1: it is none. */
static int
take_word(const char *text, const char *const *words, int n, const char **rest)
{
	size_t length = strcspn(text, " ");

	for (int i = 0; i < n; i++) {
		if (strlen(words[i]) != length || strncmp(text, words[i], length) != 0)
			continue;
		*rest = text + length + (text[length] == ' ');
		return i;
	}
	return -1;
}

static void
read_line(struct location_answers *a, const char *line)
{
	const char *rest;
	int c = take_word(line, condition_names, CONDITIONS, &rest);
	int v = c == -1 ? -1 : take_word(rest, verdicts, VERDICTS, &rest);

	if (v != -1 && *rest)
		(void)location_answers_add(a, (enum condition)c, (enum holds)v, rest);
}

/* A last line without its end is none. */
void
location_answers_read(struct location_answers *a, const char *text)
{
	for (const char *end; (end = strchr(text, '\n')); text = end + 1) {
		const char *line = arena_strndup(a->mem, text, (size_t)(end - text));
		if (line)
			read_line(a, line);
	}
}

/* --- DHCP ----------------------------------------------------------------------------------- */

static void
add_servers(struct location_answers *a, enum condition c, const struct addr_facts *f)
{
	char text[ADDR_TEXT_MAX];

	for (size_t i = 0; i < f->n; i++)
		(void)location_answers_add(
			a, c, HOLDS_YES, addr_print(&f->items[i], text));
}

void
location_answers_add_dhcp(struct location_answers *a, const struct place_facts *f)
{
	add_servers(a, CONDITION_DHCP_SERVER, &f->dhcp_servers);
	add_servers(a, CONDITION_WINS_SERVER, &f->wins_servers);
}

/* What a lease tells stays: it knows better.  Who answers says both (location_inform). */
void
location_answers_give_dhcp(const struct location_answers *a, struct place_facts *f)
{
	struct addr_facts *const of[CONDITIONS] = {
		[CONDITION_DHCP_SERVER] = f->dhcp_servers.known ? NULL
								: &f->dhcp_servers,
		[CONDITION_WINS_SERVER] = f->wins_servers.known ? NULL
								: &f->wins_servers,
	};
	bool answered = false;
	struct addr ip;

	for (size_t i = 0; i < a->n; i++) {
		enum condition c = a->items[i].condition;
		if ((c != CONDITION_DHCP_SERVER && c != CONDITION_WINS_SERVER) ||
			!addr_parse(a->items[i].value, &ip))
			continue;
		answered = true;
		if (of[c])
			addr_facts_add(of[c], &ip);
	}
	f->dhcp_servers.known |= answered;
	f->wins_servers.known |= answered;
}
