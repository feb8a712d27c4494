/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The IEEE's registries of MAC prefixes: the table that the build made of them, or a file
 * of the user.  Blocks are 24 bits (MA-L), 28 (MA-M) or 36 (MA-S and the older IAB) long;
 * the longest that holds a MAC names its maker.
 */
#include "inventory/vendor.h"

#include <stdlib.h>
#include <string.h>

#include "base/sb.h"

struct block {
	uint64_t prefix; /* 48 bits, those after `bits` 0 */
	uint32_t bits;
	uint32_t name; /* where it begins among the names */
};

struct vendor_table {
	const struct block *blocks; /* sorted by prefix, then bits; each once */
	size_t n;
	const char *names; /* each ends with a NUL */
};

#define BLOCK(prefix, bits, name) { prefix, bits, name },
#define NAME(text)
static const struct block built_in_blocks[] = {
#include "oui.inc"
};
#undef BLOCK
#undef NAME

#define BLOCK(prefix, bits, name)
#define NAME(text) text "\0"
static const char built_in_names[] = ""
#include "oui.inc"
	;

static const struct vendor_table built_in = {
	built_in_blocks,
	sizeof(built_in_blocks) / sizeof(built_in_blocks[0]),
	built_in_names,
};

/* --- finding ---------------------------------------------------------------------- */

static int
cmp_block(const void *a, const void *b)
{
	const struct block *x = a, *y = b;

	if (x->prefix != y->prefix)
		return x->prefix < y->prefix ? -1 : 1;
	return x->bits < y->bits ? -1 : x->bits > y->bits;
}

const char *
vendor_find(const struct vendor_table *t, const struct mac *mac)
{
	static const unsigned lengths[] = { 36, 28, 24 }; /* longest first */

	if (!t)
		t = &built_in;
	if (mac_is_local(mac) || mac_is_group(mac))
		return NULL;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		unsigned free_bits = 48 - lengths[i];
		struct block key = { .bits = lengths[i],
			.prefix = mac_number(mac) >> free_bits << free_bits };
		const struct block *found = bsearch(
			&key, t->blocks, t->n, sizeof(key), cmp_block);
		if (found)
			return t->names + found->name;
	}
	return NULL;
}

/* Prefixes of local addresses that say which program gave them. */
static const struct given_prefix {
	uint64_t prefix;
	unsigned bits;
} given_prefixes[] = {
	{ 0x024200000000, 16 }, /* Docker: the IPv4 address follows */
	{ 0x02bf00000000, 16 }, /* Windows Network Load Balancing, unicast */
	{ 0x0a0027000000, 24 }, /* VirtualBox, host-only */
	{ 0x525400000000, 24 }, /* QEMU, libvirt */
	{ 0xfe5400000000, 24 }, /* libvirt's side of 52:54:00 */
};

bool
vendor_is_private(const struct mac *mac)
{
	uint64_t number = mac_number(mac);

	for (size_t i = 0; i < sizeof(given_prefixes) / sizeof(given_prefixes[0]); i++) {
		unsigned rest = 48 - given_prefixes[i].bits;
		if (number >> rest == given_prefixes[i].prefix >> rest)
			return false;
	}
	return mac_is_local(mac) && !mac_is_group(mac);
}

const char *
vendor_name(const struct vendor_table *t, const struct mac *mac)
{
	return vendor_is_private(mac) ? VENDOR_PRIVATE : vendor_find(t, mac);
}

/* --- reading ---------------------------------------------------------------------- */

enum { NAME_MAX_BYTES = 64 };

/* A block as read, with its place in the file: of several with one prefix the first stays,
 * as in the built-in table. */
struct entry {
	struct block block;
	size_t line;
};

struct reading {
	struct arena *mem;
	struct err *e;
	struct entry *entries;
	size_t n;
	char *names; /* room for the whole file */
	size_t names_len;
	size_t line;  /* its number, from 1 */
	bool is_open; /* the last entry may still be narrowed by a "(base 16)" line */
};

struct span {
	const char *p;
	size_t n;
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static struct span
trim(struct span s)
{
	for (; s.n && is_blank(s.p[0]); s.p++)
		s.n--;
	while (s.n && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

/* Divides a line at the marker; false when it has none. */
static bool
divide(struct span line, const char *marker, struct span *before, struct span *after)
{
	size_t len = strlen(marker);
	const char *at = memmem(line.p, line.n, marker, len);

	if (!at)
		return false;
	size_t i = (size_t)(at - line.p);
	*before = trim((struct span){ line.p, i });
	*after = trim((struct span){ at + len, line.n - i - len });
	return true;
}

/* Exactly six hexadecimal digits. */
static bool
read_24(struct span s, uint64_t *out)
{
	uint64_t v = 0;

	if (s.n != 6)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		static const char digits[] = "0123456789abcdef0123456789ABCDEF";
		const char *at = s.p[i] ? strchr(digits, s.p[i]) : NULL;
		if (!at)
			return false;
		v = v << 4 | ((size_t)(at - digits) & 15);
	}
	*out = v;
	return true;
}

static int
fail(const struct reading *r, const char *why)
{
	return err_set(r->e, ERR_ARG, "line %zu: %s", r->line, why);
}

/*
 * Behind the other names, as the built-in ones are: controls become spaces, several spaces
 * one, and a long name is cut between characters.  A byte that is not UTF-8 becomes '?'.
 * false: there is none.
 */
static bool
add_name(struct reading *r, struct span name, uint32_t *at)
{
	char *text = r->names + r->names_len;
	size_t n = 0, len;

	for (size_t i = 0; i < name.n; i += len ? len : 1) {
		len = utf8_char(name.p + i, name.n - i);
		bool blank = (unsigned char)name.p[i] <= ' ' || name.p[i] == 0x7f;
		if (blank && n && text[n - 1] == ' ')
			continue;
		if (n + (len ? len : 1) > NAME_MAX_BYTES)
			break;
		text[n] = blank ? ' ' : '?';
		if (len && !blank)
			memcpy(text + n, name.p + i, len);
		n += len ? len : 1;
	}
	while (n && text[n - 1] == ' ')
		n--;
	text[n] = '\0';
	*at = (uint32_t)r->names_len;
	r->names_len += n + 1;
	return n > 0;
}

/* "AC-DE-48   (hex)  Name": a block of 24 bits. */
static int
read_hex_line(struct reading *r, struct span prefix, struct span name)
{
	struct entry *entry = &r->entries[r->n];
	char joined[6];
	uint64_t v;

	if (prefix.n != 8 || prefix.p[2] != '-' || prefix.p[5] != '-')
		return fail(r, "the prefix must look like AC-DE-48");
	for (size_t i = 0; i < 6; i++)
		joined[i] = prefix.p[i + i / 2];
	if (!read_24((struct span){ joined, 6 }, &v))
		return fail(r, "the prefix must look like AC-DE-48");
	if (!add_name(r, name, &entry->block.name))
		return fail(r, "there is no name");
	entry->block.prefix = v << 24;
	entry->block.bits = 24;
	entry->line = r->line;
	r->n++;
	r->is_open = true;
	return 0;
}

/* "ACDE48   (base 16)  Name" repeats the prefix; "900000-9FFFFF   (base 16)  Name" says
 * which part of it the block is. */
static int
read_base_line(struct reading *r, struct span range)
{
	uint64_t first, last;

	if (!r->is_open)
		return fail(r, "\"(base 16)\" without its \"(hex)\" line");
	struct block *b = &r->entries[r->n - 1].block;
	r->is_open = false;
	if (read_24(range, &first)) {
		if (first != b->prefix >> 24)
			return fail(r, "not the prefix of the \"(hex)\" line");
		return 0;
	}
	if (range.n != 13 || range.p[6] != '-' ||
		!read_24((struct span){ range.p, 6 }, &first) ||
		!read_24((struct span){ range.p + 7, 6 }, &last))
		return fail(r, "the range must look like 900000-9FFFFF");
	uint64_t mask = first ^ last; /* the free bits of a whole block */
	if ((mask != 0xfffff && mask != 0xfff) || (first & mask) != 0)
		return fail(r, "the range is no block of 28 or 36 bits");
	b->prefix |= first;
	b->bits = mask == 0xfff ? 36 : 28;
	return 0;
}

static int
read_line(struct reading *r, struct span line)
{
	struct span before, after;

	r->line++;
	if (divide(line, "(hex)", &before, &after))
		return read_hex_line(r, before, after);
	if (divide(line, "(base 16)", &before, &after))
		return read_base_line(r, before);
	return 0; /* headings and postal addresses */
}

static size_t
count(const char *text, size_t n, const char *what)
{
	const char *end = text + n, *at = text;
	size_t found = 0;

	while ((at = memmem(at, (size_t)(end - at), what, strlen(what)))) {
		found++;
		at += strlen(what);
	}
	return found;
}

static int
cmp_entry(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order = cmp_block(&x->block, &y->block);

	return order ? order : x->line < y->line ? -1 : 1;
}

/* Sorts what was read into a table. */
static int
make_table(struct reading *r, struct vendor_table **out)
{
	struct vendor_table *t = arena_alloc(r->mem, sizeof(*t));
	struct block *blocks = arena_new_array(r->mem, struct block, r->n);

	if (!t || !blocks)
		return err_nomem(r->e);
	qsort(r->entries, r->n, sizeof(*r->entries), cmp_entry);
	for (size_t i = 0; i < r->n; i++)
		if (i == 0 || cmp_block(&r->entries[i].block, &blocks[t->n - 1]) != 0)
			blocks[t->n++] = r->entries[i].block;
	t->blocks = blocks;
	t->names = r->names;
	*out = t;
	return 0;
}

int
vendor_read(const char *text, size_t n, struct arena *mem, struct vendor_table **out,
	struct err *e)
{
	size_t most = count(text, n, "(hex)");
	struct reading r = { .mem = mem, .e = e };

	if (most == 0)
		return err_set(e, ERR_ARG,
			"line 1: no line has the form \"AC-DE-48 (hex) Name\"");
	if (n > UINT32_MAX)
		return err_set(e, ERR_ARG, "is too large");
	r.entries = arena_new_array(mem, struct entry, most);
	/* A name is shorter than its line, which has a prefix. */
	r.names = arena_alloc(mem, n);
	if (!r.entries || !r.names)
		return err_nomem(e);
	for (const char *p = text, *end = text + n; p < end;) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));
		const char *stop = newline ? newline : end;
		if (read_line(&r, (struct span){ p, (size_t)(stop - p) }) == -1)
			return -1;
		p = newline ? newline + 1 : end;
	}
	return make_table(&r, out);
}
