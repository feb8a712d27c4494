/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs of polls whose process is a shell that ends well, crashes, hangs or writes rubbish. */
#include "schedule/running.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "host/handover.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

#define LINE \
	"{\"v\":1,\"at\":\"2026-11-21T20:15:03.000000Z\",\"source\":\"sweep\",\"ip\":\"10.0.0.7\"," \
	"\"evidence\":\"reply\",\"facts\":{\"icmp.echo\":true}}"
#define END(ok) \
	"{\"kind\":\"end\",\"ok\":" ok \
	",\"interrupted\":false,\"targets\":1,\"asked\":1,\"sent\":1," \
	"\"answered\":1,\"found\":1,\"dropped\":0,\"duration_us\":1}"
#define END_OF(targets, asked, rest) \
	"{\"kind\":\"end\",\"ok\":" rest ",\"interrupted\":false,\"targets\":" targets \
	",\"asked\":" asked \
	",\"sent\":0,\"answered\":0,\"found\":0,\"dropped\":0,\"duration_us\":1"
#define REASON \
	"{\"kind\":\"reason\",\"code\":\"no-route\",\"about\":\"10.0.0.0/24\"," \
	"\"text\":\"No route leads there\",\"count\":254}"
#define SAY(line)   "echo '" line "'; "
#define END_SAY(ok) "echo '" END(ok) "' >&3; "

struct world {
	bool claims;
	struct store *store;
	struct clock *clock; /* NULL: the system's */
	int credentials_fd;
	struct err e;
};

static int
setup(void **state)
{
	static struct world w;

	*state = &w;
	return store_open(&w.store, ":memory:", STORE_WRITE, &w.e);
}

static int
teardown(void **state)
{
	store_close(((struct world *)*state)->store);
	return 0;
}

static struct running *
begin_bounded(const struct fence *fence, const struct iprange *reach, struct world *w,
	const char *script, int64_t deadline, const char *state)
{
	char sh[] = "sh", c[] = "-c", *copy = strdup(script);
	char *argv[] = { sh, c, copy, NULL };
	struct running_input in = { .store = w->store,
		.clock = w->clock ? w->clock : &clock_system,
		.poll = "office",
		.source = "sweep",
		.site = "lab",
		.point = "p1",
		.targets = "10.0.0.0/24",
		.reach = reach,
		.deadline = deadline,
		.child = { .argv = argv,
			.program = "/bin/sh",
			.state = state,
			.claims = w->claims,
			.fence = fence,
			.credentials_fd = w->credentials_fd,
			.never = "0.0.0.0/0\n" } };
	struct running *r;

	if (running_start(&r, &in, &w->e) == -1)
		fail_msg("%s", w->e.text);
	free(copy);
	return r;
}

static struct running *
begin(struct world *w, const char *script, int64_t deadline, const char *state)
{
	return begin_bounded(NULL, NULL, w, script, deadline, state);
}

static const struct running_result *
wait_for(struct running *r)
{
	const struct running_result *result;
	int64_t until = clock_mono(&clock_system) + 20 * SECOND;

	while (!running_ended(r, &result)) {
		assert_true(clock_mono(&clock_system) < until);
		running_work(r);
		clock_system.sleep_us(&clock_system, MSEC);
	}
	return result;
}

static void
whatever_a_worker_does_its_run_has_an_outcome_and_what_it_found_is_kept(void **state)
{
	static const struct {
		const char *label, *script, *outcome, *reason;
		uint64_t observations, spoilt;
	} rows[] = {
		{ "ends well", SAY(LINE) END_SAY("true"), "done", "", 1, 0 },
		{ "not all could be done", SAY(LINE) END_SAY("false") "exit 1",
			"partial", "", 1, 0 },
		{ "could not begin",
			"echo '" END_OF("0", "0",
				"false") ",\"error\":\"there is no credential "
					 "corp\"}' >&3; exit 2",
			"failed", "there is no credential corp", 0, 0 },
		{ "could ask nobody",
			"echo '" REASON
			"' >&3; echo '" END_OF("254", "0", "true") "}' >&3",
			"failed", "No route leads there: 10.0.0.0/24", 0, 0 },
		{ "had nobody to ask", "echo '" END_OF("0", "0", "true") "}' >&3",
			"done", "", 0, 0 },
		{ "could not ask everybody",
			"echo '" REASON
			"' >&3; echo '" END_OF("254", "1", "true") "}' >&3",
			"done", "", 0, 0 },
		{ "crashes", SAY(LINE) SAY(LINE) "kill -SEGV $$", "killed",
			"worker killed by signal 11 (Segmentation fault) after 2 observations; "
			"kept",
			2, 0 },
		{ "breaks off", SAY(LINE) "exit 3", "failed",
			"worker ended with status 3 after 1 observations", 1, 0 },
		{ "cannot be started", "exec /nonexistent", "failed", "status 127", 0,
			0 },
		{ "writes rubbish", SAY(LINE) SAY("rubbish") SAY("{}") END_SAY("true"),
			"partial", "2 spoilt lines were left out; the first: ", 1, 2 },
		{ "the first spoilt line is told",
			SAY(LINE) SAY("rubbish") END_SAY("true"), "partial",
			": rubbish", 1, 1 },
		{ "writes much rubbish",
			SAY(LINE) "i=0; while [ $i -lt 12 ]; do echo rubbish; i=$((i + 1)); done; " END_SAY(
				"true"),
			"partial",
			"12 spoilt lines were left out (10 of them are in the log and the "
			"run's reasons); the first: ",
			1, 12 },
		{ "no terminal obeys it",
			"printf 'x\\033[31m\\377\\n'; " SAY(LINE) END_SAY("true"),
			"partial", ": x\\x1b[31m\\xff", 1, 1 },
		{ "writes rubbish beside", SAY(LINE) "echo x >&3; " END_SAY("true"),
			"partial", "1 spoilt lines", 1, 1 },
		{ "a line without an end", "printf '%s' '" LINE "'; " END_SAY("true"),
			"done", "", 1, 0 },
		{ "a line that is too long",
			"head -c 200000 /dev/zero | tr '\\0' x; echo; " SAY(LINE)
				END_SAY("true"),
			"partial", "1 spoilt lines", 1, 1 },
		{ "says nothing", "", "failed", "status 0 after 0 observations", 0, 0 },
	};

	for (size_t i = 0; i < N(rows); i++) {
		struct running *r = begin(*state, rows[i].script, 60 * SECOND, NULL);
		const struct running_result *x = wait_for(r);
		print_message("  %s\n", rows[i].label);
		assert_string_equal(rows[i].outcome, x->outcome);
		if (!strstr(x->reason, rows[i].reason))
			fail_msg("%s", x->reason);
		assert_int_equal(rows[i].observations, x->observations);
		assert_int_equal(rows[i].spoilt, x->spoilt);
		running_free(r);
	}
}

/* --- back-pressure ------------------------------------------------------------------------------ */

/* What a process has written in its life (proc(5)). */
static uint64_t
written_by(pid_t pid)
{
	char path[64], line[128];
	uint64_t n = 0;

	(void)snprintf(path, sizeof(path), "/proc/%d/io", (int)pid);
	FILE *f = fopen(path, "r");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f))
		if (strncmp(line, "wchar: ", 7) == 0)
			n = strtoull(line + 7, NULL, 10);
	(void)fclose(f);
	return n;
}

/* Until it writes no more, because nobody reads. */
static uint64_t
written_at_last(pid_t pid)
{
	int64_t until = clock_mono(&clock_system) + 20 * SECOND;
	uint64_t before, n = 0;

	do {
		before = n;
		clock_system.sleep_us(&clock_system, 100 * MSEC);
		n = written_by(pid);
		assert_true(clock_mono(&clock_system) < until);
	} while (n == 0 || n != before);
	return n;
}

static void
a_worker_that_is_faster_than_the_store_waits(void **state)
{
	const uint64_t pipe = 1 << 20, turn = 4 << 20;
	struct running *r = begin(*state, "exec yes", 60 * SECOND, NULL);
	uint64_t n = written_at_last(running_child(r)->pid);

	assert_in_range(n, 1, pipe + pipe / 2);
	for (int i = 0; i < 4; i++) {
		running_work(r);
		uint64_t more = written_at_last(running_child(r)->pid);
		assert_in_range(more, n + 1, n + turn);
		n = more;
	}
	running_stop(r, STOP_AGENT);
	(void)wait_for(r);
	running_free(r);
}

/* --- a clock that jumps ------------------------------------------------------------------------- */

static int64_t jump;

static int64_t
mono_of_the_system(struct clock *c)
{
	(void)c;
	return clock_mono(&clock_system);
}

static int64_t
wall_with_a_jump(struct clock *c)
{
	(void)c;
	return clock_wall(&clock_system) + jump;
}

static void
how_long_it_took_is_right_over_a_jump_of_the_clock(void **state)
{
	static const int64_t jumps[] = { -3600, 3600, -86400 * 3650LL };
	struct world *w = *state;

	for (size_t i = 0; i < N(jumps); i++) {
		struct clock jumping = { .mono_us = mono_of_the_system,
			.wall_us = wall_with_a_jump };
		w->clock = &jumping;
		jump = 0;
		struct running *r = begin(w, END_SAY("true"), 60 * SECOND, NULL);
		jump = jumps[i] * SECOND;
		const struct running_result *x = wait_for(r);
		int64_t took = x->finished - x->started;
		assert_true(took >= 0 && took < 20 * SECOND);
		assert_true(llabs(x->finished - clock_wall(&jumping)) < 20 * SECOND);
		running_free(r);
	}
	w->clock = NULL;
}

enum { SAID_MAX = 4 };

struct said {
	int64_t at[SAID_MAX];
	size_t n;
};

static int
take_said(void *arg, const struct observation *o, struct err *e)
{
	struct said *s = arg;

	(void)e;
	if (s->n < SAID_MAX && o->ip.bytes[3] == 77)
		s->at[s->n++] = o->at;
	return 0;
}

/* An observation, and another when the file is gone; both dated by a clock that is ahead. */
static void
write_late_script(char *script, size_t max, int64_t at, const char *path)
{
	char text[TIME_TEXT_MAX];

	time_print(at, text);
	(void)snprintf(script, max,
		"echo '{\"v\":1,\"at\":\"%s\",\"source\":\"sweep\",\"ip\":\"10.0.0.77\","
		"\"evidence\":\"reply\",\"facts\":{\"rtt.us\":1}}'; "
		"while [ -e %s ]; do sleep 0.02; done; "
		"echo '{\"v\":1,\"at\":\"%s\",\"source\":\"sweep\",\"ip\":\"10.0.0.77\","
		"\"evidence\":\"reply\",\"facts\":{\"rtt.us\":2}}'; " END_SAY("true"),
		text, path, text);
}

static void
what_a_run_dates_by_a_clock_that_was_ahead_goes_back(void **state)
{
	static const int64_t ahead = 86400 * 3650LL * SECOND;
	struct clock jumping = { .mono_us = mono_of_the_system,
		.wall_us = wall_with_a_jump };
	char path[] = "/tmp/muster-ahead.XXXXXX", script[1024];
	struct world *w = *state;
	struct said said = { .n = 0 };
	struct running_look look;
	int fd = mkstemp(path);

	assert_int_not_equal(-1, fd);
	close(fd);
	w->clock = &jumping;
	jump = ahead;
	int64_t now = clock_wall(&clock_system);
	write_late_script(script, sizeof(script), now + ahead, path);
	struct running *r = begin(w, script, 60 * SECOND, NULL);
	do {
		running_work(r);
		running_look(r, &look);
	} while (look.observations == 0);
	jump = 0;
	running_redate(r, ahead);
	running_look(r, &look);
	assert_true(llabs(look.started - now) < 60 * SECOND);
	unlink(path);
	assert_string_equal("done", wait_for(r)->outcome);
	assert_int_equal(
		0, store_each_observation(w->store, NULL, 0, take_said, &said, &w->e));
	assert_int_equal(2, said.n);
	assert_true(said.at[0] == now); /* what came after; in order of time */
	assert_true(said.at[1] ==
		now + ahead); /* what came before is the store's to date */
	running_free(r);
	w->clock = NULL;
}

static void
a_worker_that_lasts_too_long_is_told_to_end(void **state)
{
	struct running *r = begin(*state,
		"stop() { " END_SAY(
			"false") "exit; }; trap stop TERM; while :; do sleep 0.05; done",
		2 * SECOND, NULL); /* by then the shell has set its trap */
	const struct running_result *x = wait_for(r);

	assert_string_equal("partial", x->outcome);
	assert_string_equal("its deadline has passed", x->reason);
	running_free(r);
}

static void
a_worker_that_is_paused_tells_where_it_was(void **state)
{
	static const char script[] =
		"stop() { echo '{\"kind\":\"state\",\"text\":\"half\"}' >&3; " END_SAY(
			"false") "exit; }; trap stop TERM; " SAY(LINE) "while :; do sleep 0.05; done";
	struct running *r = begin(*state, script, 60 * SECOND, NULL);
	struct running_look look;

	do {
		running_work(r);
		running_look(r, &look);
	} while (look.observations == 0);
	running_stop(r, STOP_BLACKOUT);
	const struct running_result *x = wait_for(r);
	assert_string_equal("paused", x->outcome);
	assert_string_equal("a blackout window began", x->reason);
	assert_string_equal("half", x->state);
	running_free(r);
}

static void
a_worker_gets_its_state_and_what_it_must_not_touch(void **state)
{
	struct running *r = begin(*state,
		"[ \"$(cat /proc/self/fd/4)\" = half ] && [ \"$(cat <&5)\" = 0.0.0.0/0 ] && "
		"[ ! -e /proc/self/fd/6 ] && " END_SAY("true"),
		60 * SECOND, "half");

	assert_string_equal("done", wait_for(r)->outcome);
	running_free(r);
}

static void
a_worker_gets_its_credentials(void **state)
{
	const struct credential c = { .name = "corp",
		.kind = LOGIN_PASSWORD,
		.user = "svc",
		.secret = (char[]){ "geheim" } };
	const struct credential *given[] = { &c };
	struct world *w = *state;

	assert_int_equal(0, handover_make(given, 1, &w->credentials_fd, &w->e));
	struct running *r = begin(w,
		"[ \"$(cut -f 2 <&6)\" = corp ] && [ ! -e /proc/self/fd/7 ] && " END_SAY(
			"true"),
		60 * SECOND, "half");
	close(w->credentials_fd);
	w->credentials_fd = 0;
	assert_string_equal("done", wait_for(r)->outcome);
	running_free(r);
}

/* Until it has said what it sweeps. */
static struct running *
begin_claim(struct world *w, const char *script)
{
	int64_t until = clock_mono(&clock_system) + 20 * SECOND;

	w->claims = true;
	struct running *r = begin(w, script, 60 * SECOND, NULL);
	w->claims = false;
	while (!running_waits(r)) {
		assert_true(clock_mono(&clock_system) < until);
		running_work(r);
		clock_system.sleep_us(&clock_system, MSEC);
	}
	return r;
}

static void
a_sweep_says_what_it_asks_and_waits_to_be_let(void **state)
{
	struct running *r = begin_claim(*state,
		"echo 10.0.0.7,10.0.1.0/24 >&7; read x <&7 || exit 9; " SAY(LINE)
			END_SAY("true"));
	struct running_look look;
	struct arena *mem = arena_new(1 << 20);
	static const struct {
		const char *set;
		bool overlaps;
	} rows[] = { { "10.0.0.7", true }, { "10.0.0.8", false },
		{ "10.0.0.0/16", true }, { "10.0.1.255", true } };

	for (size_t i = 0; i < N(rows); i++) {
		struct iprange *set;
		struct err e;
		assert_int_equal(0, iprange_parse(&rows[i].set, 1, NULL, mem, &set, &e));
		if (running_overlaps(r, set) != rows[i].overlaps)
			fail_msg("%s", rows[i].set);
	}
	for (int i = 0; i < 20; i++) {
		running_work(r);
		clock_system.sleep_us(&clock_system, MSEC);
	}
	running_look(r, &look);
	assert_int_equal(0, look.observations);
	running_let(r);
	assert_string_equal("done", wait_for(r)->outcome);
	running_look(r, &look);
	assert_int_equal(1, look.observations);
	running_free(r);
	arena_free(mem);
}

static void
one_that_is_stopped_while_it_waits_was_paused(void **state)
{
	struct running *r = begin_claim(
		*state, "echo 10.0.0.7 >&7; read x <&7; " SAY(LINE));

	running_stop(r, STOP_BLACKOUT);
	const struct running_result *x = wait_for(r);
	assert_string_equal("paused", x->outcome);
	assert_string_equal("a blackout window began", x->reason);
	assert_int_equal(0, x->observations);
	running_free(r);
}

static void
who_says_rubbish_is_not_let(void **state)
{
	struct world *w = *state;

	w->claims = true;
	struct running *r = begin(w,
		"echo everything >&7; read x <&7 || exit 9; " SAY(LINE), 60 * SECOND,
		NULL);
	w->claims = false;
	const struct running_result *x = wait_for(r);
	assert_string_equal("failed", x->outcome);
	assert_int_equal(0, x->observations);
	running_free(r);
}

static int
count_run(void *arg, const struct poll_run *r, struct err *e)
{
	int *n = arg;

	(void)e;
	assert_string_equal("office", r->poll);
	assert_true(r->finished >= r->started);
	if (!strstr(r->summary, "\"kind\":\"end\""))
		fail_msg("%s", r->summary);
	n[0]++;
	n[1] += (int)r->spoilt;
	return 0;
}

static void
the_history_has_every_run(void **state)
{
	struct world *w = *state;
	int n[2] = { 0, 0 };

	assert_int_equal(
		0, store_each_poll_run(w->store, "office", 100, count_run, n, &w->e));
	assert_int_equal(27, n[0]); /* of the tests above */
	assert_int_equal(18, n[1]);
	assert_int_equal(0, store_each_poll_run(w->store, NULL, 5, count_run, n, &w->e));
	assert_int_equal(32, n[0]);

	int64_t office, nobody = 1;
	assert_int_equal(0, store_last_done(w->store, "office", &office, &w->e));
	assert_int_equal(0, store_last_done(w->store, "nobody", &nobody, &w->e));
	assert_true(office > 0);
	assert_int_equal(0, nobody);
}

static struct iprange *
set_of(const char *text, struct arena *mem)
{
	struct iprange *set = NULL;
	struct err e;

	if (text && iprange_parse(&text, 1, NULL, mem, &set, &e) == -1)
		fail_msg("%s", e.text);
	return set;
}

static void
a_run_exceeds_what_leaves_out_something_that_it_may_ask(void **state)
{
	static const struct {
		const char *label, *reach, *set;
		bool yes;
	} rows[] = {
		{ "the same", "10.0.0.0/24", "10.0.0.0/24", false },
		{ "wider", "10.0.0.0/24", "10.0.0.0/16", false },
		{ "one is excluded", "10.0.0.0/24", "10.0.0.0/24 !10.0.0.66", true },
		{ "one that was never asked is excluded", "10.0.0.0/24 !10.0.0.66",
			"10.0.0.0/24 !10.0.0.66", false },
		{ "half of it", "10.0.0.0/24", "10.0.0.0/25", true },
		{ "nothing", "10.0.0.0/24", NULL, true },
		{ "asks nobody", NULL, "10.0.0.0/25", false },
		{ "asks nobody, and nothing", NULL, NULL, false },
	};
	struct arena *mem = arena_new(64 << 20);

	for (size_t i = 0; i < N(rows); i++) {
		struct running *r = begin_bounded(NULL, set_of(rows[i].reach, mem),
			*state, END_SAY("true"), 60 * SECOND, NULL);
		print_message("  %s\n", rows[i].label);
		arena_reset(mem); /* the run has its own copy */
		assert_int_equal(
			rows[i].yes, running_exceeds(r, set_of(rows[i].set, mem)));
		running_free(r);
	}
	arena_free(mem);
}

/* --- what a command brings ------------------------------------------------------------------ */

#define RUN "018f0000-0000-8000-8000-000000000000"
#define RECORD(place) \
	"{\"v\":1,\"at\":\"2026-11-21T20:15:03.000000Z\",\"source\":\"sweep\"," place \
	"\"ip\":\"10.0.0.9\",\"evidence\":\"reply\",\"facts\":{\"icmp.echo\":true}}\n"
#define ELSEWHERE(run) \
	"\"site\":\"far\",\"point\":\"p9\",\"seq\":77,\"run\":\"" run "\","

/* Sends all of it, and gives the agent's answer. */
static void
bring(struct world *w, const char *run, const char *records, char answer[static 1024])
{
	int ends[3][2];
	struct running_guest guest = { .command = "muster import x", .run = run };
	struct running_input in = { .store = w->store,
		.clock = &clock_system,
		.poll = "(a command)",
		.source = "import",
		.site = "lab",
		.point = "p1",
		.targets = "",
		.deadline = 60 * SECOND,
		.guest = &guest };
	struct running *r;

	for (size_t i = 0; i < 3; i++)
		assert_int_equal(0,
			socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends[i]));
	guest.records_fd = ends[0][0];
	guest.control_fd = ends[1][0];
	guest.answer_fd = ends[2][0];
	assert_int_equal(0, running_start(&r, &in, &w->e));
	assert_int_equal(strlen(records), send(ends[0][1], records, strlen(records), 0));
	assert_int_equal(sizeof(END("true")),
		send(ends[1][1], END("true") "\n", sizeof(END("true")), 0));
	close(ends[0][1]);
	close(ends[1][1]);
	assert_string_equal("done", wait_for(r)->outcome);
	ssize_t n = recv(ends[2][1], answer, 1023, 0);
	assert_true(n > 0);
	answer[n] = '\0';
	close(ends[2][1]);
	running_free(r);
}

struct last {
	char place[128]; /* of the last observation: site, point, run, seq */
	int n;
};

static int
take_place(void *arg, const struct observation *o, struct err *e)
{
	struct last *l = arg;

	(void)e;
	(void)snprintf(l->place, sizeof(l->place), "%s %s %s %lld", o->site, o->point,
		o->run, (long long)o->seq);
	l->n++;
	return 0;
}

static int64_t
count_runs(struct world *w)
{
	struct arena *mem = arena_new(1 << 20);
	struct store_info info;

	assert_int_equal(0, store_get_info(w->store, mem, &info, &w->e));
	arena_free(mem);
	return info.runs;
}

static void
records_of_an_import_stay_where_they_were_made(void **state)
{
	static const struct {
		const char *label, *run, *record, *place, *stored;
		int runs, observations;
	} rows[] = {
		{ "a sweep is of the agent's place", NULL, RECORD(ELSEWHERE("x")),
			"lab p1 ", "{\"observations\":1,\"duplicates\":0", 1, 1 },
		{ "an import that says where", RUN, RECORD(ELSEWHERE("r9")),
			"far p9 r9 77", "{\"observations\":1,\"duplicates\":0", 0, 1 },
		{ "the same once more", RUN, RECORD(ELSEWHERE("r9")), "far p9 r9 77",
			"{\"observations\":0,\"duplicates\":1", 0, 1 },
		{ "one that does not", RUN, RECORD(""), "lab p1 " RUN " ",
			"{\"observations\":1,\"duplicates\":0", 1, 1 },
		{ "the same once more", RUN, RECORD(""), "lab p1 " RUN " ",
			"{\"observations\":0,\"duplicates\":1", 1, 1 },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		struct world w;
		char answer[1024];
		struct last l = { .n = 0 };
		print_message("  %s\n", rows[i].label);
		assert_int_equal(0, store_open(&w.store, ":memory:", STORE_WRITE, &w.e));
		if (strstr(rows[i].label, "once more"))
			bring(&w, rows[i].run, rows[i].record, answer);
		bring(&w, rows[i].run, rows[i].record, answer);
		if (!strstr(answer, rows[i].stored))
			fail_msg("%s", answer);
		assert_int_equal(0,
			store_each_observation(w.store, NULL, 0, take_place, &l, &w.e));
		assert_int_equal(rows[i].observations, l.n);
		if (strncmp(rows[i].place, l.place, strlen(rows[i].place)) != 0)
			fail_msg("%s", l.place);
		assert_int_equal(rows[i].runs, count_runs(&w));
		store_close(w.store);
	}
}

/* --- the fence ------------------------------------------------------------------------------ */

static int
remove_folder(const char *dir)
{
	char command[64];

	(void)snprintf(command, sizeof(command), "rm -rf '%s'", dir);
	return system(command); /* NOLINT(cert-env33-c): of our own making */
}

static void
a_worker_writes_no_file_and_reads_no_store(void **state)
{
	static const struct {
		const char *script; /* $d: the folder */
		int behind, free;   /* its status */
	} rows[] = {
		{ ": > $d/new", 1, 0 },
		{ "echo x >> $d/muster.db", 1, 0 },
		{ "cat $d/muster.db", 1, 0 },
		{ ": > $d/tmp/new", 0, 0 },
		{ ": > /dev/null", 0, 0 },
		{ "cat /etc/passwd > /dev/null", 0, 0 },
	};
	char dir[] = "/tmp/test_running.XXXXXX", path[64], tmp[64], script[256],
	     want[64];

	if (!fence_version())
		skip();
	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/muster.db", dir);
	(void)snprintf(tmp, sizeof(tmp), "%s/tmp", dir);
	const char *const writable[] = { tmp, "/dev" };
	const char *const hidden[] = { path };
	const struct fence fence = {
		.writable = writable, .n_writable = 2, .hidden = hidden, .n_hidden = 1
	};
	assert_int_equal(0, mkdir(tmp, 0700));
	assert_int_equal(0, prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	for (size_t i = 0; i < 2 * N(rows); i++) {
		bool behind = i % 2 == 0;
		(void)snprintf(script, sizeof(script),
			"d=%s; (%s) > /dev/null 2>&1; exit $(($? != 0))", dir,
			rows[i / 2].script);
		FILE *store = fopen(path, "we");
		assert_non_null(store);
		assert_int_equal(0, fclose(store));
		struct running *r = begin_bounded(behind ? &fence : NULL, NULL, *state,
			script, 60 * SECOND, NULL);
		const struct running_result *x = wait_for(r);
		(void)snprintf(want, sizeof(want), "status %d ",
			behind ? rows[i / 2].behind : rows[i / 2].free);
		if (!strstr(x->reason, want))
			fail_msg("%s: %s, not %s", rows[i / 2].script, x->reason, want);
		running_free(r);
	}
	assert_int_equal(0, remove_folder(dir));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			whatever_a_worker_does_its_run_has_an_outcome_and_what_it_found_is_kept),
		cmocka_unit_test(a_worker_that_lasts_too_long_is_told_to_end),
		cmocka_unit_test(a_worker_that_is_paused_tells_where_it_was),
		cmocka_unit_test(a_worker_gets_its_state_and_what_it_must_not_touch),
		cmocka_unit_test(a_worker_gets_its_credentials),
		cmocka_unit_test(how_long_it_took_is_right_over_a_jump_of_the_clock),
		cmocka_unit_test(a_sweep_says_what_it_asks_and_waits_to_be_let),
		cmocka_unit_test(one_that_is_stopped_while_it_waits_was_paused),
		cmocka_unit_test(who_says_rubbish_is_not_let),
		cmocka_unit_test(the_history_has_every_run),
		cmocka_unit_test(what_a_run_dates_by_a_clock_that_was_ahead_goes_back),
		cmocka_unit_test(
			a_run_exceeds_what_leaves_out_something_that_it_may_ask),
		cmocka_unit_test(records_of_an_import_stay_where_they_were_made),
		cmocka_unit_test(a_worker_writes_no_file_and_reads_no_store),
		cmocka_unit_test(a_worker_that_is_faster_than_the_store_waits),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
