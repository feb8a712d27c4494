/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Settings that are kept with a run: what is written comes back, and nothing else. */
#include "cli/settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "cli/resume.h"

struct kept {
	bool on;
	int64_t rate, wait_ms, share;
	const char *name, *secret, *file;
	int kind;
	struct opt_list ports, ranges, secrets;
};

static const char *const kinds[] = { "fast", "slow", NULL };

#define AT(f) offsetof(struct kept, f)
static const struct opt rows[] = {
	{ .name = "t.on", .type = OPT_BOOL, .at = AT(on), .value = "yes", .help = "x" },
	{ .name = "t.rate",
		.type = OPT_INT,
		.at = AT(rate),
		.min = 1,
		.max = 1000000,
		.value = "10",
		.help = "x" },
	{ .name = "t.wait",
		.type = OPT_MSEC,
		.at = AT(wait_ms),
		.min = 0,
		.max = 100000000,
		.value = "1s",
		.help = "x" },
	{ .name = "t.share",
		.type = OPT_PERCENT,
		.at = AT(share),
		.min = 0,
		.max = 1000000,
		.value = "99.9",
		.help = "x" },
	{ .name = "t.name", .type = OPT_STR, .at = AT(name), .help = "x" },
	{ .name = "t.secret", .type = OPT_SECRET, .at = AT(secret), .help = "x" },
	{ .name = "t.secrets",
		.type = OPT_LIST,
		.at = AT(secrets),
		.flags = OPT_PRIVATE,
		.help = "x" },
	{ .name = "t.file",
		.type = OPT_STR,
		.at = AT(file),
		.flags = OPT_CLI_ONLY,
		.help = "x" },
	{ .name = "t.kind",
		.type = OPT_ENUM,
		.at = AT(kind),
		.choices = kinds,
		.value = "fast",
		.help = "x" },
	{ .name = "t.ports", .type = OPT_LIST, .at = AT(ports), .help = "x" },
	{ .name = "t.ranges",
		.type = OPT_LIST,
		.at = AT(ranges),
		.flags = OPT_NO_SPLIT | OPT_ADDS,
		.help = "x" },
	{ .name = NULL },
};

static const struct opt_table tables[] = { { "T", rows, 0 }, { NULL, NULL, 0 } };

static struct arena *mem;

static int
set_up(void **state)
{
	(void)state;
	mem = arena_new(1 << 20);
	return mem ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	arena_free(mem);
	return 0;
}

static struct kept
filled(void)
{
	static const char *ports[] = { "22", "80-90" }, *ranges[] = { "10.0.0.1,5,9" };
	static const char *hushed[] = { "hushed" };

	return (struct kept){ .on = false,
		.rate = 200,
		.wait_ms = 1500,
		.share = 995001,
		.name = "a \"b\"\nä",
		.secret = "hush",
		.secrets = { hushed, 1, 0 },
		.file = "/tmp/x",
		.kind = 1,
		.ports = { ports, 2, 0 },
		.ranges = { ranges, 1, 0 } };
}

static const char *
written(const struct kept *k)
{
	const char *text = NULL;
	struct err e = { 0 };

	if (settings_write(tables, k, mem, &text, &e) == -1)
		fail_msg("write: %s", e.text);
	return text;
}

static void
every_kind_of_setting_comes_back(void **state)
{
	struct kept k = filled(), back = { .secret = "own", .file = "own" };
	struct err e = { 0 };

	(void)state;
	assert_int_equal(0, opt_defaults(tables, &back, mem, &e));
	back.secret = back.file = "own";
	assert_int_equal(0, settings_read(tables, written(&k), &back, mem, &e));
	assert_false(back.on);
	assert_int_equal(200, back.rate);
	assert_int_equal(1500, back.wait_ms);
	assert_int_equal(995001, back.share);
	assert_string_equal("a \"b\"\nä", back.name);
	assert_int_equal(1, back.kind);
	assert_int_equal(2, back.ports.n);
	assert_string_equal("80-90", back.ports.items[1]);
	assert_int_equal(1, back.ranges.n);
	assert_string_equal("10.0.0.1,5,9", back.ranges.items[0]);
	assert_string_equal("own", back.secret);
	assert_string_equal("own", back.file);
}

static void
neither_secrets_nor_what_belongs_to_one_call_is_written(void **state)
{
	struct kept k = filled();

	(void)state;
	assert_null(strstr(written(&k), "hush"));
	assert_null(strstr(written(&k), "/tmp/x"));
}

static void
what_is_empty_stays_empty_whatever_there_was(void **state)
{
	struct kept none = { .rate = 1 }, back = filled();
	struct err e = { 0 };

	(void)state;
	assert_int_equal(0, settings_read(tables, written(&none), &back, mem, &e));
	assert_null(back.name);
	assert_int_equal(0, back.ports.n);
	assert_int_equal(0, back.ranges.n);
	assert_int_equal(0, back.kind);
}

static void
what_is_no_settings_text_is_refused(void **state)
{
	static const struct {
		const char *label, *text;
	} cases[] = {
		{ "nothing", "" },
		{ "no JSON", "scan.rate=1" },
		{ "an array", "[]" },
		{ "a setting that there is not", "{\"t.colour\":\"red\"}" },
		{ "a secret", "{\"t.secret\":\"x\"}" },
		{ "a number", "{\"t.rate\":200}" },
		{ "out of range", "{\"t.rate\":\"0\"}" },
		{ "no list", "{\"t.ports\":\"22\"}" },
		{ "a list of numbers", "{\"t.ports\":[22]}" },
		{ "no choice", "{\"t.kind\":\"red\"}" },
		{ "twice", "{\"t.rate\":\"1\",\"t.rate\":\"2\"}" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct kept k = filled();
		struct err e = { 0 };
		print_message("  %s\n", cases[i].label);
		assert_int_equal(-1, settings_read(tables, cases[i].text, &k, mem, &e));
		assert_true(*e.text);
	}
}

static void
a_difference_is_named_unless_it_does_not_count(void **state)
{
	static const char *const none[] = { NULL }, *const rate[] = { "t.rate", NULL };
	static const char *more[] = { "22", "80-90", "443" };
	struct kept a = filled(), b = filled();

	(void)state;
	assert_null(settings_differ(tables, &a, &b, none));
	b.secret = b.file = "other";
	assert_null(settings_differ(tables, &a, &b, none));
	b.rate = 300;
	assert_string_equal("t.rate", settings_differ(tables, &a, &b, none)->name);
	assert_null(settings_differ(tables, &a, &b, rate));
	b.ports = (struct opt_list){ more, 3, 0 };
	assert_string_equal("t.ports", settings_differ(tables, &a, &b, rate)->name);
}

/* The settings of a real sweep, by the tables that --resume uses. */
static void
the_defaults_of_a_sweep_come_back(void **state)
{
	static const char *const none[] = { NULL };
	struct scan_conf a = { 0 }, b = { 0 };
	struct err e = { 0 };
	const char *text;

	(void)state;
	assert_int_equal(0, opt_defaults(resume_tables, &a, mem, &e));
	assert_int_equal(0, settings_write(resume_tables, &a, mem, &text, &e));
	assert_int_equal(0, settings_read(resume_tables, text, &b, mem, &e));
	assert_null(settings_differ(resume_tables, &a, &b, none));
	assert_int_equal(a.sweep.rate, b.sweep.rate);
	assert_true(b.sweep.identify && b.names);
}

int
main(void)
{
#define TEST(t) cmocka_unit_test_setup_teardown(t, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(every_kind_of_setting_comes_back),
		TEST(neither_secrets_nor_what_belongs_to_one_call_is_written),
		TEST(what_is_empty_stays_empty_whatever_there_was),
		TEST(what_is_no_settings_text_is_refused),
		TEST(a_difference_is_named_unless_it_does_not_count),
		TEST(the_defaults_of_a_sweep_come_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
