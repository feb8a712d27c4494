/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A sweep heard again from its capture file: the same, line by line. */
#include "sweep_rig.h"

#include "scanner/recording.h"
#include "scanner/replay.h"

struct image {
	char *bytes;
	size_t n;
};

static bool
thirds(const struct addr *a)
{
	uint32_t ip = addr_to_ip4(a);

	return ip == 0xc6120301 || ip % 3 == 0;
}

/* In every other /24 so many that their silence clears them later than that of the rest. */
static bool
thirds_and_more(const struct addr *a)
{
	uint32_t ip = addr_to_ip4(a);

	return ip >> 8 & 1 ? ip % 15 < 7 : thirds(a);
}

static int
web_only(const struct addr *a, uint16_t port)
{
	(void)a;
	return port == 80 ? 1 : port == 22 ? 0 : -1;
}

/* A stranger who claims every address of the first /28, asked or not. */
static void
claim_all(struct sim *s, const struct frame *f)
{
	static const struct mac stranger = { { 0, 0x1b, 7, 7, 7, 7 } };

	(void)f;
	if (s->n_sent > 40)
		return;
	for (uint32_t i = 0; i < 16; i++) {
		struct arp a = { .op = ARP_REPLY,
			.sender_mac = stranger,
			.sender = addr_ip4(0xc6120300 + i),
			.target = rig_addrs[0].addr };
		struct ether e = { rig_links[0].mac, stranger, ETHER_ARP };
		uint8_t bytes[64];
		struct wr w = wr_to(bytes, sizeof(bytes));
		ether_write(&w, &e);
		arp_write(&w, &a);
		sim_queue(s, bytes, wr_used(&w), s->now + 300);
	}
}

/* As sweep.c does it, but into memory. */
static void
record_to(struct rig *r, struct image *im)
{
	struct recording rec = { .started = r->job.started,
		.cookie = r->job.cookie,
		.identify = r->conf.identify,
		.probes = r->conf.probes,
		.ports = r->conf.ports,
		.communities = r->conf.communities,
		.plan = r->job.plan };
	FILE *f = open_memstream(&im->bytes, &im->n);
	struct err e;
	struct sb text;

	assert_non_null(f);
	assert_int_equal(capture_writer_new(&r->sim.port.capture, f, &e), 0);
	sb_init(&text, CAPTURE_NOTES_MAX);
	recording_print(&rec, &text);
	capture_write_note(
		r->sim.port.capture, NOTE_SETTINGS, text.text, text.len, rec.started);
	sb_done(&text);
}

static void
sweep_into(struct rig *r, const char *targets, struct image *im)
{
	struct err e;

	rig_prepare(r, targets);
	record_to(r, im);
	for (size_t i = 0; i < r->job.plan.n_own; i++)
		assert_int_equal(hearing_own(&r->job.hearing, &r->job.plan.own[i],
					 r->job.started, &e),
			0);
	assert_int_equal(rig_sweep(r, &e), 0);
	hearing_report(&r->job.hearing, &r->monitor);
	assert_int_equal(capture_writer_close(r->sim.port.capture, &e), 0);
	r->sim.port.capture = NULL;
}

static int
replay(struct rig *r, const void *bytes, size_t n, struct run_end *end, struct err *e)
{
	FILE *f = fmemopen((void *)(uintptr_t)bytes, n, "rb");

	assert_non_null(f);
	int rc = replay_run(f, &r->run, end, e);
	return rc;
}

static void
the_same_observations_come_out(void **state)
{
	static const struct {
		const char *targets;
		bool identify;
		unsigned loss, copies;
		size_t communities;
		bool (*lives)(const struct addr *);
	} rows[] = {
		{ "198.18.3.0/24", false, 0, 1, 0, thirds },
		{ "198.18.3.0/26 198.19.0.0/26", true, 0, 1, 2, thirds },
		{ "198.18.3.0-198.18.3.40 198.18.64.0/24 198.19.7.0/24", true, 20, 2, 1,
			thirds },
		{ "198.19.0.0/30", true, 0, 1, 0, thirds },
		/* Long enough for silence to clear. */
		{ "198.19.0.0/20", false, 0, 1, 0, thirds_and_more },
	};
	const char *communities[] = { "lab", "other" };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rig *live = rig_new(rows[i].lives),
			   *again = rig_new(rows[i].lives);
		struct image im = { 0 };
		struct run_end end = { 0 };
		struct err e = { 0 };
		print_message("  %s\n", rows[i].targets);
		live->conf.identify = rows[i].identify;
		live->sim.tcp = web_only;
		live->sim.named = live->sim.times = live->sim.mdns = true;
		live->sim.snmp = rows[i].communities > 0;
		live->conf.communities = (struct opt_list){ communities,
			rows[i].communities, 0 };
		live->sim.loss_percent = rows[i].loss;
		live->sim.copies = rows[i].copies;
		live->sim.also = claim_all;
		sweep_into(live, rows[i].targets, &im);
		if (replay(again, im.bytes, im.n, &end, &e) == -1)
			fail_msg("%s", e.text);
		assert_true(live->n_found > 0);
		assert_string_equal(live->found.text, again->found.text);
		assert_string_equal(live->reasons.text, again->reasons.text);
		assert_int_equal(end.found, live->job.hearing.found);
		assert_int_equal(end.answered, live->job.hearing.answered);
		assert_int_equal(end.sent, live->sim.n_sent);
		assert_int_equal(end.asked, live->job.end.asked);
		free(im.bytes);
		rig_free(live);
		rig_free(again);
	}
}

static void
a_recording_that_was_cut_gives_what_it_holds(void **state)
{
	struct rig *live = rig_new(thirds), *again = rig_new(thirds);
	struct image im = { 0 };
	struct run_end end = { 0 };
	struct err e = { 0 };

	(void)state;
	sweep_into(live, "198.18.3.0/24", &im);
	assert_int_equal(replay(again, im.bytes, im.n / 2 + 3, &end, &e), 0);
	assert_non_null(strstr(end.error, "is cut"));
	assert_true(again->found.len > 0 && again->found.len < live->found.len);
	assert_memory_equal(live->found.text, again->found.text, again->found.len);
	free(im.bytes);
	rig_free(live);
	rig_free(again);
}

static void
other_captures_are_refused(void **state)
{
	static const char settings[] = "muster-sweep 1\n"
				       "key 000102030405060708090a0b0c0d0eff\n";
	static const struct {
		const char *label, *settings;
		size_t n;
		bool after_packet;
		const char *wave, *want;
		bool partial;
	} rows[] = {
		{ "no settings", "", 0, false, NULL, "no capture of a sweep", false },
		{ "bad settings", "muster-sweep 9\n", 15, false, NULL, "line 1", false },
		{ "settings after a packet", settings, sizeof(settings) - 1, true, NULL,
			"settings after", true },
		{ "a wave that is not there", settings, sizeof(settings) - 1, false,
			"\0\0\0\7", "no wave 7", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rig *r = rig_new(thirds);
		struct capture_writer *w;
		struct image im = { 0 };
		struct err e = { 0 };
		print_message("  %s\n", rows[i].label);
		assert_int_equal(
			capture_writer_new(&w, open_memstream(&im.bytes, &im.n), &e), 0);
		if (rows[i].n)
			capture_write_note(
				w, NOTE_SETTINGS, rows[i].settings, rows[i].n, 0);
		capture_write(w, (const uint8_t *)"not a packet", 12, 0);
		if (rows[i].after_packet)
			capture_write_note(
				w, NOTE_SETTINGS, rows[i].settings, rows[i].n, 0);
		if (rows[i].wave)
			capture_write_note(w, NOTE_WAVE, rows[i].wave, 4, 0);
		assert_int_equal(capture_writer_close(w, &e), 0);
		struct run_end end = { 0 };
		int rc = replay(r, im.bytes, im.n, &end, &e);
		assert_int_equal(e.code, ERR_PROTO);
		assert_int_equal(rc, rows[i].partial ? 0 : -1);
		assert_int_equal(end.error != NULL, rows[i].partial);
		if (!strstr(e.text, rows[i].want))
			fail_msg("%s", e.text);
		free(im.bytes);
		rig_free(r);
	}
}

static void
what_is_no_capture_or_too_large_is_refused(void **state)
{
	size_t n = (size_t)CAPTURE_NOTES_MAX + 1;
	char *large = malloc(n);
	struct rig *r = rig_new(thirds);
	struct capture_writer *w;
	struct image im = { 0 };
	struct run_end end = { 0 };
	struct err e = { 0 };

	(void)state;
	assert_non_null(large);
	memset(large, '#', n);
	assert_int_equal(
		capture_writer_new(&w, open_memstream(&im.bytes, &im.n), &e), 0);
	capture_write_note(w, NOTE_SETTINGS, large, n, 0);
	assert_int_equal(capture_writer_close(w, &e), 0);
	assert_int_equal(replay(r, im.bytes, im.n, &end, &e), -1);
	assert_int_equal(e.code, ERR_PROTO);
	assert_non_null(strstr(e.text, "settings above"));
	assert_int_equal(replay(r, "no pcap file, but text", 22, &end, &e), -1);
	assert_int_equal(e.code, ERR_PROTO);
	free(im.bytes);
	free(large);
	rig_free(r);
}

static void
a_replay_can_be_stopped(void **state)
{
	struct rig *live = rig_new(thirds), *again = rig_new(thirds);
	struct image im = { 0 };
	struct run_end end = { 0 };
	struct err e;

	(void)state;
	sweep_into(live, "198.18.3.0/24", &im);
	again->stop_after = 10;
	assert_int_equal(replay(again, im.bytes, im.n, &end, &e), 0);
	assert_true(end.interrupted);
	/* What was held back and judged together is told together. */
	assert_in_range(again->n_found, 10, live->n_found);
	free(im.bytes);
	rig_free(live);
	rig_free(again);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_observations_come_out),
		cmocka_unit_test(a_recording_that_was_cut_gives_what_it_holds),
		cmocka_unit_test(other_captures_are_refused),
		cmocka_unit_test(what_is_no_capture_or_too_large_is_refused),
		cmocka_unit_test(a_replay_can_be_stopped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
