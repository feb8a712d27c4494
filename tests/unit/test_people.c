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

#define HEAD "{\"v\":1,\"source\":\"sweep\",\"point\":\"p\",\"site\":\"main\","

/* An hour from 2026-11-21 on, an address, and the facts. */
static void
tell(struct world *w, int hour, const char *evidence, const char *ip, const char *facts)
{
	char line[1024];
	struct observation o;
	struct ingest_result sum = { 0 };

	(void)snprintf(line, sizeof(line),
		HEAD "\"at\":\"2026-11-%02dT%02d:00:00.000000Z\",\"run\":\"r%d\","
		     "\"evidence\":\"%s\",\"ip\":\"%s\",\"facts\":{%s}}",
		21 + hour / 24, hour % 24, hour, evidence, ip, facts);
	if (ndjson_read(line, strlen(line), w->mem, &o, &w->e) == -1 ||
		store_ingest(w->s, &o, 1, &sum, &w->e) == -1)
		fail_msg("%s", w->e.text);
}

static void
see(struct world *w, int hour, const char *ip, const char *facts)
{
	tell(w, hour, "reply", ip, facts);
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
	int64_t a = device(w, "10.0.0.1").row;

	assert_int_equal(-1, store_merge(w->s, a, a, "anna", &w->d, &w->e));
	assert_int_equal(ERR_ARG, w->e.code);
	assert_int_equal(
		-1, store_undo(w->s, 0, "anna", &w->d, &w->e)); /* nothing was kept */
}

/* Each bears what its row says: what answers, and what a list (DNS) has of its address. */
static const struct bare {
	const char *label, *replies, *listed;
} bare[] = {
	{ "no identifier", "", NULL },
	{ "a name in DNS", "", "\"dns.fqdn\":[\"%c.example\"]" },
	{ "two names in lists", "",
		"\"dns.fqdn\":[\"%c.example\"],\"netbios.name\":\"%c\","
		"\"netbios.domain\":\"D\"" },
	{ "a name it tells itself", "\"snmp.sysname\":\"%c\"", NULL },
};

static void
see_bare(struct world *w, int hour, const struct bare *b)
{
	static const char *const ips[] = { "10.0.0.4", "10.0.0.5" };
	char facts[256];

	for (size_t i = 0; i < 2; i++) {
		char who = (char)('a' + i);
		for (int listed = 0; listed < 2; listed++) {
			const char *from = listed ? b->listed : b->replies;
			size_t n = 0;
			if (!from)
				continue;
			for (; *from; from++) {
				bool name = from[0] == '%' && from[1] == 'c';
				facts[n++] = name ? who : *from;
				from += name;
			}
			facts[n] = '\0';
			tell(w, hour, listed ? "listed" : "reply", ips[i], facts);
		}
	}
}

static void
what_bears_little_is_merged_and_stays_so(void **state)
{
	enum { AGAIN = 5, DAYS_LATER = 80 };
	struct world *w = *state;

	for (size_t i = 0; i < sizeof(bare) / sizeof(bare[0]); i++) {
		print_message("  %s\n", bare[i].label);
		assert_int_equal(0, stop(state));
		assert_int_equal(0, start(state));
		see_bare(w, 2, &bare[i]);
		struct device a = device(w, "10.0.0.4"), b = device(w, "10.0.0.5");
		assert_true(a.row != b.row);
		merge(w, "10.0.0.4", "10.0.0.5");
		assert_true(are_one(w, a.id, b.id));
		see_bare(w, AGAIN, &bare[i]);
		assert_true(are_one(w, "10.0.0.4", "10.0.0.5"));
		assert_int_equal(0, store_undo(w->s, 0, "bert", &w->d, &w->e));
		assert_string_equal(a.id, device(w, "10.0.0.4").id);
		assert_string_equal(b.id, device(w, "10.0.0.5").id);
		merge(w, "10.0.0.4", "10.0.0.5");
		see_bare(w, DAYS_LATER, &bare[i]);
		assert_true(are_one(w, "10.0.0.4", "10.0.0.5"));
		assert_true(are_one(w, "10.0.0.4", a.id));
	}
}

#define KEY(k) "\"ssh.hostkey\":[\"SHA256:" k "\"]"

static void
an_address_is_merged_with_what_has_an_identifier(void **state)
{
	struct world *w = *state;

	merge(w, "10.0.0.1", "10.0.0.3");
	assert_true(are_one(w, "10.0.0.1", "10.0.0.3"));
	see(w, 5, "10.0.0.9", MAC(1)); /* it moved, and has the other address still */
	see(w, 5, "10.0.0.3", "");
	assert_true(are_one(w, "10.0.0.9", "10.0.0.3"));
	assert_false(are_one(w, "10.0.0.2", "10.0.0.3"));
}

static void
who_is_merged_by_address_may_show_an_identifier_later(void **state)
{
	struct world *w = *state;

	see(w, 2, "10.0.0.4", "");
	merge(w, "10.0.0.3", "10.0.0.4");
	see(w, 3, "10.0.0.3", KEY("own"));
	assert_true(are_one(w, "10.0.0.3", "10.0.0.4"));
	see(w, 60, "10.0.0.8", KEY("own")); /* it is known by that now */
	see(w, 60, "10.0.0.4", "");
	assert_true(are_one(w, "10.0.0.8", "10.0.0.4"));
}

static void
the_next_machine_at_a_merged_address_is_its_own(void **state)
{
	struct world *w = *state;

	see(w, 2, "10.0.0.4", "");
	merge(w, "10.0.0.1", "10.0.0.4");
	see(w, 60, "10.0.0.4", KEY("other"));
	assert_false(are_one(w, "10.0.0.1", "10.0.0.4"));
	see(w, 61, "10.0.0.4", "");
	see(w, 62, "10.0.0.7", KEY("other"));
	assert_false(are_one(w, "10.0.0.1", "10.0.0.7"));
	assert_true(are_one(w, "10.0.0.4", "10.0.0.7"));
}

static void
what_was_merged_by_address_is_parted_by_undo(void **state)
{
	struct world *w = *state;

	see(w, 2, "10.0.0.4", "");
	merge(w, "10.0.0.3", "10.0.0.4");
	assert_int_equal(-1,
		store_split(w->s, device(w, "10.0.0.3").row, "10.0.0.4", "anna", &w->d,
			&w->e));
	assert_non_null(strstr(w->e.text, "a merge made them one"));
	assert_true(are_one(w, "10.0.0.3", "10.0.0.4"));
}

static int
count_merged(void *arg, const struct change *c, struct err *e)
{
	(void)e;
	*(unsigned *)arg += strcmp(c->what, "merged") == 0;
	return 0;
}

static unsigned
merged_since(struct world *w, int64_t from)
{
	const struct comparison c = { .from = from, .to = clock_wall(&clock_system) };
	unsigned n = 0;

	if (store_each_difference(w->s, &c, count_merged, &n, &w->e) == -1)
		fail_msg("%s", w->e.text);
	return n;
}

static void
a_merge_that_was_undone_is_no_difference(void **state)
{
	struct world *w = *state;
	int64_t before = clock_wall(&clock_system) - 1;

	merge(w, "10.0.0.1", "10.0.0.2");
	assert_int_equal(1, merged_since(w, before));
	int64_t merged = w->d.at;
	assert_int_equal(0, store_undo(w->s, 0, "bert", &w->d, &w->e));
	assert_int_equal(0, merged_since(w, before));
	merge(w, "10.0.0.1", "10.0.0.2");
	assert_int_equal(1, merged_since(w, before));
	assert_int_equal(0, merged_since(w, merged)); /* they were one then, too */
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

static void
two_of_one_name_are_kept_apart_by_not_trusting_it(void **state)
{
	static const char name[] = "\"netbios.name\":\"WS\",\"netbios.domain\":\"D\"";
	static const char both[] = "\"netbios.name\":\"WS\",\"netbios.domain\":\"D\","
				   "\"smb.dns_name\":\"ws.example\"";
	struct world *w = *state;
	struct sb text;

	see(w, 2, "10.0.0.4", name);
	see(w, 2, "10.0.0.5", name);
	split(w, "10.0.0.4", "10.0.0.5");
	assert_string_equal(
		"WS and WS are two: netbios d\\ws, which both show, counts no "
		"more",
		w->d.text);
	struct device a = device(w, "10.0.0.4"), b = device(w, "10.0.0.5");
	sb_init(&text, 1 << 16);
	assert_int_equal(0, store_why_not(w->s, &a, &b, &text, &w->e));
	assert_non_null(strstr(text.text, "(so decided anna)"));
	assert_null(strstr(text.text, "muster merge"));
	sb_done(&text);
	see(w, 3, "10.0.0.4", both);
	see(w, 4, "10.0.0.5", both);
	assert_false(are_one(w, "10.0.0.4", "10.0.0.5"));
	assert_int_equal(0, store_undo(w->s, 0, "anna", &w->d, &w->e));
	assert_true(are_one(w, "10.0.0.4", "10.0.0.5"));
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

static int
take_label(void *arg, const struct change *c, struct err *e)
{
	(void)e;
	(void)snprintf(arg, 64, "%s", c->label);
	return 0;
}

/* By the writer that remembers what it wrote of the device the last time. */
static void
what_a_person_wrote_stays_visit_after_visit(void **state)
{
	struct world *w = *state;
	char label[64];

	assert_int_equal(0, set(w, "10.0.0.1", "name", "hall"));
	for (int hour = 5; hour < 12; hour++) {
		see(w, hour, "10.0.0.1",
			hour % 2 ? MAC(1) ",\"dns.ptr\":[\"a.example\"]"
				 : MAC(1) ",\"dns.ptr\":[\"b.example\"]");
		assert_string_equal("hall", field(w, "10.0.0.1", "name"));
		assert_int_equal(
			0, store_each_change(w->s, 0, take_label, label, &w->e));
		assert_string_equal("hall", label); /* as the device is called now */
	}
}

/* Said again, said anew, and told late: when is right each time. */
static void
when_a_device_was_seen_is_told_visit_after_visit(void **state)
{
	struct world *w = *state;

	for (int hour = 3; hour < 20; hour += 2) {
		see(w, hour, "10.0.0.1",
			hour % 8 == 3 ? MAC(1) ",\"dns.ptr\":[\"a.example\"]" : MAC(1));
		see(w, hour - 1, "10.0.0.1", MAC(1));
		struct device d = device(w, "10.0.0.1");
		assert_int_equal(hour - 1, (d.last_seen - d.first_seen) / 3600000000);
	}
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

static void
why_not_tells_of_names_that_count_for_nothing(void **state)
{
	static const char stock[] = "\"dns.fqdn\":[\"debian.example\"]";
	struct world *w = *state;
	struct sb text;

	tell(w, 2, "listed", "10.0.0.4", stock);
	tell(w, 2, "listed", "10.0.0.5", stock);
	struct device a = device(w, "10.0.0.4"), b = device(w, "10.0.0.5");
	sb_init(&text, 1 << 16);
	assert_int_equal(0, store_why_not(w->s, &a, &b, &text, &w->e));
	assert_non_null(strstr(text.text,
		"Both have dns.fqdn debian.example, which is no identifier"));
	assert_null(strstr(text.text, "Nothing was seen"));
	assert_non_null(strstr(text.text, "'muster merge' makes them one"));
	merge(w, "10.0.0.4", "10.0.0.5"); /* as it says */
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
		TEST(what_bears_little_is_merged_and_stays_so),
		TEST(an_address_is_merged_with_what_has_an_identifier),
		TEST(who_is_merged_by_address_may_show_an_identifier_later),
		TEST(the_next_machine_at_a_merged_address_is_its_own),
		TEST(what_was_merged_by_address_is_parted_by_undo),
		TEST(a_merge_that_was_undone_is_no_difference),
		TEST(a_split_holds_and_stands_against_a_merge),
		TEST(an_identifier_can_be_split_off_and_joined_again),
		TEST(an_identifier_is_known_as_it_is_and_as_it_is_shown),
		TEST(what_cannot_be_split_is_refused),
		TEST(two_devices_can_be_kept_apart_beforehand),
		TEST(who_is_kept_apart_keeps_new_names_and_cards),
		TEST(what_nothing_tells_apart_is_not_kept_apart),
		TEST(two_of_one_name_are_kept_apart_by_not_trusting_it),
		TEST(why_not_tells_of_names_that_count_for_nothing),
		TEST(a_pinned_device_outlives_other_serials),
		TEST(what_a_person_wrote_stays),
		TEST(what_a_person_wrote_stays_visit_after_visit),
		TEST(when_a_device_was_seen_is_told_visit_after_visit),
		TEST(what_cannot_be_set_is_refused),
		TEST(why_not_tells_what_speaks_for_and_against),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
