/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Devices that announce what they are: SSDP and WS-Discovery. */
#include "scanner/heard.h"

#include <string.h>

#include "wire/ssdp.h"
#include "wire/wsd.h"

extern const struct listener listener_ssdp, listener_wsd;

/* Each NT is one of several that a device announces one after the other; the UUID is the
 * root's only in the announcement of the root (UPnP Device Architecture 2.0 §1.2.2). */
static bool
is_root(struct rd type)
{
	static const char root[] = "upnp:rootdevice";
	const size_t n = sizeof(root) - 1;

	return rd_left(&type) == n && memcmp(rd_take(&type, n), root, n) == 0;
}

static int
hear_ssdp(struct heard_frame *x, struct err *e)
{
	struct ssdp s;
	struct err ignored;

	if (ssdp_read(x->data, &s, &ignored) == -1 || s.kind == SSDP_BYEBYE ||
		!heard_begin_sender(x))
		return 0;
	if (s.kind != SSDP_SEARCH) {
		tell_text(x->tell, "ssdp.location", s.location);
		tell_text(x->tell, "ssdp.server", s.server);
		tell_item(x->tell, "ssdp.types", s.type);
		if (is_root(s.type))
			tell_text(x->tell, "ssdp.uuid", ssdp_uuid(s.usn));
	}
	return heard_end(x, e);
}

/* A Hello, or an answer to somebody that comes by here.  Also who looks for others (Probe) is
 * there; who leaves is not. */
static int
hear_wsd(struct heard_frame *x, struct err *e)
{
	struct wsd_message m;
	struct err ignored;

	if (wsd_read(x->data, &m, &ignored) == -1 || m.action == WSD_BYE ||
		!heard_begin_sender(x))
		return 0;
	if (m.action == WSD_HELLO || m.action == WSD_PROBE_MATCHES ||
		m.action == WSD_RESOLVE_MATCHES) {
		tell_str(x->tell, "wsd.uuid", wsd_uuid(&m));
		for (size_t i = 0; i < m.n_types; i++)
			tell_item(x->tell, "wsd.types",
				rd_from(m.types[i], strlen(m.types[i])));
	}
	return heard_end(x, e);
}

const struct listener listener_ssdp = {
	.name = "ssdp",
	.help = "Kinds, software and descriptions of UPnP devices as they announce them",
	.kind = HEARD_UDP,
	.ports = { SSDP_PORT },
	.filter = "udp port 1900",
	.hear = hear_ssdp,
};

const struct listener listener_wsd = {
	.name = "wsd",
	.help = "Kinds and UUIDs of devices that announce themselves by WS-Discovery",
	.kind = HEARD_UDP,
	.ports = { WSD_PORT },
	.filter = "udp port 3702",
	.hear = hear_wsd,
};
