/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SNMP answers, from the frame on and as a bare datagram. */
#include "frame.h"
#include "wire/snmp.h"

static void
try_datagram(struct rd datagram)
{
	size_t n = rd_left(&datagram);
	struct snmp_system s;
	struct err e = { 0 };
	uint32_t id = 0;
	bool question = snmp_peek_question(datagram, &id);
	bool response = snmp_peek_id(datagram, &id);

	MUST(!(question && response));

	if (snmp_read_system(datagram, &s, &e) == -1) {
		MUST(e.code == ERR_PROTO && e.text[0]);
		return;
	}
	MUST(response && id == s.id && id <= INT32_MAX);
	if (rd_left(&s.descr))
		must_be_within(&s.descr, datagram.p, n);
	if (rd_left(&s.name))
		must_be_within(&s.name, datagram.p, n);
	size_t len = strlen(s.object_id);
	MUST(len < sizeof(s.object_id) && strspn(s.object_id, "0123456789.") == len);
	MUST(len == 0 || (s.object_id[0] <= '2' && s.object_id[len - 1] != '.'));
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
