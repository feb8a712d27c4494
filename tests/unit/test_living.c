/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is asked on, from what a sweep heard. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/living.h"

static void
hear(struct living_set *s, uint32_t ip, uint16_t port, enum evidence evidence)
{
	struct fact open = { .key = "tcp.open",
		.type = FACT_PORTS,
		.ports = { .items = &port, .n = 1 } };
	struct observation o = { .ip = ip ? addr_ip4(ip) : (struct addr){ 0 },
		.evidence = evidence,
		.facts = &open,
		.n_facts = port ? 1 : 0 };
	struct err e;

	assert_int_equal(living_take(s, &o, &e), 0);
}

static void
each_host_is_listed_once_with_its_ports(void **state)
{
	struct living_set s = { .seen = NULL };
	struct arena *mem = arena_new(1 << 20);
	const struct living *list;
	struct err e;
	size_t n;

	(void)state;
	hear(&s, 9, 0, EVIDENCE_REPLY);
	hear(&s, 7, 443, EVIDENCE_REPLY);
	hear(&s, 7, 22, EVIDENCE_REPLY);
	hear(&s, 7, 443, EVIDENCE_REPLY);
	hear(&s, 8, 80, EVIDENCE_WEAK);
	hear(&s, 6, 80, EVIDENCE_LISTED);
	hear(&s, 0, 80, EVIDENCE_REPLY);
	assert_int_equal(living_list(&s, mem, &list, &n, &e), 0);
	assert_int_equal(n, 2);
	assert_int_equal(addr_to_ip4(&list[0].ip), 7);
	assert_int_equal(list[0].n_ports, 2);
	assert_int_equal(list[0].ports[0], 22);
	assert_int_equal(list[0].ports[1], 443);
	assert_int_equal(addr_to_ip4(&list[1].ip), 9);
	assert_int_equal(list[1].n_ports, 0);
	living_done(&s);
	arena_free(mem);
}

static void
ports_of_udp_are_kept_apart(void **state)
{
	static const uint16_t tcp[] = { 80 }, udp[] = { 137, 161 };
	struct living_set s = { .seen = NULL };
	struct arena *mem = arena_new(1 << 16);
	struct living l = { addr_ip4(5), tcp, 1, udp, 2 };
	const struct living *list;
	struct err e;
	size_t n;

	(void)state;
	hear(&s, 5, 443, EVIDENCE_REPLY);
	hear(&s, 6, 22, EVIDENCE_REPLY);
	assert_int_equal(living_add(&s, &l, &e), 0);
	assert_int_equal(living_list(&s, mem, &list, &n, &e), 0);
	assert_int_equal(n, 2);
	assert_int_equal(list[0].n_ports, 2);
	assert_int_equal(list[0].ports[1], 443);
	assert_int_equal(list[0].n_udp_ports, 2);
	assert_int_equal(list[0].udp_ports[0], 137);
	assert_int_equal(list[0].udp_ports[1], 161);
	assert_int_equal(list[1].n_ports, 1);
	assert_int_equal(list[1].ports[0], 22);
	assert_int_equal(list[1].n_udp_ports, 0);
	living_done(&s);
	arena_free(mem);
}

static void
nobody_is_an_empty_list(void **state)
{
	struct living_set s = { .seen = NULL };
	struct arena *mem = arena_new(1 << 16);
	const struct living *list;
	struct err e;
	size_t n = 1;

	(void)state;
	assert_int_equal(living_list(&s, mem, &list, &n, &e), 0);
	assert_int_equal(n, 0);
	living_done(&s);
	arena_free(mem);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_host_is_listed_once_with_its_ports),
		cmocka_unit_test(ports_of_udp_are_kept_apart),
		cmocka_unit_test(nobody_is_an_empty_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
