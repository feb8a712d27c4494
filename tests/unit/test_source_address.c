/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which address of ours asks: the rules of RFC 6724 §5, one row each. */
#include "scanner/source_address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct addr
ip(const char *text)
{
	struct addr a = { 0 };

	if (*text)
		assert_true(addr_parse(text, &a));
	return a;
}

/* "ADDRESS/BITS" and letters: d deprecated, t temporary, n tentative, o on another link. */
static struct host_addr
own(const char *text)
{
	char copy[64], *bits, *flags;

	(void)snprintf(copy, sizeof(copy), "%s", text);
	bits = strchr(copy, '/');
	assert_non_null(bits);
	*bits++ = '\0';
	unsigned n = (unsigned)strtoul(bits, &flags, 10);
	return (struct host_addr){ .link = strchr(flags, 'o') ? 3 : 2,
		.addr = ip(copy),
		.bits = n,
		.deprecated = strchr(flags, 'd') != NULL,
		.temporary = strchr(flags, 't') != NULL,
		.tentative = strchr(flags, 'n') != NULL };
}

static const struct row {
	const char *label, *addrs[4];
	const char *dst, *via, *src, *want;
} rows[] = {
	{ "the same scope: link-local", { "2001:db8::2/64", "fe80::2/64" }, "fe80::9",
		"", "", "fe80::2" },
	{ "the same scope: global", { "fe80::2/64", "2001:db8::2/64" }, "2001:db8::9",
		"", "", "2001:db8::2" },
	{ "a link-local one asks neighbours when there is no other", { "fe80::2/64" },
		"2001:db8::9", "", "", "fe80::2" },
	{ "but is no use behind a router", { "fe80::2/64" }, "2001:db8:1::9", "fe80::1",
		"", "-" },
	{ "a router by its link-local address", { "fe80::2/64", "2001:db8::2/64" },
		"2001:db8:1::9", "fe80::1", "", "2001:db8::2" },
	{ "not a deprecated one", { "2001:db8::2/64d", "2001:db8:7::2/64" },
		"2001:db8::9", "", "", "2001:db8:7::2" },
	{ "a deprecated one when there is no other", { "fe80::2/64", "2001:db8::2/64d" },
		"2001:db8::9", "", "", "2001:db8::2" },
	{ "not a tentative one", { "2001:db8::2/64n", "2001:db8:7::2/64" },
		"2001:db8::9", "", "", "2001:db8:7::2" },
	{ "not another link's", { "2001:db8::2/64o", "2001:db8:7::2/64" },
		"2001:db8::9", "", "", "2001:db8:7::2" },
	{ "unique local asks unique local", { "2001:db8::2/64", "fd00:1::2/64" },
		"fd77::9", "fe80::1", "", "fd00:1::2" },
	{ "global asks global", { "fd00:1::2/64", "2001:db8::2/64" }, "2620::9",
		"fe80::1", "", "2001:db8::2" },
	{ "the longest common prefix", { "2001:db8:1::2/64", "2001:db8:2::2/64" },
		"2001:db8:2::9", "", "", "2001:db8:2::2" },
	{ "no longer than the subnet", { "2001:db8:2::ff/64", "2001:db8:2::8/64t" },
		"2001:db8:2::9", "", "", "2001:db8:2::ff" },
	{ "a stable one before a temporary one",
		{ "2001:db8:2::a/64t", "2001:db8:2::b/64" }, "2001:db8:2::9", "", "",
		"2001:db8:2::b" },
	{ "what the route prefers", { "2001:db8:1::2/64", "2001:db8:2::2/64" },
		"2001:db8:2::9", "", "2001:db8:1::2", "2001:db8:1::2" },
	{ "none of the family", { "198.18.3.2/24" }, "2001:db8:2::9", "", "", "-" },
	{ "IPv4: in the subnet of the next hop", { "198.18.7.2/24", "198.18.3.2/24" },
		"198.19.0.1", "198.18.3.1", "", "198.18.3.2" },
	{ "IPv4: else the first", { "198.18.7.2/24", "198.18.3.2/24" }, "198.19.0.1",
		"198.18.9.1", "", "198.18.7.2" },
};

static void
the_source_follows_the_rules(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *r = &rows[i];
		struct host_addr addrs[4];
		struct host_net net = { .addrs = addrs };
		struct addr dst = ip(r->dst);
		struct host_route route = {
			.net = dst, .via = ip(r->via), .src = ip(r->src), .link = 2
		};
		char text[ADDR_TEXT_MAX];
		print_message("  %s\n", r->label);
		while (net.n_addrs < 4 && r->addrs[net.n_addrs]) {
			addrs[net.n_addrs] = own(r->addrs[net.n_addrs]);
			net.n_addrs++;
		}
		struct addr src = source_address(&net, &route, &dst);
		assert_string_equal(addr_print(&src, text), r->want);
	}
}

static void
the_link_local_address_is_that_of_the_link(void **state)
{
	struct host_addr addrs[] = { own("2001:db8::2/64"), own("fe80::3/64o"),
		own("169.254.1.1/16"), own("fe80::4/64n"), own("fe80::5/64") };
	struct host_net net = { .addrs = addrs, .n_addrs = 5 };
	char text[ADDR_TEXT_MAX];

	(void)state;
	struct addr a = source_link_local(&net, 2);
	assert_string_equal(addr_print(&a, text), "fe80::5");
	a = source_link_local(&net, 3);
	assert_string_equal(addr_print(&a, text), "fe80::3");
	a = source_link_local(&net, 4);
	assert_false(addr_is_set(&a));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_source_follows_the_rules),
		cmocka_unit_test(the_link_local_address_is_that_of_the_link),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
