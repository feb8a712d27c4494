/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Seeking in ranges too large to be asked one by one: who is asked from where, whose answer
 * counts, and that a replay does the same.
 */
#include "six_rig.h"

#include "scanner/multicast.h"
#include "scanner/recording.h"
#include "scanner/replay.h"
#include "wire/icmp.h"

static bool
everybody(const struct addr *a)
{
	(void)a;
	return true;
}

/* --- hosts that answer to a group ------------------------------------------------------------ */

/* Who answers a question to ff02::1 from an address with this prefix. */
static const struct host {
	const char *asked_from, *address;
} hosts[] = {
	{ "fe80::2", "fe80::21b:ff:fe00:9" },
	{ "2001:db8:3::2", "2001:db8:3::21b:ff:fe00:9" },
	{ "2001:db8:3::2", "2001:db8:3:0:1234:5678:9abc:def0" },
	{ "fe80::2", "fe80::beef" },
};

/* What a test changes in each answer. */
static struct {
	size_t at; /* in the frame; 0: nothing */
	uint8_t bit;
	unsigned deaf; /* rounds in which nobody answers */
} change;
static size_t n_questions;
static const struct addr all_nodes = { ADDR_IP6, { 0xff, 2, [15] = 1 } };

static bool
is_group_question(const struct frame *f, struct ip *ip, struct icmp *m)
{
	struct rd r = rd_from(f->bytes, f->size), payload;
	struct ether e;

	return ether_read(&r, &e) && e.type == ETHER_IP6 && ip_read(&r, ip, &payload) &&
		addr_equal(&ip->dst, &all_nodes) && icmp_read(payload, ip, m) &&
		m->type == ICMP6_ECHO;
}

static void
put_answer(struct sim *s, const struct ip *question, const struct icmp *m,
	const struct addr *from)
{
	struct ether e = { rig_links[0].mac, sim_mac(from), ETHER_IP6 };
	struct ip ip = { *from, question->src, IP_ICMP6, 64, 0, false };
	size_t n = ICMP_HEAD + m->echo.size;
	uint8_t bytes[128];
	struct wr w = wr_to(bytes, sizeof(bytes));

	ether_write(&w, &e);
	ip_write(&w, &ip, n);
	wr_u8(&w, ICMP6_ECHO_REPLY);
	wr_zero(&w, 3);
	wr_be16(&w, m->echo.id);
	wr_be16(&w, m->echo.seq);
	wr_bytes(&w, m->echo.data, m->echo.size);
	if (change.at)
		bytes[change.at] ^= change.bit;
	size_t at = ETHER_HEAD + IP6_HEAD;
	struct addr src = addr_ip6(bytes + 22), dst = addr_ip6(bytes + 38);
	uint32_t sum = checksum_pseudo(&src, &dst, IP_ICMP6, n);
	wr_patch_be16(&w, at + 2, checksum_end(checksum_add(sum, bytes + at, n)));
	sim_queue(s, bytes, wr_used(&w), s->now + 300);
}

static void
answer_group(struct sim *s, const struct frame *f)
{
	struct icmp m;
	struct ip ip;

	if (!is_group_question(f, &ip, &m))
		return;
	if (n_questions++ < 2 * change.deaf)
		return;
	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		struct addr asked = six(hosts[i].asked_from);
		struct addr from = six(hosts[i].address);
		if (addr_equal(&asked, &ip.src))
			put_answer(s, &ip, &m, &from);
	}
}

static struct rig *
group_rig(void)
{
	struct rig *r = six_new(everybody);

	memset(&change, 0, sizeof(change));
	n_questions = 0;
	r->conf.identify = false;
	r->sim.also = answer_group;
	return r;
}

/* The addresses asked by NDP, by address. */
static char *
solicited(struct rig *r)
{
	struct iprange_run *runs = arena_new_array(
		r->mem, struct iprange_run, r->sim.n_sent + 1);
	size_t n = 0;
	struct sb sb;

	for (size_t i = 0; i < r->sim.n_sent; i++)
		if (r->sim.sent[i].proto == 0)
			runs[n++] = (struct iprange_run){ r->sim.sent[i].dst,
				r->sim.sent[i].dst };
	sb_init(&sb, 1 << 16);
	iprange_print(iprange_from_runs(runs, n, r->mem), &sb);
	char *text = arena_strdup(r->mem, sb.len ? sb.text : "");
	sb_done(&sb);
	return text;
}

/* --- whom it finds ---------------------------------------------------------------------------- */

static void
who_answers_to_the_group_becomes_a_target(void **state)
{
	static const struct {
		const char *targets, *asked;
		size_t found;
	} rows[] = {
		/* Both that answered, and where the link-local ones likely are too. */
		{ "2001:db8:3::/64",
			"2001:db8:3::beef,2001:db8:3:0:21b:ff:fe00:9,"
			"2001:db8:3:0:1234:5678:9abc:def0",
			3 },
		{ "fe80::/64", "fe80::beef,fe80::21b:ff:fe00:9", 2 },
		{ "2001:db8:3::/64, !2001:db8:3::/96",
			"2001:db8:3:0:21b:ff:fe00:9,2001:db8:3:0:1234:5678:9abc:def0",
			2 },
		{ "2001:db8:3:0:1234::/80", "2001:db8:3:0:1234:5678:9abc:def0", 1 },
		{ "2001:db8:3:0:1235::/80", "", 0 },
		/* Not on a link, or small enough to be asked one by one. */
		{ "2001:db8:4::/64", "", 0 },
		{ "2001:db8:3::/127", "2001:db8:3::1", 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rig *r = group_rig();
		print_message("  %s\n", rows[i].targets);
		six_run(r, rows[i].targets);
		assert_string_equal(solicited(r), rows[i].asked);
		assert_int_equal(r->job.hearing.found, rows[i].found);
		rig_free(r);
	}
}

static void
what_was_asked_is_covered_and_counted(void **state)
{
	struct rig *r = group_rig();

	(void)state;
	six_run(r, "fe80::/64 2001:db8:3::7");
	assert_non_null(strstr(r->coverage.text, "ndp 2001:db8:3::7 whole; "));
	assert_non_null(
		strstr(r->coverage.text, "ndp fe80::beef,fe80::21b:ff:fe00:9 whole; "));
	/* Our own link-local address is one of them. */
	assert_int_equal(r->job.end.targets, 4);
	assert_int_equal(r->job.end.asked, 3);
	rig_free(r);
}

/* Link-local first, then from the prefix of the range; never from another link's address. */
static void
the_question_comes_from_each_prefix_of_the_range(void **state)
{
	struct rig *r = group_rig();
	size_t n = 0;

	(void)state;
	six_run(r, "2001:db8:3::/64");
	for (size_t i = 0; i < r->sim.n_sent; i++)
		n += addr_is_multicast(&r->sim.sent[i].dst);
	assert_int_equal(n, 6); /* three times two */
	assert_int_equal(n_questions, 6);
	rig_free(r);
}

static void
an_answer_that_was_lost_comes_in_the_next_round(void **state)
{
	struct rig *r = group_rig();

	(void)state;
	change.deaf = 2;
	six_run(r, "2001:db8:3::/64");
	assert_int_equal(r->job.hearing.found, 3);
	rig_free(r);
}

static void
without_multicast_nobody_is_sought(void **state)
{
	struct rig *r = group_rig();

	(void)state;
	r->conf.multicast = false;
	six_run(r, "2001:db8:3::/64");
	assert_int_equal(r->sim.n_sent, 0);
	rig_free(r);
}

/* It is no part of the planned waves, or a sweep that goes on would begin anew whenever the
 * kernel meets another neighbour. */
static void
what_the_kernel_knows_is_asked_behind_the_planned(void **state)
{
	static struct host_neigh known[] = {
		{ 2, SIX(0x20, 1, 0xd, 0xb8, 0, 3, 0x77),
			{ { 0, 0x1b, 0, 0, 0, 0x77 } } },
	};
	struct host_net net = six_net;

	(void)state;
	net.neighs = known;
	net.n_neighs = 1;
	for (int multicast = 0; multicast < 2; multicast++) {
		struct rig *r = group_rig();
		r->conf.net = &net;
		r->conf.multicast = multicast;
		six_run(r, "2001:db8:3::/64 198.18.3.9");
		assert_int_equal(rig_count(r, "\"2001:db8:3::77\"", "mac"), 1);
		assert_int_equal(r->job.n_planned, 1);
		assert_int_equal(r->job.n_waves, 2);
		assert_int_equal(r->job.end.targets, r->job.end.asked + 1); /* our own */
		rig_free(r);
	}
}

static void
the_cap_holds_for_multicast_too(void **state)
{
	struct rig *r = group_rig();
	int64_t last = 0;

	(void)state;
	r->conf.rate = 2;
	six_run(r, "2001:db8:3::/64");
	for (size_t i = 0; i < r->sim.n_sent; i++) {
		assert_true(i == 0 || r->sim.sent[i].at - last >= SECOND / 2 - MSEC);
		last = r->sim.sent[i].at;
	}
	assert_int_equal(r->job.hearing.found, 3);
	rig_free(r);
}

/* --- what proves an answer -------------------------------------------------------------------- */

static void
one_wrong_bit_in_an_answer_is_a_forgery(void **state)
{
	static const struct {
		const char *field;
		size_t from, to; /* bytes of the frame */
	} fields[] = {
		{ "destination", 38, 54 },
		{ "type", 54, 55 },
		{ "id", 58, 60 },
		{ "payload", 62, 70 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		for (size_t at = fields[i].from; at < fields[i].to; at++) {
			struct rig *r = group_rig();
			change.at = at;
			change.bit = (uint8_t)(1u << at % 8);
			six_run(r, "2001:db8:3::/64");
			if (*solicited(r))
				fail_msg("%s, byte %zu", fields[i].field, at);
			rig_free(r);
		}
}

static bool
none(const struct addr *a)
{
	(void)a;
	return false;
}

/* One that answers from ever new addresses costs no more than was promised. */
static uint64_t flood_next;
static const char *flood_from;

static void
flood(struct sim *s, const struct frame *f)
{
	struct icmp m;
	struct ip ip;

	if (!is_group_question(f, &ip, &m) || addr_is_link_local(&ip.src))
		return;
	for (uint64_t i = 0; i < 50000; i++) {
		struct addr from = six(flood_from);
		from = addr_from_number(ADDR_IP6, addr_number(&from) + flood_next++);
		put_answer(s, &ip, &m, &from);
		put_answer(s, &ip, &m, &from); /* twice counts once */
	}
}

static void
no_more_are_found_than_is_allowed(void **state)
{
	struct rig *r = group_rig();
	size_t n = 0;

	(void)state;
	flood_next = 0;
	flood_from = "2001:db8:3::1:0:0";
	r->sim.alive = none;
	r->sim.also = flood;
	r->conf.rounds = 1;
	six_run(r, "2001:db8:3::/64");
	for (size_t i = 0; i < r->sim.n_sent; i++)
		n += r->sim.sent[i].proto == 0;
	assert_int_equal(n, MULTICAST_FOUND_MAX);
	assert_non_null(strstr(r->reasons.text, "multicast-too-many"));
	rig_free(r);
}

/* Who answers from elsewhere takes nobody's place. */
static void
addresses_outside_the_range_do_not_count(void **state)
{
	struct rig *r = group_rig();

	(void)state;
	flood_next = 0;
	flood_from = "2001:db8:4::1:0:0";
	r->sim.alive = none;
	r->sim.also = flood;
	six_run(r, "2001:db8:3::/64");
	assert_int_equal(r->sim.n_sent, 6);
	assert_null(strstr(r->reasons.text, "multicast-too-many"));
	rig_free(r);
}

/* --- replay ------------------------------------------------------------------------------------ */

static int
six_web(const struct addr *a, uint16_t port)
{
	(void)a;
	return port == 80 ? 1 : -1;
}

static void
a_capture_is_heard_again_the_same(void **state)
{
	struct rig *live = group_rig(), *again = six_new(everybody);
	char *bytes = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&bytes, &n);
	struct run_end end = { 0 };
	struct err e;
	struct sb text;

	(void)state;
	assert_non_null(f);
	live->conf.identify = true;
	live->sim.tcp = six_web;
	six_prepare(live, "2001:db8:3::/64 2001:db8:4::7");
	struct recording rec = { .started = live->job.started,
		.cookie = live->job.cookie,
		.identify = true,
		.plan = live->job.plan };
	assert_int_equal(capture_writer_new(&live->sim.port.capture, f, &e), 0);
	sb_init(&text, CAPTURE_NOTES_MAX);
	recording_print(&rec, &text);
	capture_write_note(live->sim.port.capture, NOTE_SETTINGS, text.text, text.len,
		rec.started);
	sb_done(&text);
	for (size_t i = 0; i < live->job.plan.n_own; i++)
		assert_int_equal(hearing_own(&live->job.hearing, &live->job.plan.own[i],
					 live->job.started, &e),
			0);
	assert_int_equal(six_sweep(live, &e), 0);
	assert_int_equal(capture_writer_close(live->sim.port.capture, &e), 0);
	live->sim.port.capture = NULL;

	f = fmemopen(bytes, n, "rb");
	assert_non_null(f);
	if (replay_run(f, &again->run, &end, &e) == -1)
		fail_msg("%s", e.text);
	assert_true(live->n_found > 10);
	assert_string_equal(live->found.text, again->found.text);
	assert_int_equal(end.found, live->job.hearing.found);
	assert_int_equal(end.sent, live->sim.n_sent);
	assert_int_equal(end.asked, live->job.end.asked);
	free(bytes);
	rig_free(live);
	rig_free(again);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_answers_to_the_group_becomes_a_target),
		cmocka_unit_test(what_was_asked_is_covered_and_counted),
		cmocka_unit_test(the_question_comes_from_each_prefix_of_the_range),
		cmocka_unit_test(an_answer_that_was_lost_comes_in_the_next_round),
		cmocka_unit_test(without_multicast_nobody_is_sought),
		cmocka_unit_test(what_the_kernel_knows_is_asked_behind_the_planned),
		cmocka_unit_test(the_cap_holds_for_multicast_too),
		cmocka_unit_test(one_wrong_bit_in_an_answer_is_a_forgery),
		cmocka_unit_test(no_more_are_found_than_is_allowed),
		cmocka_unit_test(addresses_outside_the_range_do_not_count),
		cmocka_unit_test(a_capture_is_heard_again_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
