/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The probes: what each puts on the wire, and which answers prove themselves.  Every bit
 * of an answer that the question does not explain makes it a stranger's.
 */
#include "sim.h"

#include "scanner/packet.h"

static const struct mac our_mac = { { 0, 0x16, 0x3e, 0, 0, 2 } };
static const struct mac hop_mac = { { 0, 0x16, 0x3e, 0, 0, 0xfe } };
static const struct cookie cookie = { "a key of 16 byte", 40123 };

static struct path
path_to_hop(void)
{
	return (struct path){ our_mac, hop_mac, addr_ip4(0xc6120302), cookie.udp_port };
}

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

struct bytes {
	uint8_t b[SIM_FRAME];
	size_t n;
};

enum { VARIANT = 5 }; /* of the probes that have several */

/* A question, and the answer of a host that answers everything. */
static void
converse(const struct probe *probe, uint16_t port, struct frame *question,
	struct bytes *answer)
{
	struct path path = path_to_hop();
	struct shot shot = { .dst = addr_ip4(0xc6130405),
		.port = port,
		.variant = probe->secrets ? VARIANT : 0,
		.secret = probe->secrets ? "lab" : NULL };
	struct wr w = wr_to(question->bytes, sizeof(question->bytes));
	struct sim_sent sent;
	struct sim sim;

	shot.token = cookie_token(&cookie, &shot.dst, probe->proto, port);
	probe->build(&w, &path, &shot);
	assert_false(w.bad);
	question->size = (uint16_t)wr_used(&w);
	sim_init(&sim, everybody);
	sim.tcp = even_ports;
	sim.named = sim.times = sim.mdns = sim.snmp = true;
	answer->n = sim_answer(&sim, question, &sent, answer->b);
	assert_true(answer->n > 0);
	assert_int_equal(addr_to_ip4(&sent.dst), 0xc6130405);
}

static enum verdict
judge_with(const struct probe *probe, const struct cookie *c, const uint8_t *b,
	size_t n, struct shot *who)
{
	uint8_t *exact = malloc(n ? n : 1);
	struct packet p;
	enum verdict v = NOT_MINE;

	memcpy(exact, b, n);
	if (packet_read(&p, exact, n))
		v = probe->match(c, &p, who);
	free(exact);
	return v;
}

static enum verdict
judge(const struct probe *probe, const uint8_t *b, size_t n, struct shot *who)
{
	return judge_with(probe, &cookie, b, n, who);
}

static const struct probe_row {
	const char *name;
	uint16_t port;
} rows[] = { { "arp", 0 }, { "icmp-echo", 0 }, { "tcp-syn", 443 }, { "tcp-syn", 80 },
	{ "tcp-syn", 65535 }, { "nbns", 137 }, { "icmp-timestamp", 0 },
	{ "mdns", 5353 }, { "snmp", 161 } };

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static void
each_probe_knows_the_answer_to_its_question(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		const struct probe *probe = probe_find(rows[i].name);
		struct frame q = { 0 };
		struct bytes a;
		struct shot who = { 0 };
		print_message("  %s %u\n", rows[i].name, rows[i].port);
		converse(probe, rows[i].port, &q, &a);
		assert_int_equal(judge(probe, a.b, a.n, &who), REPLY);
		assert_int_equal(addr_to_ip4(&who.dst), 0xc6130405);
		assert_int_equal(who.port, rows[i].port);
		assert_int_equal(who.variant, probe->secrets ? VARIANT : 0);
	}
}

static void
no_probe_takes_the_answer_of_another(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		struct frame q = { 0 };
		struct bytes a;
		struct shot who;
		converse(probe_find(rows[i].name), rows[i].port, &q, &a);
		for (size_t k = 0; probes[k]; k++)
			if (probes[k] != probe_find(rows[i].name))
				assert_int_equal(
					judge(probes[k], a.b, a.n, &who), NOT_MINE);
	}
}

static void
a_question_is_no_answer(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		struct frame q = { 0 };
		struct bytes a;
		struct shot who;
		converse(probe_find(rows[i].name), rows[i].port, &q, &a);
		for (size_t k = 0; probes[k]; k++)
			assert_int_equal(
				judge(probes[k], q.bytes, q.size, &who), NOT_MINE);
	}
}

static void
an_answer_cut_short_is_none(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		const struct probe *probe = probe_find(rows[i].name);
		struct frame q = { 0 };
		struct bytes a;
		struct shot who;
		print_message("  %s\n", rows[i].name);
		converse(probe, rows[i].port, &q, &a);
		for (size_t n = 0; n < a.n; n++)
			assert_int_equal(judge(probe, a.b, n, &who), NOT_MINE);
	}
}

static void
another_run_has_other_answers(void **state)
{
	struct cookie other = cookie;

	(void)state;
	other.key[3] ^= 0x40;
	for (size_t i = 0; i < ROWS; i++) {
		const struct probe *probe = probe_find(rows[i].name);
		struct frame q = { 0 };
		struct bytes a;
		struct shot who;
		if (probe->proto == 0) /* ARP echoes nothing */
			continue;
		converse(probe, rows[i].port, &q, &a);
		assert_int_equal(judge_with(probe, &other, a.b, a.n, &who), NOT_MINE);
	}
}

/* Recomputes the checksums after a byte was changed on purpose. */
static void
mend(struct bytes *a)
{
	size_t at = ETHER_HEAD + IP4_HEAD, n = a->n - at;
	struct addr src = addr_ip4(0), dst = src;
	static const size_t where[256] = { [IP_ICMP] = 2, [IP_TCP] = 16, [IP_UDP] = 6 };
	uint8_t proto = a->b[23];
	uint8_t *sum = a->b + at + where[proto];

	memcpy(src.bytes, a->b + 26, 4);
	memcpy(dst.bytes, a->b + 30, 4);
	a->b[24] = a->b[25] = sum[0] = sum[1] = 0;
	uint16_t head = checksum_end(checksum_add(0, a->b + ETHER_HEAD, IP4_HEAD));
	a->b[24] = (uint8_t)(head >> 8);
	a->b[25] = (uint8_t)head;
	uint32_t pseudo = proto == IP_ICMP ? 0 : checksum_pseudo(&src, &dst, proto, n);
	uint16_t body = checksum_end(checksum_add(pseudo, a->b + at, n));
	sum[0] = (uint8_t)(body >> 8);
	sum[1] = (uint8_t)body;
}

static void
one_wrong_bit_in_what_comes_back_is_a_forgery(void **state)
{
	static const struct {
		const char *name, *field;
		uint16_t port;
		size_t from, to; /* bytes of the frame */
	} fields[] = {
		{ "icmp-echo", "source address", 0, 26, 30 },
		{ "icmp-echo", "type", 0, 34, 35 },
		{ "icmp-echo", "id", 0, 38, 40 },
		{ "icmp-echo", "seq", 0, 40, 42 },
		{ "icmp-echo", "payload", 0, 42, 50 },
		{ "tcp-syn", "source address", 80, 26, 30 },
		{ "tcp-syn", "source port", 80, 34, 36 },
		{ "tcp-syn", "destination port", 80, 36, 38 },
		{ "tcp-syn", "ack", 80, 42, 46 },
		{ "nbns", "source address", 137, 26, 30 },
		{ "nbns", "source port", 137, 34, 36 },
		{ "nbns", "destination port", 137, 36, 38 },
		{ "nbns", "transaction id", 137, 42, 44 },
		{ "icmp-timestamp", "source address", 0, 26, 30 },
		{ "icmp-timestamp", "type", 0, 34, 35 },
		{ "icmp-timestamp", "id", 0, 38, 40 },
		{ "icmp-timestamp", "seq", 0, 40, 42 },
		{ "icmp-timestamp", "originate", 0, 42, 46 },
		{ "mdns", "source address", 5353, 26, 30 },
		{ "mdns", "source port", 5353, 34, 36 },
		{ "mdns", "destination port", 5353, 36, 38 },
		{ "mdns", "id", 5353, 42, 44 },
		{ "snmp", "source address", 161, 26, 30 },
		{ "snmp", "source port", 161, 34, 36 },
		{ "snmp", "destination port", 161, 36, 38 },
		{ "snmp", "PDU type", 161, 52, 53 },
		{ "snmp", "request id but its last three bits", 161, 56, 59 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		const struct probe *probe = probe_find(fields[i].name);
		struct frame q = { 0 };
		struct bytes a, forged;
		struct shot who;
		print_message("  %s: %s\n", fields[i].name, fields[i].field);
		converse(probe, fields[i].port, &q, &a);
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
a_wrong_checksum_is_no_answer(void **state)
{
	(void)state;
	for (size_t i = 1; i < ROWS; i++) {
		const struct probe *probe = probe_find(rows[i].name);
		struct frame q = { 0 };
		struct bytes a;
		struct shot who;
		converse(probe, rows[i].port, &q, &a);
		a.b[a.n - 1] ^= 1;
		assert_int_equal(judge(probe, a.b, a.n, &who), NOT_MINE);
	}
}

/* Between virtual machines of one host the hardware that would sum never sees the frame:
 * the field holds the sum of the pseudo-header. */
static void
a_checksum_left_to_the_hardware_is_accepted(void **state)
{
	static const struct probe_row unsummed[] = { { "tcp-syn", 80 },
		{ "nbns", 137 } };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		const struct probe *probe = probe_find(unsummed[i].name);
		size_t at = ETHER_HEAD + IP4_HEAD + (i ? 6 : 16);
		struct addr src = addr_ip4(0xc6130405), dst = addr_ip4(0xc6120302);
		struct frame q = { 0 };
		struct facts f = { .n = 0 };
		struct bytes a;
		struct shot who;
		struct packet p;
		converse(probe, unsummed[i].port, &q, &a);
		uint16_t sum = (uint16_t)~checksum_end(checksum_pseudo(
			&src, &dst, probe->proto, a.n - ETHER_HEAD - IP4_HEAD));
		a.b[at] = (uint8_t)(sum >> 8);
		a.b[at + 1] = (uint8_t)sum;
		assert_int_equal(judge(probe, a.b, a.n, &who), REPLY);
		assert_true(packet_read(&p, a.b, a.n));
		probe->observe(&p, &who, &f);
		assert_int_equal(f.items[0].ports.items[0], unsummed[i].port);
		a.b[at + 1] ^= 1;
		assert_int_equal(judge(probe, a.b, a.n, &who), NOT_MINE);
	}
}

static void
only_syn_ack_and_rst_ack_answer_a_syn(void **state)
{
	const struct probe *probe = probe_find("tcp-syn");
	struct frame q = { 0 };
	struct bytes a;
	struct shot who;

	(void)state;
	converse(probe, 80, &q, &a);
	for (unsigned flags = 0; flags < 256; flags++) {
		unsigned three = flags & (TCP_SYN | TCP_RST | TCP_ACK);
		bool answers = three == (TCP_SYN | TCP_ACK) ||
			three == (TCP_RST | TCP_ACK);
		a.b[47] = (uint8_t)flags;
		mend(&a);
		assert_int_equal(
			judge(probe, a.b, a.n, &who), answers ? REPLY : NOT_MINE);
	}
}

static void
arp_from_no_one_machine_is_no_answer(void **state)
{
	const struct probe *probe = probe_find("arp");
	static const struct {
		const char *label;
		size_t at;
		uint8_t bytes[6];
		size_t n;
	} changes[] = {
		{ "MAC 0", 22, { 0 }, 6 },
		{ "a group MAC", 22, { 1, 0, 0x5e, 0, 0, 1 }, 6 },
		{ "broadcast", 22, { 255, 255, 255, 255, 255, 255 }, 6 },
		{ "a request", 20, { 0, 1 }, 2 },
		{ "RARP", 20, { 0, 4 }, 2 },
		{ "token ring", 14, { 0, 6 }, 2 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		struct frame q = { 0 };
		struct bytes a;
		struct shot who;
		print_message("  %s\n", changes[i].label);
		converse(probe, 0, &q, &a);
		memcpy(a.b + changes[i].at, changes[i].bytes, changes[i].n);
		assert_int_equal(judge(probe, a.b, a.n, &who), NOT_MINE);
	}
}

/* --- ICMP errors -------------------------------------------------------------------------- */

/* An error of a router about the question, with n bytes of it quoted. */
static struct bytes
error_about(const struct frame *q, size_t n)
{
	struct bytes out;
	struct wr w = wr_to(out.b, sizeof(out.b));
	struct ether e = { our_mac, hop_mac, ETHER_IP4 };
	struct ip ip = { .src = addr_ip4(0xc6120301),
		.dst = addr_ip4(0xc6120302),
		.proto = IP_ICMP,
		.ttl = 64 };

	ether_write(&w, &e);
	ip_write(&w, &ip, ICMP_HEAD + n);
	wr_u8(&w, ICMP_UNREACHABLE);
	wr_u8(&w, 13);
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
		converse(probe, rows[i].port, &q, &a);
		/* Header and eight bytes are all that a router must quote (RFC 792). */
		error = error_about(&q, IP4_HEAD + 8);
		assert_int_equal(judge(probe, error.b, error.n, &who), REFUSAL);
		assert_int_equal(addr_to_ip4(&who.dst), 0xc6130405);
		assert_int_equal(who.port, rows[i].port);
		error = error_about(&q, q.size - (size_t)ETHER_HEAD);
		assert_int_equal(judge(probe, error.b, error.n, &who), REFUSAL);
	}
}

static void
an_error_about_another_probe_is_none_of_ours(void **state)
{
	(void)state;
	for (size_t i = 1; i < ROWS; i++) {
		struct frame q = { 0 };
		struct bytes a, error;
		struct shot who;
		print_message("  %s\n", rows[i].name);
		converse(probe_find(rows[i].name), rows[i].port, &q, &a);
		error = error_about(&q, IP4_HEAD + 8);
		for (size_t k = 0; probes[k]; k++)
			if (probes[k] != probe_find(rows[i].name))
				assert_int_equal(
					judge(probes[k], error.b, error.n, &who),
					NOT_MINE);
	}
}

static void
an_error_that_quotes_a_stranger_is_nothing(void **state)
{
	(void)state;
	for (size_t i = 1; i < ROWS; i++) {
		const struct probe *probe = probe_find(rows[i].name);
		struct frame q = { 0 };
		struct bytes a, error;
		struct shot who;
		print_message("  %s\n", rows[i].name);
		converse(probe, rows[i].port, &q, &a);
		/* Our address, another port, id or seq. */
		static const size_t at[256] = {
			[IP_ICMP] = 38, [IP_TCP] = 38, [IP_UDP] = 34
		};
		q.bytes[at[probe->proto]] ^= 0x10;
		error = error_about(&q, IP4_HEAD + 8);
		assert_int_equal(judge(probe, error.b, error.n, &who), NOT_MINE);
		for (size_t n = 0; n < IP4_HEAD + 4; n++) {
			error = error_about(&q, n);
			assert_int_equal(judge(probe, error.b, error.n, &who), NOT_MINE);
		}
	}
}

/* --- what an answer tells ------------------------------------------------------------------ */

static void
observe(const struct probe *probe, const struct bytes *a, struct packet *p,
	struct facts *f)
{
	struct shot who;

	assert_true(packet_read(p, a->b, a->n));
	assert_int_equal(probe->match(&cookie, p, &who), REPLY);
	f->n = 0;
	probe->observe(p, &who, f);
	facts_sort(f);
}

static const struct fact *
get(const struct facts *f, const char *key)
{
	const struct fact *one = fact_get(f->items, f->n, key);

	if (one)
		assert_int_equal(one->type, fact_find(key)->type);
	return one;
}

static void
ports_and_ttl_are_told(void **state)
{
	const struct probe *probe = probe_find("tcp-syn");
	struct frame q = { 0 };
	struct facts f;
	struct packet p;
	struct bytes a;

	(void)state;
	converse(probe, 80, &q, &a);
	observe(probe, &a, &p, &f);
	assert_int_equal(get(&f, "tcp.open")->ports.n, 1);
	assert_int_equal(get(&f, "tcp.open")->ports.items[0], 80);
	assert_int_equal(get(&f, "ip.ttl")->num, 57);
	assert_null(get(&f, "tcp.closed"));
	converse(probe, 443, &q, &a);
	observe(probe, &a, &p, &f);
	assert_int_equal(get(&f, "tcp.closed")->ports.items[0], 443);
	assert_null(get(&f, "tcp.open"));
}

static void
a_timestamp_says_who_is_there(void **state)
{
	struct frame q = { 0 };
	struct facts f;
	struct packet p;
	struct bytes a;

	(void)state;
	converse(probe_find("icmp-timestamp"), 0, &q, &a);
	/* Any time may be asked with, if it says that it is none (RFC 792 p. 16). */
	assert_true(q.bytes[ETHER_HEAD + IP4_HEAD + 8] & 0x80);
	observe(probe_find("icmp-timestamp"), &a, &p, &f);
	assert_int_equal(f.n, 2);
	assert_int_equal(get(&f, "icmp.timestamp")->num, 1);
	assert_int_equal(get(&f, "ip.ttl")->num, 57);
}

static void
snmp_tells_kind_and_name_as_clean_text(void **state)
{
	struct frame q = { 0 };
	struct facts f;
	struct packet p;
	struct bytes a;

	(void)state;
	converse(probe_find("snmp"), 161, &q, &a);
	observe(probe_find("snmp"), &a, &p, &f);
	assert_int_equal(f.n, 4);
	assert_string_equal(get(&f, "snmp.sysdescr")->text, "Lab  2.1"); /* CR, LF */
	assert_string_equal(get(&f, "snmp.sysname")->text, "lab");
	assert_string_equal(
		get(&f, "snmp.sysobjectid")->text, "1.3.6.1.4.1.8072.3.2.10");
	assert_int_equal(get(&f, "udp.open")->ports.items[0], 161);
}

/* NULL, or noSuchObject, where a value should be (RFC 3416 §4.2.1). */
static void
snmp_values_that_are_absent_are_no_facts(void **state)
{
	static const struct {
		const char *key;
		size_t at; /* of the value's tag in the data */
	} values[] = {
		{ "snmp.sysdescr", 38 },
		{ "snmp.sysobjectid", 60 },
		{ "snmp.sysname", 84 },
	};
	struct bytes none = { .n = 0 };
	struct frame q = { 0 };
	struct facts f;
	struct packet p;
	struct bytes a;

	(void)state;
	converse(probe_find("snmp"), 161, &q, &a);
	none = a;
	for (size_t i = 0; i < 3; i++) {
		const size_t at = ETHER_HEAD + IP4_HEAD + UDP_HEAD + values[i].at;
		struct bytes b = a;
		print_message("  %s\n", values[i].key);
		b.b[at] = none.b[at] = 0x80; /* noSuchObject */
		mend(&b);
		observe(probe_find("snmp"), &b, &p, &f);
		assert_int_equal(f.n, 3);
		assert_null(get(&f, values[i].key));
	}
	mend(&none);
	observe(probe_find("snmp"), &none, &p, &f);
	assert_int_equal(f.n, 1);
	assert_non_null(get(&f, "udp.open"));
}

static void
mdns_tells_name_and_services(void **state)
{
	struct frame q = { 0 };
	struct facts f;
	struct packet p;
	struct bytes a;

	(void)state;
	converse(probe_find("mdns"), 5353, &q, &a);
	observe(probe_find("mdns"), &a, &p, &f);
	assert_int_equal(f.n, 3);
	assert_string_equal(get(&f, "mdns.name")->text, "host.local");
	assert_int_equal(get(&f, "mdns.services")->texts.n, 2);
	assert_string_equal(get(&f, "mdns.services")->texts.items[0], "_ftp._tcp");
	assert_string_equal(get(&f, "mdns.services")->texts.items[1], "_ipp._tcp");
	assert_int_equal(get(&f, "udp.open")->ports.items[0], 5353);
}

/* An answer of more than one packet has: the records in its first fragment (RFC 791 §3.2). */
static void
the_beginning_of_a_long_answer_is_read(void **state)
{
	enum { FLAGS = ETHER_HEAD + 6, LENGTH = ETHER_HEAD + IP4_HEAD + 4 };
	struct frame q = { 0 };
	struct facts f;
	struct packet p;
	struct bytes a;

	(void)state;
	converse(probe_find("mdns"), 5353, &q, &a);
	mend(&a);
	a.b[FLAGS] = 0x20;         /* more fragments */
	a.b[LENGTH] = 0xea;        /* 60,000 bytes and some */
	a.b[LENGTH + 4 + 7] = 200; /* answers */
	a.b[ETHER_HEAD + 10] = a.b[ETHER_HEAD + 11] = 0;
	uint16_t sum = checksum_end(checksum_add(0, a.b + ETHER_HEAD, IP4_HEAD));
	a.b[ETHER_HEAD + 10] = (uint8_t)(sum >> 8);
	a.b[ETHER_HEAD + 11] = (uint8_t)sum;
	observe(probe_find("mdns"), &a, &p, &f);
	assert_string_equal(get(&f, "mdns.name")->text, "host.local");
	assert_int_equal(get(&f, "mdns.services")->texts.n, 2);
	assert_int_equal(get(&f, "udp.open")->ports.items[0], 5353);
}

/* The same in one large frame (9,000 bytes on some links), of which 2 KiB are looked at. */
static void
a_frame_that_a_capture_cut_is_read(void **state)
{
	enum { IP_LENGTH = ETHER_HEAD + 2, LENGTH = ETHER_HEAD + IP4_HEAD + 4 };
	uint8_t large[PACKET_MAX] = { 0 };
	struct frame q = { 0 };
	struct packet p;
	struct bytes a;
	struct shot who;

	(void)state;
	converse(probe_find("mdns"), 5353, &q, &a);
	memcpy(large, a.b, a.n);
	large[IP_LENGTH] = 0x20; /* 8 KiB and some */
	large[LENGTH] = 0x1f;
	large[ETHER_HEAD + 10] = large[ETHER_HEAD + 11] = 0;
	uint16_t sum = checksum_end(checksum_add(0, large + ETHER_HEAD, IP4_HEAD));
	large[ETHER_HEAD + 10] = (uint8_t)(sum >> 8);
	large[ETHER_HEAD + 11] = (uint8_t)sum;
	assert_true(packet_read(&p, large, PACKET_MAX));
	assert_int_equal(probe_find("mdns")->match(&cookie, &p, &who), REPLY);
	/* A frame that is only too short was cut by nobody. */
	assert_false(packet_read(&p, large, PACKET_MAX - 1));
}

/* The right id is proof; what else is broken costs no more than its facts. */
static void
a_broken_answer_is_an_answer_still(void **state)
{
	static const struct {
		const char *name;
		uint16_t port;
		size_t at; /* of the data */
		uint8_t byte;
	} breaks[] = {
		{ "snmp", 161, 27, 0x7f }, /* the length of the first binding */
		{ "mdns", 5353, 3, 0x05 }, /* the response code */
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		const struct probe *probe = probe_find(breaks[i].name);
		struct frame q = { 0 };
		struct facts f;
		struct packet p;
		struct bytes a;
		print_message("  %s\n", breaks[i].name);
		converse(probe, breaks[i].port, &q, &a);
		a.b[ETHER_HEAD + IP4_HEAD + UDP_HEAD + breaks[i].at] = breaks[i].byte;
		mend(&a);
		observe(probe, &a, &p, &f);
		assert_int_equal(f.n, 1);
		assert_non_null(get(&f, "udp.open"));
	}
}

static void
foreign_text_is_made_utf8_without_controls(void **state)
{
	static const struct {
		const char *label, *text;
		size_t n;
		const char *want; /* NULL: no fact */
	} texts[] = {
		{ "plain", "HP LaserJet", 11, "HP LaserJet" },
		{ "lines", "Cisco\r\nIOS", 10, "Cisco  IOS" },
		{ "blanks at the ends", " \ta b\n\n", 7, "a b" },
		{ "NUL within", "a\0b", 3, "a b" },
		{ "DEL and escape", "a\x7f\x1b[0m", 6, "a  [0m" },
		{ "UTF-8", "caf\xc3\xa9", 5, "caf\xc3\xa9" },
		{ "Latin-1", "caf\xe9!", 5, "caf\xef\xbf\xbd!" },
		{ "UTF-8 that is cut", "caf\xc3", 4, "caf\xef\xbf\xbd" },
		{ "nothing", "", 0, NULL },
		{ "blanks only", " \r\n ", 4, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct facts f = { .n = 0 };
		print_message("  %s\n", texts[i].label);
		facts_add_foreign(
			&f, "snmp.sysname", rd_from(texts[i].text, texts[i].n));
		assert_int_equal(f.n, texts[i].want ? 1 : 0);
		if (texts[i].want)
			assert_string_equal(f.items[0].text, texts[i].want);
	}
}

static void
foreign_text_is_cut_between_characters(void **state)
{
	char text[600];

	(void)state;
	for (size_t i = 0; i < sizeof(text); i += 2)
		memcpy(text + i, "\xc3\xa9", 2);
	for (size_t n = 250; n <= sizeof(text); n += 2) {
		struct facts f = { .n = 0 };
		facts_add_foreign(&f, "snmp.sysdescr", rd_from(text, n));
		size_t len = strlen(f.items[0].text);
		assert_int_equal(len, n < FACTS_TEXT_SIZE ? n : FACTS_TEXT_SIZE - 2);
		assert_memory_equal(f.items[0].text, text, len);
	}
}

/* Which of several questions a recorded frame was, where proto and port do not say it. */
static void
a_frame_of_ours_is_known_for_its_question(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		const struct probe *probe = probe_find(rows[i].name);
		struct frame q = { 0 };
		struct shot who = { .port = rows[i].port };
		struct packet p;
		struct bytes a;
		print_message("  %s\n", rows[i].name);
		converse(probe, rows[i].port, &q, &a);
		assert_true(packet_read(&p, q.bytes, q.size));
		for (size_t k = 0; probes[k]; k++) {
			const struct probe *other = probes[k];
			bool same = other->proto == probe->proto &&
				(other->port == rows[i].port || other->chosen_ports) &&
				!(other->use & USE_ONLINK);
			if (same && other->asks)
				assert_int_equal(other->asks(&p, &who), other == probe);
			else if (same)
				assert_ptr_equal(other, probe);
		}
		assert_int_equal(who.variant, probe->secrets ? VARIANT : 0);
	}
}

static void
each_variant_knows_its_own_answer(void **state)
{
	const struct probe *probe = probe_find("snmp");
	struct frame q = { 0 };
	struct bytes a, b;
	struct shot who;

	(void)state;
	converse(probe, 161, &q, &a);
	for (uint8_t i = 0; i < PROBE_VARIANTS_MAX; i++) {
		b = a;
		b.b[59] = (uint8_t)((b.b[59] & ~7u) | i); /* the last byte of the id */
		mend(&b);
		assert_int_equal(judge(probe, b.b, b.n, &who), REPLY);
		assert_int_equal(who.variant, i);
	}
}

static void
the_largest_questions_fit_a_frame(void **state)
{
	char community[PROBE_SECRET_MAX + 1];
	struct path path = path_to_hop();

	(void)state;
	memset(community, 'c', PROBE_SECRET_MAX);
	community[PROBE_SECRET_MAX] = '\0';
	for (size_t i = 0; probes[i]; i++) {
		struct shot shot = { .port = 443, .secret = community };
		uint8_t bytes[FRAME_MAX];
		struct wr w = wr_to(bytes, sizeof(bytes));
		if (probes[i]->proto != IP_UDP)
			continue;
		assert_true(addr_parse("2001:db8::1", &shot.dst));
		path.src = shot.dst;
		probes[i]->build(&w, &path, &shot);
		print_message("  %s: %zu bytes\n", probes[i]->name, wr_used(&w));
		assert_false(w.bad);
	}
}

/* A node status with these names, as the answer to a question. */
struct status_name {
	char name[16];
	uint8_t suffix;
	uint16_t flags;
};

static struct bytes
status_answer(const struct status_name *names, size_t n)
{
	struct addr who = addr_ip4(0xc6130405), us = addr_ip4(0xc6120302);
	struct ether e = { hop_mac, our_mac, ETHER_IP4 };
	struct ip ip = { who, us, IP_UDP, 57, 0, false };
	struct udp u = { 137, cookie.udp_port };
	uint64_t token = cookie_token(&cookie, &who, IP_UDP, 137);
	uint8_t status[SIM_FRAME], tail[46] = { 2, 4, 6, 8, 10, 12 };
	struct bytes out;
	struct wr s = wr_to(status, sizeof(status)), w = wr_to(out.b, sizeof(out.b));

	(void)sim_write_status(status, sizeof(status), (uint16_t)token, &who);
	s.p = s.start + 12 + 34 + 8; /* RDLENGTH */
	wr_be16(&s, (uint16_t)(1 + n * 18 + sizeof(tail)));
	wr_u8(&s, (uint8_t)n);
	for (size_t i = 0; i < n; i++) {
		wr_bytes(&s, names[i].name, 15);
		wr_u8(&s, names[i].suffix);
		wr_be16(&s, names[i].flags);
	}
	wr_bytes(&s, tail, sizeof(tail));
	assert_false(s.bad);
	sim_ip_head(&w, &e, &ip, UDP_HEAD + wr_used(&s));
	udp_write(&w, &ip, &u, status, wr_used(&s));
	out.n = wr_used(&w);
	return out;
}

static void
names_are_told_sorted_and_as_text(void **state)
{
	static const struct status_name names[] = {
		{ "WS-0412        ", 0x20, 0x0400 },
		{ "WS-0412        ", 0x00, 0x0400 }, { "CORP           ", 0x00, 0x8400 },
		{ "\x01\x02__MSBROWSE__\x02", 0x01, 0x8400 },
		{ "M\x9aLLER         ", 0x03, 0x0400 }, /* code page 850 */
		{ "CORP           ", 0x00, 0x8400 },    /* twice */
	};
	static const char *const want[] = { "..__MSBROWSE__.<01>G", "CORP<00>G",
		"M%9aLLER<03>", "WS-0412<00>", "WS-0412<20>" };
	struct bytes a = status_answer(names, 6);
	struct facts f;
	struct packet p;

	(void)state;
	observe(probe_find("nbns"), &a, &p, &f);
	assert_string_equal(get(&f, "netbios.name")->text, "WS-0412");
	assert_string_equal(get(&f, "netbios.domain")->text, "CORP");
	assert_int_equal(get(&f, "netbios.mac")->mac.bytes[5], 12);
	assert_int_equal(get(&f, "udp.open")->ports.items[0], 137);
	assert_int_equal(get(&f, "netbios.names")->texts.n, 5);
	for (size_t i = 0; i < 5; i++)
		assert_string_equal(get(&f, "netbios.names")->texts.items[i], want[i]);
}

static void
the_longest_name_fits(void **state)
{
	static const struct status_name names[] = {
		{ "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 0x00,
			0x8400 },
	};
	struct bytes a = status_answer(names, 1);
	struct facts f;
	struct packet p;

	(void)state;
	observe(probe_find("nbns"), &a, &p, &f);
	const char *domain = get(&f, "netbios.domain")->text;
	assert_int_equal(strlen(domain), 45);
	for (size_t i = 0; i < 45; i += 3)
		assert_memory_equal(domain + i, "%ff", 3);
}

static void
a_broken_list_of_names_is_an_answer_without_names(void **state)
{
	struct frame q = { 0 };
	struct facts f;
	struct packet p;
	struct bytes a;

	(void)state;
	converse(probe_find("nbns"), 137, &q, &a);
	a.b[ETHER_HEAD + IP4_HEAD + UDP_HEAD + 56] = 200; /* NUM_NAMES */
	mend(&a);
	observe(probe_find("nbns"), &a, &p, &f);
	assert_int_equal(f.n, 1);
	assert_non_null(get(&f, "udp.open"));
}

static void
facts_beyond_their_room_are_dropped(void **state)
{
	struct facts f = { .n = 0 };

	(void)state;
	for (int i = 0; i < 100; i++)
		facts_add_int(&f, "ip.ttl", i);
	assert_in_range(f.n, 1, FACTS_MAX);
}

static void
every_descriptor_says_what_it_is(void **state)
{
	(void)state;
	for (size_t i = 0; probes[i]; i++) {
		const struct probe *p = probes[i];
		print_message("  %s\n", p->name);
		assert_ptr_equal(probe_find(p->name), p);
		assert_true(*p->help && *p->sends && p->filter);
		assert_true(p->use & (USE_ONLINK | USE_ROUTED | USE_LIVING));
		assert_true(p->build && p->match && p->observe);
		assert_int_equal(p->proto == IP_UDP, p->write && p->proves);
		assert_true(!p->secrets || p->write); /* only these have room for one */
	}
	assert_null(probe_find("icmp"));
	assert_null(probe_find(""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_probe_knows_the_answer_to_its_question),
		cmocka_unit_test(no_probe_takes_the_answer_of_another),
		cmocka_unit_test(a_question_is_no_answer),
		cmocka_unit_test(an_answer_cut_short_is_none),
		cmocka_unit_test(another_run_has_other_answers),
		cmocka_unit_test(one_wrong_bit_in_what_comes_back_is_a_forgery),
		cmocka_unit_test(a_wrong_checksum_is_no_answer),
		cmocka_unit_test(a_checksum_left_to_the_hardware_is_accepted),
		cmocka_unit_test(only_syn_ack_and_rst_ack_answer_a_syn),
		cmocka_unit_test(arp_from_no_one_machine_is_no_answer),
		cmocka_unit_test(an_error_that_quotes_us_is_a_refusal),
		cmocka_unit_test(an_error_about_another_probe_is_none_of_ours),
		cmocka_unit_test(an_error_that_quotes_a_stranger_is_nothing),
		cmocka_unit_test(ports_and_ttl_are_told),
		cmocka_unit_test(a_timestamp_says_who_is_there),
		cmocka_unit_test(snmp_tells_kind_and_name_as_clean_text),
		cmocka_unit_test(snmp_values_that_are_absent_are_no_facts),
		cmocka_unit_test(mdns_tells_name_and_services),
		cmocka_unit_test(the_beginning_of_a_long_answer_is_read),
		cmocka_unit_test(a_frame_that_a_capture_cut_is_read),
		cmocka_unit_test(a_broken_answer_is_an_answer_still),
		cmocka_unit_test(foreign_text_is_made_utf8_without_controls),
		cmocka_unit_test(foreign_text_is_cut_between_characters),
		cmocka_unit_test(a_frame_of_ours_is_known_for_its_question),
		cmocka_unit_test(each_variant_knows_its_own_answer),
		cmocka_unit_test(the_largest_questions_fit_a_frame),
		cmocka_unit_test(names_are_told_sorted_and_as_text),
		cmocka_unit_test(the_longest_name_fits),
		cmocka_unit_test(a_broken_list_of_names_is_an_answer_without_names),
		cmocka_unit_test(facts_beyond_their_room_are_dropped),
		cmocka_unit_test(every_descriptor_says_what_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
