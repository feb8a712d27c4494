/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The title of a page: HTML Standard §4.2.2, §13.2.5 as far as a title needs it. */
#include "packet.h"

#include "wire/html.h"

static const struct row {
	const char *label, *page, *want; /* want: NULL: there is none (yet) */
} rows[] = {
	{ "plain", "<html><head><title>Hello</title></head>", "Hello" },
	{ "in capitals", "<HTML><TITLE>Hello</TITLE>", "Hello" },
	{ "with attributes", "<title lang=\"de\" id='a>b'>Hello</title >", "Hello" },
	{ "an attribute with an end in it",
		"<meta content=\"</title><title>x\"><title>y"
		"</title>",
		"y" },
	{ "a quote that is none", "<body title=Joe's><title>y</title>", "y" },
	{ "blanks", "<title>\r\n\t  a \n  b\f </title>", "a b" },
	{ "empty", "<title></title>", "" },
	{ "only the first", "<title>a</title><title>b</title>", "a" },
	{ "a tag that begins alike", "<titles>no</titles><title>yes</title>", "yes" },
	{ "tags in it are text", "<title>a <b>c</b></title>", "a <b>c</b>" },
	{ "a half end in it", "<title>a</titl</title>", "a</titl" },
	{ "two half ends in it", "<title>a<</title>", "a<" },
	{ "in a comment", "<!-- <title>no</title> --><title>yes</title>", "yes" },
	{ "in a comment behind an end",
		"<!-- > - <title>no</title> --><title>yes</title>", "yes" },
	{ "in a comment with dashes", "<!-----><title>yes</title>", "yes" },
	{ "in a script", "<script>\"<title>no</title>\"</script><title>yes</title>",
		"yes" },
	{ "a script with a half end", "<script>'</scr<</script><title>yes</title>",
		"yes" },
	{ "in a style", "<style type=\"a\"><title>no</title></style><title>yes</title>",
		"yes" },
	{ "behind a doctype", "<!DOCTYPE html><title>yes</title>", "yes" },
	{ "behind a self-closing tag", "<br/><meta x=\"y\" /><title>yes</title>",
		"yes" },
	{ "less than", "1 < 2 <3 <title>yes</title>", "yes" },
	{ "less than a tag", "a <<title>yes</title>", "yes" },
	{ "an end tag of nothing", "</><title>yes</title>", "yes" },
	{ "a long tag", "<averyveryverylongtag a=b><title>yes</title>", "yes" },

	{ "the five references", "<title>&lt;&gt;&amp;&quot;&apos;</title>", "<>&\"'" },
	{ "numbers", "<title>&#65;&#x42;&#X43;&#x20ac;&#233;&#128512;</title>",
		"ABC\xe2\x82\xac\xc3\xa9\xf0\x9f\x98\x80" },
	{ "a number that is no character", "<title>&#0;&#xd800;&#x110000;</title>",
		"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	{ "a number too long", "<title>&#123456789;</title>", "&#123456789;" },
	{ "no number", "<title>&#;&#x;&#a;&#xg;</title>", "&#;&#x;&#a;&#xg;" },
	{ "another reference", "<title>&nbsp;&copy;</title>", "&nbsp;&copy;" },
	{ "no semicolon", "<title>a &amp b</title>", "a &amp b" },
	{ "only an ampersand", "<title>a & b &;</title>", "a & b &;" },
	{ "decoded once", "<title>&amp;lt;</title>", "&lt;" },
	{ "a blank by its number", "<title>&#32;a&#10;</title>", "a" },
	{ "bytes of any character set", "<title>caf\xe9 \xff</title>", "caf\xe9 \xff" },

	{ "none", "<html><body>Hello</body></html>", NULL },
	{ "no end", "<title>Hello", NULL },
	{ "an end that is cut", "<title>Hello</title", "Hello" },
	{ "nothing", "", NULL },
	{ "a comment that never ends", "<!-- <title>no</title>", NULL },
};

/* In pieces of n bytes. */
static bool
feed(struct html_title *h, const char *page, size_t n)
{
	struct packet p = packet_of(page, strlen(page));
	struct rd r = packet_rd(&p);
	bool found = false;

	while (rd_left(&r) && !found)
		found = html_title_feed(
			h, rd_sub(&r, rd_left(&r) < n ? rd_left(&r) : n));
	packet_free(&p);
	return found;
}

static void
a_title_is_found_in_pieces_of_any_size(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (size_t n = 1; n <= 4096; n *= 16) {
			struct html_title h = { .where = HTML_TEXT };
			char text[HTML_TITLE_SIZE];
			print_message("  %s, %zu bytes\n", rows[i].label, n);
			assert_int_equal(
				rows[i].want != NULL, feed(&h, rows[i].page, n));
			assert_int_equal(rows[i].want ? strlen(rows[i].want) : 0,
				html_title_text(&h, text));
			assert_string_equal(rows[i].want ? rows[i].want : "", text);
		}
}

static void
a_long_title_is_cut(void **state)
{
	static char page[HTML_TITLE_RAW + 64];
	struct html_title h = { .where = HTML_TEXT };
	char text[HTML_TITLE_SIZE];

	(void)state;
	memset(page, 'x', sizeof(page) - 1);
	memcpy(page, "<title>", 7);
	assert_true(feed(&h, page, 7));
	assert_int_equal(HTML_TITLE_RAW, html_title_text(&h, text));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_title_is_found_in_pieces_of_any_size),
		cmocka_unit_test(a_long_title_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
