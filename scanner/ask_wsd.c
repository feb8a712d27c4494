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
	unsigned times; /* that it was probed */
	bool resolving; /* the probe was answered */
	char ids[TIMES_MAX][UUID_TEXT_MAX];
	char endpoint[WSD_TEXT];
};

/* First to devices as Windows knows them, then to whoever else may be there. */
static enum talk_next
begin_wsd(struct talk *t)
{
	struct wsd_talk *s = talk_state(t);
	uint8_t probe[WSD_MESSAGE_MAX];
	struct wr w = wr_to(probe, sizeof(probe));

	if (s->times == TIMES_MAX) /* an empty datagram woke us */
		return TALK_MORE;
	/* Only that it is unique matters: no clock is needed. */
	char *id = s->ids[s->times++];
	wsd_write_probe(&w, uuid_new(0, id), s->times == 1);
	talk_say(t, probe, wr_used(&w));
	if (s->times < TIMES_MAX)
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
	const struct wsd_talk *s = talk_state(t);
	const char *at = m->xaddrs;

	while (*at) {
		size_t n = strcspn(at, " \t\r\n");
		struct url url;
		if (url_read(rd_from(at, n), &url) &&
			addr_equal(&url.host, talk_peer(t))) {
			char arg[URL_PATH_SIZE + WSD_TEXT];
			(void)snprintf(arg, sizeof(arg), "%s %s", url.path, s->endpoint);
			talk_follow(t, &ask_wsd_metadata, url.port, arg);
			return;
		}
		at += n + (at[n] != '\0');
	}
}

static bool
relates(const struct wsd_message *m, const struct wsd_talk *s)
{
	static const char scheme[] = "urn:uuid:";
	const size_t n = sizeof(scheme) - 1;

	for (unsigned i = 0; i < s->times; i++)
		if (strncmp(m->relates_to, scheme, n) == 0 &&
			strcmp(m->relates_to + n, s->ids[i]) == 0)
			return true;
	return false;
}

/* A match need not say where its metadata are (WS-Discovery §5.3). */
static enum talk_next
resolve(struct talk *t)
{
	struct wsd_talk *s = talk_state(t);
	uint8_t message[WSD_MESSAGE_MAX];
	struct wr w = wr_to(message, sizeof(message));

	s->resolving = true;
	s->times = 1;
	wsd_write_resolve(&w, uuid_new(0, s->ids[0]), s->endpoint);
	if (w.bad || !s->endpoint[0])
		return TALK_DONE; /* it has told what it is */
	talk_say(t, message, wr_used(&w));
	talk_wake(t, 0);
	return TALK_MORE;
}

static enum talk_next
hear_wsd(struct talk *t)
{
	struct wsd_talk *s = talk_state(t);
	struct rd datagram = talk_unread(t);
	struct wsd_message m;
	struct err ignored;

	if (rd_left(&datagram) == 0) /* woken */
		return s->resolving ? TALK_MORE : begin_wsd(t);
	talk_take(t, rd_left(&datagram));
	if (wsd_read(datagram, &m, &ignored) == -1)
		return talk_why(t, "WS-Discovery §5.3: broken answer");
	enum wsd_action wanted = s->resolving ? WSD_RESOLVE_MATCHES : WSD_PROBE_MATCHES;
	if (m.action != wanted || !relates(&m, s))
		return TALK_MORE; /* it may say something else meanwhile */
	talk_str(t, "wsd.uuid", wsd_uuid(&m));
	tell_types(t, &m);
	if (!s->resolving)
		memcpy(s->endpoint, m.endpoint, sizeof(s->endpoint));
	if (!m.xaddrs[0] && !s->resolving)
		return resolve(t);
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
	return rc == -1 ? talk_why(t, "Devices Profile §4.2: broken metadata")
			: TALK_DONE;
}

const struct ask ask_wsd = {
	.name = "wsd",
	.help = "Name, domain or workgroup, maker and model, as Windows and printers tell "
		"them by WS-Discovery",
	.sends = "one WS-Discovery probe to UDP port 3702, when nothing comes another of "
		 "another kind; a question where its metadata are, and a POST that asks for "
		 "them where the answer says that the same host has them",
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
