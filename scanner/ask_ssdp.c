/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * UPnP: one search by unicast, and the description that the answer leads to when it is on the
 * same host.  Where it leads elsewhere nobody goes.
 */
#include "scanner/fetch.h"
#include "wire/ssdp.h"
#include "wire/upnp.h"
#include "wire/url.h"

#include <string.h>

enum { AGAIN_AFTER = 800000, TIMES_MAX = 2, PATIENCE = 2500000 };

struct ssdp_talk {
	unsigned times; /* that it was asked */
};

/* Whoever sends nothing at all is no reason to ask for ever. */
static enum talk_next
begin_ssdp(struct talk *t)
{
	struct ssdp_talk *s = talk_state(t);
	uint8_t search[SSDP_SEARCH_MAX];
	struct wr w = wr_to(search, sizeof(search));

	if (s->times == TIMES_MAX)
		return TALK_MORE;
	ssdp_write_search(&w, talk_peer(t));
	talk_say(t, search, wr_used(&w));
	if (++s->times < TIMES_MAX)
		talk_wake(t, AGAIN_AFTER);
	return TALK_MORE;
}

static void
tell_text(struct talk *t, const char *key, struct rd text)
{
	size_t n = rd_left(&text);

	if (n)
		talk_text(t, key, rd_take(&text, n), n);
}

extern const struct ask ask_upnp;

static enum talk_next
hear_ssdp(struct talk *t)
{
	struct rd datagram = talk_unread(t);
	struct ssdp s;
	struct err ignored;
	struct url url;

	if (rd_left(&datagram) == 0) /* woken, or an empty datagram */
		return begin_ssdp(t);
	talk_take(t, rd_left(&datagram));
	if (ssdp_read(datagram, &s, &ignored) == -1 || s.kind != SSDP_ANSWER)
		return talk_why(
			t, "UPnP Device Architecture §1.3.3: no answer to a search");
	tell_text(t, "ssdp.location", s.location);
	tell_text(t, "ssdp.server", s.server);
	tell_text(t, "ssdp.uuid", ssdp_uuid(s.usn));
	if (url_read(s.location, &url) && addr_equal(&url.host, talk_peer(t)))
		talk_follow(t, &ask_upnp, url.port, url.path);
	return TALK_DONE;
}

static enum talk_next
begin_upnp(struct talk *t)
{
	return fetch_begin(t, talk_arg(t), NULL, NULL, 0);
}

static enum talk_next
hear_upnp(struct talk *t)
{
	struct upnp_description d;
	struct rd document;
	struct err ignored;
	enum talk_next next = fetch_hear(t, &document);

	if (next != TALK_DONE)
		return next;
	int rc = upnp_read(document, &d, &ignored);
	talk_str(t, "ssdp.name", d.name);
	talk_str(t, "ssdp.maker", d.maker);
	talk_str(t, "ssdp.model", d.model);
	talk_str(t, "ssdp.uuid", d.uuid);
	for (size_t i = 0; i < d.n_types; i++)
		talk_add(t, "ssdp.types", d.types[i], strlen(d.types[i]));
	return rc == -1
		? talk_why(t, "UPnP Device Architecture §2.3: broken description")
		: TALK_DONE;
}

const struct ask ask_ssdp = {
	.name = "ssdp",
	.help = "What a UPnP device is: name, maker, model, kinds",
	.sends = "one SSDP search to UDP port 1900, twice when nothing comes; a GET for the "
		 "description where the answer says that the same host has it",
	.transport = ASK_UDP,
	.ports = { SSDP_PORT },
	.state_size = sizeof(struct ssdp_talk),
	.patience_us = PATIENCE,
	.begin = begin_ssdp,
	.hear = hear_ssdp,
};

/* Only where ask_ssdp leads. */
const struct ask ask_upnp = {
	.name = "upnp",
	.help = "The description of a UPnP device",
	.sends = "a GET for the description that its answer by SSDP named",
	.transport = ASK_TCP,
	.state_size = sizeof(struct fetch),
	.begin = begin_upnp,
	.hear = hear_upnp,
};
