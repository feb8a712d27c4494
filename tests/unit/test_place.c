/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The place of a sweep as text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "scanner/place.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))
#define HEAD \
	"muster-sweep=1 plan=0123456789abcdef seed=00112233445566778899aabbccddeeff "

static void
it_prints_and_reads_back(void **state)
{
	static const char *const rows[] = {
		HEAD "done=",
		HEAD "done=0-3,7",
		HEAD
		"done=0 wave=4 rounds=1 from=10 to=65536 pass=2 position=4711 again=1 "
		"asked=12 lost=3 found=7/0",
		HEAD
		"done= wave=1 rounds=0 from=0 to=1 pass=0 position=1 again=0 asked=0 "
		"lost=0 found=0 wave=2 rounds=2 from=0 to=9 pass=0 position=0 again=0 "
		"asked=5 lost=5 found=1/2/3",
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		bool done[8] = { false };
		struct place p;
		struct err e;
		struct sb text;
		print_message("  %s\n", rows[i]);
		if (place_parse(rows[i], done, 8, &p, &e) == -1)
			fail_msg("%s", e.text);
		sb_init(&text, PLACE_TEXT_MAX);
		place_print(&p, &text);
		assert_string_equal(text.text, rows[i]);
		sb_done(&text);
	}
}

static void
its_values_are_those_of_the_text(void **state)
{
	bool done[8] = { false };
	struct place p;
	struct err e;

	(void)state;
	assert_int_equal(
		place_parse(HEAD "done=1-2,5 wave=4 rounds=1 from=10 to=65536 pass=2 "
				 "position=4711 again=1 asked=12 lost=3 found=7/1",
			done, 8, &p, &e),
		0);
	assert_true(p.plan == 0x0123456789abcdef);
	assert_int_equal(p.seed[1], 0x11);
	assert_true(done[1] && done[2] && done[5] && !done[0] && !done[3]);
	assert_int_equal(p.n_waves, 1);
	assert_int_equal(p.waves[0].wave, 4);
	assert_int_equal(p.waves[0].position, 4711);
	assert_true(p.waves[0].again);
	assert_int_equal(p.waves[0].counts.rounds, 1);
	assert_int_equal(p.waves[0].counts.found[0], 7);
	assert_int_equal(p.waves[0].counts.found[1], 1);
	assert_int_equal(p.waves[0].counts.lost, 3);
}

static void
what_is_wrong_is_refused(void **state)
{
	static const char *const rows[] = {
		"muster-sweep=2",
		"",
		"x",
		"=",
		"x=1",
		"plan=01",
		"plan=0123456789abcdeg",
		"seed=0011",
		"done=8",
		"done=0-8",
		"done=0,",
		"done=a",
		"done=1--2",
		"wave=8",
		"wave=",
		"wave=1x",
		"rounds=1",
		"found=1",
		"wave=1 position=5",
		"wave=1 to=4 position=3 from=4",
		"wave=1 rounds=-1",
		"wave=1 rounds=100",
		"wave=1 asked=1 lost=2",
		"wave=1 found=1/",
		"wave=1 found=99999999999999999999",
		"wave=1 to=1048577",
		"wave=1 again=2",
		"plan=0123456789abcdef  done=",
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		bool done[8] = { false };
		struct place p;
		struct err e;
		print_message("  %s\n", rows[i]);
		assert_int_equal(place_parse(rows[i], done, 8, &p, &e), -1);
		assert_int_equal(e.code, ERR_PROTO);
	}
}

static void
too_many_waves_or_words_are_refused(void **state)
{
	char text[PLACE_TEXT_MAX + 64] = "wave=1";
	bool done[8] = { false };
	struct place p;
	struct err e;

	(void)state;
	for (int i = 1; i < PLACE_WAVES_MAX; i++)
		strcat(text, " wave=1");
	assert_int_equal(place_parse(text, done, 8, &p, &e), 0);
	strcat(text, " wave=1");
	assert_int_equal(place_parse(text, done, 8, &p, &e), -1);
	memset(text, '1', PLACE_TEXT_MAX + 1);
	text[PLACE_TEXT_MAX + 1] = '\0';
	assert_int_equal(place_parse(text, done, 8, &p, &e), -1);
}

static void
a_long_list_of_waves_is_cut(void **state)
{
	static bool done[WAVES_MAX], again[WAVES_MAX];
	struct place p = { .done = done, .n_done = WAVES_MAX }, q;
	struct sb text;
	struct err e;
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < WAVES_MAX; i += 2)
		done[i] = true;
	sb_init(&text, PLACE_TEXT_MAX);
	place_print(&p, &text);
	assert_false(text.bad);
	assert_int_equal(place_parse(text.text, again, WAVES_MAX, &q, &e), 0);
	for (size_t i = 0; i < WAVES_MAX; i++) {
		assert_true(!again[i] || done[i]);
		n += again[i];
	}
	assert_true(n > 100);
	sb_done(&text);
}

static void
the_digest_changes_with_the_waves(void **state)
{
	struct wave_run runs[] = { { { ADDR_IP4, { 10, 0, 0, 0 } }, 0, 256 },
		{ { ADDR_IP4, { 10, 0, 2, 0 } }, 256, 9 } };
	struct wave w[] = { { WAY_ROUTED, 0, runs, 2, 265 },
		{ WAY_ONLINK, 1, runs, 1, 256 } };
	uint64_t before = place_digest(w, 2);

	(void)state;
	assert_true(place_digest(w, 2) == before);
	assert_true(place_digest(w, 1) != before);
	runs[1].n = 8;
	assert_true(place_digest(w, 2) != before);
	runs[1].n = 9;
	w[1].way = WAY_SOCKETS;
	assert_true(place_digest(w, 2) != before);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_prints_and_reads_back),
		cmocka_unit_test(its_values_are_those_of_the_text),
		cmocka_unit_test(what_is_wrong_is_refused),
		cmocka_unit_test(too_many_waves_or_words_are_refused),
		cmocka_unit_test(a_long_list_of_waves_is_cut),
		cmocka_unit_test(the_digest_changes_with_the_waves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
