/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Option rows: values, command lines, messages, help. */
#include "base/opt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "mem.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

struct speed {
	int64_t rate, wait;
	bool identify, fast;
};

struct output {
	int format;
	const char *file, *password;
	struct opt_list ports, exclude, filters, keys;
	bool verbose;
};

struct settings {
	int64_t other; /* tables need not begin at 0 */
	struct speed speed;
	struct output output;
};

static const char *const formats[] = { "table", "ndjson", "csv", NULL };

#define AT(f) offsetof(struct speed, f)
static const struct opt speed_opts[] = {
	{ .name = "scan.rate",
		.letter = 'r',
		.type = OPT_INT,
		.at = AT(rate),
		.min = 1,
		.max = 10000000,
		.value = "10k",
		.unit = "packets/s",
		.help = "Send at most this many packets each second" },
	{ .name = "scan.max_wait",
		.type = OPT_MSEC,
		.at = AT(wait),
		.min = 50,
		.max = 60000,
		.value = "1.5s",
		.help = "Wait this long for the last reply" },
	{ .name = "scan.identify",
		.type = OPT_BOOL,
		.at = AT(identify),
		.value = "yes",
		.help = "Ask what is alive who it is" },
	{ .name = "fast",
		.letter = 'f',
		.type = OPT_BOOL,
		.at = AT(fast),
		.help = "Hurry" },
	{ .name = NULL },
};
#undef AT
#define AT(f) offsetof(struct output, f)
static const struct opt output_opts[] = {
	{ .name = "out.format",
		.letter = 'o',
		.type = OPT_ENUM,
		.at = AT(format),
		.choices = formats,
		.value = "table",
		.help = "Print results so" },
	{ .name = "out.file",
		.type = OPT_STR,
		.at = AT(file),
		.arg = "FILE",
		.help = "Write the results there" },
	{ .name = "out.password",
		.type = OPT_SECRET,
		.at = AT(password),
		.help = "Log in" },
	{ .name = "out.keys",
		.type = OPT_LIST,
		.at = AT(keys),
		.flags = OPT_PRIVATE | OPT_NO_SPLIT,
		.help = "Open with these" },
	{ .name = "scan.ports",
		.letter = 'p',
		.type = OPT_LIST,
		.at = AT(ports),
		.value = "22, 80",
		.help = "Ask these ports" },
	{ .name = "scan.exclude",
		.type = OPT_LIST,
		.at = AT(exclude),
		.flags = OPT_ADDS,
		.value = "10.0.0.1",
		.help = "Never ask these" },
	{ .name = "filter",
		.type = OPT_LIST,
		.at = AT(filters),
		.flags = OPT_NO_SPLIT | OPT_CLI_ONLY,
		.help = "Show only these" },
	{ .name = "out.tuning",
		.type = OPT_STR,
		.at = AT(file),
		.flags = OPT_FILE_ONLY,
		.help = "Tune" },
	{ .name = "verbose",
		.letter = 'v',
		.type = OPT_BOOL,
		.at = AT(verbose),
		.flags = OPT_HIDDEN,
		.help = "Tell more" },
	{ .name = NULL },
};
#undef AT
static const struct opt_table tables[] = {
	{ "Speed", speed_opts, offsetof(struct settings, speed) },
	{ "Output", output_opts, offsetof(struct settings, output) },
	{ NULL, NULL, 0 },
};

/* --- values ----------------------------------------------------------------------------- */

static const struct opt *
row(const char *key)
{
	const struct opt *o = opt_by_key(tables, key);

	assert_non_null(o);
	return o;
}

static void
numbers_are_read_whole_or_not_at_all(void **state)
{
	static const struct {
		const char *key, *text;
		int64_t want;    /* -1: an error */
		const char *why; /* in its text */
	} rows[] = {
		{ "scan.rate", "1", 1, NULL },
		{ "scan.rate", "10000000", 10000000, NULL },
		{ "scan.rate", "5k", 5000, NULL },
		{ "scan.rate", "2M", 2000000, NULL },
		{ "scan.rate", "1.5k", 1500, NULL },
		{ "scan.rate", "007", 7, NULL },
		{ "scan.rate", "0", -1, "0: must be 1 to 10000000 packets/s" },
		{ "scan.rate", "10000001", -1, "must be 1 to 10000000" },
		{ "scan.rate", "1G", -1, "must be 1 to 10000000" },
		{ "scan.rate", "-5", -1, "-5: must be 1 to 10000000" },
		{ "scan.rate", "99999999999999999999", -1,
			"99999999999999999999: must be 1" },
		{ "scan.rate", "9223372036854775807k", -1, "must be 1 to" },
		{ "scan.rate", "", -1, "'': is no number; must be 1 to" },
		{ "scan.rate", " 5", -1, "is no number" },
		{ "scan.rate", "5 ", -1, "is no number" },
		{ "scan.rate", "5x", -1, "is no number" },
		{ "scan.rate", "5K", -1, "is no number" },
		{ "scan.rate", "0x10", -1, "is no number" },
		{ "scan.rate", "1e3", -1, "is no number" },
		{ "scan.rate", "1.5", -1, "is no number" },
		{ "scan.rate", "1.k", -1, "is no number" },
		{ "scan.rate", ".5k", -1, "is no number" },
		{ "scan.rate", "1.0005k", -1, "is no number" },
		{ "scan.rate", "--5", -1, "is no number" },
		{ "scan.rate", "+5", -1, "is no number" },
		{ "scan.max_wait", "50", 50, NULL },
		{ "scan.max_wait", "1500ms", 1500, NULL },
		{ "scan.max_wait", "1.5s", 1500, NULL },
		{ "scan.max_wait", "1.125 s", 1125, NULL },
		{ "scan.max_wait", "0.5min", 30000, NULL },
		{ "scan.max_wait", "0.0125h", 45000, NULL },
		{ "scan.max_wait", "1 min", 60000, NULL },
		{ "scan.max_wait", "2min", -1, "2min: must be 50 ms to 1 min" },
		{ "scan.max_wait", "1h", -1, "must be 50 ms to 1 min" },
		{ "scan.max_wait", "7d", -1, "must be 50 ms to 1 min" },
		{ "scan.max_wait", "1.0001s", -1, "is no time such as 500ms" },
		{ "scan.max_wait", "1 5s", -1, "is no time" },
		{ "scan.max_wait", "5 ", -1, "is no time" },
		{ "scan.max_wait", "5m", -1, "is no time" },
		{ "scan.max_wait", "s", -1, "is no time" },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		struct speed s = { .rate = -7, .wait = -7 };
		const struct opt *o = row(rows[i].key);
		const int64_t *field = o->type == OPT_INT ? &s.rate : &s.wait;
		struct err e = { 0 };
		print_message("  %s %s\n", rows[i].key, rows[i].text);
		int rc = opt_set(o, &s, rows[i].text, mem, &e);
		assert_int_equal(rows[i].want == -1 ? -1 : 0, rc);
		assert_true(*field == (rc == -1 ? -7 : rows[i].want));
		if (rc == -1) {
			assert_int_equal(ERR_ARG, e.code);
			if (!strstr(e.text, rows[i].why))
				fail_msg("'%s' does not say '%s'", e.text, rows[i].why);
		}
	}
}

static void
the_whole_range_of_a_number_is_read(void **state)
{
	const struct opt o = {
		.name = "n", .type = OPT_INT, .min = INT64_MIN + 1, .max = INT64_MAX
	};
	struct err e;
	int64_t n;

	(void)state;
	assert_int_equal(0, opt_set(&o, &n, "9223372036854775807", mem, &e));
	assert_true(n == INT64_MAX);
	assert_int_equal(0, opt_set(&o, &n, "-9223372036854775807", mem, &e));
	assert_true(n == -INT64_MAX);
	assert_int_equal(0, opt_set(&o, &n, "-1.5k", mem, &e));
	assert_true(n == -1500);
	assert_int_equal(-1, opt_set(&o, &n, "9223372036854775808", mem, &e));
	assert_int_equal(-1, opt_set(&o, &n, "9223372036854775.9k", mem, &e));
}

static void
words_are_yes_no_or_a_choice(void **state)
{
	static const char *const yes[] = { "yes", "true", "on", "YES", "On" };
	static const char *const no[] = { "no", "false", "off", "False" };
	static const char *const neither[] = { "", "1", "0", "y", "yes ", "maybe" };
	struct output out = { 0 };
	struct speed s = { 0 };
	struct err e;

	(void)state;
	for (size_t i = 0; i < N(yes); i++) {
		s.fast = false;
		assert_int_equal(0, opt_set(row("fast"), &s, yes[i], mem, &e));
		assert_true(s.fast);
	}
	for (size_t i = 0; i < N(no); i++) {
		s.fast = true;
		assert_int_equal(0, opt_set(row("fast"), &s, no[i], mem, &e));
		assert_false(s.fast);
	}
	for (size_t i = 0; i < N(neither); i++)
		assert_int_equal(-1, opt_set(row("fast"), &s, neither[i], mem, &e));
	assert_string_equal("maybe: must be yes or no", e.text);

	assert_int_equal(0, opt_set(row("out.format"), &out, "csv", mem, &e));
	assert_int_equal(2, out.format);
	assert_int_equal(-1, opt_set(row("out.format"), &out, "CSV", mem, &e));
	assert_string_equal("CSV: must be table, ndjson or csv", e.text);
	assert_int_equal(-1, opt_set(row("out.format"), &out, "", mem, &e));
	assert_int_equal(2, out.format);
}

static void
a_list_grows_item_by_item(void **state)
{
	static const struct {
		const char *text;
		size_t n;          /* SIZE_MAX: an error */
		const char *items; /* with '|' between */
	} rows[] = {
		{ "22", 1, "22" },
		{ "22,80", 2, "22|80" },
		{ " 22 ,\t80-90 , x", 3, "22|80-90|x" },
		{ "", 0, "" },
		{ "  ", 0, "" },
		{ "a b,c", 2, "a b|c" },
		{ ",", SIZE_MAX, NULL },
		{ "22,", SIZE_MAX, NULL },
		{ ",22", SIZE_MAX, NULL },
		{ "22,,80", SIZE_MAX, NULL },
		{ "1,2,3,4,5,6,7,8,9,10", 10, "1|2|3|4|5|6|7|8|9|10" },
	};
	struct output out;
	struct err e;

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		char joined[100] = "";
		out = (struct output){ 0 };
		print_message("  '%s'\n", rows[i].text);
		int rc = opt_set(row("scan.ports"), &out, rows[i].text, mem, &e);
		assert_int_equal(rows[i].n == SIZE_MAX ? -1 : 0, rc);
		if (rc == -1)
			continue;
		assert_int_equal(rows[i].n, out.ports.n);
		for (size_t k = 0; k < out.ports.n; k++)
			(void)snprintf(joined + strlen(joined),
				sizeof(joined) - strlen(joined), "%s%s", k ? "|" : "",
				out.ports.items[k]);
		assert_string_equal(rows[i].items, joined);
	}
	out = (struct output){ 0 };
	for (int i = 0; i < 1000; i++)
		assert_int_equal(0,
			opt_set(row("scan.ports"), &out, i % 2 ? "a,b" : "c", mem, &e));
	assert_int_equal(1500, out.ports.n);
	assert_string_equal("c", out.ports.items[1497]);
	assert_string_equal("b", out.ports.items[1499]);
}

static void
without_memory_there_is_an_error(void **state)
{
	struct arena *tiny = arena_new(16);
	struct output out = { 0 };
	struct err e;

	(void)state;
	assert_int_equal(
		-1, opt_set(row("out.file"), &out, "longer than the arena", tiny, &e));
	assert_int_equal(ERR_NOMEM, e.code);
	assert_null(out.file);
	assert_int_equal(-1, opt_set(row("scan.ports"), &out, "1", tiny, &e));
	assert_int_equal(ERR_NOMEM, e.code);
	arena_free(tiny);
}

/* --- defaults and names ----------------------------------------------------------------- */

static void
defaults_fill_every_field(void **state)
{
	struct settings s;
	struct err e;

	(void)state;
	memset(&s, 0xaa, sizeof(s));
	assert_int_equal(0, opt_defaults(tables, &s, mem, &e));
	assert_int_equal(10000, s.speed.rate);
	assert_int_equal(1500, s.speed.wait);
	assert_true(s.speed.identify);
	assert_false(s.speed.fast);
	assert_int_equal(0, s.output.format);
	assert_null(s.output.file);
	assert_null(s.output.password);
	assert_int_equal(2, s.output.ports.n);
	assert_string_equal("80", s.output.ports.items[1]);
	assert_int_equal(0, s.output.filters.n);
	assert_int_equal(0xaa, ((unsigned char *)&s.other)[0]); /* no row's */

	const struct opt wrong[] = {
		{ .name = "a.b", .type = OPT_INT, .max = 5, .value = "6" },
		{ .name = NULL }
	};
	const struct opt_table t[] = { { "", wrong, 0 }, { NULL, NULL, 0 } };
	assert_int_equal(-1, opt_defaults(t, &s, mem, &e));
	assert_string_equal("the default of a.b: 6: must be 0 to 5", e.text);
}

static void
rows_are_found_where_they_may_be_given(void **state)
{
	char buf[48];

	(void)state;
	assert_string_equal("max-wait", opt_long_name(row("scan.max_wait"), buf));
	assert_string_equal("fast", opt_long_name(row("fast"), buf));
	assert_ptr_equal(row("scan.max_wait"), opt_by_option(tables, "max-wait"));
	assert_null(opt_by_option(tables, "max_wait"));
	assert_null(opt_by_option(tables, "scan.rate"));
	assert_null(opt_by_option(tables, "rat"));
	assert_null(opt_by_option(tables, "password")); /* a secret */
	assert_null(opt_by_option(tables, "keys"));     /* OPT_PRIVATE */
	assert_null(opt_by_option(tables, "tuning"));   /* OPT_FILE_ONLY */
	assert_non_null(opt_by_option(tables, "filter"));
	assert_null(opt_by_key(tables, "filter")); /* OPT_CLI_ONLY */
	assert_null(opt_by_key(tables, "scan"));
	assert_null(opt_by_key(tables, "rate"));
	assert_non_null(opt_by_key(tables, "out.password"));
	assert_non_null(opt_by_key(tables, "out.keys"));
	assert_true(
		opt_is_secret(row("out.password")) && opt_is_secret(row("out.keys")));
	assert_false(opt_is_secret(row("out.tuning")));
}

static void
the_nearest_name_is_near(void **state)
{
	static const char *const names[] = { "", "scan", "devices", "show", "changes",
		"import", "export", "forget", "store" };
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "sacn", "scan" }, /* swapped */
		{ "scna", "scan" },
		{ "scn", "scan" },    /* missing */
		{ "scaan", "scan" },  /* doubled */
		{ "scam", "scan" },   /* another */
		{ "SCAN", "scan" },   /* case */
		{ "dev", "devices" }, /* the beginning */
		{ "devcies", "devices" },
		{ "exprot", "export" },
		{ "stroe", "store" },
		{ "chagnse", "changes" }, /* two slips */
		{ "s", NULL },
		{ "", NULL },
		{ "fish", NULL },
		{ "remove", NULL },
		{ "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
			NULL },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		print_message("  %s\n", rows[i].text);
		const char *got = nearest(rows[i].text, names, N(names));
		if (rows[i].want)
			assert_string_equal(rows[i].want, got ? got : "(none)");
		else
			assert_null(got);
	}
	assert_null(nearest("scan", names, 0));
}

/* --- command lines ---------------------------------------------------------------------- */

struct line {
	struct settings s;
	struct opt_list args;
	bool help;
	struct err e;
};

/* Words with a blank between; "~" stands for an empty one. */
static int
parse(struct line *l, const char *text)
{
	char *words[32] = { (char *)(uintptr_t) "muster" };
	int n = 1;

	*l = (struct line){ 0 };
	assert_int_equal(0, opt_defaults(tables, &l->s, mem, &l->e));
	while (*text) {
		size_t len = strcspn(text, " ");
		char *word = arena_strndup(mem, text, len);
		words[n++] = strcmp(word, "~") == 0 ? arena_strdup(mem, "") : word;
		text += len + (text[len] == ' ');
	}
	return opt_parse(tables, n, words, &l->s, mem, &l->args, &l->help, &l->e);
}

static void
a_value_is_given_in_every_usual_form(void **state)
{
	static const char *const rows[] = { "-r5", "-r 5", "--rate=5", "--rate 5",
		"-fr5", "-fr 5", "-r 7 --rate=5", "-r5 --", "-r7 -r5" };
	struct line l;

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		print_message("  %s\n", rows[i]);
		assert_int_equal(0, parse(&l, rows[i]));
		assert_int_equal(5, l.s.speed.rate);
		assert_int_equal(0, l.args.n);
		assert_false(l.help);
	}
	assert_int_equal(0, parse(&l, "-o csv --file=a=b --max-wait 2s"));
	assert_int_equal(2, l.s.output.format);
	assert_string_equal("a=b", l.s.output.file);
	assert_int_equal(2000, l.s.speed.wait);
	assert_int_equal(0, parse(&l, "--file= --ports ~"));
	assert_string_equal("", l.s.output.file);
	assert_int_equal(0, l.s.output.ports.n);
}

static void
switches_go_both_ways(void **state)
{
	struct line l;

	(void)state;
	assert_int_equal(0, parse(&l, "-fv"));
	assert_true(l.s.speed.fast && l.s.output.verbose && l.s.speed.identify);
	assert_int_equal(0, parse(&l, "--fast --no-fast --no-identify"));
	assert_false(l.s.speed.fast || l.s.speed.identify);
	assert_int_equal(0, parse(&l, "--no-identify --identify"));
	assert_true(l.s.speed.identify);
}

static void
a_list_starts_anew_unless_it_adds(void **state)
{
	struct line l;

	(void)state;
	assert_int_equal(0, parse(&l, "-p 443 --ports=1,2 --filter a,b --filter c"));
	assert_int_equal(3, l.s.output.ports.n);
	assert_string_equal("443", l.s.output.ports.items[0]);
	assert_string_equal("2", l.s.output.ports.items[2]);
	assert_int_equal(2, l.s.output.filters.n);
	assert_string_equal("a,b", l.s.output.filters.items[0]);
	assert_int_equal(1, l.s.output.exclude.n); /* not named: its default */
	assert_int_equal(0, parse(&l, "--exclude 10.0.0.2"));
	assert_int_equal(2, l.s.output.exclude.n);
	assert_string_equal("10.0.0.1", l.s.output.exclude.items[0]);
}

static void
options_and_arguments_mix(void **state)
{
	struct line l;

	(void)state;
	assert_int_equal(0, parse(&l, "a -r 5 - b --fast ~ -- -r 6 -- --help"));
	static const char *const want[] = { "a", "-", "b", "", "-r", "6", "--",
		"--help" };
	assert_int_equal(N(want), l.args.n);
	for (size_t i = 0; i < N(want); i++)
		assert_string_equal(want[i], l.args.items[i]);
	assert_int_equal(5, l.s.speed.rate);
	assert_false(l.help);
	assert_int_equal(0,
		opt_parse(tables, 0, (char *[]){ NULL }, &l.s, mem, &l.args, &l.help,
			&l.e));
	assert_int_equal(0, l.args.n);
}

static void
help_stops_the_reading(void **state)
{
	static const char *const rows[] = { "--help", "-h", "a --help --no-such", "-fh",
		"-r5 -h x" };
	struct line l;

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		print_message("  %s\n", rows[i]);
		assert_int_equal(0, parse(&l, rows[i]));
		assert_true(l.help);
	}
	assert_int_equal(0, parse(&l, "--file --help")); /* a value */
	assert_false(l.help);
}

static void
misuse_names_the_text_at_fault(void **state)
{
	static const struct {
		const char *line, *want;
	} rows[] = {
		{ "--rate 0", "--rate 0: must be 1 to 10000000 packets/s" },
		{ "--rate=x",
			"--rate x: is no number; must be 1 to 10000000 packets/s" },
		{ "-r0", "-r 0: must be 1 to 10000000 packets/s" },
		{ "--rate ~",
			"--rate '': is no number; must be 1 to 10000000 packets/s" },
		{ "--max-wait 2min", "--max-wait 2min: must be 50 ms to 1 min" },
		{ "--format cvs", "--format cvs: must be table, ndjson or csv" },
		{ "--ports 1,,2", "--ports 1,,2: an item between commas is empty" },
		{ "--rate", "--rate needs a value: --rate N" },
		{ "-r", "-r needs a value: -r N" },
		{ "--file", "--file needs a value: --file FILE" },
		{ "--fast=yes", "--fast takes no value" },
		{ "--no-fast=yes", "--no-fast takes no value" },
		{ "--rat 5", "unknown option --rat; did you mean --rate?" },
		{ "--max_wait 5",
			"unknown option --max_wait; did you mean --max-wait?" },
		{ "--no-identfy",
			"unknown option --no-identfy; did you mean --no-identify?" },
		{ "--nonsense=5", "unknown option --nonsense" },
		{ "--no-rate", "unknown option --no-rate" },
		{ "--password x", "unknown option --password" },
		{ "--keys x", "unknown option --keys" },
		{ "--tuning x", "unknown option --tuning" },
		{ "--no-", "unknown option --no-; did you mean --no-identify?" },
		{ "-x", "unknown option -x" },
		{ "-fx", "unknown option -x" },
		{ "-\xc3\xa9", "unknown option, byte 0xc3" },
		{ "--filter ok --file aaaaaaaaaaaaaaa --rate 1234567890123456789012345678901234567890X",
			"--rate 1234567890123456789012345678901234567890...: is no number; must be "
			"1 to 10000000 packets/s" },
	};
	struct line l;

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		print_message("  %s\n", rows[i].line);
		assert_int_equal(-1, parse(&l, rows[i].line));
		assert_int_equal(ERR_ARG, l.e.code);
		assert_string_equal(rows[i].want, l.e.text);
	}
}

static void
a_command_line_needs_memory(void **state)
{
	char *words[] = { (char *)(uintptr_t) "muster", (char *)(uintptr_t) "--file",
		(char *)(uintptr_t) "a file name of some length", NULL };
	struct settings s = { 0 };
	bool help;
	int failed = 0;

	(void)state;
	for (size_t limit = 0; limit < 400; limit += 16) {
		struct arena *tiny = arena_new(limit);
		struct opt_list args;
		struct err e = { 0 };
		if (opt_parse(tables, 3, words, &s, tiny, &args, &help, &e) == -1) {
			assert_int_equal(ERR_NOMEM, e.code);
			failed++;
		}
		arena_free(tiny);
	}
	assert_true(failed > 3 && failed < 25);
}

/* --- help ------------------------------------------------------------------------------- */

static void
help_is_made_of_the_rows(void **state)
{
	static const char want[] =
		"Speed:\n"
		"  -r, --rate N            Send at most this many packets each second (1 to\n"
		"                          10000000 packets/s; default 10k)\n"
		"      --max-wait TIME     Wait this long for the last reply (50 ms to 1 min;\n"
		"                          default 1.5s)\n"
		"      --no-identify       Do not ask what is alive who it is\n"
		"  -f, --fast              Hurry\n"
		"\n"
		"Output:\n"
		"  -o, --format WORD       Print results so (table, ndjson, csv; default table)\n"
		"      --file FILE         Write the results there\n"
		"  -p, --ports LIST        Ask these ports (default 22, 80)\n"
		"      --exclude LIST      Never ask these (default 10.0.0.1)\n"
		"      --filter LIST       Show only these\n";
	struct sb text;

	(void)state;
	sb_init(&text, 1 << 16);
	opt_help(tables, &text);
	assert_string_equal(want, text.text);
	sb_done(&text);
}

static void
a_share_is_read_in_percent(void **state)
{
	static const struct {
		const char *text;
		int64_t want; /* millionths; -1: refused */
		const char *why;
	} rows[] = {
		{ "99.9", 999000, NULL },
		{ "99.9%", 999000, NULL },
		{ "3 %", 30000, NULL },
		{ "0", 0, NULL },
		{ "0.0001", 1, NULL },
		{ "0.00001", -1, "is no share such as 99.9 or 3%" },
		{ "100", -1, "must be 0 % to 99.9999 %" },
		{ "99,9", -1, "is no share" },
		{ "ten", -1, "is no share" },
	};
	const struct opt o = { .name = "r", .type = OPT_PERCENT, .max = 999999 };

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		int64_t got = -7;
		struct err e = { 0 };
		print_message("  %s\n", rows[i].text);
		int rc = opt_set(&o, &got, rows[i].text, mem, &e);
		assert_int_equal(rc, rows[i].want == -1 ? -1 : 0);
		if (rc == -1 && !strstr(e.text, rows[i].why))
			fail_msg("'%s' does not say '%s'", e.text, rows[i].why);
		if (rc == 0)
			assert_int_equal(got, rows[i].want);
	}
}

/* Two tables of one heading stand under it together; bare milliseconds get a unit. */
static void
a_heading_is_printed_once(void **state)
{
	const struct opt one[] = { { .name = "a",
					   .type = OPT_MSEC,
					   .max = 86400000,
					   .value = "90000",
					   .help = "A" },
		{ .name = NULL } };
	const struct opt none[] = {
		{ .name = "b", .type = OPT_BOOL, .flags = OPT_FILE_ONLY, .help = "B" },
		{ .name = NULL }
	};
	const struct opt two[] = { { .name = "c", .type = OPT_BOOL, .help = "C" },
		{ .name = NULL } };
	const struct opt_table t[] = { { "H", one, 0 }, { "I", none, 0 },
		{ "H", two, 0 }, { "J", two, 0 }, { NULL, NULL, 0 } };
	struct sb text;

	(void)state;
	sb_init(&text, 1 << 16);
	opt_help(t, &text);
	assert_string_equal("H:\n"
			    "      --a TIME            A (0 ms to 1 d; default 90 s)\n"
			    "      --c                 C\n"
			    "\n"
			    "J:\n"
			    "      --c                 C\n",
		text.text);
	sb_done(&text);
}

static void
the_settings_page_shows_what_a_file_may_hold(void **state)
{
	struct sb text;

	(void)state;
	sb_init(&text, 1 << 16);
	opt_scdoc_settings(tables, &text);
	assert_non_null(strstr(text.text,
		"*scan.max\\_wait*: a time\n\tWait this long for the last "
		"reply. 50 ms to 1 min; default 1.5s. On the command line: *--max-wait*.\n"));
	assert_non_null(strstr(text.text,
		"*scan.identify*: yes or no\n\tAsk what is alive who it is. "
		"Default yes. On the command line: *--no-identify*.\n"));
	assert_non_null(strstr(text.text, "*out.password*: a secret\n\tLog in.\n"));
	assert_non_null(strstr(
		text.text, "*out.keys*: a list of secrets\n\tOpen with these.\n"));
	assert_non_null(strstr(text.text, "*out.tuning*: text\n\tTune.\n"));
	assert_null(strstr(text.text, "filter"));
	sb_done(&text);
}

static void
long_words_never_pass_column_80(void **state)
{
	const struct opt rows[] = {
		{ .name = "a_very_long_option_name_indeed",
			.type = OPT_STR,
			.arg = "DEVICE",
			.help = "Say something that goes on and on until it has to be broken, twice if "
				"it must be, because there is so much to say" },
		{ .name = NULL },
	};
	const struct opt_table t[] = { { "H", rows, 0 }, { NULL, NULL, 0 } };
	struct sb text;

	(void)state;
	sb_init(&text, 1 << 16);
	opt_help(t, &text);
	for (const char *p = text.text; *p; p += strcspn(p, "\n") + 1)
		assert_true(strcspn(p, "\n") < 80);
	assert_non_null(
		strstr(text.text, "--a-very-long-option-name-indeed DEVICE\n      "));
	sb_done(&text);
}

static void
the_manual_shows_hidden_rows_too(void **state)
{
	struct sb text;

	(void)state;
	sb_init(&text, 1 << 16);
	opt_scdoc(tables, &text);
	assert_non_null(strstr(text.text,
		"## Speed\n\n*-r*, *--rate* _N_\n\tSend at most this "
		"many packets each second. 1 to 10000000 packets/s; default 10k. In the file: "
		"*scan.rate*.\n\n"));
	assert_non_null(strstr(text.text, "*--no-identify*\n\tDo not ask"));
	assert_non_null(strstr(text.text, "*-v*, *--verbose*"));
	assert_non_null(strstr(text.text, "In the file: *scan.max\\_wait*."));
	assert_non_null(strstr(text.text,
		"*--filter* _LIST_\n\tShow only these. May be given "
		"several times.\n"));
	assert_non_null(strstr(text.text,
		"\tPrint results so. One of table, ndjson, csv; default table. In"));
	assert_null(strstr(text.text, "password"));
	assert_null(strstr(text.text, "Open with"));
	assert_null(strstr(text.text, "tuning"));
	sb_done(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_read_whole_or_not_at_all),
		cmocka_unit_test(the_whole_range_of_a_number_is_read),
		cmocka_unit_test(words_are_yes_no_or_a_choice),
		cmocka_unit_test(a_list_grows_item_by_item),
		cmocka_unit_test(without_memory_there_is_an_error),
		cmocka_unit_test(defaults_fill_every_field),
		cmocka_unit_test(rows_are_found_where_they_may_be_given),
		cmocka_unit_test(the_nearest_name_is_near),
		cmocka_unit_test(a_value_is_given_in_every_usual_form),
		cmocka_unit_test(switches_go_both_ways),
		cmocka_unit_test(a_list_starts_anew_unless_it_adds),
		cmocka_unit_test(options_and_arguments_mix),
		cmocka_unit_test(help_stops_the_reading),
		cmocka_unit_test(misuse_names_the_text_at_fault),
		cmocka_unit_test(a_command_line_needs_memory),
		cmocka_unit_test(help_is_made_of_the_rows),
		cmocka_unit_test(a_share_is_read_in_percent),
		cmocka_unit_test(a_heading_is_printed_once),
		cmocka_unit_test(the_settings_page_shows_what_a_file_may_hold),
		cmocka_unit_test(long_words_never_pass_column_80),
		cmocka_unit_test(the_manual_shows_hidden_rows_too),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
