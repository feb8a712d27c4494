/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How Remote Desktop begins: the example of [MS-RDPBCGR], what xrdp said, and the clauses;
 * CredSSP. */
#include "packet.h"

#include "wire/credssp.h"
#include "wire/rdp.h"

static void
the_request_offers_tls_and_credssp(void **state)
{
	uint8_t bytes[RDP_REQUEST_SIZE];
	struct wr w = wr_to(bytes, sizeof(bytes));

	(void)state;
	rdp_write_request(&w);
	/* As [MS-RDPBCGR] 4.1.1, without a cookie. */
	assert_wrote_hex(&w, "03000013 0e e0 0000 0000 00 01 00 0800 03000000");
}

static const struct frame_row {
	const char *label, *bytes;
	enum frame frame;
	size_t n;
} frames[] = {
	{ "nothing", "", FRAME_MORE, 0 },
	{ "version alone", "03", FRAME_MORE, 0 },
	{ "head is cut", "030000", FRAME_MORE, 0 },
	{ "message is cut", "03000006 02", FRAME_MORE, 0 },
	{ "whole", "03000006 02f0", FRAME_WHOLE, 2 },
	{ "whole, more behind it", "03000005 02f0", FRAME_WHOLE, 1 },
	{ "nothing inside", "03000004", FRAME_WHOLE, 0 },
	{ "shorter than its head", "03000003", FRAME_BROKEN, 0 },
	{ "longer than any confirm", "03000401", FRAME_BROKEN, 0 },
	{ "another version: HTTP", "48", FRAME_BROKEN, 0 },
};

static void
messages_are_framed(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
		struct packet p = packet_hex(frames[i].bytes);
		struct rd message;
		size_t size = 0;
		print_message("  %s\n", frames[i].label);
		assert_int_equal(
			frames[i].frame, rdp_frame(packet_rd(&p), &message, &size));
		if (frames[i].frame == FRAME_WHOLE) {
			assert_int_equal(4 + frames[i].n, size);
			assert_int_equal(frames[i].n, rd_left(&message));
		}
		packet_free(&p);
	}
}

static const struct row {
	const char *label, *bytes;
	int answer; /* -1: it is broken */
	uint32_t code;
	const char *security; /* NULL: it does not tell */
} rows[] = {
	{ "the example of 4.1.2", "0e d0 0000 1234 00 02 00 0800 00000000",
		RDP_SELECTED, 0, "rdp" },
	{ "TLS, with flags", "0e d0 0000 1234 00 02 1f 0800 01000000", RDP_SELECTED, 1,
		"tls" },
	{ "CredSSP", "0e d0 0000 1234 00 02 00 0800 02000000", RDP_SELECTED, 2, "nla" },
	{ "CredSSP with early authorization", "0e d0 0000 1234 00 02 00 0800 08000000",
		RDP_SELECTED, 8, "nla" },
	{ "RDSTLS, which was not offered", "0e d0 0000 1234 00 02 00 0800 04000000",
		RDP_SELECTED, 4, NULL },
	{ "2.2.1.2: no rdpNegData", "06 d0 0000 1234 00", RDP_SILENT, 0, "rdp" },
	{ "SSL_REQUIRED", "0e d0 0000 1234 00 03 00 0800 01000000", RDP_REFUSED, 1,
		"tls" },
	{ "SSL_NOT_ALLOWED", "0e d0 0000 1234 00 03 00 0800 02000000", RDP_REFUSED, 2,
		"rdp" },
	{ "SSL_CERT_NOT_ON_SERVER", "0e d0 0000 1234 00 03 00 0800 03000000",
		RDP_REFUSED, 3, NULL },
	{ "HYBRID_REQUIRED", "0e d0 0000 1234 00 03 00 0800 05000000", RDP_REFUSED, 5,
		"nla" },
	{ "SSL_WITH_USER_AUTH_REQUIRED", "0e d0 0000 1234 00 03 00 0800 06000000",
		RDP_REFUSED, 6, "tls" },
	{ "nothing", "", -1, 0, NULL },
	{ "length past the end", "0f d0 0000 1234 00 02 00 0800 01000000", -1, 0, NULL },
	{ "shorter than a confirm", "05 d0 0000 1234", -1, 0, NULL },
	{ "a disconnect request", "06 80 0000 0000 00", -1, 0, NULL },
	{ "a request", "0e e0 0000 0000 00 01 00 0800 03000000", -1, 0, NULL },
	{ "the type of a request", "0e d0 0000 1234 00 01 00 0800 03000000", -1, 0,
		NULL },
	{ "rdpNegData of another size", "0e d0 0000 1234 00 02 00 0900 01000000", -1, 0,
		NULL },
	{ "rdpNegData is cut", "0d d0 0000 1234 00 02 00 0800 010000", -1, 0, NULL },
};

static void
each_confirm_is_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct packet p = packet_hex(rows[i].bytes);
		struct rdp_confirm c;
		struct err e = { 0 };
		int rc = rdp_read_confirm(packet_rd(&p), &c, &e);
		print_message("  %s\n", rows[i].label);
		assert_int_equal(rows[i].answer == -1 ? -1 : 0, rc);
		if (rc == 0) {
			const char *security = rdp_security(&c);
			assert_int_equal(rows[i].answer, c.answer);
			assert_int_equal(rows[i].code, c.code);
			assert_string_equal(rows[i].security ? rows[i].security : "-",
				security ? security : "-");
		}
		packet_free(&p);
	}
}

static void
xrdp_chooses_tls(void **state)
{
	struct packet p = packet_file("tests/data/rdp/xrdp_confirm.hex");
	struct rdp_confirm c;
	struct err e = { 0 };
	struct rd message;
	size_t size;

	(void)state;
	assert_int_equal(FRAME_WHOLE, rdp_frame(packet_rd(&p), &message, &size));
	assert_int_equal(p.n, size);
	assert_int_equal(0, rdp_read_confirm(message, &c, &e));
	assert_string_equal("tls", rdp_security(&c));
	packet_free(&p);
}

/* --- CredSSP: [MS-CSSP] 2.2.1, 2.2.1.1 ------------------------------------------------------- */

static void
a_ts_request_holds_one_token(void **state)
{
	uint8_t bytes[CREDSSP_QUESTION_MAX];
	struct wr w = wr_to(bytes, sizeof(bytes));

	(void)state;
	credssp_write_request(&w, "abc", 3);
	assert_wrote_hex(&w, "3012 a003020106 a10b 3009 3007 a005 0403 616263");
}

static const struct reply {
	const char *label, *bytes;
	int n; /* of the token; -1: there is none */
} replies[] = {
	{ "version and token", "3012 a003020106 a10b 3009 3007 a005 0403 616263", 3 },
	{ "a second token",
		"301b a003020106 a114 3012 3007 a005 0403 616263"
		"3007 a005 0403 646566",
		3 },
	{ "errorCode alone", "300d a003020106 a4060204c000006d", -1 },
	{ "no list", "3007 a003020106 a100", -1 },
	{ "an empty list", "3009 a003020106 a1023000", -1 },
	{ "no OCTET STRING", "3012 a003020106 a10b 3009 3007 a005 0303 616263", -1 },
	{ "a token longer than its field",
		"3012 a003020106 a10b 3009 3007 a005 0404 616263", -1 },
	{ "something else", "0403 616263", -1 },
	{ "nothing", "", -1 },
};

static void
the_token_of_a_reply_is_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(replies) / sizeof(replies[0]); i++) {
		struct packet p = packet_hex(replies[i].bytes);
		struct rd token;
		struct err e = { 0 };
		print_message("  %s\n", replies[i].label);
		assert_int_equal(replies[i].n == -1 ? -1 : 0,
			credssp_read_reply(packet_rd(&p), &token, &e));
		if (replies[i].n >= 0) {
			assert_int_equal(replies[i].n, rd_left(&token));
			assert_memory_equal("abc", token.p, 3);
		}
		packet_free(&p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_request_offers_tls_and_credssp),
		cmocka_unit_test(messages_are_framed),
		cmocka_unit_test(each_confirm_is_read),
		cmocka_unit_test(xrdp_chooses_tls),
		cmocka_unit_test(a_ts_request_holds_one_token),
		cmocka_unit_test(the_token_of_a_reply_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
