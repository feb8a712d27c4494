/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Closed ports that wait to be told together. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "scanner/refused.h"

struct told {
	char text[512];
	int fail_at, calls;
	size_t ports;
};

static int
take(void *arg, uint32_t target, bool weak, const uint16_t *ports, size_t n,
	struct err *e)
{
	struct told *t = arg;
	size_t used = strlen(t->text);

	if (++t->calls == t->fail_at)
		return err_set(e, ERR_SYS, "full");
	t->ports += n;
	used += (size_t)snprintf(t->text + used, sizeof(t->text) - used,
		"%u%s:", target, weak ? "?" : "");
	for (size_t i = 0; i < n && used < sizeof(t->text) - 8; i++)
		used += (size_t)snprintf(
			t->text + used, sizeof(t->text) - used, " %u", ports[i]);
	if (used < sizeof(t->text) - 2)
		(void)strcat(t->text, "\n");
	return 0;
}

static bool
add(struct refused *r, uint32_t target, uint16_t port, bool weak, int64_t at)
{
	struct refused_port one = { target, port, weak };
	struct err e;
	bool full;

	assert_int_equal(refused_add(r, &one, at, &full, &e), 0);
	return full;
}

static void
each_target_is_told_once_with_its_ports_in_order(void **state)
{
	struct refused r = { .items = NULL };
	struct told t = { .text = "" };
	struct err e;

	(void)state;
	(void)add(&r, 7, 443, false, 1);
	(void)add(&r, 3, 80, true, 2);
	(void)add(&r, 7, 22, false, 3);
	(void)add(&r, 3, 8080, false, 4);
	assert_int_equal(refused_tell(&r, take, &t, &e), 0);
	assert_string_equal(t.text, "3: 8080\n3?: 80\n7: 22 443\n");
	assert_int_equal(r.at_us, 4);
	/* Once. */
	assert_int_equal(refused_tell(&r, take, &t, &e), 0);
	assert_int_equal(t.calls, 3);
	refused_free(&r);
}

static void
more_ports_than_one_record_holds_are_several(void **state)
{
	struct refused r = { .items = NULL };
	struct told t = { .text = "" };
	struct err e;

	(void)state;
	for (uint32_t p = 1; p <= 9000; p++)
		(void)add(&r, 1, (uint16_t)p, false, 1);
	assert_int_equal(refused_tell(&r, take, &t, &e), 0);
	assert_int_equal(t.calls, 3);
	assert_int_equal(t.ports, 9000);
	refused_free(&r);
}

static void
it_says_when_it_is_full_and_passes_failures_on(void **state)
{
	struct refused r = { .items = NULL };
	struct told t = { .text = "", .fail_at = 2 };
	struct err e;
	uint32_t n = 1;

	(void)state;
	while (!add(&r, n % 4, (uint16_t)n, false, 1))
		n++;
	assert_int_equal(n, REFUSED_MAX);
	assert_int_equal(refused_tell(&r, take, &t, &e), -1);
	assert_int_equal(e.code, ERR_SYS);
	refused_free(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_target_is_told_once_with_its_ports_in_order),
		cmocka_unit_test(more_ports_than_one_record_holds_are_several),
		cmocka_unit_test(it_says_when_it_is_full_and_passes_failures_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
