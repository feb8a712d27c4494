/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The half-byte form of RFC 1001 §14.1, and what people see of a name. */
#include "wire/nbname.h"

#include <stdio.h>
#include <string.h>

enum {
	BYTES = 16,
	ENCODED_SIZE = 2 * BYTES,
	LABEL_POINTER = 0xc0,
	LABELS_MAX = 128, /* of a scope */
};

struct netbios_name
nbname_of(const char *name, uint8_t suffix)
{
	struct netbios_name out = { .suffix = suffix };

	for (size_t i = 0; i < sizeof(out.name) - 1 && name[i]; i++) {
		char c = name[i];
		out.name[i] = (char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
	}
	return out;
}

struct netbios_name
nbname_masters(void)
{
	return (struct netbios_name){ "\x01\x02__MSBROWSE__\x02", NETBIOS_BROWSE };
}

struct netbios_name
nbname_any(void)
{
	return (struct netbios_name){ "*", NETBIOS_WORKSTATION };
}

bool
nbname_equal(const struct netbios_name *a, const struct netbios_name *b)
{
	return a->suffix == b->suffix && strcmp(a->name, b->name) == 0;
}

void
nbname_write(struct wr *w, const struct netbios_name *name)
{
	/* The name of all is filled up with NULs (RFC 1002 §4.2.17), others with blanks. */
	char fill = strcmp(name->name, "*") == 0 ? '\0' : ' ';
	size_t n = strnlen(name->name, sizeof(name->name) - 1);

	wr_u8(w, ENCODED_SIZE);
	for (size_t i = 0; i < BYTES; i++) {
		uint8_t byte = i == BYTES - 1 ? name->suffix
			: i < n               ? (uint8_t)name->name[i]
					      : (uint8_t)fill;
		wr_u8(w, (uint8_t)('A' + (byte >> 4)));
		wr_u8(w, (uint8_t)('A' + (byte & 0x0f)));
	}
	wr_u8(w, 0); /* no scope */
}

static bool
decode(const uint8_t *p, struct netbios_name *out)
{
	uint8_t bytes[BYTES];

	for (size_t i = 0; i < BYTES; i++) {
		uint8_t high = (uint8_t)(p[2 * i] - 'A'),
			low = (uint8_t)(p[2 * i + 1] - 'A');
		if (high > 15 || low > 15)
			return false;
		bytes[i] = (uint8_t)(high << 4 | low);
	}
	memcpy(out->name, bytes, BYTES - 1);
	out->suffix = bytes[BYTES - 1];
	out->name[BYTES - 1] = '\0';
	bool blank = strspn(out->name, " ") == BYTES - 1;
	/* What stands behind a NUL is filling too: "*" has such. */
	for (size_t n = strlen(out->name); n && out->name[n - 1] == ' ';)
		out->name[--n] = '\0';
	return !blank;
}

bool
nbname_read(struct rd *r, struct netbios_name *out)
{
	uint8_t size = rd_u8(r);
	const uint8_t *p = size == ENCODED_SIZE ? rd_take(r, ENCODED_SIZE) : NULL;

	if (!p || !decode(p, out))
		return false;
	for (unsigned i = 0; i < LABELS_MAX && !r->bad; i++) {
		size = rd_u8(r);
		if (size == 0)
			return !r->bad;
		if (size & LABEL_POINTER)
			return false;
		rd_skip(r, size);
	}
	return false;
}

const char *
nbname_plain(const char *name, char out[static NBNAME_PLAIN])
{
	static const char digits[] = "0123456789abcdef";
	size_t n = 0;

	for (; *name && n + 3 < NBNAME_PLAIN; name++) {
		unsigned char c = (unsigned char)*name;
		if (c >= 0x80 || c == '%') {
			out[n++] = '%';
			out[n++] = digits[c >> 4];
			out[n++] = digits[c & 15];
		} else {
			out[n++] = (char)(c < 0x20 || c == 0x7f ? '.' : c);
		}
	}
	out[n] = '\0';
	return out;
}

const char *
nbname_print(const char *name, uint8_t suffix, bool group, char out[static NBNAME_TEXT])
{
	char plain[NBNAME_PLAIN];

	(void)snprintf(out, NBNAME_TEXT, "%s<%02x>%s", nbname_plain(name, plain),
		suffix, group ? "G" : "");
	return out;
}
