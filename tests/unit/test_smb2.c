/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SMB 2 and 3, and SMB1 as far as it goes: what Samba said and nmap and tshark read in it,
 * and [MS-SMB2] and [MS-CIFS] row by row. */
#include "packet.h"

#include "wire/nbss.h"
#include "wire/smb1.h"
#include "wire/smb2.h"

/* --- the header of port 445 --------------------------------------------------------------- */

static const struct frame_row {
	const char *label, *bytes;
	enum frame frame;
	size_t n;
} frames[] = {
	{ "nothing", "", FRAME_MORE, 0 },
	{ "head is cut", "000000", FRAME_MORE, 0 },
	{ "message is cut", "00000002 fe", FRAME_MORE, 0 },
	{ "whole", "00000002 fe53", FRAME_WHOLE, 2 },
	{ "whole, the next behind it", "00000001 fe53", FRAME_WHOLE, 1 },
	{ "nothing inside", "00000000", FRAME_WHOLE, 0 },
	{ "RFC 1002 §4.3.6: a keep-alive, which port 445 has not", "85000000",
		FRAME_BROKEN, 0 },
	{ "32 KiB, to come", "00008000", FRAME_MORE, 0 },
	{ "longer than 32 KiB", "00008001", FRAME_BROKEN, 0 },
	{ "HTTP", "48545450", FRAME_BROKEN, 0 },
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
			frames[i].frame, nbss_frame(packet_rd(&p), &message, &size));
		if (frames[i].frame == FRAME_WHOLE) {
			assert_int_equal(NBSS_HEAD_SIZE + frames[i].n, size);
			assert_int_equal(frames[i].n, rd_left(&message));
		}
		packet_free(&p);
	}
}

/* --- SMB2: questions ------------------------------------------------------------------------ */

/* 2.2.1.2, up to MessageId and behind it */
#define HEAD(command) "fe534d42 4000 0000 00000000 " command " 0100 00000000 00000000 "
#define REST          "00000000 00000000 0000000000000000 " ZERO16
#define ZERO16        "00000000000000000000000000000000 "

static void
negotiate_offers_all_dialects(void **state)
{
	uint8_t bytes[SMB2_QUESTION_MAX];
	struct wr w = wr_to(bytes, sizeof(bytes));

	(void)state;
	smb2_write_negotiate(&w, NULL);
	assert_wrote_hex(&w,
		"000000ae " HEAD(
			"0000") "0000000000000000 " REST
				/* 2.2.3: five dialects, signing enabled, encryption, no GUID, contexts */
				"2400 0500 0100 0000 40000000 " ZERO16
				"70000000 0200 0000 "
				"0202 1002 0003 0203 1103 0000 "
				/* 2.2.3.1.1: SHA-512 and 32 bytes of salt; to a multiple of 8 */
				"0100 2600 00000000 0100 2000 0100 " ZERO16 ZERO16
				"0000 "
				/* 2.2.3.1.2: AES-128-GCM, AES-128-CCM */
				"0200 0600 00000000 0200 0200 0100");
}

static void
negotiate_offers_what_is_older(void **state)
{
	static const struct {
		const char *below, *hex;
	} rows[] = {
		/* 2.2.3: no contexts without 3.1.1, no capabilities without 3.x */
		{ "3.1.1",
			"0000006c " HEAD(
				"0000") "0000000000000000 " REST
					"2400 0400 0100 0000 40000000 " ZERO16
					"00000000 0000 0000 0202 1002 0003 0203" },
		{ "3.0",
			"00000068 " HEAD("0000") "0000000000000000 " REST
						 "2400 0200 0100 0000 00000000 " ZERO16
						 "00000000 0000 0000 0202 1002" },
		{ "2.1",
			"00000066 " HEAD("0000") "0000000000000000 " REST
						 "2400 0100 0100 0000 00000000 " ZERO16
						 "00000000 0000 0000 0202" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t bytes[SMB2_QUESTION_MAX];
		struct wr w = wr_to(bytes, sizeof(bytes));
		print_message("  %s\n", rows[i].below);
		smb2_write_negotiate(&w, rows[i].below);
		assert_wrote_hex(&w, rows[i].hex);
	}
}

static void
dialects_are_counted_from_the_oldest(void **state)
{
	(void)state;
	assert_int_equal(0, smb2_older_dialects("2.0.2"));
	assert_int_equal(4, smb2_older_dialects("3.1.1"));
	assert_int_equal(5, smb2_older_dialects(NULL));
}

static void
session_setup_carries_a_token(void **state)
{
	uint8_t bytes[SMB2_QUESTION_MAX];
	struct wr w = wr_to(bytes, sizeof(bytes));

	(void)state;
	smb2_write_session_setup(&w, "abc", 3);
	assert_wrote_hex(&w,
		"0000005b " HEAD(
			"0100") "0100000000000000 " REST
				/* 2.2.5 */
				"1900 00 01 00000000 00000000 5800 0300 0000000000000000 616263");
	w = wr_to(bytes, 4 + 64 + 24 + 2);
	smb2_write_session_setup(&w, "abc", 3);
	assert_true(w.bad);
}

/* --- SMB2: answers ---------------------------------------------------------------------------- */

static struct rd
open_frame(const struct packet *p)
{
	struct rd message;
	size_t size;

	assert_int_equal(FRAME_WHOLE, nbss_frame(packet_rd(p), &message, &size));
	assert_int_equal(p->n, size);
	return message;
}

static const struct server {
	const char *file, *dialect;
	enum smb2_signing signing;
	const char *guid;
} servers[] = {
	{ "tests/data/smb2/samba_negotiate.hex", "3.1.1", SMB2_SIGNS_IF_ASKED,
		"656c6966-0073-0000-0000-000000000000" },
	{ "tests/data/smb2/samba_strict.hex", "3.1.1", SMB2_SIGNS_ALWAYS,
		"69727473-7463-0000-0000-000000000000" },
	{ "tests/data/smb2/samba_older.hex", "2.1", SMB2_SIGNS_IF_ASKED,
		"65646c6f-0072-0000-0000-000000000000" },
	{ "tests/data/smb2/windows_negotiate.hex", "3.1.1", SMB2_SIGNS_ALWAYS,
		"5d39b0a4-71c2-4f0b-9a3e-0123456789ab" },
};

static void
servers_tell_dialect_signing_and_guid(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(servers) / sizeof(servers[0]); i++) {
		struct packet p = packet_file(servers[i].file);
		struct rd message = open_frame(&p), body = message;
		struct smb2_negotiated n;
		struct smb2_head h;
		struct err e = { 0 };
		char guid[SMB2_GUID_TEXT];
		print_message("  %s\n", servers[i].file);
		assert_int_equal(0, smb2_read_head(&body, &h, &e));
		assert_int_equal(SMB2_NEGOTIATE, h.command);
		assert_int_equal(SMB2_STATUS_OK, h.status);
		assert_int_equal(0, smb2_read_negotiate(message, &n, &e));
		assert_string_equal(servers[i].dialect, n.dialect);
		assert_int_equal(servers[i].signing, n.signing);
		assert_string_equal(servers[i].guid, smb2_guid_print(n.guid, guid));
		packet_free(&p);
	}
}

#define GUID "00112233445566778899aabbccddeeff "
/* The header of an answer with this status, command and flags. */
#define ANSWER(status, command, flags) \
	"fe534d42 4000 0000 " status " " command " 0100 " flags \
	" 00000000 0000000000000000 " REST
#define NEGOTIATED ANSWER("00000000", "0000", "01000000")

static const struct row {
	const char *label, *bytes, *error; /* NULL: it is read */
	const char *dialect;
	enum smb2_signing signing;
} rows[] = {
	{ "nothing", "", "ProtocolId", NULL, 0 },
	{ "SMB1", "ff534d42 4000", "ProtocolId", NULL, 0 },
	{ "head of another size",
		"fe534d42 4100 0000 00000000 0000 0100 01000000 00000000 "
		"0000000000000000 " REST,
		"2.2.1.2", NULL, 0 },
	{ "head is cut", "fe534d42 4000 0000 00000000 0000 0100 01000000 00000000",
		"2.2.1.2", NULL, 0 },
	{ "a question", ANSWER("00000000", "0000", "00000000"), "not a response", NULL,
		0 },
	{ "body is missing", NEGOTIATED, "2.2.4", NULL, 0 },
	{ "body of another size", NEGOTIATED "4000 0100 1103 0000 " GUID, "2.2.4", NULL,
		0 },
	{ "body is cut within the GUID", NEGOTIATED "4100 0100 1103 0000 00112233",
		"2.2.4", NULL, 0 },
	{ "2.0.2, no signing", NEGOTIATED "4100 0000 0202 0000 " GUID, NULL, "2.0.2",
		SMB2_SIGNS_NEVER },
	{ "3.0, signing required alone", NEGOTIATED "4100 0200 0003 0000 " GUID, NULL,
		"3.0", SMB2_SIGNS_ALWAYS },
	{ "3.0.2, unknown bits", NEGOTIATED "4100 fdff 0203 0000 " GUID, NULL, "3.0.2",
		SMB2_SIGNS_IF_ASKED },
	{ "the wildcard, for SMB1 alone", NEGOTIATED "4100 0100 ff02 0000 " GUID,
		"not offered", NULL, 0 },
	{ "a dialect of tomorrow", NEGOTIATED "4100 0100 2003 0000 " GUID,
		"not offered", NULL, 0 },
};

static void
each_clause_of_negotiate_is_checked(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct packet p = packet_hex(rows[i].bytes);
		struct rd body = packet_rd(&p);
		struct smb2_negotiated n = { .dialect = NULL };
		struct smb2_head h;
		struct err e = { 0 };
		print_message("  %s\n", rows[i].label);
		int rc = smb2_read_head(&body, &h, &e);
		if (rc == 0)
			rc = smb2_read_negotiate(packet_rd(&p), &n, &e);
		assert_int_equal(rows[i].error ? -1 : 0, rc);
		if (rows[i].error && !strstr(e.text, rows[i].error))
			fail_msg("%s: not in: %s", rows[i].error, e.text);
		if (rc == 0) {
			assert_string_equal(rows[i].dialect, n.dialect);
			assert_int_equal(rows[i].signing, n.signing);
		}
		packet_free(&p);
	}
}

#define SET_UP ANSWER("160000c0", "0100", "01000000")

static const struct setup_row {
	const char *label, *bytes;
	int n; /* of the token; -1: it is broken */
} setups[] = {
	{ "a token of three bytes", SET_UP "0900 0000 4800 0300 616263", 3 },
	{ "no token", SET_UP "0900 0000 4800 0000", 0 },
	{ "a token further behind", SET_UP "0900 0000 4a00 0100 000061", 1 },
	{ "body is missing", SET_UP, -1 },
	{ "body of another size", SET_UP "0800 0000 4800 0300 616263", -1 },
	{ "a token past the end", SET_UP "0900 0000 4800 0400 616263", -1 },
	{ "a token that begins past the end", SET_UP "0900 0000 ffff 0100 616263", -1 },
};

static void
the_token_of_session_setup_is_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(setups) / sizeof(setups[0]); i++) {
		struct packet p = packet_hex(setups[i].bytes);
		struct rd token;
		struct err e = { 0 };
		print_message("  %s\n", setups[i].label);
		assert_int_equal(setups[i].n == -1 ? -1 : 0,
			smb2_read_session_setup(packet_rd(&p), &token, &e));
		if (setups[i].n >= 0)
			assert_int_equal(setups[i].n, rd_left(&token));
		packet_free(&p);
	}
}

/* --- SMB1 ----------------------------------------------------------------------------------- */

static void
smb1_offers_nothing_else(void **state)
{
	uint8_t bytes[SMB1_NEGOTIATE_SIZE];
	struct wr w = wr_to(bytes, sizeof(bytes));

	(void)state;
	smb1_write_negotiate(&w);
	assert_int_equal(SMB1_NEGOTIATE_SIZE, wr_used(&w));
	assert_wrote_hex(&w,
		"0000002f ff534d42 72 00000000 18 01c0 0000 0000000000000000 0000"
		"0000 0000 0000 0000 00 0c00 02 4e54204c4d20302e313200");
}

#define SMB1(command, status, flags) \
	"ff534d42 " command status flags "01c0 0000 0000000000000000 0000 " \
	"0000000000000000 "

static const struct old_row {
	const char *label, *bytes;
	int spoken; /* -1: it is broken */
} olds[] = {
	{ "taken", SMB1("72", "00000000", "88") "11 0000", 1 },
	{ "taken, as the oldest say it", SMB1("72", "00000000", "88") "01 0000 0000",
		1 },
	{ "no dialect", SMB1("72", "00000000", "88") "01 ffff 0000", 0 },
	{ "an error", SMB1("72", "bb0000c0", "88") "00 0000", 0 },
	{ "an answer in SMB2", "fe534d42 4000", 0 },
	{ "a dialect that was not offered", SMB1("72", "00000000", "88") "11 0100", -1 },
	{ "no words", SMB1("72", "00000000", "88") "00 0000", -1 },
	{ "words are cut", SMB1("72", "00000000", "88") "01 ff", -1 },
	{ "head is cut", "ff534d42 72 00000000 88 01c0", -1 },
	{ "another command", SMB1("73", "00000000", "88") "11 0000", -1 },
	{ "a question", SMB1("72", "00000000", "18") "11 0000", -1 },
	{ "nothing", "", -1 },
	{ "something else", "53534800", -1 },
};

static void
smb1_is_spoken_or_not(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(olds) / sizeof(olds[0]); i++) {
		struct packet p = packet_hex(olds[i].bytes);
		struct err e = { 0 };
		bool spoken = true;
		print_message("  %s\n", olds[i].label);
		assert_int_equal(olds[i].spoken == -1 ? -1 : 0,
			smb1_read_negotiate(packet_rd(&p), &spoken, &e));
		assert_int_equal(olds[i].spoken == 1, spoken);
		packet_free(&p);
	}
}

static void
samba_speaks_smb1_only_where_it_is_told_to(void **state)
{
	struct packet taken = packet_file("tests/data/smb1/samba_taken.hex");
	struct packet refused = packet_file("tests/data/smb1/samba_refused.hex");
	struct err e = { 0 };
	bool spoken;

	(void)state;
	assert_int_equal(0, smb1_read_negotiate(open_frame(&taken), &spoken, &e));
	assert_true(spoken);
	assert_int_equal(0, smb1_read_negotiate(open_frame(&refused), &spoken, &e));
	assert_false(spoken);
	packet_free(&taken);
	packet_free(&refused);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_are_framed),
		cmocka_unit_test(negotiate_offers_all_dialects),
		cmocka_unit_test(negotiate_offers_what_is_older),
		cmocka_unit_test(dialects_are_counted_from_the_oldest),
		cmocka_unit_test(session_setup_carries_a_token),
		cmocka_unit_test(servers_tell_dialect_signing_and_guid),
		cmocka_unit_test(each_clause_of_negotiate_is_checked),
		cmocka_unit_test(the_token_of_session_setup_is_found),
		cmocka_unit_test(smb1_offers_nothing_else),
		cmocka_unit_test(smb1_is_spoken_or_not),
		cmocka_unit_test(samba_speaks_smb1_only_where_it_is_told_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
