/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bytes.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM_MAX = 4 << 20, BER_MAX = 64 << 10 };

void
bytes_free(struct bytes *b)
{
	free(b->p);
	*b = (struct bytes){ 0 };
}

void
bytes_take(struct bytes *b, size_t n)
{
	n = n < b->n ? n : b->n;
	b->n -= n;
	memmove(b->p, b->p + n, b->n);
}

static uint8_t *
more(struct bytes *b, size_t n)
{
	if (b->n + n > b->room) {
		b->room = 2 * (b->n + n) + 256;
		b->p = b->room > ROOM_MAX ? NULL : realloc(b->p, b->room);
		if (!b->p)
			errx(1, "a message of %zu bytes", b->n + n);
	}
	b->n += n;
	return b->p + b->n - n;
}

void
put(struct bytes *b, const void *p, size_t n)
{
	if (n)
		memcpy(more(b, n), p, n);
}

void
put_text(struct bytes *b, const char *text)
{
	put(b, text, strlen(text));
}

void
put_zeros(struct bytes *b, size_t n)
{
	if (n)
		memset(more(b, n), 0, n);
}

void
put_8(struct bytes *b, unsigned v)
{
	*more(b, 1) = (uint8_t)v;
}

void
put_be(struct bytes *b, uint64_t value, unsigned size)
{
	uint8_t *p = more(b, size);

	for (unsigned i = 0; i < size; i++)
		p[i] = (uint8_t)(value >> 8 * (size - 1 - i));
}

void
put_le(struct bytes *b, uint64_t value, unsigned size)
{
	uint8_t *p = more(b, size);

	for (unsigned i = 0; i < size; i++)
		p[i] = (uint8_t)(value >> 8 * i);
}

void
put_utf16(struct bytes *b, const char *ascii)
{
	for (; *ascii; ascii++)
		put_le(b, (uint8_t)*ascii, 2);
}

uint64_t
get_be(const uint8_t *p, unsigned size)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < size; i++)
		v = v << 8 | p[i];
	return v;
}

uint64_t
get_le(const uint8_t *p, unsigned size)
{
	uint64_t v = 0;

	for (unsigned i = size; i > 0; i--)
		v = v << 8 | p[i - 1];
	return v;
}

/* --- BER -------------------------------------------------------------------------- */

size_t
ber_open(struct bytes *b, unsigned tag)
{
	put_8(b, tag);
	return b->n;
}

/* The length is put between the tag and the content once that is known. */
void
ber_close(struct bytes *b, size_t at)
{
	size_t n = b->n - at;
	unsigned size = n < 0x80 ? 1 : n < 0x100 ? 2 : 3;

	(void)more(b, size);
	memmove(b->p + at + size, b->p + at, n);
	if (size > 1)
		b->p[at] = (uint8_t)(0x80 | (size - 1));
	for (unsigned i = size; i-- > (size > 1); n >>= 8)
		b->p[at + i] = (uint8_t)n;
}

void
ber_octets(struct bytes *b, unsigned tag, const void *p, size_t n)
{
	size_t at = ber_open(b, tag);

	put(b, p, n);
	ber_close(b, at);
}

void
ber_text(struct bytes *b, unsigned tag, const char *text)
{
	ber_octets(b, tag, text, strlen(text));
}

/* As few bytes as there can be, the highest bit clear: numbers here are never negative. */
void
ber_number(struct bytes *b, unsigned tag, uint32_t v)
{
	unsigned size = 1;

	while (size < 5 && (uint64_t)v >> (8 * size - 1))
		size++;
	put_8(b, tag);
	put_8(b, size);
	put_be(b, v, size);
}

bool
ber_read(const uint8_t *p, size_t n, struct ber *e)
{
	size_t head = 2, size;

	if (n < 2)
		return false;
	e->tag = p[0];
	size = p[1];
	if (size & 0x80) {
		unsigned m = size & 0x7f;

		if (m < 1 || m > 4 || n < 2 + m)
			return false;
		head += m;
		size = get_be(p + 2, m);
	}
	if (size > BER_MAX || n - head < size)
		return false;
	e->p = p + head;
	e->n = size;
	e->all = head + size;
	return true;
}

bool
ber_next(const uint8_t **p, size_t *n, struct ber *e)
{
	if (!ber_read(*p, *n, e))
		return false;
	*p += e->all;
	*n -= e->all;
	return true;
}

uint32_t
ber_value(const struct ber *e)
{
	uint32_t v = 0;

	for (size_t i = 0; i < e->n; i++)
		v = v << 8 | e->p[i];
	return v;
}
