/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * wsd.h - WS-Discovery (2005/04, as Windows and its printers speak it) and the metadata that
 * a device gives of itself (Devices Profile for Web Services §4; [MS-PBSD] for computers)
 *
 *	Probe ─▶ UDP 3702 ─▶ ProbeMatches: endpoint, types, often where its metadata are
 *	Resolve ─▶ UDP 3702 ─▶ ResolveMatches: where they are
 *	Get ─▶ HTTP POST to there ─▶ GetResponse: name, maker, model, domain
 */
#ifndef WIRE_WSD_H
#define WIRE_WSD_H

#include "wire/xml.h"

enum {
	WSD_PORT = 3702,
	WSD_HTTP_PORT = 5357, /* of metadata, on Windows */
	WSD_TEXT = 256,
	WSD_TYPES_MAX = 16,
	WSD_MESSAGE_MAX = 1024, /* bytes of one that is written here */
};

enum wsd_action {
	WSD_OTHER,
	WSD_HELLO,
	WSD_BYE,
	WSD_PROBE,
	WSD_PROBE_MATCHES,
	WSD_RESOLVE_MATCHES,
	WSD_GET_RESPONSE,
};

struct wsd_message {
	enum wsd_action action;
	/* UTF-8; "": not told. */
	char endpoint[WSD_TEXT]; /* "urn:uuid:..." */
	char relates_to[WSD_TEXT];
	char xaddrs[WSD_TEXT];               /* URLs with blanks between */
	char types[WSD_TYPES_MAX][WSD_TEXT]; /* without prefixes: "Device", "Computer" */
	size_t n_types;
	char name[WSD_TEXT];   /* FriendlyName, or the computer's */
	char domain[WSD_TEXT]; /* or workgroup */
	bool in_domain;        /* a domain, no workgroup */
	char maker[WSD_TEXT], model[WSD_TEXT];
};

/* ERR_PROTO: broken, or above a limit; what came before that place is kept. */
int wsd_read(struct rd document, struct wsd_message *, struct err *);

/* The UUID of an endpoint, without "urn:uuid:"; "" when it is none. */
const char *wsd_uuid(const struct wsd_message *);
const char *wsd_uuid_of(const char *endpoint);

/*
 * id: a UUID of the caller's; the answer relates to it.  devices: who keeps the Devices Profile
 * shall answer (Windows, printers; some answer no question without types); else everybody
 * (cameras of ONVIF have other types).
 */
void wsd_write_probe(struct wr *, const char *id, bool devices);
/* Where the metadata of this endpoint are, when a ProbeMatch did not say. */
void wsd_write_resolve(struct wr *, const char *id, const char *endpoint);
/* to: the endpoint that a ProbeMatch told. */
void wsd_write_get(struct wr *, const char *id, const char *to);

#endif
