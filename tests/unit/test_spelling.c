/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of one domain in bytes of a code page and in Unicode (netbios/spelling.h). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "netbios/spelling.h"
#include "wire/nbname.h"
#include "wire/oem.h"

enum { NAMES = 6 };

static const struct row {
	const char *label, *names[NAMES], *want[NAMES];
} rows[] = {
	{ "nobody", { NULL }, { NULL } },
	{ "ASCII alone", { "A", "B" }, { "A", "B" } },
	{ "bytes and the name that they are in code page 850", { "B%9aRO", "BÜRO" },
		{ "BÜRO" } },
	{ "bytes alone", { "A", "B%9aRO" }, { "A", "B%9aRO" } },
	{ "a name that they are not", { "B%9aRO", "BÄRO" }, { "B%9aRO", "BÄRO" } },
	{ "small letters, as WS-Discovery tells them", { "B%9aRO", "Büro" },
		{ "Büro" } },
	{ "capital and small letters in Unicode", { "B%9aRO", "BÜRO", "Büro" },
		{ "BÜRO" } },
	{ "code page 437 has it otherwise than 850", { "M%9d", "M¥" }, { "M¥" } },
	{ "code page 852", { "W%9dDKA", "WŁDKA" }, { "WŁDKA" } },
	{ "its letters in pairs", { "%9bO%e6", "ťoš" }, { "ťoš" } },
	{ "code page 866", { "%8f%8a-1", "пк-1" }, { "пк-1" } },
	{ "code page 1252", { "%dcBER", "ÜBER" }, { "ÜBER" } },
	{ "two names that the bytes may be", { "B%9aRO", "BÜRO", "BšRO" },
		{ "B%9aRO", "BÜRO", "BšRO" } },
	{ "two names in bytes that may be one", { "B%9aRO", "B%dcRO", "BÜRO" },
		{ "B%9aRO", "B%dcRO", "BÜRO" } },
	{ "a percent sign is one", { "50%25%9a", "50%Ü" }, { "50%Ü" } },
	{ "an escape that is none", { "B%9", "B%9xRO", "B%", "BÜRO" },
		{ "B%9", "B%9xRO", "B%", "BÜRO" } },
	{ "a byte that the code page has no character for", { "A%81", "Aü", "A%8d" },
		{ "Aü", "A%8d" } },
	{ "all fifteen",
		{ "%9a%9a%9a%9a%9a%9a%9a%9a%9a%9a%9a%9a%9a%9a%9a", "ÜÜÜÜÜÜÜÜÜÜÜÜÜÜÜ" },
		{ "ÜÜÜÜÜÜÜÜÜÜÜÜÜÜÜ" } },
	{ "more than NetBIOS has",
		{ "%9a%9a%9a%9a%9a%9a%9a%9a%9a%9a%9a%9a%9a%9a%9a%9a",
			"ÜÜÜÜÜÜÜÜÜÜÜÜÜÜÜÜ" },
		{ "%9a%9a%9a%9a%9a%9a%9a%9a%9a%9a%9a%9a%9a%9a%9a%9a",
			"ÜÜÜÜÜÜÜÜÜÜÜÜÜÜÜÜ" } },
	{ "what is no UTF-8", { "B%9aRO", "B\x9aRO" }, { "B%9aRO", "B\x9aRO" } },
};

static void
names_in_bytes_are_joined_with_those_in_unicode(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *names[NAMES];
		size_t n = 0, want = 0;
		print_message("  %s\n", rows[i].label);
		memcpy(names, rows[i].names, sizeof(names));
		while (n < NAMES && names[n])
			n++;
		while (want < NAMES && rows[i].want[want])
			want++;
		assert_int_equal(want, spelling_join(names, n));
		for (size_t k = 0; k < want; k++)
			assert_string_equal(rows[i].want[k], names[k]);
	}
}

/* As the mappings of unicode.org have them. */
static void
bytes_of_code_pages_are_characters(void **state)
{
	static const struct {
		unsigned page;
		uint8_t byte;
		uint16_t want;
	} chars[] = { { 0, 'A', 'A' }, { 0, 0x80, 0x00c7 }, { 0, 0xff, 0x00a0 },
		{ 0, 0xd5, 0x0131 }, { 0, 0xf0, 0x00ad }, { 1, 0xe0, 0x03b1 },
		{ 1, 0xff, 0x00a0 }, { 2, 0x9d, 0x0141 }, { 2, 0xf0, 0x00ad },
		{ 2, 0xff, 0x00a0 }, { 3, 0x80, 0x0410 }, { 3, 0xff, 0x00a0 },
		{ 4, 0x80, 0x20ac }, { 4, 0x81, 0 }, { 4, 0x9d, 0 },
		{ 4, 0xa0, 0x00a0 }, { 4, 0xad, 0x00ad }, { 4, 0xff, 0x00ff } };

	(void)state;
	for (size_t i = 0; i < sizeof(chars) / sizeof(chars[0]); i++)
		assert_int_equal(chars[i].want, oem_char(chars[i].page, chars[i].byte));
}

/* What nbname_plain() makes of a name is read again. */
static void
they_are_read_as_they_are_written(void **state)
{
	char plain[NBNAME_PLAIN];
	const char *names[] = { nbname_plain("B\x9aRO%", plain), "BÜRO%" };

	(void)state;
	assert_string_equal("B%9aRO%25", plain);
	assert_int_equal(1, spelling_join(names, 2));
	assert_string_equal("BÜRO%", names[0]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_in_bytes_are_joined_with_those_in_unicode),
		cmocka_unit_test(bytes_of_code_pages_are_characters),
		cmocka_unit_test(they_are_read_as_they_are_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
