/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The engine in a simulated network: who is asked what and when, who is found, and what
 * never happens.
 */
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
		/* Two rounds, each with 100 ms of quiet. */
		{ "answers at once", sevenths, 500, 1000, 200, 250 },
		{ "slow answers", sevenths, 60 * MSEC, 1000, 480, 700 },
		{ "at most --wait", sevenths, 60 * MSEC, 150, 300, 330 },
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
	assert_in_range(r->sim.n_sent, 1, 3);
	for (size_t i = 0; i < r->sim.n_sent; i++) {
		assert_int_equal(r->sim.sent[i].proto, 0);
		assert_int_equal(addr_to_ip4(&r->sim.sent[i].dst), 0xc6120301);
	}
	assert_int_equal(r->job.end.asked, 0);
	rig_free(r);
}

static void
a_next_hop_that_the_kernel_knows_is_not_asked(void **state)
{
	struct host_neigh known = { 2, { ADDR_IP4, { 198, 18, 3, 1 } },
		{ { 2, 4, 6, 8, 10, 12 } } };
	struct host_net net = rig_net;
	struct rig *r = rig_new(sevenths);

	(void)state;
	net.neighs = &known;
	net.n_neighs = 1;
	r->conf.net = &net;
	rig_run(r, "198.19.0.0/28");
	for (size_t i = 0; i < r->sim.n_sent; i++) {
		assert_int_not_equal(r->sim.sent[i].proto, 0);
		assert_true(mac_equal(&r->sim.sent[i].dst_mac, &known.mac));
	}
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
	assert_in_range(r->n_found, 100, 110);
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
	assert_string_equal(r->reasons.text, "prohibited  256; ");
	rig_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exactly_the_living_are_found),
		cmocka_unit_test(on_link_the_mac_is_told),
		cmocka_unit_test(the_living_are_asked_who_they_are),
		cmocka_unit_test(loss_is_made_good_by_rounds),
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
		cmocka_unit_test(a_next_hop_that_the_kernel_knows_is_not_asked),
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
