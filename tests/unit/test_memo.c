/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is remembered is what was set last, or nothing; however much comes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "db/memo.h"

static struct id_key
key(char text[static 24], unsigned i)
{
	(void)snprintf(text, 24, "ws-%u", i);
	return (struct id_key){ .kind = i % 2 ? ID_NETBIOS : ID_SYSNAME, .value = text };
}

static void
a_bearer_is_who_was_set_last(void **state)
{
	static const int64_t told[] = { BEARER_NOBODY, 7, BEARER_SEVERAL };
	struct id_key k = { .kind = ID_MAC, .value = "00:16:3e:00:00:01" };
	struct id_key same_value = { .kind = ID_CARD, .value = k.value };
	struct memo *m = memo_new();
	int64_t device;

	(void)state;
	assert_false(memo_bearer(m, &k, &device));
	for (size_t i = 0; i < 3; i++) {
		memo_set_bearer(m, &k, told[i]);
		assert_true(memo_bearer(m, &k, &device));
		assert_int_equal(told[i], device);
	}
	assert_false(memo_bearer(m, &same_value, &device));
	memo_forget_bearer(m, &k);
	assert_false(memo_bearer(m, &k, &device));
	memo_free(m);
}

static void
a_home_is_of_a_site_and_an_address(void **state)
{
	struct memo_home home = { .device = 3, .last_seen = 5, .kinds = 9 };
	struct addr ip = addr_ip4(0xc6120001), other = addr_ip4(0xc6120002);
	struct memo *m = memo_new();

	(void)state;
	memo_set_home(m, "a", &ip, &home);
	assert_null(memo_home(m, "b", &ip));
	assert_null(memo_home(m, "a", &other));
	assert_non_null(memo_home(m, "a", &ip));
	assert_memory_equal(&home, memo_home(m, "a", &ip), sizeof(home));
	memo_forget_home(m, "a", &ip);
	assert_null(memo_home(m, "a", &ip));
	memo_set_home(m, "a", &ip, &home);
	memo_forget_all(m);
	assert_null(memo_home(m, "a", &ip));
	memo_free(m);
}

static void
of_more_than_fits_most_is_kept_and_none_is_wrong(void **state)
{
	enum { KEYS = 2 * MEMO_BEARERS };
	struct memo *m = memo_new();
	size_t kept = 0, small = 0;
	char text[24];
	int64_t device;

	(void)state;
	for (unsigned i = 0; i < KEYS; i++) {
		struct id_key k = key(text, i);
		memo_set_bearer(m, &k, i);
		small += i < 1000 && memo_bearer(m, &k, &device);
	}
	for (unsigned i = 0; i < KEYS; i++) {
		struct id_key k = key(text, i);
		if (!memo_bearer(m, &k, &device))
			continue;
		assert_int_equal(i, device);
		kept++;
	}
	assert_int_equal(1000, small);
	assert_in_range(kept, MEMO_BEARERS / 2, MEMO_BEARERS);
	memo_free(m);
}

static void
without_memory_nothing_is_remembered(void **state)
{
	struct id_key k = { .kind = ID_MAC, .value = "00:16:3e:00:00:01" };
	int64_t device;

	(void)state;
	memo_set_bearer(NULL, &k, 1);
	assert_false(memo_bearer(NULL, &k, &device));
	memo_forget_all(NULL);
	memo_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bearer_is_who_was_set_last),
		cmocka_unit_test(a_home_is_of_a_site_and_an_address),
		cmocka_unit_test(of_more_than_fits_most_is_kept_and_none_is_wrong),
		cmocka_unit_test(without_memory_nothing_is_remembered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
