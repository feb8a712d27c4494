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

struct rd {
	const uint8_t *p, *end; /* borrowed */
	bool bad;
};

struct rd rd_from(const void *, size_t);
size_t rd_left(const struct rd *); /* bytes not read yet; 0 once bad */
uint8_t rd_u8(struct rd *);
uint16_t rd_be16(struct rd *);
uint16_t rd_le16(struct rd *);
uint32_t rd_be32(struct rd *);
uint32_t rd_le32(struct rd *);
uint64_t rd_be64(struct rd *);
uint64_t rd_le64(struct rd *);
void rd_skip(struct rd *, size_t n);
const uint8_t *rd_take(struct rd *, size_t n);  /* n bytes in place; NULL when short */
void rd_copy(struct rd *, void *out, size_t n); /* zeroes out when short */
struct rd rd_sub(struct rd *, size_t n);        /* the next n bytes as a cursor */

struct wr {
	uint8_t *start, *p, *end; /* caller's storage */
	bool bad;
};

struct wr wr_to(void *, size_t);
size_t wr_used(const struct wr *);
void wr_u8(struct wr *, uint8_t);
void wr_be16(struct wr *, uint16_t);
void wr_le16(struct wr *, uint16_t);
void wr_be32(struct wr *, uint32_t);
void wr_le32(struct wr *, uint32_t);
void wr_be64(struct wr *, uint64_t);
void wr_le64(struct wr *, uint64_t);
void wr_bytes(struct wr *, const void *, size_t n);
void wr_zero(struct wr *, size_t n);
/* Overwrite two bytes written earlier (a checksum, a length). */
void wr_patch_be16(struct wr *, size_t at, uint16_t);

#endif
