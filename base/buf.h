/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * buf.h - the only way to read and write bytes of the network
 *
 * A read past the end returns 0, sets `bad`, and every later read returns 0 too: check
 * `bad` once, at the end.  A write past the end sets `bad` and changes nothing.  Loops
 * over nested items take a sub-cursor, which cannot leave its own bytes.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct rd {
	const uint8_t *p, *end; /* borrowed */
	bool bad;
};

struct rd rd_from(const void *, size_t);
static inline size_t rd_left(const struct rd *); /* bytes not read yet; 0 once bad */
static inline uint8_t rd_u8(struct rd *);
static inline uint16_t rd_be16(struct rd *);
uint16_t rd_le16(struct rd *);
static inline uint32_t rd_be32(struct rd *);
uint32_t rd_le32(struct rd *);
static inline uint64_t rd_be64(struct rd *);
uint64_t rd_le64(struct rd *);
static inline void rd_skip(struct rd *, size_t n);
static inline const uint8_t *rd_take(
	struct rd *, size_t n);                 /* n bytes in place; NULL when short */
void rd_copy(struct rd *, void *out, size_t n); /* zeroes out when short */
struct rd rd_sub(struct rd *, size_t n);        /* the next n bytes as a cursor */

struct wr {
	uint8_t *start, *p, *end; /* caller's storage */
	bool bad;
};

struct wr wr_to(void *, size_t);
static inline size_t wr_used(const struct wr *);
static inline void wr_u8(struct wr *, uint8_t);
static inline void wr_be16(struct wr *, uint16_t);
void wr_le16(struct wr *, uint16_t);
static inline void wr_be32(struct wr *, uint32_t);
void wr_le32(struct wr *, uint32_t);
static inline void wr_be64(struct wr *, uint64_t);
void wr_le64(struct wr *, uint64_t);
static inline void wr_bytes(struct wr *, const void *, size_t n);
void wr_zero(struct wr *, size_t n);
/* Overwrite two bytes written earlier (a checksum, a length). */
void wr_patch_be16(struct wr *, size_t at, uint16_t);

/* --- in line, because every frame goes through them -------------------------------------- */

static inline size_t
rd_left(const struct rd *r)
{
	return r->bad ? 0 : (size_t)(r->end - r->p);
}

static inline const uint8_t *
rd_take(struct rd *r, size_t n)
{
	if (r->bad || n > (size_t)(r->end - r->p)) {
		r->bad = true;
		return NULL;
	}
	const uint8_t *at = r->p;
	r->p += n;
	return at;
}

static inline uint8_t
rd_u8(struct rd *r)
{
	const uint8_t *p = rd_take(r, 1);

	return p ? *p : 0;
}

static inline uint16_t
rd_be16(struct rd *r)
{
	const uint8_t *p = rd_take(r, 2);

	return p ? (uint16_t)(p[0] << 8 | p[1]) : 0;
}

static inline uint32_t
rd_be32(struct rd *r)
{
	const uint8_t *p = rd_take(r, 4);

	return p ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 |
			p[3]
		 : 0;
}

static inline uint64_t
rd_be64(struct rd *r)
{
	const uint8_t *p = rd_take(r, 8);
	uint64_t v = 0;

	for (size_t i = 0; p && i < 8; i++)
		v = v << 8 | p[i];
	return v;
}

static inline void
rd_skip(struct rd *r, size_t n)
{
	(void)rd_take(r, n); /* only `bad` matters */
}

static inline size_t
wr_used(const struct wr *w)
{
	return (size_t)(w->p - w->start);
}

static inline void
wr_bytes(struct wr *w, const void *p, size_t n)
{
	if (w->bad || n > (size_t)(w->end - w->p)) {
		w->bad = true;
		return;
	}
	if (n)
		memcpy(w->p, p, n);
	w->p += n;
}

static inline void
wr_u8(struct wr *w, uint8_t v)
{
	wr_bytes(w, &v, 1);
}

static inline void
wr_be16(struct wr *w, uint16_t v)
{
	const uint8_t b[] = { (uint8_t)(v >> 8), (uint8_t)v };

	wr_bytes(w, b, sizeof(b));
}

static inline void
wr_be32(struct wr *w, uint32_t v)
{
	const uint8_t b[] = { (uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8),
		(uint8_t)v };

	wr_bytes(w, b, sizeof(b));
}

static inline void
wr_be64(struct wr *w, uint64_t v)
{
	wr_be32(w, (uint32_t)(v >> 32));
	wr_be32(w, (uint32_t)v);
}

#endif
