/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two streams of one worker: neither blocks, and one keeps behind the other. */
#include "cli/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

enum { ROOM = 4096 }; /* bytes of a pipe: one page, pipe(7) */

struct wire {
	struct stream s;
	int ends[2];
};

static void
wire_init(struct wire *w)
{
	assert_int_equal(0, pipe2(w->ends, O_CLOEXEC | O_NONBLOCK));
	assert_true(fcntl(w->ends[1], F_SETPIPE_SZ, ROOM) >= ROOM);
	stream_init(&w->s, w->ends[1], 1 << 20);
}

static void
wire_done(struct wire *w)
{
	stream_done(&w->s);
	for (int i = 0; i < 2; i++)
		if (w->ends[i] != -1)
			close(w->ends[i]);
}

/* All that is in the pipe, as text; its length. */
static size_t
drain(struct wire *w, char *buf, size_t size)
{
	ssize_t n = read(w->ends[0], buf, size - 1);

	buf[n > 0 ? n : 0] = '\0';
	return n > 0 ? (size_t)n : 0;
}

static void
add_blob(struct wire *w, size_t n)
{
	for (size_t i = 0; i < n; i++)
		sb_add_n(&w->s.text, "r", 1);
}

static void
a_full_pipe_does_not_block(void **state)
{
	struct wire w;
	char buf[2 * ROOM];

	(void)state;
	wire_init(&w);
	add_blob(&w, ROOM + 100);
	stream_write(&w.s, NULL, false);
	assert_int_equal(100, stream_left(&w.s));
	assert_int_equal(ROOM, drain(&w, buf, sizeof(buf)));
	stream_write(&w.s, NULL, false);
	assert_int_equal(0, stream_left(&w.s));
	assert_int_equal(100, drain(&w, buf, sizeof(buf)));
	wire_done(&w);
}

static void
what_waits_goes_out_behind_what_it_waits_for(void **state)
{
	struct wire records, control;
	char buf[2 * ROOM];

	(void)state;
	wire_init(&records);
	wire_init(&control);
	add_blob(&records, ROOM + 1);
	sb_add(&control.s.text, "free,");
	stream_wait_for(&control.s, &records.s);
	sb_add(&control.s.text, "waits,");
	stream_write(&records.s, NULL, false);
	stream_write(&control.s, &records.s, false);
	(void)drain(&control, buf, sizeof(buf));
	assert_string_equal("free,", buf);
	/* Records that came later are not waited for. */
	(void)drain(&records, buf, sizeof(buf));
	add_blob(&records, 2 * ROOM);
	stream_write(&records.s, NULL, false);
	assert_true(stream_left(&records.s) > 0);
	stream_write(&control.s, &records.s, false);
	(void)drain(&control, buf, sizeof(buf));
	assert_string_equal("waits,", buf);
	wire_done(&records);
	wire_done(&control);
}

static void
nothing_waits_for_what_is_out_already(void **state)
{
	struct wire records, control;
	char buf[ROOM];

	(void)state;
	wire_init(&records);
	wire_init(&control);
	add_blob(&records, 10);
	stream_write(&records.s, NULL, false);
	stream_wait_for(&control.s, &records.s);
	sb_add(&control.s.text, "now");
	stream_write(&control.s, &records.s, false);
	(void)drain(&control, buf, sizeof(buf));
	assert_string_equal("now", buf);
	wire_done(&records);
	wire_done(&control);
}

/* Whatever the sizes and whoever is slow: line N of the one only behind N bytes of the
 * other, and all of it in the end. */
static void
the_order_holds_however_slow_the_readers_are(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= 200; seed++) {
		struct wire records, control;
		char buf[2 * ROOM], *p;
		size_t made = 0, heard = 0;
		unsigned long last = 0;
		struct sb said;

		srand(seed);
		wire_init(&records);
		wire_init(&control);
		sb_init(&said, 1 << 20);
		for (int step = 0; step < 300; step++) {
			if (step < 200) {
				size_t n = (size_t)rand() % 600;
				add_blob(&records, n);
				made += n;
			}
			if (step < 200 && rand() % 2) {
				stream_wait_for(&control.s, &records.s);
				sb_printf(&control.s.text, "%zu\n", made);
			}
			stream_write(&records.s, NULL, false);
			stream_write(&control.s, &records.s, false);
			/* As the parent does: the claim is read first, then what is there. */
			if (rand() % 3 == 0) {
				(void)drain(&control, buf, sizeof(buf));
				heard += drain(
					&records, (char[2 * ROOM]){ 0 }, 2 * ROOM);
				sb_add(&said, buf);
				for (p = buf; *p; p += strcspn(p, "\n") + 1) {
					last = strtoul(p, NULL, 10);
					assert_true(last <= heard);
				}
			}
		}
		while (stream_left(&records.s) || stream_left(&control.s)) {
			stream_write(&records.s, NULL, false);
			stream_write(&control.s, &records.s, false);
			(void)drain(&control, buf, sizeof(buf));
			sb_add(&said, buf);
			heard += drain(&records, buf, sizeof(buf));
		}
		heard += drain(&records, buf, sizeof(buf));
		(void)drain(&control, buf, sizeof(buf));
		sb_add(&said, buf);
		assert_int_equal(made, heard);
		assert_true(said.len > 0 && said.text[said.len - 1] == '\n');
		sb_done(&said);
		wire_done(&records);
		wire_done(&control);
	}
}

static void
what_claims_too_much_is_dropped(void **state)
{
	struct wire records, control;
	char buf[ROOM];

	(void)state;
	wire_init(&records);
	wire_init(&control);
	sb_add(&control.s.text, "true,");
	add_blob(&records, 10);
	stream_wait_for(&control.s, &records.s);
	sb_add(&control.s.text, "untrue,");
	close(records.ends[0]);
	records.ends[0] = -1;
	stream_write(&records.s, NULL, true);
	assert_int_equal(EPIPE, records.s.failed);
	stream_drop_waiting(&control.s);
	sb_add(&control.s.text, "end");
	stream_write(&control.s, &records.s, true);
	(void)drain(&control, buf, sizeof(buf));
	assert_string_equal("true,end", buf);
	wire_done(&records);
	wire_done(&control);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_full_pipe_does_not_block),
		cmocka_unit_test(what_waits_goes_out_behind_what_it_waits_for),
		cmocka_unit_test(nothing_waits_for_what_is_out_already),
		cmocka_unit_test(the_order_holds_however_slow_the_readers_are),
		cmocka_unit_test(what_claims_too_much_is_dropped),
	};

	(void)signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
