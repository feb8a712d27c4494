/* SPDX-License-Identifier: GPL-3.0-or-later */
/* upnp.h - the description that a UPnP device gives of itself (UPnP Device Architecture 2.0
 * §2.3) */
#ifndef WIRE_UPNP_H
#define WIRE_UPNP_H

#include "wire/xml.h"

enum { UPNP_TEXT = 256, UPNP_TYPES_MAX = 32 };

struct upnp_description {
	/* Of the root device; UTF-8; "": not told. */
	char name[UPNP_TEXT]; /* friendlyName */
	char maker[UPNP_TEXT], model[UPNP_TEXT], serial[UPNP_TEXT];
	char uuid[UPNP_TEXT]; /* of its UDN, without "uuid:" */
	/* Of all its devices and services, as they come. */
	char types[UPNP_TYPES_MAX][UPNP_TEXT];
	size_t n_types;
};

/* ERR_PROTO: broken, or above a limit; what came before that place is kept. */
int upnp_read(struct rd document, struct upnp_description *, struct err *);

#endif
