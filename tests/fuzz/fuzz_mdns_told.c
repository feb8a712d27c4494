/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What 198.18.3.18 tells of itself by multicast DNS, and what is asked about that. */
#include "frame.h"
#include "wire/mdns_told.h"

static void
check_list(const char *list, size_t each, size_t n, size_t max)
{
	MUST(n <= max);
	for (size_t i = 0; i < n; i++) {
		MUST(strnlen(list + i * each, each) < each);
		MUST(i == 0 || strcmp(list + (i - 1) * each, list + i * each) < 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct addr lounge = addr_ip4(0xc6120312);
	struct mdns_told t;
	struct err e = { 0 };
	uint8_t question[512];
	struct wr w = wr_to(question, sizeof(question));

	must_say_why(mdns_read_told(rd_from(data, size), &lounge, &t, &e), &e);
	check_list(t.services[0], MDNS_SERVICE_SIZE, t.n_services, MDNS_SERVICES_MAX);
	check_list(
		t.instances[0], MDNS_INSTANCE_SIZE, t.n_instances, MDNS_INSTANCES_MAX);
	MUST(strnlen(t.name, sizeof(t.name)) < sizeof(t.name));
	MUST(strnlen(t.model, sizeof(t.model)) < sizeof(t.model));
	mdns_write_instances(&w, 1, &t);
	MUST(!w.bad && wr_used(&w) >= DNS_HEAD);
	return 0;
}
