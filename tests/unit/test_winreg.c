/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A remote registry: questions by C706 and [MS-RRP], answers of Samba, and broken ones. */
#include "packet.h"

#include "wire/winreg.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define HANDLE   "01000000 d8a449c0 89e58d4b 907171da 5b9945b6 "

static const struct winreg_handle handle = { { 0x01, 0, 0, 0, 0xd8, 0xa4, 0x49, 0xc0,
	0x89, 0xe5, 0x8d, 0x4b, 0x90, 0x71, 0x71, 0xda, 0x5b, 0x99, 0x45, 0xb6 } };

static void
questions_are_as_the_clauses_say(void **state)
{
	uint8_t bytes[WINREG_REQUEST_MAX];
	struct wr w = wr_to(bytes, sizeof(bytes));

	(void)state;
	winreg_write_open_machine(&w);
	assert_wrote_hex(&w, "00000000 01000000");
	w = wr_to(bytes, sizeof(bytes));
	winreg_write_open_key(&w, &handle, "A\\B");
	assert_wrote_hex(&w,
		HANDLE
		"0800 0800 00000200 04000000 00000000 04000000 4100 5c00 4200 0000 "
		"00000000 01000000");
	w = wr_to(bytes, sizeof(bytes));
	winreg_write_query(&w, &handle, "AB"); /* three units: two bytes of filling */
	assert_wrote_hex(&w,
		HANDLE
		"0600 0600 00000200 03000000 00000000 03000000 4100 4200 0000 0000 "
		"00000200 00000000 04000200 00040000 00000000 00000000 "
		"08000200 00040000 0c000200 00000000");
}

static void
long_names_fit(void **state)
{
	uint8_t bytes[WINREG_REQUEST_MAX];
	struct wr w = wr_to(bytes, sizeof(bytes));
	char name[201];

	(void)state;
	memset(name, 'A', 200);
	name[200] = '\0';
	winreg_write_query(&w, &handle, name);
	assert_false(w.bad);
}

static void
handles_of_samba_are_read(void **state)
{
	static const struct {
		const char *file;
		uint32_t status;
	} rows[] = {
		{ "machine", 0 }, { "key", 0 },
		{ "no_key", 2 }, /* [MS-ERREF] 2.2 ERROR_FILE_NOT_FOUND */
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char path[128];
		struct winreg_handle h;
		uint32_t status;
		struct err e;
		(void)snprintf(
			path, sizeof(path), "tests/data/winreg/%s.hex", rows[i].file);
		struct packet p = packet_file(path);
		print_message("  %s\n", rows[i].file);
		assert_int_equal(0, winreg_read_handle(p.bytes, p.n, &h, &status, &e));
		assert_int_equal(rows[i].status, status);
		assert_memory_equal(p.bytes, h.bytes, WINREG_HANDLE);
		assert_int_equal(
			-1, winreg_read_handle(p.bytes, p.n - 1, &h, &status, &e));
		packet_free(&p);
	}
}

/* What net rpc registry enumerate prints of the same values. */
static void
values_of_samba_are_read(void **state)
{
	static const struct {
		const char *file, *text;
		uint32_t status;
	} rows[] = {
		{ "text", "6.1", 0 },
		{ "number", "1", 0 },
		{ "no_value", "", 2 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char path[128], text[WINREG_TEXT];
		uint32_t status;
		struct err e;
		(void)snprintf(
			path, sizeof(path), "tests/data/winreg/%s.hex", rows[i].file);
		struct packet p = packet_file(path);
		print_message("  %s\n", rows[i].file);
		assert_int_equal(0, winreg_read_value(p.bytes, p.n, text, &status, &e));
		assert_int_equal(rows[i].status, status);
		assert_string_equal(rows[i].text, text);
		packet_free(&p);
	}
}

#define SIZES "1c000200 08000000 20000200 08000000 "

static void
values_are_read_by_the_clause(void **state)
{
	static const struct {
		const char *label, *stub;
		int rc;
		const char *text;
	} rows[] = {
		{ "a text without its NUL",
			"14000200 01000000 18000200 04000000 00000000 04000000 41004200 " SIZES
			"00000000",
			0, "AB" },
		{ "no type",
			"00000000 18000200 04000000 00000000 04000000 41004200 " SIZES
			"00000000",
			0, "" },
		{ "no data", "14000200 01000000 00000000 " SIZES "00000000", 0, "" },
		{ "a number of three bytes is none",
			"14000200 04000000 18000200 03000000 00000000 03000000 41424300 " SIZES
			"00000000",
			0, "" },
		{ "bytes are no text",
			"14000200 03000000 18000200 04000000 00000000 04000000 41004200 " SIZES
			"00000000",
			0, "" },
		{ "an error has no value",
			"14000200 01000000 18000200 04000000 00000000 04000000 41004200 " SIZES
			"05000000",
			0, "" },
		{ "more than room",
			"14000200 01000000 18000200 02000000 00000000 04000000 41004200 " SIZES
			"00000000",
			-1, "" },
		{ "an offset",
			"14000200 01000000 18000200 04000000 01000000 03000000 41004200 " SIZES
			"00000000",
			-1, "" },
		{ "no status",
			"14000200 01000000 18000200 04000000 00000000 04000000 41004200 "
			"1c000200 08000000 20000200 08000000",
			-1, "" },
		{ "nothing", "", -1, "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct packet p = packet_hex(rows[i].stub);
		char text[WINREG_TEXT];
		uint32_t status;
		struct err e = { 0 };
		print_message("  %s\n", rows[i].label);
		assert_int_equal(
			rows[i].rc, winreg_read_value(p.bytes, p.n, text, &status, &e));
		assert_string_equal(rows[i].text, text);
		assert_int_equal(rows[i].rc ? ERR_PROTO : ERR_NONE, e.code);
		packet_free(&p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(questions_are_as_the_clauses_say),
		cmocka_unit_test(long_names_fit),
		cmocka_unit_test(handles_of_samba_are_read),
		cmocka_unit_test(values_of_samba_are_read),
		cmocka_unit_test(values_are_read_by_the_clause),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
