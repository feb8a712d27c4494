/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine over IPv6, in a simulated network: what IPv4 promises holds here too. */
#include "six_rig.h"

#include "wire/icmp.h"

static bool
everybody(const struct addr *a)
{
	(void)a;
	return true;
}

/* The next hops, and every seventh. */
static bool
sevenths(const struct addr *a)
{
	return a->bytes[15] == 1 || addr_number(a) % 7 == 0;
}

static bool
not_the_link_local(const struct addr *a)
{
	return !addr_is_link_local(a);
}

static int
web_only(const struct addr *a, uint16_t port)
{
	(void)a;
	return port == 80 ? 1 : port == 22 ? 0 : -1;
}

static void
exactly_the_living_are_found(void **state)
{
	static const struct {
		const char *targets, *first;
		uint32_t n;
	} rows[] = {
		{ "2001:db8:3::100-2001:db8:3::3ff", "2001:db8:3::100", 0x300 },
		{ "fd00:7::100-fd00:7::3ff", "fd00:7::100", 0x300 },
		{ "2001:db8:4::/118", "2001:db8:4::", 0x400 },
		{ "2001:db8:5::/120", "2001:db8:5::", 0x100 },
		{ "fe80::200-fe80::2ff", "fe80::200", 0x100 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rig *r = six_new(sevenths);
		struct addr a = six(rows[i].first);
		size_t want = 0;
		r->conf.identify = false;
		print_message("  %s\n", rows[i].targets);
		six_run(r, rows[i].targets);
		for (uint32_t k = 0; k < rows[i].n; k++) {
			char text[ADDR_TEXT_MAX], quoted[64];
			(void)snprintf(
				quoted, sizeof(quoted), "\"%s\"", addr_print(&a, text));
			assert_int_equal(
				rig_count(r, quoted, "reply") > 0, sevenths(&a));
			want += sevenths(&a);
			a = addr_from_number(ADDR_IP6, addr_number(&a) + 1);
		}
		assert_int_equal(r->job.hearing.found, want);
		rig_free(r);
	}
}

static void
on_link_the_mac_is_told(void **state)
{
	struct rig *r = six_new(everybody);

	(void)state;
	r->conf.identify = false;
	six_run(r, "2001:db8:3::9");
	assert_int_equal(
		rig_count(r, "\"2001:db8:3::9\"",
			"\"facts\":{\"mac\":\"00:1b:00:00:00:09\",\"mac.onlink\":true}"),
		1);
	assert_int_equal(r->n_found, 1);
	assert_int_equal(r->sim.n_sent, 1);
	rig_free(r);
}

/* By the MAC that the advertisement told, or that of the next hop; NetBIOS and timestamps
 * never. */
static void
the_living_are_asked_who_they_are(void **state)
{
	struct rig *r = six_new(everybody);
	struct addr hop = six("fe80::1"), near = six("2001:db8:3::9");
	const char *community = "lab";

	(void)state;
	r->sim.tcp = web_only;
	r->sim.named = r->sim.times = r->sim.mdns = r->sim.snmp = true;
	r->conf.communities = (struct opt_list){ &community, 1, 0 };
	six_run(r, "2001:db8:3::9 2001:db8:4::5");
	for (size_t i = 0; i < 2; i++) {
		const char *ip = i ? "\"2001:db8:4::5\"" : "\"2001:db8:3::9\"";
		print_message("  %s\n", ip);
		assert_int_equal(
			rig_count(r, ip, "\"icmp.echo\":true,\"ip.ttl\":57"), 1);
		assert_int_equal(rig_count(r, ip, "\"ip.ttl\":57,\"tcp.open\":[80]"), 1);
		assert_int_equal(rig_count(r, ip, "\"tcp.closed\":[22]"), 1);
		assert_int_equal(rig_count(r, ip, "\"mdns.name\":\"host.local\""), 1);
		assert_int_equal(rig_count(r, ip, "\"snmp.sysname\":\"lab\""), 1);
		assert_int_equal(rig_count(r, ip, "netbios"), 0);
		assert_int_equal(rig_count(r, ip, "timestamp"), 0);
	}
	for (size_t i = 0; i < r->sim.n_sent; i++) {
		const struct sim_sent *s = &r->sim.sent[i];
		struct mac want = sim_mac(s->dst.bytes[5] == 4 ? &hop : &near);
		assert_int_not_equal(s->proto, IP_ICMP);
		if (s->proto == IP_UDP)
			assert_true(s->port == 5353 || s->port == 161);
		if (s->proto)
			assert_true(mac_equal(&s->dst_mac, &want));
	}
	rig_free(r);
}

/* Both families in one sweep: each is asked by its own probes, and the coverage says so. */
static void
families_do_not_mix(void **state)
{
	struct rig *r = six_new(everybody);

	(void)state;
	r->conf.identify = false;
	six_run(r, "198.18.3.9 2001:db8:3::9 2001:db8:4::9");
	assert_int_equal(r->job.hearing.found, 3);
	assert_non_null(strstr(r->coverage.text, "arp 198.18.3.9 whole; "));
	assert_non_null(strstr(r->coverage.text, "ndp 2001:db8:3::9 whole; "));
	assert_non_null(strstr(r->coverage.text, "icmp-echo 2001:db8:4::9 whole; "));
	assert_non_null(strstr(r->coverage.text, "tcp-syn 2001:db8:4::9 whole; "));
	assert_null(strstr(r->coverage.text, "nbns"));
	assert_null(strstr(r->coverage.text, "ndp 198"));
	assert_null(strstr(r->coverage.text, "arp 2001"));
	rig_free(r);
}

static void
nothing_goes_outside_the_targets(void **state)
{
	const char *targets = "2001:db8:3::/121, !2001:db8:3::40/122, 2001:db8:4::10-"
			      "2001:db8:4::20, 2001:db8:5::7";
	struct rig *r = six_new(sevenths);
	struct addr hops[2] = { six("fe80::1"), six("2001:db8:3::1") };

	(void)state;
	r->sim.tcp = web_only;
	six_run(r, targets);
	assert_true(r->sim.n_sent > 100);
	for (size_t i = 0; i < r->sim.n_sent; i++) {
		const struct sim_sent *s = &r->sim.sent[i];
		bool hop = s->proto == 0 &&
			(addr_equal(&s->dst, &hops[0]) || addr_equal(&s->dst, &hops[1]));
		assert_true(hop || iprange_contains(r->conf.targets, &s->dst));
	}
	rig_free(r);
}

static void
loss_is_made_good_by_rounds(void **state)
{
	struct rig *r = six_new(everybody);

	(void)state;
	r->conf.identify = false;
	r->conf.rounds = 8;
	r->sim.loss_percent = 20;
	six_run(r, "2001:db8:3::100-2001:db8:3::2ff 2001:db8:4::100-2001:db8:4::1ff");
	assert_int_equal(r->job.hearing.found, 0x300);
	rig_free(r);
}

static void
behind_a_silent_next_hop_nothing_is_asked(void **state)
{
	struct rig *r = six_new(not_the_link_local);

	(void)state;
	six_run(r, "2001:db8:4::5 2001:db8:5::5");
	assert_string_equal(r->reasons.text, "next-hop-silent fe80::1 1; ");
	assert_int_equal(rig_count(r, "2001:db8:4::5", ""), 0);
	assert_true(rig_count(r, "2001:db8:5::5", "icmp.echo") == 1);
	rig_free(r);
}

/* Each solicitation about a router: from where it was sent. */
static char askers[256];

static void
note_asker(struct sim *s, const struct frame *f)
{
	struct addr src = addr_ip6(f->bytes + ETHER_HEAD + 8);
	char text[ADDR_TEXT_MAX], hop[ADDR_TEXT_MAX];
	size_t n = strlen(askers);

	if (s->sent[s->n_sent - 1].proto == 0)
		(void)snprintf(askers + n, sizeof(askers) - n, "%s for %s; ",
			addr_print(&src, text),
			addr_print(&s->sent[s->n_sent - 1].dst, hop));
}

static void
a_link_local_router_is_asked_from_a_link_local_address(void **state)
{
	struct rig *r = six_new(everybody);

	(void)state;
	askers[0] = '\0';
	r->sim.also = note_asker;
	six_run(r, "2001:db8:4::5 2001:db8:5::5");
	assert_string_equal(
		askers, "fe80::2 for fe80::1; 2001:db8:3::2 for 2001:db8:3::1; ");
	rig_free(r);
}

static bool
nobody_at_all(const struct addr *a)
{
	(void)a;
	return false;
}

static void
a_next_hop_that_only_the_kernel_knows_is_tried(void **state)
{
	static struct host_neigh known[] = {
		{ 2, SIX(0xfe, 0x80, 0, 0, 0, 0, 1), { { 0, 0x1b, 9, 9, 9, 9 } } },
	};
	struct host_net net = six_net;
	struct rig *r = six_new(nobody_at_all);

	(void)state;
	net.neighs = known;
	net.n_neighs = 1;
	r->conf.net = &net;
	r->conf.identify = false;
	six_run(r, "2001:db8:4::5");
	assert_true(r->sim.n_sent > 0);
	for (size_t i = 0; i < r->sim.n_sent; i++) {
		if (r->sim.sent[i].proto)
			assert_true(mac_equal(&r->sim.sent[i].dst_mac, &known[0].mac));
	}
	assert_non_null(strstr(r->reasons.text, "next-hop-silent fe80::1 1; "));
	assert_null(strstr(r->coverage.text, "whole"));
	rig_free(r);
}

/* --- forged answers ------------------------------------------------------------------------ */

/* An advertisement about `target` with what a test changes in it. */
struct claim {
	const char *label, *target;
	uint8_t hop_limit, flags;
	bool with_mac;
	bool found;
};

static const struct claim *claim;

static void
advertise(struct sim *s, const struct frame *f)
{
	struct ether e = { rig_links[0].mac, { { 0, 0x1b, 7, 7, 7, 7 } }, ETHER_IP6 };
	struct addr target = six(claim->target);
	struct ip ip = { target, six_addrs[1].addr, IP_ICMP6, claim->hop_limit, 0,
		false };
	size_t n = claim->with_mac ? 32 : 24;
	uint8_t bytes[128];
	struct wr w = wr_to(bytes, sizeof(bytes));

	(void)f;
	if (s->n_sent > 1)
		return;
	ether_write(&w, &e);
	ip_write(&w, &ip, n);
	size_t at = wr_used(&w);
	wr_be32(&w, UINT32_C(136) << 24);
	wr_u8(&w, claim->flags);
	wr_zero(&w, 3);
	wr_bytes(&w, target.bytes, 16);
	if (claim->with_mac) {
		wr_be16(&w, 0x0201);
		wr_bytes(&w, e.src.bytes, 6);
	}
	wr_patch_be16(&w, at + 2,
		checksum_end(checksum_add(
			checksum_pseudo(&ip.src, &ip.dst, IP_ICMP6, n), bytes + at, n)));
	sim_queue(s, bytes, wr_used(&w), s->now + 300);
}

static bool
nobody(const struct addr *a)
{
	(void)a;
	return false;
}

static void
an_advertisement_counts_when_it_answers(void **state)
{
	static const struct claim rows[] = {
		{ "as asked for", "2001:db8:3::9", 255, 0x60, true, true },
		{ "came over a router", "2001:db8:3::9", 254, 0x60, true, false },
		{ "not solicited", "2001:db8:3::9", 255, 0x20, true, false },
		{ "without the MAC", "2001:db8:3::9", 255, 0x60, false, false },
		{ "of another address", "2001:db8:3::a", 255, 0x60, true, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rig *r = six_new(nobody);
		print_message("  %s\n", rows[i].label);
		claim = &rows[i];
		r->conf.identify = false;
		r->sim.also = advertise;
		six_run(r, "2001:db8:3::9");
		assert_int_equal(r->job.hearing.found, rows[i].found);
		assert_int_equal(rig_count(r, "2001:db8:3::9", "00:1b:07:07:07:07"),
			rows[i].found);
		rig_free(r);
	}
}

static void
two_macs_of_one_address_are_a_reason(void **state)
{
	static const struct claim other = { "", "2001:db8:3::9", 255, 0x60, true, true };
	struct rig *r = six_new(everybody);

	(void)state;
	claim = &other;
	r->conf.identify = false;
	r->sim.also = advertise;
	six_run(r, "2001:db8:3::9");
	hearing_report(&r->job.hearing, &r->monitor);
	assert_non_null(strstr(r->reasons.text, "address-conflict 2001:db8:3::9"));
	rig_free(r);
}

/* --- refusals ------------------------------------------------------------------------------- */

static uint8_t refusal_type, refusal_code;

static void
refuse(struct sim *s, const struct frame *f)
{
	struct ether e = { rig_links[0].mac, { { 0, 0x1b, 0, 0, 0, 1 } }, ETHER_IP6 };
	struct ip ip = { six("2001:db8:4::1"), six_addrs[1].addr, IP_ICMP6, 64, 0,
		false };
	size_t n = f->size - (size_t)ETHER_HEAD;
	uint8_t bytes[256];
	struct wr w = wr_to(bytes, sizeof(bytes));

	if (s->sent[s->n_sent - 1].proto == 0)
		return;
	ether_write(&w, &e);
	ip_write(&w, &ip, ICMP_HEAD + n);
	size_t at = wr_used(&w);
	wr_u8(&w, refusal_type);
	wr_u8(&w, refusal_code);
	wr_zero(&w, 6);
	wr_bytes(&w, f->bytes + ETHER_HEAD, n);
	wr_patch_be16(&w, at + 2,
		checksum_end(checksum_add(
			checksum_pseudo(&ip.src, &ip.dst, IP_ICMP6, ICMP_HEAD + n),
			bytes + at, ICMP_HEAD + n)));
	sim_queue(s, bytes, wr_used(&w), s->now + 300);
}

static bool
next_hop_only(const struct addr *a)
{
	return addr_is_link_local(a);
}

/* RFC 4443 §3: types and codes. */
static void
a_refusal_is_a_reason_and_no_sign_of_life(void **state)
{
	static const struct {
		uint8_t type, code;
		const char *want;
	} rows[] = {
		{ 1, 0, "net-unreachable" },
		{ 1, 1, "prohibited" },
		{ 1, 3, "host-unreachable" },
		{ 1, 4, "port-unreachable" },
		{ 1, 5, "prohibited" },
		{ 1, 6, "prohibited" },
		{ 1, 7, "icmp-error" },
		{ 2, 0, "too-big" },
		{ 3, 0, "time-exceeded" },
		{ 4, 0, "icmp-error" },
		{ 4, 1, "protocol-unreachable" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rig *r = six_new(next_hop_only);
		print_message("  %u/%u %s\n", rows[i].type, rows[i].code, rows[i].want);
		refusal_type = rows[i].type;
		refusal_code = rows[i].code;
		r->sim.also = refuse;
		r->conf.rounds = 1;
		six_run(r, "2001:db8:4::5");
		hearing_report(&r->job.hearing, &r->monitor);
		assert_int_equal(r->job.hearing.found, 0);
		/* Echo and six ports. */
		char want[64];
		(void)snprintf(
			want, sizeof(want), "%s by 2001:db8:4::1 7; ", rows[i].want);
		assert_string_equal(r->reasons.text, want);
		rig_free(r);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exactly_the_living_are_found),
		cmocka_unit_test(on_link_the_mac_is_told),
		cmocka_unit_test(the_living_are_asked_who_they_are),
		cmocka_unit_test(families_do_not_mix),
		cmocka_unit_test(nothing_goes_outside_the_targets),
		cmocka_unit_test(loss_is_made_good_by_rounds),
		cmocka_unit_test(behind_a_silent_next_hop_nothing_is_asked),
		cmocka_unit_test(a_link_local_router_is_asked_from_a_link_local_address),
		cmocka_unit_test(a_next_hop_that_only_the_kernel_knows_is_tried),
		cmocka_unit_test(an_advertisement_counts_when_it_answers),
		cmocka_unit_test(two_macs_of_one_address_are_a_reason),
		cmocka_unit_test(a_refusal_is_a_reason_and_no_sign_of_life),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
