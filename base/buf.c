/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Read and write cursors; with buf.h the one place of pointer arithmetic on packet bytes. */
#include "base/buf.h"

#include <string.h>

struct rd
rd_from(const void *p, size_t n)
{
	/* A real address even for no bytes: NULL + 0 is undefined. */
	const uint8_t *start = p ? p : (const uint8_t *)"";

	return (struct rd){ .p = start, .end = start + (p ? n : 0) };
}

static uint64_t
read_le(struct rd *r, size_t n)
{
	const uint8_t *p = rd_take(r, n);
	uint64_t v = 0;

	for (size_t i = n; p && i-- > 0;)
		v = v << 8 | p[i];
	return v;
}

uint16_t
rd_le16(struct rd *r)
{
	return (uint16_t)read_le(r, 2);
}

uint32_t
rd_le32(struct rd *r)
{
	return (uint32_t)read_le(r, 4);
}

uint64_t
rd_le64(struct rd *r)
{
	return read_le(r, 8);
}

void
rd_copy(struct rd *r, void *out, size_t n)
{
	const uint8_t *p = rd_take(r, n);

	if (n == 0)
		return;
	if (p)
		memcpy(out, p, n);
	else
		memset(out, 0, n);
}

struct rd
rd_sub(struct rd *r, size_t n)
{
	const uint8_t *p = rd_take(r, n);
	struct rd sub = rd_from(p, p ? n : 0);

	sub.bad = !p;
	return sub;
}

struct wr
wr_to(void *p, size_t n)
{
	static uint8_t nothing[1]; /* never written: NULL + 0 is undefined */
	uint8_t *start = p ? p : nothing;

	return (struct wr){ .start = start, .p = start, .end = start + (p ? n : 0) };
}

void
wr_zero(struct wr *w, size_t n)
{
	if (w->bad || n > (size_t)(w->end - w->p)) {
		w->bad = true;
		return;
	}
	if (n)
		memset(w->p, 0, n);
	w->p += n;
}

static void
write_le(struct wr *w, uint64_t v, size_t n)
{
	uint8_t b[8];

	for (size_t i = 0; i < n; i++, v >>= 8)
		b[i] = (uint8_t)v;
	wr_bytes(w, b, n);
}

void
wr_le16(struct wr *w, uint16_t v)
{
	write_le(w, v, 2);
}

void
wr_le32(struct wr *w, uint32_t v)
{
	write_le(w, v, 4);
}

void
wr_le64(struct wr *w, uint64_t v)
{
	write_le(w, v, 8);
}

void
wr_patch_be16(struct wr *w, size_t at, uint16_t v)
{
	if (w->bad || at + 2 > wr_used(w) || at + 2 < at) {
		w->bad = true;
		return;
	}
	w->start[at] = (uint8_t)(v >> 8);
	w->start[at + 1] = (uint8_t)v;
}
