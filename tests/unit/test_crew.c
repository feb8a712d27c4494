/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Processes that tell, hang, die and talk too much, and accounts that are refused. */
#include "packet.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "netbios/crew.h"

enum { JOBS_MAX = 16, SAID_MAX = 64 << 10, PLACES = 4 };

/* What a process does, by its job. */
enum deed { TELLS, HANGS, DIES, FLOODS, PEEKS, REFUSED, ACCEPTED };

struct rig {
	struct crew *crew;
	struct trust *trust;
	struct credential accounts[2];
	enum deed deeds[JOBS_MAX];
	struct crew_end ends[JOBS_MAX];
	char said[JOBS_MAX][64];
	size_t order[JOBS_MAX], n;
	int turns;
	size_t most_at_work, again; /* job that is added once more; 0: none */
};

static int
work(void *arg, size_t job, const struct credential *c, size_t place)
{
	struct rig *r = arg;
	char text[64];

	memset(text, 'x', sizeof(text));
	switch (r->deeds[job]) {
	case HANGS: pause(); return 1;
	case DIES: raise(SIGKILL); return 1;
	case FLOODS:
		while (write(CREW_PIPE, text, sizeof(text)) > 0)
			continue;
		return 2; /* SIGPIPE was before it */
	case PEEKS:       /* at the secrets of others, and at descriptors */
		(void)snprintf(text, sizeof(text), "%d %d %d %d",
			r->accounts[0].secret != NULL, r->accounts[1].secret != NULL,
			fcntl(CREW_PIPE + 1, F_GETFD), c == &r->accounts[1]);
		break;
	default: (void)snprintf(text, sizeof(text), "job %zu", job);
	}
	(void)!write(CREW_PIPE, text, strlen(text));
	return place < PLACES ? 7 : 8;
}

static int
ended(void *arg, const struct crew_end *end, enum trust_verdict *verdict, struct err *e)
{
	struct rig *r = arg;

	r->ends[end->job] = *end;
	if (end->n_said && end->n_said < sizeof(r->said[0]))
		memcpy(r->said[end->job], end->said, end->n_said);
	r->order[r->n++] = end->job;
	if (r->deeds[end->job] == REFUSED && !end->skipped)
		*verdict = TRUST_REFUSED;
	if (r->deeds[end->job] == ACCEPTED)
		*verdict = TRUST_ACCEPTED;
	size_t again = r->again;
	r->again = 0;
	return again ? crew_add(r->crew, again, CREW_NOBODY, e) : 0;
}

static struct rig *
rig_new(int64_t patience_us, int64_t rate)
{
	static char first[] = "one", second[] = "two";
	struct rig *r = calloc(1, sizeof(*r));
	struct err e;

	assert_non_null(r);
	r->trust = trust_new(2);
	assert_non_null(r->trust);
	r->accounts[0].secret = first;
	r->accounts[1].secret = second;
	const struct crew_conf conf = { .places = PLACES,
		.patience_us = patience_us,
		.said_max = SAID_MAX,
		.rate = rate,
		.clock = &clock_system,
		.accounts = r->accounts,
		.n_accounts = 2,
		.trust = r->trust,
		.work = work,
		.ended = ended,
		.arg = r };
	assert_int_equal(crew_new(&r->crew, &conf, &e), 0);
	return r;
}

static void
rig_add(struct rig *r, size_t job, enum deed deed, size_t account)
{
	struct err e;

	r->deeds[job] = deed;
	assert_int_equal(crew_add(r->crew, job, account, &e), 0);
}

static void
rig_run(struct rig *r)
{
	struct err e;
	int more = 1;

	for (int i = 0; i < 100000 && more == 1; i++) {
		size_t busy = 0;
		r->turns++;
		more = crew_work(r->crew, NULL, 0, &e);
		for (size_t k = 0; k < PLACES; k++)
			busy += crew_job_at(r->crew, k) != SIZE_MAX;
		if (busy > r->most_at_work)
			r->most_at_work = busy;
	}
	assert_int_equal(more, 0);
}

static void
rig_free(struct rig *r)
{
	crew_free(r->crew);
	trust_free(r->trust);
	free(r);
}

/* --- processes ------------------------------------------------------------------------------ */

static void
each_job_is_heard_and_few_are_at_work_at_a_time(void **state)
{
	struct rig *r = rig_new(10000 * MSEC, 0);
	char want[16];

	(void)state;
	for (size_t i = 0; i < JOBS_MAX; i++)
		rig_add(r, i, TELLS, CREW_NOBODY);
	rig_run(r);
	assert_int_equal(r->n, JOBS_MAX);
	for (size_t i = 0; i < JOBS_MAX; i++) {
		(void)snprintf(want, sizeof(want), "job %zu", i);
		assert_string_equal(r->said[i], want);
		assert_int_equal(r->ends[i].code, 7);
	}
	assert_true(r->most_at_work <= PLACES);
	rig_free(r);
}

static void
one_that_hangs_dies_or_floods_harms_itself_alone(void **state)
{
	struct rig *r = rig_new(300 * MSEC, 0);

	(void)state;
	rig_add(r, 0, HANGS, CREW_NOBODY);
	rig_add(r, 1, DIES, CREW_NOBODY);
	rig_add(r, 2, FLOODS, CREW_NOBODY);
	rig_add(r, 3, TELLS, CREW_NOBODY);
	rig_run(r);
	assert_true(r->ends[0].late);
	assert_false(r->ends[1].late);
	assert_int_equal(r->ends[1].code, CREW_DIED);
	assert_int_equal(r->ends[2].code, CREW_DIED);
	assert_int_equal(r->ends[2].n_said, SAID_MAX);
	assert_int_equal(r->ends[3].code, 7);
	rig_free(r);
}

/* One counts as CREW_PACKETS, also when all before it are long done. */
static void
no_more_are_started_than_the_rate_allows(void **state)
{
	static const struct {
		const char *label;
		int64_t rate; /* packets/s */
		size_t jobs;
		int64_t least, most; /* us for all of them */
	} rows[] = {
		{ "no rate", 0, 16, 0, 400 * MSEC },
		{ "20 a second", 20 * CREW_PACKETS, 5, 200 * MSEC, 600 * MSEC },
		{ "5 a second", 5 * CREW_PACKETS, 3, 400 * MSEC, 900 * MSEC },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rig *r = rig_new(10000 * MSEC, rows[i].rate);
		int64_t began = clock_mono(&clock_system);
		print_message("  %s\n", rows[i].label);
		for (size_t k = 0; k < rows[i].jobs; k++)
			rig_add(r, k, TELLS, CREW_NOBODY);
		r->turns = 0;
		rig_run(r);
		int64_t took = clock_mono(&clock_system) - began;
		assert_int_equal(rows[i].jobs, r->n);
		assert_in_range(took, rows[i].least, rows[i].most);
		assert_true(
			r->turns < 1000); /* it waits, and does not turn in circles */
		rig_free(r);
	}
}

static void
whoever_hears_of_an_end_may_add_a_job(void **state)
{
	struct rig *r = rig_new(10000 * MSEC, 0);

	(void)state;
	r->again = 5;
	rig_add(r, 0, TELLS, CREW_NOBODY);
	rig_run(r);
	assert_string_equal(r->said[5], "job 5");
	/* Also of one that was skipped. */
	r->again = 6;
	trust_end(r->trust, 0, TRUST_REFUSED);
	rig_add(r, 1, TELLS, 0);
	rig_run(r);
	assert_true(r->ends[1].skipped);
	assert_string_equal(r->said[6], "job 6");
	rig_free(r);
}

static void
a_process_has_one_secret_and_one_descriptor(void **state)
{
	struct rig *r = rig_new(10000 * MSEC, 0);

	(void)state;
	rig_add(r, 0, PEEKS, 1);
	rig_add(r, 1, PEEKS, CREW_NOBODY);
	rig_run(r);
	assert_string_equal(r->said[0], "0 1 -1 1");
	assert_string_equal(r->said[1], "0 0 -1 0");
	assert_non_null(r->accounts[0].secret);
	rig_free(r);
}

/* --- accounts ------------------------------------------------------------------------------- */

static void
a_refused_account_is_tried_once(void **state)
{
	struct rig *r = rig_new(10000 * MSEC, 0);
	size_t skipped = 0;

	(void)state;
	for (size_t i = 0; i < 6; i++)
		rig_add(r, i, REFUSED, 0);
	rig_add(r, 6, TELLS, 1);
	rig_run(r);
	for (size_t i = 0; i < 6; i++)
		skipped += r->ends[i].skipped;
	assert_int_equal(skipped, 5);
	assert_false(r->ends[6].skipped);
	assert_int_equal(trust_ask(r->trust, 0), TRUST_NEVER);
	assert_int_equal(trust_ask(r->trust, 1), TRUST_TRY);
	rig_free(r);
}

static void
an_account_on_trial_is_at_one_place(void **state)
{
	struct rig *r = rig_new(10000 * MSEC, 0);

	(void)state;
	for (size_t i = 0; i < 4; i++)
		rig_add(r, i, TELLS, 0); /* which tells nothing about the account */
	rig_run(r);
	assert_true(r->most_at_work <= 1); /* 0: it was gone when it was looked for */
	assert_int_equal(r->n, 4);
	rig_free(r);
}

static void
what_another_process_was_told_is_known(void **state)
{
	struct trust *t = trust_new(3);
	int status;

	(void)state;
	pid_t pid = fork();
	if (pid == 0) {
		trust_begin(t, 0);
		trust_end(t, 0, TRUST_REFUSED);
		trust_begin(t, 1); /* and ends before it knows */
		trust_begin(t, 2);
		trust_end(t, 2, TRUST_ACCEPTED);
		trust_begin(t, 2);
		_exit(trust_ask(t, 1) == TRUST_WAIT && trust_ask(t, 2) == TRUST_TRY ? 0
										    : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(trust_ask(t, 0), TRUST_NEVER);
	assert_int_equal(trust_ask(t, 1), TRUST_TRY);
	trust_end(t, 0, TRUST_ACCEPTED);
	assert_int_equal(trust_ask(t, 0), TRUST_NEVER);
	trust_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_job_is_heard_and_few_are_at_work_at_a_time),
		cmocka_unit_test(one_that_hangs_dies_or_floods_harms_itself_alone),
		cmocka_unit_test(no_more_are_started_than_the_rate_allows),
		cmocka_unit_test(whoever_hears_of_an_end_may_add_a_job),
		cmocka_unit_test(a_process_has_one_secret_and_one_descriptor),
		cmocka_unit_test(a_refused_account_is_tried_once),
		cmocka_unit_test(an_account_on_trial_is_at_one_place),
		cmocka_unit_test(what_another_process_was_told_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
