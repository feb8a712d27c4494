/* SPDX-License-Identifier: GPL-3.0-or-later */
/* section_names.h - what the sections of a proposed configuration may be called */
#ifndef SCHEDULE_SECTION_NAMES_H
#define SCHEDULE_SECTION_NAMES_H

#include "base/arena.h"

enum {
	SECTION_NAME_MAX = 40, /* base/opt.c */
	SECTION_STEM = 32,     /* what is left of it with a number behind */
};

struct section_names {
	const char **items; /* room for all that there will be */
	size_t n;
	const char *nameless; /* "net": where a text has nothing that a name may have */
};

/* A name from this text that no other section has; in arena.  NULL: no memory. */
const char *section_name(struct section_names *, const char *text, struct arena *);

#endif
