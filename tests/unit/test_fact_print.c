/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Facts as text for people. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "inventory/fact_print.h"

static const uint16_t ports[] = { 22, 80, 65535 };
static const char *const names[] = { "a.example", "b, c" };

static const struct row {
	const char *label;
	struct fact fact;
	const char *want;
} rows[] = {
	{ "text", { .type = FACT_TEXT, .text = "WS-0412" }, "WS-0412" },
	{ "text is not escaped here", { .type = FACT_TEXT, .text = "a\n<b>" },
		"a\n<b>" },
	{ "other is its JSON", { .type = FACT_OTHER, .text = "{\"a\":[1]}" },
		"{\"a\":[1]}" },
	{ "other that is one text is that",
		{ .type = FACT_OTHER, .text = "\"a \\\"b\\\"\"" }, "a \"b\"" },
	{ "other that is no JSON", { .type = FACT_OTHER, .text = "\"a" }, "\"a" },
	{ "integer", { .type = FACT_INT, .num = 9007199254740992 }, "9007199254740992" },
	{ "negative integer", { .type = FACT_INT, .num = -1 }, "-1" },
	{ "true", { .type = FACT_BOOL, .num = 1 }, "yes" },
	{ "false", { .type = FACT_BOOL, .num = 0 }, "no" },
	{ "MAC", { .type = FACT_MAC, .mac = { { 0, 0x16, 0x3e, 0x5e, 0x6c, 0xff } } },
		"00:16:3e:5e:6c:ff" },
	{ "IPv4", { .type = FACT_IP, .ip = { ADDR_IP4, { 198, 18, 3, 7 } } },
		"198.18.3.7" },
	{ "IPv6",
		{ .type = FACT_IP,
			.ip = { ADDR_IP6, { 0x20, 1, 0xd, 0xb8, [15] = 1 } } },
		"2001:db8::1" },
	{ "ports", { .type = FACT_PORTS, .ports = { ports, 3 } }, "22, 80, 65535" },
	{ "one port", { .type = FACT_PORTS, .ports = { ports, 1 } }, "22" },
	{ "no ports", { .type = FACT_PORTS, .ports = { NULL, 0 } }, "" },
	{ "texts", { .type = FACT_TEXTS, .texts = { names, 2 } }, "a.example, b, c" },
	{ "no texts", { .type = FACT_TEXTS, .texts = { NULL, 0 } }, "" },
};

static void
every_type_has_a_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sb out;
		print_message("  %s\n", rows[i].label);
		sb_init(&out, 1000);
		fact_print(&rows[i].fact, &out);
		assert_false(out.bad);
		assert_string_equal(rows[i].want, out.text);
		sb_done(&out);
	}
}

/* An unknown key, and what people are shown of it: escaped once. */
static void
what_json_escapes_is_escaped_once(void **state)
{
	static const struct {
		const char *json, *bare, *shown;
	} others[] = {
		{ "[\"q\\u001bq\",\"a\\\\b\",\"\\u202e\"]",
			"[\"q\033q\",\"a\\b\",\"\xe2\x80\xae\"]",
			"[\"q\\x1bq\",\"a\\\\b\",\"\\xe2\\x80\\xae\"]" },
		{ "{\"\\n\":{\"b\":[1,2.5,true]},\"c\":{}}",
			"{\"\n\":{\"b\":[1,2.5,true]},\"c\":{}}",
			"{\"\\x0a\":{\"b\":[1,2.5,true]},\"c\":{}}" },
		{ "\"a\\\\b\"", "a\\b", "a\\\\b" },
		{ "[\"no JSON", "[\"no JSON", "[\"no JSON" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		const struct fact f = { .type = FACT_OTHER, .text = others[i].json };
		struct sb out, shown;
		print_message("  %s\n", others[i].json);
		sb_init(&out, 1000);
		sb_init(&shown, 1000);
		fact_print_bare(&f, &out);
		assert_string_equal(others[i].bare, out.text);
		sb_add_plain(&shown, out.text, out.len);
		assert_string_equal(others[i].shown, shown.text);
		sb_done(&out);
		sb_done(&shown);
	}
}

static void
appends_to_what_is_there(void **state)
{
	struct fact f = { .type = FACT_BOOL, .num = 1 };
	struct sb out;

	(void)state;
	sb_init(&out, 1000);
	sb_add(&out, "on: ");
	fact_print(&f, &out);
	assert_string_equal("on: yes", out.text);
	sb_done(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type_has_a_text),
		cmocka_unit_test(what_json_escapes_is_escaped_once),
		cmocka_unit_test(appends_to_what_is_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
