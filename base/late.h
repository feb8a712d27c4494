/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * late.h - libraries that are loaded when they are needed
 *
 * A command needs few of the libraries that the program can use, and what each brings along has
 * to be mapped and relocated at every start: 10 of 14 ms.  Those that only some commands use
 * are therefore not linked.  Whoever uses one lists its functions, includes its header for
 * their types, and loads them before the first call:
 *
 *	#define FUNCTIONS(X) X(pcap_create) X(pcap_close)
 *	static struct { FUNCTIONS(LATE_POINTER) } lib;
 *	static const struct late_symbol symbols[] = { FUNCTIONS(LATE_SYMBOL) };
 *	static struct late library = LATE("libpcap.so.0.8", "libpcap0.8", symbols);
 *	...
 *	if (late_load(&library, e) == -1)
 *		return -1;
 *	p = lib.pcap_create(name, text);
 *
 * A library once loaded stays.  Load before the sandbox is entered, which opens no files.
 */
#ifndef BASE_LATE_H
#define BASE_LATE_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

struct late_symbol {
	const char *name;
	void *at; /* of the pointer to the function */
};

struct late {
	const char *file;    /* with the number of its interface */
	const char *package; /* of Debian */
	const struct late_symbol *symbols;
	size_t n;
	/* Its parts have names in common with other libraries here, and each is to find its own
	 * first: Samba brings a Kerberos. */
	bool own_first;
	bool loaded;
};

#define LATE_POINTER(name) __typeof__(&name) name;
#define LATE_SYMBOL(name)  { #name, &lib.name },
#define LATE(file, package, symbols) \
	{ \
		file, package, symbols, sizeof(symbols) / sizeof((symbols)[0]), false, \
			false \
	}
#define LATE_OWN_FIRST(file, package, symbols) \
	{ \
		file, package, symbols, sizeof(symbols) / sizeof((symbols)[0]), true, \
			false \
	}

/* ERR_NOTFOUND: it is not installed, or is another. */
int late_load(struct late *, struct err *);

#endif
