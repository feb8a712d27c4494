/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers to DHCPINFORM: what counts as one, and what it tells of the place. */
#include "datagram.h"

#include "location/inform.h"
#include "wire/dhcp.h"

enum { ID_AT = 4, OP_AT = 0, MAC_AT = 28, OPTIONS_AT = 240 };

/* RFC 2131 table 3: DHCPACK to DHCPINFORM has ciaddr and no yiaddr, and no lease time. */
static const uint8_t options[] = { 53, 1, DHCP_ACK, 54, 4, 198, 18, 3, 15, 15, 11, 'l',
	'a', 'b', '.', 'e', 'x', 'a', 'm', 'p', 'l', 'e', 44, 8, 198, 18, 3, 17, 198,
	18, 3, 18, 255 };

static const struct inform_asked asked = { 0x01020304,
	{ { 0x3c, 0x5a, 0xb4, 0, 0, 0x42 } } };

static size_t
answer(uint8_t bytes[static 512])
{
	const struct dhcp_inform q = { asked.id, addr_ip4(0xc61203c8), asked.mac };
	struct wr w = wr_to(bytes, 512);

	dhcp_write_inform(&w, &q);
	bytes[OP_AT] = 2; /* RFC 2131 §2: BOOTREPLY */
	memcpy(bytes + OPTIONS_AT, options, sizeof(options));
	return OPTIONS_AT + sizeof(options);
}

static void
an_answer_tells_the_server_the_domain_and_wins(void **state)
{
	struct arena *mem = arena_new(1 << 16);
	struct place_facts f = { .ad_site = NULL };
	char text[ADDR_TEXT_MAX];
	uint8_t bytes[512];
	size_t n = answer(bytes);

	(void)state;
	assert_true(inform_take(&asked, bytes, n, mem, &f));
	assert_true(inform_take(&asked, bytes, n, mem, &f)); /* of another relay */
	assert_true(f.dhcp_servers.known && f.wins_servers.known);
	assert_int_equal(1, f.dhcp_servers.n);
	assert_string_equal("198.18.3.15", addr_print(&f.dhcp_servers.items[0], text));
	assert_int_equal(2, f.wins_servers.n);
	assert_string_equal("198.18.3.18", addr_print(&f.wins_servers.items[1], text));
	assert_string_equal("lab.example", f.dns_domains.items[0]);
	arena_free(mem);
}

static void
what_is_no_answer_to_us_tells_nothing(void **state)
{
	static const struct {
		const char *label;
		size_t at;
		uint8_t byte;
	} rows[] = {
		{ "a question", OP_AT, 1 },
		{ "to somebody else's question", ID_AT, 9 },
		{ "to another machine", MAC_AT, 9 },
		{ "a refusal", OPTIONS_AT + 2, DHCP_NAK },
		{ "an offer", OPTIONS_AT + 2, DHCP_OFFER },
		{ "of a server that does not say who it is", OPTIONS_AT + 3, 99 },
		{ "no DHCP", OPTIONS_AT - 1, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *mem = arena_new(1 << 16);
		struct place_facts f = { .ad_site = NULL };
		uint8_t bytes[512];
		size_t n = answer(bytes);
		print_message("  %s\n", rows[i].label);
		bytes[rows[i].at] = rows[i].byte;
		struct packet p = packet_of(bytes, n);
		assert_false(inform_take(&asked, p.bytes, p.n, mem, &f));
		assert_int_equal(
			0, f.dhcp_servers.n + f.wins_servers.n + f.dns_domains.n);
		assert_false(f.dhcp_servers.known);
		packet_free(&p);
		arena_free(mem);
	}
}

static void
an_answer_that_is_cut_is_safe(void **state)
{
	uint8_t bytes[512];
	size_t n = answer(bytes);

	(void)state;
	for (size_t k = 0; k < n; k++) {
		struct arena *mem = arena_new(1 << 16);
		struct place_facts f = { .ad_site = NULL };
		struct packet p = packet_of(bytes, k);
		(void)inform_take(&asked, p.bytes, p.n, mem, &f);
		packet_free(&p);
		arena_free(mem);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_tells_the_server_the_domain_and_wins),
		cmocka_unit_test(what_is_no_answer_to_us_tells_nothing),
		cmocka_unit_test(an_answer_that_is_cut_is_safe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
