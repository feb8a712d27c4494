/* SPDX-License-Identifier: GPL-3.0-or-later */
/* UTF-16 to UTF-8: Unicode §3.9, with U+FFFD for each half of a pair that is alone. */
#include "packet.h"

#include "wire/utf16.h"

static const struct row {
	const char *label, *bytes, *text;
} rows[] = {
	{ "nothing", "", "" },
	{ "ASCII", "4600 4900", "FI" },
	{ "two bytes of UTF-8", "fc00 df00 ff07", "\xc3\xbc\xc3\x9f\xdf\xbf" },
	{ "three bytes", "0008 ac20 ffff", "\xe0\xa0\x80\xe2\x82\xac\xef\xbf\xbf" },
	{ "a pair", "3dd8 00de", "\xf0\x9f\x98\x80" },
	{ "the last character", "ffdb ffdf", "\xf4\x8f\xbf\xbf" },
	{ "a high half alone", "3dd8 4100",
		"\xef\xbf\xbd"
		"A" },
	{ "a high half at the end", "4100 3dd8", "A\xef\xbf\xbd" },
	{ "a low half alone", "00de 4100",
		"\xef\xbf\xbd"
		"A" },
	{ "two low halves", "00de 00de", "\xef\xbf\xbd\xef\xbf\xbd" },
	{ "two high halves", "3dd8 3dd8 00de", "\xef\xbf\xbd\xf0\x9f\x98\x80" },
	{ "up to a NUL", "4100 0000 4200", "A" },
	{ "half a unit at the end", "4100 42", "A" },
};

static void
units_become_utf_8(void **state)
{
	char out[64];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct packet p = packet_hex(rows[i].bytes);
		print_message("  %s\n", rows[i].label);
		assert_int_equal(strlen(rows[i].text),
			utf16_text(packet_rd(&p), out, sizeof(out)));
		assert_string_equal(rows[i].text, out);
		packet_free(&p);
	}
}

static void
text_is_cut_between_characters(void **state)
{
	struct packet p = packet_hex("4100 3dd8 00de 4200");
	static const struct {
		size_t size;
		const char *text;
	} cuts[] = { { 1, "" }, { 2, "A" }, { 5, "A" }, { 6, "A\xf0\x9f\x98\x80" } };

	(void)state;
	for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
		struct packet out = packet_of("xxxxxxxx", cuts[i].size);
		assert_int_equal(strlen(cuts[i].text),
			utf16_text(packet_rd(&p), (char *)out.bytes, out.n));
		assert_string_equal(cuts[i].text, (char *)out.bytes);
		packet_free(&out);
	}
	packet_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(units_become_utf_8),
		cmocka_unit_test(text_is_cut_between_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
