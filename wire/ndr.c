/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wire/ndr.h"

#include "wire/utf16.h"

enum { TEXT_UNITS_MAX = 1 << 15 };

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

/* C706 14.3.4.2: a conformant and varying string. */
void
ndr_text(struct ndr *r, char *out, size_t size)
{
	uint32_t most = ndr_u32(r), from = ndr_u32(r), n = ndr_u32(r);

	out[0] = '\0';
	if (from != 0 || n > most || n > TEXT_UNITS_MAX) {
		r->rd.bad = true;
		return;
	}
	struct rd text = rd_sub(&r->rd, (size_t)n * 2);
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
