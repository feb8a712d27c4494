/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inventory at past moments, and what is different between two, on a small network
 * whose days are written down here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "db/sheet.h"
#include "db/store.h"

#define HOUR ((int64_t)3600 * SECOND)
#define DAY  (24 * HOUR)
#define T0   (20000 * DAY)
#define N(a) (sizeof(a) / sizeof((a)[0]))

struct seen {
	int day;
	const char *ip, *mac, *name;
	uint16_t open[3], closed[2]; /* 0: no more */
};

/* Each day is a run.  Day 1: two machines.  Day 2: the second is called otherwise, has moved
 * its service, a third comes.  Day 3: the first does not answer.  Day 5: it is back; the
 * third has the address that the second had, which is seen elsewhere. */
static const struct seen days[] = {
	{ 1, "198.18.3.7", "00:16:3e:00:00:07", "SEVEN", { 22, 445 }, { 0 } },
	{ 1, "198.18.3.8", "00:16:3e:00:00:08", "EIGHT", { 80 }, { 0 } },
	{ 2, "198.18.3.7", "00:16:3e:00:00:07", "SEVEN", { 22, 445 }, { 0 } },
	{ 2, "198.18.3.8", "00:16:3e:00:00:08", "ACHT", { 443 }, { 80 } },
	{ 2, "198.18.3.9", "00:16:3e:00:00:09", "NINE", { 22 }, { 0 } },
	{ 3, "198.18.3.8", "00:16:3e:00:00:08", "ACHT", { 443 }, { 80 } },
	{ 5, "198.18.3.7", "00:16:3e:00:00:07", "SEVEN", { 22, 445 }, { 0 } },
	{ 5, "198.18.3.8", "00:16:3e:00:00:09", "NINE", { 22 }, { 0 } },
	{ 5, "198.18.3.80", "00:16:3e:00:00:08", "ACHT", { 443 }, { 0 } },
};

static const char *const runs[] = { "", "run-1", "run-2", "run-3", "run-4", "run-5",
	"run-6", "run-7", "run-8", "run-9", "run-10" };

struct box {
	struct store *s;
	struct arena *mem;
	struct err e;
	struct sb text;
};

static size_t
count_ports(const uint16_t *ports, size_t max)
{
	size_t n = 0;

	while (n < max && ports[n])
		n++;
	return n;
}

static void
observe(struct box *b, const struct seen *row, int hour)
{
	struct fact f[6];
	struct ingest_result r = { 0 };
	size_t n = 0;

	f[n] = (struct fact){ .key = "mac", .type = FACT_MAC };
	assert_true(mac_parse(row->mac, &f[n++].mac));
	f[n++] = (struct fact){ .key = "mac.onlink", .type = FACT_BOOL, .num = 1 };
	f[n++] = (struct fact){
		.key = "netbios.name", .type = FACT_TEXT, .text = row->name
	};
	f[n++] = (struct fact){ .key = "rtt.us", .type = FACT_INT, .num = row->day };
	if (row->closed[0])
		f[n++] = (struct fact){ .key = "tcp.closed",
			.type = FACT_PORTS,
			.ports = { row->closed, count_ports(row->closed, 2) } };
	f[n++] = (struct fact){ .key = "tcp.open",
		.type = FACT_PORTS,
		.ports = { row->open, count_ports(row->open, 3) } };
	struct observation o = { .site = "default",
		.point = "here",
		.run = runs[row->day + hour],
		.source = "sweep",
		.at = T0 + row->day * DAY + hour * HOUR,
		.evidence = EVIDENCE_REPLY,
		.facts = f,
		.n_facts = n };
	assert_true(addr_parse(row->ip, &o.ip));
	if (store_ingest(b->s, &o, 1, &r, &b->e) == -1)
		fail_msg("%s", b->e.text);
}

static void
begin_day(struct box *b, int day)
{
	struct run run = { .id = runs[day],
		.source = "sweep",
		.command = "test",
		.site = "default",
		.point = "here",
		.targets = "198.18.3.0/24",
		.started = T0 + day * DAY - SECOND };

	assert_int_equal(0, store_begin_run(b->s, &run, &b->e));
}

/* Everybody was asked. */
static void
end_day(struct box *b, int day)
{
	struct coverage c = { .probe = "tcp-syn",
		.targets = "198.18.3.0/24",
		.started = T0 + day * DAY - SECOND,
		.finished = T0 + day * DAY + SECOND,
		.complete = true };
	struct run_end end = { .ok = true };

	assert_int_equal(0, store_put_coverage(b->s, runs[day], &c, &b->e));
	assert_int_equal(0,
		store_end_run(
			b->s, runs[day], T0 + day * DAY + 2 * SECOND, &end, &b->e));
}

static struct box *
new_box(const char *path)
{
	struct box *b = test_calloc(1, sizeof(*b));

	if (store_open(&b->s, path, STORE_WRITE, &b->e) == -1)
		fail_msg("%s", b->e.text);
	b->mem = arena_new(64 << 20);
	sb_init(&b->text, 1 << 20);
	return b;
}

static void
live_through(struct box *b)
{
	for (int day = 1; day <= 5; day++) {
		if (day == 4)
			continue;
		begin_day(b, day);
		for (size_t i = 0; i < N(days); i++)
			if (days[i].day == day)
				observe(b, &days[i], 0);
		end_day(b, day);
	}
}

static int
set_up(void **state)
{
	struct box *b = new_box(":memory:");

	live_through(b);
	*state = b;
	return 0;
}

static int
tear_down(void **state)
{
	struct box *b = *state;

	store_close(b->s);
	arena_free(b->mem);
	sb_done(&b->text);
	test_free(b);
	return 0;
}

/* --- as of ------------------------------------------------------------------------------------ */

static int
print_device(void *arg, const struct device *d, struct err *e)
{
	struct box *b = arg;
	char label[ADDR_TEXT_MAX], ip[ADDR_TEXT_MAX];
	const struct device_field *ports = device_field(d, "tcp.open");

	(void)e;
	sb_printf(&b->text, "%s %s", device_label(d, label),
		device_state_names[d->state]);
	for (size_t i = 0; i < d->n_addrs; i++)
		if (d->addrs[i].current)
			sb_printf(&b->text, " %s", addr_print(&d->addrs[i].ip, ip) + 7);
	for (size_t i = 0; i < ports->fact.ports.n; i++)
		sb_printf(&b->text, " %u", (unsigned)ports->fact.ports.items[i]);
	sb_add(&b->text, "\n");
	return 0;
}

static void
each_day_is_told_as_it_was(void **state)
{
	static const struct {
		const char *label;
		int64_t after; /* of a day's observations, in seconds */
		const char *want;
		int day;
	} rows[] = {
		{ "before all", -10, "", 1 },
		{ "the first day", 0, "SEVEN up 3.7 22 445\nEIGHT up 3.8 80\n", 1 },
		{ "the second day", 10,
			"SEVEN up 3.7 22 445\nACHT up 3.8 443\nNINE up 3.9 22\n", 2 },
		{ "the third day goes on", 0,
			"SEVEN up 3.7 22 445\nACHT up 3.8 443\nNINE up 3.9 22\n", 3 },
		{ "the third day is over", 2,
			"SEVEN down 3.7 22 445\nACHT up 3.8 443\nNINE down 3.9 22\n",
			3 },
		{ "nothing happens on the fourth", 0,
			"SEVEN down 3.7 22 445\nACHT up 3.8 443\nNINE down 3.9 22\n",
			4 },
		{ "the fifth day", 10,
			"SEVEN up 3.7 22 445\nNINE up 3.8 22\nACHT up 3.80 443\n", 5 },
	};
	struct box *b = *state;

	for (size_t i = 0; i < N(rows); i++) {
		struct device_query q = { .as_of = T0 + rows[i].day * DAY +
				rows[i].after * SECOND };
		print_message("  %s\n", rows[i].label);
		sb_clear(&b->text);
		assert_int_equal(
			0, store_each_device_of(b->s, &q, print_device, b, &b->e));
		assert_string_equal(rows[i].want, b->text.text);
	}
}

static void
names_and_addresses_find_who_had_them_then(void **state)
{
	static const struct {
		const char *text;
		int day;
		const char *want; /* NULL: nobody */
	} rows[] = {
		{ "198.18.3.8", 1, "EIGHT" },
		{ "198.18.3.8", 3, "ACHT" },
		{ "198.18.3.8", 5, "NINE" },
		{ "198.18.3.80", 3, NULL },
		{ "eight", 1, "EIGHT" },
		{ "eight", 2, NULL },
		{ "acht", 1, NULL },
		{ "ACHT", 2, "ACHT" },
		{ "00-16-3E-00-00-08", 1, "EIGHT" },
		{ "nine", 1, NULL },
		{ "elf", 5, NULL },
	};
	struct box *b = *state;
	char label[ADDR_TEXT_MAX];
	struct device d;

	for (size_t i = 0; i < N(rows); i++) {
		print_message("  %s on day %d\n", rows[i].text, rows[i].day);
		int rc = store_find_device_as_of(
			b->s, rows[i].text, T0 + rows[i].day * DAY, b->mem, &d, &b->e);
		assert_int_equal(rows[i].want ? 0 : -1, rc);
		if (rows[i].want)
			assert_string_equal(rows[i].want, device_label(&d, label));
		else
			assert_int_equal(ERR_NOTFOUND, b->e.code);
	}
	assert_int_equal(-1, store_find_device(b->s, "eight", b->mem, &d, &b->e));
}

/* What the lists call a device finds it, though it said only more than that. */
static void
the_name_that_is_shown_finds_its_device(void **state)
{
	static const char *const words[] = { "ws-0412", "WS-0412.corp.example" };
	struct fact f = {
		.key = "smb.dns_name", .type = FACT_TEXT, .text = "ws-0412.corp.example"
	};
	struct observation o = { .site = "default",
		.point = "here",
		.run = "run-6",
		.source = "sweep",
		.at = T0 + 6 * DAY,
		.facts = &f,
		.n_facts = 1 };
	struct ingest_result r = { 0 };
	struct box *b = *state;
	struct device d;

	assert_true(addr_parse("198.18.3.41", &o.ip));
	assert_int_equal(0, store_ingest(b->s, &o, 1, &r, &b->e));
	for (size_t i = 0; i < N(words); i++) {
		print_message("  %s\n", words[i]);
		if (store_find_device(b->s, words[i], b->mem, &d, &b->e) == -1)
			fail_msg("%s", b->e.text);
		assert_true(addr_equal(&o.ip, &d.addrs[0].ip));
	}
	assert_int_equal(-1, store_find_device(b->s, "corp", b->mem, &d, &b->e));
}

static void
tell(struct box *b, const char *ip, const char *key, const char *name, int64_t at)
{
	struct fact f = { .key = key, .type = FACT_TEXT, .text = name };
	struct observation o = { .site = "default",
		.point = "here",
		.run = "run-6",
		.source = "sweep",
		.at = at,
		.facts = &f,
		.n_facts = 1 };
	struct ingest_result r = { 0 };

	assert_true(addr_parse(ip, &o.ip));
	assert_int_equal(0, store_ingest(b->s, &o, 1, &r, &b->e));
}

static void
the_first_label_of_a_name_finds_who_has_no_such_name(void **state)
{
	struct box *b = *state;
	struct device d;
	struct addr ip;

	tell(b, "198.18.3.51", "rdp.dns_name", "web.lab.example", T0 + 6 * DAY);
	tell(b, "198.18.3.52", "rdp.dns_name", "webmail.lab.example", T0 + 6 * DAY + 1);
	if (store_find_device(b->s, "Web", b->mem, &d, &b->e) == -1)
		fail_msg("%s", b->e.text);
	assert_true(addr_parse("198.18.3.51", &ip) && addr_equal(&ip, &d.addrs[0].ip));
	assert_int_equal(-1, store_find_device(b->s, "we", b->mem, &d, &b->e));
	assert_int_equal(-1, store_find_device(b->s, "web.lab", b->mem, &d, &b->e));
	tell(b, "198.18.3.53", "snmp.sysname", "web", T0 + 6 * DAY + 2);
	if (store_find_device(b->s, "web", b->mem, &d, &b->e) == -1)
		fail_msg("%s", b->e.text);
	assert_true(addr_parse("198.18.3.53", &ip) && addr_equal(&ip, &d.addrs[0].ip));
}

/* --- differences ------------------------------------------------------------------------------ */

static int
print_change(void *arg, const struct change *c, struct err *e)
{
	struct box *b = arg;

	(void)e;
	sb_printf(&b->text, "%s %s %s %s>%s\n", c->label, c->what, c->key, c->before,
		c->after);
	return 0;
}

static void
between_two_days_is_told_what_differs(void **state)
{
	static const struct {
		const char *label;
		int from, to; /* to 0: now */
		const char *filter, *want;
	} rows[] = {
		{ "the same moment", 2, 2, NULL, "" },
		{ "a rename, a move of a service, somebody new", 1, 2, NULL,
			"ACHT field name EIGHT>ACHT\n"
			"ACHT field netbios.name EIGHT>ACHT\n"
			"ACHT closed tcp.open 80>\n"
			"ACHT opened tcp.open >443\n"
			"NINE new  >NINE\n" },
		{ "two do not answer", 2, 3, NULL,
			"SEVEN down  up>down\nNINE down  up>down\n" },
		{ "one of them", 2, 3, "name=nine", "NINE down  up>down\n" },
		{ "by a name that it had", 1, 2, "name=eight",
			"ACHT field name EIGHT>ACHT\n"
			"ACHT field netbios.name EIGHT>ACHT\n"
			"ACHT closed tcp.open 80>\n"
			"ACHT opened tcp.open >443\n" },
		{ "nothing on the fourth day", 3, 4, NULL, "" },
		{ "back, and addresses moved", 4, 0, NULL,
			"SEVEN up  down>up\n"
			"ACHT address  198.18.3.8>198.18.3.80\n"
			"NINE up  down>up\n"
			"NINE address  198.18.3.9>198.18.3.8\n" },
		{ "what went down and came back is no difference", 2, 5, "seven", "" },
		{ "all that there is", 0, 0, "seven", "SEVEN new  >SEVEN\n" },
	};
	struct box *b = *state;

	for (size_t i = 0; i < N(rows); i++) {
		struct comparison c = { .from = T0 + rows[i].from * DAY + 10 * SECOND,
			.to = rows[i].to ? T0 + rows[i].to * DAY + 10 * SECOND
					 : STORE_NOW };
		struct filter *f = NULL;
		print_message("  %s\n", rows[i].label);
		if (rows[i].filter)
			assert_int_equal(
				0, filter_parse(&rows[i].filter, 1, b->mem, &f, &b->e));
		c.filter = f;
		sb_clear(&b->text);
		assert_int_equal(
			0, store_each_difference(b->s, &c, print_change, b, &b->e));
		assert_string_equal(rows[i].want, b->text.text);
	}
}

static int
print_dated(void *arg, const struct change *c, struct err *e)
{
	struct box *b = arg;

	(void)e;
	sb_printf(&b->text, "%d %s %s %s\n", (int)((c->at - T0) / DAY), c->label,
		c->what, c->key);
	return 0;
}

static void
a_difference_has_the_date_on_which_it_came_to_be(void **state)
{
	static const struct {
		int from, to; /* to 0: now */
		const char *want;
	} rows[] = {
		{ 1, 0,
			"2 ACHT field name\n2 ACHT field netbios.name\n"
			"2 ACHT closed tcp.open\n2 ACHT opened tcp.open\n"
			"5 ACHT address \n2 NINE new \n" },
		{ 2, 4, "3 SEVEN down \n3 NINE down \n" },
		{ 4, 0, "5 SEVEN up \n5 ACHT address \n5 NINE up \n5 NINE address \n" },
	};
	struct box *b = *state;

	for (size_t i = 0; i < N(rows); i++) {
		const struct comparison c = { .from = T0 + rows[i].from * DAY +
				10 * SECOND,
			.to = rows[i].to ? T0 + rows[i].to * DAY + 10 * SECOND
					 : STORE_NOW };
		print_message("  %d to %d\n", rows[i].from, rows[i].to);
		sb_clear(&b->text);
		assert_int_equal(
			0, store_each_difference(b->s, &c, print_dated, b, &b->e));
		assert_string_equal(rows[i].want, b->text.text);
	}
}

struct window {
	const struct comparison *c;
	struct change before;
};

static int
check_window(void *arg, const struct change *c, struct err *e)
{
	struct window *w = arg;

	(void)e;
	assert_true(c->at > w->c->from && c->at <= w->c->to);
	if (strcmp(w->before.device, c->device) == 0)
		assert_true(w->before.at <= c->at); /* the oldest first */
	w->before = *c;
	return 0;
}

static void
differences_lie_between_both_moments(void **state)
{
	struct box *b = *state;

	for (int from = 0; from <= 6; from++) {
		for (int to = from; to <= 7; to++) {
			const struct comparison c = {
				.from = T0 + from * DAY + 10 * SECOND,
				.to = to == 7 ? STORE_NOW : T0 + to * DAY + 10 * SECOND
			};
			struct window w = { .c = &c };
			assert_int_equal(0,
				store_each_difference(
					b->s, &c, check_window, &w, &b->e));
		}
	}
}

static void
who_was_forgotten_is_told_and_has_no_past(void **state)
{
	struct box *b = *state;
	struct comparison c = { .from = T0 + 5 * DAY + 10 * SECOND, .to = STORE_NOW };
	struct device d;

	assert_int_equal(0, store_find_device(b->s, "seven", b->mem, &d, &b->e));
	assert_int_equal(0, store_forget(b->s, d.row, &b->e));
	sb_clear(&b->text);
	assert_int_equal(0, store_each_difference(b->s, &c, print_change, b, &b->e));
	assert_string_equal("SEVEN forgotten  SEVEN>\n", b->text.text);
	assert_int_equal(-1,
		store_find_device_as_of(b->s, "seven", T0 + 2 * DAY, b->mem, &d, &b->e));
}

/* A scan of the second day is imported a month later: the past changes, as it should. */
static void
what_is_imported_late_is_in_its_time(void **state)
{
	static const struct seen late = { 2, "198.18.3.7", "00:16:3e:00:00:07",
		"SIEBEN", { 8080 }, { 0 } };
	struct box *b = *state;
	struct comparison c = { .from = T0 + 1 * DAY + 10 * SECOND,
		.to = T0 + 2 * DAY + 10 * SECOND };
	const char *term = "198.18.3.7/32";
	struct filter *f;

	observe(b, &late, 0);
	assert_int_equal(0, filter_parse(&term, 1, b->mem, &f, &b->e));
	c.filter = f;
	sb_clear(&b->text);
	assert_int_equal(0, store_each_difference(b->s, &c, print_change, b, &b->e));
	assert_string_equal("SIEBEN field name SEVEN>SIEBEN\n"
			    "SIEBEN field netbios.name SEVEN>SIEBEN\n"
			    "SIEBEN opened tcp.open >8080\n",
		b->text.text);
}

/* Nothing that they say is new, and both had the address before. */
static void
an_address_that_goes_to_and_fro_is_told_of_both(void **state)
{
	static const struct seen rows[] = {
		{ 6, "198.18.3.8", "00:16:3e:00:00:08", "ACHT", { 443 }, { 0 } },
		{ 6, "198.18.3.8", "00:16:3e:00:00:09", "NINE", { 22 }, { 0 } },
		{ 6, "198.18.3.8", "00:16:3e:00:00:08", "ACHT", { 443 }, { 0 } },
		{ 6, "198.18.3.8", "00:16:3e:00:00:09", "NINE", { 22 }, { 0 } },
		{ 6, "198.18.3.8", "00:16:3e:00:00:08", "ACHT", { 443 }, { 0 } },
	};
	struct box *b = *state;
	struct comparison c = { .from = T0 + 6 * DAY + 3 * HOUR, .to = STORE_NOW };

	for (size_t i = 0; i < N(rows); i++)
		observe(b, &rows[i], (int)i);
	sb_clear(&b->text);
	assert_int_equal(0, store_each_difference(b->s, &c, print_change, b, &b->e));
	assert_string_equal("ACHT up  unconfirmed>up\n"
			    "ACHT address  >198.18.3.8\n"
			    "NINE down  up>down\n" /* .9 is silent since the third day */
			    "NINE address  198.18.3.8>\n",
		b->text.text);
}

/* --- stores from before ------------------------------------------------------------------------ */

/* A device's evidence was a row for each value. */
#define OLDER \
	"CREATE TABLE evidence (device BIGINT, source TEXT, key TEXT, member TEXT, value TEXT, " \
	"gone INTEGER, evidence INTEGER, first_at BIGINT, at BIGINT, point TEXT, run TEXT, " \
	"seq BIGINT, PRIMARY KEY (device, source, key, member)) WITHOUT ROWID"
#define NEWER \
	"DROP TABLE card; DROP TABLE turn; DROP TABLE silence; DROP TABLE sheet;" \
	"DROP TABLE poll; DROP TABLE poll_run; ALTER TABLE device DROP COLUMN left_at;" \
	"ALTER TABLE run DROP COLUMN lifetime; ALTER TABLE address DROP COLUMN valid_until;" \
	"ALTER TABLE address DROP COLUMN reply_until;" \
	"PRAGMA user_version = 2"
#define ODD_POINT "\\here\tor\nthere\\"

static void
make_rows(sqlite3 *db, int64_t device, const char *sheet)
{
	struct arena *mem = arena_new(1 << 20);
	struct evidence_row *rows;
	sqlite3_stmt *put;
	struct err e;
	size_t n;

	assert_int_equal(0, sheet_read(sheet, mem, &rows, &n, &e));
	assert_int_equal(SQLITE_OK,
		sqlite3_prepare_v2(db,
			"INSERT INTO evidence VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
			-1, &put, NULL));
	for (size_t i = 0; i < n; i++) {
		const char *text[] = { rows[i].source, rows[i].key, rows[i].member,
			rows[i].value };
		int64_t num[] = { rows[i].gone, rows[i].evidence, rows[i].first_at,
			rows[i].at };
		assert_int_equal(SQLITE_OK, sqlite3_bind_int64(put, 1, device));
		for (int k = 0; k < 4; k++) {
			sqlite3_bind_text(put, 2 + k, text[k], -1, SQLITE_STATIC);
			sqlite3_bind_int64(put, 6 + k, num[k]);
		}
		sqlite3_bind_text(put, 10, ODD_POINT, -1, SQLITE_STATIC);
		sqlite3_bind_text(put, 11, rows[i].run, -1, SQLITE_STATIC);
		sqlite3_bind_int64(put, 12, rows[i].seq);
		assert_int_equal(SQLITE_DONE, sqlite3_step(put));
		assert_int_equal(SQLITE_OK, sqlite3_reset(put));
	}
	assert_int_equal(SQLITE_OK, sqlite3_finalize(put));
	arena_free(mem);
}

static void
make_older(const char *path)
{
	sqlite3_stmt *get;
	sqlite3 *db;

	assert_int_equal(SQLITE_OK, sqlite3_open(path, &db));
	assert_int_equal(SQLITE_OK, sqlite3_exec(db, OLDER, NULL, NULL, NULL));
	assert_int_equal(SQLITE_OK,
		sqlite3_prepare_v2(
			db, "SELECT device, text FROM sheet", -1, &get, NULL));
	while (sqlite3_step(get) == SQLITE_ROW)
		make_rows(db, sqlite3_column_int64(get, 0),
			(const char *)sqlite3_column_text(get, 1));
	assert_int_equal(SQLITE_OK, sqlite3_finalize(get));
	assert_int_equal(SQLITE_OK, sqlite3_exec(db, NEWER, NULL, NULL, NULL));
	assert_int_equal(SQLITE_OK, sqlite3_close(db));
}

struct steps {
	int n, first, last, newest;
};

static void
hear_step(void *arg, int number, int newest)
{
	struct steps *s = arg;

	s->first = s->n++ ? s->first : number;
	s->last = number;
	s->newest = newest;
}

/* Only when devices were down and came back is not known. */
static void
a_store_from_before_has_a_past_too(void **state)
{
	char dir[] = "/tmp/test_past.XXXXXX", path[64];
	struct comparison c = { .from = T0 + DAY + 10 * SECOND,
		.to = T0 + 2 * DAY + 10 * SECOND };
	struct device_query q = { .as_of = T0 + 3 * DAY + 10 * SECOND };
	struct evidence_row *rows;
	struct device d;
	size_t n;

	(void)state;
	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/muster.db", dir);
	struct box *b = new_box(path);
	live_through(b);
	store_close(b->s);
	make_older(path);
	assert_int_equal(-1, store_open(&b->s, path, STORE_READ, &b->e));
	struct steps heard = { .n = 0 };
	const struct store_watch watch = { hear_step, &heard };
	assert_int_equal(0, store_open_watched(&b->s, path, STORE_WRITE, &watch, &b->e));
	assert_int_equal(3, heard.first); /* behind schema 2 */
	assert_int_equal(heard.newest, heard.last);
	assert_true(heard.n >= heard.newest - 2);
	assert_int_equal(0, store_each_difference(b->s, &c, print_change, b, &b->e));
	assert_string_equal("ACHT field name EIGHT>ACHT\n"
			    "ACHT field netbios.name EIGHT>ACHT\n"
			    "ACHT closed tcp.open 80>\n"
			    "ACHT opened tcp.open >443\n"
			    "NINE new  >NINE\n",
		b->text.text);
	sb_clear(&b->text);
	assert_int_equal(0, store_each_device_of(b->s, &q, print_device, b, &b->e));
	assert_string_equal("SEVEN up 3.7 22 445\nACHT up 3.8 443\nNINE down 3.9 22\n",
		b->text.text);
	assert_int_equal(
		0, store_find_device_as_of(b->s, "eight", T0 + DAY, b->mem, &d, &b->e));
	assert_int_equal(0, store_find_device(b->s, "acht", b->mem, &d, &b->e));
	assert_int_equal(
		0, store_device_evidence(b->s, d.row, b->mem, &rows, &n, &b->e));
	assert_int_equal(6, n);
	for (size_t i = 0; i < n; i++)
		assert_string_equal(ODD_POINT, rows[i].point);
	assert_int_equal(0, store_check(b->s, &b->text, &n, &b->e));
	assert_int_equal(0, n);
	void *box = b;
	tear_down(&box);
	assert_int_equal(0, unlink(path));
	assert_int_equal(0, rmdir(dir));
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(each_day_is_told_as_it_was),
		CASE(names_and_addresses_find_who_had_them_then),
		CASE(the_name_that_is_shown_finds_its_device),
		CASE(the_first_label_of_a_name_finds_who_has_no_such_name),
		CASE(between_two_days_is_told_what_differs),
		CASE(a_difference_has_the_date_on_which_it_came_to_be),
		CASE(differences_lie_between_both_moments),
		CASE(who_was_forgotten_is_told_and_has_no_past),
		CASE(what_is_imported_late_is_in_its_time),
		CASE(an_address_that_goes_to_and_fro_is_told_of_both),
		cmocka_unit_test(a_store_from_before_has_a_past_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
