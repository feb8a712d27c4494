/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How long a quick poll of Windows domains may take. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/windows.h"

/* A silent target is asked three times (RFC 1002 §6, UCAST_REQ_RETRY_COUNT). */
static const struct row {
	const char *label, *targets;
	int64_t quick_ms, rate, want_us;
} rows[] = {
	{ "the subnets of this machine", NULL, 20000, 5000, 20 * SECOND },
	{ "as long as it is told", NULL, 1500, 5000, 1500 * MSEC },
	{ "one target", "10.0.0.1", 20000, 1000, 20 * SECOND + 3 * MSEC },
	{ "as many as there may be", "10.0.0.0/16", 20000, 2000,
		20 * SECOND + 65536 * INT64_C(1500) },
};

static void
a_quick_poll_has_its_bound_and_the_time_of_its_targets(void **state)
{
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *mem = arena_new(1 << 20);
		struct windows_settings s = { .quick = true,
			.quick_ms = rows[i].quick_ms };
		struct iprange *targets = NULL;
		print_message("  %s\n", rows[i].label);
		if (rows[i].targets)
			assert_int_equal(0,
				iprange_parse(
					&rows[i].targets, 1, NULL, mem, &targets, &e));
		s.windows.targets = targets;
		s.windows.rate = rows[i].rate;
		assert_int_equal(rows[i].want_us, windows_quick_us(&s));
		arena_free(mem);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_quick_poll_has_its_bound_and_the_time_of_its_targets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
