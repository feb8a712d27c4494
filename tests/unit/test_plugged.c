/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is said of MACs meets their addresses, whatever came first. */
#include "scanner/plugged.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/sb.h"

static struct mac
mac_of(const char *text)
{
	struct mac m;

	assert_true(mac_parse(text, &m));
	return m;
}

static void
place(struct plugged *p, const char *mac, const char *ip)
{
	const struct mac m = mac_of(mac);
	struct addr a;

	assert_true(addr_parse(ip, &a));
	plugged_place(p, &m, &a);
}

/* The texts do not outlive the call. */
static void
say(struct plugged *p, const char *mac, const char *link)
{
	char text[64];
	const char *items[] = { text };
	struct fact facts[] = { { .key = "link.to", .type = FACT_TEXTS },
		{ .key = "mac", .type = FACT_MAC, .mac = mac_of(mac) } };

	(void)snprintf(text, sizeof(text), "%s", link);
	facts[0].texts.items = items;
	facts[0].texts.n = 1;
	plugged_add(p, facts, 2);
	memset(text, 'x', sizeof(text));
}

static int
note(void *arg, const struct addr *ip, const struct fact *facts, size_t n, struct err *e)
{
	char text[ADDR_TEXT_MAX];

	(void)e;
	assert_int_equal(n, 2);
	sb_printf(arg, "%s %s\n", addr_print(ip, text), facts[0].texts.items[0]);
	return 0;
}

static void
a_word_is_told_of_the_address_of_its_mac(void **state)
{
	struct plugged *p = plugged_new();
	uint64_t homeless;
	struct sb said;
	struct err e;

	(void)state;
	sb_init(&said, 4096);
	say(p, "00:16:3e:00:00:07", "sw1 Gi0/7");
	place(p, "00:16:3e:00:00:07", "2001:db8::7");
	place(p, "00:16:3e:00:00:07", "198.18.3.7");
	place(p, "00:16:3e:00:00:07", "198.18.3.7"); /* two routers */
	place(p, "00:16:3e:00:00:06", "198.18.3.6");
	place(p, "00:16:3e:00:00:08", "198.18.3.8");
	say(p, "00:16:3e:00:00:08", "sw1 Gi0/8");
	say(p, "00:16:3e:00:00:09", "sw1 Gi0/9"); /* nowhere */
	for (int i = 0; i <= PLUGGED_ADDRESSES_MAX; i++) {
		char ip[32];
		(void)snprintf(ip, sizeof(ip), "198.18.4.%d", i);
		place(p, "00:16:3e:00:00:01", ip);
	}
	say(p, "00:16:3e:00:00:01", "sw1 Gi0/1"); /* a router */
	assert_int_equal(plugged_tell(p, note, &said, &homeless, &e), 0);
	assert_string_equal(said.text, "198.18.3.7 sw1 Gi0/7\n198.18.3.8 sw1 Gi0/8\n");
	assert_int_equal(homeless, 2);
	sb_done(&said);
	plugged_free(p);
}

static void
more_than_there_is_room_for_is_left_out(void **state)
{
	struct plugged *p = plugged_new();
	uint64_t homeless;
	struct sb said;
	struct err e;

	(void)state;
	sb_init(&said, 4096);
	for (int i = 0; i < PLUGGED_WORDS_MAX + 10; i++)
		say(p, "00:16:3e:00:00:09", "sw1 Gi0/9");
	assert_int_equal(plugged_tell(p, note, &said, &homeless, &e), 0);
	assert_in_range(homeless, 1000, PLUGGED_WORDS_MAX);
	sb_done(&said);
	plugged_free(p);
	plugged_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_word_is_told_of_the_address_of_its_mac),
		cmocka_unit_test(more_than_there_is_room_for_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
