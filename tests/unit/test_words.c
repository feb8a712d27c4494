/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Facts that are one of few words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "inventory/words.h"

static const struct row {
	const char *key, *value;
	bool allowed;
	const char *near; /* NULL: none */
} rows[] = {
	{ "kind", "printer", true, "printer" },
	{ "kind", "access-point", true, "access-point" },
	{ "kind", "unknown", true, "unknown" },
	{ "kind", "vip", true, "vip" }, /* no rule says it, an address does */
	{ "kind", "printr", false, "printer" },
	{ "kind", "Printer", false, "printer" },
	{ "kind", "nonsense", false, NULL },
	{ "kind", "", false, NULL },
	{ "name", "printr", true, NULL },
	{ "owner", "anna", true, NULL },
};

static void
a_fact_of_few_words_is_one_of_them(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *near = words_near(rows[i].key, rows[i].value);
		print_message("  %s=%s\n", rows[i].key, rows[i].value);
		assert_int_equal(
			rows[i].allowed, words_allow(rows[i].key, rows[i].value));
		assert_string_equal(
			rows[i].near ? rows[i].near : "none", near ? near : "none");
	}
}

static void
the_words_are_listed(void **state)
{
	struct sb text;

	(void)state;
	sb_init(&text, 1 << 12);
	words_list("kind", &text);
	assert_int_equal(0, strncmp(text.text, "server, domain-controller, ", 27));
	assert_non_null(strstr(text.text, ", unknown or vip"));
	sb_clear(&text);
	words_list("name", &text);
	assert_string_equal("", text.text);
	sb_done(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fact_of_few_words_is_one_of_them),
		cmocka_unit_test(the_words_are_listed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
