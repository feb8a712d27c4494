/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sanitized.h - SANITIZED: is this built with AddressSanitizer, which gcc and clang say in
 * different ways?  Then all is several times slower. */
#ifndef UNIT_SANITIZED_H
#define UNIT_SANITIZED_H

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

#endif
