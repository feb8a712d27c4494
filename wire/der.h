/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * der.h - the tags and lengths of X.690, as far as SPNEGO and CredSSP need them
 *
 * Tags of one byte, definite lengths.  What is inside an element is a cursor of its own,
 * which cannot leave it:
 *
 *	struct rd list = der_enter(&message, DER_SEQUENCE), token;
 *	if (der_find(&list, DER_CONTEXT(2), &token)) ...
 */
#ifndef WIRE_DER_H
#define WIRE_DER_H

#include "base/buf.h"
#include "wire/frame.h"

/* X.690 §8.1.2.2, X.680 §8.4 */
enum {
	DER_INTEGER = 0x02,
	DER_OCTETS = 0x04,
	DER_OID = 0x06,
	DER_SEQUENCE = 0x30,
};
#define DER_APPLICATION(n) (0x60 | (n)) /* constructed */
#define DER_CONTEXT(n)     (0xa0 | (n)) /* constructed, as all explicit tags are */

/* The element that comes next: its tag, and what is in it.  0 and bad when there is none. */
uint8_t der_read(struct rd *, struct rd *inside);
/* What is in the element that comes next, which must have this tag: else both are bad. */
struct rd der_enter(struct rd *, uint8_t tag);
/* Past all that comes before the first element with this tag. */
bool der_find(struct rd *, uint8_t tag, struct rd *inside);

/* One element of a stream, its head included: *message is what der_read() takes.  One of
 * more than `limit` bytes is broken. */
enum frame der_frame(struct rd stream, size_t limit, struct rd *message, size_t *size);

/* What was written since `from` (a wr_used() of before) becomes what is in an element. */
void der_wrap(struct wr *, size_t from, uint8_t tag);

#endif
