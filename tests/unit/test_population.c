/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is known, who was found, and who is named as missing. */
#include "cli/population.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* Words: "198.18.3.7" stands for itself, "198.18.3.7=4" belongs to device 4. */
static void
fill(struct population *p, const char *words)
{
	char text[512], *next = text;
	struct err e;

	(void)snprintf(text, sizeof(text), "%s", words);
	for (char *word; (word = strsep(&next, " "));) {
		char *owner = strchr(word, '=');
		struct addr ip;
		if (!*word)
			continue;
		if (owner)
			*owner++ = '\0';
		assert_true(addr_parse(word, &ip));
		assert_int_equal(0,
			population_add(
				p, &ip, owner ? strtoll(owner, NULL, 10) : 0, &e));
	}
}

/* Words: an address that answered, or "=4": device 4 did, wherever. */
static void
mark(struct population *p, const char *words)
{
	char text[512], *next = text;

	(void)snprintf(text, sizeof(text), "%s", words);
	for (char *word; (word = strsep(&next, " "));) {
		struct addr ip;
		if (*word == '=')
			population_found_owner(p, strtoll(word + 1, NULL, 10));
		else if (addr_parse(word, &ip))
			population_found_ip(p, &ip);
	}
}

static const struct row {
	const char *label, *known, *answered;
	unsigned n_known, n_found;
	const char *said; /* of the missing ones; NULL: none is */
} rows[] = {
	{ "nobody is known", "", "198.18.3.7", 0, 0, NULL },
	{ "all answered", "198.18.3.7 198.18.3.8", "198.18.3.8 198.18.3.7", 2, 2, NULL },
	{ "nobody answered", "198.18.3.8 198.18.3.7", "", 2, 0,
		"2 of 2 things did not answer: 198.18.3.7, 198.18.3.8" },
	{ "others answered", "198.18.3.7", "198.18.3.6 198.18.3.8 2001:db8::7", 1, 0,
		"1 of 1 things did not answer: 198.18.3.7" },
	{ "the first and the last are found", "198.18.3.7 198.18.3.8 198.18.3.9",
		"198.18.3.7 198.18.3.9", 3, 2,
		"1 of 3 things did not answer: 198.18.3.8" },
	{ "an address known twice counts once", "198.18.3.7 198.18.3.8 198.18.3.7",
		"198.18.3.7", 2, 1, "1 of 2 things did not answer: 198.18.3.8" },
	{ "both families", "2001:db8::7 198.18.3.7 2001:db8::8", "2001:db8::7", 3, 1,
		"2 of 3 things did not answer: 198.18.3.7, 2001:db8::8" },
	{ "five are named, the least ones",
		"198.18.3.9 198.18.3.1 198.18.3.30 198.18.3.4 198.18.3.200 198.18.3.3 "
		"198.18.3.2",
		"", 7, 0,
		"7 of 7 things did not answer: 198.18.3.1, 198.18.3.2, 198.18.3.3, "
		"198.18.3.4, 198.18.3.9 and 2 more" },
	{ "five of five are all",
		"198.18.3.5 198.18.3.4 198.18.3.3 198.18.3.2 198.18.3.1", "", 5, 0,
		"5 of 5 things did not answer: 198.18.3.1, 198.18.3.2, 198.18.3.3, "
		"198.18.3.4, 198.18.3.5" },
	{ "one address of a device is enough", "198.18.3.7=4 2001:db8::7=4 198.18.3.8=5",
		"2001:db8::7", 2, 1, "1 of 2 things did not answer: 198.18.3.8" },
	{ "a device is named by its least address",
		"2001:db8::7=4 198.18.3.70=4 198.18.3.8=5", "", 2, 0,
		"2 of 2 things did not answer: 198.18.3.8, 198.18.3.70" },
	{ "the least ones of devices in another order",
		"198.18.3.9=1 198.18.3.8=2 198.18.3.7=3 198.18.3.6=4 198.18.3.5=5 "
		"198.18.3.10=6 198.18.3.4=7",
		"", 7, 0,
		"7 of 7 things did not answer: 198.18.3.4, 198.18.3.5, 198.18.3.6, "
		"198.18.3.7, 198.18.3.8 and 2 more" },
	{ "a device is found wherever it is", "198.18.3.7=4 198.18.3.8=5 198.18.3.9=6",
		"=5 =1 =7", 3, 1,
		"2 of 3 things did not answer: 198.18.3.7, 198.18.3.9" },
	{ "the least and the greatest device", "198.18.3.7=4 198.18.3.8=5", "=4 =5", 2,
		2, NULL },
	{ "two devices that claim one address", "198.18.3.7=4 198.18.3.7=5",
		"198.18.3.7", 2, 2, NULL },
	{ "marks of both kinds hold", "198.18.3.7=4 198.18.3.8=5 198.18.3.9=6",
		"198.18.3.9 =4 198.18.3.8", 3, 3, NULL },
};

static void
judges(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct population p = { .name = "test", .of = "things" };
		struct arena *mem = arena_new(1 << 16);
		struct population_report r;
		print_message("  %s\n", rows[i].label);
		fill(&p, rows[i].known);
		mark(&p, rows[i].answered);
		population_judge(&p, &r);
		assert_string_equal("test", r.name);
		assert_int_equal(rows[i].n_known, r.known);
		assert_int_equal(rows[i].n_found, r.found);
		if (rows[i].said)
			assert_string_equal(rows[i].said, population_describe(&r, mem));
		else
			assert_int_equal(0, r.n_missing);
		population_done(&p);
		arena_free(mem);
	}
}

/* As many as answer in a large network: more than this takes seconds if it is not sorted. */
static void
a_hundred_thousand_are_judged(void **state)
{
	enum { N = 100000 };
	struct population p = { .name = "test", .of = "things" };
	struct population_report r;
	struct addr ip;
	struct err e;

	(void)state;
	for (uint32_t i = 0; i < N; i++) {
		ip = addr_ip4(0x0a000000u + i * 7919u % N);
		assert_int_equal(0, population_add(&p, &ip, i + 1, &e));
	}
	for (uint32_t i = 0; i < N; i++) {
		ip = addr_ip4(0x0a000000u + i);
		if (i != 4711)
			population_found_ip(&p, &ip);
	}
	population_judge(&p, &r);
	assert_int_equal(N, r.known);
	assert_int_equal(N - 1, r.found);
	ip = addr_ip4(0x0a000000u + 4711);
	assert_int_equal(1, r.n_missing);
	assert_true(addr_equal(&ip, &r.missing[0]));
	population_done(&p);
}

static void
there_is_a_limit(void **state)
{
	struct population p = { .name = "test", .of = "things" };
	struct addr ip = addr_ip4(1);
	struct err e;

	(void)state;
	for (size_t i = 0; i < POPULATION_MAX; i++)
		assert_int_equal(0, population_add(&p, &ip, 0, &e));
	assert_int_equal(-1, population_add(&p, &ip, 0, &e));
	assert_int_equal(ERR_ARG, e.code);
	population_done(&p);
	assert_int_equal(0, p.n);
	population_done(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judges),
		cmocka_unit_test(a_hundred_thousand_are_judged),
		cmocka_unit_test(there_is_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
