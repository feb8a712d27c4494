/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Kinds in the store: found by filters whatever rules were in force when they were kept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/clock.h"
#include "db/store.h"

#define RULE(kind, weight) \
	"rules:\n- { fact: snmp.sysdescr, is: box, kind: " kind ", weight: " weight \
	", why: w, source: s }\n"

struct fixture {
	struct arena *mem;
	struct store *store;
};

static int
set_up(void **state)
{
	static struct fixture f;
	struct err e;

	f.mem = arena_new(64 << 20);
	if (store_open(&f.store, ":memory:", STORE_WRITE, &e) == -1)
		fail_msg("%s", e.text);
	*state = &f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	store_close(f->store);
	arena_free(f->mem);
	return 0;
}

static struct rules *
rules_of(struct fixture *f, const char *text)
{
	struct sb mistakes;
	struct rules *r;
	struct err e;

	sb_init(&mistakes, 1 << 16);
	assert_int_equal(0, rules_none(f->mem, &r, &e));
	assert_int_equal(0, rules_add(r, "t", text, strlen(text), &mistakes, &e));
	sb_done(&mistakes);
	return r;
}

static void
ingest(struct fixture *f, int64_t at, const char *descr, struct ingest_result *r)
{
	const struct fact fact = {
		.key = "snmp.sysdescr", .type = FACT_TEXT, .text = descr
	};
	struct observation o = { .site = "default",
		.point = "here",
		.run = at == 100 ? "first" : "later",
		.source = "sweep",
		.at = at * SECOND,
		.evidence = EVIDENCE_REPLY,
		.facts = &fact,
		.n_facts = 1 };
	struct err e;

	assert_true(addr_parse("198.18.0.1", &o.ip));
	if (store_ingest(f->store, &o, 1, r, &e) == -1)
		fail_msg("%s", e.text);
}

static int
count(void *arg, const struct device *d, struct err *e)
{
	(void)d, (void)e;
	++*(size_t *)arg;
	return 0;
}

static size_t
found(struct fixture *f, const char *term)
{
	struct device_query q = { .as_of = STORE_NOW };
	struct filter *filter;
	struct err e;
	size_t n = 0;

	assert_int_equal(0, filter_parse(&term, 1, f->mem, &filter, &e));
	q.filter = filter;
	assert_int_equal(0, store_each_device_of(f->store, &q, count, &n, &e));
	return n;
}

static void
a_kind_is_found_by_the_rules_in_force(void **state)
{
	struct fixture *f = *state;
	struct ingest_result r;

	store_use_rules(f->store, rules_of(f, RULE("printer", "80")));
	ingest(f, 100, "box", &r);
	assert_int_equal(1, found(f, "kind=printer"));
	assert_int_equal(0, found(f, "kind=camera"));
	store_use_rules(f->store, rules_of(f, RULE("camera", "80")));
	assert_int_equal(0, found(f, "kind=printer"));
	assert_int_equal(1, found(f, "kind=camera"));
	store_use_rules(f->store, NULL);
	assert_int_equal(0, found(f, "kind=camera"));
	assert_int_equal(0, found(f, "kind=unknown"));
}

static int
keep_key(void *arg, const struct change *c, struct err *e)
{
	(void)e;
	if (strstr(c->key, "kind"))
		(void)strncat(arg, c->key, 64);
	return 0;
}

static void
a_kind_that_changes_is_news_how_sure_it_is_is_none(void **state)
{
	static const char rules[] =
		"rules:\n"
		"- { fact: snmp.sysdescr, is: a, kind: nas, weight: 80, why: w, source: s }\n"
		"- { fact: snmp.sysdescr, is: b, kind: nas, weight: 90, why: w, source: s }\n"
		"- { fact: snmp.sysdescr, is: c, kind: iot, weight: 90, why: w, source: s }\n";
	struct fixture *f = *state;
	struct ingest_result r;
	char keys[512] = "";
	struct err e;

	store_use_rules(f->store, rules_of(f, rules));
	ingest(f, 100, "a", &r);
	ingest(f, 200, "b", &r);
	assert_int_equal(0, store_each_change(f->store, 0, keep_key, keys, &e));
	assert_string_equal("", keys);
	ingest(f, 300, "c", &r);
	assert_int_equal(0, store_each_change(f->store, 0, keep_key, keys, &e));
	assert_string_equal("kind", keys);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_kind_is_found_by_the_rules_in_force, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_kind_that_changes_is_news_how_sure_it_is_is_none, set_up,
			tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
