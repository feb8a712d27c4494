/* SPDX-License-Identifier: GPL-3.0-or-later */
/* UUIDv7: the layout of RFC 9562, its own example, and the order. */
#include "base/uuid.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static void
the_time_stands_where_the_standard_says(void **state)
{
	static const struct {
		int64_t us;
		const char *head; /* up to the random part */
	} rows[] = {
		{ INT64_C(1645557742000) * 1000,
			"017f22e2-79b0-7000-" }, /* appendix A.6 */
		{ INT64_C(1645557742000) * 1000 + 500, "017f22e2-79b0-7800-" },
		{ INT64_C(1645557742000) * 1000 + 999, "017f22e2-79b0-7ffb-" },
		{ 0, "00000000-0000-7000-" },
		{ -5, "00000000-0000-7000-" },
		{ INT64_C(0xffffffffffff) * 1000, "ffffffff-ffff-7000-" },
	};
	char buf[UUID_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_ptr_equal(buf, uuid_new(rows[i].us, buf));
		assert_int_equal(36, strlen(buf));
		assert_memory_equal(rows[i].head, buf, 19);
		assert_non_null(strchr("89ab", buf[19])); /* §4.1: the variant */
		assert_int_equal('-', buf[23]);
		assert_int_equal(32 + 4, strspn(buf, "0123456789abcdef-"));
	}
}

static void
later_ids_sort_later(void **state)
{
	char before[UUID_TEXT_MAX], now[UUID_TEXT_MAX];

	(void)state;
	(void)uuid_new(1, before);
	for (int64_t us = 2; us < INT64_C(1) << 52; us = us * 3 / 2) {
		(void)uuid_new(us, now);
		assert_true(strcmp(before, now) < 0);
		memcpy(before, now, sizeof(now));
	}
}

static void
ids_of_one_moment_differ(void **state)
{
	char a[UUID_TEXT_MAX], b[UUID_TEXT_MAX];

	(void)state;
	for (int i = 0; i < 1000; i++)
		assert_string_not_equal(uuid_new(77, a), uuid_new(77, b));
}

static void
what_is_read_is_printed_again(void **state)
{
	static const char *const others[] = { "", "017f22e2",
		"017F22E2-79b0-7000-8000-000000000000",
		"017f22e279b0-7000-8000-0000000000000",
		"017f22e2-79b0-7000-8000-00000000000",
		"017f22e2-79b0-7000-8000-0000000000000",
		"017f22e2-79b0-7000-8000-00000000000g" };
	char buf[UUID_TEXT_MAX], again[UUID_TEXT_MAX];
	uint8_t bytes[UUID_BYTES];

	(void)state;
	for (int i = 0; i < 100; i++) {
		assert_true(uuid_read(uuid_new(i, buf), bytes));
		assert_string_equal(buf, uuid_print(bytes, again));
	}
	assert_true(uuid_read("017f22e2-79b0-7cc3-98c4-dc0c0c07398f", bytes));
	assert_memory_equal(
		"\x01\x7f\x22\xe2\x79\xb0\x7c\xc3\x98\xc4\xdc\x0c\x0c\x07\x39\x8f",
		bytes, sizeof(bytes)); /* RFC 9562 appendix A.6 */
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_false(uuid_read(others[i], bytes));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_time_stands_where_the_standard_says),
		cmocka_unit_test(later_ids_sort_later),
		cmocka_unit_test(ids_of_one_moment_differ),
		cmocka_unit_test(what_is_read_is_printed_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
