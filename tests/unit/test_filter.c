/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Filters of devices: what each kind of term lets through, and what it says when wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "inventory/filter.h"

static const uint16_t ports[] = { 80, 443 };
static const char *const ptrs[] = { "web.corp.example", "www.corp.example" };

/* One device, to be looked at from many sides; fields sorted by key. */
static struct device
sample(void)
{
	static struct device_field fields[7];
	static struct device_address addrs[2];

	fields[0].fact = (struct fact){
		.key = "dns.ptr", .type = FACT_TEXTS, .texts = { ptrs, 2 }
	};
	fields[1].fact = (struct fact){ .key = "mac",
		.type = FACT_MAC,
		.mac = { { 0x00, 0x16, 0x3e, 0x01, 0x02, 0x03 } } };
	fields[2].fact = (struct fact){
		.key = "mac.onlink", .type = FACT_BOOL, .num = true
	};
	fields[3].fact = (struct fact){
		.key = "name", .type = FACT_TEXT, .text = "WEB"
	};
	fields[4].fact = (struct fact){
		.key = "netbios.domain", .type = FACT_TEXT, .text = "CORP"
	};
	fields[5].fact = (struct fact){ .key = "rtt.us", .type = FACT_INT, .num = 250 };
	fields[6].fact = (struct fact){
		.key = "tcp.open", .type = FACT_PORTS, .ports = { ports, 2 }
	};
	addrs[0] = (struct device_address){ .ip = addr_ip4(0xc6120307),
		.current = true };
	addrs[1] = (struct device_address){ .ip = addr_ip4(0xc6120463),
		.current = false };
	return (struct device){ .id = "01a2006e-3a7b-708f-9742-eb80289f9697",
		.site = "berlin",
		.state = DEVICE_UP,
		.addrs = addrs,
		.n_addrs = 2,
		.fields = fields,
		.n_fields = 7 };
}

static const struct row {
	const char *term;
	bool passes;
} rows[] = {
	{ "web", true }, { "WEB", true }, { "corp.example", true },
	{ "00:16:3E", true }, { "198.18.3.", true }, { "01a2006e", true },
	{ "db", false }, { "!db", true }, { "!web", false },
	{ "netbios.domain=corp", true }, { "netbios.domain=cor", false },
	{ "netbios.domain~cor", true }, { "name~WE", true }, { "tcp.open=443", true },
	{ "tcp.open=44", false }, { "!tcp.open=22", true },
	{ "dns.ptr=www.corp.example", true }, { "ip=198.18.3.0/24", true },
	{ "ip=198.18.4.0/24", false }, /* it has left that one */
	{ "198.18.3.0/24", true }, { "198.18.4.0/24", false },
	{ "!198.18.4.0/24", true }, { "2001:db8::/32", false }, { "www/24", false },
	{ "ip=198.18.3.0/24,!198.18.3.7", false }, { "state=up", true },
	{ "state=down", false }, { "!state=down", true }, { "site=Berlin", true },
	{ "site=paris", false }, { "vendor=dell", false }, { "198.18.4.", false },
	{ "mac=00-16-3E-01-02-03", true }, { "mac=00:16:3e:01:02:04", false },
	{ "mac~3e:01", true }, { "mac.onlink=true", true }, { "mac.onlink=No", false },
	{ "rtt.us=250", true }, { "tcp.open~44", true }, { "dns.ptr~www", true },
	{ "rtt.us<251", true }, { "rtt.us<250", false }, { "rtt.us>30", true },
	{ "rtt.us>-1", true }, { "netbios.domain<corq", true },
	{ "netbios.domain<CORP", false }, { "netbios.domain>COR", true },
	{ "ad.last_logon<2026-01-01", false }, { "!ad.last_logon<2026-01-01", true },
	{ "FILES<20>", false },     /* a word */
	{ "acme.zapper=1", false }, /* not known, but a newer source may bring it */
};

static bool
passes(const char *const *terms, size_t n)
{
	struct arena *mem = arena_new(1 << 20);
	struct device d = sample();
	struct err e = { 0 };
	struct filter *f;

	if (filter_parse(terms, n, mem, &f, &e) == -1)
		fail_msg("%s: %s", terms[0], e.text);
	bool yes = filter_matches(f, &d);
	arena_free(mem);
	return yes;
}

static void
each_kind_of_term_lets_through_what_it_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (passes(&rows[i].term, 1) != rows[i].passes)
			fail_msg("%s: %s", rows[i].term,
				rows[i].passes ? "must pass" : "must not");
}

static void
all_terms_must_hold(void **state)
{
	static const char *const both[] = { "web", "tcp.open=443" };
	static const char *const one[] = { "web", "tcp.open=22" };

	(void)state;
	assert_true(passes(both, 2));
	assert_false(passes(one, 2));
	assert_true(passes(NULL, 0));
}

static void
a_wrong_term_is_refused_with_what_would_be_right(void **state)
{
	static const struct {
		const char *term, *says;
	} wrong[] = {
		{ "netbios.nmae=X", "did you mean netbios.name?" },
		{ "name!=x", "did you mean name?" },
		{ "kind=printr", "did you mean printer?" },
		{ "colour=red", "colour" },
		{ "state=sleeping", "must be up, down or unconfirmed" },
		{ "ip=10.0.0.300", "ip: 10.0.0.300: octet 300 is above 255" },
		{ "10.0.0.0/33", "ip: 10.0.0.0/33" },
		{ "ip=web", "ip: web: host names are not looked up here" },
		{ "tcp.open=http", "tcp.open=http: must be a port, 1 to 65535" },
		{ "tcp.open=0", "must be a port" },
		{ "tcp.open=65536", "must be a port" },
		{ "tcp.open=044", "must be a port" },
		{ "tcp.open=99999999999999999999999", "must be a port" },
		{ "rtt.us=1.5", "must be a whole number" },
		{ "rtt.us<soon", "must be a whole number" },
		{ "mac=00:16", "must be a MAC address" },
		{ "mac.onlink=maybe", "must be yes or no" },
		{ "name=", "KEY=VALUE" },
		{ "!!web", "KEY=VALUE" },
		{ "=x", "KEY=VALUE" },
		{ "", "KEY=VALUE" },
		{ "!", "KEY=VALUE" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct arena *mem = arena_new(1 << 20);
		struct err e = { 0 };
		struct filter *f;
		assert_int_equal(-1, filter_parse(&wrong[i].term, 1, mem, &f, &e));
		assert_int_equal(ERR_ARG, e.code);
		if (!strstr(e.text, wrong[i].says))
			fail_msg("'%s': '%s' does not say '%s'", wrong[i].term, e.text,
				wrong[i].says);
		arena_free(mem);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_of_term_lets_through_what_it_says),
		cmocka_unit_test(all_terms_must_hold),
		cmocka_unit_test(a_wrong_term_is_refused_with_what_would_be_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
