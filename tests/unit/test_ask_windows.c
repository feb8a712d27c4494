/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The conversations that ask Windows machines who they are, with what Samba and xrdp said
 * and with a Windows that is built after the specifications. */
#include "packet.h"
#include "talk_rig.h"

extern const struct ask ask_smb, ask_smb1, ask_smb_dialects, ask_rdp;

static void
said_some(struct talk *t, size_t n)
{
	struct rd said = rig_said(t);

	assert_int_equal(n, rd_left(&said));
}

static enum talk_next
hear_file(struct talk *t, const char *path)
{
	struct packet p = packet_file(path);
	enum talk_next next = rig_hear(t, p.bytes, p.n);

	packet_free(&p);
	return next;
}

static enum talk_next
hear_hex(struct talk *t, const char *hex)
{
	struct packet p = packet_hex(hex);
	enum talk_next next = rig_hear(t, p.bytes, p.n);

	packet_free(&p);
	return next;
}

static struct talk *
begun(const struct ask *ask)
{
	struct talk *t = rig_new(ask);

	assert_int_equal(TALK_MORE, rig_begin(t));
	return t;
}

/* --- SMB 2 and 3 -------------------------------------------------------------------------- */

static const struct server {
	const char *label, *negotiate, *challenge, *facts;
} servers[] = {
	/* tshark reads the same in these; Samba's 6.1 build 0 is no build. */
	{ "Samba", "tests/data/smb2/samba_negotiate.hex",
		"tests/data/smb2/samba_challenge.hex",
		"smb.computer=FILES\n"
		"smb.dialect=3.1.1\n"
		"smb.dns_domain=lab.example\n"
		"smb.dns_name=files.lab.example\n"
		"smb.domain=FILES\n"
		"smb.guid=656c6966-0073-0000-0000-000000000000\n"
		"smb.signing=enabled\n" },
	{ "Windows", "tests/data/smb2/windows_negotiate.hex",
		"tests/data/smb2/windows_challenge.hex",
		"smb.computer=WS-0412\n"
		"smb.dialect=3.1.1\n"
		"smb.dns_domain=corp.example\n"
		"smb.dns_name=ws-0412.corp.example\n"
		"smb.domain=CORP\n"
		"smb.forest=root.example\n"
		"smb.guid=5d39b0a4-71c2-4f0b-9a3e-0123456789ab\n"
		"smb.os_build=10.0.22631\n"
		"smb.signing=required\n" },
};

static void
smb_servers_tell_who_they_are(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(servers) / sizeof(servers[0]); i++) {
		struct talk *t = begun(&ask_smb);
		print_message("  %s\n", servers[i].label);
		said_some(t, 178);
		assert_int_equal(TALK_MORE, hear_file(t, servers[i].negotiate));
		said_some(t, 166);
		assert_int_equal(TALK_DONE, hear_file(t, servers[i].challenge));
		said_some(t, 0); /* no AUTHENTICATE, ever */
		assert_string_equal(servers[i].facts, rig_facts(t));
		rig_free(t);
	}
}

static void
how_bytes_are_cut_changes_nothing(void **state)
{
	struct packet negotiate = packet_file(servers[1].negotiate);
	struct packet challenge = packet_file(servers[1].challenge);
	struct talk *t = begun(&ask_smb);

	(void)state;
	assert_int_equal(TALK_MORE, rig_hear_slowly(t, negotiate.bytes, negotiate.n));
	assert_int_equal(TALK_DONE, rig_hear_slowly(t, challenge.bytes, challenge.n));
	assert_string_equal(servers[1].facts, rig_facts(t));
	rig_free(t);
	packet_free(&negotiate);
	packet_free(&challenge);
}

/* The header of an SMB2 answer and an error body ([MS-SMB2] 2.2.2), framed. */
#define ZERO16 "00000000000000000000000000000000"
#define ERROR(status, command, flags) \
	"00000049 fe534d42 4000 0000 " status command " 0100 " flags " 00000000" \
	"0000000000000000 00000000 00000000 0000000000000000" ZERO16 \
	"0900 00 00 00000000 00"
#define REFUSED_NEGOTIATE ERROR("bb0000c0", "0000", "01000000") /* NOT_SUPPORTED */
#define REFUSED_SETUP     ERROR("220000c0", "0100", "01000000") /* ACCESS_DENIED */
#define PENDING_SETUP     ERROR("03010000", "0100", "03000000")

static const struct trouble {
	const char *label;
	const char *bytes; /* after the first question, or the second when `later` */
	bool later;
	enum talk_next next;
	const char *why;
} troubles[] = {
	{ "no dialect in common", REFUSED_NEGOTIATE, false, TALK_GARBAGE,
		"it refuses SMB2 NEGOTIATE" },
	{ "an answer in SMB1", "00000004 ff534d42", false, TALK_GARBAGE,
		"it does not answer in SMB2" },
	{ "an answer to another question", REFUSED_SETUP, false, TALK_GARBAGE,
		"it does not answer in SMB2" },
	{ "HTTP", "48545450 2f312e31", false, TALK_GARBAGE, "it does not speak SMB" },
	{ "NTLM is refused", REFUSED_SETUP, true, TALK_DONE, "" },
	{ "SESSION_SETUP takes its time", PENDING_SETUP, true, TALK_MORE, "" },
	{ "a message without end", "0000ffff", true, TALK_GARBAGE,
		"it does not speak SMB" },
};

static void
smb_trouble_ends_with_what_was_learnt(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(troubles) / sizeof(troubles[0]); i++) {
		struct talk *t = begun(&ask_smb);
		print_message("  %s\n", troubles[i].label);
		if (troubles[i].later)
			assert_int_equal(TALK_MORE, hear_file(t, servers[0].negotiate));
		assert_int_equal(troubles[i].next, hear_hex(t, troubles[i].bytes));
		assert_string_equal(troubles[i].why, rig_why(t));
		assert_int_equal(troubles[i].later, rig_fact(t, "smb.dialect") != NULL);
		rig_free(t);
	}
}

static void
an_answer_behind_pending_is_heard(void **state)
{
	struct talk *t = begun(&ask_smb);

	(void)state;
	assert_int_equal(TALK_MORE, hear_file(t, servers[1].negotiate));
	assert_int_equal(TALK_MORE, hear_hex(t, PENDING_SETUP));
	assert_int_equal(TALK_DONE, hear_file(t, servers[1].challenge));
	assert_string_equal("WS-0412", rig_fact(t, "smb.computer"));
	rig_free(t);
}

static void
who_hangs_up_has_told_what_it_told(void **state)
{
	struct talk *t = begun(&ask_smb);

	(void)state;
	assert_int_equal(TALK_MORE, hear_file(t, servers[0].negotiate));
	assert_int_equal(TALK_MORE, rig_close(t)); /* not all is known */
	assert_string_equal("enabled", rig_fact(t, "smb.signing"));
	rig_free(t);
}

/* --- SMB1 ------------------------------------------------------------------------------------ */

static void
smb1_is_told_by_the_answer(void **state)
{
	static const struct {
		const char *file, *facts;
	} rows[] = {
		{ "tests/data/smb1/samba_taken.hex", "smb.v1=true\n" },
		{ "tests/data/smb1/samba_refused.hex", "smb.v1=false\n" },
		{ "tests/data/smb2/windows_negotiate.hex", "smb.v1=false\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct talk *t = begun(&ask_smb1);
		print_message("  %s\n", rows[i].file);
		said_some(t, 51);
		assert_int_equal(TALK_DONE, hear_file(t, rows[i].file));
		assert_string_equal(rows[i].facts, rig_facts(t));
		rig_free(t);
	}
}

static void
who_closes_on_smb1_does_not_speak_it(void **state)
{
	struct talk *t = begun(&ask_smb1);

	(void)state;
	assert_int_equal(TALK_DONE, rig_close(t));
	assert_string_equal("smb.v1=false\n", rig_facts(t));
	rig_free(t);
}

static void
half_an_answer_says_nothing_of_smb1(void **state)
{
	struct talk *t = begun(&ask_smb1);

	(void)state;
	assert_int_equal(TALK_MORE, hear_hex(t, "00000025 ff534d42"));
	assert_int_equal(TALK_GARBAGE, rig_close(t));
	assert_string_equal("", rig_facts(t));
	rig_free(t);
}

/* --- dialects ------------------------------------------------------------------------------ */

/* 2.2.4 with this DialectRevision and no token. */
#define NEGOTIATED(revision) \
	"00000080 fe534d42 4000 0000 00000000 0000 0100 01000000 00000000" \
	"0000000000000000 00000000 00000000 0000000000000000" ZERO16 \
	"4100 0100 " revision " 0000 " ZERO16 "00000000 00000000 00000000 00000000" \
	"0000000000000000 0000000000000000 8000 0000 00000000"

static const struct step {
	const char *label, *arg, *bytes; /* NULL: it hangs up */
	enum talk_next next;
	const char *why, *facts, *follows;
} steps[] = {
	{ "an older one", "3.1.1", NEGOTIATED("0203"), TALK_DONE, "", "",
		"smb-dialects 445 3.1.1,3.0.2\n" },
	{ "one is left out", "3.1.1,3.0.2", NEGOTIATED("1002"), TALK_DONE, "", "",
		"smb-dialects 445 3.1.1,3.0.2,2.1\n" },
	{ "the oldest", "3.1.1,2.1", NEGOTIATED("0202"), TALK_DONE, "",
		"smb.dialects=2.0.2\nsmb.dialects=2.1\nsmb.dialects=3.1.1\n", "" },
	{ "none older", "3.1.1,3.0.2", REFUSED_NEGOTIATE, TALK_DONE, "",
		"smb.dialects=3.0.2\nsmb.dialects=3.1.1\n", "" },
	{ "the same again", "3.1.1,3.0.2", NEGOTIATED("0203"), TALK_GARBAGE,
		"it chooses a dialect that was not offered", "", "" },
	{ "a newer one", "2.1", NEGOTIATED("1103"), TALK_GARBAGE,
		"it chooses a dialect that was not offered", "", "" },
	{ "one that nobody knows", "3.1.1", NEGOTIATED("ff02"), TALK_GARBAGE,
		"its answer to SMB2 NEGOTIATE is broken", "", "" },
	{ "another refusal", "3.1.1", ERROR("220000c0", "0000", "01000000"),
		TALK_GARBAGE, "it refuses SMB2 NEGOTIATE", "", "" },
	{ "an answer in SMB1", "3.1.1", "00000004 ff534d42", TALK_GARBAGE,
		"it does not answer in SMB2", "", "" },
	{ "HTTP", "3.1.1", "48545450 2f312e31", TALK_GARBAGE, "it does not speak SMB",
		"", "" },
	{ "who hangs up leaves it open", "3.1.1", NULL, TALK_MORE, "", "", "" },
};

static void
dialects_are_told_once_all_are_known(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		const struct step *s = &steps[i];
		struct talk *t = rig_new_at(&ask_smb_dialects, 445, s->arg);
		print_message("  %s\n", s->label);
		assert_int_equal(TALK_MORE, rig_begin(t));
		assert_int_equal(
			s->next, s->bytes ? hear_hex(t, s->bytes) : rig_close(t));
		assert_string_equal(s->why, rig_why(t));
		assert_string_equal(s->facts, rig_facts(t));
		assert_string_equal(s->follows, rig_follows(t));
		rig_free(t);
	}
}

static void
dialects_are_asked_for_on_demand(void **state)
{
	(void)state;
	for (int wanted = 0; wanted <= 1; wanted++) {
		struct talk *t = rig_new(&ask_smb);
		t->settings.smb_dialects = wanted;
		assert_int_equal(TALK_MORE, rig_begin(t));
		assert_int_equal(TALK_MORE, hear_file(t, servers[0].negotiate));
		assert_string_equal(
			wanted ? "smb-dialects 445 3.1.1\n" : "", rig_follows(t));
		rig_free(t);
	}
}

/* --- Remote Desktop --------------------------------------------------------------------------- */

#define CHOSE(protocol) "03000013 0ed00000123400 02000800 " protocol "000000"

static void
windows_tells_its_names_by_remote_desktop(void **state)
{
	struct talk *t = begun(&ask_rdp);

	(void)state;
	said_some(t, 19);
	assert_int_equal(TALK_MORE, hear_hex(t, CHOSE("02")));
	said_some(t, 0); /* nothing in plain text */
	assert_true(rig_wants_tls(t));
	assert_int_equal(TALK_MORE, rig_tls(t));
	said_some(t, 57);
	assert_int_equal(
		TALK_DONE, hear_file(t, "tests/data/rdp/windows_challenge.hex"));
	said_some(t, 0);
	assert_string_equal("rdp.computer=WS-0412\n"
			    "rdp.dns_domain=corp.example\n"
			    "rdp.dns_name=ws-0412.corp.example\n"
			    "rdp.domain=CORP\n"
			    "rdp.forest=root.example\n"
			    "rdp.os_build=10.0.22631\n"
			    "rdp.security=nla\n",
		rig_facts(t));
	rig_free(t);
}

static void
xrdp_is_asked_for_its_certificate(void **state)
{
	struct talk *t = begun(&ask_rdp);

	(void)state;
	assert_int_equal(TALK_MORE, hear_file(t, "tests/data/rdp/xrdp_confirm.hex"));
	assert_int_equal(TALK_DONE, rig_tls(t));
	assert_string_equal("rdp.security=tls\n", rig_facts(t));
	rig_free(t);
}

static const struct confirm {
	const char *label, *bytes;
	enum talk_next next;
	const char *facts, *why;
} confirms[] = {
	{ "its own security", CHOSE("00"), TALK_DONE, "rdp.security=rdp\n", "" },
	{ "older than the negotiation", "0300000b 06d00000123400", TALK_DONE,
		"rdp.security=rdp\n", "" },
	{ "it insists on what it was offered",
		"03000013 0ed00000123400 0300080005000000", TALK_DONE,
		"rdp.security=nla\n", "" },
	{ "no certificate", "03000013 0ed00000123400 0300080003000000", TALK_DONE, "",
		"" },
	{ "words in plain text behind its choice", CHOSE("01") "30", TALK_GARBAGE,
		"rdp.security=tls\n", "it speaks before TLS stands" },
	{ "SSH", "5353482d322e30", TALK_GARBAGE, "", "it does not speak RDP" },
	{ "another message of X.224", "0300000b 0680000000000000", TALK_GARBAGE, "",
		"its X.224 confirm is broken" },
};

static void
each_confirm_ends_as_it_should(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(confirms) / sizeof(confirms[0]); i++) {
		struct talk *t = begun(&ask_rdp);
		print_message("  %s\n", confirms[i].label);
		assert_int_equal(confirms[i].next, hear_hex(t, confirms[i].bytes));
		assert_string_equal(confirms[i].facts, rig_facts(t));
		assert_string_equal(confirms[i].why, rig_why(t));
		rig_free(t);
	}
}

static const struct reply {
	const char *label, *bytes;
	enum talk_next next;
	const char *why;
} replies[] = {
	{ "errorCode alone", "300d a003020106 a4060204c000006d", TALK_DONE, "" },
	{ "something else", "160301", TALK_MORE, "" },
	{ "endless", "3084ffffffff", TALK_GARBAGE, "it does not speak CredSSP" },
	{ "a broken challenge",
		"301b a003020106 a114 3012 3010 a00e 040c 4e544c4d53535000 03000000",
		TALK_GARBAGE, "its NTLM challenge is broken" },
};

static void
each_reply_of_credssp_ends_as_it_should(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(replies) / sizeof(replies[0]); i++) {
		struct talk *t = begun(&ask_rdp);
		print_message("  %s\n", replies[i].label);
		assert_int_equal(TALK_MORE, hear_hex(t, CHOSE("02")));
		assert_int_equal(TALK_MORE, rig_tls(t));
		assert_int_equal(replies[i].next, hear_hex(t, replies[i].bytes));
		assert_string_equal("rdp.security=nla\n", rig_facts(t));
		assert_string_equal(replies[i].why, rig_why(t));
		if (replies[i].next == TALK_MORE)
			assert_int_equal(TALK_MORE, rig_close(t));
		rig_free(t);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(smb_servers_tell_who_they_are),
		cmocka_unit_test(how_bytes_are_cut_changes_nothing),
		cmocka_unit_test(smb_trouble_ends_with_what_was_learnt),
		cmocka_unit_test(an_answer_behind_pending_is_heard),
		cmocka_unit_test(who_hangs_up_has_told_what_it_told),
		cmocka_unit_test(smb1_is_told_by_the_answer),
		cmocka_unit_test(who_closes_on_smb1_does_not_speak_it),
		cmocka_unit_test(half_an_answer_says_nothing_of_smb1),
		cmocka_unit_test(dialects_are_told_once_all_are_known),
		cmocka_unit_test(dialects_are_asked_for_on_demand),
		cmocka_unit_test(windows_tells_its_names_by_remote_desktop),
		cmocka_unit_test(xrdp_is_asked_for_its_certificate),
		cmocka_unit_test(each_confirm_ends_as_it_should),
		cmocka_unit_test(each_reply_of_credssp_ends_as_it_should),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
