/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The engine when something goes wrong: it is stopped at a bad moment, the machine cannot
 * keep up, whole networks answer for nobody.
 */
#include "sanitized.h"
#include "sweep_rig.h"

static const char *echo[] = { "icmp-echo" };

static bool
nobody(const struct addr *a)
{
	return addr_to_ip4(a) == 0xc6120301;
}

static bool
everybody(const struct addr *a)
{
	(void)a;
	return true;
}

static bool
sevenths(const struct addr *a)
{
	uint32_t ip = addr_to_ip4(a);

	return ip == 0xc6120301 || ip % 7 == 0;
}

/* Every second address of every sixteenth /24. */
static bool
islands(const struct addr *a)
{
	uint32_t ip = addr_to_ip4(a);

	return ip == 0xc6120301 || ((ip >> 8) % 16 == 3 && ip % 2);
}

static int
reset_all(const struct addr *a, uint16_t port)
{
	(void)a;
	(void)port;
	return 0;
}

static struct rig *
pinging(bool (*alive)(const struct addr *), int64_t rate)
{
	struct rig *r = rig_new(alive);

	r->conf.identify = false;
	r->conf.recall = 999000;
	r->conf.rounds = 10;
	r->conf.rate = rate;
	r->conf.probes = (struct opt_list){ .items = echo, .n = 1 };
	return r;
}

/* What a run found, as the store would give it to the next. */
static size_t
list_found(const struct rig *r, struct sweep_known *out, size_t room)
{
	size_t n = 0;

	for (const char *line = r->found.text, *end; (end = strchr(line, '\n'));
		line = end + 1) {
		char text[ADDR_TEXT_MAX] = "",
		     *copy = strndup(line, (size_t)(end - line));
		const char *ip = strstr(copy, "\"ip\":\"");
		struct addr a;
		assert_true(ip && sscanf(ip + 6, "%45[^\"]", text) == 1);
		assert_true(addr_parse(text, &a));
		if (strstr(copy, "\"reply\"") && n < room)
			out[n++] = (struct sweep_known){ a, sim_mac(&a) };
		free(copy);
	}
	return n;
}

/* --- stopped -------------------------------------------------------------------------------- */

static struct rig *stopping;
static size_t stop_at;

static void
stop_then(struct sim *s, const struct frame *f)
{
	(void)f;
	if (s->n_sent >= stop_at)
		stopping->stop = 1;
}

static void
a_sweep_that_is_stopped_takes_no_ghost_for_a_host(void **state)
{
	(void)state;
	for (size_t percent = 10; percent <= 100; percent += 10) {
		struct rig *r = pinging(everybody, 10000);
		print_message("  after %zu %%\n", percent);
		stopping = r;
		stop_at = 1 + 256 * percent / 100;
		r->sim.also = stop_then;
		rig_run(r, "198.19.5.0/24");
		assert_int_equal(r->job.hearing.found, 0);
		assert_int_equal(rig_count(r, "reply", "198.19"), 0);
		rig_free(r);
	}
}

static void
nothing_is_claimed_of_a_round_that_was_not_finished(void **state)
{
	struct rig *r = pinging(sevenths, 1000);

	(void)state;
	r->run.deadline_us = r->sim.now + 2 * SECOND;
	rig_run(r, "198.19.0.0/19");
	assert_true(r->job.hearing.found > 100);
	assert_false(r->job.end.recall.known);
	assert_string_equal(r->coverage.text, "icmp-echo 198.19.0.0/19 part; ");
	rig_free(r);
}

static void
a_sampled_sweep_goes_on_where_somebody_was_found(void **state)
{
	static struct sweep_known known[512];
	struct rig *one = pinging(islands, 1000), *two = pinging(islands, 1000);

	(void)state;
	one->conf.sample = two->conf.sample = 30000;
	one->run.deadline_us = one->sim.now + 1300 * MSEC;
	rig_run(one, "198.19.0.0-198.19.63.255");
	two->conf.resume = one->place;
	two->conf.known = known;
	two->conf.n_known = list_found(one, known, 512);
	assert_in_range(two->conf.n_known, 50, 450);
	rig_run(two, "198.19.0.0-198.19.63.255");
	assert_int_equal(one->job.hearing.found + two->job.hearing.found, 512);
	rig_free(one);
	rig_free(two);
}

/* Half of the few that live answer only a second question. */
static bool
few(const struct addr *a)
{
	uint32_t ip = addr_to_ip4(a);

	return ip == 0xc6120301 || ip % 64 == 5;
}

static uint8_t asked_before[1 << 16];

static int64_t
drowsy(const struct sim *s, const struct addr *a)
{
	uint32_t ip = addr_to_ip4(a);

	(void)s;
	if (ip >> 16 != 0xc613 || ip % 128 != 5)
		return 0;
	return asked_before[ip & 0xffff]++ ? 0 : -1;
}

/* At any moment, also while the sample of the silent is asked. */
static void
wherever_it_is_stopped_nobody_is_missed_in_the_end(void **state)
{
	static struct sweep_known known[2048];

	(void)state;
	for (int64_t ms = 16000; ms < 18500; ms += 250) {
		struct rig *one = pinging(few, 1000), *two = pinging(few, 1000);
		memset(asked_before, 0, sizeof(asked_before));
		one->sim.slower = two->sim.slower = drowsy;
		one->run.deadline_us = one->sim.now + ms * MSEC;
		rig_run(one, "198.19.0.0/18");
		two->conf.resume = one->place;
		two->conf.known = known;
		two->conf.n_known = list_found(one, known, 2048);
		rig_run(two, "198.19.0.0/18");
		print_message("  after %jd ms: %ju, then %ju\n", (intmax_t)ms,
			(uintmax_t)one->job.hearing.found,
			(uintmax_t)two->job.hearing.found);
		assert_int_equal(one->job.hearing.found + two->job.hearing.found, 256);
		rig_free(one);
		rig_free(two);
	}
}

/* --- settings are limits ---------------------------------------------------------------- */

static void
nobody_is_asked_more_often_than_rounds_allow(void **state)
{
	static unsigned char asked[1 << 13];

	(void)state;
	for (int64_t rounds = 1; rounds <= 3; rounds++) {
		struct rig *r = pinging(few, 1000);
		memset(asked, 0, sizeof(asked));
		memset(asked_before, 0, sizeof(asked_before));
		r->sim.slower = drowsy;
		r->conf.rounds = rounds;
		rig_run(r, "198.19.0.0/19");
		for (size_t i = 0; i < r->sim.n_sent; i++)
			if (r->sim.sent[i].proto && !few(&r->sim.sent[i].dst))
				asked[addr_to_ip4(&r->sim.sent[i].dst) & 0x1fff]++;
		for (size_t i = 0; i < sizeof(asked); i++)
			assert_in_range(asked[i], 0, rounds + (rounds > 1));
		rig_free(r);
	}
}

static void
what_was_skipped_gets_no_packet_of_any_kind(void **state)
{
	struct rig *r = rig_new(nobody);
	size_t unlikely = 0;

	(void)state;
	r->conf.identify = false;
	r->conf.recall = 999000;
	r->conf.rounds = 10;
	r->conf.sample = 30000;
	rig_run(r, "198.19.0.0/18");
	for (size_t i = 0; i < r->sim.n_sent; i++)
		unlikely += r->sim.sent[i].port == UNLIKELY_PORT;
	/* Eight of 256 are in the sample, and .1 and .254: two canaries are rarely among them. */
	assert_in_range(unlikely, 0, 20);
	assert_non_null(strstr(r->reasons.text, "not-sampled 198.19.0.0/18"));
	rig_free(r);
}

/* --- ghosts without end -------------------------------------------------------------------- */

static int
count_only(struct sink *sink, const struct observation *o, struct err *e)
{
	(void)sink;
	(void)o;
	(void)e;
	return 0;
}

static void
a_whole_network_of_ghosts_has_nobody_up(void **state)
{
	static const struct {
		const char *label;
		bool ping, resets, default_probes;
		int bits; /* of the network under sanitizers: /17 still fills doubt.h */
	} rows[] = {
		{ "echo", true, false, false, 16 },
		{ "echo and resets, all probes", true, true, true, 18 },
		{ "resets, all probes", false, true, true, 17 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rig *r = pinging(everybody, 100000);
		int bits = SANITIZED ? rows[i].bits : 16;
		char range[32];
		print_message("  %s\n", rows[i].label);
		(void)snprintf(range, sizeof(range), "198.19.0.0/%d", bits);
		if (rows[i].default_probes)
			r->conf.probes = (struct opt_list){ 0 };
		r->sim.ping = rows[i].ping;
		r->sim.tcp = rows[i].resets ? reset_all : NULL;
		r->sink.take = count_only;
		rig_run(r, range);
		assert_int_equal(r->job.hearing.found, 0);
		assert_true(r->job.hearing.weak >= UINT64_C(1) << (32 - bits));
		rig_free(r);
	}
}

static void
ghosts_are_not_asked_for_their_ports(void **state)
{
	const char *ports[] = { "1000-1999" };
	struct rig *r = rig_new(everybody);

	(void)state;
	r->conf.recall = 999000;
	r->conf.rounds = 3;
	r->conf.host_rate = 1000;
	r->conf.ports = (struct opt_list){ .items = ports, .n = 1 };
	rig_run(r, "198.19.7.0/24");
	assert_int_equal(r->job.hearing.found, 0);
	assert_true(r->sim.n_sent < 256 * 60);
	rig_free(r);
}

/* --- a machine that cannot keep up -------------------------------------------------------- */

static uint64_t drops;

/* A burst of 50 ms, one second after the start. */
static uint64_t
dropping(struct port *p)
{
	const struct sim *s = (const struct sim *)p;
	int64_t at = s->now - 1001 * (int64_t)SECOND;

	drops += at > 0 && at < 50 * MSEC;
	return drops;
}

static void
a_full_ring_slows_a_sweep_and_does_not_stop_it(void **state)
{
	static const struct {
		const char *label;
		bool (*alive)(const struct addr *);
		int64_t recall;
	} rows[] = {
		{ "nobody lives", nobody, 999000 },
		{ "as many rounds as set", sevenths, 0 },
		{ "a seventh lives", sevenths, 999000 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rig *r = pinging(rows[i].alive, 10000);
		struct port_driver driver = *r->sim.port.driver;
		int64_t start = r->sim.now;
		drops = 0;
		driver.dropped = dropping;
		r->sim.port.driver = &driver;
		r->conf.recall = rows[i].recall;
		r->conf.rounds = 1;
		rig_run(r, "198.19.0.0/17"); /* 3.3 s at 10,000/s */
		print_message("  %s: %jd ms\n", rows[i].label,
			(intmax_t)(r->sim.now - start) / MSEC);
		assert_true(r->sim.now - start < 10 * (int64_t)SECOND);
		assert_non_null(strstr(r->coverage.text, "part"));
		rig_free(r);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sweep_that_is_stopped_takes_no_ghost_for_a_host),
		cmocka_unit_test(nothing_is_claimed_of_a_round_that_was_not_finished),
		cmocka_unit_test(a_sampled_sweep_goes_on_where_somebody_was_found),
		cmocka_unit_test(wherever_it_is_stopped_nobody_is_missed_in_the_end),
		cmocka_unit_test(nobody_is_asked_more_often_than_rounds_allow),
		cmocka_unit_test(what_was_skipped_gets_no_packet_of_any_kind),
		cmocka_unit_test(a_whole_network_of_ghosts_has_nobody_up),
		cmocka_unit_test(ghosts_are_not_asked_for_their_ports),
		cmocka_unit_test(a_full_ring_slows_a_sweep_and_does_not_stop_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
