/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Machines that are known by an address of their link: what they say by SMB, which tshark reads
 * the same in these files. */
#include "packet.h"

#include "netbios/near.h"

static const struct near_at at = { .scope = 7, .endpoint = "" };

/* What comes of one piece of an answer; what is said to it, in *said. */
static enum call_next
hear(struct tcp_call *c, struct packet p, size_t *said)
{
	size_t taken = 0;

	c->n_out = 0;
	enum call_next next = c->hear(c, rd_from(p.bytes, p.n), &taken, false);
	*said = c->n_out;
	packet_free(&p);
	return next;
}

static void
they_tell_who_they_are_and_nobody_logs_in(void **state)
{
	static const struct {
		const char *label, *negotiate, *challenge, *computer, *domain, *guid,
			*signing;
	} rows[] = {
		{ "Samba", "tests/data/smb2/samba_negotiate.hex",
			"tests/data/smb2/samba_challenge.hex", "FILES", "FILES",
			"656c6966-0073-0000-0000-000000000000", "enabled" },
		{ "Windows", "tests/data/smb2/windows_negotiate.hex",
			"tests/data/smb2/windows_challenge.hex", "WS-0412", "CORP",
			"5d39b0a4-71c2-4f0b-9a3e-0123456789ab", "required" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tcp_call c;
		struct near m;
		char guid[SMB2_GUID_TEXT];
		size_t said;

		print_message("  %s\n", rows[i].label);
		near_begin(&c, &m, &at);
		assert_int_equal(SMB_PORT, c.port);
		assert_int_equal(7, c.scope);
		assert_true(c.n_out > 0);
		assert_int_equal(
			CALL_MORE, hear(&c, packet_file(rows[i].negotiate), &said));
		assert_true(said > 0);
		assert_int_equal(
			CALL_DONE, hear(&c, packet_file(rows[i].challenge), &said));
		assert_int_equal(0, said); /* no AUTHENTICATE, ever */
		assert_true(m.told && m.named);
		assert_string_equal("3.1.1", m.said.dialect);
		assert_string_equal(rows[i].signing, smb2_signing_word(m.said.signing));
		assert_string_equal(rows[i].guid, smb2_guid_print(m.said.guid, guid));
		assert_string_equal(rows[i].computer, m.who.computer);
		assert_string_equal(rows[i].domain, m.who.domain);
	}
}

/* The header of an SMB2 answer and an error body ([MS-SMB2] 2.2.2), framed. */
#define ZERO16 "00000000000000000000000000000000"
#define ERROR(status, command, flags) \
	"00000049 fe534d42 4000 0000 " status command " 0100 " flags " 00000000" \
	"0000000000000000 00000000 00000000 0000000000000000" ZERO16 \
	"0900 00 00 00000000 00"

static void
trouble_ends_with_what_was_learnt(void **state)
{
	static const struct {
		const char *label, *bytes;
		bool later; /* behind a good NEGOTIATE */
		enum call_next next;
	} rows[] = {
		{ "no dialect in common", ERROR("bb0000c0", "0000", "01000000"), false,
			CALL_DONE },
		{ "an answer in SMB1", "00000004 ff534d42", false, CALL_BROKEN },
		{ "an answer to another question",
			ERROR("220000c0", "0100", "01000000"), false, CALL_BROKEN },
		{ "HTTP", "48545450 2f312e31", false, CALL_BROKEN },
		{ "half an answer", "00000049 fe534d42", false, CALL_MORE },
		{ "NTLM is refused", ERROR("220000c0", "0100", "01000000"), true,
			CALL_DONE },
		{ "the login takes its time", ERROR("03010000", "0100", "03000000"),
			true, CALL_MORE },
		{ "a message without end", "0000ffff", true, CALL_BROKEN },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tcp_call c;
		struct near m;
		size_t said;

		print_message("  %s\n", rows[i].label);
		near_begin(&c, &m, &at);
		if (rows[i].later)
			assert_int_equal(CALL_MORE,
				hear(&c,
					packet_file(
						"tests/data/smb2/windows_negotiate.hex"),
					&said));
		assert_int_equal(
			rows[i].next, hear(&c, packet_hex(rows[i].bytes), &said));
		assert_int_equal(0, said);
		assert_int_equal(rows[i].later, m.told);
		assert_false(m.named);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(they_tell_who_they_are_and_nobody_logs_in),
		cmocka_unit_test(trouble_ends_with_what_was_learnt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
