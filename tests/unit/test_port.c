/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What every port does whatever its driver: guard, count, record. */
#include "sim.h"

static bool
everybody(const struct addr *a)
{
	(void)a;
	return true;
}

static struct frame
ping(uint32_t ip)
{
	struct path path = { { { 0, 0x16, 0x3e, 0, 0, 2 } },
		{ { 0, 0x16, 0x3e, 0, 0, 3 } }, addr_ip4(0xc6120302), 40123 };
	struct shot shot = { .dst = addr_ip4(ip), .token = 7 };
	struct frame f = { 0 };
	struct wr w = wr_to(f.bytes, sizeof(f.bytes));

	probe_find("icmp-echo")->build(&w, &path, &shot);
	f.size = (uint16_t)wr_used(&w);
	return f;
}

static int
count(void *arg, const uint8_t *frame, size_t n, int64_t at_us, struct err *e)
{
	(void)frame;
	(void)n;
	(void)at_us;
	(void)e;
	(*(size_t *)arg)++;
	return 0;
}

struct fixture {
	struct sim sim;
	struct arena *mem;
};

static void
begin(struct fixture *f, const char *targets)
{
	struct iprange *set;
	struct err e;

	sim_init(&f->sim, everybody);
	f->mem = arena_new(1 << 16);
	assert_int_equal(iprange_parse(&targets, 1, NULL, f->mem, &set, &e), 0);
	f->sim.port.guard.targets = set;
}

static void
one_stray_frame_keeps_the_whole_batch_back(void **state)
{
	struct frame batch[] = { ping(0xc6130001), ping(0xc6130002), ping(0xc6130100) };
	struct fixture f;
	struct err e;

	(void)state;
	begin(&f, "198.19.0.0/24");
	assert_int_equal(port_send(&f.sim.port, batch, 3, &e), -1);
	assert_int_equal(e.code, ERR_ARG);
	assert_int_equal(f.sim.n_sent, 0);
	assert_int_equal(port_send(&f.sim.port, batch, 2, &e), 0);
	assert_int_equal(f.sim.n_sent, 2);
	assert_int_equal(f.sim.port.sent, 2);
	assert_int_equal(port_end_capture(&f.sim.port, &e), 0);
	port_close(&f.sim.port);
	arena_free(f.mem);
}

static void
an_empty_frame_is_refused(void **state)
{
	struct frame nothing = { 0 };
	struct fixture f;
	struct err e;

	(void)state;
	begin(&f, "198.19.0.0/24");
	assert_int_equal(port_send(&f.sim.port, &nothing, 1, &e), -1);
	assert_int_equal(port_end_capture(&f.sim.port, &e), 0);
	port_close(&f.sim.port);
	arena_free(f.mem);
}

static void
what_went_is_counted_when_a_link_fails(void **state)
{
	struct frame batch[] = { ping(0xc6130001), ping(0xc6130002), ping(0xc6130003) };
	struct fixture f;
	struct err e;

	(void)state;
	begin(&f, "198.19.0.0/24");
	f.sim.fail_after = 2;
	assert_int_equal(port_send(&f.sim.port, batch, 3, &e), -1);
	assert_int_equal(e.code, ERR_SYS);
	assert_int_equal(f.sim.port.sent, 2);
	assert_int_equal(port_end_capture(&f.sim.port, &e), 0);
	port_close(&f.sim.port);
	arena_free(f.mem);
}

static void
both_directions_are_recorded_in_order(void **state)
{
	struct frame one = ping(0xc6130001), two = ping(0xc6130002);
	struct capture_reader *c;
	struct capture_frame frame;
	char *bytes = NULL;
	size_t n = 0, heard = 0;
	struct fixture f;
	struct err e;
	bool more;

	(void)state;
	begin(&f, "198.19.0.0/24");
	assert_int_equal(
		capture_writer_new(&f.sim.port.capture, open_memstream(&bytes, &n), &e),
		0);
	assert_int_equal(port_send(&f.sim.port, &one, 1, &e), 0);
	assert_int_equal(port_receive(&f.sim.port, SECOND, count, &heard, &e), 0);
	assert_int_equal(port_send(&f.sim.port, &two, 1, &e), 0);
	assert_int_equal(heard, 1);
	assert_int_equal(port_dropped(&f.sim.port), 0);
	assert_int_equal(port_end_capture(&f.sim.port, &e), 0);
	port_close(&f.sim.port);

	FILE *file = fmemopen(bytes, n, "rb");
	assert_int_equal(capture_reader_new(&c, file, &e), 0);
	/* Byte 33 ends the destination: first, then us, then second. */
	static const uint8_t last[] = { 1, 2, 2 };
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(capture_read(c, &frame, &more, &e), 0);
		assert_true(more);
		assert_int_equal(frame.bytes[33], last[i]);
		assert_in_range(frame.at_us, SIM_WALL * (int64_t)SECOND, INT64_MAX);
	}
	assert_int_equal(capture_read(c, &frame, &more, &e), 0);
	assert_false(more);
	capture_reader_free(c);
	free(bytes);
	arena_free(f.mem);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_stray_frame_keeps_the_whole_batch_back),
		cmocka_unit_test(an_empty_frame_is_refused),
		cmocka_unit_test(what_went_is_counted_when_a_link_fails),
		cmocka_unit_test(both_directions_are_recorded_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
