/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Capture files: our own, other writers', and broken ones. */
#include "scanner/capture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* What a writer makes of it; free it. */
struct image {
	char *bytes;
	size_t n;
};

static struct capture_writer *
open_image(struct image *im)
{
	struct capture_writer *w;
	FILE *f = open_memstream(&im->bytes, &im->n);
	struct err e;

	assert_non_null(f);
	assert_int_equal(capture_writer_new(&w, f, &e), 0);
	return w;
}

static int
read_image(
	const void *bytes, size_t n, struct capture_reader **c, FILE **f, struct err *e)
{
	/* fmemopen wants at least a byte. */
	*f = n ? fmemopen((void *)(uintptr_t)bytes, n, "rb") : fopen("/dev/null", "rb");
	assert_non_null(*f);
	return capture_reader_new(c, *f, e);
}

static void
what_was_written_is_read(void **state)
{
	struct image im = { 0 };
	struct capture_writer *w = open_image(&im);
	static uint8_t long_note[100000];
	struct capture_reader *c;
	struct capture_frame f;
	size_t notes = 0;
	struct err e;
	bool more;
	FILE *file;

	(void)state;
	for (size_t i = 0; i < sizeof(long_note); i++)
		long_note[i] = (uint8_t)(i * 7);
	capture_write_note(w, NOTE_SETTINGS, long_note, sizeof(long_note), 1);
	capture_write_note(w, NOTE_WAVE, "\0\0\0\3", 4, 1795292103123456);
	capture_write(w, (const uint8_t *)"0123456789abcdef", 16, 1795292103999999);
	capture_write(w, (const uint8_t *)"", 0, 0);
	assert_int_equal(capture_writer_close(w, &e), 0);

	assert_int_equal(read_image(im.bytes, im.n, &c, &file, &e), 0);
	do {
		assert_int_equal(capture_read(c, &f, &more, &e), 0);
		assert_true(more);
		if (!f.is_note || f.note != NOTE_SETTINGS)
			break;
		assert_in_range(f.n, 1, sizeof(long_note) - notes);
		assert_memory_equal(f.bytes, long_note + notes, f.n);
		notes += f.n;
	} while (true);
	assert_int_equal(notes, sizeof(long_note));
	assert_true(f.is_note);
	assert_int_equal(f.note, NOTE_WAVE);
	assert_int_equal(f.n, 4);
	assert_true(f.at_us == 1795292103123456);
	assert_int_equal(capture_read(c, &f, &more, &e), 0);
	assert_false(f.is_note);
	assert_int_equal(f.n, 16);
	assert_memory_equal(f.bytes, "0123456789abcdef", 16);
	assert_true(f.at_us == 1795292103999999);
	assert_int_equal(capture_read(c, &f, &more, &e), 0);
	assert_int_equal(f.n, 0);
	assert_int_equal(capture_read(c, &f, &more, &e), 0);
	assert_false(more);
	capture_reader_free(c);
	fclose(file);
	free(im.bytes);
}

/* One frame of two bytes, 1.000002 s after the epoch, as four kinds of machines write it
 * (draft-ietf-opsawg-pcap §4, §5). */
static void
all_byte_orders_and_fractions_are_read(void **state)
{
	static const struct {
		const char *label;
		uint8_t bytes[42];
	} rows[] = {
		{ "little-endian, microseconds",
			{ 0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, [16] = 0xff, 0xff, 0, 0,
				1, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 60, 0,
				0, 0, 7, 9 } },
		{ "big-endian, microseconds",
			{ 0xa1, 0xb2, 0xc3, 0xd4, 0, 2, 0, 4, [16] = 0, 0, 0xff, 0xff,
				0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0,
				60, 7, 9 } },
		{ "little-endian, nanoseconds",
			{ 0x4d, 0x3c, 0xb2, 0xa1, 2, 0, 4, 0, [16] = 0xff, 0xff, 0, 0,
				1, 0, 0, 0, 1, 0, 0, 0, 0xd0, 7, 0, 0, 2, 0, 0, 0, 60,
				0, 0, 0, 7, 9 } },
		{ "big-endian, nanoseconds",
			{ 0xa1, 0xb2, 0x3c, 0x4d, 0, 2, 0, 4, [16] = 0, 0, 0xff, 0xff,
				0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 7, 0xd0, 0, 0, 0, 2, 0, 0,
				0, 60, 7, 9 } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct capture_reader *c;
		struct capture_frame f;
		struct err e;
		bool more;
		FILE *file;
		print_message("  %s\n", rows[i].label);
		assert_int_equal(read_image(rows[i].bytes, 42, &c, &file, &e), 0);
		assert_int_equal(capture_read(c, &f, &more, &e), 0);
		assert_true(more);
		assert_int_equal(f.at_us, 1000002);
		assert_int_equal(f.n, 2);
		assert_memory_equal(f.bytes, "\x07\x09", 2);
		capture_reader_free(c);
		fclose(file);
	}
}

static const uint8_t whole[] = { 0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0xff, 0xff, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0,
	0, 7, 9 };

static void
broken_files_are_refused_with_a_reason(void **state)
{
	static const struct {
		const char *label;
		size_t n, at;
		uint8_t value;
		const char *want;
	} rows[] = {
		{ "empty", 0, 0, 0xd4, "too short" },
		{ "half a head", 23, 0, 0xd4, "too short" },
		{ "pcapng", 42, 0, 0x0a, "no pcap file" },
		{ "another magic number", 42, 3, 0xa2, "no pcap file" },
		{ "loopback frames", 42, 20, 0, "link type 0" },
		{ "Wi-Fi frames", 42, 20, 105, "link type 105" },
		{ "half a frame head", 30, 0, 0xd4, "frame 1 is cut" },
		{ "half a frame", 41, 0, 0xd4, "frame 1 is cut" },
		{ "a frame of 16 MiB", 42, 35, 1, "frame 1 has 16777218 bytes" },
		{ "a million microseconds", 42, 30, 0x0f, "no time" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct capture_reader *c = NULL;
		uint8_t bytes[sizeof(whole)];
		struct capture_frame f;
		struct err e = { 0 };
		bool more;
		FILE *file;
		print_message("  %s\n", rows[i].label);
		memcpy(bytes, whole, sizeof(whole));
		bytes[rows[i].at] = rows[i].value;
		if (rows[i].at == 30)
			bytes[29] = 0x42, bytes[28] = 0x40; /* 0x0f4240: 1,000,000 */
		int rc = read_image(bytes, rows[i].n, &c, &file, &e);
		if (rc == 0)
			rc = capture_read(c, &f, &more, &e);
		assert_int_equal(rc, -1);
		assert_int_equal(e.code, ERR_PROTO);
		if (!strstr(e.text, rows[i].want))
			fail_msg("%s", e.text);
		capture_reader_free(c);
		fclose(file);
	}
}

static void
a_full_disk_is_told_when_the_file_is_closed(void **state)
{
	FILE *full = fopen("/dev/full", "wb");
	struct capture_writer *w;
	struct err e = { 0 };

	(void)state;
	if (!full)
		skip();
	assert_int_equal(capture_writer_new(&w, full, &e), 0);
	for (int i = 0; i < 10000; i++)
		capture_write(w, whole, sizeof(whole), 0);
	assert_int_equal(capture_writer_close(w, &e), -1);
	assert_string_equal(e.text, "write the capture file: No space left on device");
	assert_int_equal(capture_writer_close(NULL, &e), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_written_is_read),
		cmocka_unit_test(all_byte_orders_and_fractions_are_read),
		cmocka_unit_test(broken_files_are_refused_with_a_reason),
		cmocka_unit_test(a_full_disk_is_told_when_the_file_is_closed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
