/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tags and lengths of X.690.  Lengths that are longer than they need be are taken: they are
 * BER but not DER (§10.1), and harmless.
 */
#include "wire/der.h"

enum {
	/* §8.1.3 */
	LENGTH_LONG = 0x80,
	LENGTH_BYTES_MAX = 4,
	SIZE_LIMIT = 16 << 20, /* far more than any message here */
	/* §8.1.2.4: what all five bits mean */
	TAG_OF_MORE_BYTES = 0x1f,
};

/* SIZE_LIMIT + 1: a length that is none.  Short bytes make the cursor bad. */
static size_t
read_length(struct rd *r)
{
	size_t first = rd_u8(r), n = 0;

	if (first < LENGTH_LONG)
		return first;
	first &= ~(size_t)LENGTH_LONG;
	if (first == 0 || first > LENGTH_BYTES_MAX)
		return SIZE_LIMIT + 1;
	while (first-- > 0)
		n = n << 8 | rd_u8(r);
	return n > SIZE_LIMIT ? SIZE_LIMIT + 1 : n;
}

uint8_t
der_read(struct rd *r, struct rd *inside)
{
	uint8_t tag = rd_u8(r);
	size_t n = read_length(r);

	if ((tag & TAG_OF_MORE_BYTES) == TAG_OF_MORE_BYTES)
		r->bad = true;
	*inside = rd_sub(r, n); /* past the end when n is none */
	return r->bad ? 0 : tag;
}

struct rd
der_enter(struct rd *r, uint8_t tag)
{
	struct rd inside;

	if (der_read(r, &inside) != tag)
		r->bad = inside.bad = true;
	return inside;
}

bool
der_find(struct rd *r, uint8_t tag, struct rd *inside)
{
	while (rd_left(r) > 0)
		if (der_read(r, inside) == tag)
			return true;
	return false;
}

enum frame
der_frame(struct rd stream, size_t limit, struct rd *message, size_t *size)
{
	struct rd r = stream;
	uint8_t tag = rd_u8(&r);
	size_t n = read_length(&r);

	if (r.bad)
		return FRAME_MORE;
	*size = rd_left(&stream) - rd_left(&r) + n;
	if ((tag & TAG_OF_MORE_BYTES) == TAG_OF_MORE_BYTES || *size > limit)
		return FRAME_BROKEN;
	if (n > rd_left(&r))
		return FRAME_MORE;
	*message = rd_sub(&stream, *size);
	return FRAME_WHOLE;
}

void
der_wrap(struct wr *w, size_t from, uint8_t tag)
{
	size_t n = wr_used(w) - from;
	size_t length_bytes = n < LENGTH_LONG ? 0 : n <= UINT8_MAX ? 1 : 2;
	size_t head = 2 + length_bytes;

	if (n > UINT16_MAX)
		w->bad = true;
	wr_zero(w, head); /* is there room? */
	if (w->bad)
		return;
	memmove(w->start + from + head, w->start + from, n);
	struct wr h = wr_to(w->start + from, head);
	wr_u8(&h, tag);
	if (length_bytes)
		wr_u8(&h, (uint8_t)(LENGTH_LONG | length_bytes));
	if (length_bytes == 2)
		wr_be16(&h, (uint16_t)n);
	else
		wr_u8(&h, (uint8_t)n);
}
