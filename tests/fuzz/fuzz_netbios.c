/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NetBIOS claims and datagrams: a name that is read has an end. */
#include "frame.h"
#include "wire/netbios.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct netbios_claim c;
	struct netbios_datagram d;
	struct err e = { 0 };

	must_say_why(netbios_read_claim(rd_from(data, size), &c, &e), &e);
	MUST(memchr(c.name.name, 0, sizeof(c.name.name)));
	must_say_why(netbios_read_datagram(rd_from(data, size), &d, &e), &e);
	MUST(memchr(d.from.name, 0, sizeof(d.from.name)));
	MUST(memchr(d.to.name, 0, sizeof(d.to.name)));
	return 0;
}
