/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hostname.h - what may be called a host name */
#ifndef BASE_HOSTNAME_H
#define BASE_HOSTNAME_H

#include <stdbool.h>

/* RFC 1123 §2.1, and '_', which real networks have: labels of 1..63 letters, digits and
 * inner '-', 253 characters in all; a dot at the end is fine. */
bool hostname_is_valid(const char *);

#endif
