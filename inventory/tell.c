/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Facts in fixed room: a pool of text, and one list that the sets share. */
#include "inventory/tell.h"

#include <stdlib.h>
#include <string.h>

#include "base/foreign.h"
#include "base/sort.h"

void
tell_begin(struct tell *t, const struct addr *ip)
{
	t->ip = ip ? *ip : (struct addr){ .family = ADDR_NONE };
	t->n = t->n_items = t->used = 0;
}

static struct fact *
find(struct tell *t, const char *key)
{
	for (size_t i = 0; i < t->n; i++)
		if (strcmp(t->facts[i].key, key) == 0)
			return &t->facts[i];
	return NULL;
}

/* Its place; NULL: it is told already, or there is no room. */
static struct fact *
add(struct tell *t, const char *key, enum fact_type type)
{
	if (t->n == TELL_FACTS_MAX || find(t, key))
		return NULL;
	t->facts[t->n] = (struct fact){ .key = key, .type = type };
	return &t->facts[t->n++];
}

/* A clean copy in the pool; NULL: nothing is left, or there is no room. */
static const char *
copy(struct tell *t, struct rd text)
{
	char *out = t->pool + t->used;
	size_t n = t->used + FOREIGN_TEXT_MAX <= TELL_POOL ? foreign_text(out, text)
							   : 0;

	t->used += n ? n + 1 : 0;
	return n ? out : NULL;
}

void
tell_bool(struct tell *t, const char *key, bool yes)
{
	struct fact *f = add(t, key, FACT_BOOL);

	if (f)
		f->num = yes;
}

void
tell_mac(struct tell *t, const char *key, const struct mac *mac)
{
	struct fact *f = mac_is_zero(mac) || mac_is_group(mac) ? NULL
							       : add(t, key, FACT_MAC);

	if (f)
		f->mac = *mac;
}

void
tell_text(struct tell *t, const char *key, struct rd text)
{
	const char *clean = find(t, key) ? NULL : copy(t, text);
	struct fact *f = clean ? add(t, key, FACT_TEXT) : NULL;

	if (f)
		f->text = clean;
}

void
tell_str(struct tell *t, const char *key, const char *text)
{
	tell_text(t, key, rd_from(text, strlen(text)));
}

void
tell_hex(struct tell *t, const char *key, struct rd bytes)
{
	static const char digits[] = "0123456789abcdef";
	char text[FOREIGN_TEXT_MAX];
	size_t n = 0;

	while (rd_left(&bytes) && n + 2 < sizeof(text)) {
		uint8_t byte = rd_u8(&bytes);
		text[n++] = digits[byte >> 4];
		text[n++] = digits[byte & 15];
	}
	tell_text(t, key, rd_from(text, n));
}

void
tell_item(struct tell *t, const char *key, struct rd text)
{
	struct fact *f = find(t, key);

	if (t->n_items == TELL_ITEMS_MAX || (!f && t->n == TELL_FACTS_MAX))
		return;
	const char *clean = copy(t, text);
	if (!clean)
		return;
	for (size_t i = 0; f && i < f->texts.n; i++)
		if (strcmp(f->texts.items[i], clean) == 0)
			return;
	if (!f && (f = add(t, key, FACT_TEXTS)))
		f->texts.items = t->items + t->n_items;
	if (!f || f->texts.items + f->texts.n != t->items + t->n_items)
		return; /* another set came between: not by any caller */
	t->items[t->n_items++] = clean;
	f->texts.n++;
}

static int
by_key(const void *a, const void *b)
{
	return strcmp(((const struct fact *)a)->key, ((const struct fact *)b)->key);
}

/* FNV-1a: nothing secret, and who makes two things collide only silences himself. */
static uint64_t
mix(uint64_t h, const void *bytes, size_t n)
{
	const uint8_t *p = bytes;

	for (size_t i = 0; i < n; i++)
		h = (h ^ p[i]) * UINT64_C(0x100000001b3);
	return h;
}

static uint64_t
mix_text(uint64_t h, const char *text)
{
	return mix(h, text, strlen(text) + 1);
}

static uint64_t
mix_fact(uint64_t h, const struct fact *f)
{
	h = mix_text(h, f->key);
	switch (f->type) {
	case FACT_TEXT: return mix_text(h, f->text);
	case FACT_BOOL: return mix(h, &f->num, sizeof(f->num));
	case FACT_MAC: return mix(h, f->mac.bytes, sizeof(f->mac.bytes));
	case FACT_TEXTS:
		for (size_t i = 0; i < f->texts.n; i++)
			h = mix_text(h, f->texts.items[i]);
		return h;
	case FACT_INT:
	case FACT_IP:
	case FACT_PORTS:
	case FACT_OTHER: break; /* nothing here tells these */
	}
	return h;
}

static const uint64_t start = UINT64_C(0xcbf29ce484222325);

uint64_t
tell_subject(struct tell *t)
{
	const struct fact *mac = find(t, "mac");

	return mac
		? mix_fact(start, mac)
		: mix(mix(start, &t->ip.family, 1), t->ip.bytes, sizeof(t->ip.bytes));
}

uint64_t
tell_finish(struct tell *t)
{
	uint64_t h = start;

	for (size_t i = 0; i < t->n; i++) {
		struct fact *f = &t->facts[i];
		if (f->type == FACT_TEXTS)
			f->texts.n = sort_texts(
				t->items + (f->texts.items - t->items), f->texts.n);
	}
	qsort(t->facts, t->n, sizeof(t->facts[0]), by_key);
	h = mix(h, &t->ip.family, 1);
	h = mix(h, t->ip.bytes, sizeof(t->ip.bytes));
	for (size_t i = 0; i < t->n; i++)
		h = mix_fact(h, &t->facts[i]);
	return h;
}
