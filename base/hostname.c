/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One rule for the names that people type and those that the network says. */
#include "base/hostname.h"

#include <stddef.h>
#include <string.h>

enum { LABEL_MAX = 63, NAME_MAX_LENGTH = 253 }; /* RFC 1035 §2.3.4, in text */

bool
hostname_is_valid(const char *s)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-_";

	if (*s == '\0' || strlen(s) > NAME_MAX_LENGTH)
		return false;
	while (*s) {
		size_t n = strspn(s, letters);
		if (n == 0 || n > LABEL_MAX || s[0] == '-' || s[n - 1] == '-')
			return false;
		s += n;
		if (*s && *s++ != '.')
			return false;
	}
	return true;
}
