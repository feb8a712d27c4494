/* SPDX-License-Identifier: GPL-3.0-or-later */
/* at_once.h - the same for many domains, some of them at a time */
#ifndef LDAP_AT_ONCE_H
#define LDAP_AT_ONCE_H

#include <stddef.h>

enum { AT_ONCE_MAX = 64 };

/* Calls it for each number from first to below end, in their order, `most` of them at a time:
 * each in a thread, unless that is one, or there can be none.  Signals are for the thread that
 * asks. */
void at_once(size_t first, size_t end, size_t most, void (*work)(void *arg, size_t i),
	void *arg);

#endif
