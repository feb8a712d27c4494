/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Browse lists: what smbd said, as tshark reads it, and [MS-CIFS] and [MS-RAP] row by row. */
#include "packet.h"

#include "netbios/browse_call.h"
#include "wire/nbss.h"

/* --- a master that says what a test likes -------------------------------------------------- */

enum { SEEN_MAX = 8192 };

struct rig {
	struct tcp_call call;
	struct browse browse;
	uint8_t in[CALL_IN_MAX];
	size_t n_in, most; /* entries until it takes no more; 0: any number */
	size_t n, n_domains;
	char names[SEEN_MAX][17];
	uint32_t types[4];
	char comments[4][64];
};

static int
take(void *arg, struct browse *b, const struct rap_entry *entry, bool domains)
{
	struct rig *r = arg;
	struct rd comment = entry->comment;
	size_t i = r->n + r->n_domains;

	assert_ptr_equal(b, &r->browse);
	if (i < 4) {
		size_t n = rd_left(&comment) < 63 ? rd_left(&comment) : 63;
		rd_copy(&comment, r->comments[i], n);
		r->types[i] = entry->types;
	}
	assert_true(i < SEEN_MAX);
	memcpy(r->names[i], entry->name, sizeof(entry->name));
	r->n_domains += domains;
	r->n += !domains;
	return r->most && i + 1 == r->most ? -1 : 0;
}

static struct rig *
rig_new(void)
{
	struct rig *r = calloc(1, sizeof(*r));

	assert_non_null(r);
	r->browse = (struct browse){
		.domain = "ALPHA", .host = "198.18.192.10", .take = take, .arg = r
	};
	browse_begin(&r->call, &r->browse);
	return r;
}

static enum call_next
say(struct rig *r, const void *bytes, size_t n)
{
	size_t taken = 0;

	assert_true(r->n_in + n <= sizeof(r->in));
	memcpy(r->in + r->n_in, bytes, n);
	r->n_in += n;
	enum call_next next = r->call.hear(
		&r->call, rd_from(r->in, r->n_in), &taken, false);
	assert_true(taken <= r->n_in);
	memmove(r->in, r->in + taken, r->n_in - taken);
	r->n_in -= taken;
	return next;
}

static enum call_next
say_hex(struct rig *r, const char *hex)
{
	struct packet p = packet_hex(hex);
	enum call_next next = say(r, p.bytes, p.n);

	packet_free(&p);
	return next;
}

static enum call_next
say_file(struct rig *r, const char *name)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "tests/data/rap/%s.hex", name);
	struct packet p = packet_file(path);
	enum call_next next = say(r, p.bytes, p.n);
	packet_free(&p);
	return next;
}

static void
assert_asked(struct rig *r, const char *hex)
{
	struct packet want = packet_hex(hex);

	assert_int_equal(want.n, r->call.n_out);
	assert_memory_equal(want.bytes, r->call.out, want.n);
	r->call.n_out = 0;
	packet_free(&want);
}

/* --- what Samba says ----------------------------------------------------------------------- */

/* After [MS-CIFS] 2.2.4.53.1, 2.2.4.55.1, 2.2.4.33.1, with ids of the answers in the files. */
#define SESSION \
	"0000004c ff534d42 73 00000000 18 0140 0000 0000000000000000 0000 0000 0100 0000 0100" \
	"0d ff 00 0000 0441 0100 0000 00000000 0100 0000 00000000 50000000 0f00" \
	"00 00 00 556e697800 6d757374657200"
#define TREE \
	"00000045 ff534d42 75 00000000 18 0140 0000 0000000000000000 0000 0000 0100 e27b 0200" \
	"04 ff 00 0000 0000 0100 1a00 00 5c5c3139382e31382e3139322e31305c4950432400 49504300"
#define ENUM2(mid, types) \
	"0000006c ff534d42 25 00000000 18 0140 0000 0000000000000000 0000 578c 0100 e27b" mid \
	"0e 2000 0000 4000 e0ff 0000 0000 88130000 0000 2000 4c00 0000 6c00 0000 2d00" \
	"5c504950455c4c414e4d414e00 6800 57724c6568447a00 4231364242447a00 0100 e0ff" types \
	"414c50484100"

static void
questions_are_those_of_the_specifications(void **state)
{
	struct rig *r = rig_new();

	(void)state;
	r->call.n_out = 0; /* NEGOTIATE is tested with SMB2 */
	assert_int_equal(CALL_MORE, say_file(r, "negotiate"));
	assert_asked(r, SESSION);
	assert_int_equal(CALL_MORE, say_file(r, "session"));
	assert_asked(r, TREE);
	assert_int_equal(CALL_MORE, say_file(r, "tree"));
	assert_asked(r, ENUM2("0300", "00000080"));
	assert_int_equal(CALL_MORE, say_file(r, "domains"));
	assert_asked(r, ENUM2("0400", "ffffffff"));
	free(r);
}

static void
lists_of_samba_are_read(void **state)
{
	struct rig *r = rig_new();
	static const char *const files[] = { "negotiate", "session", "tree", "domains",
		"machines" };

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		assert_int_equal(r->browse.step, i);
		r->call.n_out = 0;
		assert_int_equal(i < 4 ? CALL_MORE : CALL_DONE, say_file(r, files[i]));
	}
	assert_int_equal(2, r->n_domains);
	assert_string_equal("ALPHA", r->names[0]);
	assert_string_equal("ALPHAPDC", r->comments[0]);
	assert_string_equal("BETA", r->names[1]);
	assert_string_equal("NEWBOX", r->comments[1]);
	assert_int_equal(2, r->n);
	assert_string_equal("ALPHAPDC", r->names[2]);
	assert_string_equal("pdc of the lab", r->comments[2]);
	assert_int_equal(0x008d9a03, r->types[2]);
	assert_string_equal("OLDBOX", r->names[3]);
	assert_string_equal("old of the lab", r->comments[3]);
	assert_int_equal(0x00809a03, r->types[3]);
	assert_false(r->browse.truncated);
	assert_int_equal(BROWSE_OVER, r->browse.step);
	free(r);
}

static void
a_list_may_come_byte_by_byte(void **state)
{
	struct rig *r = rig_new();
	static const char *const files[] = { "negotiate", "session", "tree", "domains",
		"machines" };
	enum call_next next = CALL_MORE;

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		char path[64];
		(void)snprintf(path, sizeof(path), "tests/data/rap/%s.hex", files[i]);
		struct packet p = packet_file(path);
		for (size_t k = 0; k < p.n; k++) {
			assert_int_equal(CALL_MORE, next);
			next = say(r, p.bytes + k, 1);
		}
		r->call.n_out = 0;
		packet_free(&p);
	}
	assert_int_equal(CALL_DONE, next);
	assert_int_equal(2, r->n);
	free(r);
}

/* --- who does not tell its list ------------------------------------------------------------ */

#define HEAD(command, status, mid) \
	"ff534d42" command status \
	"88 0340 0000 0000000000000000 0000 578c 0100 e27b" mid

static const struct refusal {
	const char *label;
	size_t files; /* of Samba, before it */
	const char *bytes;
	enum call_next next;
	bool refused_smb1;
	uint32_t status;
} refusals[] = {
	{ "SMB1 is answered in SMB2", 0, "00000008 fe534d42 40000000", CALL_DONE, true,
		0 },
	{ "no dialect is taken", 0,
		"00000025 ff534d42 72 00000000 88 0140 0000 0000000000000000 0000 0000 0000 0000"
		"0000 01 ffff 0000",
		CALL_DONE, true, 0 },
	{ "garbage", 0, "485454502f312e31", CALL_BROKEN, false, 0 },
	{ "an answer to something else", 1,
		"00000023" HEAD("75", "00000000", "0100") "00 0000", CALL_BROKEN, false,
		0 },
	{ "an answer of another time", 1,
		"00000023" HEAD("73", "00000000", "0900") "00 0000", CALL_BROKEN, false,
		0 },
	{ "nobody is let in", 1, "00000023" HEAD("73", "220000c0", "0100") "00 0000",
		CALL_DONE, false, SMB1_STATUS_ACCESS_DENIED },
	{ "IPC$ is denied", 2, "00000023" HEAD("75", "220000c0", "0200") "00 0000",
		CALL_DONE, false, SMB1_STATUS_ACCESS_DENIED },
	{ "the list is denied", 3, "00000023" HEAD("25", "220000c0", "0300") "00 0000",
		CALL_DONE, false, SMB1_STATUS_ACCESS_DENIED },
	{ "words are cut", 3, "00000025" HEAD("25", "00000000", "0300") "0a 0800 0000",
		CALL_BROKEN, false, 0 },
	{ "data past the end", 3,
		"00000035" HEAD("25", "00000000",
			"0300") "0a 0800 1000 0000 0800 3800 0000 1000 3800 0000 00 00",
		CALL_BROKEN, false, 0 },
	{ "more parts than the whole", 3,
		"00000035" HEAD("25", "00000000",
			"0300") "0a 0400 0400 0000 0800 2000 0000 0400 2000 0000 00 00",
		CALL_BROKEN, false, 0 },
};

static void
refusals_are_told_apart(void **state)
{
	static const char *const files[] = { "negotiate", "session", "tree" };

	(void)state;
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		const struct refusal *x = &refusals[i];
		struct rig *r = rig_new();
		print_message("  %s\n", x->label);
		for (size_t k = 0; k < x->files; k++) {
			r->call.n_out = 0;
			assert_int_equal(CALL_MORE, say_file(r, files[k]));
		}
		r->call.n_out = 0;
		assert_int_equal(x->next, say_hex(r, x->bytes));
		assert_int_equal(x->refused_smb1, r->browse.refused_smb1);
		assert_int_equal(x->status, r->browse.status);
		assert_int_equal(x->next == CALL_BROKEN, r->browse.why != NULL);
		free(r);
	}
}

static void
who_hangs_up_on_smb1_does_not_speak_it(void **state)
{
	struct rig *r = rig_new();
	size_t taken = 0;

	(void)state;
	assert_int_equal(
		CALL_DONE, r->call.hear(&r->call, rd_from("", 0), &taken, true));
	assert_true(r->browse.refused_smb1);
	free(r);
}

/* --- long lists ---------------------------------------------------------------------------- */

/* A list of n entries "M<i>" from `first` on, of `all`, in parts of `part` entries. */
static enum call_next
say_list(struct rig *r, unsigned first, unsigned n, unsigned all, uint16_t status)
{
	enum { PART = 600 };
	enum call_next next = CALL_MORE;
	unsigned done = 0;

	do {
		static uint8_t bytes[CALL_IN_MAX];
		struct wr w = wr_to(bytes, sizeof(bytes));
		unsigned part = n - done < PART ? n - done : PART;
		nbss_begin(&w);
		wr_bytes(&w, "\xffSMB\x25\0\0\0\0\x88\x03\x40", 12);
		wr_zero(&w, 12);
		wr_le16(&w, r->browse.ids.tid);
		wr_le16(&w, 1);
		wr_le16(&w, r->browse.ids.uid);
		wr_le16(&w, r->browse.ids.mid);
		wr_u8(&w, 10);
		wr_le16(&w, 8);
		wr_le16(&w, (uint16_t)(n * 26));
		wr_le16(&w, 0);
		wr_le16(&w, done ? 0 : 8);
		wr_le16(&w, 56);
		wr_le16(&w, done ? 8 : 0);
		wr_le16(&w, (uint16_t)(part * 26));
		wr_le16(&w, 64);
		wr_le16(&w, (uint16_t)(done * 26));
		wr_le16(&w, 0);
		wr_zero(&w, 3);
		wr_le16(&w, status);
		wr_le16(&w, 0);
		wr_le16(&w, (uint16_t)n);
		wr_le16(&w, (uint16_t)all);
		for (unsigned i = 0; i < part; i++) {
			char name[32] = "";
			(void)snprintf(name, sizeof(name), "M%u", first + done + i);
			wr_bytes(&w, name, 16);
			wr_zero(&w, 10);
		}
		nbss_end(&w);
		assert_false(w.bad);
		next = say(r, bytes, wr_used(&w));
		done += part;
	} while (done < n && next == CALL_MORE);
	return next;
}

static struct rig *
at_machines(void)
{
	static const char *const files[] = { "negotiate", "session", "tree", "domains" };
	struct rig *r = rig_new();

	for (size_t i = 0; i < 4; i++) {
		r->call.n_out = 0;
		assert_int_equal(CALL_MORE, say_file(r, files[i]));
	}
	r->call.n_out = 0;
	r->n_domains = 0;
	return r;
}

static void
a_list_in_several_parts_is_put_together(void **state)
{
	struct rig *r = at_machines();

	(void)state;
	assert_int_equal(CALL_DONE, say_list(r, 0, 2000, 2000, RAP_OK));
	assert_int_equal(2000, r->n);
	assert_string_equal("M1999", r->names[1999]);
	assert_false(r->browse.truncated);
	free(r);
}

static void
the_rest_of_a_list_is_asked_for_by_its_last_name(void **state)
{
	struct rig *r = at_machines();
	static const char want[] = "\xd7\0WrLehDzz\0B16BBDz\0\1\0\xe0\xff\xff\xff\xff\xff"
				   "ALPHA\0M1999";

	(void)state;
	assert_int_equal(CALL_MORE, say_list(r, 0, 2000, 5000, RAP_MORE_DATA));
	assert_true(r->call.n_out > sizeof(want));
	assert_memory_equal(
		want, r->call.out + r->call.n_out - sizeof(want), sizeof(want));
	r->call.n_out = 0;
	assert_int_equal(CALL_MORE, say_list(r, 1999, 2001, 5000, RAP_MORE_DATA));
	r->call.n_out = 0;
	assert_int_equal(CALL_DONE, say_list(r, 3999, 1001, 5000, RAP_OK));
	assert_int_equal(5000, r->n);
	assert_string_equal("M4999", r->names[4999]);
	assert_false(r->browse.truncated);
	free(r);
}

static void
a_server_that_cannot_go_on_has_cut_its_list(void **state)
{
	struct rig *r = at_machines();

	(void)state;
	assert_int_equal(CALL_MORE, say_list(r, 0, 2000, 5000, RAP_MORE_DATA));
	r->call.n_out = 0;
	/* NERR_InvalidAPI: NetServerEnum3 is not known. */
	assert_int_equal(CALL_DONE, say_list(r, 0, 0, 0, 2142));
	assert_int_equal(2000, r->n);
	assert_true(r->browse.truncated);
	assert_int_equal(5000, r->browse.available[0]);
	free(r);
}

static void
a_server_that_refuses_to_go_on_has_cut_its_list_too(void **state)
{
	struct rig *r = at_machines();

	(void)state;
	assert_int_equal(CALL_MORE, say_list(r, 0, 2000, 5000, RAP_MORE_DATA));
	r->call.n_out = 0;
	/* STATUS_NOT_SUPPORTED, in place of an answer. */
	assert_int_equal(CALL_DONE,
		say_hex(r, "00000023" HEAD("25", "bb0000c0", "0500") "00 0000"));
	assert_int_equal(2000, r->n);
	assert_true(r->browse.truncated);
	assert_int_equal(0, r->browse.status);
	free(r);
}

static void
a_server_that_repeats_itself_is_heard_once(void **state)
{
	struct rig *r = at_machines();

	(void)state;
	assert_int_equal(CALL_MORE, say_list(r, 0, 1, 9, RAP_MORE_DATA));
	r->call.n_out = 0;
	assert_int_equal(CALL_DONE, say_list(r, 0, 1, 9, RAP_MORE_DATA));
	assert_int_equal(1, r->n);
	assert_true(r->browse.truncated);
	free(r);
}

static void
an_error_in_place_of_a_list_is_kept(void **state)
{
	struct rig *r = at_machines();

	(void)state;
	assert_int_equal(CALL_DONE, say_list(r, 0, 0, 0, RAP_NO_BROWSER));
	assert_int_equal(0, r->n);
	assert_int_equal(RAP_NO_BROWSER, r->browse.error);
	free(r);
}

static void
a_list_that_we_have_no_room_for_is_cut_by_us(void **state)
{
	struct rig *r = at_machines();

	(void)state;
	r->most = 3;
	assert_int_equal(CALL_DONE, say_list(r, 0, 10, 10, RAP_OK));
	assert_int_equal(3, r->n);
	assert_int_equal(2, r->browse.taken[0]);
	assert_true(r->browse.cut[0]);
	assert_false(r->browse.cut[1]);
	assert_false(r->browse.truncated);
	assert_null(r->browse.why);
	free(r);
}

static void
a_list_in_too_many_answers_is_cut_by_us(void **state)
{
	struct rig *r = at_machines();
	unsigned i = 0;

	(void)state;
	for (; i < BROWSE_ANSWERS_MAX - 1; i++) {
		assert_int_equal(CALL_MORE, say_list(r, i, 1, 5000, RAP_MORE_DATA));
		r->call.n_out = 0;
	}
	assert_int_equal(CALL_DONE, say_list(r, i, 1, 5000, RAP_MORE_DATA));
	assert_int_equal(BROWSE_ANSWERS_MAX, r->n);
	assert_true(r->browse.cut[0]);
	assert_false(r->browse.truncated);
	free(r);
}

/* --- entries ------------------------------------------------------------------------------- */

#define ENTRY "4f4c44424f5800000000000000000000 06 01 039a8000 "

static const struct list_row {
	const char *label, *params, *data;
	const char *error; /* a part of its text; NULL: it is read */
	unsigned n;
	const char *comment;
} lists[] = {
	{ "one machine", "0000 0000 0100 0100", ENTRY "1a00 0000 6f6c6400", NULL, 1,
		"old" },
	{ "the Converter is taken off the pointer", "0000 0010 0100 0100",
		ENTRY "1a10 0000 6f6c6400", NULL, 1, "old" },
	{ "a comment without its end", "0000 0000 0100 0100", ENTRY "1a00 0000 6f6c64",
		NULL, 1, "old" },
	{ "a pointer past the end", "0000 0000 0100 0100", ENTRY "ff00 0000 6f6c6400",
		NULL, 1, "" },
	{ "a pointer before the Converter", "0000 ffff 0100 0100",
		ENTRY "0100 0000 6f6c6400", NULL, 1, NULL },
	{ "nothing", "0000 0000 0000 0000", "", NULL, 0, "" },
	{ "an error", "e617 0000", "", NULL, 0, "" },
	{ "no parameters", "0000", "", "is cut", 0, "" },
	{ "no counts", "0000 0000 01", ENTRY "1a00 0000", "counts are cut", 0, "" },
	{ "fewer entries than it says", "0000 0000 0200 0200",
		ENTRY "1a00 0000 6f6c6400", "2 entries", 0, "" },
};

static void
entries_are_read_by_their_clauses(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		const struct list_row *row = &lists[i];
		struct packet params = packet_hex(row->params),
			      data = packet_hex(row->data);
		struct rap_list list;
		struct rap_entry entry;
		struct err e = { 0 };
		unsigned n = 0;
		print_message("  %s\n", row->label);
		int rc = rap_read_list(packet_rd(&params), packet_rd(&data), &list, &e);
		assert_int_equal(row->error ? -1 : 0, rc);
		if (row->error)
			assert_non_null(strstr(e.text, row->error));
		for (; rc == 0 && rap_next(&list, &entry); n++) {
			size_t size = rd_left(&entry.comment);
			assert_string_equal("OLDBOX", entry.name);
			assert_int_equal(6, entry.major);
			assert_int_equal(1, entry.minor);
			assert_int_equal(0x00809a03, entry.types);
			if (row->comment) {
				assert_int_equal(strlen(row->comment), size);
				assert_memory_equal(row->comment,
					rd_take(&entry.comment, size), size);
			}
		}
		assert_int_equal(row->n, n);
		packet_free(&params);
		packet_free(&data);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(questions_are_those_of_the_specifications),
		cmocka_unit_test(lists_of_samba_are_read),
		cmocka_unit_test(a_list_may_come_byte_by_byte),
		cmocka_unit_test(refusals_are_told_apart),
		cmocka_unit_test(who_hangs_up_on_smb1_does_not_speak_it),
		cmocka_unit_test(a_list_in_several_parts_is_put_together),
		cmocka_unit_test(the_rest_of_a_list_is_asked_for_by_its_last_name),
		cmocka_unit_test(a_server_that_cannot_go_on_has_cut_its_list),
		cmocka_unit_test(a_server_that_refuses_to_go_on_has_cut_its_list_too),
		cmocka_unit_test(a_server_that_repeats_itself_is_heard_once),
		cmocka_unit_test(an_error_in_place_of_a_list_is_kept),
		cmocka_unit_test(a_list_that_we_have_no_room_for_is_cut_by_us),
		cmocka_unit_test(a_list_in_too_many_answers_is_cut_by_us),
		cmocka_unit_test(entries_are_read_by_their_clauses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
