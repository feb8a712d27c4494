/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Waves and the state of their targets. */
#include "scanner/target.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mem.h"

static struct segment
segment(enum way way, const char *text)
{
	struct iprange *set;
	struct err e;

	assert_int_equal(iprange_parse(&text, 1, NULL, mem, &set, &e), 0);
	return (struct segment){ .way = way, .targets = set };
}

static struct addr
ip(const char *text)
{
	struct addr a;

	assert_true(addr_parse(text, &a));
	return a;
}

static void
waves_hold_one_segment_each_those_of_the_link_first(void **state)
{
	struct segment s[] = { segment(WAY_ROUTED, "198.19.0.0/24"),
		segment(WAY_ONLINK, "198.18.3.1-198.18.3.9"),
		segment(WAY_SOCKETS, "127.0.0.1, ::1"),
		segment(WAY_ONLINK, "198.18.2.0/30") };
	struct plan plan = { .segments = s, .n_segments = 4 };
	struct wave *w;
	size_t n;
	struct err e;

	(void)state;
	assert_int_equal(waves_make(&plan, 8, mem, &w, &n, &e), 0);
	static const struct {
		enum way way;
		uint32_t segment, n;
	} want[] = {
		{ WAY_ONLINK, 1, 9 },
		{ WAY_ONLINK, 3, 4 },
		{ WAY_ROUTED, 0, 256 },
		{ WAY_SOCKETS, 2, 2 },
	};
	assert_int_equal(n, 4);
	for (size_t i = 0; i < n; i++) {
		print_message("  segment %u\n", want[i].segment);
		assert_int_equal(w[i].way, want[i].way);
		assert_int_equal(w[i].segment, want[i].segment);
		assert_int_equal(w[i].n, want[i].n);
	}
}

static void
large_plans_are_cut_without_loss(void **state)
{
	static const struct {
		const char *targets;
		size_t questions, waves;
	} rows[] = {
		{ "10.0.0.0/12", 8, 1 },
		{ "10.0.0.0/11", 8, 2 },
		{ "10.0.0.0/12, 10.255.0.1", 8, 2 },
		{ "10.0.0.0/16", 65536, 16 },
		{ "10.0.0.0/16", 65538, 17 },
		{ "", 8, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct segment s = segment(WAY_ROUTED, rows[i].targets);
		struct plan plan = { .segments = &s, .n_segments = 1 };
		struct wave *w = NULL;
		size_t n, sum = 0;
		struct err e;
		print_message("  %s\n", rows[i].targets);
		assert_int_equal(
			waves_make(&plan, rows[i].questions, mem, &w, &n, &e), 0);
		assert_int_equal(n, rows[i].waves);
		for (size_t k = 0; k < n; k++) {
			assert_in_range(w[k].n, 1, WAVE_MAX);
			assert_int_equal(w[k].runs[0].base, 0);
			sum += w[k].n;
		}
		assert_int_equal(sum, (size_t)iprange_count(s.targets));
	}
}

static void
too_much_for_one_sweep_is_said(void **state)
{
	struct segment s = segment(WAY_SOCKETS, "2001:db8::/64");
	struct plan plan = { .segments = &s, .n_segments = 1 };
	struct wave *w;
	size_t n;
	struct err e;

	(void)state;
	assert_int_equal(waves_make(&plan, 8, mem, &w, &n, &e), -1);
	assert_int_equal(e.code, ERR_ARG);
}

static struct targets *
make(const char *text, size_t questions, struct wave **w)
{
	struct segment *s = arena_alloc(mem, sizeof(*s));
	struct questions *q = arena_alloc(mem, sizeof(*q));
	struct plan plan = { .segments = s, .n_segments = 1 };
	struct targets *t;
	struct err e;
	size_t n;

	*s = segment(WAY_ROUTED, text);
	assert_int_equal(waves_make(&plan, questions, mem, w, &n, &e), 0);
	*q = (struct questions){ .items = arena_new_array(
					 mem, struct question, questions),
		.n = questions };
	for (size_t i = 0; i < questions; i++)
		q->items[i].probe = probe_find("icmp-echo");
	assert_int_equal(targets_new(&t, *w, q, &e), 0);
	return t;
}

static void
numbers_and_addresses_lead_to_each_other(void **state)
{
	struct wave *w;
	struct targets *t = make(
		"198.18.0.255-198.18.1.1, 198.18.3.0/29, 2001:db8::5", 8, &w);
	static const char *const in[] = { "198.18.0.255", "198.18.1.0", "198.18.1.1",
		"198.18.3.0", "198.18.3.7", "2001:db8::5" };
	static const uint32_t numbers[] = { 0, 1, 2, 3, 10, 11 };
	static const char *const out[] = { "0.0.0.0", "198.18.0.254", "198.18.1.2",
		"198.18.2.255", "198.18.3.8", "255.255.255.255", "::", "2001:db8::4",
		"2001:db8::6", "::c612:100" };
	uint32_t target;

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		struct addr a = ip(in[i]), back;
		print_message("  %s\n", in[i]);
		assert_true(targets_find(t, &a, &target));
		assert_int_equal(target, numbers[i]);
		back = targets_addr(t, target);
		assert_true(addr_equal(&a, &back));
	}
	for (size_t i = 0; i < sizeof(out) / sizeof(out[0]); i++) {
		struct addr a = ip(out[i]);
		print_message("  %s\n", out[i]);
		assert_false(targets_find(t, &a, &target));
	}
	targets_free(t);
}

static void
asking_is_noted_before_and_after_the_first_answer(void **state)
{
	struct wave *w;
	struct targets *t = make("198.18.3.0/24", 40, &w);
	struct err e;
	bool news;

	(void)state;
	assert_false(targets_asked_any(t, 7));
	targets_ask(t, 7, 0, 1000);
	targets_ask(t, 7, 30, 2000);
	assert_true(targets_asked_any(t, 7));
	assert_true(targets_asked(t, 7, 0) && targets_asked(t, 7, 30));
	assert_false(targets_asked(t, 7, 1));
	assert_int_equal(targets_since_asked(t, 7, 2500), 500);
	assert_int_equal(targets_n_asked(t), 1);

	assert_int_equal(targets_answer(t, 7, 30, &news, &e), 0);
	assert_true(news);
	targets_ask(t, 7, 5, 3000);
	targets_ask(t, 7, 35, 3000);
	assert_true(targets_asked(t, 7, 0) && targets_asked(t, 7, 30) &&
		targets_asked(t, 7, 5));
	assert_false(targets_asked(t, 7, 1) || targets_asked(t, 7, 35));
	assert_false(targets_asked_any(t, 8));
	assert_int_equal(targets_n_asked(t), 1);
	targets_free(t);
}

static void
an_answer_is_news_once(void **state)
{
	struct wave *w;
	struct targets *t = make("198.18.0.0/21", 40, &w);
	struct err e;
	bool news;

	(void)state;
	for (uint32_t i = 0; i < 2048; i++) { /* past every growth of the list */
		uint32_t who = i * 37 % 2048;
		assert_false(targets_is_living(t, who));
		assert_int_equal(targets_answer(t, who, i % 40, &news, &e), 0);
		assert_true(news && targets_is_living(t, who));
		assert_int_equal(targets_answer(t, who, i % 40, &news, &e), 0);
		assert_false(news);
		assert_int_equal(targets_answer(t, who, (i + 1) % 40, &news, &e), 0);
		assert_true(news);
		targets_mac(t, who)->bytes[0] = (uint8_t)i;
	}
	assert_int_equal(targets_n_living(t), 2048);
	for (uint32_t i = 0; i < 2048; i++) {
		uint32_t who = targets_living(t, i);
		assert_int_equal(who, i * 37 % 2048); /* in the order they were found */
		assert_int_equal(targets_mac(t, who)->bytes[0], (uint8_t)i);
		for (uint32_t q = 0; q < 40; q++)
			assert_int_equal(targets_answered(t, who, q),
				q == i % 40 || q == (i + 1) % 40);
	}
	targets_free(t);
}

static void
targets_of_a_24_share_their_group(void **state)
{
	static const struct {
		const char *address;
		const char *first; /* of the group */
		uint16_t n;
	} rows[] = {
		{ "198.18.0.250", "198.18.0.0", 6 },
		{ "198.18.0.255", "198.18.0.0", 6 },
		{ "198.18.1.0", "198.18.1.0", 256 },
		{ "198.18.2.1", "198.18.2.0", 4 },
		{ "198.18.2.9", "198.18.2.0", 4 },
		{ "198.18.9.0", "198.18.9.0", 8 },
		{ "2001:db8::1ff", "2001:db8::100", 1 },
	};
	struct wave *w;
	struct targets *t = make("198.18.0.250-198.18.2.1, 198.18.2.8-198.18.2.9, "
				 "198.18.9.0/29, 2001:db8::1ff",
		8, &w);

	(void)state;
	assert_int_equal(targets_n_groups(t), 5);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct addr a = ip(rows[i].address), first = ip(rows[i].first), got;
		uint32_t target;
		print_message("  %s\n", rows[i].address);
		assert_true(targets_find(t, &a, &target));
		struct group *g = targets_group(t, target);
		assert_int_equal(g->n, rows[i].n);
		got = targets_group_addr(t, (uint32_t)(g - targets_get_group(t, 0)));
		assert_true(addr_equal(&got, &first));
	}
	targets_ask(t, 0, 0, 1);
	targets_ask(t, 0, 0, 2); /* again: counts once */
	targets_ask(t, 1, 0, 3);
	assert_int_equal(targets_group(t, 3)->asked[ASK_ECHO], 2);
	targets_free(t);
}

static void
scattered_targets_have_no_groups(void **state)
{
	char text[16 * 4000] = "";
	size_t n = 0;
	struct wave *w;

	(void)state;
	for (int i = 0; i < 2400; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s10.%d.%d.1",
			i ? "," : "", i / 256, i % 256);
	struct targets *t = make(text, 8, &w);
	assert_int_equal(w->n, 2400);
	assert_null(targets_group(t, 7));
	assert_int_equal(targets_n_groups(t), 0);
	targets_free(t);
}

static void
a_proof_and_a_note_belong_to_the_living(void **state)
{
	struct wave *w;
	struct targets *t = make("198.18.3.0/24", 8, &w);
	struct err e;
	bool news;

	(void)state;
	assert_false(targets_is_proved(t, 7));
	assert_int_equal(targets_answer(t, 7, 0, &news, &e), 0);
	assert_false(targets_is_proved(t, 7));
	targets_set_note(t, 7, TARGETS_NOTE_MAX);
	assert_false(targets_is_proved(t, 7));
	assert_true(targets_prove(t, 7));
	assert_false(targets_prove(t, 7));
	assert_int_equal(targets_note(t, 7), TARGETS_NOTE_MAX);
	targets_set_note(t, 7, 0);
	assert_true(targets_is_proved(t, 7));
	assert_int_equal(targets_n_proved(t), 1);
	targets_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			waves_hold_one_segment_each_those_of_the_link_first, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			large_plans_are_cut_without_loss, setup, teardown),
		cmocka_unit_test_setup_teardown(
			too_much_for_one_sweep_is_said, setup, teardown),
		cmocka_unit_test_setup_teardown(
			numbers_and_addresses_lead_to_each_other, setup, teardown),
		cmocka_unit_test_setup_teardown(
			asking_is_noted_before_and_after_the_first_answer, setup,
			teardown),
		cmocka_unit_test_setup_teardown(an_answer_is_news_once, setup, teardown),
		cmocka_unit_test_setup_teardown(
			targets_of_a_24_share_their_group, setup, teardown),
		cmocka_unit_test_setup_teardown(
			scattered_targets_have_no_groups, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_proof_and_a_note_belong_to_the_living, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
