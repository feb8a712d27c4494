/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of rules: what is wrong is told with its place, all of it, and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "inventory/rules_private.h"

#define HEAD "systems: { Linux: [] }\nrules:\n"
#define GOOD \
	"- { fact: ssh.banner, is: x, kind: printer, weight: 50, why: w, source: s }\n"

/* A rule with one pair replaced, in line 3 with its dash in column 1. */
#define WITH(fact, match, says, weight) \
	HEAD "- { fact: " fact ", " match ", " says ", weight: " weight \
	     ", why: w, source: s }\n"

static const struct row {
	const char *label, *text;
	const char *mistakes; /* all lines, without the name of the file; "": none */
} rows[] = {
	{ "an empty file", "", "" },
	{ "only comments", "# none\n", "" },
	{ "sections without rows", "systems:\nwindows:\nrules:\n", "" },
	{ "a rule", "rules:\n" GOOD, "" },
	{ "rules before the systems they answer",
		"rules:\n- { fact: ssh.banner, is: x, os: Linux, weight: 1, why: w, source: "
		"s }\nsystems: { Linux: [] }\n",
		"" },
	{ "kind and system at once",
		WITH("ssh.banner", "is: x", "kind: nas, os: Linux", "1"), "" },
	{ "a list of rules is wanted", "rules: 7\n", "1:8: rules is a list\n" },
	{ "a rule is a mapping", "rules:\n- 7\n",
		"2:3: rules: each is { key: value, ... }\n" },
	{ "no mapping at all", "- 1\n",
		"1:1: the file holds 'rules:', 'systems:' and 'windows:', not this\n" },
	{ "an unknown section", "rule: []\n",
		"1:1: unknown key rule; did you mean rules?\n" },
	{ "a section twice", "rules: []\nrules: []\n",
		"2:1: rules was given already\n" },
	{ "an unknown key", HEAD "- { fcat: ssh.banner }\n",
		"3:5: unknown key fcat; did you mean fact?\n"
		"3:3: a rule has fact; this has none\n" },
	{ "no fact", HEAD "- { is: x, kind: nas, weight: 1, why: w, source: s }\n",
		"3:3: a rule has fact; this has none\n" },
	{ "no source",
		HEAD "- { fact: ssh.banner, is: x, kind: nas, weight: 1, why: w }\n",
		"3:3: a rule has source; this has none\n" },
	{ "an unknown fact", WITH("ssh.baner", "is: x", "kind: nas", "1"),
		"3:11: unknown fact ssh.baner; did you mean ssh.banner?\n" },
	{ "an unknown kind", WITH("ssh.banner", "is: x", "kind: printr", "1"),
		"3:36: unknown kind printr; did you mean printer?\n" },
	{ "unknown is no answer", WITH("ssh.banner", "is: x", "kind: unknown", "1"),
		"3:36: unknown kind unknown\n" },
	{ "a system that nobody named", WITH("ssh.banner", "is: x", "os: Plan 9", "1"),
		"3:34: unknown os Plan 9: name it under systems\n" },
	{ "a system misspelt", WITH("ssh.banner", "is: x", "os: Linus", "1"),
		"3:34: unknown os Linus; did you mean Linux?\n" },
	{ "a weight of 0", WITH("ssh.banner", "is: x", "kind: nas", "0"),
		"3:49: weight: must be a whole number, 1 to 99\n" },
	{ "certainty", WITH("ssh.banner", "is: x", "kind: nas", "100"),
		"3:49: weight: must be a whole number, 1 to 99\n" },
	{ "all that is wrong with a rule", WITH("ssh.baner", "is: x", "kind: a", "x"),
		"3:11: unknown fact ssh.baner; did you mean ssh.banner?\n"
		"3:35: unknown kind a\n"
		"3:46: weight: must be a whole number, 1 to 99\n" },
	{ "no question",
		HEAD "- { fact: ssh.banner, kind: nas, weight: 1, why: w, source: s }\n",
		"3:3: a rule has is, begins, below, matches, has, between or build\n" },
	{ "two questions", WITH("ssh.banner", "is: x, begins: y", "kind: nas", "1"),
		"3:38: a rule asks one thing: is or begins, not both\n" },
	{ "no answer",
		HEAD "- { fact: ssh.banner, is: x, weight: 1, why: w, source: s }\n",
		"3:3: a rule has kind, os or both\n" },
	{ "a question that the fact has no answer to",
		WITH("ssh.banner", "between: [1, 2]", "kind: nas", "1"),
		"3:32: between cannot be asked of ssh.banner\n" },
	{ "ports", WITH("tcp.open", "has: [80, 443]", "kind: nas", "1"), "" },
	{ "a port that is none", WITH("tcp.open", "has: [80, 70000]", "kind: nas", "1"),
		"3:26: has: 70000 is no port\n" },
	{ "a port with text behind", WITH("tcp.open", "has: 80x", "kind: nas", "1"),
		"3:26: has: 80x is no port\n" },
	{ "a truth that is none", WITH("ldap.dc", "is: maybe", "kind: nas", "1"),
		"3:24: is: must be true or false\n" },
	{ "a range backwards", WITH("ip.ttl", "between: [9, 1]", "kind: nas", "1"),
		"3:32: between: must be a whole number, 9 to 4294967295\n" },
	{ "half a range", WITH("ip.ttl", "between: [9]", "kind: nas", "1"),
		"3:28: between: must be [LEAST, MOST]\n" },
	{ "an empty text", WITH("ssh.banner", "is: ''", "kind: nas", "1"),
		"3:27: is has no value\n" },
	{ "too many texts",
		WITH("ssh.banner", "is: [a,b,c,d,e,f,g,h,i]", "kind: nas", "1"),
		"3:27: is has 1 to 8 texts\n" },
	{ "a text that is a list",
		HEAD "- { fact: [a], is: x, kind: nas, weight: 1, why: w, "
		     "source: s }\n",
		"3:11: fact is one text\n" },
	{ "a build has its own answer",
		WITH("smb.os_build", "build: '10.0.'", "kind: nas", "1"),
		"3:3: what a build says is in the table windows: no kind, no os\n" },
	{ "a system with two parents", "systems: { A: [C], B: [C] }\n",
		"1:24: C was named already, and has one parent at most\n" },
	{ "a system that is its own", "systems: { A: [A] }\n",
		"1:16: A was named already, and has one parent at most\n" },
	{ "a circle", "systems: { A: [B], B: [A] }\n",
		"1:24: A was named already, and has one parent at most\n" },
	{ "no list of cases", "systems: { A: b }\n",
		"1:15: A: has a list, [] for none\n" },
	{ "systems as a list", "systems: [A]\n",
		"1:10: systems go below it: 'Linux: [Debian Linux, ...]'\n" },
	{ "a build without a product", "windows: [{ build: 1 }]\n",
		"1:11: a build has build and client, server or both\n" },
	{ "a build twice",
		"windows:\n- { build: 1, client: A }\n- { build: 1, client: B }\n",
		"3:12: build 1 was given already\n" },
	{ "a product twice",
		"windows:\n- { build: 1, client: A }\n- { build: 2, server: A }\n",
		"3:23: A was named already\n" },
	{ "no YAML", "rules: [\n",
		"2:1: not YAML: did not find expected node content\n" },
	{ "no UTF-8", "rules: []\n# \xff\n",
		"2:3: not YAML: invalid leading UTF-8 octet\n" },
};

static void
mistakes_are_told_with_their_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		struct arena *mem = arena_new(1 << 24);
		struct sb want, mistakes;
		struct rules *r;
		struct err e;
		sb_init(&want, 1 << 16);
		sb_init(&mistakes, 1 << 16);
		assert_int_equal(0, rules_none(mem, &r, &e));
		int rc = rules_add(r, "f", row->text, strlen(row->text), &mistakes, &e);
		for (const char *p = row->mistakes; *p; p += strcspn(p, "\n") + 1)
			sb_printf(&want, "f:%.*s\n", (int)strcspn(p, "\n"), p);
		if (strcmp(want.text, mistakes.text) != 0)
			fail_msg("%s:\n%s, not\n%s", row->label, mistakes.text,
				want.text);
		assert_int_equal(want.len ? -1 : 0, rc);
		if (rc == -1)
			assert_int_equal(ERR_ARG, e.code);
		sb_done(&want);
		sb_done(&mistakes);
		arena_free(mem);
	}
}

static void
mistakes_end_somewhere(void **state)
{
	struct arena *mem = arena_new(1 << 24);
	struct sb text, mistakes;
	struct rules *r;
	struct err e;
	size_t lines = 0;

	(void)state;
	sb_init(&text, 1 << 20);
	sb_init(&mistakes, 1 << 20);
	sb_add(&text, "rules:\n");
	for (int i = 0; i < 5000; i++)
		sb_add(&text, "- 1\n");
	assert_int_equal(0, rules_none(mem, &r, &e));
	assert_int_equal(-1, rules_add(r, "f", text.text, text.len, &mistakes, &e));
	for (const char *p = mistakes.text; *p; p++)
		lines += *p == '\n';
	assert_int_equal(100, lines);
	sb_done(&text);
	sb_done(&mistakes);
	arena_free(mem);
}

static void
limits_are_kept(void **state)
{
	struct arena *mem = arena_new(1 << 26);
	struct sb text, mistakes;
	struct rules *r;
	struct err e;

	(void)state;
	sb_init(&text, 4 << 20);
	sb_init(&mistakes, 1 << 20);
	sb_add(&text, "rules:\n");
	for (int i = 0; i < RULES_MAX; i++)
		sb_add(&text, GOOD);
	assert_int_equal(0, rules_none(mem, &r, &e));
	assert_true(text.len < RULES_FILE_MAX);
	assert_int_equal(0, rules_add(r, "f", text.text, text.len, &mistakes, &e));
	assert_int_equal(RULES_MAX, rules_count(r));
	assert_int_equal(-1,
		rules_add(r, "g", "rules:\n" GOOD, strlen("rules:\n" GOOD), &mistakes,
			&e));
	assert_string_equal("g:2:3: more than 8192 rules\n", mistakes.text);
	while (text.len <= RULES_FILE_MAX)
		sb_add(&text, "# more\n");
	assert_int_equal(-1, rules_add(r, "h", text.text, text.len, &mistakes, &e));
	assert_int_equal(ERR_ARG, e.code);
	sb_done(&text);
	sb_done(&mistakes);
	arena_free(mem);
}

static void
a_file_adds_to_what_is_compiled_in(void **state)
{
	static const char mine[] = "rules:\n"
				   "- { fact: ssh.banner, is: x, os: Debian Linux, weight: "
				   "50, why: w, source: s }\n";
	struct arena *mem = arena_new(1 << 24);
	char path[] = "/tmp/muster-rules-XXXXXX";
	struct sb mistakes;
	struct rules *r;
	struct err e;

	(void)state;
	int fd = mkstemp(path);
	assert_true(fd != -1);
	assert_int_equal(sizeof(mine) - 1, write(fd, mine, sizeof(mine) - 1));
	(void)close(fd);
	sb_init(&mistakes, 1 << 16);
	assert_int_equal(0, rules_built_in(mem, &r, &e));
	size_t before = rules_count(r);
	uint64_t fingerprint = rules_fingerprint(r);
	assert_true(before > 400);
	assert_int_equal(0, rules_add_file(r, path, &mistakes, &e));
	assert_int_equal(before + 1, rules_count(r));
	assert_true(fingerprint != rules_fingerprint(r));
	(void)unlink(path);
	assert_int_equal(-1, rules_add_file(r, path, &mistakes, &e));
	assert_int_equal(ERR_NOTFOUND, e.code);
	sb_done(&mistakes);
	arena_free(mem);
}

/* A parent before its children, each of the kinds once, and "unknown" no answer. */
static void
kinds_are_those_that_are_told(void **state)
{
	struct arena *mem = arena_new(1 << 24);
	struct rules *r;
	struct err e;
	size_t n = 0;

	(void)state;
	assert_int_equal(0, rules_none(mem, &r, &e));
	for (; rules_kinds[n]; n++)
		assert_true((answer_find(&r->answers[ASK_KIND], rules_kinds[n]) ==
				    NONE) == (strcmp(rules_kinds[n], "unknown") == 0));
	assert_int_equal(n, r->answers[ASK_KIND].n + 1);
	arena_free(mem);
}

static void
little_memory_is_an_error(void **state)
{
	(void)state;
	for (size_t limit = 1 << 12; limit < 1 << 22; limit *= 2) {
		struct arena *mem = arena_new(limit);
		struct rules *r;
		struct err e = { 0 };
		if (rules_built_in(mem, &r, &e) == -1)
			assert_int_equal(ERR_NOMEM, e.code);
		arena_free(mem);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mistakes_are_told_with_their_place),
		cmocka_unit_test(mistakes_end_somewhere),
		cmocka_unit_test(limits_are_kept),
		cmocka_unit_test(a_file_adds_to_what_is_compiled_in),
		cmocka_unit_test(kinds_are_those_that_are_told),
		cmocka_unit_test(little_memory_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
