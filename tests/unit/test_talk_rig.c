/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rig that conversations are tested with: it must itself do as ask.h says. */
#include "packet.h"
#include "talk_rig.h"

/* A conversation that echoes lines, and goes to TLS when it is told so. */
static enum talk_next
begin(struct talk *t)
{
	talk_say(t, "hello ", 6);
	talk_str(t, "ssh.banner", "first");
	return TALK_MORE;
}

static enum talk_next
hear(struct talk *t)
{
	struct rd r = talk_unread(t);
	size_t n = rd_left(&r);
	int *calls = talk_state(t);

	(*calls)++;
	if (talk_has_ended(t))
		return TALK_DONE;
	if (talk_is_tls(t) || n == 0)
		return talk_why(t, "nothing to do");
	const uint8_t *line = rd_take(&r, n);
	if (line[n - 1] != '\n')
		return TALK_MORE;
	talk_take(t, n);
	talk_say(t, line, n);
	talk_text(t, "ssh.banner", line, n);
	talk_add_of_port(t, "http.title", line, n);
	if (line[0] == 'T')
		talk_start_tls(t);
	return TALK_MORE;
}

static const struct ask echo = { .name = "echo",
	.state_size = sizeof(int),
	.ports = { 7 },
	.begin = begin,
	.hear = hear };
static const struct ask shout = { .name = "shout",
	.transport = ASK_UDP,
	.state_size = sizeof(int),
	.ports = { 7 },
	.begin = begin,
	.hear = hear };

static void
assert_said(struct talk *t, const char *want)
{
	struct rd said = rig_said(t);

	assert_int_equal(strlen(want), rd_left(&said));
	assert_memory_equal(want, said.p, strlen(want));
}

static void
bytes_wait_until_they_are_taken(void **state)
{
	struct talk *t = rig_new(&echo);

	(void)state;
	assert_int_equal(TALK_MORE, rig_begin(t));
	assert_said(t, "hello ");
	assert_int_equal(TALK_MORE, rig_hear(t, "ab", 2));
	assert_said(t, "");
	assert_int_equal(TALK_MORE, rig_hear_slowly(t, "c\n", 2));
	assert_said(t, "abc\n");
	assert_int_equal(3, *(int *)talk_state(t));
	assert_string_equal("http.title=7 abc\nssh.banner=abc\n", rig_facts(t));
	assert_int_equal(TALK_DONE, rig_close(t));
	rig_free(t);
}

static void
each_say_of_udp_is_a_datagram(void **state)
{
	struct talk *t = rig_new(&shout);

	(void)state;
	assert_int_equal(TALK_MORE, rig_begin(t));
	assert_int_equal(TALK_MORE, rig_hear(t, "lost", 4));
	assert_int_equal(TALK_MORE, rig_hear(t, "one\n", 4));
	assert_int_equal(TALK_MORE, rig_hear(t, "three\n", 6));
	assert_said(t, "hello ");
	assert_said(t, "one\n");
	assert_said(t, "three\n");
	assert_said(t, "");
	rig_free(t);
}

static void
tls_is_told_when_it_stands(void **state)
{
	struct talk *t = rig_new(&echo);

	(void)state;
	(void)rig_begin(t);
	assert_int_equal(TALK_MORE, rig_hear(t, "T\n", 2));
	assert_true(rig_wants_tls(t));
	assert_int_equal(TALK_GARBAGE, rig_tls(t));
	assert_string_equal("nothing to do", rig_why(t));
	rig_free(t);
}

static void
facts_are_kept_as_ask_h_promises(void **state)
{
	const char *const items[] = { "a", "b" };
	const struct fact facts[] = {
		{ .key = "mac", .type = FACT_MAC, .mac = { { 0, 0x16, 0x3e, 1, 2, 3 } } },
		{ .key = "mdns.services",
			.type = FACT_TEXTS,
			.texts = { .items = items, .n = 2 } },
	};
	struct addr ip = addr_ip4(0xc0000207), unset = { .family = ADDR_NONE };
	struct talk *t = rig_new(&echo);

	(void)state;
	talk_text(t, "os.name", " a\tb\xff ", 6);
	assert_string_equal("a b\xef\xbf\xbd", rig_fact(t, "os.name"));
	talk_text(t, "ssh.banner", " ", 1);
	assert_null(rig_fact(t, "ssh.banner"));
	talk_tell_other(t, &ip, facts, 2);
	talk_tell_other(t, &unset, facts, 1);
	assert_string_equal("192.0.2.7 mac=00:16:3e:01:02:03 mdns.services=a,b\n"
			    "- mac=00:16:3e:01:02:03\n",
		rig_others(t));
	rig_free(t);
}

static void
who_wants_to_be_woken_is(void **state)
{
	struct talk *t = rig_new(&echo);

	(void)state;
	(void)rig_begin(t);
	talk_wake(t, 1000);
	assert_int_equal(TALK_GARBAGE, rig_wake(t));
	rig_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_wait_until_they_are_taken),
		cmocka_unit_test(each_say_of_udp_is_a_datagram),
		cmocka_unit_test(tls_is_told_when_it_stands),
		cmocka_unit_test(facts_are_kept_as_ask_h_promises),
		cmocka_unit_test(who_wants_to_be_woken_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
