/* SPDX-License-Identifier: GPL-3.0-or-later */
/* url.h - where a stranger says that more about it is: "http://192.0.2.7:5357/device.xml" */
#ifndef WIRE_URL_H
#define WIRE_URL_H

#include "base/addr.h"
#include "base/buf.h"

enum { URL_PATH_SIZE = 256 };

struct url {
	struct addr host;
	uint16_t port;
	char path[URL_PATH_SIZE]; /* and query; "/" at least; printable ASCII without blanks */
};

/* false: no http URL whose host is an address (a name could lead anywhere), or longer. */
bool url_read(struct rd text, struct url *);

#endif
