/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is asked what when, with hosts that exist in numbers only. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scanner/distress.h"
#include "scanner/interview.h"

enum { HOSTS = 512, TALK_US = 20 * MSEC, STEPS_MAX = 400000 };

static bool
only_with_secrets(const struct ask_settings *s)
{
	return s->communities.n > 0;
}

static const struct ask web = {
	.name = "web", .transport = ASK_TCP, .ports = { 80, 8080 }
};
static const struct ask shell = {
	.name = "shell", .transport = ASK_TCP, .ports = { 22 }
};
static const struct ask datagram = {
	.name = "datagram", .transport = ASK_UDP, .ports = { 1900 }
};
static const struct ask secret = { .name = "secret",
	.transport = ASK_UDP,
	.ports = { 161 },
	.wanted = only_with_secrets };
static bool
never(const struct ask_settings *s)
{
	(void)s;
	return false;
}

static const struct ask answered = {
	.name = "answered", .transport = ASK_UDP, .ports = { 5353 }, .unasked = never
};
static const struct ask *const all[] = { &web, &shell, &datagram, &secret, &answered,
	NULL };

/* One that is on its way. */
struct open {
	uint32_t host;
	uint16_t port;
	int64_t until_us;
	bool tcp;
};

/* How a connection goes. */
struct way {
	int64_t rtt_us; /* -1: refused */
	bool resets, said;
};

struct world {
	struct living living[HOSTS];
	size_t n;
	struct ask_settings settings;
	struct interview_conf conf;
	struct interview *iv;
	int64_t now;
	struct open open[4096];
	size_t n_open;
	/* What was seen. */
	uint32_t packets; /* of each conversation */
	unsigned asked[HOSTS], at_once[HOSTS], most_at_once, most_in_net, begun;
	int64_t last_us[HOSTS], least_gap_us;
	unsigned rests[HOSTS], for_good, net_rests[HOSTS / 256], begun_in_rest;
	int64_t net_until_us[HOSTS / 256];
	uint32_t order[STEPS_MAX];
	/* NULL: all goes well. */
	struct way (*answers)(uint32_t host, uint16_t port, unsigned nth);
};

static const uint16_t both_ports[] = { 22, 80 };

static struct world *
world_new(size_t n)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	w->n = n;
	w->least_gap_us = INT64_MAX;
	for (size_t i = 0; i < n; i++) {
		w->living[i].ip = addr_ip4(0xc6120000u + (uint32_t)i);
		w->living[i].ports = both_ports;
		w->living[i].n_ports = 2;
	}
	w->conf = (struct interview_conf){ .asks = all,
		.settings = &w->settings,
		.rate = 100000,
		.host_gap_us = 0,
		.most = 4096,
		.per_host = 2,
		.per_net = 64 };
	return w;
}

static void
world_free(struct world *w)
{
	interview_free(w->iv);
	free(w);
}

static void
begin(struct world *w, const struct talk_order *s)
{
	uint32_t h = s->host;
	unsigned in_net = 0;

	if (w->asked[h] && w->now - w->last_us[h] < w->least_gap_us)
		w->least_gap_us = w->now - w->last_us[h];
	w->last_us[h] = w->now;
	w->begun_in_rest += w->now < w->net_until_us[h / 256];
	w->asked[h]++;
	w->order[w->begun++] = h;
	bool tcp = s->ask->transport != ASK_UDP;
	if (tcp && ++w->at_once[h] > w->most_at_once)
		w->most_at_once = w->at_once[h];
	w->open[w->n_open++] = (struct open){ h, s->port, w->now + TALK_US, tcp };
	for (size_t i = 0; i < w->n_open; i++)
		in_net += w->open[i].host / 256 == h / 256 && w->open[i].tcp;
	if (in_net > w->most_in_net)
		w->most_in_net = in_net;
}

static void
note_relief(struct world *w, uint32_t host, unsigned relief)
{
	uint32_t net = host / 256;

	w->rests[host] += (relief & RELIEF_HOST) != 0;
	w->for_good += (relief & RELIEF_HOST_FOR_GOOD) != 0;
	if (!(relief & RELIEF_NET))
		return;
	w->net_rests[net]++;
	w->net_until_us[net] = w->now + 2 * DISTRESS_REST_MS * (int64_t)MSEC;
}

static void
end(struct world *w, size_t i)
{
	struct open o = w->open[i];
	struct way way = { .rtt_us = 300, .said = true };

	if (w->answers && o.tcp)
		way = w->answers(o.host, o.port, w->asked[o.host]);
	w->open[i] = w->open[--w->n_open];
	w->at_once[o.host] -= o.tcp;
	struct talk t = { .ask = o.tcp ? &web : &datagram, .port = o.port };
	struct talk_end x = { .host = o.host,
		.outcome = way.rtt_us < 0 ? TALK_WAS_REFUSED
			: way.resets      ? TALK_WAS_RESET
					  : TALK_WAS_DONE,
		.said = way.said,
		.rtt_us = o.tcp ? way.rtt_us : -1,
		.took_us = TALK_US,
		.patience_us = SECOND,
		.packets = w->packets,
		.talk = &t };
	note_relief(w, o.host, interview_ended(w->iv, &x, w->now));
}

/* Until nothing is left; at most a minute of theirs. */
static void
run(struct world *w)
{
	struct talk_order s;
	struct err e;
	int64_t wait;

	if (!w->iv)
		assert_int_equal(
			interview_new(&w->iv, &w->conf, w->living, w->n, 0, &e), 0);
	for (; w->now < 60 * SECOND; w->now += MSEC) {
		for (size_t i = w->n_open; i > 0; i--)
			if (w->open[i - 1].until_us <= w->now)
				end(w, i - 1);
		while (interview_next(w->iv, w->now, &s, &wait))
			begin(w, &s);
		if (w->n_open == 0 && interview_left(w->iv) == 0)
			return;
	}
}

static void
each_host_is_asked_what_suits_its_ports(void **state)
{
	struct world *w = world_new(3);

	(void)state;
	w->living[1].n_ports = 1; /* 22 */
	w->living[2].n_ports = 0;
	run(w);
	assert_int_equal(w->asked[0], 3); /* web at 80, shell, datagram */
	assert_int_equal(w->asked[1], 2);
	assert_int_equal(w->asked[2], 1);
	assert_int_equal(interview_total(w->iv), 6);
	world_free(w);
}

static void
what_needs_a_secret_is_asked_only_with_one(void **state)
{
	const char *items[] = { "public" };
	struct world *w = world_new(1);

	(void)state;
	w->living[0].n_ports = 0;
	w->settings.communities = (struct opt_list){ .items = items, .n = 1 };
	run(w);
	assert_int_equal(w->asked[0], 2);
	world_free(w);
}

static void
some_are_asked_only_where_a_probe_was_answered(void **state)
{
	static const uint16_t udp_ports[] = { 137, 5353 };
	struct world *w = world_new(2);

	(void)state;
	w->living[1].udp_ports = udp_ports;
	w->living[1].n_udp_ports = 2;
	run(w);
	assert_int_equal(w->asked[0], 3);
	assert_int_equal(w->asked[1], 4);
	world_free(w);
}

static void
hosts_and_networks_are_asked_few_things_at_a_time(void **state)
{
	struct world *w = world_new(HOSTS);

	(void)state;
	w->conf.per_net = 7;
	run(w);
	assert_int_equal(interview_left(w->iv), 0);
	assert_int_equal(w->begun, 3 * HOSTS);
	assert_int_equal(w->most_at_once, 2);
	assert_int_equal(w->most_in_net, 7);
	world_free(w);
}

static void
a_host_has_its_pause(void **state)
{
	struct world *w = world_new(4);

	(void)state;
	w->conf.host_gap_us = 300 * MSEC;
	run(w);
	assert_int_equal(w->begun, 12);
	assert_true(w->least_gap_us >= 300 * MSEC);
	world_free(w);
}

static void
the_rate_holds(void **state)
{
	struct world *w = world_new(HOSTS);

	(void)state;
	w->conf.rate = 100;
	run(w);
	assert_int_equal(w->begun, 3 * HOSTS);
	assert_in_range(w->now, 15 * SECOND, 16 * SECOND);
	world_free(w);
}

/* Three times the packets that were allowed for: a third of the pace. */
static void
what_a_conversation_takes_beyond_delays_the_next(void **state)
{
	struct world *all_of_them = world_new(HOSTS), *one = world_new(1);

	(void)state;
	all_of_them->conf.rate = 300;
	all_of_them->conf.packets = one->conf.packets = 12;
	all_of_them->packets = one->packets = 36;
	run(all_of_them);
	assert_in_range(all_of_them->now, 15 * SECOND, 17 * SECOND);
	one->conf.host_gap_us = 300 * MSEC;
	one->conf.per_host = 1;
	one->living[0].n_ports = 2;
	run(one);
	assert_int_equal(one->begun, 3);
	assert_in_range(one->now, 1200 * MSEC, 2000 * MSEC);
	world_free(all_of_them);
	world_free(one);
}

static void
no_host_can_stop_the_others_by_packets(void **state)
{
	struct world *w = world_new(2);

	(void)state;
	w->conf.rate = 100;
	w->conf.packets = 12;
	w->packets = UINT32_MAX;
	run(w);
	assert_int_equal(w->begun, 6);
	assert_in_range(w->now, SECOND, 3 * SECOND); /* 500 of 12 each: 0.42 s */
	world_free(w);
}

/* How often two that follow each other are of one host, or of neighbours. */
static void
hosts_are_mixed_and_seeds_differ(void **state)
{
	struct world *a = world_new(HOSTS), *b = world_new(HOSTS);
	unsigned near = 0, same = 0;

	(void)state;
	b->conf.seed[0] = 1;
	run(a);
	run(b);
	for (unsigned i = 1; i < a->begun; i++) {
		near += abs((int)a->order[i] - (int)a->order[i - 1]) <= 1;
		same += a->order[i] == b->order[i];
	}
	assert_true(near < 40); /* by chance 1,536 x 3 / 512 = 9 */
	assert_true(same < 40);
	world_free(a);
	world_free(b);
}

static void
a_follow_up_is_had_too(void **state)
{
	struct world *w = world_new(1);
	struct talk_next_one next = { .ask = &web, .port = 5000, .arg = "/desc.xml" };
	struct talk_order s;
	struct err e;
	int64_t wait;

	(void)state;
	run(w);
	assert_int_equal(interview_follow(w->iv, 0, &next, &e), 0);
	assert_true(interview_next(w->iv, w->now, &s, &wait));
	assert_ptr_equal(s.ask, &web);
	assert_int_equal(s.port, 5000);
	assert_string_equal(s.arg, "/desc.xml");
	world_free(w);
}

static void
what_broke_off_is_had_again_once(void **state)
{
	static const struct {
		const char *label;
		const struct ask *ask;
		enum talk_outcome outcome;
		bool again, worth;
	} rows[] = {
		{ "ran out of time", &web, TALK_WAS_SLOW, false, true },
		{ "for the second time", &web, TALK_WAS_SLOW, true, false },
		{ "silent", &web, TALK_WAS_SILENT, false, true },
		{ "no connection", &web, TALK_WAS_UNREACHED, false, true },
		{ "reset", &web, TALK_WAS_RESET, false, true },
		{ "done", &web, TALK_WAS_DONE, false, false },
		{ "garbage", &web, TALK_WAS_GARBAGE, false, false },
		{ "refused", &web, TALK_WAS_REFUSED, false, false },
		{ "silent by UDP", &datagram, TALK_WAS_SILENT, false, false },
	};
	struct world *w = world_new(1);
	struct talk t = { .ask = &web, .port = 80, .arg = "/x" };
	struct talk_end x = { .host = 0, .outcome = TALK_WAS_SLOW, .talk = &t };
	struct talk_order order;
	struct err e;
	int64_t wait;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct talk of = { .ask = rows[i].ask };
		struct talk_end end = {
			.outcome = rows[i].outcome, .again = rows[i].again, .talk = &of
		};
		print_message("  %s\n", rows[i].label);
		assert_int_equal(interview_is_worth_again(&end), rows[i].worth);
	}
	run(w);
	assert_int_equal(interview_again(w->iv, &x, &e), 0);
	assert_true(interview_next(w->iv, w->now, &order, &wait));
	assert_true(order.again);
	assert_int_equal(order.port, 80);
	assert_string_equal(order.arg, "/x");
	world_free(w);
}

/* --- the breaker ------------------------------------------------------------------------- */

static struct way
host_3_refuses(uint32_t host, uint16_t port, unsigned nth)
{
	(void)port;
	(void)nth;
	return (struct way){ .rtt_us = host == 3 ? -1 : 300, .said = host != 3 };
}

static struct way
host_3_accepts_and_resets(uint32_t host, uint16_t port, unsigned nth)
{
	(void)port;
	(void)nth;
	return (struct way){ .rtt_us = 300, .resets = host == 3, .said = host != 3 };
}

static struct way
host_3_resets_what_it_has_answered(uint32_t host, uint16_t port, unsigned nth)
{
	(void)port;
	(void)nth;
	return (struct way){ .rtt_us = 300, .resets = host == 3, .said = true };
}

/* As Windows does without SMB1, each time that it is asked. */
static struct way
host_3_resets_at_one_port(uint32_t host, uint16_t port, unsigned nth)
{
	bool resets = host == 3 && port == 5;

	(void)nth;
	return (struct way){ .rtt_us = 300, .resets = resets, .said = !resets };
}

static struct way
hosts_of_the_first_net_slow_down(uint32_t host, uint16_t port, unsigned nth)
{
	bool slow = host < 256 && nth > 2;

	(void)port;
	return (struct way){ .rtt_us = slow ? 900 * MSEC : 300, .said = true };
}

static struct way
first_hosts_refuse(uint32_t host, unsigned n)
{
	return (struct way){ .rtt_us = host < n ? -1 : 300, .said = host >= n };
}

static struct way
one_refuses(uint32_t host, uint16_t port, unsigned nth)
{
	(void)port;
	(void)nth;
	return first_hosts_refuse(host, 1);
}

static struct way
two_refuse(uint32_t host, uint16_t port, unsigned nth)
{
	(void)port;
	(void)nth;
	return first_hosts_refuse(host, 2);
}

static struct way
three_refuse(uint32_t host, uint16_t port, unsigned nth)
{
	(void)port;
	(void)nth;
	return first_hosts_refuse(host, 3);
}

static const struct ask many = {
	.name = "many", .transport = ASK_TCP, .ports = { 1, 2, 3, 4, 5, 6, 7, 8 }
};
static const uint16_t eight_ports[] = { 1, 2, 3, 4, 5, 6, 7, 8 };
static const struct ask *const only_many[] = { &many, &many, &many, &many, NULL };

static struct world *
patients_new(size_t n)
{
	struct world *w = world_new(n);

	w->conf.asks = only_many;
	w->conf.per_host = 1;
	for (size_t i = 0; i < n; i++) {
		w->living[i].ports = eight_ports;
		w->living[i].n_ports = 8;
	}
	return w;
}

static void
who_resets_again_and_again_is_left_alone(void **state)
{
	static const struct {
		const char *label;
		struct way (*answers)(uint32_t host, uint16_t port, unsigned nth);
		bool left_alone;
	} rows[] = {
		{ "it refuses", host_3_refuses, true },
		{ "it accepts, and resets unheard", host_3_accepts_and_resets, true },
		{ "it resets what it has answered", host_3_resets_what_it_has_answered,
			false },
		{ "it resets at one port only", host_3_resets_at_one_port, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct world *w = patients_new(16);
		bool left = rows[i].left_alone;
		print_message("  %s\n", rows[i].label);
		w->answers = rows[i].answers;
		run(w);
		for (uint32_t k = 0; k < 16; k++)
			assert_true(
				left && k == 3 ? w->asked[k] < 20 : w->asked[k] == 32);
		assert_int_equal(interview_dropped(w->iv) >= 12, left);
		assert_int_equal(w->rests[3], left ? DISTRESS_GIVE_UP - 1 : 0);
		assert_int_equal(w->for_good, left);
		assert_int_equal(interview_left(w->iv), 0);
		world_free(w);
	}
}

/* A port that was had again, or asked by another protocol, resets as before: that is its
 * way.  It excuses nothing, either. */
static void
resets_count_once_a_port_and_not_when_had_again(void **state)
{
	static const struct {
		const char *label;
		uint16_t ports[4]; /* that reset, in a row; 0: no more */
		bool again[4], cooled;
	} rows[] = {
		{ "two ports", { 22, 80 }, { false }, true },
		{ "one port", { 445, 445, 445, 445 }, { false }, false },
		{ "one port, and another", { 445, 445, 80 }, { false }, true },
		{ "had again", { 22, 80 }, { false, true }, false },
		{ "had again between", { 22, 80, 443 }, { false, true, false }, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct world *w = patients_new(1);
		unsigned relief = 0;
		struct talk_order order;
		struct err e;
		int64_t wait;
		print_message("  %s\n", rows[i].label);
		assert_int_equal(
			interview_new(&w->iv, &w->conf, w->living, w->n, 0, &e), 0);
		for (size_t k = 0; k < 4 && rows[i].ports[k]; k++) {
			struct talk t = { .ask = &web, .port = rows[i].ports[k] };
			struct talk_end x = { .outcome = TALK_WAS_RESET,
				.again = rows[i].again[k],
				.rtt_us = 300,
				.talk = &t };
			assert_int_equal(relief, 0);
			assert_true(interview_next(w->iv, w->now, &order, &wait));
			relief = interview_ended(w->iv, &x, w->now += TALK_US);
		}
		assert_int_equal(relief, rows[i].cooled ? RELIEF_HOST : 0);
		world_free(w);
	}
}

/* One host that rests three times is one host; of three the last makes the /24 rest, and
 * both is told. */
static void
three_hosts_cool_their_network_and_not_one_or_two(void **state)
{
	static const struct {
		const char *label;
		struct way (*answers)(uint32_t host, uint16_t port, unsigned nth);
		unsigned hosts, at_least, at_most;
	} rows[] = {
		{ "one", one_refuses, 1, 0, 0 }, { "two", two_refuse, 2, 0, 0 },
		{ "three", three_refuse, 3, 1, 3 }, /* for each of their three rests */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct world *w = patients_new(64);
		print_message("  %s\n", rows[i].label);
		w->answers = rows[i].answers;
		run(w);
		for (uint32_t k = 0; k < 64; k++)
			assert_int_equal(w->rests[k],
				k < rows[i].hosts ? DISTRESS_GIVE_UP - 1 : 0);
		assert_int_equal(w->for_good, rows[i].hosts);
		assert_in_range(w->net_rests[0], rows[i].at_least, rows[i].at_most);
		assert_int_equal(w->begun_in_rest, 0);
		world_free(w);
	}
}

/* Of the second /24 nobody suffers, and nobody is kept waiting. */
static void
several_that_slow_down_rest_with_their_network(void **state)
{
	struct world *w = patients_new(HOSTS);
	unsigned second = 0;
	int64_t last = 0;

	(void)state;
	w->answers = hosts_of_the_first_net_slow_down;
	run(w);
	for (uint32_t i = 256; i < HOSTS; i++) {
		second += w->asked[i];
		last = w->last_us[i] > last ? w->last_us[i] : last;
	}
	assert_int_equal(second, 256 * 32);
	assert_true(last < 5 * SECOND);
	assert_true(w->net_rests[0] >= 1);
	assert_int_equal(w->net_rests[1], 0);
	assert_int_equal(w->begun_in_rest, 0); /* of a whole /24, for ten seconds */
	assert_true(w->now > 10 * SECOND);
	world_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_host_is_asked_what_suits_its_ports),
		cmocka_unit_test(what_needs_a_secret_is_asked_only_with_one),
		cmocka_unit_test(some_are_asked_only_where_a_probe_was_answered),
		cmocka_unit_test(hosts_and_networks_are_asked_few_things_at_a_time),
		cmocka_unit_test(a_host_has_its_pause),
		cmocka_unit_test(the_rate_holds),
		cmocka_unit_test(what_a_conversation_takes_beyond_delays_the_next),
		cmocka_unit_test(no_host_can_stop_the_others_by_packets),
		cmocka_unit_test(hosts_are_mixed_and_seeds_differ),
		cmocka_unit_test(a_follow_up_is_had_too),
		cmocka_unit_test(what_broke_off_is_had_again_once),
		cmocka_unit_test(who_resets_again_and_again_is_left_alone),
		cmocka_unit_test(resets_count_once_a_port_and_not_when_had_again),
		cmocka_unit_test(three_hosts_cool_their_network_and_not_one_or_two),
		cmocka_unit_test(several_that_slow_down_rest_with_their_network),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
