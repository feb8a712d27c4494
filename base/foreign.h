/* SPDX-License-Identifier: GPL-3.0-or-later */
/* foreign.h - what a stranger sent as text becomes text that can be kept */
#ifndef BASE_FOREIGN_H
#define BASE_FOREIGN_H

#include "base/buf.h"

enum {
	FOREIGN_TEXT_MAX = 256
}; /* with the NUL: RFC 3418 §2: sysDescr has at most 255 */

/*
 * UTF-8 in any case (what is none becomes U+FFFD), control characters as blanks, no blanks
 * at the ends, cut at a whole character.  Returns the length; 0: nothing is left.
 */
size_t foreign_text(char out[static FOREIGN_TEXT_MAX], struct rd text);

#endif
