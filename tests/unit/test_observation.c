/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The order of observations: (at, point, run, seq), never that of arrival. */
#include "inventory/observation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static void
order_is_time_then_point_then_run_then_number(void **state)
{
	static const struct {
		const char *label;
		struct observation less, more;
	} rows[] = {
		{ "time before all else",
			{ .at = 1, .point = "b", .run = "b", .seq = 9 },
			{ .at = 2, .point = "a", .run = "a", .seq = 1 } },
		{ "point before run", { .at = 1, .point = "a", .run = "b", .seq = 9 },
			{ .at = 1, .point = "b", .run = "a", .seq = 1 } },
		{ "run before number", { .at = 1, .point = "a", .run = "a", .seq = 9 },
			{ .at = 1, .point = "a", .run = "b", .seq = 1 } },
		{ "number last", { .at = 1, .point = "a", .run = "a", .seq = 1 },
			{ .at = 1, .point = "a", .run = "a", .seq = 2 } },
		{ "what is not set comes first", { .at = 1 },
			{ .at = 1, .point = "a" } },
		{ "times further apart than an int", { .at = 0 }, { .at = INT64_MAX } },
		{ "times before 1970", { .at = INT64_MIN }, { .at = 1 } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("  %s\n", rows[i].label);
		assert_true(observation_cmp(&rows[i].less, &rows[i].more) < 0);
		assert_true(observation_cmp(&rows[i].more, &rows[i].less) > 0);
		assert_int_equal(0, observation_cmp(&rows[i].less, &rows[i].less));
	}
}

static void
names_follow_the_enums(void **state)
{
	(void)state;
	assert_string_equal("device", subject_names[SUBJECT_DEVICE]);
	assert_string_equal("network", subject_names[SUBJECT_NETWORK]);
	assert_string_equal("domain", subject_names[SUBJECT_DOMAIN]);
	assert_null(subject_names[SUBJECT_DOMAIN + 1]);
	assert_string_equal("reply", evidence_names[EVIDENCE_REPLY]);
	assert_string_equal("weak", evidence_names[EVIDENCE_WEAK]);
	assert_string_equal("listed", evidence_names[EVIDENCE_LISTED]);
	assert_string_equal("heard", evidence_names[EVIDENCE_HEARD]);
	assert_null(evidence_names[EVIDENCE_HEARD + 1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order_is_time_then_point_then_run_then_number),
		cmocka_unit_test(names_follow_the_enums),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
