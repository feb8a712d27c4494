/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NTLM: the example of [MS-NLMP], a challenge of Samba, one built after the book, and both
 * in and out of SPNEGO. */
#include "packet.h"

#include "wire/ntlm.h"
#include "wire/spnego.h"

/* 2.2.1.1: signature, 1, flags, no domain, no workstation, VERSION. */
#define NEGOTIATE \
	"4e544c4d53535000 01000000 058208a2 0000000000000000 0000000000000000 " \
	"000000000000000f"

static void
negotiate_names_nobody(void **state)
{
	uint8_t bytes[NTLM_NEGOTIATE_SIZE];
	struct wr w = wr_to(bytes, sizeof(bytes));

	(void)state;
	ntlm_write_negotiate(&w);
	assert_wrote_hex(&w, NEGOTIATE);
	assert_true(ntlm_is_message(rd_from(bytes, sizeof(bytes))));
	assert_false(ntlm_is_message(rd_from(bytes, 7)));
}

static struct ntlm_challenge
read_packet(struct packet p)
{
	struct ntlm_challenge c;
	struct err e = { 0 };

	if (ntlm_read_challenge(packet_rd(&p), &c, &e) == -1)
		fail_msg("%s", e.text);
	packet_free(&p);
	return c;
}

static void
assert_build(const char *want, const struct ntlm_challenge *c)
{
	char text[NTLM_BUILD_TEXT];

	assert_string_equal(want, ntlm_build(c, text));
}

/* [MS-NLMP] 4.2.4.3 */
static void
the_example_of_the_specification_is_read(void **state)
{
	struct ntlm_challenge c = read_packet(packet_hex(
		"4e544c4d53535000 02000000 0c000c0038000000 33828ae2 0123456789abcdef"
		"0000000000000000 2400240044000000 060070170000000f"
		"530065007200760065007200"
		"02000c0044006f006d00610069006e00 01000c00530065007200760065007200"
		"00000000"));

	(void)state;
	assert_string_equal("Server", c.computer);
	assert_string_equal("Domain", c.domain);
	assert_string_equal("", c.dns_name);
	assert_string_equal("", c.dns_domain);
	assert_string_equal("", c.forest);
	assert_build("6.0.6000", &c);
}

static void
windows_in_a_domain_tells_all(void **state)
{
	struct ntlm_challenge c = read_packet(
		packet_file("tests/data/ntlm/windows_challenge.hex"));

	(void)state;
	assert_string_equal("WS-0412", c.computer);
	assert_string_equal("CORP", c.domain);
	assert_string_equal("ws-0412.corp.example", c.dns_name);
	assert_string_equal("corp.example", c.dns_domain);
	assert_string_equal("root.example", c.forest);
	assert_build("10.0.22631", &c);
}

#define SIGN "4e544c4d53535000 "
#define TWO  "02000000 "
#define NO   "0000000000000000 " /* no field, no challenge, nothing reserved */

static const struct row {
	const char *label, *bytes;
	const char *error; /* a part of its text; NULL: it is read */
	const char *computer, *domain, *build;
} rows[] = {
	{ "nothing", "", "no NTLMSSP", "", "", "" },
	{ "another signature", "4e544c4d53535001 " TWO, "no NTLMSSP", "", "", "" },
	{ "our own message", NEGOTIATE, "MessageType is 1", "", "", "" },
	{ "type is cut", SIGN "0200", "MessageType", "", "", "" },
	{ "challenge is cut", SIGN TWO NO "05820000 00000000000000", "is cut", "", "",
		"" },
	{ "as short as the oldest", SIGN TWO NO "01020000 " NO, NULL, "", "", "" },
	{ "only a target, in a domain",
		SIGN TWO "0400040020000000 05020100 " NO "41004200", NULL, "", "AB",
		"" },
	{ "only a target, in none", SIGN TWO "0400040020000000 05020200 " NO "41004200",
		NULL, "AB", "", "" },
	{ "a target in the OEM charset",
		SIGN TWO "0200020020000000 06020200 " NO "4142", NULL, "", "", "" },
	{ "a target that was not asked for",
		SIGN TWO "0400040020000000 01020200 " NO "41004200", NULL, "", "", "" },
	{ "a target past the end", SIGN TWO "0400040021000000 05020200 " NO "41004200",
		NULL, "", "", "" },
	{ "pairs past the end",
		SIGN TWO NO "01028000 " NO NO "0400040031000000 00000000", "TargetInfo",
		"", "", "" },
	{ "pairs at 4 GiB", SIGN TWO NO "01028000 " NO NO "04000400ffffffff 00000000",
		"TargetInfo", "", "", "" },
	{ "pairs behind no flag",
		SIGN TWO NO "01020000 " NO NO "0600060030000000 "
			    "010002004100",
		NULL, "", "", "" },
	{ "pairs without an end",
		SIGN TWO NO "01028000 " NO NO "0600060030000000 "
			    "010002004100",
		NULL, "A", "", "" },
	{ "a pair longer than the list",
		SIGN TWO NO "01028000 " NO NO
			    "0c000c0030000000 010002004100 020004004200",
		NULL, "A", "", "" },
	{ "a target beside a pair, which counts",
		SIGN TWO "0400040030000000 05028200 " NO NO "0a000a0034000000 "
			 "42004200 010002004100 00000000",
		NULL, "A", "", "" },
	{ "nothing behind the end",
		SIGN TWO NO "01028000 " NO NO "0a000a0030000000 "
			    "00000000 010002004100",
		NULL, "", "", "" },
	{ "an unknown pair",
		SIGN TWO NO "01028000 " NO NO "0c000c0030000000 "
			    "0a0002001234 010002004100",
		NULL, "A", "", "" },
	{ "a version", SIGN TWO NO "01020002 " NO NO NO "0a00f4650000000f", NULL, "",
		"", "10.0.26100" },
	{ "a version behind no flag",
		SIGN TWO NO "01020000 " NO NO NO "0a00f4650000000f", NULL, "", "", "" },
	{ "a version that is cut", SIGN TWO NO "01020002 " NO NO NO "0a00f4", NULL, "",
		"", "" },
	{ "Samba's version", SIGN TWO NO "01020002 " NO NO NO "060100000000000f", NULL,
		"", "", "" },
};

static void
each_clause_is_checked(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		struct packet p = packet_hex(row->bytes);
		struct ntlm_challenge c;
		struct err e = { 0 };
		int rc = ntlm_read_challenge(packet_rd(&p), &c, &e);
		print_message("  %s\n", row->label);
		assert_int_equal(row->error ? -1 : 0, rc);
		if (row->error && !strstr(e.text, row->error))
			fail_msg("%s: not in: %s", row->error, e.text);
		assert_string_equal(row->computer, c.computer);
		assert_string_equal(row->domain, c.domain);
		assert_build(row->build, &c);
		packet_free(&p);
	}
}

static void
long_names_are_cut(void **state)
{
	uint8_t bytes[56 + 4 + 1024];
	struct wr w = wr_to(bytes, sizeof(bytes));

	(void)state;
	wr_bytes(&w, "NTLMSSP\0\2\0\0\0", 12);
	wr_zero(&w, 8);
	wr_le32(&w, 0x00800001);
	wr_zero(&w, 8 + 8);
	wr_le16(&w, 4 + 1024);
	wr_le16(&w, 0);
	wr_le32(&w, 48);
	wr_le16(&w, 3);
	wr_le16(&w, 1024);
	for (size_t i = 0; i < 512; i++)
		wr_le16(&w, 0x20ac);
	struct ntlm_challenge c = read_packet(packet_of(bytes, wr_used(&w)));
	assert_int_equal((NTLM_TEXT_MAX - 1) / 3 * 3, strlen(c.dns_name));
	assert_string_equal("", c.dns_domain);
}

/* --- SPNEGO ------------------------------------------------------------------------------ */

/* RFC 4178 §4.2.1: APPLICATION 0 { SPNEGO, [0] { [0] { NTLM }, [2] OCTET STRING } } */
static void
our_token_offers_ntlm_alone(void **state)
{
	uint8_t bytes[128], ntlm[NTLM_NEGOTIATE_SIZE];
	struct wr inner = wr_to(ntlm, sizeof(ntlm)), w = wr_to(bytes, sizeof(bytes));

	(void)state;
	ntlm_write_negotiate(&inner);
	spnego_write_init(&w, ntlm, sizeof(ntlm));
	assert_wrote_hex(&w,
		"6048 06062b0601050502 a03e 303c a00e 300c 060a2b06010401823702020a"
		"a22a 0428" NEGOTIATE);
}

#define MECH "a10c 060a2b06010401823702020a "
#define NTLM "4e544c4d53535000"

static const struct token {
	const char *label, *bytes;
	bool found;
} tokens[] = {
	{ "accept-incomplete, a token",
		"a123 3021 a0030a0101 " MECH "a20c 040a " NTLM "0200", true },
	{ "a token alone", "a110 300e a20c 040a " NTLM "0200", true },
	{ "no envelope", NTLM "0200", true },
	{ "nothing", "", false },
	{ "reject, no token", "a107 3005 a0030a0102", false },
	{ "a token of another mechanism", "a110 300e a20c 040a 60080606 2b0601050502",
		false },
	{ "NegTokenInit", "a010 300e a20c 040a " NTLM "0200", false },
	{ "no OCTET STRING", "a110 300e a20c 030a " NTLM "0200", false },
	{ "a token longer than its field", "a110 300e a20c 040b " NTLM "0200", false },
	{ "a field longer than the list", "a110 300e a20d 040a " NTLM "0200", false },
};

static void
a_token_is_found_in_its_envelope(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(tokens) / sizeof(tokens[0]); i++) {
		struct packet p = packet_hex(tokens[i].bytes);
		struct rd ntlm;
		print_message("  %s\n", tokens[i].label);
		assert_int_equal(
			tokens[i].found, spnego_find_ntlm(packet_rd(&p), &ntlm));
		if (tokens[i].found)
			assert_int_equal(10, rd_left(&ntlm));
		packet_free(&p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(negotiate_names_nobody),
		cmocka_unit_test(the_example_of_the_specification_is_read),
		cmocka_unit_test(windows_in_a_domain_tells_all),
		cmocka_unit_test(each_clause_is_checked),
		cmocka_unit_test(long_names_are_cut),
		cmocka_unit_test(our_token_offers_ntlm_alone),
		cmocka_unit_test(a_token_is_found_in_its_envelope),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
