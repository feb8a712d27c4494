/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Browse lists by libsmbclient, as far as no master is needed (tests/e2e/lists.sh has those): names
 * that would lead the library elsewhere, and keepers that say what a test likes. */
#include "packet.h"

#include <poll.h>
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

/* --- keepers -------------------------------------------------------------------------------- */

enum { SAID_MAX = 4096 };

/* What a keeper says once it was asked; ends and entries as the poll heard them. */
struct rig {
	char said[SAID_MAX];
	size_t n_said;
	struct list_question questions[3];
	struct credential account;
	struct list_end ends[4];
	struct list_entry entries[4];
	size_t n_ends, n_entries;
	char why[LIST_WHY_MAX];
};

static struct rig rig; /* keepers are forked, and have no other argument */

static void
keeper_of_rig(const struct list_keeper *k)
{
	struct list_question asked[3];
	size_t had = 0;
	ssize_t n = 1;

	while (n > 0 && had < sizeof(asked)) {
		n = read(k->fd, (char *)asked + had, sizeof(asked) - had);
		had += n > 0 ? (size_t)n : 0;
	}
	if (had == sizeof(asked) && memcmp(asked, rig.questions, had) == 0)
		(void)!write(k->fd, rig.said, rig.n_said);
	_exit(0);
}

static void
keeper_that_hangs(const struct list_keeper *k)
{
	struct pollfd hangs_up = { k->fd, 0, 0 };

	(void)poll(&hangs_up, 1, 20000);
	_exit(0);
}

static void
rig_say(const void *bytes, size_t n)
{
	memcpy(rig.said + rig.n_said, bytes, n);
	rig.n_said += n;
}

static void
rig_head(uint32_t question, uint32_t outcome, uint32_t account, uint32_t n)
{
	struct list_head h = {
		.question = question, .outcome = outcome, .account = account, .n = n
	};

	rig_say(&h, sizeof(h));
}

static void
rig_entry(bool is_domain, const char *name)
{
	struct list_entry entry;

	memset(&entry, 'x', sizeof(entry)); /* no end of its text */
	entry.is_domain = is_domain;
	memcpy(entry.name, name, strlen(name) + 1);
	rig_say(&entry, sizeof(entry));
}

static int
on_entry(void *arg, uint32_t question, const struct list_entry *entry, struct err *e)
{
	(void)arg, (void)question, (void)e;
	if (rig.n_entries < 4)
		rig.entries[rig.n_entries] = *entry;
	rig.n_entries++;
	return 0;
}

static void
on_end(void *arg, const struct list_end *end)
{
	(void)arg;
	if (rig.n_ends < 4)
		rig.ends[rig.n_ends] = *end;
	rig.n_ends++;
}

static void
on_unable(void *arg, const char *why)
{
	(void)arg;
	(void)snprintf(rig.why, sizeof(rig.why), "%s", why);
}

/* A poll that asks three masters; ends once the keeper has ended, or patience is over. */
static void
rig_run(list_keeper_fn *keeper, size_t n, int64_t patience)
{
	static const volatile sig_atomic_t stop;
	const struct lists_ears ears = { on_entry, on_end, on_unable, NULL };
	const struct members_conf accounts = { .accounts = &rig.account,
		.n_accounts = 1 };
	struct lists *l;
	struct err e;

	assert_int_equal(
		lists_open(&l, keeper, &accounts, 1000 * MSEC, &clock_system, &e), 0);
	assert_int_equal(lists_ask(l, rig.questions, n, &ears,
				 clock_mono(&clock_system) + patience, &stop, &e),
		0);
	lists_close(l);
}

static int
clear_rig(void **state)
{
	(void)state;
	memset(&rig, 0, sizeof(rig));
	return 0;
}

static int
reap(void **state)
{
	(void)state;
	while (waitpid(-1, NULL, WNOHANG) > 0)
		continue;
	return 0;
}

static void
lists_are_heard_in_any_order(void **state)
{
	(void)state;
	rig_head(2, LIST_TOLD, 1, 2);
	rig_entry(false, "ONE");
	rig_entry(true, "TWO");
	rig_head(0, LIST_SILENT, 0, 0);
	rig_run(keeper_of_rig, 3, 10000 * MSEC);
	assert_int_equal(rig.n_ends, 2);
	assert_int_equal(rig.ends[0].question, 2);
	assert_ptr_equal(rig.ends[0].account, &rig.account);
	assert_int_equal(rig.ends[0].n[0], 1);
	assert_int_equal(rig.ends[0].n[1], 1);
	assert_int_equal(rig.ends[1].outcome, LIST_SILENT);
	assert_null(rig.ends[1].account);
	assert_string_equal(rig.entries[0].name, "ONE");
	assert_int_equal(
		strlen(rig.entries[0].comment), sizeof(rig.entries[0].comment) - 1);
	assert_true(rig.entries[1].is_domain);
}

static void
why_it_cannot_be_done_is_told(void **state)
{
	struct list_head h = { .question = LIST_UNABLE, .why = "no library" };

	(void)state;
	rig_say(&h, sizeof(h));
	rig_run(keeper_of_rig, 3, 10000 * MSEC);
	assert_string_equal(rig.why, "no library");
	assert_int_equal(rig.n_ends, 0);
}

static void
what_makes_no_sense_is_not_heard(void **state)
{
	static const struct {
		const char *label;
		uint32_t question, outcome, account, n;
	} rows[] = {
		{ "of a master that was not asked", 3, LIST_TOLD, 0, 0 },
		{ "an outcome that is none", 0, LIST_OUTCOMES, 0, 0 },
		{ "an account that nobody has", 0, LIST_TOLD, 2, 0 },
		{ "too many entries", 0, LIST_TOLD, 0, LISTS_ENTRIES_MAX + 1 },
		{ "entries that do not come", 0, LIST_TOLD, 0, 2 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("  %s\n", rows[i].label);
		(void)clear_rig(state);
		rig_head(rows[i].question, rows[i].outcome, rows[i].account, rows[i].n);
		rig_run(keeper_of_rig, 3, 10000 * MSEC);
		assert_int_equal(rig.n_ends, 0);
	}
}

static void
a_keeper_that_hangs_is_left_at_the_deadline(void **state)
{
	int64_t begun = clock_mono(&clock_system);

	(void)state;
	rig_run(keeper_that_hangs, 3, 200 * MSEC);
	assert_true(clock_mono(&clock_system) - begun < 10000 * MSEC);
	assert_int_equal(rig.n_ends, 0);
}

static void
a_keeper_that_is_asked_nothing_ends(void **state)
{
	int status;

	(void)state;
	rig_run(list_keeper_run, 0, 10000 * MSEC);
	assert_true(wait(&status) > 0);
	assert_int_equal(status, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, clear_rig, reap)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_that_are_read_as_addresses_are_not_asked),
		TEST(a_keeper_that_is_asked_nothing_ends),
		TEST(lists_are_heard_in_any_order),
		TEST(why_it_cannot_be_done_is_told),
		TEST(what_makes_no_sense_is_not_heard),
		TEST(a_keeper_that_hangs_is_left_at_the_deadline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
