/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Node status answers, from the frame on and as a bare datagram. */
#include "frame.h"
#include "wire/nbns.h"

static void
try_name(const struct nbns_name *n)
{
	const size_t last = sizeof(n->name) - 1;

	MUST(n->name[last] == '\0' && n->name[last - 1] != ' ');
}

static void
try_datagram(struct rd datagram)
{
	struct nbns_status s;
	struct err e = { 0 };
	uint16_t id;
	bool response = nbns_peek_id(datagram, &id);

	if (nbns_read_status(datagram, &s, &e) == -1) {
		MUST(e.code == ERR_PROTO && e.text[0]);
		return;
	}
	MUST(response && id == s.id);
	MUST(s.n_names <= NBNS_NAMES_MAX);
	for (size_t i = 0; i < s.n_names; i++)
		try_name(&s.names[i]);
	const char *computer = nbns_computer(&s), *domain = nbns_domain(&s);
	MUST((!computer || computer[0]) && (!domain || domain[0]));
}

static void
try_frame(const uint8_t *frame, size_t n)
{
	struct rd datagram;
	struct ip ip;

	if (open_datagram(frame, n, &ip, &datagram))
		try_datagram(datagram);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try_twice(data, size, try_frame);
	try_datagram(rd_from(data, size));
	return 0;
}
