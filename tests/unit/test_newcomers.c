/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines of who is heard for the first time: when they come, and what they say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "cli/newcomers.h"

static int64_t now_us;

static int64_t
fake_mono(struct clock *c)
{
	(void)c;
	return now_us;
}

static struct clock fake = { .mono_us = fake_mono, .wall_us = fake_mono };

struct page {
	struct newcomers *n;
	FILE *to;
	char *text;
	size_t size;
};

static void
begin(struct page *p, struct store *store)
{
	struct err e;

	*p = (struct page){ .n = NULL };
	p->to = open_memstream(&p->text, &p->size);
	assert_non_null(p->to);
	struct newcomers_conf conf = { .to = p->to, .store = store, .clock = &fake };
	assert_int_equal(newcomers_new(&p->n, &conf, &e), 0);
}

static void
end(struct page *p)
{
	newcomers_free(p->n);
	(void)fclose(p->to);
	free(p->text);
}

#define AT (INT64_C(1795324333) * SECOND + 7) /* 2026-11-22T05:12:13.000007Z */

/* mac, name: NULL when it is not told; key: of the name. */
static void
hear(struct page *p, const char *ip, const char *mac, const char *key, const char *name)
{
	struct fact facts[3];
	struct observation o = {
		.source = "passive", .at = AT, .evidence = EVIDENCE_HEARD, .facts = facts
	};

	if (ip)
		assert_true(addr_parse(ip, &o.ip));
	if (name)
		facts[o.n_facts++] = (struct fact){
			.key = key, .type = FACT_TEXT, .text = name
		};
	if (mac) {
		facts[o.n_facts] = (struct fact){ .key = "mac", .type = FACT_MAC };
		assert_true(mac_parse(mac, &facts[o.n_facts++].mac));
	}
	newcomers_hear(p->n, &o);
}

#define PHONE "3c:5a:b4:00:00:42"

static void
assert_lines(struct page *p, const char *want)
{
	newcomers_print(p->n, false);
	assert_string_equal(p->text, want);
}

static void
who_says_all_at_once_is_told_at_once(void **state)
{
	struct page p;

	(void)state;
	begin(&p, NULL);
	hear(&p, "192.0.2.7", "02:00:00:00:00:01", "dhcp.name", "phone");
	assert_lines(&p,
		"2026-11-22T05:12:13Z  new    192.0.2.7        02:00:00:00:00:01  phone"
		"                 private                   dhcp\n");
	/* Neither it nor its address is new a second time. */
	hear(&p, "192.0.2.7", "02:00:00:00:00:01", "mdns.name", "phone.local");
	hear(&p, "192.0.2.7", NULL, NULL, NULL);
	hear(&p, "192.0.2.8", "02:00:00:00:00:01", NULL, NULL);
	newcomers_print(p.n, true);
	assert_null(strchr(strchr(p.text, '\n') + 1, '\n'));
	end(&p);
}

static void
no_key_moves_the_cursor(void **state)
{
	struct page p;

	(void)state;
	begin(&p, NULL);
	hear(&p, "192.0.2.9", "02:00:00:00:00:09", "x\x1b[2J\xc2\x9b.name", "");
	newcomers_print(p.n, true);
	assert_non_null(strstr(p.text, "  x\\x1b[2J\\xc2\\x9b\n"));
	assert_null(strpbrk(p.text, "\x1b\xc2"));
	end(&p);
}

static void
who_lacks_a_name_is_waited_for_and_then_told(void **state)
{
	struct page p;

	(void)state;
	begin(&p, NULL);
	hear(&p, "192.0.2.7", "02:00:00:00:00:01", NULL, NULL);
	now_us += NEWCOMERS_WAIT - 1;
	assert_lines(&p, "");
	now_us += 1;
	assert_lines(&p,
		"2026-11-22T05:12:13Z  new    192.0.2.7        02:00:00:00:00:01  -"
		"                     private                   arp\n");
	end(&p);
}

static void
who_has_no_address_yet_gets_a_second_line(void **state)
{
	struct page p;

	(void)state;
	begin(&p, NULL);
	hear(&p, NULL, PHONE, "dhcp.name", "phone");
	now_us += NEWCOMERS_WAIT;
	newcomers_print(p.n, false);
	assert_non_null(strstr(p.text, "Z  new    -                " PHONE "  phone"));
	size_t once = p.size;
	now_us += NEWCOMERS_WAIT;
	newcomers_print(p.n, false);
	assert_int_equal(p.size, once);
	hear(&p, "192.0.2.7", PHONE, "dhcp.name", "phone");
	newcomers_print(p.n, false);
	assert_non_null(strstr(p.text, "Z  has    192.0.2.7        " PHONE "  phone"));
	size_t size = p.size;
	hear(&p, "192.0.2.7", PHONE, NULL, NULL);
	newcomers_print(p.n, true);
	assert_int_equal(p.size, size);
	end(&p);
}

static void
whom_the_store_has_is_known(void **state)
{
	struct observation o = { .source = "sweep",
		.site = "default",
		.point = "here",
		.run = "01920000-0000-7000-8000-000000000001",
		.at = AT,
		.evidence = EVIDENCE_REPLY };
	struct run run = { .id = o.run,
		.source = "sweep",
		.command = "",
		.site = o.site,
		.point = o.point,
		.targets = "",
		.started = AT };
	struct ingest_result r = { 0 };
	struct store *store;
	uint64_t heard, new;
	struct page p;
	struct err e;

	(void)state;
	assert_true(addr_parse("192.0.2.7", &o.ip));
	assert_int_equal(store_open(&store, ":memory:", STORE_WRITE, &e), 0);
	assert_int_equal(store_begin_run(store, &run, &e), 0);
	assert_int_equal(store_ingest(store, &o, 1, &r, &e), 0);
	begin(&p, store);
	hear(&p, "192.0.2.7", NULL, "llmnr.name", "a");
	hear(&p, "192.0.2.8", NULL, "llmnr.name", "b");
	newcomers_print(p.n, false);
	assert_non_null(strstr(p.text, "Z  known  192.0.2.7 "));
	assert_non_null(strstr(p.text, "Z  new    192.0.2.8 "));
	newcomers_count(p.n, &heard, &new);
	assert_int_equal(heard, 2);
	assert_int_equal(new, 1);
	end(&p);
	store_close(store);
}

static void
many_at_once_are_all_told(void **state)
{
	enum { MANY = 1000 };
	uint64_t heard, new;
	size_t lines = 0;
	struct page p;

	(void)state;
	begin(&p, NULL);
	for (unsigned i = 0; i < MANY; i++) {
		char mac[MAC_TEXT_MAX];
		(void)snprintf(
			mac, sizeof(mac), "02:00:00:00:%02x:%02x", i >> 8, i & 255);
		hear(&p, NULL, mac, NULL, NULL);
	}
	newcomers_print(p.n, true);
	for (const char *at = p.text; (at = strchr(at, '\n')); at++)
		lines++;
	newcomers_count(p.n, &heard, &new);
	assert_int_equal(lines, MANY);
	assert_int_equal(heard, MANY);
	end(&p);
}

/* What strangers call themselves must not reach the terminal. */
static void
names_are_escaped(void **state)
{
	struct page p;

	(void)state;
	begin(&p, NULL);
	hear(&p, "192.0.2.7", NULL, "dhcp.name", "\x1b[31mred");
	newcomers_print(p.n, true);
	assert_null(strchr(p.text, '\x1b'));
	assert_non_null(strstr(p.text, "\\x1b[31mred"));
	end(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_says_all_at_once_is_told_at_once),
		cmocka_unit_test(no_key_moves_the_cursor),
		cmocka_unit_test(who_lacks_a_name_is_waited_for_and_then_told),
		cmocka_unit_test(who_has_no_address_yet_gets_a_second_line),
		cmocka_unit_test(whom_the_store_has_is_known),
		cmocka_unit_test(many_at_once_are_all_told),
		cmocka_unit_test(names_are_escaped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
