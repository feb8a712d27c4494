/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading is jansson's work (it refuses duplicate keys, bad UTF-8, U+0000, trailing text);
 * what it would let pass - nulls, large numbers, deep nesting - is refused here.  Nesting
 * is counted before it parses, because it recurses.
 */
#include "inventory/jsontext.h"

#include <endian.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sort.h"

static int
check_depth(const char *s, size_t n, struct err *e)
{
	bool in_string = false;
	int depth = 0;

	for (size_t i = 0; i < n; i++) {
		if (s[i] == '"')
			in_string = !in_string;
		else if (in_string)
			i += s[i] == '\\';
		else if (s[i] == '{' || s[i] == '[')
			depth++;
		else if (s[i] == '}' || s[i] == ']')
			depth--;
		if (depth > JSONTEXT_DEPTH_MAX)
			return err_set(e, ERR_PROTO, "column %zu: nested deeper than %d",
				i + 1, JSONTEXT_DEPTH_MAX);
	}
	return 0;
}

static int check_value(const json_t *, struct err *);

static int
check_members(const json_t *object, struct err *e)
{
	const char *key;
	json_t *value;

	/* The macro takes no const, but only reads. */
	json_object_foreach((json_t *)(uintptr_t)object, key,
		value) if (check_value(value, e) == -1) return err_add(e, "\"%s\"", key);
	return 0;
}

static int
check_value(const json_t *value, struct err *e)
{
	switch (json_typeof(value)) {
	case JSON_NULL: return err_set(e, ERR_PROTO, "null is not allowed");
	case JSON_INTEGER:
		if (json_integer_value(value) > JSONTEXT_INT_MAX ||
			json_integer_value(value) < -JSONTEXT_INT_MAX)
			return err_set(e, ERR_PROTO, "%lld is beyond 2^53",
				(long long)json_integer_value(value));
		return 0;
	case JSON_REAL:
		if (fabs(json_real_value(value)) > (double)JSONTEXT_INT_MAX)
			return err_set(e, ERR_PROTO, "%g is beyond 2^53",
				json_real_value(value));
		return 0;
	case JSON_OBJECT: return check_members(value, e);
	case JSON_ARRAY:
		for (size_t i = 0; i < json_array_size(value); i++)
			if (check_value(json_array_get(value, i), e) == -1)
				return -1;
		return 0;
	case JSON_STRING:
	case JSON_TRUE:
	case JSON_FALSE: return 0;
	}
	return 0;
}

int
jsontext_load(const char *s, size_t n, struct json_t **out, struct err *e)
{
	json_error_t why;

	if (check_depth(s, n, e) == -1)
		return -1;
	json_t *value = json_loadb(s, n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &why);
	if (!value && json_error_code(&why) == json_error_out_of_memory)
		return err_nomem(e);
	if (!value)
		return err_set(e, ERR_PROTO, "column %d: %s", why.position, why.text);
	if (check_value(value, e) == -1) {
		json_decref(value);
		return -1;
	}
	*out = value;
	return 0;
}

/* --- writing ---------------------------------------------------------------------- */

static void
add_escaped(struct sb *out, char c)
{
	static const char hex[] = "0123456789abcdef";
	static const char short_form[0x20] = {
		['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't'
	};
	uint8_t u = (uint8_t)c;
	char text[7] = { '\\', c };

	if (u < 0x20 && short_form[u]) {
		text[1] = short_form[u];
	} else if (u < 0x20) {
		memcpy(text + 1, "u00", 3);
		text[4] = hex[u >> 4];
		text[5] = hex[u & 15];
	}
	sb_add(out, text);
}

static bool
is_plain(char c)
{
	return (uint8_t)(c - 0x20) < 0x60 && c != '"' && c != '\\';
}

/*
 * Which of eight bytes, the first one lowest, are below 0x20, above 0x7f, a quote or a
 * backslash: their highest bits.  Right up to the first of them: x - 1 borrows into the highest
 * bit of a byte that is 0, and of the next one at most.
 */
static uint64_t
odd_bytes(uint64_t eight)
{
	const uint64_t each = 0x0101010101010101u, high = 0x80 * each;
	uint64_t quote = eight ^ '"' * each, backslash = eight ^ '\\' * each;

	return (eight | (eight - 0x20 * each) | ((quote - each) & ~quote) |
		       ((backslash - each) & ~backslash)) &
		high;
}

/* In most of them nothing is found: eight bytes at a time, the last ones perhaps twice. */
size_t
jsontext_plain(const char *s, size_t n)
{
	uint64_t eight;
	size_t i = 0;

	while (i < n && n >= sizeof(eight)) {
		size_t at = n - i < sizeof(eight) ? n - sizeof(eight) : i;
		memcpy(&eight, s + at, sizeof(eight));
		uint64_t odd = odd_bytes(le64toh(eight));
		if (odd)
			return at + (size_t)__builtin_ctzll(odd) / 8;
		i = at + sizeof(eight);
	}
	while (i < n && is_plain(s[i]))
		i++;
	return i;
}

/* What nearly every string is, in one piece. */
static void
add_plain(struct sb *out, const char *s, size_t n)
{
	char *at = sb_extend(out, n + 2);

	if (!at)
		return;
	at[0] = '"';
	memcpy(at + 1, s, n);
	at[n + 1] = '"';
}

size_t
jsontext_add_string(struct sb *out, const char *s, size_t n, size_t max)
{
	static const char replacement[] = "\xef\xbf\xbd"; /* U+FFFD */
	size_t i = 0, added = 0;

	if (n <= max && jsontext_plain(s, n) == n) {
		add_plain(out, s, n);
		return n;
	}
	sb_add_n(out, "\"", 1);
	while (i < n && added < max) {
		size_t run = jsontext_plain(
			s + i, n - i < max - added ? n - i : max - added);
		if (run) {
			sb_add_n(out, s + i, run);
			i += run;
			added += run;
			continue;
		}
		size_t len = utf8_char(s + i, n - i);
		size_t adds = len ? len : 3;
		if (adds > max - added)
			break;
		if (len == 1)
			add_escaped(out, s[i]);
		else if (utf8_is_deceptive(s + i, len))
			sb_printf(out, "\\u%04x", utf8_code(s + i, len));
		else
			sb_add_n(out, len ? s + i : replacement, adds);
		i += len ? len : 1;
		added += adds;
	}
	sb_add_n(out, "\"", 1);
	return i;
}

/* All of that stands in strings, where an escape says the same (RFC 8259 §7). */
void
jsontext_add_made(struct sb *out, const char *json)
{
	for (size_t n = strlen(json), i = 0, len; i < n; i += len) {
		len = utf8_char(json + i, n - i);
		len = len ? len : 1; /* a library writes no such byte */
		if (json[i] == 0x7f || utf8_is_deceptive(json + i, len))
			sb_printf(out, "\\u%04x", utf8_code(json + i, len));
		else
			sb_add_n(out, json + i, len);
	}
}

void
jsontext_add_int(struct sb *out, int64_t value)
{
	char text[24], *p = text + sizeof(text);
	uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

	do {
		*--p = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest);
	if (value < 0)
		*--p = '-';
	sb_add_n(out, p, (size_t)(text + sizeof(text) - p));
}

static void
add_real(struct sb *out, double value)
{
	char text[32] = "0"; /* for -0 too */

	/* 15 digits always survive text and back, 17 hold any double. */
	for (int digits = 15; value != 0 && digits <= 17; digits++) {
		(void)snprintf(text, sizeof(text), "%.*g", digits, value);
		if (strtod(text, NULL) == value)
			break;
	}
	sb_add(out, text);
}

static void
add_object(struct sb *out, const json_t *object)
{
	size_t n = json_object_size(object), i = 0;
	const char **keys = calloc(n ? n : 1, sizeof(*keys)), *key;
	json_t *value;

	if (!keys) {
		out->bad = true;
		return;
	}
	json_object_foreach((json_t *)(uintptr_t)object, key, value) keys[i++] = key;
	(void)sort_texts(keys, n); /* they differ */
	sb_add(out, "{");
	for (i = 0; i < n; i++) {
		sb_add(out, i ? "," : "");
		(void)jsontext_add_string(out, keys[i], strlen(keys[i]), SIZE_MAX);
		sb_add(out, ":");
		jsontext_add_value(out, json_object_get(object, keys[i]));
	}
	sb_add(out, "}");
	free(keys);
}

void
jsontext_add_value(struct sb *out, const struct json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT: add_object(out, value); break;
	case JSON_ARRAY:
		sb_add(out, "[");
		for (size_t i = 0; i < json_array_size(value); i++) {
			sb_add(out, i ? "," : "");
			jsontext_add_value(out, json_array_get(value, i));
		}
		sb_add(out, "]");
		break;
	case JSON_STRING:
		(void)jsontext_add_string(out, json_string_value(value),
			json_string_length(value), SIZE_MAX);
		break;
	case JSON_INTEGER: jsontext_add_int(out, json_integer_value(value)); break;
	case JSON_REAL: add_real(out, json_real_value(value)); break;
	case JSON_TRUE:
	case JSON_FALSE:
	case JSON_NULL:
		sb_add(out,
			json_is_true(value)            ? "true"
				: json_is_false(value) ? "false"
						       : "null");
		break;
	}
}
