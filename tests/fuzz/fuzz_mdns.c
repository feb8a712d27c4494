/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mDNS answers, from the frame on and as a bare datagram about 198.18.3.18. */
#include "frame.h"
#include "wire/mdns.h"

static void
try_answer(const struct mdns_answer *a)
{
	size_t n = strnlen(a->name, sizeof(a->name));

	MUST(n < sizeof(a->name) && (n == 0 || n > 6));
	for (size_t i = 0; i < n; i++)
		MUST((unsigned char)a->name[i] >= 0x20);
	MUST(a->n_services <= MDNS_SERVICES_MAX);
	for (size_t i = 0; i < a->n_services; i++) {
		const char *one = a->services[i];
		MUST(strnlen(one, MDNS_SERVICE_SIZE) < MDNS_SERVICE_SIZE);
		MUST(one[0] == '_' && strlen(one) >= 7);
		MUST(i == 0 || strcmp(a->services[i - 1], one) < 0);
	}
}

static void
try_datagram(struct rd datagram, const struct addr *about)
{
	struct mdns_answer a;
	struct err e = { 0 };
	uint16_t id;
	bool response = mdns_peek_id(datagram, &id);

	if (mdns_read_answer(datagram, about, &a, &e) == -1)
		MUST(e.code == ERR_PROTO && e.text[0]);
	else
		MUST(response && id == a.id);
	try_answer(&a);
}

static void
try_frame(const uint8_t *frame, size_t n)
{
	struct rd datagram;
	struct ip ip;

	if (open_datagram(frame, n, &ip, &datagram))
		try_datagram(datagram, &ip.src);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct addr lounge = addr_ip4(0xc6120312);

	try_twice(data, size, try_frame);
	try_datagram(rd_from(data, size), &lounge);
	return 0;
}
