/* SPDX-License-Identifier: GPL-3.0-or-later */
/* DNS replies with SRV records: targets are host names, ports are none of 0. */
#include "frame.h"

#include "base/hostname.h"
#include "host/srv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint32_t
none(uint32_t below)
{
	MUST(below > 0);
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct srv out[8];
	size_t n;

	(void)srv_reply_read(data, size, out, 8, &n);
	MUST(n <= 8);
	srv_order(out, n, none);
	for (size_t i = 0; i < n; i++) {
		MUST(hostname_is_valid(out[i].target) && out[i].port);
		MUST(i == 0 || out[i].priority >= out[i - 1].priority);
	}
	return 0;
}
