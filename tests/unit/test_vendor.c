/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Makers of network cards.  The expected names were read in the IEEE's files by eye; the
 * built-in table (made by awk) and the reader of user files (C) must agree on all of oui.txt.
 */
#include "inventory/vendor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const char *
find(const struct vendor_table *t, const char *text)
{
	struct mac mac;

	assert_true(mac_parse(text, &mac));
	return vendor_find(t, &mac);
}

static void
assert_vendor(const char *want, const char *got)
{
	if (want) {
		assert_non_null(got);
		assert_string_equal(want, got);
	} else {
		assert_null(got);
	}
}

static void
the_longest_prefix_names_the_maker(void **state)
{
	static const struct {
		const char *label, *mac, *name;
	} rows[] = {
		{ "first of all", "00:00:00:00:00:01", "XEROX CORPORATION" },
		{ "24 bits", "00:16:3e:5e:6c:00", "Xensource, Inc." },
		{ "24 bits, last address", "b8:27:eb:ff:ff:ff",
			"Raspberry Pi Foundation" },
		{ "28 bits", "74:1a:e0:55:55:55",
			"FUJIAN TAILI COMMUNICATION TECHNOLOGY CO.,LTD" },
		{ "28 bits, first block", "74:1a:e0:00:00:00",
			"Huano International Technology Limited" },
		{ "28 bits, UTF-8", "74:1a:e0:7f:ff:ff", "B\xc3\x84R Bahnsicherung AG" },
		{ "36 bits", "70:b3:d5:f2:f0:00", "TELEPLATFORMS" },
		{ "36 bits, older", "00:50:c2:7d:5f:ff", "DEUTA-WERKE GmbH" },
		{ "locally administered", "02:16:3e:5e:6c:00", NULL },
		{ "broadcast", "ff:ff:ff:ff:ff:ff", NULL },
		{ "multicast", "01:00:5e:00:00:01", NULL },
		{ "not assigned", "fc:ff:ff:00:00:01", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("  %s\n", rows[i].label);
		assert_vendor(rows[i].name, find(NULL, rows[i].mac));
	}
}

/* From a heap block of exactly the text's size. */
static void
an_address_taken_at_random_is_private(void **state)
{
	/* IEEE 802-2014 §8.4: the second bit of the first octet.  The rest are the prefixes
	 * that Docker, QEMU, libvirt and VirtualBox document, and the one of Microsoft's NLB. */
	static const struct {
		const char *label, *mac, *name;
	} rows[] = {
		{ "x2", "02:16:3e:00:00:01", "private" },
		{ "x6", "d6:01:02:03:04:05", "private" },
		{ "xa", "7a:01:02:03:04:05", "private" },
		{ "xe", "fe:01:02:03:04:05", "private" },
		{ "registered", "00:16:3e:00:00:01", "Xensource, Inc." },
		{ "not assigned", "fc:ff:ff:00:00:01", NULL },
		{ "QEMU", "52:54:00:12:34:56", NULL },
		{ "next to QEMU", "52:54:01:12:34:56", "private" },
		{ "libvirt's tap", "fe:54:00:12:34:56", NULL },
		{ "Docker", "02:42:ac:11:00:02", NULL },
		{ "VirtualBox host-only", "0a:00:27:00:00:00", NULL },
		{ "load balancing", "02:bf:c6:12:03:07", NULL },
		{ "a group", "03:00:00:00:00:01", NULL },
		{ "broadcast", "ff:ff:ff:ff:ff:ff", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct mac mac;
		print_message("  %s\n", rows[i].label);
		assert_true(mac_parse(rows[i].mac, &mac));
		assert_vendor(rows[i].name, vendor_name(NULL, &mac));
	}
}

static int
read_exact(const char *text, struct arena *mem, struct vendor_table **out, struct err *e)
{
	size_t n = strlen(text);
	char *copy = malloc(n ? n : 1);

	assert_non_null(copy);
	memcpy(copy, text, n);
	int rc = vendor_read(copy, n, mem, out, e);
	free(copy);
	return rc;
}

static void
a_user_file_replaces_the_table(void **state)
{
	static const char text[] =
		"OUI/MA-L            Organization\r\n"
		"company_id          Organization\r\n"
		"                    Address\r\n"
		"\r\n"
		"AC-DE-48   (hex)\t\tNew  Name \r\n"
		"ACDE48     (base 16)\t\tNew Name\r\n"
		"\t\t\t\t1 Road (top)\r\n"
		"\r\n"
		"AC-DE-49   (hex)\t\tMiddle\n"
		"900000-9FFFFF     (base 16)\t\tMiddle\n"
		"70-b3-d5   (hex)   Small\n"
		"f2f000-f2ffff (base 16) Small\n"
		"AC-DE-48   (hex)\t\tLater of the same\n"
		"AC-DE-4A (hex) J\xf6rg\x01 \x7f 0123456789012345678901234567890123456789"
		"0123456789012345\xc3\xa4\n"
		"AC-DE-4B (hex) No newline";
	static const struct {
		const char *label, *mac, *name;
	} rows[] = {
		{ "hex and base line", "ac:de:48:00:00:01", "New Name" },
		{ "inside 28 bits", "ac:de:49:9f:ff:ff", "Middle" },
		{ "below 28 bits", "ac:de:49:8f:ff:ff", NULL },
		{ "above 28 bits", "ac:de:49:a0:00:00", NULL },
		{ "inside 36 bits", "70:b3:d5:f2:f1:23", "Small" },
		{ "beside 36 bits", "70:b3:d5:f2:e1:23", NULL },
		{ "cleaned", "ac:de:4a:00:00:01",
			"J?rg 0123456789012345678901234567890123456789"
			"0123456789012345\xc3\xa4" },
		{ "last line", "ac:de:4b:00:00:01", "No newline" },
		{ "built in", "00:16:3e:5e:6c:00", NULL },
	};
	struct arena *mem = arena_new(1 << 20);
	struct vendor_table *t;
	struct err e;

	(void)state;
	assert_non_null(mem);
	if (read_exact(text, mem, &t, &e) == -1)
		fail_msg("%s", e.text);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("  %s\n", rows[i].label);
		assert_vendor(rows[i].name, find(t, rows[i].mac));
	}
	arena_free(mem);
}

static void
a_name_of_64_bytes_ends_with_a_whole_character(void **state)
{
	/* 63 bytes, then one of two: 65. */
	static const char text[] = "AC-DE-48 (hex) "
				   "012345678901234567890123456789012345678901234567890"
				   "123456789012\xc3\xa4";
	struct arena *mem = arena_new(1 << 16);
	struct vendor_table *t;
	struct err e;

	(void)state;
	assert_int_equal(0, read_exact(text, mem, &t, &e));
	assert_int_equal(63, strlen(find(t, "ac:de:48:00:00:00")));
	arena_free(mem);
}

static void
mistakes_name_their_line(void **state)
{
	static const struct {
		const char *label, *text, *what;
	} rows[] = {
		{ "empty", "", "line 1: no line has the form" },
		{ "something else", "<html>\n", "line 1: no line has the form" },
		{ "short prefix", "\nAC-DE (hex) A\n", "line 2: the prefix must" },
		{ "colons", "AC:DE:48 (hex) A\n", "line 1: the prefix must" },
		{ "no hexadecimal", "AC-DE-4G (hex) A\n", "line 1: the prefix must" },
		{ "text before", "see AC-DE-48 (hex) A\n", "line 1: the prefix must" },
		{ "no name", "AC-DE-48 (hex)  \r\n", "line 1: there is no name" },
		{ "base line first", "ACDE48 (base 16) A\nAC-DE-48 (hex) A\n",
			"line 1: \"(base 16)\" without" },
		{ "two base lines",
			"AC-DE-48 (hex) A\nACDE48 (base 16) A\nACDE48 (base 16) A\n",
			"line 3: \"(base 16)\" without" },
		{ "another prefix", "AC-DE-48 (hex) A\nACDE49 (base 16) A\n",
			"line 2: not the prefix" },
		{ "no range", "AC-DE-48 (hex) A\n900000..9FFFFF (base 16) A\n",
			"line 2: the range must look" },
		{ "cut range", "AC-DE-48 (hex) A\n900000-9FFF (base 16) A\n",
			"line 2: the range must look" },
		{ "odd start", "AC-DE-48 (hex) A\n900001-9FFFFE (base 16) A\n",
			"line 2: the range is no block" },
		{ "odd length", "AC-DE-48 (hex) A\n900000-90FFFF (base 16) A\n",
			"line 2: the range is no block" },
		{ "backwards", "AC-DE-48 (hex) A\n9FFFFF-900000 (base 16) A\n",
			"line 2: the range is no block" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *mem = arena_new(1 << 16);
		struct vendor_table *t;
		struct err e;
		print_message("  %s\n", rows[i].label);
		assert_int_equal(-1, read_exact(rows[i].text, mem, &t, &e));
		assert_int_equal(ERR_ARG, e.code);
		if (!strstr(e.text, rows[i].what))
			fail_msg("%s", e.text);
		arena_free(mem);
	}
}

static void
a_full_arena_is_an_error(void **state)
{
	struct vendor_table *t;
	struct err e = { 0 };
	bool done = false;

	(void)state;
	for (size_t limit = 16; !done; limit += 16) {
		struct arena *mem = arena_new(limit);
		assert_true(limit < 1024);
		done = read_exact("AC-DE-48 (hex) A\n", mem, &t, &e) == 0;
		assert_true(done || e.code == ERR_NOMEM);
		arena_free(mem);
	}
}

/* The whole file, or NULL. */
static char *
read_whole(const char *path, size_t *n)
{
	enum { ROOM = 32 << 20 };
	FILE *file = fopen(path, "rb");
	char *text = file ? malloc(ROOM) : NULL;

	*n = text ? fread(text, 1, ROOM, file) : 0;
	if (file)
		(void)fclose(file);
	return text;
}

static void
the_registry_reads_like_the_built_in_table(void **state)
{
	size_t n, different = 0, found = 0;
	char *text = read_whole("/usr/share/ieee-data/oui.txt", &n);
	struct arena *mem = arena_new(64 << 20);
	struct vendor_table *t;
	struct err e;

	(void)state;
	if (!text) {
		print_message("no /usr/share/ieee-data/oui.txt");
		arena_free(mem);
		skip();
	}
	if (vendor_read(text, n, mem, &t, &e) == -1)
		fail_msg("%s", e.text);
	/* Every seventh prefix, for speed.  What longer blocks take from the registration
	 * authority is not in oui.txt. */
	for (uint32_t prefix = 0; prefix < 1 << 24; prefix += 7) {
		struct mac mac = { { (uint8_t)(prefix >> 16), (uint8_t)(prefix >> 8),
			(uint8_t)prefix, 0xff, 0xff, 0xff } };
		if (mac.bytes[0] & 3)
			continue;
		const char *file = vendor_find(t, &mac),
			   *ours = vendor_find(NULL, &mac);
		found += file != NULL;
		if (file && strcmp(file, "IEEE Registration Authority") == 0)
			continue;
		different += (file == NULL) != (ours == NULL) ||
			(file && strcmp(file, ours) != 0);
	}
	assert_true(found > 30000 / 7);
	assert_int_equal(0, different);
	arena_free(mem);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_longest_prefix_names_the_maker),
		cmocka_unit_test(an_address_taken_at_random_is_private),
		cmocka_unit_test(a_user_file_replaces_the_table),
		cmocka_unit_test(a_name_of_64_bytes_ends_with_a_whole_character),
		cmocka_unit_test(mistakes_name_their_line),
		cmocka_unit_test(a_full_arena_is_an_error),
		cmocka_unit_test(the_registry_reads_like_the_built_in_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
