/* SPDX-License-Identifier: GPL-3.0-or-later */
/* X.690, row by row; elements that openssl made. */
#include "packet.h"

#include "wire/der.h"

static const struct row {
	const char *label, *bytes;
	int tag;        /* 0: it is none */
	size_t n, left; /* bytes inside, bytes behind */
} rows[] = {
	{ "empty", "", 0, 0, 0 },
	{ "tag alone", "30", 0, 0, 0 },
	{ "nothing inside", "3000", 0x30, 0, 0 },
	{ "short length, bytes behind", "0402 aabb cc", 0x04, 2, 1 },
	{ "one byte short", "0403 aabb", 0, 0, 0 },
	{ "§8.1.3.5: long form of one byte", "0481 02 aabb", 0x04, 2, 0 },
	{ "long form of four bytes", "0484 00000002 aabb", 0x04, 2, 0 },
	{ "five bytes of length", "0485 0000000002 aabb", 0, 0, 0 },
	{ "length is cut", "0482 01", 0, 0, 0 },
	{ "length of 4 GiB", "0484 ffffffff aabb", 0, 0, 0 },
	{ "§8.1.3.6: indefinite length", "3080 0000", 0, 0, 0 },
	{ "§8.1.2.4: tag of more bytes", "1f02 0100", 0, 0, 0 },
	{ "tag [APPLICATION 0]", "6000", 0x60, 0, 0 },
};

static void
each_clause_is_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct packet p = packet_hex(rows[i].bytes);
		struct rd r = packet_rd(&p), inside;
		print_message("  %s\n", rows[i].label);
		assert_int_equal(rows[i].tag, der_read(&r, &inside));
		assert_int_equal(rows[i].tag == 0, r.bad);
		assert_int_equal(rows[i].n, rd_left(&inside));
		assert_int_equal(rows[i].left, rd_left(&r));
		packet_free(&p);
	}
}

static void
another_tag_is_not_entered(void **state)
{
	struct packet p = packet_hex("0402aabb");
	struct rd r = packet_rd(&p);
	struct rd inside = der_enter(&r, DER_SEQUENCE);

	(void)state;
	assert_true(r.bad && inside.bad);
	assert_int_equal(0, rd_left(&inside));
	packet_free(&p);
}

static void
a_field_is_found_behind_others(void **state)
{
	struct packet p = packet_hex("a003020101 a1020500 a203040107");
	struct rd r = packet_rd(&p), field;

	(void)state;
	assert_true(der_find(&r, DER_CONTEXT(2), &field));
	assert_int_equal(3, rd_left(&field));
	r = packet_rd(&p);
	assert_false(der_find(&r, DER_CONTEXT(3), &field));
	assert_false(r.bad);
	packet_free(&p);
}

static const struct frame_row {
	const char *label, *bytes;
	size_t limit;
	enum frame frame;
	size_t size;
} frames[] = {
	{ "nothing", "", 100, FRAME_MORE, 0 },
	{ "tag alone", "30", 100, FRAME_MORE, 0 },
	{ "length is cut", "3082 01", 100, FRAME_MORE, 0 },
	{ "contents are cut", "3003 0201", 100, FRAME_MORE, 0 },
	{ "whole", "3003 020106", 100, FRAME_WHOLE, 5 },
	{ "whole, the next behind it", "3003 020106 30", 100, FRAME_WHOLE, 5 },
	{ "as long as may be", "3003 020106", 5, FRAME_WHOLE, 5 },
	{ "longer than may be", "3003 0201", 4, FRAME_BROKEN, 0 },
	{ "endless", "3080", 100, FRAME_BROKEN, 0 },
	{ "tag of more bytes", "bf01", 100, FRAME_BROKEN, 0 },
};

static void
a_stream_tells_when_an_element_is_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
		const struct frame_row *row = &frames[i];
		struct packet p = packet_hex(row->bytes);
		struct rd message;
		size_t size = 0;
		print_message("  %s\n", row->label);
		assert_int_equal(row->frame,
			der_frame(packet_rd(&p), row->limit, &message, &size));
		if (row->frame == FRAME_WHOLE) {
			assert_int_equal(row->size, size);
			assert_int_equal(row->size, rd_left(&message));
		}
		packet_free(&p);
	}
}

/* The heads are those of `openssl asn1parse -genstr` for OCTET STRINGs of these sizes. */
static const struct wrap {
	size_t n;
	const char *head;
} wraps[] = {
	{ 0, "0400" },
	{ 1, "0401" },
	{ 127, "047f" },
	{ 128, "048180" },
	{ 255, "0481ff" },
	{ 256, "04820100" },
	{ 65535, "0482ffff" },
};

static void
what_was_written_is_wrapped(void **state)
{
	static uint8_t bytes[65535 + 6], contents[65535];

	(void)state;
	memset(contents, 0xaa, sizeof(contents));
	for (size_t i = 0; i < sizeof(wraps) / sizeof(wraps[0]); i++) {
		struct packet head = packet_hex(wraps[i].head);
		struct wr w = wr_to(bytes, sizeof(bytes));
		wr_u8(&w, 0x77); /* stays where it is */
		wr_bytes(&w, contents, wraps[i].n);
		der_wrap(&w, 1, DER_OCTETS);
		assert_false(w.bad);
		assert_int_equal(1 + head.n + wraps[i].n, wr_used(&w));
		assert_int_equal(0x77, bytes[0]);
		assert_memory_equal(head.bytes, bytes + 1, head.n);
		assert_memory_equal(contents, bytes + 1 + head.n, wraps[i].n);
		packet_free(&head);
	}
}

static void
no_room_for_a_head_is_bad(void **state)
{
	uint8_t bytes[4];
	struct wr w = wr_to(bytes, sizeof(bytes));

	(void)state;
	wr_bytes(&w, "abc", 3);
	der_wrap(&w, 0, DER_OCTETS);
	assert_true(w.bad);
	assert_memory_equal("abc", bytes, 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_clause_is_read),
		cmocka_unit_test(another_tag_is_not_entered),
		cmocka_unit_test(a_field_is_found_behind_others),
		cmocka_unit_test(a_stream_tells_when_an_element_is_whole),
		cmocka_unit_test(what_was_written_is_wrapped),
		cmocka_unit_test(no_room_for_a_head_is_bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
