/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Visits one by one, most of which need no look at what was before (db/known.h): whose they
 * are is what it is when all of them are resolved at once, which store_check does.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/store.h"
#include "db/store_private.h"
#include "sanitized.h"

#define T0 1700000000000000LL

enum { FACTS = 8, STEPS = 8 };

/* What a visit tells; 0: nothing.  place: the last number of its address. */
struct said {
	int place, mac, name, guid, ssh, dns, fqdn, tls;
	int link; /* a MAC that is nobody's own, where there is no other */
	bool listed, weak, heard;
	bool again; /* in the run of the one before */
};

struct telling {
	struct fact facts[FACTS];
	char text[FACTS][64];
	const char *item[FACTS];
	size_t n;
};

static void
add(struct telling *t, const char *key, const char *before, int number,
	const char *after)
{
	const struct fact_def *def = fact_find(key);
	struct fact *f = &t->facts[t->n];
	char *text = t->text[t->n];

	if (number == 0)
		return;
	assert_non_null(def);
	(void)snprintf(text, sizeof(t->text[0]), "%s%d%s", before, number, after);
	*f = (struct fact){ .key = def->key, .type = def->type, .text = text };
	if (def->type == FACT_MAC)
		assert_true(mac_parse(text, &f->mac));
	if (def->type == FACT_BOOL)
		f->num = 1;
	if (def->type == FACT_TEXTS) {
		t->item[t->n] = text;
		f->texts.items = &t->item[t->n];
		f->texts.n = 1;
	}
	t->n++;
}

static void
tell(struct telling *t, const struct said *v)
{
	t->n = 0;
	add(t, "dns.fqdn", "h", v->fqdn, ".corp.example");
	if (v->mac)
		add(t, "mac", "00:16:3e:00:00:0", v->mac, "");
	else
		add(t, "mac", "02:16:3e:00:00:0", v->link, "");
	add(t, "mac.onlink", "", v->mac + v->link, "");
	add(t, "netbios.domain", "CORP", v->name ? 1 : 0, "");
	add(t, "netbios.name", "WS-", v->name, "");
	add(t, "smb.dns_name", "ws-", v->dns, ".corp.example");
	add(t, "smb.guid", "0000000", v->guid, "-1111-4222-8333-000000000001");
	if (v->ssh)
		add(t, "ssh.hostkey", "SHA256:key", v->ssh, "");
	else
		add(t, "tls.key", "SHA256:tls", v->tls, "");
}

static struct store *
new_store(void)
{
	struct store *s;
	struct err e = { 0 };

	if (store_open(&s, ":memory:", STORE_WRITE, &e) == -1)
		fail_msg("%s", e.text);
	return s;
}

static struct observation
observe(struct telling *t, const struct said *v, const char *run, int64_t at)
{
	tell(t, v);
	return (struct observation){ .at = T0 + at * SECOND,
		.site = "main",
		.point = "p",
		.run = run,
		.source = "sweep",
		.ip = addr_ip4(0xc6120000 + (uint32_t)v->place),
		.evidence = v->listed ? EVIDENCE_LISTED
			: v->weak     ? EVIDENCE_WEAK
			: v->heard    ? EVIDENCE_HEARD
				      : EVIDENCE_REPLY,
		.facts = t->facts,
		.n_facts = t->n };
}

static void
ingest(struct store *s, const struct observation *o, size_t n)
{
	struct ingest_result r = { 0 };
	struct err e = { 0 };

	if (store_ingest(s, o, n, &r, &e) == -1)
		fail_msg("%s", e.text);
}

static void
visit(struct store *s, const struct said *v, int run, int64_t at)
{
	struct telling t;
	char name[16];

	(void)snprintf(name, sizeof(name), "run-%03d", run);
	const struct observation o = observe(&t, v, name, at);
	ingest(s, &o, 1);
}

static void
check_sound(struct store *s, const char *label)
{
	struct err e = { 0 };
	struct sb problems;
	size_t n;

	sb_init(&problems, 1 << 16);
	assert_int_equal(0, store_check(s, &problems, &n, &e));
	if (n)
		fail_msg("%s: %s", label, problems.text);
	sb_done(&problems);
}

static int
count_device(void *arg, const struct device *d, struct err *e)
{
	(void)d, (void)e;
	++*(int *)arg;
	return 0;
}

/* --- one condition each -------------------------------------------------------------------- */

static const struct {
	const char *label;
	int devices; /* in the end */
	struct said steps[STEPS];
} cases[] = {
	{ "what a machine says beside its card is its own", 1,
		{ { .place = 1, .mac = 1 }, { .place = 1, .mac = 1, .name = 1 },
			{ .place = 1, .mac = 1, .ssh = 1 },
			{ .place = 1, .name = 1, .ssh = 1 } } },
	{ "a key that another has makes one of both", 1,
		{ { .place = 1, .mac = 1 }, { .place = 2, .mac = 2, .ssh = 1 },
			{ .place = 1, .mac = 1, .ssh = 1 } } },
	{ "a second card is another machine", 2,
		{ { .place = 1, .mac = 1 }, { .place = 1, .mac = 1, .name = 1 },
			{ .place = 1, .mac = 2, .name = 1 } } },
	{ "a key alone, where a card answered, is another machine", 2,
		{ { .place = 1, .mac = 1 }, { .place = 1, .ssh = 1 } } },
	{ "a name alone is of who was there", 1,
		{ { .place = 1, .mac = 1 }, { .place = 1, .name = 1 } } },
	{ "a key beside a name that a card told is another machine", 2,
		{ { .place = 1, .mac = 1, .name = 1 },
			{ .place = 1, .name = 1, .guid = 1 } } },
	{ "two names that nobody told together are of nobody", 2,
		{ { .place = 1, .mac = 1, .fqdn = 1 },
			{ .place = 1, .mac = 1, .name = 1 },
			{ .place = 1, .name = 1, .fqdn = 1 } } },
	{ "a listed key says nothing of who answers there", 2,
		{ { .place = 1, .mac = 1 }, { .place = 1, .ssh = 1, .listed = true } } },
	{ "a machine that comes from elsewhere stays itself", 1,
		{ { .place = 1, .mac = 1 }, { .place = 2, .mac = 1, .ssh = 1 },
			{ .place = 1, .mac = 1, .name = 1 } } },
	{ "a link address after a card is of another machine", 2,
		{ { .place = 1, .link = 1, .ssh = 1 },
			{ .place = 1, .mac = 1, .ssh = 1 },
			{ .place = 1, .link = 1 } } },
	{ "a card that went to another and back is a dock, though half the visit says so",
		2,
		{ { .place = 2, .mac = 2, .guid = 2 }, { .place = 4, .mac = 4 },
			{ .place = 4, .mac = 2, .guid = 4, .again = true },
			{ .place = 2, .mac = 2 },
			{ .place = 2, .guid = 2, .again = true } } },
	{ "two who take turns at an address stay two", 2,
		{ { .place = 1, .mac = 1 }, { .place = 1, .mac = 2 },
			{ .place = 1, .mac = 1, .ssh = 1 },
			{ .place = 1, .mac = 2, .ssh = 2 } } },
};

static void
visits_one_by_one_give_what_all_at_once_give(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct store *s = new_store();
		struct err e = { 0 };
		int n = 0;
		for (int k = 0, run = 0; k < STEPS && cases[i].steps[k].place; k++) {
			run += !cases[i].steps[k].again;
			visit(s, &cases[i].steps[k], run, 60 * k);
		}
		check_sound(s, cases[i].label);
		assert_int_equal(0, store_each_device(s, count_device, &n, &e));
		if (n != cases[i].devices)
			fail_msg("%s: %d devices", cases[i].label, n);
		store_close(s);
	}
}

static void
what_a_list_says_beside_an_answer_is_a_visit_of_its_own(void **state)
{
	static const struct said answers = { .place = 1, .mac = 1 },
				 listed = { .place = 1, .ssh = 1, .listed = true };
	struct store *s = new_store();
	struct telling t[2];
	struct err e = { 0 };
	int n = 0;

	(void)state;
	visit(s, &answers, 0, 0);
	const struct observation both[] = { observe(&t[0], &answers, "run-001", 60),
		observe(&t[1], &listed, "run-001", 61) };
	ingest(s, both, 2);
	check_sound(s, "both");
	assert_int_equal(0, store_each_device(s, count_device, &n, &e));
	assert_int_equal(2, n);
	store_close(s);
}

static void
the_ledger_says_why_a_visit_is_of_a_known_device(void **state)
{
	static const struct said steps[] = { { .place = 1, .mac = 1 },
		{ .place = 1, .mac = 1, .name = 1 },
		{ .place = 1, .mac = 1, .ssh = 1 } };
	struct store *s = new_store();
	struct arena *mem = arena_new(1 << 20);
	struct ledger l;
	struct device d;
	struct err e = { 0 };

	(void)state;
	for (int k = 0; k < 3; k++)
		visit(s, &steps[k], k, 60 * k);
	assert_int_equal(0, store_find_device(s, "198.18.0.1", mem, &d, &e));
	assert_int_equal(0, store_device_ledger(s, d.row, STORE_NOW, mem, &l, &e));
	assert_int_equal(1, l.n);
	assert_string_equal("tier1:mac", l.rows[0].rule);
	assert_string_equal("mac 00:16:3e:00:00:01", l.rows[0].key);
	assert_int_equal(LINK_JOINED, l.rows[0].outcome);
	assert_string_equal("run-001", l.rows[0].run);
	arena_free(mem);
	store_close(s);
}

/* One row for each identifier that joined, also of two of a kind, told by one writer. */
static void
the_ledger_names_each_key_that_joined(void **state)
{
	static const struct said steps[] = { { .place = 1, .mac = 1, .ssh = 1 },
		{ .place = 1, .mac = 1, .ssh = 2 }, { .place = 1, .ssh = 1, .name = 1 },
		{ .place = 1, .ssh = 2, .dns = 1 } };
	struct store *s = new_store();
	struct arena *mem = arena_new(1 << 20);
	struct ledger l;
	struct device d;
	struct err e = { 0 };
	size_t first = 0, second = 0;

	(void)state;
	for (int k = 0; k < 4; k++)
		visit(s, &steps[k], k, 60 * k);
	assert_int_equal(0, store_find_device(s, "198.18.0.1", mem, &d, &e));
	assert_int_equal(0, store_device_ledger(s, d.row, STORE_NOW, mem, &l, &e));
	for (size_t i = 0; i < l.n; i++) {
		first += strcmp(l.rows[i].key, "ssh SHA256:key1") == 0;
		second += strcmp(l.rows[i].key, "ssh SHA256:key2") == 0;
	}
	assert_int_equal(1, first);
	assert_int_equal(1, second);
	arena_free(mem);
	store_close(s);
}

static void
what_a_visit_goes_on_to_tell_is_no_join(void **state)
{
	struct store *s = new_store();
	struct arena *mem = arena_new(1 << 20);
	struct ledger l;
	struct device d;
	struct err e = { 0 };

	(void)state;
	visit(s, &(struct said){ .place = 1, .mac = 1 }, 1, 0);
	visit(s, &(struct said){ .place = 1, .mac = 1, .ssh = 1 }, 1, 60);
	assert_int_equal(0, store_find_device(s, "198.18.0.1", mem, &d, &e));
	assert_int_equal(0, store_device_ledger(s, d.row, STORE_NOW, mem, &l, &e));
	assert_int_equal(0, l.n);
	visit(s, &(struct said){ .place = 1, .mac = 1, .name = 1 }, 2, 120);
	assert_int_equal(0, store_device_ledger(s, d.row, STORE_NOW, mem, &l, &e));
	assert_int_equal(1, l.n); /* the next one is */
	arena_free(mem);
	store_close(s);
}

/* A link address that is shown between two others is of another machine, also when the first of
 * those is told last. */
static void
what_is_told_late_may_tell_two_machines_apart(void **state)
{
	static const struct said key = { .place = 1, .ssh = 1 },
				 link = { .place = 1, .link = 1 },
				 card = { .place = 1, .ssh = 1, .mac = 1 };
	static const struct {
		const char *label;
		bool card_known;
	} late[] = { { "a card that is known", true },
		{ "a card that is news", false } };

	(void)state;
	for (size_t i = 0; i < sizeof(late) / sizeof(late[0]); i++) {
		struct store *s = new_store();
		visit(s, &key, 0, 0);
		visit(s, &link, 1, 60);
		if (late[i].card_known)
			visit(s, &card, 2, 120);
		visit(s, &card, 3, 30);
		check_sound(s, late[i].label);
		store_close(s);
	}
}

/* A card in front of others is found out when one run saw it at two addresses, of which one
 * alone says what another machine says: also when the silent one is told last. */
static void
the_second_address_of_a_run_may_tell_a_card_in_front_of_others(void **state)
{
	static const struct said mute = { .place = 1, .mac = 1 },
				 other = { .place = 3, .mac = 2, .name = 1 },
				 behind = { .place = 2, .mac = 1, .name = 1 };
	enum { N = 6 };
	static const struct said *const orders[][N] = {
		{ &mute, &other, &behind, &mute, &behind, &mute },
		{ &mute, &behind, &other, &mute, &behind, &mute },
		{ &other, &mute, &behind, &mute, &behind, &mute },
		{ &behind, &mute, &mute, &other, &behind, &mute },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++)
		for (int runs = 0; runs < 1 << N;
			runs++) { /* which steps begin a new one */
			struct store *s = new_store();
			for (int k = 0, run = 0; k < N; k++) {
				visit(s, orders[i][k], run, 60 * k);
				run += runs >> k & 1;
			}
			check_sound(s, "a card in front");
			store_close(s);
		}
}

/* --- what it costs -------------------------------------------------------------------------- */

static void
count_tick(void *arg)
{
	++*(int *)arg;
}

/* A part of a visit, told behind what was told of it before. */
static void
tell_part(struct store *s, int run, int64_t at, const struct said *v)
{
	struct telling t;
	char name[16];

	(void)snprintf(name, sizeof(name), "run-%04d", run);
	const struct observation o = observe(&t, v, name, at);
	ingest(s, &o, 1);
}

/* What a run learns late comes in a batch of its own. */
static void
what_a_visit_goes_on_to_tell_needs_no_look_at_the_past(void **state)
{
	static const struct said parts[][3] = {
		{ { .place = 1, .mac = 1 }, { .place = 1 }, { .place = 1, .fqdn = 1 } },
		{ { .place = 1 }, { .place = 1 }, { .place = 1, .ssh = 1 } },
		{ { .place = 1 }, { .place = 1 }, { .place = 1 } },
		{ { .place = 1, .mac = 1 }, { .place = 1 }, { .place = 2, .mac = 1 } },
	};
	enum { PAST = 3000, LATER = 30 };

	(void)state;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		struct store *s = new_store();
		int ticks = 0;
		for (int k = 0; k < PAST; k++) {
			tell_part(s, k, 60 * k, &parts[i][0]);
			if (k == 0)
				tell_part(s, k, 1, &parts[i][2]);
		}
		s->sql->watch(s->conn, count_tick, &ticks);
		for (int k = PAST; k < PAST + LATER; k++)
			for (int part = 0; part < 3; part++)
				tell_part(s, k, 60 * k + part, &parts[i][part]);
		s->sql->watch(s->conn, NULL, NULL);
		if (ticks > LATER / 2) /* one look at it is several */
			fail_msg("case %zu: %d ticks", i, ticks);
		check_sound(s, "what comes in parts");
		store_close(s);
	}
}

/* A listener tells what it heard when a sweep has told of later answers already. */
static void
what_is_told_late_needs_no_look_at_the_past(void **state)
{
	static const struct said answers = { .place = 1, .mac = 1 },
				 heard = { .place = 1, .mac = 1, .heard = true };
	enum { PAST = 3000, LATER = 30, LISTENER = 9999 };
	struct store *s = new_store();
	int ticks = 0;

	(void)state;
	for (int k = 0; k < PAST + LATER; k++) {
		if (k == PAST)
			s->sql->watch(s->conn, count_tick, &ticks);
		tell_part(s, k, 60 * k, &answers);
		if (k == 0 || k >= PAST)
			tell_part(s, LISTENER, 60 * k - (k ? 10 : 0), &heard);
	}
	s->sql->watch(s->conn, NULL, NULL);
	assert_in_range(ticks, 0, LATER / 5);
	check_sound(s, "a listener");
	store_close(s);
}

/* --- any network ------------------------------------------------------------------------------ */

static uint32_t
draw(uint64_t *seed, uint32_t below)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u; /* Knuth, MMIX */
	return (uint32_t)(*seed >> 33) % below;
}

/* One machine an address, that says of itself now this and now that; once in `odd` times
 * something of another, or from another address.  moves: each goes on to one of its own. */
static struct said
any_visit(uint64_t *seed, uint32_t odd, int moves)
{
	enum { MACHINES = 4, ODD = 16 };
	int is = 1 + (int)draw(seed, MACHINES), *says[8];
	struct said v = { .place = is + moves * MACHINES };

	says[0] = &v.mac, says[1] = &v.name, says[2] = &v.guid, says[3] = &v.ssh;
	says[4] = &v.dns, says[5] = &v.fqdn, says[6] = &v.tls, says[7] = &v.place;
	for (int i = 0; i < 8; i++) {
		bool tells = i == 7 || draw(seed, 3) < (i == 0 ? 2 : 1);
		if (tells && draw(seed, odd) == 0)
			*says[i] = 1 + (int)draw(seed, MACHINES);
		else if (tells && says[i] != &v.place)
			*says[i] = is;
	}
	v.listed = draw(seed, ODD) == 0;
	v.weak = draw(seed, ODD) == 0;
	return v;
}

static void
any_visits_give_what_all_at_once_give(void **state)
{
	enum { SEEDS = SANITIZED ? 30 : 150, VISITS = 24 };
	char label[32];

	(void)state;
	for (uint64_t i = 1; i <= SEEDS; i++) {
		struct store *s = new_store();
		uint64_t seed = i;
		for (int k = 0; k < VISITS; k++) {
			struct said v = any_visit(&seed, 16, i % 2 ? 0 : k / 8);
			v.link = draw(&seed, 24) ? 0 : 1 + (v.place - 1) % 4;
			visit(s, &v, k / (1 + (int)i % 3), 60 * k);
		}
		(void)snprintf(label, sizeof(label), "seed %llu", (unsigned long long)i);
		check_sound(s, label);
		store_close(s);
	}
}

/* Little at a time, of what is theirs alone but for once in a while. */
static struct said
any_part(uint64_t *seed)
{
	const struct said all = any_visit(seed, 200, 0);
	struct said v = { .place = all.place, .weak = all.weak };

	if (draw(seed, 4) == 0)
		v.place += 4; /* where it is as well */
	v.heard = draw(seed, 8) == 0;
	v.mac = draw(seed, 3) ? 0 : all.mac;
	v.link = draw(seed, 24) ? 0 : all.place;
	v.ssh = draw(seed, 3) ? 0 : all.ssh;
	v.fqdn = draw(seed, 3) ? 0 : all.fqdn;
	v.name = draw(seed, 3) ? 0 : all.name;
	return v;
}

/* A listener beside sweeps; some is told late, and now and then nothing happens for days. */
static void
any_visits_in_parts_give_what_all_at_once_give(void **state)
{
	enum { SEEDS = SANITIZED ? 30 : 150, PARTS = 60, LISTENER = 999 };
	char label[32];

	(void)state;
	for (uint64_t i = 1; i <= SEEDS; i++) {
		struct store *s = new_store();
		uint64_t seed = i;
		int64_t at = 100;
		for (int k = 0, run = 0; k < PARTS; k++) {
			const struct said v = any_part(&seed);
			int64_t late = draw(&seed, 3) ? 0 : draw(&seed, 100);
			visit(s, &v, v.heard ? LISTENER : run, at - late);
			run += draw(&seed, 8) == 0;
			at += draw(&seed, 16) ? 10 : 86400;
		}
		(void)snprintf(label, sizeof(label), "seed %llu", (unsigned long long)i);
		check_sound(s, label);
		store_close(s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(visits_one_by_one_give_what_all_at_once_give),
		cmocka_unit_test(
			what_a_list_says_beside_an_answer_is_a_visit_of_its_own),
		cmocka_unit_test(the_ledger_says_why_a_visit_is_of_a_known_device),
		cmocka_unit_test(the_ledger_names_each_key_that_joined),
		cmocka_unit_test(what_a_visit_goes_on_to_tell_is_no_join),
		cmocka_unit_test(what_is_told_late_may_tell_two_machines_apart),
		cmocka_unit_test(
			the_second_address_of_a_run_may_tell_a_card_in_front_of_others),
		cmocka_unit_test(what_a_visit_goes_on_to_tell_needs_no_look_at_the_past),
		cmocka_unit_test(what_is_told_late_needs_no_look_at_the_past),
		cmocka_unit_test(any_visits_give_what_all_at_once_give),
		cmocka_unit_test(any_visits_in_parts_give_what_all_at_once_give),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
