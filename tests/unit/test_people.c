/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people decide about devices, against a store in memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "db/people.h"
#include "inventory/ndjson.h"

struct world {
	struct store *s;
	struct arena *mem;
	struct decision d;
	struct err e;
};

#define HEAD \
	"{\"v\":1,\"source\":\"sweep\",\"point\":\"p\",\"site\":\"main\",\"evidence\":\"reply\","

/* An hour of 2026-11-21, an address, and the facts. */
static void
see(struct world *w, int hour, const char *ip, const char *facts)
{
	char line[1024];
	struct observation o;
	struct ingest_result sum = { 0 };

	(void)snprintf(line, sizeof(line),
		HEAD "\"at\":\"2026-11-21T%02d:00:00.000000Z\",\"run\":\"r%d\","
		     "\"ip\":\"%s\",\"facts\":{%s}}",
		hour, hour, ip, facts);
	if (ndjson_read(line, strlen(line), w->mem, &o, &w->e) == -1 ||
		store_ingest(w->s, &o, 1, &sum, &w->e) == -1)
		fail_msg("%s", w->e.text);
}

#define MAC(n) "\"mac\":\"3c:00:00:00:00:0" #n "\",\"mac.onlink\":true"

static int
start(void **state)
{
	static struct world w;

	w = (struct world){ .mem = arena_new(256 << 20) };
	assert_non_null(w.mem);
	assert_int_equal(0, store_open(&w.s, ":memory:", STORE_WRITE, &w.e));
	see(&w, 1, "10.0.0.1",
		MAC(1) ",\"netbios.name\":\"ONE\",\"netbios.domain\":\"D\"");
	see(&w, 1, "10.0.0.2", MAC(2));
	see(&w, 1, "10.0.0.3", "");
	*state = &w;
	return 0;
}

static int
stop(void **state)
{
	struct world *w = *state;
	struct sb problems;
	size_t n;

	sb_init(&problems, 1 << 20);
	assert_int_equal(0, store_check(w->s, &problems, &n, &w->e));
	if (n)
		fail_msg("%s", problems.text);
	sb_done(&problems);
	store_close(w->s);
	arena_free(w->mem);
	return 0;
}

static struct device
device(struct world *w, const char *name)
{
	struct device d;

	if (store_find_device(w->s, name, w->mem, &d, &w->e) == -1)
		fail_msg("%s", w->e.text);
	return d;
}

static bool
are_one(struct world *w, const char *a, const char *b)
{
	return device(w, a).row == device(w, b).row;
}

static void
merge(struct world *w, const char *a, const char *b)
{
	if (store_merge(w->s, device(w, a).row, device(w, b).row, "anna", &w->d,
		    &w->e) == -1)
		fail_msg("%s", w->e.text);
}

static void
split(struct world *w, const char *name, const char *what)
{
	if (store_split(w->s, device(w, name).row, what, "anna", &w->d, &w->e) == -1)
		fail_msg("%s", w->e.text);
}

/* --- merge --------------------------------------------------------------------------------- */

static void
merged_devices_stay_one_wherever_they_are_seen(void **state)
{
	struct world *w = *state;
	struct device a = device(w, "10.0.0.1"), b = device(w, "10.0.0.2");

	merge(w, "10.0.0.1", "10.0.0.2");
	assert_string_equal("merge", w->d.verb);
	assert_string_equal("anna", w->d.actor);
	assert_true(are_one(w, a.id, b.id)); /* both ids find it */
	see(w, 5, "10.0.0.7", MAC(1));
	see(w, 5, "10.0.0.8", MAC(2));
	assert_true(are_one(w, "10.0.0.7", "10.0.0.8"));
}

static void
an_undone_merge_gives_both_their_ids_back(void **state)
{
	struct world *w = *state;
	struct device a = device(w, "10.0.0.1"), b = device(w, "10.0.0.2");

	merge(w, "10.0.0.1", "10.0.0.2");
	assert_int_equal(0, store_undo(w->s, 0, "bert", &w->d, &w->e));
	assert_true(w->d.undone);
	assert_string_equal(a.id, device(w, "10.0.0.1").id);
	assert_string_equal(b.id, device(w, "10.0.0.2").id);
	assert_int_equal(-1, store_undo(w->s, 0, "bert", &w->d, &w->e));
	assert_int_equal(ERR_NOTFOUND, w->e.code);
}

static void
what_cannot_be_merged_is_refused(void **state)
{
	struct world *w = *state;
	int64_t a = device(w, "10.0.0.1").row, none = device(w, "10.0.0.3").row;

	assert_int_equal(-1, store_merge(w->s, a, a, "anna", &w->d, &w->e));
	assert_int_equal(ERR_ARG, w->e.code);
	assert_int_equal(-1, store_merge(w->s, a, none, "anna", &w->d, &w->e));
	assert_non_null(strstr(w->e.text, "nothing but an address"));
	assert_int_equal(
		-1, store_undo(w->s, 0, "anna", &w->d, &w->e)); /* nothing was kept */
}

/* --- split --------------------------------------------------------------------------------- */

static void
a_split_holds_and_stands_against_a_merge(void **state)
{
	struct world *w = *state;

	see(w, 2, "10.0.0.1", MAC(1) ",\"ssh.hostkey\":[\"SHA256:k\"]");
	see(w, 3, "10.0.0.2", MAC(2) ",\"ssh.hostkey\":[\"SHA256:k\"]");
	assert_true(are_one(w, "10.0.0.1", "10.0.0.2"));
	split(w, "10.0.0.1", "10.0.0.2");
	assert_false(are_one(w, "10.0.0.1", "10.0.0.2"));
	see(w, 4, "10.0.0.9", MAC(2) ",\"ssh.hostkey\":[\"SHA256:k\"]");
	assert_true(are_one(w, "10.0.0.9", "10.0.0.2"));
	assert_false(are_one(w, "10.0.0.9", "10.0.0.1"));
	assert_int_equal(-1,
		store_merge(w->s, device(w, "10.0.0.1").row, device(w, "10.0.0.2").row,
			"anna", &w->d, &w->e));
	assert_non_null(strstr(w->e.text, "split"));
}

static void
an_identifier_can_be_split_off_and_joined_again(void **state)
{
	struct world *w = *state;

	see(w, 2, "10.0.0.1", MAC(1) ",\"ssh.hostkey\":[\"SHA256:k\"]");
	see(w, 3, "10.0.0.2", MAC(2) ",\"ssh.hostkey\":[\"SHA256:k\"]");
	split(w, "10.0.0.1", "mac 3c:00:00:00:00:02");
	assert_false(are_one(w, "10.0.0.1", "10.0.0.2"));
	assert_int_equal(0, store_undo(w->s, w->d.id, "anna", &w->d, &w->e));
	assert_true(are_one(w, "10.0.0.1", "10.0.0.2"));
}

static void
an_identifier_is_known_as_it_is_and_as_it_is_shown(void **state)
{
	/* base/sb.h: sb_add_plain shows a backslash as two. */
	static const char *const forms[] = { "netbios d\\one", "d\\one",
		"netbios d\\\\one", "d\\\\one" };
	struct world *w = *state;

	see(w, 2, "10.0.0.1",
		MAC(1) ",\"netbios.name\":\"ONE\",\"netbios.domain\":\"D\","
		       "\"ssh.hostkey\":[\"SHA256:k\"]");
	see(w, 3, "10.0.0.2", MAC(2) ",\"ssh.hostkey\":[\"SHA256:k\"]");
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		print_message("  %s\n", forms[i]);
		split(w, "10.0.0.2", forms[i]);
		assert_false(are_one(w, "10.0.0.1", "10.0.0.2"));
		assert_int_equal(0, store_undo(w->s, w->d.id, "anna", &w->d, &w->e));
	}
}

static void
what_cannot_be_split_is_refused(void **state)
{
	struct world *w = *state;
	int64_t a = device(w, "10.0.0.1").row;

	assert_int_equal(-1, store_split(w->s, a, "10.9.9.9", "anna", &w->d, &w->e));
	assert_non_null(strstr(w->e.text, "has no address or identifier"));
	assert_int_equal(-1, store_split(w->s, a, "10.0.0.1", "anna", &w->d, &w->e));
	assert_non_null(strstr(w->e.text, "nothing would be left"));
}

static void
two_devices_can_be_kept_apart_beforehand(void **state)
{
	struct world *w = *state;
	struct device a = device(w, "10.0.0.1"), b = device(w, "10.0.0.2");
	struct sb text;

	split(w, "10.0.0.1", "10.0.0.2");
	assert_string_equal("split", w->d.verb);
	assert_string_equal("ONE and 10.0.0.2 are two, and never one device, by mac "
			    "3c:00:00:00:00:01 and mac 3c:00:00:00:00:02",
		w->d.text);
	see(w, 2, "10.0.0.1", MAC(1) ",\"ssh.hostkey\":[\"SHA256:k\"]");
	see(w, 3, "10.0.0.2", MAC(2) ",\"ssh.hostkey\":[\"SHA256:k\"]");
	assert_false(are_one(w, a.id, b.id));
	assert_int_equal(-1, store_merge(w->s, a.row, b.row, "anna", &w->d, &w->e));
	a = device(w, "10.0.0.1"), b = device(w, "10.0.0.2");
	sb_init(&text, 1 << 16);
	assert_int_equal(0, store_why_not(w->s, &a, &b, &text, &w->e));
	assert_non_null(strstr(text.text, "anna decided at "));
	assert_non_null(strstr(text.text, " that they are never one"));
	sb_done(&text);
	assert_int_equal(0, store_undo(w->s, 0, "bert", &w->d, &w->e));
	assert_true(are_one(w, a.id, b.id));
}

static void
who_is_kept_apart_keeps_new_names_and_cards(void **state)
{
	struct world *w = *state;

	split(w, "10.0.0.1", "10.0.0.2");
	see(w, 2, "10.0.0.2",
		MAC(2) ",\"netbios.name\":\"ONE\",\"netbios.domain\":\"D\"");
	see(w, 3, "10.0.0.9",
		MAC(2) ",\"netbios.name\":\"ONE\",\"netbios.domain\":\"D\"");
	assert_true(are_one(w, "10.0.0.2", "10.0.0.9"));
	assert_false(are_one(w, "10.0.0.1", "10.0.0.9"));
}

static void
what_nothing_tells_apart_is_not_kept_apart(void **state)
{
	struct world *w = *state;
	int64_t a = device(w, "10.0.0.1").row;

	assert_int_equal(-1, store_split(w->s, a, "10.0.0.3", "anna", &w->d, &w->e));
	assert_non_null(strstr(w->e.text, "nothing but an address"));
	split(w, "10.0.0.1", "10.0.0.2");
	assert_int_equal(-1, store_split(w->s, a, "10.0.0.2", "anna", &w->d, &w->e));
	assert_non_null(strstr(w->e.text, "decided already"));
}

/* --- pin ----------------------------------------------------------------------------------- */

static void
a_pinned_device_outlives_other_serials(void **state)
{
	struct world *w = *state;

	see(w, 2, "10.0.0.2",
		MAC(2) ",\"host.vendor\":\"maker\",\"host.serial\":\"sn-71\"");
	assert_int_equal(
		0, store_pin(w->s, device(w, "10.0.0.2").row, "anna", &w->d, &w->e));
	see(w, 3, "10.0.0.5",
		MAC(2) ",\"host.vendor\":\"maker\",\"host.serial\":\"sn-72\"");
	see(w, 4, "10.0.0.6", "\"host.vendor\":\"maker\",\"host.serial\":\"sn-71\"");
	assert_true(are_one(w, "10.0.0.5", "10.0.0.6"));
}

/* --- fields -------------------------------------------------------------------------------- */

static int
set(struct world *w, const char *name, const char *key, const char *value)
{
	const struct edit edit = { key, value };

	return store_set_fields(w->s, device(w, name).row, &edit, 1, "anna", &w->e);
}

static const char *
field(struct world *w, const char *name, const char *key)
{
	struct device d = device(w, name);
	const struct device_field *f = device_field(&d, key);

	return f ? f->fact.text : NULL;
}

static void
what_a_person_wrote_stays(void **state)
{
	struct world *w = *state;

	assert_string_equal("ONE", field(w, "10.0.0.1", "name"));
	assert_int_equal(0, set(w, "10.0.0.1", "name", "hall"));
	assert_int_equal(0, set(w, "10.0.0.1", "owner", "Anna \"A\" S"));
	see(w, 6, "10.0.0.1",
		MAC(1) ",\"netbios.name\":\"TWO\",\"netbios.domain\":\"D\"");
	assert_string_equal("hall", field(w, "10.0.0.1", "name"));
	assert_string_equal(
		"\"Anna \\\"A\\\" S\"", field(w, "hall", "owner")); /* JSON */
	merge(w, "10.0.0.1", "10.0.0.2");
	assert_string_equal("hall", field(w, "10.0.0.2", "name"));
	assert_int_equal(0, set(w, "hall", "name", NULL));
	assert_string_equal("TWO", field(w, "10.0.0.1", "name"));
}

static void
what_cannot_be_set_is_refused(void **state)
{
	static const struct edit edits[] = { { "tcp.open", "22" }, { "mac", "x" },
		{ "snmp.ports", "many" }, { "icmp.echo", "perhaps" }, { "Name", "x" },
		{ "", "x" }, { "name", "two\nlines" }, { "name", "\xff" },
		{ "owner", NULL }, { "kind", "printr" }, { "kind", "nonsense" } };
	struct world *w = *state;

	for (size_t i = 0; i < sizeof(edits) / sizeof(edits[0]); i++) {
		const struct edit both[] = { { "room", "2.14" }, edits[i] };
		print_message("  %s\n", edits[i].key);
		assert_int_equal(-1,
			store_set_fields(w->s, device(w, "10.0.0.1").row, both, 2,
				"anna", &w->e));
		assert_null(field(w, "10.0.0.1", "room")); /* all or none */
	}
}

/* --- why not ------------------------------------------------------------------------------- */

static void
why_not_tells_what_speaks_for_and_against(void **state)
{
	struct world *w = *state;
	struct sb text;

	see(w, 2, "10.0.0.1", MAC(1) ",\"snmp.engine\":\"8000000001aabbccdd\"");
	see(w, 2, "10.0.0.2",
		MAC(2) ",\"snmp.engine\":\"8000000001aabbccde\",\"netbios.name\":\"ONE\","
		       "\"netbios.domain\":\"D\"");
	struct device a = device(w, "10.0.0.1"), b = device(w, "10.0.0.2");
	sb_init(&text, 1 << 16);
	assert_int_equal(0, store_why_not(w->s, &a, &b, &text, &w->e));
	assert_non_null(strstr(text.text, "They differ in snmp.engine"));
	sb_clear(&text);
	assert_int_equal(0, store_why_not(w->s, &a, &a, &text, &w->e));
	assert_non_null(strstr(text.text, "They are one device"));
	sb_done(&text);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
	const struct CMUnitTest tests[] = {
		TEST(merged_devices_stay_one_wherever_they_are_seen),
		TEST(an_undone_merge_gives_both_their_ids_back),
		TEST(what_cannot_be_merged_is_refused),
		TEST(a_split_holds_and_stands_against_a_merge),
		TEST(an_identifier_can_be_split_off_and_joined_again),
		TEST(an_identifier_is_known_as_it_is_and_as_it_is_shown),
		TEST(what_cannot_be_split_is_refused),
		TEST(two_devices_can_be_kept_apart_beforehand),
		TEST(who_is_kept_apart_keeps_new_names_and_cards),
		TEST(what_nothing_tells_apart_is_not_kept_apart),
		TEST(a_pinned_device_outlives_other_serials),
		TEST(what_a_person_wrote_stays),
		TEST(what_cannot_be_set_is_refused),
		TEST(why_not_tells_what_speaks_for_and_against),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
