/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ethernet frames with ARP: what is read can be written again, byte for byte. */
#include <stdlib.h>
#include <string.h>

#include "frame.h"
#include "wire/ether.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rd r = rd_from(data, size);
	struct ether e;
	struct arp a;

	if (!ether_read(&r, &e))
		return 0;
	MUST(size >= ETHER_HEAD);
	const uint8_t *body = data + (size - rd_left(&r));
	if (!arp_read(&r, &a))
		return 0;
	must_be_within(&r, data, size);

	uint8_t again[ARP_SIZE];
	struct wr w = wr_to(again, sizeof(again));
	arp_write(&w, &a);
	MUST(!w.bad && wr_used(&w) == ARP_SIZE);
	MUST(memcmp(again, body, ARP_SIZE) == 0);
	return 0;
}
