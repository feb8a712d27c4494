/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The same record is stored once, and that costs the same for each record, also where
 * thousands share run and time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "db/twins.h"
#include "tests/unit/sanitized.h"

enum { MANY = SANITIZED ? 2000 : 6000, BATCH = 250 };

#define T0 1700000000000000LL

static int
start(void **state)
{
	struct store *s;
	struct err e = { 0 };

	assert_int_equal(0, store_open(&s, ":memory:", STORE_WRITE, &e));
	*state = s;
	return 0;
}

static int
stop(void **state)
{
	store_close(*state);
	return 0;
}

/* Records of one run and moment, without an address, that differ in a description. */
struct list {
	struct observation obs[BATCH];
	struct fact facts[BATCH];
	char text[BATCH][32];
};

static void
list_record(struct list *l, size_t i, unsigned number)
{
	(void)snprintf(l->text[i], sizeof(l->text[i]), "machine %u", number);
	l->facts[i] = (struct fact){
		.key = "ad.description", .type = FACT_TEXT, .text = l->text[i]
	};
	l->obs[i] = (struct observation){ .site = "main",
		.point = "p",
		.run = "r",
		.source = "import",
		.at = T0,
		.evidence = EVIDENCE_LISTED,
		.facts = &l->facts[i],
		.n_facts = 1 };
}

static struct ingest_result
ingest(struct store *s, const struct observation *obs, size_t n)
{
	struct ingest_result r = { 0 };
	struct err e = { 0 };

	if (store_ingest(s, obs, n, &r, &e) == -1)
		fail_msg("%s", e.text);
	return r;
}

static void
import_all(struct store *s, struct list *l, bool again)
{
	for (unsigned at = 0; at < MANY; at += BATCH) {
		for (unsigned i = 0; i < BATCH; i++)
			list_record(l, i, at + i);
		struct ingest_result r = ingest(s, l->obs, BATCH);
		assert_int_equal(again ? 0 : BATCH, r.observations);
		assert_int_equal(again ? BATCH : 0, r.duplicates);
	}
}

static void
each_of_many_is_looked_at_a_few_times(void **state)
{
	static struct list l;
	struct store *s = *state;

	import_all(s, &l, false);
	print_message("  %d records: %llu looked at\n", MANY,
		(unsigned long long)twins_looked_at(s->twins));
	assert_true(twins_looked_at(s->twins) < 3 * MANY);
	import_all(s, &l, true);
	assert_true(twins_looked_at(s->twins) < 6 * MANY);
	/* As another process would: it has to read them first. */
	twins_forget(s->twins);
	import_all(s, &l, true);
	print_message(
		"  twice again: %llu\n", (unsigned long long)twins_looked_at(s->twins));
	assert_true(twins_looked_at(s->twins) < 10 * MANY);
}

/* What differs in any part is another record, and is stored once. */
static void
what_differs_is_no_twin(void **state)
{
	enum { PARTS = 8 };
	static struct list l;
	struct store *s = *state;
	unsigned n = 0;

	for (; n < 2 * TWINS_FEW; n++)
		list_record(&l, n, n);
	for (unsigned part = 0; part < PARTS; part++, n++) {
		list_record(&l, n, 0);
		struct observation *o = &l.obs[n];
		switch (part) {
		case 0: o->site = "other"; break;
		case 1: o->point = "q"; break;
		case 2: o->run = "r2"; break;
		case 3: o->source = "ad"; break;
		case 4: o->at++; break;
		case 5: o->evidence = EVIDENCE_HEARD; break;
		case 6: o->ip = addr_ip4(0x0a000001); break;
		default: o->subject = SUBJECT_NETWORK; break;
		}
	}
	struct ingest_result r = ingest(s, l.obs, n);
	assert_int_equal(n, r.observations);
	assert_int_equal(0, r.duplicates);
	r = ingest(s, l.obs, n);
	assert_int_equal(0, r.observations);
	assert_int_equal(n, r.duplicates);
}

static void
twins_of_one_batch_are_stored_once(void **state)
{
	static struct list l;
	struct store *s = *state;

	for (unsigned i = 0; i < BATCH; i++)
		list_record(&l, i, i % 100);
	struct ingest_result r = ingest(s, l.obs, BATCH);
	assert_int_equal(100, r.observations);
	assert_int_equal(BATCH - 100, r.duplicates);
}

static void
what_was_not_stored_in_the_end_is_no_twin(void **state)
{
	static struct list l;
	struct store *s = *state;
	struct ingest_result r = { 0 };
	struct err e = { 0 };

	for (unsigned i = 0; i < BATCH; i++)
		list_record(&l, i, i);
	ingest(s, l.obs, BATCH / 2);
	l.obs[BATCH - 1].site = NULL; /* is refused, and with it all of the batch */
	assert_int_equal(-1, store_ingest(s, l.obs, BATCH, &r, &e));
	l.obs[BATCH - 1].site = "main";
	r = ingest(s, l.obs, BATCH);
	assert_int_equal(BATCH - BATCH / 2, r.observations);
}

static int
take_first(void *arg, const struct device *d, struct err *e)
{
	(void)e;
	if (*(int64_t *)arg == 0)
		*(int64_t *)arg = d->row;
	return 0;
}

static void
what_was_forgotten_may_come_again(void **state)
{
	static struct list l;
	struct store *s = *state;
	int64_t device = 0;
	struct err e = { 0 };

	for (unsigned i = 0; i < BATCH; i++)
		list_record(&l, i, i);
	ingest(s, l.obs, BATCH);
	assert_int_equal(0, store_each_device(s, take_first, &device, &e));
	assert_int_equal(0, store_forget(s, device, &e));
	struct ingest_result r = ingest(s, l.obs, BATCH);
	assert_int_equal(1, r.observations);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, start, stop)
	const struct CMUnitTest tests[] = {
		CASE(each_of_many_is_looked_at_a_few_times),
		CASE(what_differs_is_no_twin),
		CASE(twins_of_one_batch_are_stored_once),
		CASE(what_was_not_stored_in_the_end_is_no_twin),
		CASE(what_was_forgotten_may_come_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
