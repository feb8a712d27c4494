/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * conf_edit.h - changing a configuration file as a careful person would
 *
 * One place of the text is changed, by the marks of the YAML parser; comments, order, blank
 * lines and the way people like to indent stay as they are.  It knows sections that the user
 * names ("ranges: office: ..."), in block and in flow style.
 *
 * The text must be a configuration without mistakes (conf_read) of at most CONF_MAX bytes; the
 * caller reads what comes out once more, for then the settings are new.
 */
#ifndef BASE_CONF_EDIT_H
#define BASE_CONF_EDIT_H

#include "base/err.h"
#include "base/sb.h"

struct conf_edit {
	const char *text;
	size_t n;
	const char *section, *name; /* "ranges", "office" */
};

struct conf_setting {
	const char *key, *value; /* value: YAML, on one line: "[10.1.0.0/16]" */
};

/*
 * All append the new text to out.  ERR_ARG: the text is no such configuration, or is written
 * in a way that must be changed by hand.
 */

/* Behind the last of the section, which is made when it is not there. */
int conf_edit_add(const struct conf_edit *, const struct conf_setting *, size_t n,
	struct sb *out, struct err *);
/* With all that belongs to it.  ERR_NOTFOUND. */
int conf_edit_remove(const struct conf_edit *, struct sb *out, struct err *);
/* Changes one setting, or adds it as the first.  ERR_NOTFOUND: there is none of this name. */
int conf_edit_set(const struct conf_edit *, const struct conf_setting *, struct sb *out,
	struct err *);

#endif
