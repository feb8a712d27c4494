/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The settings file: what is understood, and where each mistake is said to be. */
#include "base/conf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#define N(a) (sizeof(a) / sizeof((a)[0]))

struct settings {
	int64_t rate, wait, every;
	bool identify;
	int format;
	const char *path, *password;
	struct opt_list ports, filters;
};

static const char *const formats[] = { "table", "ndjson", "csv", NULL };

#define AT(f) offsetof(struct settings, f)
static const struct opt scan_opts[] = {
	{ .name = "scan.rate",
		.type = OPT_INT,
		.at = AT(rate),
		.min = 1,
		.max = 10000000,
		.value = "10000",
		.unit = "packets/s",
		.help = "h" },
	{ .name = "scan.max_wait",
		.type = OPT_MSEC,
		.at = AT(wait),
		.min = 50,
		.max = 60000,
		.value = "1500",
		.help = "h" },
	{ .name = "scan.identify",
		.type = OPT_BOOL,
		.at = AT(identify),
		.value = "yes",
		.help = "h" },
	{ .name = "scan.ports",
		.type = OPT_LIST,
		.at = AT(ports),
		.value = "22, 80",
		.help = "h" },
	{ .name = NULL },
};
static const struct opt store_opts[] = {
	{ .name = "store.format",
		.type = OPT_ENUM,
		.at = AT(format),
		.choices = formats,
		.value = "table",
		.help = "h" },
	{ .name = "store.path", .type = OPT_STR, .at = AT(path), .help = "h" },
	{ .name = "store.password", .type = OPT_SECRET, .at = AT(password), .help = "h" },
	{ .name = "windows.poll.every",
		.type = OPT_MSEC,
		.at = AT(every),
		.min = 1000,
		.max = 86400000,
		.value = "15min",
		.help = "h" },
	{ .name = "store.filter",
		.type = OPT_LIST,
		.at = AT(filters),
		.flags = OPT_CLI_ONLY,
		.help = "h" },
	{ .name = NULL },
};
#undef AT
static const struct opt_table tables[] = {
	{ "Scan", scan_opts, 0 },
	{ "Store", store_opts, 0 },
	{ NULL, NULL, 0 },
};

struct reading {
	struct arena *mem;
	struct sb mistakes;
	struct conf *conf;
	struct settings s;
	struct err e;
	int rc;
};

/* Reads and, when it is right, applies; the bytes stand in an exact block. */
static void
read_bytes(struct reading *r, const char *text, size_t n)
{
	char *exact = malloc(n ? n : 1);

	assert_non_null(exact);
	memcpy(exact, text, n);
	*r = (struct reading){ .mem = arena_new(64 << 20) };
	assert_non_null(r->mem);
	sb_init(&r->mistakes, 1 << 20);
	r->rc = conf_read("f", exact, n, tables, r->mem, &r->conf, &r->mistakes, &r->e);
	free(exact); /* nothing of it is needed any more */
	assert_int_equal(0, opt_defaults(tables, &r->s, r->mem, &r->e));
	if (r->rc == 0)
		assert_int_equal(0, conf_apply(r->conf, tables, &r->s, r->mem, &r->e));
	else
		assert_null(r->conf);
}

static void
done(struct reading *r)
{
	sb_done(&r->mistakes);
	arena_free(r->mem);
}

static void
settings_reach_their_fields(void **state)
{
	static const char text[] =
		"# an office\n"
		"scan:\n"
		"  rate: 5k        # packets/s\n"
		"  max_wait: 2 s\n"
		"  identify: off\n"
		"  ports:\n"
		"    - 443\n"
		"    - \"8000-8080, 22\"\n"
		"store: {format: csv, path: '/srv/my store', password: \"a\\u00e9\"}\n"
		"windows:\n"
		"  poll:\n"
		"    every: 1h\n";
	struct reading r;

	(void)state;
	read_bytes(&r, text, strlen(text));
	assert_string_equal("", r.mistakes.text);
	assert_int_equal(0, r.rc);
	assert_int_equal(5000, r.s.rate);
	assert_int_equal(2000, r.s.wait);
	assert_false(r.s.identify);
	assert_int_equal(3, r.s.ports.n);
	assert_string_equal("443", r.s.ports.items[0]);
	assert_string_equal("22", r.s.ports.items[2]);
	assert_int_equal(2, r.s.format);
	assert_string_equal("/srv/my store", r.s.path);
	assert_string_equal("aé", r.s.password);
	assert_int_equal(3600000, r.s.every);

	const struct conf_value *v = conf_find(r.conf, "scan.ports");
	assert_non_null(v);
	assert_int_equal(6, v->line);
	assert_int_equal(2, v->n);
	assert_ptr_equal(&scan_opts[3], v->row);
	assert_null(conf_find(r.conf, "scan"));
	assert_null(conf_find(NULL, "scan.rate"));
	done(&r);
}

static void
what_is_not_said_keeps_its_value(void **state)
{
	static const char *const rows[] = { "", "# only a comment\n", "---\n",
		"--- # x\n...\n", "~\n", "{}\n", "scan:\n", "scan: ~\nstore: {}\n",
		"\xef\xbb\xbfscan:\r\n" };
	struct reading r;

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		print_message("  '%s'\n", rows[i]);
		read_bytes(&r, rows[i], strlen(rows[i]));
		assert_string_equal("", r.mistakes.text);
		assert_int_equal(0, r.rc);
		assert_int_equal(10000, r.s.rate);
		assert_int_equal(2, r.s.ports.n);
		done(&r);
	}
	read_bytes(&r, "scan: {ports: []}", 17); /* said to be empty */
	assert_int_equal(0, r.rc);
	assert_int_equal(0, r.s.ports.n);
	assert_int_equal(0, conf_apply(NULL, tables, &r.s, r.mem, &r.e));
	done(&r);
}

/* A command's tables are a part of all. */
static void
only_the_tables_of_the_caller_are_applied(void **state)
{
	const struct opt_table one[] = { { "Store", store_opts, 0 }, { NULL, NULL, 0 } };
	struct settings s = { .rate = -1 };
	struct reading r;

	(void)state;
	read_bytes(&r, "scan: {rate: 5}\nstore: {path: x}\n", 33);
	assert_int_equal(0, conf_apply(r.conf, one, &s, r.mem, &r.e));
	assert_int_equal(-1, s.rate);
	assert_string_equal("x", s.path);
	done(&r);
}

static const struct {
	const char *label, *text, *want;
} mistakes[] = {
	{ "out of range", "scan:\n  rate: 0\n",
		"f:2:9: scan.rate: 0: must be 1 to 10000000 packets/s\n" },
	{ "no number", "scan: {rate: fast}",
		"f:1:14: scan.rate: fast: is no number; must be 1 to 10000000 packets/s\n" },
	{ "no choice", "store:\n  format: cvs\n",
		"f:2:11: store.format: cvs: must be table, ndjson or csv\n" },
	{ "neither yes nor no", "scan:\n  identify: maybe\n",
		"f:2:13: scan.identify: maybe: must be yes or no\n" },
	{ "an item of a list", "scan: {ports: [22, ',']}",
		"f:1:20: scan.ports: ,: an item between commas is empty\n" },
	{ "columns are characters", "store: {path: 'é', format: x}",
		"f:1:28: store.format: x: must be table, ndjson or csv\n" },
	{ "unknown key", "scan:\n  rat: 5\n",
		"f:2:3: unknown key scan.rat; did you mean scan.rate?\n" },
	{ "unknown section", "scna:\n  rate: [1, {a: b}]\n",
		"f:1:1: unknown key scna; did you mean scan?\n" },
	{ "unknown, nothing near", "zebra: 1\n", "f:1:1: unknown key zebra\n" },
	{ "a command line option", "store: {filter: [a]}",
		"f:1:9: unknown key store.filter\n" },
	{ "a key without its section", "rate: 5\n", "f:1:1: unknown key rate\n" },
	{ "a very long key",
		"scan:\n  aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa: 1\n",
		"f:2:3: unknown key scan.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n" },
	{ "twice", "scan:\n  rate: 5\n  rate: 6\n",
		"f:3:3: scan.rate was given in line 2 already\n" },
	{ "twice, the first one wrong", "scan:\n  rate: 0\n  rate: 6\n",
		"f:2:9: scan.rate: 0: must be 1 to 10000000 packets/s\n"
		"f:3:3: scan.rate was given in line 2 already\n" },
	{ "a section twice", "scan: {rate: 5}\nstore: {}\nscan: {max_wait: 0}\n",
		"f:3:1: scan was given in line 1 already\n" },
	{ "no value", "scan:\n  rate:\n  ports: ~\n",
		"f:2:8: scan.rate has no value\nf:3:10: scan.ports has no value\n" },
	{ "no value in a list", "scan:\n  ports:\n  -\n",
		"f:3:4: scan.ports has no value\n" },
	{ "a value for a section", "scan: 5\n",
		"f:1:7: scan is a section: its settings go below it, indented\n" },
	{ "a list for a section", "scan: [rate, 5]\nstore: {path: 1}\n",
		"f:1:7: scan is a section: its settings go below it, indented\n" },
	{ "a list for a value", "scan: {rate: [5]}\n",
		"f:1:14: scan.rate is one value\n" },
	{ "a section for a value", "scan:\n  rate:\n    x: 5\n",
		"f:3:5: scan.rate is one value\n" },
	{ "a section for a list", "scan: {ports: {a: b}}\n",
		"f:1:15: scan.ports is a list of values\n" },
	{ "a list in a list", "scan: {ports: [1, [2, 3], {a: b}, 4]}\n",
		"f:1:19: scan.ports is a list of values; this is no single value\n"
		"f:1:27: scan.ports is a list of values; this is no single value\n" },
	{ "a list as a file", "- a\n- b\n",
		"f:1:1: the file holds sections such as 'scan:', not this\n" },
	{ "a word as a file", "scan\n",
		"f:1:1: the file holds sections such as 'scan:', not this\n" },
	{ "a list as a key", "? [a, b]\n: 5\nscan: {rate: 0}\n",
		"f:1:3: a key is one word\nf:3:14: scan.rate: 0: must be 1 to 10000000 packets/s\n" },
	{ "a NUL in a value", "store: {path: \"a\\0b\"}\n",
		"f:1:15: store.path holds a NUL\n" },
	{ "a NUL in a key", "\"scan\\0x\": 5\n", "f:1:1: unknown key scan\n" },
	{ "a line end in a key", "\"a\\nb\": 5\n", "f:1:1: unknown key a\\x0ab\n" },
	{ "an alias", "scan: {rate: *x}\n",
		"f:1:14: aliases (*x) are not understood\n" },
	{ "an alias as a section", "scan: *x\n",
		"f:1:7: aliases (*x) are not understood\n" },
	{ "an alias in a list", "scan: {ports: [*x]}\n",
		"f:1:16: aliases (*x) are not understood\n" },
	{ "an alias as a key", "*x : 1\n", "f:1:1: aliases (*x) are not understood\n" },
	{ "an alias as a file", "*x\n", "f:1:1: aliases (*x) are not understood\n" },
	{ "an alias in what is skipped", "zebra: [*x]\n",
		"f:1:1: unknown key zebra\nf:1:9: aliases (*x) are not understood\n" },
	{ "an anchor", "scan: &a {rate: &b 5, ports: &c [1]}\n",
		"f:1:7: anchors (&a) are not understood\nf:1:17: anchors (&b) are not understood\n"
		"f:1:30: anchors (&c) are not understood\n" },
	{ "a tag", "scan: {rate: !!int 5}\n", "f:1:14: tags (!) are not understood\n" },
	{ "an own tag", "scan: !x {}\n", "f:1:7: tags (!) are not understood\n" },
	{ "a second document", "scan: {rate: 5}\n---\nscan: {rate: 0}\n",
		"f:2:1: a second document; only the first was read\n" },
	{ "nested deep", "zebra: [[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]\nscan: 5\n",
		"f:1:1: unknown key zebra\nf:1:16: nested too deep; the rest was not read\n" },
	{ "a tab", "scan:\n\trate: 5\n",
		"f:2:1: a tab; YAML is indented with spaces\n" },
	{ "not closed", "scan: {rate: 5\n",
		"f:2:1: not YAML: did not find expected ',' or '}' while parsing a flow mapping\n" },
	{ "mistakes before what is no YAML", "scan: {rate: 0}\nstore: ]\n",
		"f:1:14: scan.rate: 0: must be 1 to 10000000 packets/s\n"
		"f:2:8: not YAML: did not find expected node content while parsing a block node\n" },
	{ "no UTF-8", "a: é\n# é \xff\n",
		"f:2:5: no UTF-8 text: invalid leading UTF-8 octet\n" },
	{ "a cut character", "# \xc3",
		"f:1:3: no UTF-8 text: incomplete UTF-8 octet sequence\n" },
	{ "a control character", "scan:\n  rate: \x01\n",
		"f:2:9: no UTF-8 text: control characters are not allowed\n" },
	{ "UTF-16", "\xff\xfes\0c\0",
		"f:1:1: no UTF-8 text: invalid leading UTF-8 octet\n" },
	{ "several at once",
		"scan:\n  rate: 0\n  prots: 1\nstor: {}\nstore:\n  format: xml\n",
		"f:2:9: scan.rate: 0: must be 1 to 10000000 packets/s\n"
		"f:3:3: unknown key scan.prots; did you mean scan.ports?\n"
		"f:4:1: unknown key stor; did you mean store?\n"
		"f:6:11: store.format: xml: must be table, ndjson or csv\n" },
};

static void
every_mistake_is_told_with_its_place(void **state)
{
	struct reading r;

	(void)state;
	for (size_t i = 0; i < N(mistakes); i++) {
		char want[64];
		size_t lines = 0;
		print_message("  %s\n", mistakes[i].label);
		read_bytes(&r, mistakes[i].text, strlen(mistakes[i].text));
		assert_string_equal(mistakes[i].want, r.mistakes.text);
		assert_int_equal(-1, r.rc);
		assert_int_equal(ERR_ARG, r.e.code);
		for (const char *p = mistakes[i].want; *p; p++)
			lines += *p == '\n';
		(void)snprintf(want, sizeof(want), "f: %zu mistake%s", lines,
			lines == 1 ? "" : "s");
		assert_string_equal(want, r.e.text);
		done(&r);
	}
}

static void
too_many_mistakes_end_the_reading(void **state)
{
	struct reading r;
	struct sb text;
	size_t lines = 0;

	(void)state;
	sb_init(&text, CONF_MAX);
	for (int i = 0; i < 50000; i++)
		sb_printf(&text, "k%d: 1\n", i);
	read_bytes(&r, text.text, text.len);
	assert_int_equal(-1, r.rc);
	assert_string_equal("f: 100 mistakes", r.e.text);
	for (const char *p = r.mistakes.text; *p; p++)
		lines += *p == '\n';
	assert_int_equal(101, lines);
	assert_non_null(strstr(r.mistakes.text,
		"f:100:1: unknown key k99\n"
		"f: too many mistakes; the rest was not read\n"));
	done(&r);
	/* The hundredth and the next from one place. */
	sb_clear(&text);
	for (int i = 0; i < 99; i++)
		sb_printf(&text, "k%d: 1\n", i);
	sb_add(&text, "scan: &a !t {}\n");
	read_bytes(&r, text.text, text.len);
	assert_string_equal("f: 100 mistakes", r.e.text);
	assert_non_null(strstr(r.mistakes.text,
		"f:100:7: anchors (&a) are not understood\n"
		"f: too many mistakes; the rest was not read\n"));
	assert_null(strstr(r.mistakes.text, "tags"));
	done(&r);
	sb_done(&text);
}

static void
size_is_limited(void **state)
{
	struct reading r;
	char *text = malloc(CONF_MAX + 1);

	(void)state;
	assert_non_null(text);
	memset(text, '#', CONF_MAX + 1);
	read_bytes(&r, text, CONF_MAX);
	assert_int_equal(0, r.rc);
	done(&r);
	read_bytes(&r, text, CONF_MAX + 1);
	assert_int_equal(-1, r.rc);
	assert_string_equal("f is larger than 1048576 bytes", r.e.text);
	done(&r);
	free(text);
}

static void
without_memory_there_is_an_error(void **state)
{
	static const char text[] =
		"scan: {ports: [a, b, c], rate: 5, x: 1}\nstore: {path: y}\n";
	struct reading r;
	int failed = 0;

	(void)state;
	for (size_t limit = 0; limit < 4000; limit += 16) {
		struct arena *tiny = arena_new(limit);
		r = (struct reading){ 0 };
		sb_init(&r.mistakes, 1000);
		r.rc = conf_read("f", text, strlen(text), tables, tiny, &r.conf,
			&r.mistakes, &r.e);
		assert_int_equal(-1, r.rc); /* there is an unknown key as well */
		failed += r.e.code == ERR_NOMEM;
		assert_null(r.conf);
		sb_done(&r.mistakes);
		arena_free(tiny);
	}
	assert_true(failed > 50 && failed < 240);
}

/* --- sections that the user names --------------------------------------------------------- */

struct range {
	int64_t rate;
	struct opt_list targets;
};

static int
no_blanks(const char *text, struct arena *mem, struct err *e)
{
	(void)mem;
	return strchr(text, ' ') ? err_set(e, ERR_ARG, "'%s' has a blank", text) : 0;
}

static const struct opt range_opts[] = {
	{ .name = "ranges.*.rate",
		.type = OPT_INT,
		.at = offsetof(struct range, rate),
		.min = 1,
		.max = 100,
		.help = "h" },
	{ .name = "ranges.*.targets",
		.type = OPT_LIST,
		.at = offsetof(struct range, targets),
		.flags = OPT_NO_SPLIT,
		.check = no_blanks,
		.help = "h" },
	{ .name = NULL },
};

static const struct opt_table range_tables[] = {
	{ "Ranges", range_opts, 0 },
	{ NULL, NULL, 0 },
};

static void
sections_may_have_names_of_their_own(void **state)
{
	static const char text[] = "ranges:\n"
				   "  office: {rate: 5, targets: [a, b]}\n"
				   "  lab-2: {targets: [c]}\n"
				   "  empty:\n";
	struct arena *mem = arena_new(1 << 20);
	struct conf_section *s;
	struct range r = { 0 };
	struct sb told;
	struct conf *conf;
	struct err e;
	size_t n;

	(void)state;
	sb_init(&told, 1000);
	assert_int_equal(0,
		conf_read("f", text, strlen(text), range_tables, mem, &conf, &told, &e));
	s = conf_sections(conf, "ranges", mem, &n);
	assert_int_equal(3, n);
	assert_string_equal("office", s[0].name);
	assert_string_equal("lab-2", s[1].name);
	assert_int_equal(3, s[1].line);
	assert_int_equal(3, s[1].column);
	assert_int_equal(0,
		conf_apply_section(conf, range_opts, "ranges", "office", &r, mem, &e));
	assert_int_equal(5, r.rate);
	assert_int_equal(2, r.targets.n);
	assert_non_null(conf_find(conf, "ranges.lab-2.targets"));
	assert_null(conf_find(conf, "ranges.lab-2.rate"));
	assert_null(conf_find(conf, "ranges.lab-2"));
	sb_done(&told);
	arena_free(mem);
}

static void
mistakes_in_them_are_told_by_the_users_name(void **state)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "ranges: {a: {rate: x}}",
			"f:1:20: ranges.a.rate: x: is no number; must be 1 to 100\n" },
		{ "ranges: {a: {rates: 5}}",
			"f:1:14: unknown key ranges.a.rates; did you mean ranges.a.rate?\n" },
		{ "ranges: {a: {targets: [x, y z]}}",
			"f:1:27: ranges.a.targets: 'y z' has a blank\n" },
		{ "ranges: {a b: {rate: 5}}", "f:1:10: ranges: a b is no name: " },
		{ "ranges: {a.rate: 5}", "f:1:10: ranges: a.rate is no name: " },
		{ "ranges: {a: {rate: 5}, a: {rate: 6}}",
			"f:1:24: ranges.a was given in line 1 already\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *mem = arena_new(1 << 20);
		struct sb told;
		struct conf *conf;
		struct err e;
		print_message("  %s\n", rows[i].text);
		sb_init(&told, 1000);
		assert_int_equal(-1,
			conf_look("f", rows[i].text, strlen(rows[i].text), range_tables,
				mem, &conf, &told, &e));
		if (strncmp(told.text, rows[i].want, strlen(rows[i].want)) != 0)
			fail_msg("%s", told.text);
		assert_non_null(conf); /* what was right can be looked at */
		sb_done(&told);
		arena_free(mem);
	}
}

static void
a_file_is_read_or_named(void **state)
{
	char path[] = "/tmp/muster-conf.XXXXXX";
	int fd = mkstemp(path);
	struct reading r = { .mem = arena_new(1 << 20) };

	(void)state;
	assert_true(fd != -1 && write(fd, "scan: {rate: 77}\n", 17) == 17);
	sb_init(&r.mistakes, 1000);
	assert_int_equal(
		0, conf_read_file(path, tables, r.mem, &r.conf, &r.mistakes, &r.e));
	assert_string_equal("77", conf_find(r.conf, "scan.rate")->items[0]);
	assert_true(write(fd, "x: 1\n", 5) == 5);
	assert_int_equal(
		-1, conf_read_file(path, tables, r.mem, &r.conf, &r.mistakes, &r.e));
	assert_memory_equal(path, r.mistakes.text, strlen(path));
	assert_string_equal(":2:1: unknown key x\n", r.mistakes.text + strlen(path));
	assert_int_equal(0, ftruncate(fd, CONF_MAX + 1));
	assert_int_equal(
		-1, conf_read_file(path, tables, r.mem, &r.conf, &r.mistakes, &r.e));
	assert_int_equal(ERR_ARG, r.e.code);
	close(fd);
	unlink(path);
	assert_int_equal(
		-1, conf_read_file(path, tables, r.mem, &r.conf, &r.mistakes, &r.e));
	assert_int_equal(ERR_NOTFOUND, r.e.code);
	assert_int_equal(
		-1, conf_read_file("/tmp", tables, r.mem, &r.conf, &r.mistakes, &r.e));
	assert_int_equal(ERR_SYS, r.e.code);
	assert_string_equal("/tmp: read: Is a directory", r.e.text);
	sb_done(&r.mistakes);
	arena_free(r.mem);
}

/* sb_add_yaml writes what libyaml reads as the same text, anywhere. */
static void
written_scalars_are_read_back(void **state)
{
	static const char *const rows[] = { "plain", "", "~", "null", "Null", "NULL",
		"a b", " a ", "- a", "a: b", "a #b", "#a", "[a]", "{a}", "&a", "*a",
		"!a", "|", ">", "%a", "@a", "`a", "\"", "'", "\\", "a\nb", "\t",
		"\x1b\x7f", "é東🖨", "---", "...", "2001:db8::1", "a,b", "=", "<<",
		"?", "? a", "yes", "0x1f", "1:30", "/a/b_c.d-e+f=g@h%i" };
	static const char *const around[][2] = {
		{ "store:\n  path: ", "   # as config dump writes\n  format: csv\n" },
		{ "store: {path: ", ", format: csv}\n" },
	};
	struct reading r;

	(void)state;
	for (size_t i = 0; i < 2 * N(rows); i++) {
		struct sb text;
		print_message("  '%s'\n", rows[i / 2]);
		sb_init(&text, 1000);
		sb_add(&text, around[i % 2][0]);
		sb_add_yaml(&text, rows[i / 2]);
		sb_add(&text, around[i % 2][1]);
		read_bytes(&r, text.text, text.len);
		assert_string_equal("", r.mistakes.text);
		assert_string_equal(rows[i / 2], r.s.path);
		assert_int_equal(2, r.s.format);
		done(&r);
		sb_done(&text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(settings_reach_their_fields),
		cmocka_unit_test(what_is_not_said_keeps_its_value),
		cmocka_unit_test(only_the_tables_of_the_caller_are_applied),
		cmocka_unit_test(every_mistake_is_told_with_its_place),
		cmocka_unit_test(too_many_mistakes_end_the_reading),
		cmocka_unit_test(size_is_limited),
		cmocka_unit_test(without_memory_there_is_an_error),
		cmocka_unit_test(sections_may_have_names_of_their_own),
		cmocka_unit_test(mistakes_in_them_are_told_by_the_users_name),
		cmocka_unit_test(a_file_is_read_or_named),
		cmocka_unit_test(written_scalars_are_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
