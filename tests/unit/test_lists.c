/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Browse lists by libsmbclient, as far as no master is needed (tests/e2e/lists.sh has those): names
 * that would lead the library elsewhere, and a keeper that is asked nothing. */
#include "packet.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "netbios/list_keeper.h"

/* --- names ---------------------------------------------------------------------------------- */

static void
names_that_are_read_as_addresses_are_not_asked(void **state)
{
	static const struct {
		const char *domain, *computer;
		bool may;
	} rows[] = {
		{ "ALPHA", "PDC", true },
		{ "CAFE", "BEEF", true },
		{ "10.1.2.3", "PDC", false },
		{ "ALPHA", "192.168.100.200", false },
		{ "ALPHA", "10.1", false },
		{ "ALPHA", "1", false },
		{ "ALPHA", "0X7F.1", false },
		{ "ALPHA", "FE80::1", false },
		{ "", "PDC", false },
		{ "ALPHA", "", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("  \"%s\" \"%s\"\n", rows[i].domain, rows[i].computer);
		assert_int_equal(rows[i].may,
			smbclient_may_ask(rows[i].domain, rows[i].computer));
	}
}

/* --- a poll without masters ----------------------------------------------------------------- */

static int
no_entry(void *arg, uint32_t question, const struct list_entry *entry, struct err *e)
{
	(void)arg, (void)question, (void)entry, (void)e;
	fail();
	return -1;
}

static void
no_end(void *arg, const struct list_end *end)
{
	(void)arg, (void)end;
	fail();
}

static void
no_why(void *arg, const char *why)
{
	(void)arg, (void)why;
	fail();
}

static void
a_keeper_that_is_asked_nothing_ends(void **state)
{
	static const volatile sig_atomic_t stop;
	const struct members_conf nobody = { .n_accounts = 0 };
	const struct lists_ears ears = { no_entry, no_end, no_why, NULL };
	struct lists *l;
	struct err e;
	int status;

	(void)state;
	assert_int_equal(lists_open(&l, &nobody, 1000 * MSEC, &clock_system, &e), 0);
	assert_int_equal(
		lists_ask(l, NULL, 0, &ears, clock_mono(&clock_system), &stop, &e), 0);
	lists_close(l);
	assert_true(wait(&status) > 0);
	assert_int_equal(status, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_that_are_read_as_addresses_are_not_asked),
		cmocka_unit_test(a_keeper_that_is_asked_nothing_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
