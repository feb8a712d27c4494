/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ptr_reply.h - the name in a DNS reply to a PTR question, the addresses in one to A or AAAA
 *
 * Used by host/resolver.c alone; apart because it reads what others wrote.
 */
#ifndef HOST_PTR_REPLY_H
#define HOST_PTR_REPLY_H

#include "host/resolver.h"

#include <stddef.h>

/*
 * Follows CNAMEs from the question's name (RFC 2317) and calls found with each name that a
 * host may have: letters, digits, '-', '_' (which real networks use), labels of at most 63,
 * 253 in all (RFC 1123 §2.1).  PTR_MORE: of more than 256 the first were told.  PTR_NONE: no PTR record in a sound reply.  PTR_UNKNOWN:
 * malformed, or no name but such that no host may have.
 */
enum ptr_outcome ptr_reply_read(
	const uint8_t *, size_t, void (*found)(void *arg, const char *name), void *arg);

/*
 * The reply to an A or AAAA question: does the name, or what its CNAMEs lead to, have the
 * address?  PTR_CONFIRMED, PTR_REFUTED (a sound reply without it), PTR_UNCONFIRMED (malformed).
 */
enum ptr_outcome name_reply_read(const uint8_t *, size_t, const struct addr *);

#endif
