/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ptr_reply.h - the name in a DNS reply to a PTR question
 *
 * Used by host/resolver.c alone; apart because it reads what others wrote.
 */
#ifndef HOST_PTR_REPLY_H
#define HOST_PTR_REPLY_H

#include "host/resolver.h"

#include <stddef.h>

enum { PTR_NAME_MAX = 254 }; /* RFC 1035 §2.3.4: 253 as text, and the NUL */

/*
 * Follows CNAMEs from the question's name (RFC 2317).  Of several names the first in byte
 * order, for servers turn them round.  PTR_NONE: no PTR record in a sound reply.
 * PTR_UNKNOWN: malformed, or nothing but names that no host may have (RFC 1123 §2.1, and
 * '_', which real networks use).
 */
enum ptr_outcome ptr_reply_read(const uint8_t *, size_t, char name[static PTR_NAME_MAX]);

#endif
