/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is on a card, and what a filter concludes from it. */
#include "inventory/card.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "inventory/filter.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

static const char *const names[] = { "WS-7.corp.example", "ws\nseven" };
static const uint16_t ports[] = { 22, 443 };

static const struct fact facts[] = {
	{ .key = "dns.ptr", .type = FACT_TEXTS, .texts = { names, 2 } },
	{ .key = "mac", .type = FACT_MAC, .mac.bytes = { 0, 0x16, 0x3e, 0, 0, 7 } },
	{ .key = "mac.onlink", .type = FACT_BOOL, .num = 1 },
	{ .key = "netbios.name", .type = FACT_TEXT, .text = "WS-7" },
	{ .key = "rtt.us", .type = FACT_INT, .num = 1234 },
	{ .key = "tcp.open", .type = FACT_PORTS, .ports = { ports, 2 } },
	{ .key = "x.unknown", .type = FACT_OTHER, .text = "{\"A\":1}" },
};

static void
make_card(struct sb *card)
{
	struct observation o = { .site = "Berlin", .facts = facts, .n_facts = N(facts) };

	sb_init(card, CARD_MAX);
	assert_true(addr_parse("198.18.3.7", &o.ip));
	card_add_observation(card, &o, NULL);
}

static void
a_card_has_a_line_for_each_value(void **state)
{
	struct sb card;

	(void)state;
	make_card(&card);
	assert_false(card.bad);
	assert_string_equal("\nsite=berlin\nip=198.18.3.7\n"
			    "dns.ptr=ws-7.corp.example\ndns.ptr=ws seven\n"
			    "mac=00:16:3e:00:00:07\nvendor=xensource, inc.\n"
			    "mac.onlink=yes\nnetbios.name=ws-7\n"
			    "tcp.open=22\ntcp.open=443\nx.unknown={\"a\":1}\n",
		card.text);
	sb_done(&card);
}

static void
what_is_on_it_is_not_added_again(void **state)
{
	struct sb card;
	size_t len;

	(void)state;
	make_card(&card);
	len = card.len;
	for (size_t i = 0; i < N(facts); i++)
		card_add_fact(&card, &facts[i]);
	assert_int_equal(len, card.len);
	card_add(&card, "netbios.name", "WS-8");
	assert_true(card_has(card.text, "netbios.name", "ws-7"));
	assert_true(card_has(card.text, "netbios.name", "Ws-8"));
	assert_false(card_has(card.text, "netbios.name", "ws"));
	assert_false(card_has(card.text, "name", "ws-7"));
	sb_done(&card);
}

static void
what_does_not_fit_is_told(void **state)
{
	char long_text[CARD_MAX + 1];
	struct sb card;

	(void)state;
	memset(long_text, 'x', CARD_MAX);
	long_text[CARD_MAX] = '\0';
	sb_init(&card, CARD_MAX);
	card_add(&card, "name", long_text);
	assert_true(card.bad);
	sb_done(&card);
}

static void
a_filter_is_denied_only_by_what_a_card_would_tell(void **state)
{
	static const struct {
		const char *term;
		bool now, ever, other; /* by enum card_use */
	} rows[] = {
		{ "netbios.name=WS-7", true, true, true },
		{ "netbios.name=WS", false, false, false },
		{ "netbios.name~S-", true, true, true },
		{ "netbios.name~corp", false, false, false },
		{ "tcp.open=443", true, true, true },
		{ "tcp.open=44", false, false, false },
		{ "rtt.us=99", true, true, true },
		{ "x.unknown~b", false, false, false },
		{ "y.unknown=1", false, false, false },
		{ "!tcp.open=443", true, true, true },
		{ "state=down", true, true, true },
		{ "site=berlin", true, true, true },
		{ "site=bonn", false, false, false },
		{ "198.18.3.0/24", true, true, true },
		{ "ip=198.18.4.0/24", false, false, false },
		{ "seven", true, true, true },
		{ "eight", false, false, true },
		/* Derived: of what is on the card, or as it was when it was written. */
		{ "name=ws-7", false, true, true },
		{ "name=ws-9", false, false, false },
		{ "vendor~xen", true, true, true },
		{ "vendor~intel", false, false, true },
		{ "kind=printer", false, true, true },
	};
	struct arena *mem = arena_new(1 << 20);
	struct err e = { 0 };
	struct filter *f;
	struct sb card;

	(void)state;
	assert_non_null(mem);
	make_card(&card);
	for (size_t i = 0; i < N(rows); i++) {
		print_message("  %s\n", rows[i].term);
		assert_int_equal(0, filter_parse(&rows[i].term, 1, mem, &f, &e));
		assert_int_equal(rows[i].now, filter_may_match(f, card.text, CARD_NOW));
		assert_int_equal(
			rows[i].ever, filter_may_match(f, card.text, CARD_EVER));
		assert_int_equal(rows[i].other,
			filter_may_match(f, card.text, CARD_OTHER_RULES));
	}
	sb_done(&card);
	arena_free(mem);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_card_has_a_line_for_each_value),
		cmocka_unit_test(what_is_on_it_is_not_added_again),
		cmocka_unit_test(what_does_not_fit_is_told),
		cmocka_unit_test(a_filter_is_denied_only_by_what_a_card_would_tell),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
