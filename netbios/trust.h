/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * trust.h - what became of the accounts of a run: accounts are not to be locked by us
 *
 * One that nobody has accepted yet is tried in one place at a time; one that was refused is not
 * tried again in this run, wherever it was.  The parts of a run are processes, one after the
 * other: they share this memory, and what one of them was told the next one knows.
 */
#ifndef NETBIOS_TRUST_H
#define NETBIOS_TRUST_H

#include <stddef.h>

struct trust;

/* Of n accounts, for this process and those that it forks.  NULL: no memory. */
struct trust *trust_new(size_t n);
void trust_free(struct trust *);

enum trust_answer {
	TRUST_TRY,
	TRUST_WAIT,  /* it is on trial: how that ends is to be known first */
	TRUST_NEVER, /* it was refused */
};
enum trust_answer trust_ask(const struct trust *, size_t account);

enum trust_verdict {
	TRUST_UNKNOWN, /* neither: nobody answered, or not to that */
	TRUST_ACCEPTED,
	TRUST_REFUSED,
};
/* A trial begins, and how it ended.  What was refused once stays so. */
void trust_begin(struct trust *, size_t account);
void trust_end(struct trust *, size_t account, enum trust_verdict);

#endif
