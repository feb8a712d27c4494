/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cards: lines are found by their text with a line break on either side. */
#include "inventory/card.h"

#include <string.h>

#include "inventory/fact_print.h"

enum { LINE_MAX_BYTES = FACT_KEY_LIMIT + FACT_TEXT_LIMIT + 8 };

/* "\nkey=value\n"; false: too long for a line.  A line break in a value becomes a blank. */
static bool
make_line(const char *key, const char *value, char line[static LINE_MAX_BYTES])
{
	size_t n = strlen(key), m = strlen(value), at = 0;

	if (n + m + 4 > LINE_MAX_BYTES)
		return false;
	line[at++] = '\n';
	memcpy(line + at, key, n);
	at += n;
	line[at++] = '=';
	for (size_t i = 0; i < m; i++) {
		char c = value[i];
		line[at++] = c == '\n'         ? ' '
			: c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a')
					       : c;
	}
	line[at++] = '\n';
	line[at] = '\0';
	return true;
}

/* Is a value to be looked for?  Not on a card that it cannot be on yet. */
enum look { LOOK, IS_NEW };

static void
put(struct sb *card, enum look look, const char *key, const char *value)
{
	char line[LINE_MAX_BYTES];

	if (!make_line(key, value, line)) {
		card->bad = true;
		return;
	}
	if (look == LOOK && card->len && strstr(card->text, line))
		return;
	sb_add(card, card->len ? line + 1 : line);
}

void
card_add(struct sb *card, const char *key, const char *value)
{
	put(card, LOOK, key, value);
}

bool
card_has(const char *card, const char *key, const char *value)
{
	char line[LINE_MAX_BYTES];

	return make_line(key, value, line) && strstr(card, line);
}

bool
card_derives(const struct fact_def *def)
{
	static const char derived[] = "docs/design.md: derived";

	return def && strncmp(def->source, derived, sizeof(derived) - 1) == 0;
}

/* An unknown fact is text for all that is known; a number in it stays one text. */
bool
card_lists(const struct fact_def *def)
{
	return !def || def->type != FACT_INT;
}

static void
put_fact(struct sb *card, enum look look, const struct fact *f)
{
	struct fact one = *f;
	size_t n = f->type == FACT_PORTS ? f->ports.n
		: f->type == FACT_TEXTS  ? f->texts.n
					 : 1;
	struct sb text;

	if (f->type == FACT_INT)
		return;
	if (f->type == FACT_TEXT) {
		put(card, look, f->key, f->text);
		return;
	}
	sb_init(&text, CARD_MAX);
	for (size_t i = 0; i < n && !card->bad; i++) {
		if (f->type == FACT_PORTS) {
			one.ports.items = f->ports.items + i;
			one.ports.n = 1;
		} else if (f->type == FACT_TEXTS) {
			one.texts.items = f->texts.items + i;
			one.texts.n = 1;
		}
		sb_clear(&text);
		fact_print(&one, &text);
		card->bad |= text.bad;
		put(card, look, f->key, text.text);
	}
	sb_done(&text);
}

void
card_add_fact(struct sb *card, const struct fact *f)
{
	put_fact(card, LOOK, f);
}

void
card_add_observation(struct sb *card, const struct observation *o,
	const struct vendor_table *vendors)
{
	/* An observation says nothing twice, but who made its cards. */
	enum look look = card->len ? LOOK : IS_NEW;
	char ip[ADDR_TEXT_MAX];

	card_add(card, "site", o->site);
	if (addr_is_set(&o->ip))
		card_add(card, "ip", addr_print(&o->ip, ip));
	for (size_t i = 0; i < o->n_facts; i++) {
		const struct fact *f = &o->facts[i];
		const char *vendor = f->type == FACT_MAC ? vendor_name(vendors, &f->mac)
							 : NULL;
		put_fact(card, look, f);
		if (vendor)
			card_add(card, "vendor", vendor);
		if (strcmp(f->key, "mac.vendor") == 0 && f->type == FACT_TEXT)
			card_add(card, "vendor", f->text);
	}
}

void
card_add_device(struct sb *card, const struct device *d)
{
	const struct fact_def *def = NULL;

	card_add(card, "id", d->id);
	for (size_t i = 0; i < d->n_fields; i++) {
		def = fact_find_next(def, d->fields[i].fact.key);
		if (card_derives(def))
			card_add_fact(card, &d->fields[i].fact);
	}
}
