/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bytes.h - messages as they are built: grows, never overflows, ends the program when
 * memory does.  The lab's own, so that muster is not tested against itself.
 */
#ifndef PEOPLE_BYTES_H
#define PEOPLE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bytes {
	uint8_t *p;
	size_t n, room;
};

void bytes_free(struct bytes *);
void bytes_take(struct bytes *, size_t n); /* drops the first n */

void put(struct bytes *, const void *, size_t n);
void put_text(struct bytes *, const char *); /* without its NUL */
void put_zeros(struct bytes *, size_t n);
void put_8(struct bytes *, unsigned);
void put_be(struct bytes *, uint64_t value, unsigned size); /* size: 1 to 8 bytes */
void put_le(struct bytes *, uint64_t value, unsigned size);
void put_utf16(struct bytes *, const char *ascii); /* little endian, without a NUL */

/* Of what is there: big endian at p. */
uint64_t get_be(const uint8_t *p, unsigned size);
uint64_t get_le(const uint8_t *p, unsigned size);

/* BER (ITU-T X.690): size_t at = ber_open(b, tag); ... ber_close(b, at); */
size_t ber_open(struct bytes *, unsigned tag);
void ber_close(struct bytes *, size_t at);
void ber_octets(struct bytes *, unsigned tag, const void *, size_t n);
void ber_text(struct bytes *, unsigned tag, const char *);
void ber_number(struct bytes *, unsigned tag, uint32_t);

/* One element of n bytes at p: its tag and content; false: cut, or above 64 KiB. */
struct ber {
	unsigned tag;
	const uint8_t *p;
	size_t n, all; /* of the content; with tag and length */
};
bool ber_read(const uint8_t *p, size_t n, struct ber *);
/* The next element inside another: moves p and n. */
bool ber_next(const uint8_t **p, size_t *n, struct ber *);
uint32_t ber_value(const struct ber *); /* a number, of which 32 bits count */

#endif
