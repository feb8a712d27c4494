/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which domains a poll is of, what is told of a forest, and what one refusal means for the
 * accounts of a run. */
#include "packet.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

#include "ldap/chosen.h"
#include "ldap/door.h"
#include "ldap/refusal.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* --- domains ------------------------------------------------------------------------------ */

/* Its name is a value in the store and the key of what the next poll goes on from. */
static void
a_domain_has_one_name_however_it_was_typed(void **state)
{
	static const char *typed[] = { "CORP.Example", "emea.example", "corp.EXAMPLE" };
	const struct ad_conf conf = { .domains = { typed, COUNT(typed), 0 } };
	struct arena *mem = arena_new(1 << 20);
	struct chosen list;
	struct err e;

	(void)state;
	assert_int_equal(chosen_read(&list, &conf, NULL, 1, mem, &e), 0);
	assert_int_equal(list.n, 2);
	assert_string_equal(list.items[0].name, "corp.example");
	assert_string_equal(list.items[1].name, "emea.example");
	assert_null(list.items[0].failed);
	arena_free(mem);
}

/* --- forests ------------------------------------------------------------------------------ */

static unsigned n_reasons;

static void
count_reason(struct monitor *m, const struct reason *r)
{
	(void)m;
	assert_string_equal(r->about, "corp.example");
	n_reasons++;
}

static void
a_forest_that_could_not_be_read_is_told_until_it_was(void **state)
{
	struct monitor monitor = { .reason = count_reason };
	struct source_run run = { .monitor = &monitor };
	struct door *d;
	struct err e;

	(void)state;
	n_reasons = 0;
	assert_int_equal(door_new(&d, &run, NULL, 0, NULL, &e), 0);
	door_forest_failed(d, "ad-subnets-failed", "corp.example", "refused");
	door_forest_failed(d, "ad-subnets-failed", "corp.example", "refused");
	assert_int_equal(n_reasons, 1);
	assert_false(
		door_has_left(d, "corp.example")); /* a controller may be named so */
	door_forest_failed(d, "ad-subnets-failed", "corp.example", "it went away");
	assert_int_equal(n_reasons, 2);
	assert_true(door_first_of_forest(d, "corp.example"));
	assert_false(door_first_of_forest(d, "corp.example"));
	door_forest_failed(d, "ad-subnets-failed", "corp.example", "too late");
	assert_int_equal(n_reasons, 2);
	door_free(d);
}

/* --- accounts ------------------------------------------------------------------------------- */

static struct credential accounts[] = {
	{ .name = "one", .kind = LOGIN_PASSWORD, .user = "svc@CORP.EXAMPLE" },
	{ .name = "same", .kind = LOGIN_KEYTAB, .user = "SVC@corp.example" },
	{ .name = "other", .kind = LOGIN_PASSWORD, .user = "svc@EMEA.EXAMPLE" },
	{ .name = "keytab", .kind = LOGIN_KEYTAB },
	{ .name = "tickets", .kind = LOGIN_CCACHE },
};
enum { ONE, SAME, OTHER, KEYTAB, TICKETS };

static struct door *
door_of(struct source_run *run)
{
	struct door *d;
	struct err e;

	assert_int_equal(door_new(&d, run, accounts, COUNT(accounts), NULL, &e), 0);
	return d;
}

/* code: ERR_NONE for a login that works. */
static void
log_in(struct door *d, const struct credential *c, enum err_code code)
{
	struct err e = { .code = code };

	assert_true(door_login_begin(d, c, &e));
	e.code = code;
	door_login_end(d, c, code ? &e : NULL);
}

static bool
may(struct door *d, const struct credential *c, struct err *why)
{
	struct err of_the_server = { .code = ERR_SYS };

	if (!door_login_begin(d, c, why))
		return false;
	door_login_end(d, c, &of_the_server);
	return true;
}

static void
an_account_that_was_refused_is_not_tried_by_another_name(void **state)
{
	struct source_run run = { 0 };
	struct door *d = door_of(&run);
	struct err e;

	(void)state;
	log_in(d, &accounts[ONE], ERR_AUTH);
	assert_false(may(d, &accounts[ONE], &e));
	assert_int_equal(e.code, ERR_AUTH);
	assert_false(may(d, &accounts[SAME], &e));
	assert_int_equal(e.code, ERR_AUTH);
	assert_non_null(strstr(e.text, "account one was refused"));
	assert_true(may(d, &accounts[OTHER], &e));
	assert_true(may(d, &accounts[KEYTAB], &e));
	assert_true(may(d, &accounts[TICKETS], &e));
	assert_true(may(d, NULL, &e));
	door_free(d);
}

/* Who has no user may be anybody. */
static void
accounts_without_a_user_are_told_apart(void **state)
{
	struct source_run run = { 0 };
	struct door *d = door_of(&run);
	struct err e;

	(void)state;
	log_in(d, &accounts[KEYTAB], ERR_AUTH);
	log_in(d, NULL, ERR_AUTH);
	assert_false(may(d, &accounts[KEYTAB], &e));
	assert_false(may(d, NULL, &e));
	for (size_t i = 0; i < COUNT(accounts); i++)
		assert_int_equal(may(d, &accounts[i], &e), i != KEYTAB);
	door_free(d);
}

/* One entry is good, the other has an old password: that costs one try, and the good one
 * nothing. */
static void
an_entry_that_works_outlives_another_one_that_does_not(void **state)
{
	struct source_run run = { 0 };
	struct door *d = door_of(&run);
	struct err e;

	(void)state;
	log_in(d, &accounts[ONE], ERR_NONE);
	log_in(d, &accounts[SAME], ERR_AUTH);
	assert_true(may(d, &accounts[ONE], &e));
	assert_false(may(d, &accounts[SAME], &e));
	door_free(d);
}

static void
a_server_that_fails_says_nothing_of_the_account(void **state)
{
	struct source_run run = { 0 };
	struct door *d = door_of(&run);
	struct err e;

	(void)state;
	log_in(d, &accounts[ONE], ERR_SYS);
	log_in(d, &accounts[ONE], ERR_NONE);
	log_in(d, &accounts[ONE], ERR_SYS);
	assert_true(may(d, &accounts[ONE], &e));
	assert_true(may(d, &accounts[SAME], &e));
	door_free(d);
}

/* A login of another thread may end after the refusal. */
static void
a_refusal_stays(void **state)
{
	struct source_run run = { 0 };
	struct door *d = door_of(&run);
	struct err e, refused = { .code = ERR_AUTH };

	(void)state;
	log_in(d, &accounts[ONE], ERR_NONE);
	assert_true(door_login_begin(d, &accounts[ONE], &e));
	assert_true(door_login_begin(d, &accounts[ONE], &e));
	door_login_end(d, &accounts[ONE], &refused);
	door_login_end(d, &accounts[ONE], NULL);
	assert_false(may(d, &accounts[ONE], &e));
	door_free(d);
}

struct trying {
	struct door *door;
	bool may;
	struct err why;
};

static void *
try_same(void *arg)
{
	struct trying *t = arg;

	t->may = may(t->door, &accounts[SAME], &t->why);
	return NULL;
}

/* The second waits for what becomes of the first, by whichever name. */
static void
one_tries_an_account_at_a_time(void **state)
{
	struct source_run run = { 0 };
	struct trying t = { .door = door_of(&run), .may = true };
	struct err e, refused = { .code = ERR_AUTH };
	pthread_t thread;
	struct timespec until;

	(void)state;
	assert_true(door_login_begin(t.door, &accounts[ONE], &e));
	assert_int_equal(pthread_create(&thread, NULL, try_same, &t), 0);
	(void)clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += 100000000;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	assert_int_equal(pthread_timedjoin_np(thread, NULL, &until), ETIMEDOUT);
	door_login_end(t.door, &accounts[ONE], &refused);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_false(t.may);
	door_free(t.door);
}

/* --- refusals by Kerberos ----------------------------------------------------------------- */

/* The KDC has given the ticket: what the controller says of it is its own. */
static void
a_ticket_that_a_controller_refuses_is_not_held_against_the_account(void **state)
{
	static const struct {
		enum err_code code;
		const char *said, *text; /* NULL: as it was said */
		enum err_code is;
	} rows[] = {
		{ ERR_AUTH, "log in by Kerberos: Invalid credentials", NULL, ERR_SYS },
		{ ERR_SYS, "log in by Kerberos: Local error: GSSAPI Error", NULL,
			ERR_SYS },
		{ ERR_AUTH, "Local error: ... (Ticket expired)",
			"log in by Kerberos: the ticket has expired: use kinit again",
			ERR_SYS },
		{ ERR_SYS, "Local error: ... (Clock skew too great)",
			"log in by Kerberos: the clock of this machine and that of the realm "
			"differ too much",
			ERR_SYS },
		{ ERR_TIMEOUT, "log in by Kerberos: Timed out", NULL, ERR_TIMEOUT },
		{ ERR_NOMEM, "log in by Kerberos: Out of memory", NULL, ERR_NOMEM },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct err e;
		(void)err_set(&e, rows[i].code, "%s", rows[i].said);
		assert_int_equal(refusal_of_ticket(&e), -1);
		assert_int_equal(e.code, rows[i].is);
		assert_string_equal(e.text, rows[i].text ? rows[i].text : rows[i].said);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_domain_has_one_name_however_it_was_typed),
		cmocka_unit_test(a_forest_that_could_not_be_read_is_told_until_it_was),
		cmocka_unit_test(
			an_account_that_was_refused_is_not_tried_by_another_name),
		cmocka_unit_test(accounts_without_a_user_are_told_apart),
		cmocka_unit_test(an_entry_that_works_outlives_another_one_that_does_not),
		cmocka_unit_test(a_server_that_fails_says_nothing_of_the_account),
		cmocka_unit_test(a_refusal_stays),
		cmocka_unit_test(one_tries_an_account_at_a_time),
		cmocka_unit_test(
			a_ticket_that_a_controller_refuses_is_not_held_against_the_account),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
