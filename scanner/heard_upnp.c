/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Devices that announce what they are: SSDP. */
#include "scanner/heard.h"

#include "wire/ssdp.h"

extern const struct listener listener_ssdp;

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

const struct listener listener_ssdp = {
	.name = "ssdp",
	.help = "Kinds, software and descriptions of UPnP devices as they announce them",
	.kind = HEARD_UDP,
	.ports = { SSDP_PORT },
	.filter = "udp port 1900",
	.hear = hear_ssdp,
};
