/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Canaries: who is one, when, and what becomes of it; and answers that are held back. */
#include "scanner/canary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scanner/doubt.h"

enum { LIVING = 8000, GAP = 1000, TIMEOUT = 500 };

static struct wave_run run = { { ADDR_IP4, { 198, 18, 0, 0 } }, 0, 16384 };
static struct wave wave = { WAY_ROUTED, 0, &run, 1, 16384 };
static struct question asked[1];
static struct questions questions = { .items = asked, .n = 1 };

/* Every second target lives and has proved it. */
static struct targets *
make(uint32_t living)
{
	struct targets *t;
	struct err e;
	bool news;

	asked[0].probe = probe_find("icmp-echo");
	assert_int_equal(targets_new(&t, &wave, &questions, &e), 0);
	for (uint32_t i = 0; i < living; i++) {
		targets_ask(t, 2 * i, 0, 0);
		assert_int_equal(targets_answer(t, 2 * i, 0, &news, &e), 0);
		(void)targets_prove(t, 2 * i);
	}
	return t;
}

static void
everybody_has_a_turn(void **state)
{
	struct targets *t = make(100);
	struct canaries c;
	unsigned turns[200] = { 0 };
	struct err e;
	int64_t now = GAP;

	(void)state;
	assert_int_equal(canaries_init(&c, &e), 0);
	for (int i = 0; i < 300; i++, now += GAP) {
		uint32_t target, question;
		struct canary k;
		assert_true(canaries_next(&c, t, GAP, now, &target, &question));
		targets_ask(t, target, question, now);
		canaries_ask(&c, t, target, 0, now);
		turns[target]++;
		assert_true(canaries_answer(&c, t, target, &k));
		assert_false(canaries_answer(&c, t, target, &k)); /* once */
	}
	for (uint32_t i = 0; i < 200; i++)
		assert_int_equal(turns[i], i % 2 ? 0 : 3);
	canaries_free(&c);
	targets_free(t);
}

static void
nobody_is_asked_too_soon_or_twice_at_once(void **state)
{
	struct targets *t = make(1);
	struct canaries c;
	uint32_t target, question;
	struct err e;

	(void)state;
	assert_int_equal(canaries_init(&c, &e), 0);
	assert_false(canaries_next(&c, t, GAP, GAP - 1, &target, &question));
	assert_true(canaries_next(&c, t, GAP, GAP, &target, &question));
	canaries_ask(&c, t, target, 0, GAP);
	assert_false(canaries_next(&c, t, GAP, 10 * GAP, &target, &question));
	canaries_free(&c);
	targets_free(t);
}

static void
who_is_only_weakly_known_is_none(void **state)
{
	struct targets *t = make(0);
	struct canaries c;
	uint32_t target, question;
	struct err e;
	bool news;

	(void)state;
	targets_ask(t, 5, 0, 0);
	assert_int_equal(targets_answer(t, 5, 0, &news, &e), 0);
	assert_int_equal(canaries_init(&c, &e), 0);
	assert_false(canaries_next(&c, t, 0, GAP, &target, &question));
	canaries_free(&c);
	targets_free(t);
}

/* More than the ring holds, some never answered. */
static void
each_is_settled_once_and_in_order(void **state)
{
	struct targets *t = make(LIVING);
	struct canaries c;
	uint32_t target, question, n = 0, lost = 0, late = 0;
	struct canary k;
	struct err e;
	int64_t now = GAP, last = 0;

	(void)state;
	assert_int_equal(canaries_init(&c, &e), 0);
	for (int i = 0; i < 20000; i++, now++) {
		if (canaries_next(&c, t, GAP, now, &target, &question)) {
			canaries_ask(&c, t, target, (uint8_t)i, now);
			if (i % 3)
				assert_true(canaries_answer(&c, t, target, &k));
		}
		while (canaries_settle(&c, t, TIMEOUT, now, &k)) {
			assert_true(k.asked_us >= last);
			assert_true(k.answered || now - k.asked_us > TIMEOUT);
			late += canaries_answer(&c, t, k.target, &k);
			last = k.asked_us;
			lost += !k.answered;
			n++;
		}
	}
	while (canaries_settle(&c, t, -1, now, &k)) {
		lost += !k.answered;
		n++;
	}
	assert_int_equal(n, 20000);
	assert_int_equal(lost, 6667);
	assert_int_equal(late, 0); /* what is settled is no canary any more */
	assert_int_equal(c.silent, 0);
	canaries_free(&c);
	targets_free(t);
}

static void
a_full_ring_takes_no_more(void **state)
{
	struct targets *t = make(LIVING);
	struct canaries c;
	uint32_t target, question, n = 0;
	struct err e;

	(void)state;
	assert_int_equal(canaries_init(&c, &e), 0);
	for (; canaries_next(&c, t, GAP, GAP, &target, &question); n++)
		canaries_ask(&c, t, target, 0, GAP);
	assert_int_equal(n, CANARIES_OPEN_MAX);
	canaries_free(&c);
	targets_free(t);
}

/* --- held back ---------------------------------------------------------------------------- */

struct visits {
	uint32_t seen[64];
	size_t n;
	uint32_t forget; /* those whose target divides by it */
};

static int
visit(void *arg, const struct held *h, struct err *e)
{
	struct visits *v = arg;

	assert_int_equal(h->size, h->target % 50 + 1);
	for (size_t i = 0; i < h->size; i++)
		assert_int_equal(h->frame[i], (uint8_t)h->target);
	if (v->n == 64)
		return err_set(e, ERR_DB, "full");
	v->seen[v->n++] = h->target;
	return h->target % v->forget == 0;
}

static void
what_is_held_stays_in_order_until_it_is_let_go(void **state)
{
	struct doubt d = { 0 };
	struct visits v = { .forget = 3 }, again = { .forget = 1 }, none = { 0 };
	struct err e;
	bool full;

	(void)state;
	for (uint32_t i = 0; i < 60; i++) {
		uint8_t frame[64];
		memset(frame, (int)i, sizeof(frame));
		struct held h = { i, i, i, 0, (uint16_t)(i % 50 + 1), frame };
		assert_int_equal(doubt_add(&d, &h, &full, &e), 0);
		assert_false(full);
	}
	assert_int_equal(doubt_visit(&d, visit, &v, &e), 0);
	assert_int_equal(v.n, 60);
	assert_int_equal(doubt_visit(&d, visit, &again, &e), 0);
	assert_int_equal(again.n, 40);
	for (uint32_t i = 0; i < 40; i++)
		assert_int_equal(again.seen[i], i / 2 * 3 + i % 2 + 1);
	assert_int_equal(doubt_visit(&d, visit, &none, &e), 0);
	assert_int_equal(d.used, 0);
	doubt_free(&d);
}

static void
what_is_held_is_bounded(void **state)
{
	static uint8_t frame[2048];
	struct doubt d = { 0 };
	struct err e;
	bool full = false;
	size_t n = 0;

	(void)state;
	for (; !full && n < 10000; n++) {
		struct held h = { 1, 1, 1, 1, sizeof(frame), frame };
		assert_int_equal(doubt_add(&d, &h, &full, &e), 0);
	}
	assert_true(full);
	assert_in_range(d.used, DOUBT_MAX - 3000, DOUBT_MAX);
	doubt_free(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everybody_has_a_turn),
		cmocka_unit_test(nobody_is_asked_too_soon_or_twice_at_once),
		cmocka_unit_test(who_is_only_weakly_known_is_none),
		cmocka_unit_test(each_is_settled_once_and_in_order),
		cmocka_unit_test(a_full_ring_takes_no_more),
		cmocka_unit_test(what_is_held_stays_in_order_until_it_is_let_go),
		cmocka_unit_test(what_is_held_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
