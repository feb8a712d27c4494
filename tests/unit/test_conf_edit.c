/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changes of a settings file: what is changed, and that all else stays as people wrote it. */
#include "base/conf.h"
#include "base/conf_edit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define N(a) (sizeof(a) / sizeof((a)[0]))

enum verb { ADD, REMOVE, SET };

static const struct conf_setting added[] = { { "targets", "[10.9.0.0/24]" },
	{ "schedule", "every 6h" } };

static int
edit(enum verb verb, const char *text, const char *name, struct sb *out, struct err *e)
{
	static const struct conf_setting off = { "enabled", "no" };
	const struct conf_edit in = { text, strlen(text), "ranges", name };

	sb_clear(out);
	switch (verb) {
	case ADD: return conf_edit_add(&in, added, N(added), out, e);
	case REMOVE: return conf_edit_remove(&in, out, e);
	default: return conf_edit_set(&in, &off, out, e);
	}
}

/* Of the poll "b", but for ADD, which adds "new". */
static const struct row {
	const char *label;
	enum verb verb;
	const char *before, *after; /* NULL: refused */
} rows[] = {
	{ "behind the last", ADD,
		"ranges:\n  a: {x: 1}   # first\n  # about b\n  b:\n    x: 2  # two\n\n# end\nad:\n",
		"ranges:\n  a: {x: 1}   # first\n  # about b\n  b:\n    x: 2  # two\n"
		"  new:\n    targets: [10.9.0.0/24]\n    schedule: every 6h\n\n# end\nad:\n" },
	{ "as deep as the others", ADD,
		"ranges:\n      a:\n        x: [1,\n          2]\n",
		"ranges:\n      a:\n        x: [1,\n          2]\n"
		"      new:\n        targets: [10.9.0.0/24]\n        schedule: every 6h\n" },
	{ "no newline at the end", ADD, "ranges:\n  a:\n    x: 1",
		"ranges:\n  a:\n    x: 1\n  new:\n    targets: [10.9.0.0/24]\n"
		"    schedule: every 6h\n" },
	{ "behind a list in block style", ADD,
		"ranges:\n  a:\n    x:\n    - 1\n    - 2 # b\n# c\n",
		"ranges:\n  a:\n    x:\n    - 1\n    - 2 # b\n  new:\n    targets: [10.9.0.0/24]\n"
		"    schedule: every 6h\n# c\n" },
	{ "behind one without settings", ADD, "ranges:\n  a: # soon\n# c\n",
		"ranges:\n  a: # soon\n  new:\n    targets: [10.9.0.0/24]\n    schedule: every 6h\n"
		"# c\n" },
	{ "a section of comments", ADD, "ranges: # none\n  # a: {x: 1}\nad:\n",
		"ranges: # none\n  new:\n    targets: [10.9.0.0/24]\n    schedule: every 6h\n"
		"  # a: {x: 1}\nad:\n" },
	{ "no section", ADD, "agent: {site: x}\n# the end\n",
		"agent: {site: x}\nranges:\n  new:\n    targets: [10.9.0.0/24]\n"
		"    schedule: every 6h\n# the end\n" },
	{ "nothing but comments", ADD, "# hello",
		"# hello\nranges:\n  new:\n    targets: [10.9.0.0/24]\n    schedule: every 6h\n" },
	{ "an empty file", ADD, "",
		"ranges:\n  new:\n    targets: [10.9.0.0/24]\n    schedule: every 6h\n" },
	{ "in flow style", ADD, "ranges: {a: {x: [1, 2]} } # all\nad:\n",
		"ranges: {a: {x: [1, 2]}, new: {targets: [10.9.0.0/24], schedule: every 6h} } # all\n"
		"ad:\n" },
	{ "a comma at the end", ADD, "ranges: {\n  a: {x: 1}, # one\n}\n",
		"ranges: {\n  a: {x: 1}, new: {targets: [10.9.0.0/24], schedule: every 6h}, # one\n}"
		"\n" },
	{ "an empty section in flow style", ADD, "ranges: {}\n",
		"ranges: {new: {targets: [10.9.0.0/24], schedule: every 6h}}\n" },
	{ "a whole file in flow style", ADD, "{agent: {site: x}}",
		"{agent: {site: x}, ranges: {new: {targets: [10.9.0.0/24], schedule: every 6h}}}" },
	{ "characters of several bytes before it", ADD, "# Büro → ß\nranges: {ä: 'ö'}\n",
		"# Büro → ß\nranges: {ä: 'ö', new: {targets: [10.9.0.0/24], schedule: every 6h}}\n" },
	{ "lines of Windows", ADD, "ranges:\r\n  a:\r\n    x: 1\r\n",
		"ranges:\r\n  a:\r\n    x: 1\r\n  new:\r\n    targets: [10.9.0.0/24]\r\n"
		"    schedule: every 6h\r\n" },
	{ "it is there already", ADD, "ranges: {new: {}}\n", NULL },
	{ "the section is no section", ADD, "ranges: 5\n", NULL },
	{ "no YAML", ADD, "ranges: {\n", NULL },

	{ "of several", REMOVE,
		"ranges:\n  a: {x: 1}\n  # about b\n  b: # it\n    x: 2\n    # in it\n    y: 3 # z\n\n"
		"  # about c\n  c: {}\n",
		"ranges:\n  a: {x: 1}\n  # about b\n\n  # about c\n  c: {}\n" },
	{ "the last", REMOVE, "ranges:\n  a: {x: 1}\n  b: {x: 2}",
		"ranges:\n  a: {x: 1}\n" },
	{ "the only one", REMOVE, "ranges: # all\n  b:\n    x: 2\nad:\n",
		"ranges: # all\nad:\n" },
	{ "with a list in block style", REMOVE,
		"ranges:\n  b:\n    x:\n    - 2\n# c\n  c: {}\n",
		"ranges:\n# c\n  c: {}\n" },
	{ "the first in flow style", REMOVE, "ranges: {b: {x: 2}, c: {}}\n",
		"ranges: {c: {}}\n" },
	{ "the second in flow style", REMOVE,
		"ranges: {a: {x: 2}, b: {y: [1]}, c: {}}\n",
		"ranges: {a: {x: 2}, c: {}}\n" },
	{ "the only one in flow style", REMOVE, "ranges: {b: {x: 2} , }\n",
		"ranges: { }\n" },
	{ "there is none", REMOVE, "ranges: {a: {x: 2}}\n", NULL },
	{ "there is no section", REMOVE, "ad: {b: {x: 2}}\n", NULL },

	{ "what is there", SET, "ranges:\n  b: {enabled:  yes , x: 1} # b\n",
		"ranges:\n  b: {enabled:  no , x: 1} # b\n" },
	{ "in quotes", SET, "ranges:\n  b:\n    x: 1\n    enabled: \"yes\"  # so far\n",
		"ranges:\n  b:\n    x: 1\n    enabled: no  # so far\n" },
	{ "as the first", SET, "ranges:\n  b: # b\n      # x\n      x: 1\n",
		"ranges:\n  b: # b\n      # x\n      enabled: no\n      x: 1\n" },
	{ "as the first in flow style", SET, "ranges: {b: { x: 1}}\n",
		"ranges: {b: {enabled: no,  x: 1}}\n" },
	{ "as the only one", SET, "ranges: {b: {}}\n", "ranges: {b: {enabled: no}}\n" },
	{ "of one without settings", SET, "ranges:\n  b: # x\n  c: {}\n",
		"ranges:\n  b: # x\n    enabled: no\n  c: {}\n" },
	{ "a list", SET, "ranges: {b: {enabled: [yes]}}\n", NULL },
	{ "of nobody", SET, "ranges: {a: {enabled: yes}}\n", NULL },
};

static void
only_one_place_of_the_text_changes(void **state)
{
	struct sb out;
	struct err e;

	(void)state;
	sb_init(&out, CONF_MAX);
	for (size_t i = 0; i < N(rows); i++) {
		const struct row *r = &rows[i];
		int rc = edit(
			r->verb, r->before, r->verb == ADD ? "new" : "b", &out, &e);
		print_message("  %s\n", r->label);
		assert_int_equal(r->after ? 0 : -1, rc);
		if (r->after)
			assert_string_equal(r->after, out.text);
	}
	sb_done(&out);
}

/* --- any way of writing --------------------------------------------------------------------- */

struct settings {
	struct opt_list targets;
	const char *schedule;
	bool enabled;
};

#define AT(f) offsetof(struct settings, f)
static const struct opt opts[] = {
	{ .name = "ranges.*.targets", .type = OPT_LIST, .at = AT(targets) },
	{ .name = "ranges.*.schedule", .type = OPT_STR, .at = AT(schedule) },
	{ .name = "ranges.*.enabled",
		.type = OPT_BOOL,
		.at = AT(enabled),
		.value = "yes" },
	{ .name = "agent.site", .type = OPT_STR, .at = AT(schedule) },
	{ .name = NULL },
};
static const struct opt_table tables[] = { { "", opts, 0 }, { NULL, NULL, 0 } };

static const char *
pick(unsigned *seed, const char *const *of, size_t n)
{
	return of[(size_t)rand_r(seed) % n];
}

/* Each '@' is an indent. */
static void
add_indented(struct sb *out, const char *text, const char *indent)
{
	for (; *text; text++)
		if (*text == '@')
			sb_add(out, indent);
		else
			sb_add_n(out, text, 1);
}

/* One poll with one to three settings, in one of many styles. */
static void
write_poll(struct sb *out, int name, bool flow, unsigned *seed)
{
	static const char *const values[] = { "targets: [10.1.0.0/24, '10.2.0.1']",
		"targets: [10.1.0.0/24]", "schedule: every 6h",
		"schedule: \"every 7h\"", "enabled: no", "enabled: yes" };
	static const char *const blocks[] = { "targets:\n@- 10.1.0.0/24\n@- 10.3.0.0/24",
		"targets: [10.1.0.0/24,\n@  10.2.0.1,\n@  10.2.0.2 ]",
		"schedule: >-\n@  every\n@  6h" };
	static const char *const ends[] = { "\n", " # x: {y}, [z]\n", "\n\n",
		"\n    # deep\n", "\n# flat\n" };
	static const char *const deep[] = { "    ", "      " };
	const char *indent = pick(seed, deep, N(deep));
	size_t first = (size_t)rand_r(seed) % 3;
	bool set_enabled = rand_r(seed) % 2;

	if (flow) {
		sb_printf(out, "p%d: {%s%s%s}", name, values[2 * first],
			set_enabled && first < 2 ? ", " : "",
			set_enabled && first < 2 ? values[4 + rand_r(seed) % 2] : "");
		return;
	}
	sb_printf(out, "  p%d:%s", name, pick(seed, ends, N(ends)));
	if (set_enabled)
		sb_printf(out, "%s%s%s", indent, values[4 + rand_r(seed) % 2],
			pick(seed, ends, N(ends)));
	sb_add(out, indent);
	if (rand_r(seed) % 2)
		sb_printf(out, "%s", values[(size_t)rand_r(seed) % 4]);
	else
		add_indented(out, blocks[first], indent);
	sb_add(out, first == 2 ? "\n" : pick(seed, ends, N(ends)));
}

static void
write_file(struct sb *out, int n, bool flow, unsigned *seed)
{
	static const char *const heads[] = { "", "agent: {site: x}\n",
		"# Büro\n\nagent:\n  site: y\n", "---\n", "agent:\n" };
	static const char *const tails[] = { "", "# end", "agent: {site: z} # last\n",
		"\n\n" };
	size_t head = (size_t)rand_r(seed) % N(heads),
	       tail = (size_t)rand_r(seed) % N(tails);

	sb_add(out, heads[head]);
	if (n > 0 || rand_r(seed) % 2) {
		sb_add(out, flow ? "ranges: {" : "ranges: # these\n");
		for (int i = 0; i < n; i++) {
			sb_add(out,
				flow && i ? rand_r(seed) % 2 ? ", " : ",\n  # and\n  "
					  : "");
			write_poll(out, i, flow, seed);
		}
		sb_add(out,
			flow ? rand_r(seed) % 2 ? "}\n" : "\n  # no more\n  }\n" : "");
	}
	sb_add(out, tails[head == 0 || head == 3 ? tail : tail == 2 ? 0 : tail]);
}

/* All settings but those of `but`, each on a line; what a reader understands. */
static void
summary(const char *text, const char *but, struct sb *out)
{
	struct arena *mem = arena_new(16 << 20);
	struct conf *conf;
	struct sb mistakes;
	struct err e;
	size_t n;

	sb_init(&mistakes, CONF_MAX);
	if (conf_read("f", text, strlen(text), tables, mem, &conf, &mistakes, &e) == -1)
		fail_msg("%s in\n%s", mistakes.text, text);
	sb_clear(out);
	struct conf_section *s = conf_sections(conf, "ranges", mem, &n);
	for (size_t i = 0; i < n; i++) {
		struct settings x = { .enabled = true };
		if (strcmp(s[i].name, but) == 0)
			continue;
		assert_int_equal(0,
			conf_apply_section(
				conf, opts, "ranges", s[i].name, &x, mem, &e));
		sb_printf(out, "%s: %d %s", s[i].name, x.enabled,
			x.schedule ? x.schedule : "-");
		for (size_t k = 0; k < x.targets.n; k++)
			sb_printf(out, " %s", x.targets.items[k]);
		sb_add(out, "\n");
	}
	const struct conf_value *site = conf_find(conf, "agent.site");
	sb_printf(out, "site %s\n", site ? site->items[0] : "-");
	sb_done(&mistakes);
	arena_free(mem);
}

static size_t
count(const char *text, char c)
{
	size_t n = 0;

	for (; *text; text++)
		n += *text == c;
	return n;
}

/* One random file, one random change: the others keep their settings and all comments. */
static void
change_one(unsigned seed, struct sb *file, struct sb *out, struct sb *before,
	struct sb *after)
{
	int n = rand_r(&seed) % 4;
	bool flow = rand_r(&seed) % 2;
	enum verb verb = n ? (enum verb)(rand_r(&seed) % 3) : ADD;
	char name[16] = "new";
	struct err e;

	sb_clear(file);
	write_file(file, n, flow, &seed);
	if (verb != ADD)
		(void)snprintf(name, sizeof(name), "p%d", rand_r(&seed) % n);
	if (edit(verb, file->text, name, out, &e) == -1)
		fail_msg("%s: %s in\n%s", name, e.text, file->text);
	summary(file->text, name, before);
	summary(out->text, name, after);
	if (strcmp(before->text, after->text) != 0)
		fail_msg("%d %s of\n%s\nmade\n%s", (int)verb, name, file->text,
			out->text);
	if (verb != REMOVE)
		assert_int_equal(count(file->text, '#'), count(out->text, '#'));
	summary(out->text, "", after);
	const char *want = verb == ADD ? "new: 1 every 6h 10.9.0.0/24\n" : name;
	const char *has = strstr(after->text, want);
	if ((verb == REMOVE) == (has != NULL))
		fail_msg("%d %s of\n%s\nmade\n%s", (int)verb, name, file->text,
			out->text);
	if (verb == SET)
		assert_int_equal('0', has[4]);
}

static void
whatever_the_style_the_others_stay(void **state)
{
	struct sb file, out, before, after;

	(void)state;
	sb_init(&file, CONF_MAX);
	sb_init(&out, CONF_MAX);
	sb_init(&before, CONF_MAX);
	sb_init(&after, CONF_MAX);
	for (unsigned seed = 0; seed < 20000; seed++)
		change_one(seed, &file, &out, &before, &after);
	sb_done(&file);
	sb_done(&out);
	sb_done(&before);
	sb_done(&after);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_one_place_of_the_text_changes),
		cmocka_unit_test(whatever_the_style_the_others_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
