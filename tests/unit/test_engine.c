/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The engine in a simulated network: who is asked what and when, who is found, and what
 * never happens.
 */
#include "sanitized.h"
#include "sweep_rig.h"

static bool
nobody(const struct addr *a)
{
	(void)a;
	return false;
}

/* The next hop, and every seventh address. */
static bool
sevenths(const struct addr *a)
{
	uint32_t ip = addr_to_ip4(a);

	return ip == 0xc6120301 || ip % 7 == 0;
}

static bool
everybody(const struct addr *a)
{
	(void)a;
	return true;
}

static int
web_only(const struct addr *a, uint16_t port)
{
	(void)a;
	return port == 80 || port == 8080 ? 1 : port == 22 ? 0 : -1;
}

static size_t
count_sevenths(uint32_t first, uint32_t last)
{
	size_t n = 0;

	for (uint32_t ip = first; ip <= last; ip++)
		n += ip % 7 == 0;
	return n;
}

/* --- what is found ------------------------------------------------------------------------ */

static void
exactly_the_living_are_found(void **state)
{
	static const struct {
		const char *targets;
		uint32_t first, last; /* without our own and skipped ones */
	} rows[] = {
		{ "198.18.3.3-198.18.3.254", 0xc6120303, 0xc61203fe },
		{ "198.18.64.2-198.18.127.254", 0xc6124002, 0xc6127ffe },
		{ "198.19.0.0/20", 0xc6130000, 0xc6130fff },
		{ "198.19.7.7", 0xc6130707, 0xc6130707 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rig *r = rig_new(sevenths);
		r->conf.identify = false;
		print_message("  %s\n", rows[i].targets);
		rig_run(r, rows[i].targets);
		assert_int_equal(r->job.hearing.found,
			count_sevenths(rows[i].first, rows[i].last));
		for (uint32_t ip = rows[i].first;
			ip <= rows[i].first + 100 && ip <= rows[i].last; ip++) {
			struct addr a = addr_ip4(ip);
			char text[ADDR_TEXT_MAX], quoted[64];
			(void)snprintf(
				quoted, sizeof(quoted), "\"%s\"", addr_print(&a, text));
			assert_int_equal(rig_count(r, quoted, "reply"), ip % 7 == 0);
		}
		rig_free(r);
	}
}

static void
on_link_the_mac_is_told(void **state)
{
	struct rig *r = rig_new(everybody);

	(void)state;
	r->conf.identify = false;
	rig_run(r, "198.18.3.9");
	assert_int_equal(
		rig_count(r, "\"198.18.3.9\"",
			"\"facts\":{\"mac\":\"00:1b:c6:12:03:09\",\"mac.onlink\":true}"),
		1);
	assert_int_equal(r->n_found, 1);
	rig_free(r);
}

static void
a_gateway_of_this_host_is_told(void **state)
{
	struct rig *r = rig_new(everybody);

	(void)state;
	r->conf.identify = false;
	rig_run(r, "198.18.3.1 198.18.3.9 198.19.4.5");
	assert_int_equal(rig_count(r, "\"198.18.3.1\"",
				 "\"mac.onlink\":true,\"route.gateway\":true}"),
		1);
	assert_int_equal(rig_count(r, "\"198.18.3.9\"", "route.gateway"), 0);
	assert_int_equal(rig_count(r, "\"198.19.4.5\"", "route.gateway"), 0);
	rig_free(r);
}

static void
the_living_are_asked_who_they_are(void **state)
{
	struct rig *r = rig_new(everybody);

	(void)state;
	r->sim.tcp = web_only;
	r->sim.named = true;
	rig_run(r, "198.18.3.9 198.19.4.5");
	for (size_t i = 0; i < 2; i++) {
		const char *ip = i ? "\"198.19.4.5\"" : "\"198.18.3.9\"";
		print_message("  %s\n", ip);
		assert_int_equal(
			rig_count(r, ip, "\"icmp.echo\":true,\"ip.ttl\":57"), 1);
		assert_int_equal(rig_count(r, ip, "\"ip.ttl\":57,\"tcp.open\":[80]"), 1);
		assert_int_equal(rig_count(r, ip, "\"tcp.closed\":[22]"), 1);
		assert_int_equal(rig_count(r, ip, "\"netbios.domain\":\"CORP\""), 1);
		assert_int_equal(rig_count(r, ip, "8080"), 0); /* was not asked */
	}
	assert_int_equal(
		rig_count(r, "\"198.19.4.5\"",
			"\"netbios.names\":[\"CORP<00>G\",\"H-0405<00>\"],\"udp.open\":[137]"),
		1);
	assert_int_equal(
		rig_count(r, "\"198.19.4.5\"",
			"\"netbios.mac\":\"00:1b:c6:13:04:05\",\"netbios.name\":\"H-0405\""),
		1);
	/* On the link by the MAC that ARP told, without asking again; else by the next hop. */
	for (size_t i = 0; i < r->sim.n_sent; i++) {
		const struct sim_sent *s = &r->sim.sent[i];
		struct addr hop = addr_ip4(0xc6120301), near = addr_ip4(0xc6120309);
		struct mac want = sim_mac(s->dst.bytes[1] == 19 ? &hop : &near);
		if (s->proto)
			assert_true(mac_equal(&s->dst_mac, &want));
	}
	rig_free(r);
}

static void
loss_is_made_good_by_rounds(void **state)
{
	struct rig *r = rig_new(sevenths);

	(void)state;
	r->conf.identify = false;
	r->conf.rounds = 20;
	r->sim.loss_percent = 30;
	rig_run(r, "198.18.64.2-198.18.79.255");
	assert_int_equal(r->job.hearing.found, count_sevenths(0xc6124002, 0xc6124fff));
	rig_free(r);
}

static void
an_answer_that_comes_often_is_told_once(void **state)
{
	struct rig *r = rig_new(sevenths);
	size_t n = count_sevenths(0xc6130000, 0xc61300ff);

	(void)state;
	r->conf.identify = false;
	r->sim.copies = 3;
	rig_run(r, "198.19.0.0/24");
	assert_int_equal(r->n_found, n);
	assert_int_equal(r->job.hearing.answered, 3 * n);
	rig_free(r);
}

/* --- what answers for all ------------------------------------------------------------------ */

/* 198.19.7.0/24 and 198.18.70.0/24: everything answers; 198.19.8.0/24: four of five live;
 * elsewhere the sevenths do. */
static bool
ghosts(const struct addr *a)
{
	uint32_t ip = addr_to_ip4(a);

	if (ip >> 8 == 0xc61307 || ip == 0xc6120301)
		return true;
	if (ip >> 8 == 0xc61308)
		return ip % 5 != 0;
	return ip % 7 == 0;
}

static bool
behind_a_proxy(const struct addr *a)
{
	return addr_to_ip4(a) >> 8 == 0xc61246;
}

static int
reset_or_web(const struct addr *a, uint16_t port)
{
	uint32_t ip = addr_to_ip4(a);

	/* Among the ghosts one has a web server. */
	if (ip == 0xc6130711)
		return port == 80;
	return ip >> 8 == 0xc61307 ? 0 : port == 443 ? 1 : -1;
}

static int
open_everywhere(const struct addr *a, uint16_t port)
{
	(void)port;
	return addr_to_ip4(a) >> 8 == 0xc61307 ? 1 : -1;
}

static size_t
count_dense(void)
{
	size_t n = 0;

	for (uint32_t ip = 0xc6130800; ip <= 0xc61308ff; ip++)
		n += ip % 5 != 0;
	return n;
}

static void
ghosts_are_weak_and_their_neighbours_are_not(void **state)
{
	static const struct {
		const char *label, *probe, *targets;
		bool ping;
		int (*tcp)(const struct addr *, uint16_t);
		unsigned loss;
		size_t reply; /* addresses, besides the dense /24 and the sevenths */
		uint32_t sevenths_from, sevenths_to;
	} rows[] = {
		{ "echo", "icmp-echo", "198.19.7.0-198.19.9.255", true, NULL, 0, 0,
			0xc6130900, 0xc61309ff },
		{ "echo, with loss", "icmp-echo", "198.19.7.0-198.19.9.255", true, NULL,
			5, 0, 0xc6130900, 0xc61309ff },
		{ "resets, but for a web server", "tcp-syn", "198.19.7.0-198.19.9.255",
			false, reset_or_web, 0, 1, 0xc6130900, 0xc61309ff },
		{ "open everywhere", "tcp-syn", "198.19.7.0/24", false, open_everywhere,
			0, 0, 1, 0 },
		{ "one kind, beside another that is silent", "icmp-timestamp",
			"198.19.7.0/24", true, NULL, 0, 0, 1, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rig *r = rig_new(ghosts);
		size_t dense = strchr(rows[i].targets, '-') ? count_dense() : 0;
		print_message("  %s\n", rows[i].label);
		const char *chosen[] = { rows[i].probe, "icmp-echo" };
		bool two = strcmp(rows[i].probe, "icmp-timestamp") == 0;
		r->conf.probes = (struct opt_list){ .items = chosen, .n = two ? 2 : 1 };
		r->conf.identify = false;
		r->conf.rounds = rows[i].loss ? 8 : 1;
		r->sim.ping = rows[i].ping;
		r->sim.tcp = rows[i].tcp;
		r->sim.loss_percent = rows[i].loss;
		rig_run(r, rows[i].targets);
		hearing_report(&r->job.hearing, &r->monitor);
		assert_int_equal(r->job.hearing.found,
			rows[i].reply + dense +
				count_sevenths(
					rows[i].sevenths_from, rows[i].sevenths_to));
		assert_int_equal(rig_count(r, "198.19.7.", "reply"), rows[i].reply);
		assert_in_range(rig_count(r, "198.19.7.", "weak"), 240, 1800);
		assert_int_equal(rig_count(r, "198.19.8.", "weak"), 0);
		assert_int_equal(rig_count(r, "198.19.9.", "weak"), 0);
		assert_non_null(
			strstr(r->reasons.text, "answers-for-all 198.19.7.0/24"));
		assert_null(strstr(r->reasons.text, "198.19.8.0/24"));
		rig_free(r);
	}
}

/* Who is asked on shows what only it answers. */
static void
a_host_among_ghosts_is_known_by_what_only_it_answers(void **state)
{
	struct rig *r = rig_new(ghosts);

	(void)state;
	r->sim.tcp = reset_or_web;
	rig_run(r, "198.19.7.0/24");
	assert_int_equal(r->job.hearing.found, 1);
	assert_int_equal(rig_count(r, "\"198.19.7.17\"", "\"tcp.open\":[80]"), 1);
	rig_free(r);
}

static void
proxied_addresses_are_weak(void **state)
{
	struct rig *r = rig_new(sevenths);

	(void)state;
	r->sim.proxied = behind_a_proxy;
	r->sim.ping = false;
	rig_run(r, "198.18.69.0-198.18.70.255");
	hearing_report(&r->job.hearing, &r->monitor);
	assert_int_equal(r->job.hearing.found, count_sevenths(0xc6124500, 0xc61245ff));
	assert_int_equal(rig_count(r, "198.18.70.", "reply"), 0);
	assert_int_equal(rig_count(r, "198.18.70.", "weak"), 256);
	assert_non_null(strstr(r->reasons.text, "answers-for-all 198.18.70.0/24"));
	rig_free(r);
}

/* Nothing unused is among the targets, but a port that hardly anybody opens. */
static void
an_unlikely_port_shows_who_answers_every_syn(void **state)
{
	const char *syn[] = { "tcp-syn" };
	struct rig *r = rig_new(ghosts);

	(void)state;
	r->conf.identify = false;
	r->conf.rounds = 1;
	r->conf.probes = (struct opt_list){ .items = syn, .n = 1 };
	r->sim.ping = false;
	r->sim.tcp = open_everywhere;
	rig_run(r, "198.19.7.1-198.19.7.254");
	assert_int_equal(r->job.hearing.found, 0);
	assert_true(rig_count(r, "198.19.7.", "weak") >= 250);
	assert_int_equal(rig_count(r, "58309", "tcp"), 0); /* not told as a service */
	rig_free(r);
}

/* A list of servers, all alive: nothing unused is among the targets. */
static void
a_full_range_without_unused_addresses_is_believed(void **state)
{
	struct rig *r = rig_new(everybody);

	(void)state;
	r->conf.identify = false;
	rig_run(r, "198.19.4.10-198.19.4.60");
	assert_int_equal(r->job.hearing.found, 51);
	rig_free(r);
}

/* --- recall ------------------------------------------------------------------------------ */

static void
rounds_and_recall_follow_from_the_loss(void **state)
{
	static const struct {
		const char *label;
		unsigned loss;
		int64_t rtt_us;
		double rounds_min, rounds_max; /* mean */
	} rows[] = {
		{ "clean", 0, 500, 1, 1 },
		{ "clean and far", 0, 50 * MSEC, 1, 1 },
		{ "2 % each way", 2, 500, 2.2, 2.9 },
		{ "5 % each way", 5, 500, 3, 3.8 },
		{ "5 % each way, far", 5, 50 * MSEC, 3, 3.8 },
		{ "20 % each way", 20, 5 * MSEC, 6, 8.5 },
	};
	const size_t living = count_sevenths(0xc6130000, 0xc6133fff);
	const char *echo[] = { "icmp-echo" };
	enum { SEEDS = SANITIZED ? 3 : 10 };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		double found = 0, rounds = 0;
		unsigned held = 0;
		for (uint64_t seed = 1; seed <= SEEDS; seed++) {
			struct rig *r = rig_new(sevenths);
			r->conf.identify = false;
			r->conf.recall = 999000;
			r->conf.rounds = 50;
			r->conf.host_rate = 100000;
			r->conf.probes = (struct opt_list){ .items = echo, .n = 1 };
			r->sim.loss_percent = rows[i].loss;
			r->sim.rtt_us = rows[i].rtt_us;
			r->sim.random = seed * 1000003;
			rig_run(r, "198.19.0.0/18");
			const struct recall *q = &r->job.end.recall;
			double truth = (double)r->job.hearing.found / (double)living;
			assert_true(q->known);
			rounds += q->rounds / SEEDS;
			found += truth / SEEDS;
			held += q->low <= truth && truth <= q->high;
			rig_free(r);
		}
		print_message("  %s: %.2f rounds, %.3f %% found, %u of %u intervals\n",
			rows[i].label, rounds, found * 100, held, SEEDS);
		assert_true(rounds >= rows[i].rounds_min - 1e-9 &&
			rounds <= rows[i].rounds_max + 1e-9);
		/* Aimed at 99.93 %; 3 standard errors of ten runs, or of three. */
		assert_true(found >= (SANITIZED ? 0.9984 : 0.9988));
		assert_true(held >= SEEDS - 1);
	}
}

/* Nobody is down who was not asked often enough. */
static void
too_few_rounds_for_the_loss_are_told_and_cover_nothing(void **state)
{
	const char *echo[] = { "icmp-echo" };
	struct rig *r = rig_new(sevenths);

	(void)state;
	r->conf.identify = false;
	r->conf.recall = 999000;
	r->conf.rounds = 2;
	r->conf.host_rate = 100000;
	r->conf.probes = (struct opt_list){ .items = echo, .n = 1 };
	r->sim.loss_percent = 10;
	rig_run(r, "198.19.0.0/19");
	assert_non_null(strstr(r->reasons.text, "recall-not-reached"));
	assert_string_equal(r->coverage.text, "icmp-echo 198.19.0.0/19 part; ");
	assert_true(r->job.end.recall.high < 0.99);
	rig_free(r);
}

static void
where_everybody_answered_nothing_is_missing(void **state)
{
	static const struct {
		const char *targets, *coverage;
	} rows[] = {
		{ "198.19.0.9", "icmp-echo 198.19.0.9 whole; " },
		{ "198.18.3.6", "arp 198.18.3.6 whole; " },
		{ "198.19.0.9,198.19.0.16", "icmp-echo 198.19.0.9,198.19.0.16 whole; " },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *echo[] = { "icmp-echo" };
		struct rig *r = rig_new(sevenths);
		print_message("  %s\n", rows[i].targets);
		r->conf.recall = 999000;
		r->conf.rounds = 10;
		r->conf.probes = (struct opt_list){ .items = echo, .n = 1 };
		rig_run(r, rows[i].targets);
		assert_string_equal(r->reasons.text, "");
		assert_string_equal(r->coverage.text, rows[i].coverage);
		rig_free(r);
	}
}

static void
where_nobody_answers_recall_is_not_told(void **state)
{
	struct rig *r = rig_new(nobody);

	(void)state;
	r->conf.recall = 999000;
	rig_run(r, "198.18.70.0/24");
	assert_false(r->job.end.recall.known);
	assert_int_equal(r->sim.n_sent, 2 * 256);
	rig_free(r);
}

/* A third of those that live answer only when asked again: their router drops the first. */
static int64_t
drowsy(const struct sim *s, const struct addr *a)
{
	static unsigned char asked[1 << 16];
	size_t at = a->bytes[2] << 8 | a->bytes[3];

	if (s->n_sent == 1)
		memset(asked, 0, sizeof(asked));
	if (addr_to_ip4(a) == 0xc6120301 || addr_to_ip4(a) % 3)
		return 0;
	return asked[at]++ ? 0 : -1;
}

static void
a_sample_of_the_silent_shows_who_wants_to_be_asked_twice(void **state)
{
	const char *echo[] = { "icmp-echo" };
	struct rig *r = rig_new(sevenths);

	(void)state;
	r->conf.identify = false;
	r->conf.recall = 999000;
	r->conf.rounds = 10;
	r->conf.host_rate = 100000;
	r->conf.rate = 100000;
	r->conf.probes = (struct opt_list){ .items = echo, .n = 1 };
	r->sim.slower = drowsy;
	rig_run(r, "198.19.0.0/18");
	assert_int_equal(r->job.hearing.found, count_sevenths(0xc6130000, 0xc6133fff));
	assert_in_range(r->job.end.recall.reasked, 250, 330);
	assert_in_range(r->job.end.recall.refound, 5, 30);
	rig_free(r);
}

/* A path that lets 5,000 answers/s through, 50 at once, and drops the others. */
static int64_t
crowded(const struct sim *s, const struct addr *a)
{
	static double room;
	static int64_t at;

	(void)a;
	if (s->n_sent == 1)
		room = 50, at = s->now;
	room += (double)(s->now - at) * 5000 / SECOND;
	room = room > 50 ? 50 : room;
	at = s->now;
	if (room < 1)
		return -1;
	room--;
	return 0;
}

static void
a_narrow_path_is_told_and_not_flooded(void **state)
{
	const char *echo[] = { "icmp-echo" };
	struct rig *r = rig_new(sevenths);

	(void)state;
	r->conf.identify = false;
	r->conf.recall = 999000;
	r->conf.rounds = 30;
	r->conf.rate = 100000;
	r->conf.host_rate = 100000;
	r->conf.probes = (struct opt_list){ .items = echo, .n = 1 };
	r->sim.slower = crowded;
	rig_run(r, "198.19.0.0/17");
	assert_non_null(strstr(r->reasons.text, "rate-limited 198.18.3.1"));
	assert_true(r->job.hearing.found >=
		count_sevenths(0xc6130000, 0xc6137fff) * 998 / 1000);
	/* It took the time that the path needs, give or take what it cost to find out. */
	int64_t took = r->sim.sent[r->sim.n_sent - 1].at - r->sim.sent[0].at;
	assert_true(took > (int64_t)r->sim.n_sent * SECOND / 12000);
	rig_free(r);
}

/* A slow line beside a fast one: each at its own pace and with its own rounds. */
static void
lanes_do_not_wait_for_each_other(void **state)
{
	struct rig *r = rig_new(sevenths);
	int64_t last_near = 0, last_far = 0;

	(void)state;
	r->conf.identify = false;
	r->conf.rate = 10000;
	r->conf.arp_rate = 200;
	rig_run(r, "198.19.0.0/22, 198.18.64.0/22");
	for (size_t i = 0; i < r->sim.n_sent; i++) {
		const struct sim_sent *s = &r->sim.sent[i];
		if (s->proto)
			last_far = s->at;
		else
			last_near = s->at;
	}
	assert_true(last_far - r->sim.sent[0].at < 5 * SECOND);
	assert_true(last_near - last_far > 4 * SECOND);
	rig_free(r);
}

/* --- hosts that suffer --------------------------------------------------------------------- */

/* 198.19.0.9 takes 600 ms once it was asked 180 times, until it had three seconds of peace;
 * 198.19.0.16 falls silent for good after 150. */
static int64_t
suffering(const struct sim *s, const struct addr *a)
{
	unsigned all = 0, lately = 0;
	int64_t last = 0;

	for (size_t i = 0; i + 1 < s->n_sent; i++) {
		if (!addr_equal(&s->sent[i].dst, a))
			continue;
		lately = s->sent[i].at - last > 3 * (int64_t)SECOND ? 1 : lately + 1;
		last = s->sent[i].at;
		all++;
	}
	lately = s->now - last > 3 * (int64_t)SECOND ? 0 : lately;
	switch (addr_to_ip4(a)) {
	case 0xc6130009: return lately > 180 ? 600 * MSEC : 0;
	case 0xc6130010: return all > 150 ? -1 : 0;
	default: return 0;
	}
}

static int
some_ports(const struct addr *a, uint16_t port)
{
	(void)a;
	return port % 10 == 0 ? 1 : 0;
}

static void
whoever_suffers_is_left_in_peace_and_that_is_told(void **state)
{
	const char *ports[] = { "1000-1399" };
	struct rig *r = rig_new(sevenths);
	int64_t gap[2] = { 0 }, last[256] = { 0 };
	size_t asked[256] = { 0 };

	(void)state;
	r->conf.recall = 999000;
	r->conf.rounds = 3;
	r->conf.ports = (struct opt_list){ .items = ports, .n = 1 };
	r->conf.host_rate = 100;
	r->sim.tcp = some_ports;
	r->sim.slower = suffering;
	rig_run(r, "198.19.0.0/27"); /* .2, .9, .16, .23 and .30 live */
	for (size_t i = 0; i < r->sim.n_sent; i++) {
		const struct sim_sent *s = &r->sim.sent[i];
		uint8_t who = s->dst.bytes[3];
		int64_t *most = &gap[who == 9];
		if (s->proto == 0 || s->dst.bytes[1] != 19)
			continue;
		bool watched = who == 9 || (who == 2 && asked[who] < 400);
		if (last[who] && s->at - last[who] > *most && watched)
			*most = s->at - last[who];
		last[who] = s->at;
		asked[who]++;
	}
	assert_non_null(strstr(r->reasons.text, "distress 198.19.0.9 "));
	assert_non_null(strstr(r->reasons.text, "distress 198.19.0.16 "));
	assert_null(strstr(r->reasons.text, "distress 198.19.0.2 "));
	assert_true(gap[1] >= 4900 * MSEC);
	assert_true(gap[0] < SECOND); /* the others go on meanwhile */
	assert_true(asked[2] > 400);
	/* The silent one is not asked all of it. */
	assert_true(asked[16] < 300);
	/* The slow one has been asked everything in the end. */
	assert_true(rig_count_ports(r, "\"198.19.0.9\"") >= 400);
	rig_free(r);
}

/* The first of .9, .16 and .23 fall silent for good once they were asked 150 times. */
static int64_t
silent_ones(const struct sim *s, const struct addr *a, uint8_t last)
{
	unsigned all = 0;

	if (a->bytes[1] != 19 || a->bytes[3] < 9 || a->bytes[3] > last)
		return 0;
	for (size_t i = 0; i + 1 < s->n_sent; i++)
		all += addr_equal(&s->sent[i].dst, a);
	return all > 150 ? -1 : 0;
}

static int64_t
one_is_silenced(const struct sim *s, const struct addr *a)
{
	return silent_ones(s, a, 9);
}

static int64_t
two_are_silenced(const struct sim *s, const struct addr *a)
{
	return silent_ones(s, a, 16);
}

static int64_t
three_are_silenced(const struct sim *s, const struct addr *a)
{
	return silent_ones(s, a, 23);
}

/* Between two questions to a host that is well, while there are more to ask. */
static int64_t
longest_peace(const struct sim *s, uint8_t last)
{
	int64_t most = 0, before = 0;
	unsigned asked = 0;

	for (size_t i = 0; i < s->n_sent && asked < 400; i++) {
		const struct sim_sent *one = &s->sent[i];
		if (one->proto == 0 || one->dst.bytes[1] != 19 ||
			one->dst.bytes[3] != last)
			continue;
		if (asked++ && one->at - before > most)
			most = one->at - before;
		before = one->at;
	}
	return most;
}

/* Each of them is cooled three times, and told that often.  Whoever is well beside them is
 * asked everything all the same, later. */
static void
three_hosts_cool_their_network_and_not_one_or_two(void **state)
{
	static const struct {
		const char *label;
		int64_t (*slower)(const struct sim *, const struct addr *);
		bool net;
	} rows[] = {
		{ "one", one_is_silenced, false },
		{ "two", two_are_silenced, false },
		{ "three", three_are_silenced, true },
	};
	const char *ports[] = { "1000-1399" };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rig *r = rig_new(sevenths);
		print_message("  %s\n", rows[i].label);
		r->conf.recall = 999000;
		r->conf.rounds = 3;
		r->conf.ports = (struct opt_list){ .items = ports, .n = 1 };
		r->conf.host_rate = 100;
		r->sim.tcp = some_ports;
		r->sim.slower = rows[i].slower;
		rig_run(r, "198.19.0.0/27");
		assert_int_equal(r->job.distressed, (i + 1) * DISTRESS_GIVE_UP);
		assert_int_equal(
			strstr(r->reasons.text, "distress-network 198.19.0.") != NULL,
			rows[i].net);
		assert_true(rig_count_ports(r, "\"198.19.0.2\"") >= 400);
		assert_int_equal(longest_peace(&r->sim, 2) >= 9900 * MSEC, rows[i].net);
		rig_free(r);
	}
}

/* A pulse may be another question than the one before: only a port that was open, and
 * resets now, is a sign of suffering. */
static void
a_closed_port_is_no_sign_of_suffering(void **state)
{
	const char *ports[] = { "1001-1099" };
	struct rig *r = rig_new(sevenths);

	(void)state;
	r->conf.recall = 999000;
	r->conf.rounds = 3;
	r->conf.ports = (struct opt_list){ .items = ports, .n = 1 };
	r->conf.host_rate = 100;
	r->sim.named = r->sim.times = r->sim.mdns = true;
	r->sim.tcp = some_ports;
	rig_run(r, "198.19.0.0/27");
	assert_true(rig_count_ports(r, "\"198.19.0.9\"") >= 99);
	/* The closed ones of a round are told together. */
	assert_in_range(rig_count(r, "\"198.19.0.9\"", "\"tcp.closed\""), 1, 12);
	assert_null(strstr(r->reasons.text, "distress"));
	rig_free(r);
}

/* The last question of a round may have to wait for a pulse: the round does not begin
 * again meanwhile. */
static void
the_living_are_asked_no_more_often_than_rounds_allow(void **state)
{
	static const int64_t rounds[] = { 1, 2, 10 };
	const char *ports[] = { "1000-1019" };

	(void)state;
	for (size_t i = 0; i < sizeof(rounds) / sizeof(rounds[0]); i++) {
		struct rig *r = rig_new(everybody);
		int64_t asked = 0;
		r->conf.recall = 999000;
		r->conf.rounds = rounds[i];
		r->conf.ports = (struct opt_list){ .items = ports, .n = 1 };
		r->conf.host_rate = 1;
		r->sim.rtt_us = 90 * MSEC;
		r->run.deadline_us = r->sim.now + 3600 * (int64_t)SECOND;
		print_message("  %jd\n", (intmax_t)rounds[i]);
		rig_run(r, "198.18.3.9");
		for (size_t k = 0; k < r->sim.n_sent; k++)
			asked += r->sim.sent[k].port == NBNS_PORT;
		assert_in_range(asked, 1, rounds[i]);
		assert_null(r->job.end.error);
		rig_free(r);
	}
}

/* --- sampling ------------------------------------------------------------------------------ */

/* Every second address of every sixteenth /24. */
static bool
islands(const struct addr *a)
{
	uint32_t ip = addr_to_ip4(a);

	return ip == 0xc6120301 || ((ip >> 8) % 16 == 3 && ip % 2);
}

static void
sampling_leaves_empty_networks_alone_and_says_so(void **state)
{
	const char *echo[] = { "icmp-echo" };
	struct rig *r = rig_new(islands);
	static unsigned asked[256];

	(void)state;
	memset(asked, 0, sizeof(asked));
	r->conf.identify = false;
	r->conf.recall = 999000;
	r->conf.rounds = 20;
	r->conf.sample = 30000; /* 3 % */
	r->conf.probes = (struct opt_list){ .items = echo, .n = 1 };
	rig_run(r, "198.19.0.0-198.19.63.255, 198.19.70.0/26");
	for (size_t i = 0; i < r->sim.n_sent; i++)
		if (r->sim.sent[i].proto)
			asked[r->sim.sent[i].dst.bytes[2]]++;
	assert_int_equal(r->job.hearing.found, 4 * 128);
	for (uint32_t i = 0; i < 64; i++)
		if (i % 16 == 3)
			assert_true(asked[i] >= 256);
		else
			assert_in_range(
				asked[i], 8, 2 * 10); /* 3 % and two likely ones */
	assert_true(asked[70] >= 64);                 /* too small to be sampled */
	assert_string_equal(r->reasons.text,
		"not-sampled 198.19.0.0-198.19.2.255,198.19.4.0-198.19.18.255,"
		"198.19.20.0-198.19.34.255,198.19.36.0-198.19.50.255,"
		"198.19.52.0-198.19.63.255 15360; ");
	assert_string_equal(r->coverage.text,
		"icmp-echo 198.19.3.0/24,198.19.19.0/24,198.19.35.0/24,198.19.51.0/24,"
		"198.19.70.0/26 whole; ");
	rig_free(r);
}

/* --- going on ---------------------------------------------------------------------------- */

/* Addresses that a run found, as the store would give them. */
static size_t
list_found(const struct rig *r, struct sweep_known *out, size_t room)
{
	size_t n = 0;

	for (const char *line = r->found.text, *end; (end = strchr(line, '\n'));
		line = end + 1) {
		char text[ADDR_TEXT_MAX] = "";
		struct addr a;
		const char *ip = strstr(line, "\"ip\":\"");
		assert_true(ip && ip < end);
		(void)sscanf(ip + 6, "%45[^\"]", text);
		assert_true(addr_parse(text, &a));
		assert_true(n < room);
		if (n == 0 || !addr_equal(&out[n - 1].ip, &a))
			out[n++] = (struct sweep_known){ a, sim_mac(&a) };
	}
	return n;
}

static void
an_interrupted_sweep_goes_on_where_it_stopped(void **state)
{
	static const struct {
		const char *label, *targets;
		int64_t after; /* of the first run, microseconds */
		bool killed; /* the last place that was told is up to two seconds old */
		unsigned loss;
	} rows[] = {
		{ "at once", "198.19.0.0/19", 1, false, 0 },
		{ "after a moment", "198.19.0.0/19", 1500 * MSEC, false, 0 },
		{ "in the midst", "198.19.0.0/19", 4 * SECOND, false, 0 },
		{ "killed", "198.19.0.0/19", 4700 * MSEC, true, 0 },
		{ "with loss, in a later round", "198.19.0.0/19", 11 * SECOND, false,
			5 },
		{ "two ways", "198.19.0.0/20, 198.18.64.0/20", 3 * SECOND, false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		static struct sweep_known known[8192];
		const char *echo[] = { "icmp-echo" };
		struct rig *whole = rig_new(sevenths), *one = rig_new(sevenths),
			   *two = rig_new(sevenths);
		struct rig *const all[] = { whole, one, two };
		print_message("  %s\n", rows[i].label);
		for (size_t k = 0; k < 3; k++) {
			all[k]->conf.identify = false;
			all[k]->conf.recall = 999000;
			all[k]->conf.rounds = 20;
			all[k]->conf.rate = 1000;
			all[k]->conf.probes = (struct opt_list){ .items = echo, .n = 1 };
			all[k]->sim.loss_percent = rows[i].loss;
		}
		rig_run(whole, rows[i].targets);
		one->run.deadline_us = one->sim.now + rows[i].after;
		rig_run(one, rows[i].targets);
		assert_non_null(one->place);
		assert_true(strlen(one->place) < PLACE_TEXT_MAX);

		two->conf.seeded = false;
		two->conf.resume = one->place;
		two->conf.known = known;
		two->conf.n_known = list_found(one, known, 8192);
		rig_run(two, rows[i].targets);
		assert_string_equal(two->reasons.text, "");

		/* Nobody is missed, nobody told twice, little asked twice. */
		uint64_t found = one->job.hearing.found + two->job.hearing.found;
		size_t sent = one->sim.n_sent + two->sim.n_sent;
		if (rows[i].loss == 0)
			assert_int_equal(found, whole->job.hearing.found);
		assert_true(found * 1000 >= whole->job.hearing.found * 997);
		assert_true(sent <= whole->sim.n_sent * 11 / 10 + 2000);
		for (size_t k = 0; k < two->conf.n_known; k++) {
			char text[ADDR_TEXT_MAX], quoted[64];
			(void)snprintf(quoted, sizeof(quoted), "\"%s\"",
				addr_print(&known[k].ip, text));
			if (k % 37 == 0)
				assert_int_equal(rig_count(two, quoted, "ip"), 0);
		}
		for (size_t k = 0; k < 3; k++)
			rig_free(all[k]);
	}
}

static void
the_living_of_an_interrupted_sweep_are_asked_on(void **state)
{
	static struct sweep_known known[64];
	struct rig *one = rig_new(sevenths), *two = rig_new(sevenths);

	(void)state;
	one->conf.recall = two->conf.recall = 999000;
	one->conf.rounds = two->conf.rounds = 20;
	one->sim.named = two->sim.named = true;
	one->stop_after = 20;
	rig_run(one, "198.18.64.0-198.18.64.63");
	assert_non_null(one->place);
	two->conf.resume = one->place;
	two->conf.known = known;
	two->conf.n_known = list_found(one, known, 64);
	assert_true(two->conf.n_known > 0);
	rig_run(two, "198.18.64.0-198.18.64.63");
	for (size_t k = 0; k < two->conf.n_known; k++) {
		char text[ADDR_TEXT_MAX], quoted[64];
		(void)snprintf(quoted, sizeof(quoted), "\"%s\"",
			addr_print(&known[k].ip, text));
		/* Those being asked are asked from the start. */
		assert_in_range(rig_count(one, quoted, "\"netbios.name\"") +
				rig_count(two, quoted, "\"netbios.name\""),
			1, 2);
	}
	rig_free(one);
	rig_free(two);
}

static void
a_place_in_another_network_is_of_no_use(void **state)
{
	struct rig *one = rig_new(sevenths), *two = rig_new(sevenths);

	(void)state;
	one->stop_after = 5;
	rig_run(one, "198.19.0.0/24");
	two->conf.identify = false;
	two->conf.resume = one->place;
	rig_run(two, "198.19.1.0/24");
	assert_non_null(strstr(two->reasons.text, "resume-changed"));
	assert_int_equal(two->job.hearing.found, count_sevenths(0xc6130100, 0xc61301ff));
	rig_free(one);
	rig_free(two);
}

/* --- what is sent ------------------------------------------------------------------------- */

static void
nothing_goes_outside_the_targets(void **state)
{
	static const char *const rows[] = { "198.18.3.0/24",
		"198.19.0.0/22, !198.19.1.0/24",
		"198.18.3.7 198.18.64.99 198.19.255.255 203.0.113.1",
		"198.19.0.0-198.19.0.2" };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rig *r = rig_new(sevenths);
		size_t outside = 0;
		r->sim.named = true;
		r->sim.tcp = web_only;
		print_message("  %s\n", rows[i]);
		rig_run(r, rows[i]);
		assert_true(r->sim.n_sent > 0);
		for (size_t k = 0; k < r->sim.n_sent; k++) {
			const struct sim_sent *s = &r->sim.sent[k];
			bool hop = s->proto == 0 && addr_to_ip4(&s->dst) == 0xc6120301;
			outside += !hop && !iprange_contains(r->conf.targets, &s->dst);
		}
		assert_int_equal(outside, 0);
		rig_free(r);
	}
}

static void
the_silent_are_asked_in_every_round_the_others_once(void **state)
{
	struct rig *r = rig_new(sevenths);
	unsigned char asked[256] = { 0 };

	(void)state;
	r->conf.identify = false;
	r->conf.rounds = 3;
	rig_run(r, "198.18.3.0/24");
	for (size_t i = 0; i < r->sim.n_sent; i++)
		asked[r->sim.sent[i].dst.bytes[3]]++;
	for (uint32_t i = 0; i < 256; i++) {
		bool skipped = i == 0 || i == 2 || i == 255;
		bool living = (0xc6120300 + i) % 7 == 0 || i == 1;
		assert_int_equal(asked[i], skipped ? 0 : living ? 1 : 3);
	}
	assert_int_equal(r->job.end.asked, 253);
	assert_int_equal(r->job.end.sent, r->sim.n_sent);
	rig_free(r);
}

static void
a_dead_address_is_asked_everything_a_living_one_what_is_missing(void **state)
{
	struct rig *r = rig_new(sevenths);
	size_t dead = 0, living = 0;

	(void)state;
	r->sim.tcp = web_only;
	r->sim.named = true;
	r->conf.host_rate = 1000000;
	rig_run(r, "198.19.0.6 198.19.0.9"); /* 0xc6130009 is a seventh */
	for (size_t i = 0; i < r->sim.n_sent; i++) {
		dead += r->sim.sent[i].dst.bytes[3] == 6;
		living += r->sim.sent[i].dst.bytes[3] == 9;
	}
	assert_int_equal(dead, 2 * 8);
	/* Ten questions once, and the silent again: four ports, timestamp and mDNS. */
	assert_int_equal(living, 10 + 6);
	rig_free(r);
}

static void
ports_are_asked_of_the_living_only(void **state)
{
	const char *ports[] = { "8000-8099" };
	struct rig *r = rig_new(sevenths);
	size_t wrong = 0, right = 0;

	(void)state;
	r->sim.tcp = web_only;
	r->conf.ports = (struct opt_list){ .items = ports, .n = 1 };
	rig_run(r, "198.19.0.0/28");
	for (size_t i = 0; i < r->sim.n_sent; i++) {
		const struct sim_sent *s = &r->sim.sent[i];
		if (s->port >= 8000 && s->port <= 8099)
			*(sevenths(&s->dst) ? &right : &wrong) += 1;
	}
	assert_int_equal(wrong, 0);
	/* 100 ports, all but 8080 silent and asked twice. */
	assert_int_equal(right, count_sevenths(0xc6130000, 0xc613000f) * 199);
	assert_int_equal(rig_count(r, "tcp.open", "8080"),
		count_sevenths(0xc6130000, 0xc613000f));
	rig_free(r);
}

/* --- how fast ----------------------------------------------------------------------------- */

/* The most that any 100 ms hold of those that pass. */
static size_t
busiest_window(const struct rig *r, bool arp_only)
{
	size_t from = 0, in = 0, most = 0;
	const struct sim_sent *s = r->sim.sent;

	for (size_t i = 0; i < r->sim.n_sent; i++) {
		in += !arp_only || s[i].proto == 0;
		for (; s[i].at - s[from].at >= 100 * MSEC; from++)
			in -= !arp_only || s[from].proto == 0;
		most = in > most ? in : most;
	}
	return most;
}

static void
no_cap_is_ever_passed(void **state)
{
	static const struct {
		const char *targets;
		int64_t rate, arp_rate, host_rate;
		size_t most, most_arp;
	} rows[] = {
		{ "198.19.0.0/24", 10000, 1000, 1000, 1050, 105 },
		{ "198.18.3.0/24", 10000, 1000, 1000, 1050, 105 },
		{ "198.18.3.0/24", 1000, 1000000, 1000, 105, 105 },
		{ "198.18.3.0/28 198.19.0.0/28", 50, 20, 40, 7, 4 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rig *r = rig_new(sevenths);
		print_message(
			"  %s at %jd/s\n", rows[i].targets, (intmax_t)rows[i].rate);
		r->conf.rate = rows[i].rate;
		r->conf.arp_rate = rows[i].arp_rate;
		r->conf.host_rate = rows[i].host_rate;
		rig_run(r, rows[i].targets);
		assert_in_range(busiest_window(r, false), 1, rows[i].most);
		assert_in_range(busiest_window(r, true), 1, rows[i].most_arp);
		rig_free(r);
	}
}

static void
questions_to_one_host_are_spaced(void **state)
{
	static const int64_t rates[] = { 1, 40, 333, 1000 };

	(void)state;
	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
		struct rig *r = rig_new(everybody);
		int64_t last[256] = { 0 }, least = INT64_MAX;
		r->sim.tcp = web_only;
		r->conf.host_rate = rates[i];
		print_message("  %jd/s\n", (intmax_t)rates[i]);
		rig_run(r, "198.19.0.1-198.19.0.3, 198.19.0.99");
		for (size_t k = 0; k < r->sim.n_sent; k++) {
			const struct sim_sent *s = &r->sim.sent[k];
			int64_t *before = &last[s->dst.bytes[3]];
			if (s->proto == 0)
				continue;
			if (*before && s->at - *before < least)
				least = s->at - *before;
			*before = s->at;
		}
		/* A batch of four leaves within microseconds of its turn. */
		assert_true(least >= SECOND / rates[i] - 10);
		rig_free(r);
	}
}

static void
an_idle_network_is_waited_for_no_longer_than_needed(void **state)
{
	static const struct {
		const char *label;
		bool (*alive)(const struct addr *);
		int64_t rtt_us, wait_ms, least_ms, most_ms;
	} rows[] = {
		/* Two rounds, each with 20 ms of quiet and two round trips. */
		{ "answers at once", sevenths, 500, 1000, 40, 50 },
		/* The first round 60 ms to the last answer, and 95 more; the second 95. */
		{ "slow answers", sevenths, 60 * MSEC, 1000, 250, 260 },
		{ "at most --wait", sevenths, 60 * MSEC, 150, 240, 250 },
		{ "silence takes the whole wait", nobody, 500, 1000, 2000, 2050 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rig *r = rig_new(rows[i].alive);
		int64_t start = r->sim.now;
		print_message("  %s\n", rows[i].label);
		r->conf.identify = false;
		r->conf.wait_ms = rows[i].wait_ms;
		r->sim.rtt_us = rows[i].rtt_us;
		rig_run(r, "198.18.3.3-198.18.3.254");
		int64_t took = (r->sim.now - start) / MSEC;
		assert_in_range(took, rows[i].least_ms, rows[i].most_ms);
		rig_free(r);
	}
}

static void
slow_answers_are_still_found(void **state)
{
	struct rig *r = rig_new(sevenths);

	(void)state;
	r->conf.identify = false;
	r->conf.rounds = 1;
	r->sim.rtt_us = 900 * MSEC;
	rig_run(r, "198.18.3.3-198.18.3.254");
	assert_int_equal(r->job.hearing.found, count_sevenths(0xc6120303, 0xc61203fe));
	rig_free(r);
}

static void
progress_is_told_four_times_a_second(void **state)
{
	struct rig *r = rig_new(sevenths);
	int64_t start = r->sim.now;

	(void)state;
	r->conf.identify = false;
	r->conf.rate = 100;
	rig_run(r, "198.18.3.0/24");
	int64_t quarters = (r->sim.now - start) / (SECOND / 4);
	assert_in_range(r->n_progress, quarters * 8 / 10, quarters + 1);
	rig_free(r);
}

/* --- next hops ---------------------------------------------------------------------------- */

static void
behind_a_silent_next_hop_nothing_is_asked(void **state)
{
	struct rig *r = rig_new(nobody);

	(void)state;
	rig_run(r, "198.19.0.0/24");
	assert_string_equal(r->reasons.text, "next-hop-silent 198.18.3.1 256; ");
	assert_string_equal(r->coverage.text, "");
	assert_in_range(r->sim.n_sent, 1, 6);
	for (size_t i = 0; i < r->sim.n_sent; i++) {
		assert_int_equal(r->sim.sent[i].proto, 0);
		assert_int_equal(addr_to_ip4(&r->sim.sent[i].dst), 0xc6120301);
	}
	assert_int_equal(r->job.end.asked, 0);
	rig_free(r);
}

/* The kernel may remember a router that is gone. */
static void
a_next_hop_that_only_the_kernel_knows_is_tried_and_not_trusted(void **state)
{
	struct host_neigh known = { 2, { ADDR_IP4, { 198, 18, 3, 1 } },
		{ { 2, 4, 6, 8, 10, 12 } } };
	struct host_net net = rig_net;
	struct rig *r = rig_new(nobody);
	size_t asked = 0;

	(void)state;
	net.neighs = &known;
	net.n_neighs = 1;
	r->conf.net = &net;
	r->conf.identify = false;
	rig_run(r, "198.19.0.0/28");
	for (size_t i = 0; i < r->sim.n_sent; i++) {
		if (r->sim.sent[i].proto == 0)
			continue;
		asked++;
		assert_true(mac_equal(&r->sim.sent[i].dst_mac, &known.mac));
	}
	assert_true(asked >= 16);
	assert_string_equal(r->reasons.text, "next-hop-silent 198.18.3.1 16; ");
	assert_null(strstr(r->coverage.text, "whole"));
	rig_free(r);
}

/* One that answers has a MAC of its own, whatever the kernel remembers. */
static void
the_mac_that_a_next_hop_tells_is_used(void **state)
{
	struct host_neigh known = { 2, { ADDR_IP4, { 198, 18, 3, 1 } },
		{ { 2, 4, 6, 8, 10, 12 } } };
	struct addr hop = addr_ip4(0xc6120301);
	struct mac want = sim_mac(&hop);
	struct host_net net = rig_net;
	struct rig *r = rig_new(sevenths);

	(void)state;
	net.neighs = &known;
	net.n_neighs = 1;
	r->conf.net = &net;
	rig_run(r, "198.19.0.0/28");
	for (size_t i = 0; i < r->sim.n_sent; i++)
		if (r->sim.sent[i].proto)
			assert_true(mac_equal(&r->sim.sent[i].dst_mac, &want));
	assert_non_null(strstr(r->coverage.text, "whole"));
	rig_free(r);
}

/* Somebody answers, but for the next hop of another link. */
static void
answer_elsewhere(struct sim *s, const struct frame *f)
{
	struct arp a = { .op = ARP_REPLY, .sender_mac = { { 0, 0x1b, 9, 9, 9, 9 } } };
	struct ether e = { rig_links[0].mac, a.sender_mac, ETHER_ARP };
	uint8_t bytes[64];
	struct wr w = wr_to(bytes, sizeof(bytes));

	(void)f;
	a.sender = addr_ip4(0xc6120301);
	a.target = rig_addrs[1].addr;
	ether_write(&w, &e);
	arp_write(&w, &a);
	sim_queue(s, bytes, wr_used(&w), s->now);
}

static void
the_same_address_on_another_link_is_another_next_hop(void **state)
{
	struct rig *r = rig_new(nobody);

	(void)state;
	r->sim.also = answer_elsewhere;
	rig_run(r, "198.19.0.0/24");
	assert_string_equal(r->reasons.text, "next-hop-silent 198.18.3.1 256; ");
	rig_free(r);
}

static void
a_next_hop_may_be_a_target_too(void **state)
{
	struct rig *r = rig_new(everybody);

	(void)state;
	r->conf.identify = false;
	rig_run(r, "198.18.3.1 198.19.0.1");
	assert_int_equal(r->job.hearing.found, 2);
	rig_free(r);
}

/* --- coverage ----------------------------------------------------------------------------- */

static void
coverage_says_what_was_asked_completely(void **state)
{
	struct rig *r = rig_new(sevenths);

	(void)state;
	rig_run(r, "198.18.3.0/24 198.19.0.0/28 198.19.0.18");
	assert_string_equal(r->coverage.text,
		"arp 198.18.3.1,198.18.3.3-198.18.3.254 whole; "
		"icmp-echo 198.19.0.0/28,198.19.0.18 whole; "
		"nbns 198.19.0.0/28,198.19.0.18 whole; "
		"tcp-syn 198.19.0.0/28,198.19.0.18 whole; ");
	rig_free(r);
}

static void
a_stopped_sweep_keeps_what_it_found(void **state)
{
	struct rig *r = rig_new(sevenths);

	(void)state;
	r->stop_after = 100;
	r->conf.rate = 10000;
	rig_run(r, "198.18.64.0/18");
	assert_true(r->job.end.interrupted);
	assert_in_range(r->n_found, 100, 200); /* and what was held back */
	assert_string_equal(r->coverage.text, "arp 198.18.64.2-198.18.127.254 part; ");
	assert_in_range(r->sim.n_sent, 100, 2000);
	rig_free(r);
}

static void
a_deadline_ends_a_sweep(void **state)
{
	struct rig *r = rig_new(nobody);

	(void)state;
	r->conf.rate = 100;
	r->run.deadline_us = r->sim.now + 5 * SECOND;
	rig_run(r, "198.18.64.0/18");
	assert_string_equal(r->job.end.error, "the deadline passed");
	assert_in_range(r->sim.n_sent, 490, 510);
	assert_string_equal(r->coverage.text, "arp 198.18.64.2-198.18.127.254 part; ");
	rig_free(r);
}

static void
a_broken_link_ends_a_sweep_with_its_cause(void **state)
{
	struct rig *r = rig_new(sevenths);
	struct err e;

	(void)state;
	r->sim.fail_after = 2000;
	rig_prepare(r, "198.18.64.0/18");
	assert_int_equal(rig_sweep(r, &e), -1);
	assert_string_equal(e.text, "send on sim0: Network is down");
	assert_true(r->n_found > 0);
	assert_int_equal(r->job.end.sent, 2000);
	assert_non_null(strstr(r->coverage.text, "part"));
	rig_free(r);
}

static void
a_sink_that_fails_ends_a_sweep(void **state)
{
	struct rig *r = rig_new(sevenths);
	struct err e;

	(void)state;
	r->fail_sink = 5;
	rig_prepare(r, "198.18.3.0/24");
	assert_int_equal(rig_sweep(r, &e), -1);
	assert_int_equal(e.code, ERR_DB);
	assert_int_equal(r->n_found, 4);
	rig_free(r);
}

static void
the_guard_ends_a_sweep_that_strays(void **state)
{
	const char *less = "198.18.3.0/25";
	struct rig *r = rig_new(sevenths);
	struct iprange *set;
	struct err e;

	(void)state;
	rig_prepare(r, "198.18.3.0/24");
	assert_int_equal(iprange_parse(&less, 1, NULL, r->mem, &set, &e), 0);
	r->sim.port.guard.targets = set;
	assert_int_equal(rig_sweep(r, &e), -1);
	assert_non_null(strstr(e.text, "outside the targets"));
	for (size_t i = 0; i < r->sim.n_sent; i++)
		assert_true(iprange_contains(set, &r->sim.sent[i].dst));
	rig_free(r);
}

/* --- what strangers send ------------------------------------------------------------------ */

static void
put_arp_reply(struct sim *s, const char *ip, uint8_t last_of_mac)
{
	struct arp a = { .op = ARP_REPLY,
		.sender_mac = { { 0, 0x1b, 9, 9, 9, last_of_mac } } };
	uint8_t bytes[64];
	struct wr w = wr_to(bytes, sizeof(bytes));
	struct ether e = { rig_links[0].mac, a.sender_mac, ETHER_ARP };

	assert_true(addr_parse(ip, &a.sender));
	a.target = rig_addrs[0].addr;
	ether_write(&w, &e);
	arp_write(&w, &a);
	sim_queue(s, bytes, wr_used(&w), s->now);
}

/* A flood of claims: for addresses out of range, and for one that is asked late. */
static void
gossip(struct sim *s, const struct frame *f)
{
	(void)f;
	if (s->n_sent > 20)
		return;
	put_arp_reply(s, "198.18.3.200", 1);
	put_arp_reply(s, "198.18.64.9", 2);
	put_arp_reply(s, "203.0.113.7", 3);
}

static void
who_was_not_asked_is_not_found(void **state)
{
	struct rig *r = rig_new(nobody);

	(void)state;
	r->sim.also = gossip;
	rig_run(r, "198.18.3.3-198.18.3.150");
	assert_int_equal(r->job.hearing.found, 0);
	assert_int_equal(r->job.hearing.unproved, 60);
	rig_free(r);
}

static void
claim_nine(struct sim *s, const struct frame *f)
{
	(void)f;
	put_arp_reply(s, "198.18.3.9", 0x66);
}

static void
two_macs_of_one_address_are_a_reason(void **state)
{
	struct rig *r = rig_new(everybody);

	(void)state;
	r->conf.identify = false;
	r->sim.also = claim_nine;
	rig_run(r, "198.18.3.9 198.18.3.10");
	hearing_report(&r->job.hearing, &r->monitor);
	assert_string_equal(r->reasons.text, "address-conflict 198.18.3.9 0; ");
	assert_int_equal(rig_count(r, "\"198.18.3.9\"", "mac"), 1);
	rig_free(r);
}

/* Every answer is followed by that of a second machine. */
static void
contradict(struct sim *s, const struct frame *f)
{
	char text[ADDR_TEXT_MAX];
	struct addr asked = { .family = ADDR_IP4 };

	memcpy(asked.bytes, f->bytes + 38, 4); /* target of an ARP request */
	put_arp_reply(s, addr_print(&asked, text), 0x66);
}

static void
more_conflicts_than_are_named_are_counted(void **state)
{
	struct rig *r = rig_new(everybody);

	(void)state;
	r->conf.identify = false;
	r->sim.also = contradict;
	rig_run(r, "198.18.3.10-198.18.3.29");
	hearing_report(&r->job.hearing, &r->monitor);
	assert_non_null(strstr(r->reasons.text, "address-conflict 198.18.3.1"));
	assert_non_null(strstr(r->reasons.text, "address-conflict  4; "));
	rig_free(r);
}

/* A router's "administratively prohibited" that quotes the packet (RFC 1812 §5.2.7.1). */
static void
prohibit(struct sim *s, const struct frame *f)
{
	uint8_t bytes[256];
	struct wr w = wr_to(bytes, sizeof(bytes));
	struct ether e = { rig_links[0].mac, { { 0, 0x1b, 1, 1, 1, 1 } }, ETHER_IP4 };
	struct ip ip = { .src = addr_ip4(0xc6120301),
		.dst = rig_addrs[0].addr,
		.proto = IP_ICMP,
		.ttl = 64 };
	size_t quoted = f->size - ETHER_HEAD;

	if (f->bytes[12] == 0x08 && f->bytes[13] == 0x06)
		return;
	ether_write(&w, &e);
	ip_write(&w, &ip, ICMP_HEAD + quoted);
	size_t at = wr_used(&w);
	wr_u8(&w, ICMP_UNREACHABLE);
	wr_u8(&w, 13);
	wr_zero(&w, 6);
	wr_bytes(&w, f->bytes + ETHER_HEAD, quoted);
	wr_patch_be16(&w, at + 2,
		checksum_end(checksum_add(0, bytes + at, ICMP_HEAD + quoted)));
	sim_queue(s, bytes, wr_used(&w), s->now + s->rtt_us);
}

static bool
only_the_hop(const struct addr *a)
{
	return addr_to_ip4(a) == 0xc6120301;
}

static void
a_refusal_is_a_reason_and_no_sign_of_life(void **state)
{
	struct rig *r = rig_new(only_the_hop);

	(void)state;
	r->sim.also = prohibit;
	rig_run(r, "198.19.0.0/28");
	hearing_report(&r->job.hearing, &r->monitor);
	assert_int_equal(r->job.hearing.found, 0);
	/* 16 addresses, 8 questions, 2 rounds */
	assert_string_equal(r->reasons.text, "prohibited by 198.18.3.1 256; ");
	rig_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exactly_the_living_are_found),
		cmocka_unit_test(on_link_the_mac_is_told),
		cmocka_unit_test(a_gateway_of_this_host_is_told),
		cmocka_unit_test(the_living_are_asked_who_they_are),
		cmocka_unit_test(loss_is_made_good_by_rounds),
		cmocka_unit_test(ghosts_are_weak_and_their_neighbours_are_not),
		cmocka_unit_test(a_host_among_ghosts_is_known_by_what_only_it_answers),
		cmocka_unit_test(proxied_addresses_are_weak),
		cmocka_unit_test(an_unlikely_port_shows_who_answers_every_syn),
		cmocka_unit_test(a_full_range_without_unused_addresses_is_believed),
		cmocka_unit_test(whoever_suffers_is_left_in_peace_and_that_is_told),
		cmocka_unit_test(three_hosts_cool_their_network_and_not_one_or_two),
		cmocka_unit_test(the_living_are_asked_no_more_often_than_rounds_allow),
		cmocka_unit_test(a_closed_port_is_no_sign_of_suffering),
		cmocka_unit_test(sampling_leaves_empty_networks_alone_and_says_so),
		cmocka_unit_test(an_interrupted_sweep_goes_on_where_it_stopped),
		cmocka_unit_test(the_living_of_an_interrupted_sweep_are_asked_on),
		cmocka_unit_test(a_place_in_another_network_is_of_no_use),
		cmocka_unit_test(rounds_and_recall_follow_from_the_loss),
		cmocka_unit_test(too_few_rounds_for_the_loss_are_told_and_cover_nothing),
		cmocka_unit_test(where_everybody_answered_nothing_is_missing),
		cmocka_unit_test(where_nobody_answers_recall_is_not_told),
		cmocka_unit_test(
			a_sample_of_the_silent_shows_who_wants_to_be_asked_twice),
		cmocka_unit_test(a_narrow_path_is_told_and_not_flooded),
		cmocka_unit_test(lanes_do_not_wait_for_each_other),
		cmocka_unit_test(an_answer_that_comes_often_is_told_once),
		cmocka_unit_test(nothing_goes_outside_the_targets),
		cmocka_unit_test(the_silent_are_asked_in_every_round_the_others_once),
		cmocka_unit_test(
			a_dead_address_is_asked_everything_a_living_one_what_is_missing),
		cmocka_unit_test(ports_are_asked_of_the_living_only),
		cmocka_unit_test(no_cap_is_ever_passed),
		cmocka_unit_test(questions_to_one_host_are_spaced),
		cmocka_unit_test(an_idle_network_is_waited_for_no_longer_than_needed),
		cmocka_unit_test(slow_answers_are_still_found),
		cmocka_unit_test(progress_is_told_four_times_a_second),
		cmocka_unit_test(behind_a_silent_next_hop_nothing_is_asked),
		cmocka_unit_test(
			a_next_hop_that_only_the_kernel_knows_is_tried_and_not_trusted),
		cmocka_unit_test(the_mac_that_a_next_hop_tells_is_used),
		cmocka_unit_test(the_same_address_on_another_link_is_another_next_hop),
		cmocka_unit_test(a_next_hop_may_be_a_target_too),
		cmocka_unit_test(coverage_says_what_was_asked_completely),
		cmocka_unit_test(a_stopped_sweep_keeps_what_it_found),
		cmocka_unit_test(a_deadline_ends_a_sweep),
		cmocka_unit_test(a_broken_link_ends_a_sweep_with_its_cause),
		cmocka_unit_test(a_sink_that_fails_ends_a_sweep),
		cmocka_unit_test(the_guard_ends_a_sweep_that_strays),
		cmocka_unit_test(who_was_not_asked_is_not_found),
		cmocka_unit_test(two_macs_of_one_address_are_a_reason),
		cmocka_unit_test(more_conflicts_than_are_named_are_counted),
		cmocka_unit_test(a_refusal_is_a_reason_and_no_sign_of_life),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
