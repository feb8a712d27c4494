/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How addresses, identifiers and observations are written into columns, and read back. */
#include <string.h>

#include "db/store_private.h"
#include "inventory/ndjson.h"

static const char hex_digits[] = "0123456789abcdef";

static char *
put_hex(char *p, uint8_t byte)
{
	*p++ = hex_digits[byte >> 4];
	*p++ = hex_digits[byte & 15];
	*p = '\0';
	return p;
}

const char *
ip_key(const struct addr *a, char buf[static IP_KEY_MAX])
{
	size_t size = addr_size(a);
	char *p = buf;

	*p = '\0';
	if (size)
		p = put_hex(p, a->family);
	for (size_t i = 0; i < size; i++)
		p = put_hex(p, a->bytes[i]);
	return buf;
}

static int
hex_pair(const char *p)
{
	const char *hi = p[0] ? strchr(hex_digits, p[0]) : NULL;
	const char *lo = hi && p[1] ? strchr(hex_digits, p[1]) : NULL;

	return lo ? (int)((hi - hex_digits) << 4 | (lo - hex_digits)) : -1;
}

struct addr
ip_from_key(const char *text)
{
	struct addr a = { .family = ADDR_NONE };
	int family = hex_pair(text);

	if (family != ADDR_IP4 && family != ADDR_IP6)
		return a;
	a.family = (uint8_t)family;
	if (strlen(text) != 2 + 2 * addr_size(&a))
		return (struct addr){ .family = ADDR_NONE };
	for (size_t i = 0; i < addr_size(&a); i++)
		a.bytes[i] = (uint8_t)hex_pair(text + 2 + 2 * i);
	return a;
}

const char *
id_kind_name(enum id_kind kind)
{
	return id_rules[kind].name;
}

bool
id_kind_find(const char *name, enum id_kind *out)
{
	for (int k = 0; k < ID_KINDS; k++) {
		if (*id_rules[k].name == *name && strcmp(id_rules[k].name, name) == 0) {
			*out = (enum id_kind)k;
			return true;
		}
	}
	return false;
}

/* A value with a line break would read back as two: the break becomes a blank. */
int
keys_write(const struct id_key *keys, size_t n, struct sb *out)
{
	for (size_t i = 0; i < n; i++) {
		const char *kind = id_kind_name(keys[i].kind);
		size_t before = strlen(kind) + 1, len = strlen(keys[i].value);
		char *at = sb_extend(out, before + len + 1);
		if (!at)
			return -1;
		memcpy(at, kind, before - 1);
		at[before - 1] = ' ';
		memcpy(at += before, keys[i].value, len);
		at[len] = '\n';
		for (char *p = at; (p = memchr(p, '\n', len - (size_t)(p - at)));)
			*p = ' '; /* a value is one line */
	}
	return out->bad ? -1 : 0;
}

int
keys_read(const char *text, struct arena *mem, struct id_key **out, size_t *n,
	struct err *e)
{
	size_t lines = 0;

	for (const char *p = text; *p; p++)
		lines += *p == '\n';
	struct id_key *keys = arena_new_array(mem, struct id_key, lines);
	char *copy = arena_strdup(mem, text);
	if (!keys || !copy)
		return err_nomem(e);
	*n = 0;
	for (size_t i = 0; i < lines; i++) {
		char *end = strchr(copy, '\n'),
		     *blank = memchr(copy, ' ', (size_t)(end - copy));
		*end = '\0';
		if (blank) {
			*blank = '\0';
			if (id_kind_find(copy, &keys[*n].kind))
				keys[(*n)++].value = blank + 1;
		}
		copy = end + 1;
	}
	*out = keys;
	return 0;
}

int
read_observation(struct store *s, struct sql_stmt *st, struct arena *mem,
	struct observation *out, struct err *e)
{
	const char *json = col_text(s, st, 10);
	struct fact *facts;

	*out = (struct observation){
		.point = arena_strdup(mem, col_text(s, st, 0)),
		.seq = col_int(s, st, 1),
		.at = col_int(s, st, 2),
		.site = arena_strdup(mem, col_text(s, st, 3)),
		.run = arena_strdup(mem, col_text(s, st, 4)),
		.source = arena_strdup(mem, col_text(s, st, 5)),
		.subject = (enum subject)col_int(s, st, 6),
		.ip = ip_from_key(col_text(s, st, 7)),
		.evidence = (enum evidence)col_int(s, st, 8),
		.truncated = col_int(s, st, 9) != 0,
	};
	if (!out->point || !out->site || !out->run || !out->source)
		return err_nomem(e);
	if (ndjson_read_facts(json, strlen(json), mem, &facts, &out->n_facts, e) == -1)
		return err_add(
			e, "observation %lld of %s", (long long)out->seq, out->point);
	out->facts = facts;
	return 0;
}
