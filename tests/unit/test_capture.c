/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Capture files: our own, other writers', and broken ones. */
#include "scanner/capture.h"
#include "scanner/cooked.h"

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
read_image(const void *bytes, size_t n, struct capture_reader **c, struct err *e)
{
	/* fmemopen wants at least a byte. */
	FILE *f = n ? fmemopen((void *)(uintptr_t)bytes, n, "rb")
		    : fopen("/dev/null", "rb");

	assert_non_null(f);
	return capture_reader_new(c, f, e);
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

	(void)state;
	for (size_t i = 0; i < sizeof(long_note); i++)
		long_note[i] = (uint8_t)(i * 7);
	capture_write_note(w, NOTE_SETTINGS, long_note, sizeof(long_note), 1);
	capture_write_note(w, NOTE_WAVE, "\0\0\0\3", 4, 1795292103123456);
	capture_write(w, (const uint8_t *)"0123456789abcdef", 16, 1795292103999999);
	capture_write(w, (const uint8_t *)"", 0, 0);
	assert_int_equal(capture_writer_close(w, &e), 0);

	assert_int_equal(read_image(im.bytes, im.n, &c, &e), 0);
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
		print_message("  %s\n", rows[i].label);
		assert_int_equal(read_image(rows[i].bytes, 42, &c, &e), 0);
		assert_int_equal(capture_read(c, &f, &more, &e), 0);
		assert_true(more);
		assert_int_equal(f.at_us, 1000002);
		assert_int_equal(f.n, 2);
		assert_memory_equal(f.bytes, "\x07\x09", 2);
		capture_reader_free(c);
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
		{ "pcapng, and libpcap is not loaded", 42, 0, 0x0a, "editcap -F pcap" },
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
		print_message("  %s\n", rows[i].label);
		memcpy(bytes, whole, sizeof(whole));
		bytes[rows[i].at] = rows[i].value;
		if (rows[i].at == 30)
			bytes[29] = 0x42, bytes[28] = 0x40; /* 0x0f4240: 1,000,000 */
		int rc = read_image(bytes, rows[i].n, &c, &e);
		if (rc == 0)
			rc = capture_read(c, &f, &more, &e);
		assert_int_equal(rc, -1);
		assert_int_equal(e.code, ERR_PROTO);
		if (!strstr(e.text, rows[i].want))
			fail_msg("%s", e.text);
		capture_reader_free(c);
	}
}

/* --- captures of all interfaces, and pcapng ------------------------------------------------ */

#define SENDER  "\x00\x16\x3e\x00\x00\x07"
#define SENDER2 "\x00\x16\x3e\x00\x00\x07\x00\x00"
/* tcpdump.org/linktypes/LINKTYPE_LINUX_SLL: packet type, ARPHRD, length, address, protocol */
#define SLL(to, hardware, protocol) \
	"\x00" to "\x00" hardware "\x00\x06" SENDER2 "\x00" protocol
/* …_SLL2: protocol, reserved, interface, ARPHRD, packet type, length, address */
#define SLL2(to, hardware, protocol) \
	"\x00" protocol "\x00\x00\x00\x00\x00\x02\x00" hardware to "\x06" SENDER2
#define ALL         "\xff\xff\xff\xff\xff\xff"
#define NONE        "\x00\x00\x00\x00\x00\x00"
#define GROUP       "\x01\x00\x0c\xcc\xcc\xcc"
#define BYTES(text) text, sizeof(text) - 1

static const struct cooked_row {
	const char *label;
	uint32_t link;
	const char *bytes;
	size_t n;
	const char *frame; /* NULL: it is left out */
	size_t frame_n;
} cooked_rows[] = {
	{ "to this host", LINK_COOKED, BYTES(SLL("\x00", "\x01", "\x00") "ab"),
		BYTES(NONE SENDER "\x00\x00"
				  "ab") },
	{ "to everybody", LINK_COOKED, BYTES(SLL("\x01", "\x01", "\x06") "ab"),
		BYTES(ALL SENDER "\x00\x06"
				 "ab") },
	{ "to a group", LINK_COOKED, BYTES(SLL("\x02", "\x01", "\x08") "ab"),
		BYTES(NONE SENDER "\x00\x08"
				  "ab") },
	{ "LLC to a group: its length, and where CDP goes", LINK_COOKED,
		BYTES(SLL("\x02", "\x01", "\x04") "abc"),
		BYTES(GROUP SENDER "\x00\x03"
				   "abc") },
	{ "nothing inside", LINK_COOKED, BYTES(SLL("\x01", "\x01", "\x06")),
		BYTES(ALL SENDER "\x00\x06") },
	{ "of a tunnel", LINK_COOKED, BYTES(SLL("\x00", "\xff", "\x00") "ab"), NULL, 0 },
	{ "cut", LINK_COOKED, SLL("\x00", "\x01", "\x00"), 15, NULL, 0 },
	{ "version 2, to everybody", LINK_COOKED_2,
		BYTES(SLL2("\x01", "\x01", "\x06") "ab"),
		BYTES(ALL SENDER "\x00\x06"
				 "ab") },
	{ "version 2, LLC to a group", LINK_COOKED_2,
		BYTES(SLL2("\x02", "\x01", "\x04") "abc"),
		BYTES(GROUP SENDER "\x00\x03"
				   "abc") },
	{ "version 2, of a tunnel", LINK_COOKED_2,
		BYTES(SLL2("\x00", "\xff", "\x00") "ab"), NULL, 0 },
	{ "version 2, cut", LINK_COOKED_2, SLL2("\x00", "\x01", "\x00"), 19, NULL, 0 },
};

/* The frame, and one that always is Ethernet behind it. */
static size_t
pcap_of(uint8_t *out, const struct cooked_row *row)
{
	static const char last[] = SLL("\x01", "\x01", "\x00"),
			  last2[] = SLL2("\x01", "\x01", "\x00");
	const bool two = row->link == LINK_COOKED_2;
	const size_t last_n = two ? sizeof(last2) - 1 : sizeof(last) - 1;
	uint8_t *at = out + sizeof(whole) - 2;

	memcpy(out, whole, sizeof(whole));
	out[20] = (uint8_t)row->link;
	out[21] = (uint8_t)(row->link >> 8);
	out[32] = out[36] = (uint8_t)row->n;
	memcpy(at, row->bytes, row->n);
	at += row->n;
	memcpy(at, out + 24, 16);
	at[8] = at[12] = (uint8_t)last_n;
	memcpy(at + 16, two ? last2 : last, last_n);
	return (size_t)(at + 16 + last_n - out);
}

static void
cooked_frames_become_those_of_ethernet(void **state)
{
	static const char end[] = ALL SENDER "\x00\x00";

	(void)state;
	for (size_t i = 0; i < sizeof(cooked_rows) / sizeof(cooked_rows[0]); i++) {
		const struct cooked_row *row = &cooked_rows[i];
		uint8_t file[256];
		size_t n = pcap_of(file, row);
		struct capture_reader *c;
		struct capture_frame f;
		struct err e;
		bool more;
		print_message("  %s\n", row->label);
		assert_int_equal(read_image(file, n, &c, &e), 0);
		if (row->frame) {
			assert_int_equal(capture_read(c, &f, &more, &e), 0);
			assert_true(more);
			assert_int_equal(f.n, row->frame_n);
			assert_memory_equal(f.bytes, row->frame, f.n);
		}
		assert_int_equal(capture_read(c, &f, &more, &e), 0);
		assert_true(more);
		assert_int_equal(f.n, sizeof(end) - 1);
		assert_memory_equal(f.bytes, end, f.n);
		assert_int_equal(capture_read(c, &f, &more, &e), 0);
		assert_false(more);
		capture_reader_free(c);
	}
}

/* draft-ietf-opsawg-pcapng: a section, an interface, an enhanced packet of two bytes at
 * 1.000002 s. */
#define NG_SECTION \
	"\x0a\x0d\x0d\x0a\x1c\0\0\0\x4d\x3c\x2b\x1a\1\0\0\0" \
	"\xff\xff\xff\xff\xff\xff\xff\xff\x1c\0\0\0"
#define NG_INTERFACE(link) "\1\0\0\0\x14\0\0\0" link "\0\0\0\0\4\0\x14\0\0\0"
#define NG_PACKET \
	"\6\0\0\0\x24\0\0\0\0\0\0\0\0\0\0\0\x42\x42\x0f\0" \
	"\2\0\0\0\2\0\0\0\7\x09\0\0\x24\0\0\0"

static void
pcapng_is_read(void **state)
{
	static const struct {
		const char *label, *bytes;
		size_t n;
		const char *opens, *reads; /* NULL: it does */
	} rows[] = {
		{ "a frame", BYTES(NG_SECTION NG_INTERFACE("\1\0") NG_PACKET), NULL,
			NULL },
		{ "Wi-Fi", BYTES(NG_SECTION NG_INTERFACE("\x69\0") NG_PACKET),
			"link type 105", NULL },
		{ "no section", BYTES("\x0a\x0d\x0d\x0b\x1c\0\0\0"), "no pcapng file",
			NULL },
		{ "cut", NG_SECTION NG_INTERFACE("\1\0") NG_PACKET, 28 + 20 + 30, NULL,
			"frame 1: " },
		{ "a frame of 1 GiB",
			BYTES(NG_SECTION NG_INTERFACE("\1\0") "\6\0\0\0\0\0\0\x40"
							      "\0\0\0\0"),
			NULL, "frame 1: " },
	};
	struct err e = { 0 };

	(void)state;
	assert_int_equal(capture_load(&e), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct capture_reader *c;
		struct capture_frame f;
		bool more;
		print_message("  %s\n", rows[i].label);
		int rc = read_image(rows[i].bytes, rows[i].n, &c, &e);
		assert_int_equal(rc, rows[i].opens ? -1 : 0);
		if (rows[i].opens) {
			assert_non_null(strstr(e.text, rows[i].opens));
			continue;
		}
		rc = capture_read(c, &f, &more, &e);
		assert_int_equal(rc, rows[i].reads ? -1 : 0);
		if (rows[i].reads) {
			assert_non_null(strstr(e.text, rows[i].reads));
		} else {
			assert_int_equal(f.at_us, 1000002);
			assert_int_equal(f.n, 2);
			assert_memory_equal(f.bytes, "\7\x09", 2);
			assert_int_equal(capture_read(c, &f, &more, &e), 0);
			assert_false(more);
		}
		capture_reader_free(c);
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
		cmocka_unit_test(cooked_frames_become_those_of_ethernet),
		cmocka_unit_test(pcapng_is_read),
		cmocka_unit_test(a_full_disk_is_told_when_the_file_is_closed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
