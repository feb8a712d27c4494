/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * WS-Discovery: a probe by unicast, which Windows and its printers answer, and then their
 * metadata where the answer says that the same host has them: name, domain or workgroup,
 * maker and model.
 */
#include "base/uuid.h"
#include "scanner/fetch.h"
#include "wire/url.h"
#include "wire/wsd.h"

#include <stdio.h>
#include <string.h>

enum { AGAIN_AFTER = 800000, TIMES_MAX = 2, PATIENCE = 2500000 };

struct wsd_talk {
	unsigned times;          /* that it was asked */
	char id[UUID_TEXT_MAX]; /* of the probe */
};

static enum talk_next
begin_wsd(struct talk *t)
{
	struct wsd_talk *s = talk_state(t);
	uint8_t probe[WSD_MESSAGE_MAX];
	struct wr w = wr_to(probe, sizeof(probe));

	/* Only that it is unique matters: no clock is needed.  Said again it is the same
	 * message (SOAP-over-UDP §4). */
	if (!s->id[0])
		(void)uuid_new(0, s->id);
	wsd_write_probe(&w, s->id);
	talk_say(t, probe, wr_used(&w));
	if (++s->times < TIMES_MAX)
		talk_wake(t, AGAIN_AFTER);
	return TALK_MORE;
}

static void
tell_types(struct talk *t, const struct wsd_message *m)
{
	for (size_t i = 0; i < m->n_types; i++)
		talk_add(t, "wsd.types", m->types[i], strlen(m->types[i]));
}

extern const struct ask ask_wsd_metadata;

/* The first of its addresses that is this host.  The argument of the other conversation:
 * path, blank, endpoint; a path has no blanks. */
static void
follow(struct talk *t, const struct wsd_message *m)
{
	const char *at = m->xaddrs;

	while (*at) {
		size_t n = strcspn(at, " \t\r\n");
		struct url url;
		if (url_read(rd_from(at, n), &url) &&
			addr_equal(&url.host, talk_peer(t))) {
			char arg[URL_PATH_SIZE + WSD_TEXT];
			(void)snprintf(
				arg, sizeof(arg), "%s %s", url.path, m->endpoint);
			talk_follow(t, &ask_wsd_metadata, url.port, arg);
			return;
		}
		at += n + (at[n] != '\0');
	}
}

static bool
relates(const struct wsd_message *m, const char *id)
{
	static const char scheme[] = "urn:uuid:";

	return strncmp(m->relates_to, scheme, sizeof(scheme) - 1) == 0 &&
		strcmp(m->relates_to + sizeof(scheme) - 1, id) == 0;
}

static enum talk_next
hear_wsd(struct talk *t)
{
	struct wsd_talk *s = talk_state(t);
	struct rd datagram = talk_unread(t);
	struct wsd_message m;
	struct err ignored;

	if (rd_left(&datagram) == 0) /* woken */
		return begin_wsd(t);
	talk_take(t, rd_left(&datagram));
	if (wsd_read(datagram, &m, &ignored) == -1)
		return talk_why(t, "WS-Discovery §5.3: broken answer");
	if (m.action != WSD_PROBE_MATCHES || !relates(&m, s->id))
		return TALK_MORE; /* it may say something else meanwhile */
	talk_str(t, "wsd.uuid", wsd_uuid(&m));
	tell_types(t, &m);
	follow(t, &m);
	return TALK_DONE;
}

static enum talk_next
begin_metadata(struct talk *t)
{
	const char *arg = talk_arg(t);
	size_t n = strcspn(arg, " ");
	char id[UUID_TEXT_MAX], path[URL_PATH_SIZE];
	uint8_t get[WSD_MESSAGE_MAX];
	struct wr w = wr_to(get, sizeof(get));

	if (n >= sizeof(path) || arg[n] != ' ')
		return talk_why(t, "it does not say where its metadata are");
	memcpy(path, arg, n);
	path[n] = '\0';
	wsd_write_get(&w, uuid_new(0, id), arg + n + 1);
	if (w.bad)
		return talk_why(t, "its endpoint is no address");
	return fetch_begin(t, path, "application/soap+xml", get, wr_used(&w));
}

static enum talk_next
hear_metadata(struct talk *t)
{
	struct wsd_message m;
	struct rd document;
	struct err ignored;
	enum talk_next next = fetch_hear(t, &document);

	if (next != TALK_DONE)
		return next;
	int rc = wsd_read(document, &m, &ignored);
	talk_str(t, "wsd.name", m.name);
	talk_str(t, "wsd.domain", m.domain);
	talk_str(t, "wsd.maker", m.maker);
	talk_str(t, "wsd.model", m.model);
	talk_str(t, "wsd.uuid", wsd_uuid(&m));
	tell_types(t, &m);
	return rc == -1 ? talk_why(t, "Devices Profile §4.2: broken metadata") : TALK_DONE;
}

const struct ask ask_wsd = {
	.name = "wsd",
	.help = "Name, domain or workgroup, maker and model, as Windows and printers tell "
		"them by WS-Discovery",
	.sends = "one WS-Discovery probe to UDP port 3702, twice when nothing comes; a POST "
		 "that asks for metadata where the answer says that the same host has them",
	.transport = ASK_UDP,
	.ports = { WSD_PORT },
	.state_size = sizeof(struct wsd_talk),
	.patience_us = PATIENCE,
	.begin = begin_wsd,
	.hear = hear_wsd,
};

/* Only where ask_wsd leads. */
const struct ask ask_wsd_metadata = {
	.name = "wsd-metadata",
	.help = "The metadata of a device that speaks WS-Discovery",
	.sends = "a POST that asks for metadata, to where its answer said",
	.transport = ASK_TCP,
	.state_size = sizeof(struct fetch),
	.begin = begin_metadata,
	.hear = hear_metadata,
};
