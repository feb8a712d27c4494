/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * recording.h - what a capture file must say so that a sweep can be heard again
 *
 * Text in settings notes before the first packet, one "word value..." a line:
 *
 *	muster-sweep 1
 *	started 1795292103123456		wall clock, microseconds
 *	key 00112233445566778899aabbccddeeff	of the cookies
 *	udp-port 40123
 *	identify yes
 *	probe icmp-echo				as chosen; none: the default ones
 *	ports 80-90				as chosen
 *	living-port 389				asked of the living beside those
 *	communities 2				how many; what they are is not told
 *	own 198.18.3.1 00:16:3e:5e:6c:00
 *	gateways 198.18.3.254			targets that routes lead by
 *	segment onlink 198.18.3.1 - 198.18.3.0/24,...
 *	segment routed 198.18.3.1 198.18.3.254 198.18.4.0/24
 *	segment large 2001:db8::1 - 2001:db8::/64	its targets follow in found notes
 */
#ifndef SCANNER_RECORDING_H
#define SCANNER_RECORDING_H

#include "scanner/cookie.h"
#include "scanner/plan.h"

struct recording {
	int64_t started;
	struct cookie cookie;
	bool identify;
	struct opt_list probes, ports;
	const uint16_t *living_ports;
	size_t n_living_ports;
	struct opt_list communities; /* read again: as many, but not the same */
	struct plan plan;            /* segments without links; own addresses */
};

void recording_print(const struct recording *, struct sb *);
/* ERR_PROTO names the line.  out: in arena. */
int recording_parse(const char *text, size_t n, struct arena *, struct recording *out,
	struct err *);

#endif
