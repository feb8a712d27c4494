/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * library.h - a library that is loaded when somebody wants it: most runs want none of Samba's
 * hundred parts, and a machine without the package does all else
 */
#ifndef NETBIOS_LIBRARY_H
#define NETBIOS_LIBRARY_H

#include "base/err.h"

#include <stddef.h>

/* Where in a struct the pointer to a function belongs. */
struct library_symbol {
	const char *name;
	size_t at;
};

/* Fills `into`.  ERR_NOTFOUND: it is not there, and what for and in which package it would be. */
int library_load(const char *file, const char *wanted, const struct library_symbol *,
	size_t n, void *into, struct err *);

#endif
