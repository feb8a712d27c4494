/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Devices that belong together without being one: a virtual address and the machines behind
 * it, hardware and what took its place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "cli/show.h"
#include "db/people.h"
#include "inventory/ndjson.h"

#define DAY    INT64_C(1795219200000000) /* 2026-11-21T00:00:00Z */
#define HOUR   (3600 * (int64_t)SECOND)
#define CARD_A "\"mac\":\"3c:00:00:00:00:0a\",\"mac.onlink\":true,"
#define CARD_B "\"mac\":\"3c:00:00:00:00:0b\",\"mac.onlink\":true,"
#define VRRP_5 "\"mac\":\"00:00:5e:00:01:05\",\"mac.onlink\":true,"
#define KEY_A  "\"ssh.hostkey\":[\"SHA256:AAAAztksCsDhcc0u9e8BrjJXuKmGdA7t5bCbk5dXZ9w\"]"
#define KEY_B  "\"ssh.hostkey\":[\"SHA256:BBBBztksCsDhcc0u9e8BrjJXuKmGdA7t5bCbk5dXZ9w\"]"
/* A directory object; the serial number comes behind it. */
#define OBJECT \
	"\"ad.guid\":\"6f9619ff-8b86-d011-b42d-00c04fc964ff\"," \
	"\"host.vendor\":\"Dell Inc.\",\"host.serial\":"

struct said {
	int hour;
	const char *ip, *facts;
};

/* Both routers have one name; the second answers from hour 2 to 4, then the first again. */
static const struct said failover[] = {
	{ 1, "10.0.0.2", CARD_A "\"dns.ptr\":[\"core.example\"]," KEY_A },
	{ 1, "10.0.0.3", CARD_B "\"dns.ptr\":[\"core.example\"]," KEY_B },
	{ 1, "10.0.0.1", VRRP_5 KEY_A },
	{ 2, "10.0.0.1", VRRP_5 KEY_B },
	{ 4, "10.0.0.1", VRRP_5 KEY_B },
	{ 5, "10.0.0.1", VRRP_5 KEY_A },
	{ 6, "10.0.0.3", CARD_B KEY_B },
};

static const struct said replaced[] = {
	{ 1, "10.0.0.8", OBJECT "\"7XKQ2N3\"" },
	{ 3, "10.0.0.9", OBJECT "\"9BWR4T1\"" },
};

struct world {
	struct store *s;
	struct arena *mem;
	struct err e;
	uint64_t seq;
};

static void
begin(struct world *w)
{
	*w = (struct world){ .mem = arena_new(1 << 24) };
	assert_non_null(w->mem);
	assert_int_equal(0, store_open(&w->s, ":memory:", STORE_WRITE, &w->e));
}

static void
end(struct world *w)
{
	store_close(w->s);
	arena_free(w->mem);
}

static struct observation
read_said(struct world *w, const struct said *said)
{
	struct observation o;
	char line[640];

	(void)snprintf(line, sizeof(line),
		"{\"v\":1,\"at\":\"2026-11-21T%02d:00:00.000000Z\",\"seq\":%llu,"
		"\"source\":\"sweep\",\"run\":\"r%d\",\"point\":\"p\",\"site\":\"main\","
		"\"ip\":\"%s\",\"evidence\":\"reply\",\"facts\":{%s}}",
		said->hour, (unsigned long long)++w->seq, said->hour, said->ip,
		said->facts);
	if (ndjson_read(line, strlen(line), w->mem, &o, &w->e) == -1)
		fail_msg("%s", w->e.text);
	return o;
}

enum order { AT_ONCE, ONE_BY_ONE, BACKWARDS, ORDERS };

static void
ingest(struct world *w, const struct said *said, size_t n, enum order order)
{
	struct observation *o = arena_new_array(w->mem, struct observation, n);
	struct ingest_result sum = { 0 };
	size_t step = order == AT_ONCE ? n : 1;

	assert_non_null(o);
	for (size_t i = 0; i < n; i++)
		o[i] = read_said(w, &said[order == BACKWARDS ? n - 1 - i : i]);
	for (size_t i = 0; i < n; i += step)
		assert_int_equal(0, store_ingest(w->s, o + i, step, &sum, &w->e));
}

#define INGEST(w, said, order) ingest(w, said, sizeof(said) / sizeof((said)[0]), order)

static struct device
device_at(struct world *w, const char *ip)
{
	struct device d;

	assert_int_equal(0, store_find_device(w->s, ip, w->mem, &d, &w->e));
	return d;
}

/* "vip first 10.0.0.3 4": the rule, which of both this one is, who the other is by its id,
 * and the hour. */
static void
assert_ties(struct world *w, const char *ip, int64_t as_of, const char *want)
{
	struct device d = device_at(w, ip);
	struct tie_list l;
	struct sb text;

	assert_int_equal(0, store_device_ties(w->s, d.row, as_of, w->mem, &l, &w->e));
	sb_init(&text, 1 << 12);
	for (size_t i = 0; i < l.n; i++) {
		const struct tie *t = &l.items[i];
		struct device other = device_at(w, t->id);
		char buf[ADDR_TEXT_MAX];
		sb_printf(&text, "%s%s %s %s %d", i ? ", " : "", t->rule,
			t->first ? "first" : "second",
			addr_print(&other.addrs[0].ip, buf),
			(int)((t->at - DAY) / HOUR));
	}
	assert_int_equal(0, l.more);
	assert_string_equal(want, text.text);
	sb_done(&text);
}

static void
a_virtual_address_is_tied_to_each_machine_behind_it(void **state)
{
	(void)state;
	for (enum order order = 0; order < ORDERS; order++) {
		struct world w;
		print_message("  order %d\n", order);
		begin(&w);
		INGEST(&w, failover, order);
		assert_ties(&w, "10.0.0.1", STORE_NOW,
			"vip first 10.0.0.2 5, vip first 10.0.0.3 4");
		assert_ties(&w, "10.0.0.2", STORE_NOW, "vip second 10.0.0.1 5");
		assert_ties(&w, "10.0.0.3", STORE_NOW, "vip second 10.0.0.1 4");
		end(&w);
	}
}

static void
ties_are_told_as_of_a_time(void **state)
{
	struct world w;

	(void)state;
	begin(&w);
	INGEST(&w, failover, ONE_BY_ONE);
	assert_ties(&w, "10.0.0.1", DAY + HOUR, "vip first 10.0.0.2 1");
	assert_ties(&w, "10.0.0.1", DAY + 3 * HOUR,
		"vip first 10.0.0.3 2, vip first 10.0.0.2 1");
	end(&w);
}

static void
hardware_is_tied_to_what_took_its_place(void **state)
{
	(void)state;
	for (enum order order = 0; order < ORDERS; order++) {
		struct world w;
		print_message("  order %d\n", order);
		begin(&w);
		INGEST(&w, replaced, order);
		assert_ties(&w, "10.0.0.8", STORE_NOW, "successor first 10.0.0.9 3");
		assert_ties(&w, "10.0.0.9", STORE_NOW, "successor second 10.0.0.8 3");
		end(&w);
	}
}

/* What `show` writes of a device that has these ties, up to the site. */
static void
assert_shown(struct world *w, const char *ip, const char *want)
{
	struct show_report r = { .device = device_at(w, ip) };
	struct out_info info = { .to = tmpfile(), .now = DAY + 24 * HOUR };
	static char text[16384];

	assert_non_null(info.to);
	assert_int_equal(0,
		store_device_ties(
			w->s, r.device.row, STORE_NOW, w->mem, &r.ties, &w->e));
	assert_int_equal(0, show_people(&r, &info, w->mem, &w->e));
	rewind(info.to);
	text[fread(text, 1, sizeof(text) - 1, info.to)] = '\0';
	assert_int_equal(0, fclose(info.to));
	char *site = strstr(text, "\nsite "), *ties = strstr(text, "\nid ");
	assert_non_null(site);
	assert_non_null(ties);
	site[1] = '\0';
	assert_string_equal(want, strchr(ties + 1, '\n') + 1);
}

static void
show_names_the_other_with_its_id_and_the_time(void **state)
{
	struct world w;

	(void)state;
	begin(&w);
	INGEST(&w, failover, ONE_BY_ONE);
	INGEST(&w, replaced, ONE_BY_ONE);
	struct device a = device_at(&w, "10.0.0.2"), b = device_at(&w, "10.0.0.3");
	assert_shown(&w, "10.0.0.1",
		arena_printf(w.mem,
			"answered by core.example (%s) at 2026-11-21T05:00:00.000000Z (19 h ago)\n"
			"answered by core.example (%s) at 2026-11-21T04:00:00.000000Z (20 h ago)\n",
			a.id, b.id));
	assert_shown(&w, "10.0.0.3",
		arena_printf(w.mem,
			"answers for 10.0.0.1 (%s) at 2026-11-21T04:00:00.000000Z (20 h ago)\n",
			device_at(&w, "10.0.0.1").id));
	assert_shown(&w, "10.0.0.8",
		arena_printf(w.mem,
			"replaced by 10.0.0.9 (%s) at 2026-11-21T03:00:00.000000Z (21 h ago)\n",
			device_at(&w, "10.0.0.9").id));
	assert_shown(&w, "10.0.0.9",
		arena_printf(w.mem,
			"replaces    10.0.0.8 (%s) at 2026-11-21T03:00:00.000000Z (21 h ago)\n",
			device_at(&w, "10.0.0.8").id));
	end(&w);
}

/* A router that answers for more groups than are listed. */
static void
what_is_left_out_is_counted(void **state)
{
	enum { GROUPS = 70, SHOWN = 64 };
	struct world w;
	struct tie_list l;

	(void)state;
	begin(&w);
	for (int i = 0; i < GROUPS; i++) {
		char ip[32], facts[256];
		/* Each a day's sweep of its own: a key at many places at once is no key. */
		struct said said[] = { { i % 24, "10.0.1.1", CARD_A KEY_A },
			{ i % 24, ip, facts } };
		(void)snprintf(ip, sizeof(ip), "10.0.0.%d", i + 1);
		(void)snprintf(facts, sizeof(facts),
			"\"mac\":\"00:00:5e:00:01:%02x\",\"mac.onlink\":true," KEY_A,
			i + 1);
		INGEST(&w, said, ONE_BY_ONE);
	}
	assert_int_equal(0,
		store_device_ties(w.s, device_at(&w, "10.0.1.1").row, STORE_NOW, w.mem,
			&l, &w.e));
	assert_int_equal(SHOWN, l.n);
	assert_int_equal(GROUPS - SHOWN, l.more);
	end(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_virtual_address_is_tied_to_each_machine_behind_it),
		cmocka_unit_test(ties_are_told_as_of_a_time),
		cmocka_unit_test(hardware_is_tied_to_what_took_its_place),
		cmocka_unit_test(show_names_the_other_with_its_id_and_the_time),
		cmocka_unit_test(what_is_left_out_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
