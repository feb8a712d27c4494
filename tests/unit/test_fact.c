/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The fact table keeps its promises: sorted, complete, and it has what others rely on. */
#include "inventory/fact.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "inventory/identity.h"

static void
keys_are_sorted_and_unique(void **state)
{
	(void)state;
	for (size_t i = 1; i < n_fact_defs; i++) {
		print_message("  %s\n", fact_defs[i].key);
		assert_true(strcmp(fact_defs[i - 1].key, fact_defs[i].key) < 0);
	}
}

static void
every_row_is_complete(void **state)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789._";

	(void)state;
	for (size_t i = 0; i < n_fact_defs; i++) {
		const struct fact_def *d = &fact_defs[i];
		print_message("  %s\n", d->key);
		assert_in_range(strlen(d->key), 1, FACT_KEY_LIMIT);
		assert_int_equal(strlen(d->key), strspn(d->key, allowed));
		assert_true(d->type < FACT_OTHER);
		assert_non_null(d->source);
		assert_true(strlen(d->source) > 0);
		assert_true(strlen(d->help) > 0);
		/* One sentence without its full stop, as in option tables. */
		assert_int_not_equal('.', d->help[strlen(d->help) - 1]);
		assert_true(!d->title || strlen(d->title) > 0);
	}
}

static void
every_key_is_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_fact_defs; i++)
		assert_ptr_equal(&fact_defs[i], fact_find(fact_defs[i].key));
}

static void
where_a_search_begins_is_its_own_affair(void **state)
{
	static const char *const others[] = { "", "a", "mac.onlin", "zzz" };

	(void)state;
	for (size_t i = 0; i < n_fact_defs; i++) {
		for (size_t k = 0; k < n_fact_defs; k++)
			assert_ptr_equal(&fact_defs[k],
				fact_find_next(&fact_defs[i], fact_defs[k].key));
		for (size_t k = 0; k < sizeof(others) / sizeof(others[0]); k++)
			assert_null(fact_find_next(&fact_defs[i], others[k]));
	}
	assert_ptr_equal(&fact_defs[0], fact_find_next(NULL, fact_defs[0].key));
}

static void
other_keys_are_not_found(void **state)
{
	static const char *const keys[] = { "", "a", "mac.", "mac.onlin", "tcp.openx",
		"MAC", "zzz", "name " };

	(void)state;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		print_message("  \"%s\"\n", keys[i]);
		assert_null(fact_find(keys[i]));
	}
}

static void
facts_of_identity_are_in_the_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < ID_KINDS; i++) {
		print_message("  %s\n", id_rules[i].name);
		assert_true(!id_rules[i].facts[0] == (i == ID_ADDRESS));
		for (size_t k = 0; k < 2 && id_rules[i].facts[k]; k++)
			assert_non_null(fact_find(id_rules[i].facts[k]));
	}
}

static void
a_fact_is_got_by_its_key(void **state)
{
	static const struct fact facts[] = {
		{ .key = "ip.ttl", .type = FACT_INT, .num = 64 },
		{ .key = "netbios.name", .type = FACT_TEXT, .text = "A" },
		{ .key = "zz.unknown", .type = FACT_OTHER, .text = "1" },
	};

	(void)state;
	for (size_t i = 0; i < 3; i++)
		assert_ptr_equal(&facts[i], fact_get(facts, 3, facts[i].key));
	assert_null(fact_get(facts, 3, "mac"));
	assert_null(fact_get(facts, 2, "zz.unknown"));
	assert_null(fact_get(NULL, 0, "mac"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_sorted_and_unique),
		cmocka_unit_test(every_row_is_complete),
		cmocka_unit_test(every_key_is_found),
		cmocka_unit_test(where_a_search_begins_is_its_own_affair),
		cmocka_unit_test(other_keys_are_not_found),
		cmocka_unit_test(facts_of_identity_are_in_the_table),
		cmocka_unit_test(a_fact_is_got_by_its_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
