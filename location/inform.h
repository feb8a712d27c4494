/* SPDX-License-Identifier: GPL-3.0-or-later */
/* inform.h - which DHCP server serves this machine, where no lease tells: by a question */
#ifndef LOCATION_INFORM_H
#define LOCATION_INFORM_H

#include "base/clock.h"
#include "host/net.h"
#include "location/definition.h"
#include "location/facts.h"

/*
 * DHCPINFORM (RFC 2131 §4.4.3) by broadcast on each Ethernet link that is up and has an IPv4
 * address: who answers is a DHCP server, and may name WINS servers and a domain.  Nothing is
 * leased.  At most `patience` microseconds; facts are added to.  0 also when nobody answers:
 * then they are as unknown as before.  -1: nobody could be asked.  ERR_AUTH: port 68 is not for
 * us (CAP_NET_BIND_SERVICE); ERR_SYS: a DHCP client holds it, or there is no such link.
 */
int location_inform(const struct host_net *, struct clock *, int64_t patience,
	struct arena *, struct place_facts *, struct err *);

/* Only a definition that names a DHCP or WINS server which no lease tells is worth a broadcast. */
bool inform_is_needed(const struct location *, size_t n, const struct place_facts *);

/* An answer to one of our questions; false: it is none.  For location_inform and its tests. */
struct inform_asked {
	uint32_t id;
	struct mac mac;
};
bool inform_take(const struct inform_asked *, const uint8_t *datagram, size_t n,
	struct arena *, struct place_facts *);

#endif
