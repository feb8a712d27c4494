/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ndr.h - the data representation of remote procedure calls (C706 chapter 14, [MS-RPCE] 2.2.5)
 *
 * What a call's answer is made of, little end first: numbers aligned to their size, pointers
 * as numbers (0: none) whose targets come behind the structure, texts with three counts.
 */
#ifndef WIRE_NDR_H
#define WIRE_NDR_H

#include "base/buf.h"

struct ndr {
	struct rd rd;
	const uint8_t *start; /* alignment counts from here */
};

struct ndr ndr_from(const void *, size_t);
uint32_t ndr_u32(struct ndr *);

/* Bytes that a pointer led to; none and rd.bad when their counts cannot be. */
struct rd ndr_bytes(struct ndr *);

/* A text that a pointer led to, as UTF-8, cut between characters when it does not fit; "" and
 * rd.bad when its counts cannot be. */
void ndr_text(struct ndr *, char *out, size_t size);
/* The same; no pointer, no text. */
void ndr_text_of(struct ndr *, uint32_t pointer, char *out, size_t size);

#endif
