/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SSH before encryption: what OpenSSH says, and RFC 4253 broken clause by clause. */
#include "packet.h"

#include "wire/ssh.h"

static struct rd
text(const char *s)
{
	return rd_from(s, strlen(s));
}

static void
assert_text(const char *want, struct rd have)
{
	size_t n = rd_left(&have);

	assert_int_equal(strlen(want), n);
	if (n)
		assert_memory_equal(want, have.p, n);
}

/* --- identification -------------------------------------------------------------------- */

static const struct ident_row {
	const char *label, *stream;
	enum ssh_part part;
	const char *want; /* the line, or a part of why */
	bool version2;
	const char *left; /* behind it */
} ident_rows[] = {
	{ "the usual", "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n\x01", SSH_WHOLE,
		"SSH-2.0-OpenSSH_9.2p1 Debian-2", true, "\x01" },
	{ "LF alone", "SSH-2.0-x\nrest", SSH_WHOLE, "SSH-2.0-x", true, "rest" },
	{ "both versions", "SSH-1.99-Cisco-1.25\r\n", SSH_WHOLE, "SSH-1.99-Cisco-1.25",
		true, "" },
	{ "the old version", "SSH-1.5-x\r\n", SSH_WHOLE, "SSH-1.5-x", false, "" },
	{ "a version that begins alike", "SSH-2.01-x\r\n", SSH_WHOLE, "SSH-2.01-x",
		false, "" },
	{ "lines before it", "Welcome\r\nto SSH-2.0-no\r\nSSH-2.0-x\r\n", SSH_WHOLE,
		"SSH-2.0-x", true, "" },
	{ "an empty software version", "SSH-2.0-\r\n", SSH_WHOLE, "SSH-2.0-", true, "" },
	{ "nothing yet", "", SSH_MORE, NULL, false, "" },
	{ "no line end yet", "SSH-2.0-x", SSH_MORE, NULL, false, "SSH-2.0-x" },
	{ "a greeting and half of it", "hello\r\nSSH-2", SSH_MORE, NULL, false,
		"hello\r\nSSH-2" },
	{ "no version", "SSH-\r\n", SSH_BROKEN, "§4.2", false, NULL },
	{ "no second dash", "SSH-2.0\r\n", SSH_BROKEN, "§4.2", false, NULL },
	{ "an empty version", "SSH--x\r\n", SSH_BROKEN, "§4.2", false, NULL },
};

static void
an_identification_is_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(ident_rows) / sizeof(ident_rows[0]); i++) {
		const struct ident_row *row = &ident_rows[i];
		struct packet p = packet_of(row->stream, strlen(row->stream));
		struct rd stream = packet_rd(&p);
		struct ssh_ident ident;
		const char *why = NULL;
		print_message("  %s\n", row->label);
		assert_int_equal(row->part, ssh_read_ident(&stream, &ident, &why));
		if (row->part == SSH_BROKEN) {
			assert_non_null(strstr(why, row->want));
		} else {
			assert_text(row->left, stream);
		}
		if (row->part == SSH_WHOLE) {
			assert_text(row->want, ident.line);
			assert_int_equal(row->version2, ident.is_version2);
		}
		packet_free(&p);
	}
}

static void
an_identification_has_no_nul(void **state)
{
	static const char line[] = "SSH-2.0-a\0b\r\n";
	struct rd stream = rd_from(line, sizeof(line) - 1);
	struct ssh_ident ident;
	const char *why = NULL;

	(void)state;
	assert_int_equal(SSH_BROKEN, ssh_read_ident(&stream, &ident, &why));
}

/* §4.2: 255 characters with CR LF; our limit of lines before it. */
static void
an_identification_comes_in_time(void **state)
{
	static char stream[SSH_GREETING_MAX + 64];
	struct ssh_ident ident;
	const char *why;

	(void)state;
	for (size_t n = 250; n <= 260; n++) { /* n bytes, CR LF among them */
		memset(stream, 'x', n);
		memcpy(stream, "SSH-2.0-", 8);
		memcpy(stream + n - 2, "\r\n", 2);
		struct rd r = rd_from(stream, n);
		assert_int_equal(n <= SSH_IDENT_MAX ? SSH_WHOLE : SSH_BROKEN,
			ssh_read_ident(&r, &ident, &why));
		memset(stream + n - 2, 'x', 2); /* and without an end */
		r = rd_from(stream, n);
		assert_int_equal(n <= SSH_IDENT_MAX ? SSH_MORE : SSH_BROKEN,
			ssh_read_ident(&r, &ident, &why));
	}
	memset(stream, '\n', sizeof(stream));
	struct rd r = rd_from(stream, SSH_GREETING_MAX);
	assert_int_equal(SSH_MORE, ssh_read_ident(&r, &ident, &why));
	r = rd_from(stream, SSH_GREETING_MAX + 1);
	assert_int_equal(SSH_BROKEN, ssh_read_ident(&r, &ident, &why));
}

/* --- packets ------------------------------------------------------------------------------ */

static const struct packet_row {
	const char *label, *bytes;
	enum ssh_part part;
	size_t payload;
} packet_rows[] = {
	{ "the smallest", "0000000c 0a 01 00000000000000000000", SSH_WHOLE, 1 },
	{ "least padding", "0000000c 04 01020304050607 00000000", SSH_WHOLE, 7 },
	{ "another behind it", "0000000c 0a 01 00000000000000000000 0000", SSH_WHOLE,
		1 },
	{ "nothing yet", "", SSH_MORE, 0 },
	{ "half a length", "000000", SSH_MORE, 0 },
	{ "only a length", "0000000c", SSH_MORE, 0 },
	{ "a byte is missing", "0000000c 0a 01 000000000000000000", SSH_MORE, 0 },
	{ "the largest, to come", "000088b4", SSH_MORE, 0 },
	{ "larger than that", "000088bc", SSH_BROKEN, 0 },
	{ "huge", "ffffffff", SSH_BROKEN, 0 },
	{ "no multiple of eight", "0000000d 0a 01 0000000000000000000000", SSH_BROKEN,
		0 },
	{ "empty", "00000004 00000000", SSH_BROKEN, 0 },
	{ "too little padding", "0000000c 03 0102030405060708 000000", SSH_BROKEN, 0 },
	{ "nothing but padding", "0000000c 0b 0000000000000000000000", SSH_BROKEN, 0 },
	{ "more padding than there is", "0000000c ff 0000000000000000000000",
		SSH_BROKEN, 0 },
};

static void
packets_are_framed(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(packet_rows) / sizeof(packet_rows[0]); i++) {
		const struct packet_row *row = &packet_rows[i];
		struct packet p = packet_hex(row->bytes);
		struct rd stream = packet_rd(&p), payload;
		const char *why = NULL;
		print_message("  %s\n", row->label);
		assert_int_equal(row->part, ssh_read_packet(&stream, &payload, &why));
		if (row->part == SSH_WHOLE) {
			assert_int_equal(row->payload, rd_left(&payload));
			assert_int_equal(p.n - 16, rd_left(&stream));
		} else {
			assert_int_equal(p.n, rd_left(&stream));
		}
		assert_int_equal(row->part == SSH_BROKEN, why != NULL);
		packet_free(&p);
	}
}

static void
written_packets_are_read_again(void **state)
{
	uint8_t payload[64], bytes[128];

	(void)state;
	memset(payload, 7, sizeof(payload));
	for (size_t n = 1; n <= sizeof(payload); n++) {
		struct wr w = wr_to(bytes, sizeof(bytes));
		ssh_write_packet(&w, payload, n);
		assert_false(w.bad);
		assert_int_equal(0, wr_used(&w) % 8);
		assert_true(bytes[4] >= 4 && bytes[4] < 12); /* §6: padding_length */
		struct rd stream = rd_from(bytes, wr_used(&w)), have;
		const char *why = NULL;
		assert_int_equal(SSH_WHOLE, ssh_read_packet(&stream, &have, &why));
		assert_int_equal(n, rd_left(&have));
		assert_int_equal(0, rd_left(&stream));
	}
}

/* --- KEXINIT ------------------------------------------------------------------------------ */

/* As `ssh -vv` shows it of this server. */
static void
what_openssh_offers_is_read(void **state)
{
	struct packet p = packet_file("tests/data/ssh/openssh.hex");
	struct rd stream = packet_rd(&p), payload;
	struct ssh_ident ident;
	struct ssh_kexinit k;
	const char *why = NULL;

	(void)state;
	assert_int_equal(SSH_WHOLE, ssh_read_ident(&stream, &ident, &why));
	assert_text("SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10", ident.line);
	assert_int_equal(SSH_WHOLE, ssh_read_packet(&stream, &payload, &why));
	assert_int_equal(0, rd_left(&stream));
	assert_null(ssh_read_kexinit(payload, &k));
	assert_text("sntrup761x25519-sha512,sntrup761x25519-sha512@openssh.com,"
		    "curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,"
		    "ecdh-sha2-nistp384,ecdh-sha2-nistp521,"
		    "diffie-hellman-group-exchange-sha256,diffie-hellman-group16-sha512,"
		    "diffie-hellman-group18-sha512,diffie-hellman-group14-sha256,"
		    "kex-strict-s-v00@openssh.com",
		k.kex);
	assert_text("rsa-sha2-512,rsa-sha2-256,ecdsa-sha2-nistp256,ssh-ed25519",
		k.host_keys);
	assert_false(k.guess_follows);
	packet_free(&p);
}

static void
a_cut_kexinit_is_refused_at_every_length(void **state)
{
	struct packet p = packet_file("tests/data/ssh/openssh.hex");
	struct rd stream = packet_rd(&p), payload;
	struct ssh_ident ident;
	struct ssh_kexinit k;
	const char *why = NULL;

	(void)state;
	assert_int_equal(SSH_WHOLE, ssh_read_ident(&stream, &ident, &why));
	assert_int_equal(SSH_WHOLE, ssh_read_packet(&stream, &payload, &why));
	for (size_t n = 0; n < rd_left(&payload); n++) {
		struct packet cut = packet_of(payload.p, n);
		assert_non_null(ssh_read_kexinit(packet_rd(&cut), &k));
		packet_free(&cut);
	}
	packet_free(&p);
}

static void
our_kexinit_is_well_formed(void **state)
{
	uint8_t bytes[SSH_KEXINIT_ROOM], cookie[SSH_COOKIE_SIZE] = { 1, 2, 3 };
	struct wr w = wr_to(bytes, sizeof(bytes));
	struct ssh_kexinit k;

	(void)state;
	ssh_write_kexinit(&w, cookie, "a,b", "c");
	assert_false(w.bad);
	assert_null(ssh_read_kexinit(rd_from(bytes, wr_used(&w)), &k));
	assert_text("a,b", k.kex);
	assert_text("c", k.host_keys);
	assert_false(k.guess_follows);
	assert_memory_equal(bytes + 1, cookie, sizeof(cookie));
	assert_non_null(ssh_read_kexinit(rd_from(bytes, wr_used(&w) - 1), &k));
}

static void
lists_are_walked_name_by_name(void **state)
{
	struct rd list = text("a,,bb,c"), name;

	(void)state;
	assert_true(ssh_list_next(&list, &name));
	assert_text("a", name);
	assert_true(ssh_list_next(&list, &name));
	assert_text("bb", name);
	assert_true(ssh_list_next(&list, &name));
	assert_text("c", name);
	assert_false(ssh_list_next(&list, &name));
	assert_true(ssh_list_has(text("a,bb"), "bb"));
	assert_false(ssh_list_has(text("a,bb"), "b"));
	assert_false(ssh_list_has(text("a,bb"), "bbb"));
	assert_false(ssh_list_has(text("a,bb"), ""));
	assert_false(ssh_list_has(text(""), "a"));
}

/* --- numbers, keys, signatures --------------------------------------------------------------- */

/* RFC 4251 §5, its own examples of mpint */
static void
numbers_are_written_as_mpint(void **state)
{
	static const struct {
		const char *number, *want;
	} rows[] = {
		{ "00", "00000000" },
		{ "", "00000000" },
		{ "09a378f9b2e332a7", "00000008 09a378f9b2e332a7" },
		{ "80", "00000002 0080" },
		{ "000000ff", "00000002 00ff" },
		{ "007f", "00000001 7f" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct packet p = packet_hex(rows[i].number);
		uint8_t bytes[16];
		struct wr w = wr_to(bytes, sizeof(bytes));
		print_message("  %s\n", rows[i].number);
		ssh_write_mpint(&w, p.bytes, p.n);
		assert_wrote_hex(&w, rows[i].want);
		packet_free(&p);
	}
}

#define RSA "00000007 7373682d727361 "

static const struct key_row {
	const char *label, *blob;
	bool fine;
	size_t first, second;
} key_rows[] = {
	{ "one part", "00000001 61 00000002 0102", true, 2, 0 },
	{ "two parts", "00000001 61 00000002 0102 00000001 ff", true, 2, 1 },
	{ "RSA", RSA "00000003 010001 00000002 00ff", true, 3, 1 },
	{ "RSA with zeros before it", RSA "00000004 00010001 00000003 0000ff", true, 3,
		1 },
	{ "RSA below zero", RSA "00000003 010001 00000001 ff", false, 0, 0 },
	{ "RSA with one part", RSA "00000003 010001", false, 0, 0 },
	{ "no type", "", false, 0, 0 },
	{ "no part", "00000001 61", false, 0, 0 },
	{ "a part that is cut", "00000001 61 00000003 0102", false, 0, 0 },
	{ "bytes behind it", "00000001 61 00000001 01 00000001 02 03", false, 0, 0 },
	{ "a length that would wrap", "ffffffff 61", false, 0, 0 },
};

static void
keys_have_their_parts(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(key_rows) / sizeof(key_rows[0]); i++) {
		const struct key_row *row = &key_rows[i];
		struct packet p = packet_hex(row->blob);
		struct ssh_public_key k;
		print_message("  %s\n", row->label);
		const char *why = ssh_read_public_key(packet_rd(&p), &k);
		assert_int_equal(row->fine, why == NULL);
		if (row->fine) {
			assert_int_equal(row->first, rd_left(&k.first));
			assert_int_equal(row->second, rd_left(&k.second));
		}
		packet_free(&p);
	}
}

static void
signatures_have_their_parts(void **state)
{
	struct packet p = packet_hex("00000001 61 00000002 0102"),
		      long_one = packet_hex("00000001 61 00000002 0102 00"),
		      ecdsa = packet_hex("00000002 0080 00000001 01"),
		      negative = packet_hex("00000001 80 00000001 01"),
		      behind = packet_hex("00000001 01 00000001 01 00");
	struct ssh_signature s;
	struct rd r, t;

	(void)state;
	assert_null(ssh_read_signature(packet_rd(&p), &s));
	assert_text("a", s.algorithm);
	assert_text("\x01\x02", s.bytes);
	assert_non_null(ssh_read_signature(packet_rd(&long_one), &s));
	assert_null(ssh_read_ecdsa(packet_rd(&ecdsa), &r, &t));
	assert_text("\x80", r);
	assert_text("\x01", t);
	assert_non_null(ssh_read_ecdsa(packet_rd(&negative), &r, &t));
	assert_non_null(ssh_read_ecdsa(packet_rd(&behind), &r, &t));
	packet_free(&p);
	packet_free(&long_one);
	packet_free(&ecdsa);
	packet_free(&negative);
	packet_free(&behind);
}

static void
a_reply_has_three_parts(void **state)
{
	struct packet p = packet_hex("1f 00000001 61 00000002 6263 00000000");
	struct ssh_kex_reply reply;
	uint8_t bytes[16];
	struct wr w = wr_to(bytes, sizeof(bytes));

	(void)state;
	assert_null(ssh_read_kex_reply(packet_rd(&p), SSH_MSG_KEX_REPLY, &reply));
	assert_text("a", reply.host_key);
	assert_text("bc", reply.theirs);
	assert_text("", reply.signature);
	for (size_t n = 0; n < p.n; n++) {
		struct packet cut = packet_of(p.bytes, n);
		assert_non_null(
			ssh_read_kex_reply(packet_rd(&cut), SSH_MSG_KEX_REPLY, &reply));
		packet_free(&cut);
	}
	p.bytes[0] = 30;
	assert_non_null(ssh_read_kex_reply(packet_rd(&p), SSH_MSG_KEX_REPLY, &reply));
	packet_free(&p);
	ssh_write_kex_init(&w, SSH_MSG_KEX_INIT, "\x09\x08", 2);
	assert_wrote_hex(&w, "1e 00000002 0908");
}

static void
a_group_has_two_numbers(void **state)
{
	struct packet p = packet_hex("1f 00000003 00ff01 00000001 02");
	struct ssh_group g;
	uint8_t bytes[16];
	struct wr w = wr_to(bytes, sizeof(bytes));

	(void)state;
	assert_null(ssh_read_gex_group(packet_rd(&p), &g));
	assert_text("\xff\x01", g.prime);
	assert_text("\x02", g.generator);
	for (size_t n = 0; n < p.n; n++) {
		struct packet cut = packet_of(p.bytes, n);
		assert_non_null(ssh_read_gex_group(packet_rd(&cut), &g));
		packet_free(&cut);
	}
	p.bytes[0] = 33;
	assert_non_null(ssh_read_gex_group(packet_rd(&p), &g));
	packet_free(&p);
	ssh_write_gex_request(&w, 1024, 2048, 4096);
	assert_wrote_hex(&w, "22 00000400 00000800 00001000");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_identification_is_found),
		cmocka_unit_test(an_identification_has_no_nul),
		cmocka_unit_test(an_identification_comes_in_time),
		cmocka_unit_test(packets_are_framed),
		cmocka_unit_test(written_packets_are_read_again),
		cmocka_unit_test(what_openssh_offers_is_read),
		cmocka_unit_test(a_cut_kexinit_is_refused_at_every_length),
		cmocka_unit_test(our_kexinit_is_well_formed),
		cmocka_unit_test(lists_are_walked_name_by_name),
		cmocka_unit_test(numbers_are_written_as_mpint),
		cmocka_unit_test(keys_have_their_parts),
		cmocka_unit_test(signatures_have_their_parts),
		cmocka_unit_test(a_reply_has_three_parts),
		cmocka_unit_test(a_group_has_two_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
