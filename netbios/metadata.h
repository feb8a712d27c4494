/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * metadata.h - what those that answered WS-Discovery tell of themselves: name, domain or
 * workgroup, maker and model, by a document over HTTP
 */
#ifndef NETBIOS_METADATA_H
#define NETBIOS_METADATA_H

#include "netbios/caller.h"
#include "netbios/finding.h"
#include "wire/http.h"

/* The conversation with one of them; pure, as in caller.h. */
struct metadata {
	struct http_answer http;
	uint8_t *body; /* in arena; NULL: nothing came */
	size_t n, room;
	struct arena *mem;
	const struct device_found *device;
};

/* Fills the call's peer, port, hear, state and first bytes.  false: its address is too long. */
bool metadata_begin(struct tcp_call *, struct metadata *, const struct device_found *,
	struct arena *mem);
/* What came, once the call is over: 0, or ERR_PROTO. */
int metadata_read(const struct metadata *, struct wsd_message *, struct err *);

/* All those that said where their metadata are. */
int metadata_ask(struct finding *, struct err *);

#endif
