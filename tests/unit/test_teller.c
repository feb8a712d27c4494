/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is told of events: each once, in order, within an allowance, and never waited for. */
#include "host/post.h"
#include "schedule/teller.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "host/private_file.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))
#define T0   INT64_C(1795292103000000)

/* --- events of the history ------------------------------------------------------------------ */

static void
changes_are_events_by_a_table(void **state)
{
	static const struct {
		const char *what, *key;
		const char *event; /* NULL: none */
	} rows[] = {
		{ "new", "", "device-new" },
		{ "down", "", "device-down" },
		{ "up", "", "device-up" },
		{ "address", "", "device-address" },
		{ "merged", "", "device-merged" },
		{ "forgotten", "", "device-forgotten" },
		{ "left", "", "device-left" },
		{ "back", "", "device-back" },
		{ "field", "name", "device-name" },
		{ "field", "os", "device-os" },
		{ "field", "kind", "device-kind" },
		{ "field", "tcp.open", NULL },
		{ "field", "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		struct change c = { .what = rows[i].what, .key = rows[i].key };
		struct event ev;
		assert_int_equal(rows[i].event != NULL, event_of(&c, &ev));
		if (rows[i].event)
			assert_string_equal(rows[i].event, event_names[ev.kind]);
	}
}

static void
a_name_cannot_end_its_value_in_the_log(void **state)
{
	const struct event ev = { .kind = EVENT_NAME,
		.device = "d",
		.label = "a\" event=device-new name=\"b",
		.before = "",
		.after = "x" };
	struct sb out;

	(void)state;
	sb_init(&out, 4096);
	event_print(&ev, &out);
	assert_string_equal(
		"event=device-name device=d name=\"a' event=device-new name='b\" after=\"x\"",
		out.text);
	sb_done(&out);
}

static void
a_message_is_json_whatever_a_name_is(void **state)
{
	const struct event ev = { .kind = EVENT_NEW,
		.id = 7,
		.at = T0,
		.device = "d",
		.label = "\xff\"",
		.before = "",
		.after = "",
		.run = "r" };
	const struct event_head head = {
		.site = "s", .point = "p", .sent = T0, .held_back = 3
	};
	struct sb out;

	(void)state;
	sb_init(&out, EVENTS_BODY_MAX);
	events_write(&head, &ev, 1, &out);
	assert_false(out.bad);
	assert_string_equal(
		"{\"v\":1,\"kind\":\"muster-events\",\"site\":\"s\",\"point\":\"p\","
		"\"sent\":\"2026-11-21T20:15:03.000000Z\",\"held_back\":3,\"events\":[{"
		"\"id\":7,\"event\":\"device-new\",\"at\":\"2026-11-21T20:15:03.000000Z\","
		"\"device\":\"d\",\"name\":\"\\\\xff\\\"\",\"before\":\"\",\"after\":\"\","
		"\"run\":\"r\"}]}\n",
		out.text);
	sb_done(&out);
}

/* RFC 4231, section 4.3 (test case 2). */
static void
a_signature_is_hmac_sha256_of_the_body(void **state)
{
	char text[POST_SIGNATURE_MAX];
	const char body[] = "what do ya want for nothing?";

	(void)state;
	post_signature("Jefe", body, strlen(body), text);
	assert_string_equal("sha256=5bdcc146bf60754e6a042426089575c7"
			    "5a003f089d2739839dec58b964ec3843",
		text);
}

static void
only_plain_urls_of_the_web_are_taken(void **state)
{
	static const struct {
		const char *url;
		bool good;
	} rows[] = {
		{ "https://hooks.example/a?b=c", true },
		{ "http://[2001:db8::1]:8080/", true },
		{ "file:///etc/passwd", false },
		{ "gopher://x/", false },
		{ "hooks.example", false },
		{ "https://me:secret@hooks.example/", false },
		{ "", false },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		struct err e;
		if ((post_check_url(rows[i].url, &e) == 0) != rows[i].good)
			fail_msg("%s", rows[i].url);
	}
}

static void
a_secret_that_others_may_read_is_none(void **state)
{
	char path[] = "/tmp/muster-secret-XXXXXX", buf[16];
	int fd = mkstemp(path);
	struct err e;

	(void)state;
	assert_true(fd != -1);
	assert_int_equal(7, write(fd, "s3cret\n", 7));
	assert_int_equal(0, private_file_line(path, buf, sizeof(buf), &e));
	assert_string_equal("s3cret", buf);
	assert_int_equal(0, fchmod(fd, 0640));
	assert_int_equal(-1, private_file_line(path, buf, sizeof(buf), &e));
	assert_int_equal(ERR_AUTH, e.code);
	assert_non_null(strstr(e.text, "chmod 600"));
	close(fd);
	(void)unlink(path);
}

/* --- tellers -------------------------------------------------------------------------------- */

struct time {
	struct clock clock; /* first */
	int64_t mono;
};

static int64_t
fake_mono(struct clock *c)
{
	return ((struct time *)c)->mono;
}

static int64_t
fake_wall(struct clock *c)
{
	return T0 + ((struct time *)c)->mono;
}

struct desk {
	struct time time;
	struct store *store;
	struct teller teller;
	struct teller_input in;
	char folder[32], got[64], script[256];
	const char *argv[4];
	int addresses;
};

static void
begin_run(struct desk *d)
{
	struct run run = { .id = "run",
		.source = "sweep",
		.command = "",
		.site = "s",
		.point = "p",
		.targets = "" };
	struct err e;

	assert_int_equal(0, store_begin_run(d->store, &run, &e));
}

static int
setup(void **state)
{
	struct desk *d = calloc(1, sizeof(*d));
	struct err e;

	d->time = (struct time){ { fake_mono, fake_wall, NULL }, SECOND };
	(void)snprintf(d->folder, sizeof(d->folder), "/tmp/muster-teller-XXXXXX");
	assert_non_null(mkdtemp(d->folder));
	(void)snprintf(d->got, sizeof(d->got), "%s/got", d->folder);
	assert_int_equal(0, store_open(&d->store, ":memory:", STORE_WRITE, &e));
	begin_run(d);
	d->in = (struct teller_input){ .name = "command",
		.store = d->store,
		.clock = &d->time.clock,
		.site = "s",
		.point = "p",
		.limit = 5,
		.kinds = UINT32_MAX,
		.deadline = 5 * (int64_t)SECOND };
	*state = d;
	return 0;
}

static int
teardown(void **state)
{
	struct desk *d = *state;

	teller_done(&d->teller, &d->in);
	store_close(d->store);
	(void)unlink(d->got);
	(void)rmdir(d->folder);
	free(d);
	return 0;
}

/* So many devices that nobody knew. */
static void
newcomers(struct desk *d, int n)
{
	struct ingest_result r = { 0 };
	struct err e;

	for (int i = 0; i < n; i++) {
		struct observation o = { .at = T0 + ++d->addresses,
			.source = "sweep",
			.run = "run",
			.point = "p",
			.site = "s",
			.evidence = EVIDENCE_REPLY };
		o.ip = addr_ip4(0x0a000000 + (uint32_t)d->addresses);
		assert_int_equal(0, store_ingest(d->store, &o, 1, &r, &e));
	}
}

static void
receiver(struct desk *d, const char *script)
{
	(void)snprintf(d->script, sizeof(d->script), "%s", script);
	d->argv[0] = "/bin/sh";
	d->argv[1] = "-c";
	d->argv[2] = d->script;
	d->in.argv = (char *const *)d->argv;
	d->in.program = "/bin/sh";
}

/* Until nothing is on its way; bounded. */
static void
work(struct desk *d)
{
	teller_work(&d->teller, &d->in);
	for (int i = 0; i < 500 && teller_is_busy(&d->teller); i++) {
		(void)usleep(10000);
		teller_work(&d->teller, &d->in);
	}
	assert_false(teller_is_busy(&d->teller));
}

static int
count_in(const char *path, const char *what)
{
	char text[65536];
	FILE *f = fopen(path, "r");
	size_t n = f ? fread(text, 1, sizeof(text) - 1, f) : 0;
	int found = 0;

	if (f)
		(void)fclose(f);
	text[n] = '\0';
	for (const char *p = text; (p = strstr(p, what)); p++)
		found++;
	return found;
}

static void
what_happened_before_anybody_asked_is_no_news(void **state)
{
	struct desk *d = *state;
	char script[128];

	(void)snprintf(script, sizeof(script), "cat >> %s", d->got);
	receiver(d, script);
	newcomers(d, 3);
	work(d);
	assert_int_equal(0, count_in(d->got, "device-new"));
	newcomers(d, 2);
	work(d);
	assert_int_equal(2, count_in(d->got, "device-new"));
	assert_int_equal(2, d->teller.told);
}

static void
beyond_the_limit_the_number_is_told(void **state)
{
	struct desk *d = *state;
	char script[128];

	(void)snprintf(script, sizeof(script), "cat >> %s", d->got);
	receiver(d, script);
	work(d);
	newcomers(d, 12);
	work(d);
	assert_int_equal(5, count_in(d->got, "device-new"));
	assert_int_equal(1, count_in(d->got, "\"held_back\":7"));
	newcomers(d, 2);
	work(d);
	assert_int_equal(5, count_in(d->got, "device-new"));
	d->time.mono += 61 * (int64_t)SECOND;
	work(d);
	assert_int_equal(1, count_in(d->got, "\"held_back\":2,\"events\":[]"));
	newcomers(d, 1);
	work(d);
	assert_int_equal(6, count_in(d->got, "device-new"));
}

static void
a_receiver_that_fails_is_told_the_same_later(void **state)
{
	struct desk *d = *state;
	char script[256];

	/* It fails as long as there is no file. */
	(void)snprintf(
		script, sizeof(script), "test -e %s && cat >> %s", d->got, d->got);
	receiver(d, script);
	work(d);
	newcomers(d, 2);
	work(d);
	assert_int_equal(1, d->teller.failures);
	work(d); /* not at once */
	assert_int_equal(1, d->teller.failures);
	assert_int_equal(0, fclose(fopen(d->got, "w")));
	d->time.mono += 2 * (int64_t)SECOND;
	work(d);
	assert_int_equal(2, count_in(d->got, "device-new"));
	assert_int_equal(0, d->teller.failures);
}

static void
a_restart_tells_what_was_not_taken(void **state)
{
	struct desk *d = *state;
	char script[128];

	receiver(d, "exit 1");
	work(d);
	newcomers(d, 2);
	work(d);
	teller_done(&d->teller, &d->in);
	(void)snprintf(script, sizeof(script), "cat >> %s", d->got);
	receiver(d, script);
	work(d);
	assert_int_equal(2, count_in(d->got, "device-new"));
	teller_done(&d->teller, &d->in);
	work(d);
	assert_int_equal(2, count_in(d->got, "device-new"));
}

static void
a_receiver_that_hangs_is_ended_with_its_children(void **state)
{
	struct desk *d = *state;

	receiver(d, "sleep 60 & sleep 60");
	work(d);
	newcomers(d, 1);
	teller_work(&d->teller, &d->in);
	assert_true(teller_is_busy(&d->teller));
	pid_t group = d->teller.pid;
	d->time.mono += 6 * (int64_t)SECOND;
	work(d);
	assert_int_equal(1, d->teller.failed);
	for (int i = 0; i < 500 && kill(-group, 0) == 0; i++)
		(void)usleep(10000); /* until init has reaped the other one */
	assert_int_equal(-1, kill(-group, 0));
}

static void
only_what_is_wanted_is_told(void **state)
{
	struct desk *d = *state;
	char script[128];

	(void)snprintf(script, sizeof(script), "cat >> %s", d->got);
	receiver(d, script);
	d->in.kinds = 1u << EVENT_DOWN;
	work(d);
	newcomers(d, 3);
	work(d);
	assert_int_equal(0, count_in(d->got, "device-new"));
	assert_int_equal(0, d->teller.held_back);
}

int
main(void)
{
#define DESK(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(changes_are_events_by_a_table),
		cmocka_unit_test(a_name_cannot_end_its_value_in_the_log),
		cmocka_unit_test(a_message_is_json_whatever_a_name_is),
		cmocka_unit_test(a_signature_is_hmac_sha256_of_the_body),
		cmocka_unit_test(only_plain_urls_of_the_web_are_taken),
		cmocka_unit_test(a_secret_that_others_may_read_is_none),
		DESK(what_happened_before_anybody_asked_is_no_news),
		DESK(beyond_the_limit_the_number_is_told),
		DESK(a_receiver_that_fails_is_told_the_same_later),
		DESK(a_restart_tells_what_was_not_taken),
		DESK(a_receiver_that_hangs_is_ended_with_its_children),
		DESK(only_what_is_wanted_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
