/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * spelling.h - one machine whose name is told in bytes and in Unicode
 *
 * NetBIOS and browse lists tell names in a code page that they do not name: BÜRO is "B%9aRO"
 * there (nbname_plain), and by SMB or WS-Discovery it is itself.
 *
 * Among the machines of one domain they are one when the bytes are that very name in a code page
 * (oem.h), small and capital letters apart, and neither could be another one: no other name of the
 * domain is what the bytes say in another code page, and no other bytes say that name.
 */
#ifndef NETBIOS_SPELLING_H
#define NETBIOS_SPELLING_H

#include <stddef.h>

/* Takes away, of names of one domain, each once, those in bytes that are another of them, and of
 * names that differ in the case of their letters all but the first.  Their order stays.  Returns
 * how many are left; all of them when there is no memory. */
size_t spelling_join(const char **names, size_t n);

#endif
