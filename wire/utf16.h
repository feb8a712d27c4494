/* SPDX-License-Identifier: GPL-3.0-or-later */
/* utf16.h - the text of Windows protocols: UTF-16, little end first (Unicode §3.9, §3.10) */
#ifndef WIRE_UTF16_H
#define WIRE_UTF16_H

#include "base/buf.h"

/*
 * As UTF-8, up to a NUL or the end.  What is half of a pair alone becomes U+FFFD, half a
 * unit at the end is dropped; what does not fit is cut between characters.  out always
 * gets its NUL; size is at least 1.  Returns the bytes written, without the NUL.
 */
size_t utf16_text(struct rd text, char *out, size_t size);

#endif
