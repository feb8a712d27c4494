/* SPDX-License-Identifier: GPL-3.0-or-later */
/* DNS messages: every name of them is text, and one without escapes survives a round trip. */
#include "frame.h"
#include "wire/dns.h"

static void
try_again(const char *name)
{
	char again[DNS_NAME_TEXT];
	uint8_t bytes[512];
	struct wr w = wr_to(bytes, sizeof(bytes));
	struct dns_message m;

	dns_write_head(&w, 1, 0, 1);
	dns_write_question(&w, name, DNS_PTR, DNS_IN);
	MUST(!w.bad && dns_open(rd_from(bytes, wr_used(&w)), &m));
	MUST(dns_next_name(&m, again) && strcmp(name, again) == 0);
}

static void
try_name(const char *name)
{
	size_t n = strnlen(name, DNS_NAME_TEXT);

	MUST(n < DNS_NAME_TEXT);
	for (size_t i = 0; i < n; i++)
		MUST((unsigned char)name[i] >= 0x20 && name[i] != 0x7f);
	if (!strchr(name, '\\'))
		try_again(name);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char name[DNS_NAME_TEXT];
	struct dns_message m;
	struct dns_record r;
	struct dns_addresses all;

	dns_read_addresses(rd_from(data, size), "pc1.local", &all);
	MUST(all.n <= DNS_ADDRESSES_MAX);
	for (size_t i = 0; i < all.n; i++)
		MUST(addr_is_set(&all.items[i]));
	if (!dns_open(rd_from(data, size), &m))
		return 0;
	if (m.n_questions && dns_next_name(&m, name))
		try_name(name);
	rd_skip(&m.next, 4);
	for (unsigned i = 0; i < 64 && dns_next_record(&m, &r); i++) {
		try_name(r.owner);
		must_be_within(&r.data, data, size);
		while (dns_read_name(&m, &r.data, name))
			try_name(name);
		MUST(r.data.bad && !*name);
	}
	return 0;
}
