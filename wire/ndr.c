/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wire/ndr.h"

#include "wire/utf16.h"

enum { UNITS_MAX = 1 << 15 };

struct ndr
ndr_from(const void *bytes, size_t n)
{
	struct ndr r = { .rd = rd_from(bytes, n) };

	r.start = r.rd.p;
	return r;
}

uint32_t
ndr_u32(struct ndr *r)
{
	size_t at = r->rd.bad ? 0 : (size_t)(r->rd.p - r->start);

	rd_skip(&r->rd, (4 - at % 4) % 4);
	return rd_le32(&r->rd);
}

/* C706 14.3.3.4, 14.3.4.2: an array that has room for more than it holds, of units of some
 * bytes. */
static struct rd
take_array(struct ndr *r, size_t unit)
{
	uint32_t most = ndr_u32(r), from = ndr_u32(r), n = ndr_u32(r);

	r->rd.bad |= from != 0 || n > most || n > UNITS_MAX;
	return rd_sub(&r->rd, r->rd.bad ? 0 : n * unit);
}

struct rd
ndr_bytes(struct ndr *r)
{
	return take_array(r, 1);
}

void
ndr_text(struct ndr *r, char *out, size_t size)
{
	struct rd text = take_array(r, 2);

	out[0] = '\0';
	if (!r->rd.bad)
		(void)utf16_text(text, out, size);
}

void
ndr_text_of(struct ndr *r, uint32_t pointer, char *out, size_t size)
{
	out[0] = '\0';
	if (pointer)
		ndr_text(r, out, size);
}
