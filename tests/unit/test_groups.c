/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Groups: which one a computer is in, by the container of its account. */
#include "scope/groups.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static const char config[] =
	"groups:\n"
	"  corp: {unit: [corp.example]}\n"
	"  desktops: {parent: berlin, unit: [corp.example/Berlin/Desktops]}\n"
	"  berlin: {parent: corp, unit: [corp.example/Berlin]}\n"
	"  slash: {parent: berlin, unit: ['corp.example/Berlin\\/Mitte']}\n"
	"  labs: {unit: [corp.example/Lab 1, corp.example/Lab 2]}\n"
	"  empty: {parent: corp}\n";

static const struct opt_table tables[] = { { "", group_opts, 0 }, { NULL, NULL, 0 } };

static void
a_computer_is_in_the_group_of_the_nearest_unit_above_it(void **state)
{
	static const struct {
		const char *container, *want;
	} rows[] = {
		{ "corp.example/Berlin/Desktops", "corp / berlin / desktops" },
		{ "corp.example/Berlin/Desktops/New", "corp / berlin / desktops" },
		{ "corp.example/BERLIN/desktops", "corp / berlin / desktops" },
		{ "corp.example/Berlin/Servers", "corp / berlin" },
		{ "corp.example/Berlin", "corp / berlin" },
		{ "corp.example/Berlin-Mitte", "corp" },
		{ "corp.example/Berlin\\/Mitte", "corp / berlin / slash" },
		{ "corp.example/Berlin\\/Mitte/x", "corp / berlin / slash" },
		{ "corp.example/Computers", "corp" },
		{ "corp.example", "corp" },
		{ "corp.example/Lab 2/x", "labs" },
		{ "corp.example.com/Berlin", NULL },
		{ "emea.corp.example/Berlin", NULL },
		{ "", NULL },
		{ NULL, NULL },
	};
	struct arena *mem = arena_new(1 << 20);
	struct group *all;
	struct conf *conf;
	struct sb text;
	struct err e;
	size_t n, wrong = 0;

	(void)state;
	sb_init(&text, 4096);
	assert_int_equal(0,
		conf_read("f", config, strlen(config), tables, mem, &conf, &text, &e));
	assert_int_equal(
		0, groups_read_all(conf, "f", mem, &all, &n, &text, &wrong, &e));
	assert_string_equal("", text.text);
	assert_int_equal(6, n);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct group *g = groups_find(all, n, rows[i].container);
		print_message(
			"  %s\n", rows[i].container ? rows[i].container : "(none)");
		sb_clear(&text);
		if (g)
			group_print(g, &text);
		assert_string_equal(rows[i].want ? rows[i].want : "", text.text);
	}
	sb_done(&text);
	arena_free(mem);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_computer_is_in_the_group_of_the_nearest_unit_above_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
