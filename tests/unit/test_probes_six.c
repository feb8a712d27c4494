/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The probes over IPv6: what each puts on the wire, which answers prove themselves, and that
 * the kernel's filter lets just those in. */
#include "sim.h"

#include <pcap/pcap.h>

#include "scanner/packet.h"
#include "wire/icmp.h"

static const struct mac our_mac = { { 0, 0x16, 0x3e, 0, 0, 2 } };
static const struct mac hop_mac = { { 0, 0x16, 0x3e, 0, 0, 0xfe } };
static const struct cookie cookie = { "a key of 16 byte", 40123 };
static const struct addr us = { ADDR_IP6, { 0x20, 1, 0xd, 0xb8, 0, 3, [15] = 2 } };
static const struct addr them = { ADDR_IP6,
	{ 0x20, 1, 0xd, 0xb8, 0, 4, [13] = 0x12, [14] = 4, [15] = 5 } };

struct bytes {
	uint8_t b[SIM_FRAME];
	size_t n;
};

static bool
everybody(const struct addr *a)
{
	(void)a;
	return true;
}

static int
even_ports(const struct addr *a, uint16_t port)
{
	(void)a;
	return port % 2 == 0;
}

static const struct probe_row {
	const char *name;
	uint16_t port;
} rows[] = { { "ndp", 0 }, { "icmp-echo", 0 }, { "tcp-syn", 443 }, { "tcp-syn", 80 } };

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

/* A question, and the answer of a host that answers everything. */
static void
converse(const struct probe_row *row, struct frame *question, struct bytes *answer)
{
	const struct probe *probe = probe_find(row->name);
	struct path path = { our_mac, hop_mac, us, cookie.udp_port };
	struct shot shot = { .dst = them, .port = row->port };
	struct wr w = wr_to(question->bytes, sizeof(question->bytes));
	struct sim_sent sent;
	struct sim sim;

	shot.token = cookie_token(&cookie, &shot.dst, probe->proto, row->port);
	probe->build(&w, &path, &shot);
	assert_false(w.bad);
	question->size = (uint16_t)wr_used(&w);
	sim_init(&sim, everybody);
	sim.tcp = even_ports;
	answer->n = sim_answer(&sim, question, &sent, answer->b);
	assert_true(answer->n > 0);
	assert_true(addr_equal(&sent.dst, &them));
}

static enum verdict
judge(const struct probe *probe, const uint8_t *b, size_t n, struct shot *who)
{
	uint8_t *exact = malloc(n ? n : 1);
	struct packet p;
	enum verdict v = NOT_MINE;

	memcpy(exact, b, n);
	if (packet_read(&p, exact, n))
		v = probe->match(&cookie, &p, who);
	free(exact);
	return v;
}

/* Recomputes the checksum after a byte was changed on purpose. */
static void
mend(struct bytes *a)
{
	static const size_t where[256] = { [IP_ICMP6] = 2, [IP_TCP] = 16 };
	size_t at = ETHER_HEAD + IP6_HEAD, n = a->n - at;
	struct addr src = addr_ip6(a->b + 22), dst = addr_ip6(a->b + 38);
	uint8_t *sum = a->b + at + where[a->b[20]];

	sum[0] = sum[1] = 0;
	uint16_t body = checksum_end(
		checksum_add(checksum_pseudo(&src, &dst, a->b[20], n), a->b + at, n));
	sum[0] = (uint8_t)(body >> 8);
	sum[1] = (uint8_t)body;
}

static void
each_probe_knows_the_answer_to_its_question(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		struct frame q = { 0 };
		struct bytes a;
		struct shot who = { 0 };
		print_message("  %s %u\n", rows[i].name, rows[i].port);
		converse(&rows[i], &q, &a);
		for (size_t k = 0; probes[k]; k++) {
			bool mine = probes[k] == probe_find(rows[i].name);
			assert_int_equal(
				judge(probes[k], q.bytes, q.size, &who), NOT_MINE);
			assert_int_equal(judge(probes[k], a.b, a.n, &who),
				mine ? REPLY : NOT_MINE);
			if (!mine)
				continue;
			assert_true(addr_equal(&who.dst, &them));
			assert_int_equal(who.port, rows[i].port);
			for (size_t n = 0; n < a.n; n++)
				assert_int_equal(
					judge(probes[k], a.b, n, &who), NOT_MINE);
		}
	}
}

static void
one_wrong_bit_in_what_comes_back_is_a_forgery(void **state)
{
	static const struct {
		const char *field;
		struct probe_row row;
		size_t from, to; /* bytes of the frame */
	} fields[] = {
		{ "source address", { "icmp-echo", 0 }, 22, 38 },
		{ "type", { "icmp-echo", 0 }, 54, 55 },
		{ "id", { "icmp-echo", 0 }, 58, 60 },
		{ "seq", { "icmp-echo", 0 }, 60, 62 },
		{ "payload", { "icmp-echo", 0 }, 62, 70 },
		{ "source address", { "tcp-syn", 80 }, 22, 38 },
		{ "source port", { "tcp-syn", 80 }, 54, 56 },
		{ "destination port", { "tcp-syn", 80 }, 56, 58 },
		{ "ack", { "tcp-syn", 80 }, 62, 66 },
		{ "hop limit", { "ndp", 0 }, 21, 22 },
		{ "type", { "ndp", 0 }, 54, 55 },
		{ "code", { "ndp", 0 }, 55, 56 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		const struct probe *probe = probe_find(fields[i].row.name);
		struct frame q = { 0 };
		struct bytes a, forged;
		struct shot who;
		print_message("  %s: %s\n", fields[i].row.name, fields[i].field);
		converse(&fields[i].row, &q, &a);
		forged = a;
		mend(&forged);
		assert_int_equal(judge(probe, forged.b, forged.n, &who), REPLY);
		for (size_t at = fields[i].from; at < fields[i].to; at++)
			for (unsigned bit = 0; bit < 8; bit++) {
				forged = a;
				forged.b[at] ^= (uint8_t)(1u << bit);
				mend(&forged);
				assert_int_equal(judge(probe, forged.b, forged.n, &who),
					NOT_MINE);
			}
	}
}

static void
an_advertisement_from_no_one_machine_is_no_answer(void **state)
{
	static const struct {
		const char *label;
		size_t at;
		uint8_t bytes[6];
		size_t n;
	} changes[] = {
		{ "MAC 0", 80, { 0 }, 6 },
		{ "a group MAC", 80, { 0x33, 0x33, 0, 0, 0, 1 }, 6 },
		{ "a source option", 78, { 1 }, 1 },
		{ "told to all", 58, { 0x20 }, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		static const struct probe_row row = { "ndp", 0 };
		struct frame q = { 0 };
		struct bytes a;
		struct shot who;
		print_message("  %s\n", changes[i].label);
		converse(&row, &q, &a);
		memcpy(a.b + changes[i].at, changes[i].bytes, changes[i].n);
		mend(&a);
		assert_int_equal(judge(probe_find("ndp"), a.b, a.n, &who), NOT_MINE);
	}
}

/* --- ICMPv6 errors ------------------------------------------------------------------------ */

/* An error of a router about the question, with n bytes of it quoted. */
static struct bytes
error_about(const struct frame *q, size_t n)
{
	struct bytes out;
	struct wr w = wr_to(out.b, sizeof(out.b));
	struct ether e = { our_mac, hop_mac, ETHER_IP6 };
	struct ip ip = { .src = them, .dst = us, .proto = IP_ICMP6, .ttl = 64 };

	ip.src.bytes[15] = 1;
	ether_write(&w, &e);
	ip_write(&w, &ip, ICMP_HEAD + n);
	wr_u8(&w, ICMP6_UNREACHABLE);
	wr_u8(&w, 1);
	wr_zero(&w, 6);
	wr_bytes(&w, q->bytes + ETHER_HEAD, n);
	assert_false(w.bad);
	out.n = wr_used(&w);
	mend(&out);
	return out;
}

static void
an_error_that_quotes_us_is_a_refusal(void **state)
{
	(void)state;
	for (size_t i = 1; i < ROWS; i++) {
		const struct probe *probe = probe_find(rows[i].name);
		struct frame q = { 0 };
		struct bytes a, error;
		struct shot who = { 0 };
		print_message("  %s\n", rows[i].name);
		converse(&rows[i], &q, &a);
		error = error_about(&q, q.size - (size_t)ETHER_HEAD);
		assert_int_equal(judge(probe, error.b, error.n, &who), REFUSAL);
		assert_true(addr_equal(&who.dst, &them));
		assert_int_equal(who.port, rows[i].port);
		q.bytes[58] ^= 0x10; /* id, or seq */
		error = error_about(&q, q.size - (size_t)ETHER_HEAD);
		assert_int_equal(judge(probe, error.b, error.n, &who), NOT_MINE);
	}
}

/* --- the filter ---------------------------------------------------------------------------- */

static bool
passes(const char *filter, const uint8_t *b, size_t n)
{
	pcap_t *dead = pcap_open_dead(DLT_EN10MB, 2048);
	struct pcap_pkthdr head = { .caplen = (bpf_u_int32)n, .len = (bpf_u_int32)n };
	struct bpf_program program;

	assert_non_null(dead);
	if (pcap_compile(dead, &program, filter, 1, PCAP_NETMASK_UNKNOWN) != 0)
		fail_msg("%s: %s", filter, pcap_geterr(dead));
	bool yes = pcap_offline_filter(&program, &head, b) != 0;
	pcap_freecode(&program);
	pcap_close(dead);
	return yes;
}

static void
the_filter_lets_answers_in_and_questions_not(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		struct frame q = { 0 };
		struct bytes a;
		print_message("  %s\n", rows[i].name);
		converse(&rows[i], &q, &a);
		for (size_t k = 0; probes[k]; k++) {
			bool mine = probes[k] == probe_find(rows[i].name);
			if (!probes[k]->filter)
				continue;
			assert_int_equal(passes(probes[k]->filter, a.b, a.n), mine);
			assert_false(passes(probes[k]->filter, q.bytes, q.size));
		}
	}
}

static void
probes_say_which_family_they_speak(void **state)
{
	static const struct {
		const char *name;
		bool ip4, ip6;
	} speaks[] = {
		{ "arp", true, false },
		{ "ndp", false, true },
		{ "icmp-echo", true, true },
		{ "tcp-syn", true, true },
		{ "nbns", true, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(speaks) / sizeof(speaks[0]); i++) {
		const struct probe *p = probe_find(speaks[i].name);
		print_message("  %s\n", speaks[i].name);
		assert_int_equal(probe_speaks(p, ADDR_IP4), speaks[i].ip4);
		assert_int_equal(probe_speaks(p, ADDR_IP6), speaks[i].ip6);
	}
	assert_ptr_equal(probe_of_link(ADDR_IP4), probe_find("arp"));
	assert_ptr_equal(probe_of_link(ADDR_IP6), probe_find("ndp"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_probe_knows_the_answer_to_its_question),
		cmocka_unit_test(one_wrong_bit_in_what_comes_back_is_a_forgery),
		cmocka_unit_test(an_advertisement_from_no_one_machine_is_no_answer),
		cmocka_unit_test(an_error_that_quotes_us_is_a_refusal),
		cmocka_unit_test(the_filter_lets_answers_in_and_questions_not),
		cmocka_unit_test(probes_say_which_family_they_speak),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
