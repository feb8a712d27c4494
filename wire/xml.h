/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * xml.h - what the elements of a stranger's small XML document say
 *
 * Over expat, with limits: size, depth, text of one element.  A document that declares
 * entities is refused, for that is how a kilobyte becomes a gigabyte.  Prefixes of names
 * are cut off: appliances get their declarations wrong.
 */
#ifndef WIRE_XML_H
#define WIRE_XML_H

#include "base/buf.h"
#include "base/err.h"

enum {
	XML_SIZE_MAX = 64 << 10,
	XML_DEPTH_MAX = 16,
	XML_NAME_SIZE = 48,  /* longer names are of nothing that is sought */
	XML_TEXT_MAX = 2048, /* of one element; the rest is cut */
};

struct xml_path {
	char names[XML_DEPTH_MAX][XML_NAME_SIZE]; /* the last is the element itself */
	size_t depth;
};

/* The element is at its end; text: what stands in it since its last child, without blanks at
 * its ends; borrowed. */
typedef void xml_element(void *arg, const struct xml_path *, struct rd text);

/* ERR_PROTO: no XML, or above a limit; what came before that place has been told. */
int xml_read(struct rd document, xml_element *, void *arg, struct err *);

/* The element's name, and the one around it ("" at the top). */
const char *xml_name(const struct xml_path *);
const char *xml_parent(const struct xml_path *);
/* Is it in an element of this name, however deep? */
bool xml_is_within(const struct xml_path *, const char *name);

#endif
