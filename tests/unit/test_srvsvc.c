/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What machines tell an account: answers of Samba, [MS-SRVS] and [MS-WKST] row by row, facts,
 * and what a status means for the account. */
#include "packet.h"

#include "inventory/fact_print.h"
#include "netbios/member.h"
#include "wire/ndr.h"
#include "wire/srvsvc.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* --- questions ------------------------------------------------------------------------------ */

static void
questions_name_nobody_and_a_level(void **state)
{
	uint8_t bytes[SRVSVC_REQUEST_MAX];
	struct wr w = wr_to(bytes, sizeof(bytes));

	(void)state;
	srvsvc_write_get_info(&w);
	assert_wrote_hex(&w, "00000000 65000000");
	w = wr_to(bytes, sizeof(bytes));
	wkssvc_write_get_info(&w);
	assert_wrote_hex(&w, "00000000 64000000");
}

/* --- answers -------------------------------------------------------------------------------- */

/* What rpcclient's srvinfo says of the same machines. */
static void
servers_of_samba_are_read(void **state)
{
	static const struct {
		const char *file, *name, *comment;
	} rows[] = {
		{ "server_samba", "NEWBOX", "new of the lab" },
		{ "server_controller", "DC1", "Samba 4.17.12-Debian" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char path[128];
		struct srvsvc_info s;
		struct err e;
		(void)snprintf(
			path, sizeof(path), "tests/data/srvsvc/%s.hex", rows[i].file);
		struct packet p = packet_file(path);
		print_message("  %s\n", rows[i].file);
		assert_int_equal(0, srvsvc_read_info(p.bytes, p.n, &s, &e));
		assert_int_equal(0, s.status);
		assert_string_equal(rows[i].name, s.name);
		assert_string_equal(rows[i].comment, s.comment);
		assert_int_equal(6, s.major);
		assert_int_equal(1, s.minor);
		assert_int_equal(0x809a03, s.types);
		packet_free(&p);
	}
}

static void
workstations_of_samba_are_read(void **state)
{
	static const struct {
		const char *file, *computer, *domain;
		unsigned major, minor;
	} rows[] = {
		{ "workstation_samba", "NEWBOX", "BETA", 6, 1 },
		{ "workstation_controller", "DC1", "CORP", 5, 2 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char path[128];
		struct wkssvc_info w;
		struct err e;
		(void)snprintf(
			path, sizeof(path), "tests/data/srvsvc/%s.hex", rows[i].file);
		struct packet p = packet_file(path);
		print_message("  %s\n", rows[i].file);
		assert_int_equal(0, wkssvc_read_info(p.bytes, p.n, &w, &e));
		assert_int_equal(0, w.status);
		assert_string_equal(rows[i].computer, w.computer);
		assert_string_equal(rows[i].domain, w.domain);
		assert_int_equal(rows[i].major, w.major);
		assert_int_equal(rows[i].minor, w.minor);
		packet_free(&p);
	}
}

#define HEAD   "65000000 00000200 f4010000 04000200 0a000000 00000000 03900000 08000200 "
#define NAME   "02000000 00000000 02000000 41000000 "
#define STATUS "00000000"

static void
servers_are_read_by_the_clause(void **state)
{
	static const struct {
		const char *label, *stub;
		int rc;
		const char *name, *comment;
		unsigned status;
	} rows[] = {
		{ "a name and a comment", HEAD NAME NAME STATUS, 0, "A", "A", 0 },
		{ "the type of the machine in the version is not the version",
			"65000000 01000000 f4010000 04000200 8a000000 00000000 00000000 "
			"00000000 " NAME STATUS,
			0, "A", "", 0 },
		{ "access is denied: a level and no more", "65000000 00000000 05000000",
			0, "", "", SRVSVC_ACCESS_DENIED },
		{ "another level",
			"64000000 00000200 f4010000 04000200 0a000000 00000000 "
			"03900000 08000200 " NAME NAME STATUS,
			-1, "", "", 0 },
		{ "no status", HEAD NAME NAME, -1, "", "", 0 },
		{ "half a comment", HEAD NAME "02000000 00000000 02000000 4100", -1, "",
			"", 0 },
		{ "more characters than room",
			HEAD "01000000 00000000 02000000 41000000 " NAME STATUS, -1, "",
			"", 0 },
		{ "an offset", HEAD "02000000 01000000 01000000 41000000 " NAME STATUS,
			-1, "", "", 0 },
		{ "a length that nobody has",
			HEAD "ffffffff 00000000 ffffffff 41000000 " NAME STATUS, -1, "",
			"", 0 },
		{ "nothing", "", -1, "", "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct packet p = packet_hex(rows[i].stub);
		struct srvsvc_info s;
		struct err e = { 0 };
		print_message("  %s\n", rows[i].label);
		assert_int_equal(rows[i].rc, srvsvc_read_info(p.bytes, p.n, &s, &e));
		if (rows[i].rc == 0) {
			assert_string_equal(rows[i].name, s.name);
			assert_string_equal(rows[i].comment, s.comment);
			assert_int_equal(rows[i].status, s.status);
			assert_true(s.status != 0 || s.major == 10);
		} else
			assert_int_equal(ERR_PROTO, e.code);
		packet_free(&p);
	}
}

/* --- facts ---------------------------------------------------------------------------------- */

static void
assert_fact(const struct tell *t, const char *key, const char *want)
{
	const struct fact *f = fact_get(t->facts, t->n, key);
	struct sb text;

	sb_init(&text, 4096);
	if (f)
		fact_print(f, &text);
	assert_string_equal(want, text.text);
	sb_done(&text);
}

static void
answers_become_facts(void **state)
{
	const struct srvsvc_info s = { .major = 10,
		.minor = 0,
		.types = 0x8 | 0x2,
		.name = "DC7",
		.comment = "in \x1b[31mBerlin" };
	const struct wkssvc_info w = {
		.major = 10, .computer = "DC7", .domain = "CORP"
	};
	struct tell t;
	struct addr ip;

	(void)state;
	assert_true(addr_parse("198.18.1.7", &ip));
	tell_begin(&t, &ip);
	member_tell_server(&t, &s);
	member_tell_workstation(&t, &w);
	(void)tell_finish(&t);
	assert_fact(&t, "srv.name", "DC7");
	assert_fact(&t, "srv.version", "10.0");
	assert_fact(&t, "srv.types", "domain-controller, server");
	assert_fact(&t, "wksta.computer", "DC7");
	assert_fact(&t, "wksta.domain", "CORP");
	assert_fact(&t, "wksta.version", "10.0");
	const struct fact *comment = fact_get(t.facts, t.n, "srv.comment");
	assert_non_null(comment);
	assert_null(strchr(comment->text, '\x1b'));
}

static void
what_was_not_told_is_no_fact(void **state)
{
	const struct srvsvc_info s = { 0 };
	const struct wkssvc_info w = { 0 };
	struct tell t;

	(void)state;
	tell_begin(&t, NULL);
	member_tell_server(&t, &s);
	member_tell_workstation(&t, &w);
	assert_int_equal(0, t.n);
}

/* --- statuses ------------------------------------------------------------------------------- */

/* [MS-ERREF] 2.3.1 */
static void
a_status_says_whether_the_account_may_be_used_again(void **state)
{
	static const struct {
		uint32_t status;
		enum member_outcome outcome;
	} rows[] = {
		{ 0, MEMBER_TOLD },
		{ 0xc000006d, MEMBER_REFUSED },   /* STATUS_LOGON_FAILURE */
		{ 0xc000006a, MEMBER_REFUSED },   /* STATUS_WRONG_PASSWORD */
		{ 0xc0000234, MEMBER_REFUSED },   /* STATUS_ACCOUNT_LOCKED_OUT */
		{ 0xc0000072, MEMBER_REFUSED },   /* STATUS_ACCOUNT_DISABLED */
		{ 0xc0000071, MEMBER_REFUSED },   /* STATUS_PASSWORD_EXPIRED */
		{ 0xc0000224, MEMBER_REFUSED },   /* STATUS_PASSWORD_MUST_CHANGE */
		{ 0xc0000022, MEMBER_DENIED },    /* STATUS_ACCESS_DENIED */
		{ 0xc00000b5, MEMBER_UNREACHED }, /* STATUS_IO_TIMEOUT */
		{ 0xc0000236, MEMBER_UNREACHED }, /* STATUS_CONNECTION_REFUSED */
		{ 0xc0000203, MEMBER_UNREACHED }, /* STATUS_USER_SESSION_DELETED */
		{ 0xc0000193, MEMBER_REFUSED },   /* STATUS_ACCOUNT_EXPIRED */
		{ 0xc0000199,
			MEMBER_REFUSED }, /* STATUS_NOLOGON_WORKSTATION_TRUST_ACCOUNT */
		{ 0xc000005e, MEMBER_FAILED }, /* STATUS_NO_LOGON_SERVERS */
		{ 0xc000018b, MEMBER_FAILED }, /* STATUS_NO_TRUST_SAM_ACCOUNT */
		{ 0xc000018d, MEMBER_FAILED }, /* STATUS_TRUSTED_RELATIONSHIP_FAILURE */
		{ 0xc0000192, MEMBER_FAILED }, /* STATUS_NETLOGON_NOT_STARTED */
		{ 0xc0000001, MEMBER_FAILED }, /* STATUS_UNSUCCESSFUL */
		{ 0x12345678, MEMBER_FAILED },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		int code = member_code(rows[i].status);
		print_message("  %08x\n", (unsigned)rows[i].status);
		assert_in_range(code, 0, MEMBER_CODES - 1);
		assert_int_equal(rows[i].outcome, member_outcome(code));
		assert_true(strlen(member_text(code)) > 0);
	}
	assert_int_equal(MEMBER_FAILED, member_outcome(MEMBER_CODES));
	assert_int_equal(MEMBER_FAILED, member_outcome(-1));
}

static void
a_status_without_words_is_a_number(void **state)
{
	char buf[MEMBER_WORDS];

	(void)state;
	assert_string_equal(
		"it gave the status 0xc0000001", member_words(0xc0000001, buf));
	assert_string_equal(
		"its trust in its domain is broken", member_words(0xc000018d, buf));
	assert_string_equal(
		"what it said was not understood", member_words(UINT32_MAX, buf));
}

static void
statuses_of_all_pipes_are_one_line(void **state)
{
	static const struct {
		const char *line;
		struct member_said said;
		bool is_one;
	} rows[] = {
		{ "3 00000000 c0000022 c00000ac\n",
			{ { 0, 0xc0000022, 0xc00000ac }, 3 }, true },
		{ "1 c000006d 00000000 00000000\n", { { 0xc000006d }, 1 }, true },
		{ "4 00000000 00000000 00000000\n", { { 0 }, 0 }, false },
		{ "3 00000000 c0000022 c00000AC\n", { { 0 }, 0 }, false },
		{ "3 00000000 c0000022 c00000ac", { { 0 }, 0 }, false },
		{ "3 00000000-c0000022 c00000ac\n", { { 0 }, 0 }, false },
		{ "", { { 0 }, 0 }, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t n = strlen(rows[i].line);
		struct member_said said;
		char line[MEMBER_LINE], *heap = malloc(n + 1);
		print_message("  %s\n", rows[i].line);
		memcpy(heap, rows[i].line, n);
		heap = realloc(heap, n ? n : 1);
		assert_int_equal(rows[i].is_one, member_read_said(heap, n, &said));
		free(heap);
		if (!rows[i].is_one)
			continue;
		assert_memory_equal(&rows[i].said, &said, sizeof(said));
		member_write_said(&said, line);
		assert_int_equal(MEMBER_LINE, n);
		assert_memory_equal(rows[i].line, line, n);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(questions_name_nobody_and_a_level),
		cmocka_unit_test(servers_of_samba_are_read),
		cmocka_unit_test(workstations_of_samba_are_read),
		cmocka_unit_test(servers_are_read_by_the_clause),
		cmocka_unit_test(answers_become_facts),
		cmocka_unit_test(what_was_not_told_is_no_fact),
		cmocka_unit_test(a_status_without_words_is_a_number),
		cmocka_unit_test(statuses_of_all_pipes_are_one_line),
		cmocka_unit_test(a_status_says_whether_the_account_may_be_used_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
