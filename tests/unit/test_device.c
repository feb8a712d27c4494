/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Evidence and fields: what wins, what stays, what is derived; and that no order and no
 * repetition of the observations changes any of it.
 */
#include "inventory/device.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "inventory/ndjson.h"

/* An observation, with its facts as JSON. */
struct said {
	const char *source, *run;
	int64_t at;
	enum evidence evidence;
	const char *facts;
};

static struct observation
observe(const struct said *s, struct arena *mem)
{
	struct observation o = { .source = s->source,
		.run = s->run,
		.point = "p",
		.site = "default",
		.at = s->at,
		.evidence = s->evidence };
	struct fact *facts;
	struct err e;

	if (ndjson_read_facts(
		    s->facts, strlen(s->facts), mem, &facts, &o.n_facts, &e) == -1)
		fail_msg("%s", e.text);
	o.facts = facts;
	return o;
}

/* --- a store of rows, as simple as can be -------------------------------------------- */

enum { ROWS_MAX = 512 };

struct rows {
	struct evidence_row items[ROWS_MAX];
	size_t n;
};

static void
put_row(struct rows *r, const struct evidence_row *row)
{
	for (size_t i = 0; i < r->n; i++) {
		struct evidence_row *is = &r->items[i];
		if (strcmp(is->source, row->source) != 0 ||
			strcmp(is->key, row->key) != 0 ||
			strcmp(is->member, row->member) != 0)
			continue;
		int64_t first = is->first_at < row->first_at ? is->first_at
							     : row->first_at;
		if (evidence_is_later(is, row))
			*is = *row;
		is->first_at = first;
		return;
	}
	assert_true(r->n < ROWS_MAX);
	r->items[r->n++] = *row;
}

static void
put(struct rows *r, const struct observation *o, struct arena *mem)
{
	struct evidence_row *rows;
	struct err e;
	size_t n;

	if (device_evidence(o, mem, &rows, &n, &e) == -1)
		fail_msg("%s", e.text);
	for (size_t i = 0; i < n; i++)
		put_row(r, &rows[i]);
}

static int
cmp_rows(const void *a, const void *b)
{
	const struct evidence_row *x = a, *y = b;
	int order = strcmp(x->source, y->source);

	order = order ? order : strcmp(x->key, y->key);
	return order ? order : strcmp(x->member, y->member);
}

/* "source key[member]=value first..at run grade", "!" when gone; one a line. */
static void
print_rows(struct rows *r, struct sb *out)
{
	qsort(r->items, r->n, sizeof(r->items[0]), cmp_rows);
	for (size_t i = 0; i < r->n; i++) {
		const struct evidence_row *row = &r->items[i];
		sb_printf(out, "%s %s%s[%s]=%s %d..%d %s %s\n", row->source,
			row->gone ? "!" : "", row->key, row->member, row->value,
			(int)row->first_at, (int)row->at, row->run,
			evidence_names[row->evidence]);
	}
}

/* "key=json@at source" of each field; one a line. */
static void
print_fields(const struct rows *r, struct sb *out, struct arena *mem)
{
	struct device_field *fields;
	struct err e;
	size_t n;

	if (device_fields(r->items, r->n, NULL, mem, &fields, &n, &e) == -1)
		fail_msg("%s", e.text);
	for (size_t i = 0; i < n; i++) {
		sb_printf(out, "%s=", fields[i].fact.key);
		if (ndjson_write_fact(&fields[i].fact, out, &e) == -1)
			fail_msg("%s", e.text);
		sb_printf(out, "@%d %s\n", (int)fields[i].at, fields[i].source);
		if (i && strcmp(fields[i - 1].fact.key, fields[i].fact.key) >= 0)
			fail_msg("%s is not in order", fields[i].fact.key);
	}
}

/* --- evidence ------------------------------------------------------------------------ */

static void
an_observation_gives_these_rows(void **state)
{
	static const struct {
		const char *label, *facts, *rows;
	} rows[] = {
		{ "none", "{}", "" },
		{ "a text", "{\"netbios.name\":\"WS\"}", "s netbios.name[]=\"WS\"" },
		{ "an empty text says nothing", "{\"netbios.domain\":\"\"}", "" },
		{ "a number", "{\"ip.ttl\":64}", "s ip.ttl[]=64" },
		{ "a truth", "{\"mac.onlink\":false}", "s mac.onlink[]=false" },
		{ "a MAC is a member", "{\"mac\":\"00:16:3E:00:00:01\"}",
			"s mac[00:16:3e:00:00:01]=" },
		{ "ports", "{\"tcp.open\":[22,65535]}",
			"s tcp.open[22]=|s tcp.open[65535]=" },
		{ "texts", "{\"dns.ptr\":[\"a\",\"\",\"b\"]}",
			"s dns.ptr[a]=|s dns.ptr[b]=" },
		{ "a closed port closes the open one", "{\"tcp.closed\":[80]}",
			"s !tcp.open[80]=" },
		{ "open beats closed of one observation",
			"{\"tcp.closed\":[22,80],\"tcp.open\":[22]}",
			"s tcp.open[22]=|s !tcp.open[80]=" },
		{ "closed UDP", "{\"udp.closed\":[137]}", "s !udp.open[137]=" },
		{ "unknown facts", "{\"x\":{\"b\":1,\"a\":[]}}",
			"s x[]={\"a\":[],\"b\":1}" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *mem = arena_new(1 << 20);
		struct said said = { "s", "r", 7, EVIDENCE_REPLY, rows[i].facts };
		struct observation o = observe(&said, mem);
		struct rows r = { .n = 0 };
		struct sb got, want;
		print_message("  %s\n", rows[i].label);
		sb_init(&got, 4096);
		sb_init(&want, 4096);
		put(&r, &o, mem);
		print_rows(&r, &got);
		for (const char *p = rows[i].rows; *p;) {
			size_t n = strcspn(p, "|");
			sb_add_n(&want, p, n);
			sb_add(&want, " 7..7 r reply\n");
			p += n + (p[n] == '|');
		}
		assert_string_equal(want.text, got.text);
		sb_done(&got);
		sb_done(&want);
		arena_free(mem);
	}
}

static void
rows_do_not_borrow_from_the_observation(void **state)
{
	char source[] = "sweep", run[] = "r", point[] = "p", key[] = "x.y",
	     text[] = "1";
	struct fact fact = { .key = key, .type = FACT_OTHER, .text = text };
	struct observation o = {
		.source = source, .run = run, .point = point, .facts = &fact, .n_facts = 1
	};
	struct arena *mem = arena_new(1 << 16);
	struct evidence_row *rows;
	struct err e;
	size_t n;

	(void)state;
	assert_int_equal(0, device_evidence(&o, mem, &rows, &n, &e));
	source[0] = run[0] = point[0] = key[0] = text[0] = '?';
	assert_int_equal(1, n);
	assert_string_equal("sweep", rows[0].source);
	assert_string_equal("r", rows[0].run);
	assert_string_equal("p", rows[0].point);
	assert_string_equal("x.y", rows[0].key);
	assert_string_equal("1", rows[0].value);
	o.point = o.run = NULL;
	text[0] = '1';
	assert_int_equal(0, device_evidence(&o, mem, &rows, &n, &e));
	assert_string_equal("", rows[0].run);
	arena_free(mem);
}

static const int64_t DAY = 24 * 3600 * INT64_C(1000000);

static void
later_is_the_order_of_observations(void **state)
{
#define ROW(at_, point_, run_, seq_, gone_, value_, evidence_) \
	{ \
		.at = at_, .point = point_, .run = run_, .seq = seq_, .gone = gone_, \
		.value = value_, .evidence = evidence_ \
	}
	static const struct {
		const char *label;
		struct evidence_row earlier, later;
	} rows[] = {
		{ "time", ROW(1, "p", "r", 0, false, "9", EVIDENCE_REPLY),
			ROW(2, "p", "r", 0, false, "1", EVIDENCE_REPLY) },
		{ "point", ROW(1, "a", "z", 0, false, "5", EVIDENCE_REPLY),
			ROW(1, "b", "a", 0, false, "5", EVIDENCE_REPLY) },
		{ "run", ROW(1, "p", "a", 9, false, "5", EVIDENCE_REPLY),
			ROW(1, "p", "b", 1, false, "5", EVIDENCE_REPLY) },
		{ "number", ROW(1, "p", "r", 1, false, "", EVIDENCE_REPLY),
			ROW(1, "p", "r", 2, true, "", EVIDENCE_REPLY) },
		{ "at once: what is there",
			ROW(1, "p", "r", 0, true, "", EVIDENCE_REPLY),
			ROW(1, "p", "r", 0, false, "", EVIDENCE_REPLY) },
		{ "at once: the greater value",
			ROW(1, "p", "r", 0, false, "1", EVIDENCE_REPLY),
			ROW(1, "p", "r", 0, false, "2", EVIDENCE_REPLY) },
		{ "at once: the better evidence",
			ROW(1, "p", "r", 0, false, "1", EVIDENCE_WEAK),
			ROW(1, "p", "r", 0, false, "1", EVIDENCE_REPLY) },
		{ "a reply, before what a table of others lists",
			ROW(5, "p", "r", 9, false, "9", EVIDENCE_LISTED),
			ROW(1, "p", "r", 0, false, "1", EVIDENCE_REPLY) },
		{ "a reply, for as long as an address lives",
			ROW(DAY - 1, "p", "s", 9, false, "9", EVIDENCE_LISTED),
			ROW(0, "p", "r", 0, false, "1", EVIDENCE_REPLY) },
		{ "and no longer", ROW(0, "p", "r", 0, false, "1", EVIDENCE_REPLY),
			ROW(DAY + 1, "p", "s", 9, false, "9", EVIDENCE_LISTED) },
		{ "what is listed, before something that answers for it",
			ROW(5, "p", "r", 9, false, "9", EVIDENCE_WEAK),
			ROW(1, "p", "r", 0, false, "1", EVIDENCE_LISTED) },
		{ "at the end of time, by time alone",
			ROW(INT64_MAX - 2, "p", "r", 0, false, "1", EVIDENCE_REPLY),
			ROW(INT64_MAX - 1, "p", "r", 9, false, "9", EVIDENCE_LISTED) },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("  %s\n", rows[i].label);
		assert_true(evidence_is_later(&rows[i].earlier, &rows[i].later));
		assert_false(evidence_is_later(&rows[i].later, &rows[i].earlier));
		assert_false(evidence_is_later(&rows[i].later, &rows[i].later));
	}
}

/* --- fields -------------------------------------------------------------------------- */

struct story {
	const char *label;
	struct said said[4];
	const char *fields; /* of print_fields */
};

/* In the order told, and backwards. */
static void
check_stories(const struct story *stories, size_t n)
{
	for (size_t i = 0; i < 2 * n; i++) {
		const struct story *story = &stories[i / 2];
		struct arena *mem = arena_new(1 << 20);
		struct rows r = { .n = 0 };
		struct sb got;
		size_t told = 0;
		print_message("  %s%s\n", story->label, i % 2 ? ", backwards" : "");
		sb_init(&got, 4096);
		while (told < 4 && story->said[told].source)
			told++;
		for (size_t k = 0; k < told; k++) {
			struct observation o = observe(
				&story->said[i % 2 ? told - 1 - k : k], mem);
			put(&r, &o, mem);
		}
		print_fields(&r, &got, mem);
		assert_string_equal(story->fields, got.text);
		sb_done(&got);
		arena_free(mem);
	}
}

#define CHECK(stories) check_stories(stories, sizeof(stories) / sizeof(stories[0]))
#define OS(name)       "{\"os.name\":\"" name "\"}"
#define PTR(list)      "{\"dns.ptr\":[" list "]}"

static void
a_single_value_is_that_of_the_best_source(void **state)
{
	static const struct story stories[] = {
		{ "the latest of one source",
			{ { "sweep", "r1", 1, EVIDENCE_REPLY, OS("old") },
				{ "sweep", "r2", 2, EVIDENCE_REPLY, OS("new") } },
			"os.name=\"new\"@2 sweep\n" },
		{ "absence never erases",
			{ { "sweep", "r1", 1, EVIDENCE_REPLY, OS("old") },
				{ "sweep", "r2", 2, EVIDENCE_REPLY,
					"{\"os.name\":\"\"}" },
				{ "sweep", "r3", 3, EVIDENCE_REPLY, "{}" } },
			"os.name=\"old\"@1 sweep\n" },
		{ "a person's edit before the agent",
			{ { "agent", "r", 9, EVIDENCE_REPLY, OS("agent") },
				{ "edit", "r", 1, EVIDENCE_LISTED, OS("edit") } },
			"os.name=\"edit\"@1 edit\n" },
		{ "the directory before the sweep before the import",
			{ { "import", "r", 9, EVIDENCE_REPLY, OS("import") },
				{ "ad", "r", 1, EVIDENCE_LISTED, OS("ad") },
				{ "sweep", "r", 2, EVIDENCE_REPLY, OS("sweep") } },
			"os.name=\"ad\"@1 ad\n" },
		{ "an unknown source comes last",
			{ { "cmdb", "r", 9, EVIDENCE_REPLY, OS("cmdb") },
				{ "passive", "r", 1, EVIDENCE_HEARD, OS("passive") } },
			"os.name=\"passive\"@1 passive\n" },
		{ "unknown sources by time",
			{ { "a", "r", 1, EVIDENCE_REPLY, OS("a") },
				{ "b", "r", 2, EVIDENCE_REPLY, OS("b") } },
			"os.name=\"b\"@2 b\n" },
		{ "unknown sources by evidence",
			{ { "a", "r", 1, EVIDENCE_HEARD, OS("a") },
				{ "b", "r", 2, EVIDENCE_LISTED, OS("b") } },
			"os.name=\"a\"@1 a\n" },
		{ "at once: by name",
			{ { "a", "r", 1, EVIDENCE_REPLY, OS("a") },
				{ "b", "r", 1, EVIDENCE_REPLY, OS("b") } },
			"os.name=\"a\"@1 a\n" },
		{ "weak evidence after all other",
			{ { "sweep", "r", 9, EVIDENCE_WEAK, OS("proxy") },
				{ "import", "r", 1, EVIDENCE_LISTED, OS("import") } },
			"os.name=\"import\"@1 import\n" },
		{ "facts that nobody knows are shown",
			{ { "sweep", "r", 1, EVIDENCE_REPLY, "{\"x\":[1]}" } },
			"x=[1]@1 sweep\n" },
	};

	(void)state;
	CHECK(stories);
}

static void
texts_are_those_of_the_latest_run(void **state)
{
	static const struct story stories[] = {
		{ "the latest run only",
			{ { "sweep", "r1", 1, EVIDENCE_REPLY, PTR("\"a\",\"b\"") },
				{ "sweep", "r2", 2, EVIDENCE_REPLY, PTR("\"c\"") } },
			"dns.ptr=[\"c\"]@2 sweep\nname=\"c\"@2 sweep\n" },
		{ "all addresses of one run",
			{ { "sweep", "r1", 1, EVIDENCE_REPLY, PTR("\"b\"") },
				{ "sweep", "r1", 2, EVIDENCE_REPLY, PTR("\"a\"") } },
			"dns.ptr=[\"a\",\"b\"]@2 sweep\nname=\"b\"@2 sweep\n" },
		{ "a run without any changes nothing",
			{ { "sweep", "r1", 1, EVIDENCE_REPLY, PTR("\"a\"") },
				{ "sweep", "r2", 2, EVIDENCE_REPLY, PTR("") } },
			"dns.ptr=[\"a\"]@1 sweep\nname=\"a\"@1 sweep\n" },
		{ "the name in use stays when others come",
			{ { "sweep", "r1", 1, EVIDENCE_REPLY, PTR("\"m\"") },
				{ "sweep", "r2", 2, EVIDENCE_REPLY,
					PTR("\"a\",\"m\",\"z\"") } },
			"dns.ptr=[\"a\",\"m\",\"z\"]@2 sweep\nname=\"m\"@2 sweep\n" },
		{ "it goes when it is no longer listed",
			{ { "sweep", "r1", 1, EVIDENCE_REPLY, PTR("\"m\"") },
				{ "sweep", "r2", 2, EVIDENCE_REPLY, PTR("\"m\",\"z\"") },
				{ "sweep", "r3", 3, EVIDENCE_REPLY,
					PTR("\"a\",\"z\"") } },
			"dns.ptr=[\"a\",\"z\"]@3 sweep\nname=\"z\"@3 sweep\n" },
		{ "new at once: the first by bytes",
			{ { "sweep", "r1", 1, EVIDENCE_REPLY, PTR("\"b\",\"a\"") } },
			"dns.ptr=[\"a\",\"b\"]@1 sweep\nname=\"a\"@1 sweep\n" },
		{ "the better source, not the union",
			{ { "import", "r1", 2, EVIDENCE_REPLY, PTR("\"i\"") },
				{ "sweep", "r1", 1, EVIDENCE_REPLY, PTR("\"s\"") } },
			"dns.ptr=[\"s\"]@1 sweep\nname=\"s\"@1 sweep\n" },
	};

	(void)state;
	CHECK(stories);
}

#define DN(more)  "{\"ad.dn\":\"CN=a\"" more "}"
#define ROOM      ",\"ad.location\":\"11\""
#define SITE      ",\"ad.site\":\"Paris\""
#define ROLES(of) ",\"ad.roles\":[" of "]"
#define THERE     "ad.dn=\"CN=a\"@2 ad\n"

static void
an_account_is_told_as_a_whole(void **state)
{
	static const struct story stories[] = {
		{ "what was cleared",
			{ { "ad", "r1", 1, EVIDENCE_LISTED, DN(ROOM) },
				{ "ad", "r2", 2, EVIDENCE_LISTED, DN("") } },
			THERE },
		{ "the last of a list",
			{ { "ad", "r1", 1, EVIDENCE_LISTED, DN(ROLES("\"sql\"")) },
				{ "ad", "r2", 2, EVIDENCE_LISTED, DN("") } },
			THERE },
		{ "set again",
			{ { "ad", "r1", 1, EVIDENCE_LISTED, DN(ROOM) },
				{ "ad", "r2", 2, EVIDENCE_LISTED, DN("") },
				{ "ad", "r3", 3, EVIDENCE_LISTED, DN(ROOM) } },
			"ad.dn=\"CN=a\"@3 ad\nad.location=\"11\"@3 ad\n" },
		{ "another source still says so",
			{ { "ad", "r1", 1, EVIDENCE_LISTED,
				  "{\"ad.dn\":\"CN=a\",\"os.name\":\"old\"}" },
				{ "ad", "r2", 2, EVIDENCE_LISTED, DN("") },
				{ "sweep", "r3", 1, EVIDENCE_REPLY, OS("seen") } },
			THERE "os.name=\"seen\"@1 sweep\n" },
		{ "of others silence says nothing",
			{ { "import", "r1", 1, EVIDENCE_LISTED, DN(ROOM) },
				{ "import", "r2", 2, EVIDENCE_LISTED, DN("") } },
			"ad.dn=\"CN=a\"@2 import\nad.location=\"11\"@1 import\n" },
		{ "who was deleted keeps what he was",
			{ { "ad", "r1", 1, EVIDENCE_LISTED, DN(ROOM) },
				{ "ad", "r2", 3, EVIDENCE_LISTED,
					"{\"ad.listed\":false}" } },
			"ad.dn=\"CN=a\"@1 ad\nad.listed=false@3 ad\n"
			"ad.location=\"11\"@1 ad\n" },
		{ "who he replaces happened once",
			{ { "ad", "r1", 1, EVIDENCE_LISTED,
				  DN(",\"ad.replaces\":\"g\"") },
				{ "ad", "r2", 2, EVIDENCE_LISTED, DN("") } },
			THERE "ad.replaces=\"g\"@1 ad\n" },
		{ "a site stays while no address is told",
			{ { "ad", "r1", 1, EVIDENCE_LISTED, DN(SITE) },
				{ "ad", "r2", 2, EVIDENCE_LISTED, DN("") } },
			THERE "ad.site=\"Paris\"@1 ad\n" },
	};

	(void)state;
	CHECK(stories);
}

/* Told with an address of no site, it is in none; until it is told of one. */
static void
an_address_of_no_site_ends_the_site(void **state)
{
	static const struct said said[] = {
		{ "ad", "r1", 1, EVIDENCE_LISTED, DN(SITE) },
		{ "ad", "r2", 2, EVIDENCE_LISTED, DN("") },
		{ "ad", "r3", 3, EVIDENCE_LISTED, DN(SITE) },
	};
	static const char *const fields[] = {
		"ad.dn=\"CN=a\"@1 ad\nad.site=\"Paris\"@1 ad\n",
		"ad.dn=\"CN=a\"@2 ad\n",
		"ad.dn=\"CN=a\"@3 ad\nad.site=\"Paris\"@3 ad\n",
	};
	struct arena *mem = arena_new(1 << 20);
	struct rows r = { .n = 0 };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct observation o = observe(&said[i], mem);
		struct sb got;
		o.ip = addr_ip4(0xc0000201);
		put(&r, &o, mem);
		sb_init(&got, 4096);
		print_fields(&r, &got, mem);
		assert_string_equal(fields[i], got.text);
		sb_done(&got);
	}
	arena_free(mem);
}

#define MAC(m)    "{\"mac\":\"" m "\"}"
#define ONLINK(m) "{\"mac\":\"" m "\",\"mac.onlink\":true}"
#define FAR(m)    "{\"mac\":\"" m "\",\"mac.onlink\":false}"

static void
of_several_cards_the_one_known_longest_is_shown(void **state)
{
	static const struct story stories[] = {
		{ "two cards in one run",
			{ { "sweep", "r1", 1, EVIDENCE_REPLY, MAC("00:16:3e:00:00:02") },
				{ "sweep", "r1", 2, EVIDENCE_REPLY,
					MAC("00:16:3e:00:00:01") } },
			"mac=\"00:16:3e:00:00:02\"@1 sweep\n" },
		{ "seen in another order later",
			{ { "sweep", "r1", 1, EVIDENCE_REPLY, MAC("00:16:3e:00:00:02") },
				{ "sweep", "r1", 2, EVIDENCE_REPLY,
					MAC("00:16:3e:00:00:01") },
				{ "sweep", "r2", 3, EVIDENCE_REPLY,
					MAC("00:16:3e:00:00:01") },
				{ "sweep", "r2", 4, EVIDENCE_REPLY,
					MAC("00:16:3e:00:00:02") } },
			"mac=\"00:16:3e:00:00:02\"@4 sweep\n" },
		{ "a card that was replaced",
			{ { "sweep", "r1", 1, EVIDENCE_REPLY, MAC("00:16:3e:00:00:01") },
				{ "sweep", "r2", 2, EVIDENCE_REPLY,
					MAC("00:16:3e:00:00:02") } },
			"mac=\"00:16:3e:00:00:02\"@2 sweep\n" },
		{ "proxy ARP is not believed",
			{ { "sweep", "r1", 1, EVIDENCE_WEAK, MAC("00:16:3e:00:00:01") },
				{ "sweep", "r1", 2, EVIDENCE_REPLY,
					MAC("00:16:3e:00:00:02") } },
			"mac=\"00:16:3e:00:00:02\"@2 sweep\n" },
		{ "a router's table lists what answered itself",
			{ { "sweep", "r1", 1, EVIDENCE_REPLY,
				  ONLINK("00:16:3e:00:00:02") },
				{ "sweep", "r1", 2, EVIDENCE_LISTED,
					FAR("00:16:3e:00:00:02") } },
			"mac=\"00:16:3e:00:00:02\"@1 sweep\nmac.onlink=true@1 sweep\n"
			"vendor=\"Xensource, Inc.\"@1 sweep\n" },
		{ "and knew it first",
			{ { "sweep", "r1", 1, EVIDENCE_LISTED,
				  FAR("00:16:3e:00:00:02") },
				{ "sweep", "r1", 2, EVIDENCE_REPLY,
					ONLINK("00:16:3e:00:00:02") } },
			"mac=\"00:16:3e:00:00:02\"@2 sweep\nmac.onlink=true@2 sweep\n"
			"vendor=\"Xensource, Inc.\"@2 sweep\n" },
		{ "or another card",
			{ { "sweep", "r1", 2, EVIDENCE_REPLY,
				  ONLINK("00:16:3e:00:00:02") },
				{ "sweep", "r1", 1, EVIDENCE_LISTED,
					FAR("02:11:22:33:44:55") },
				{ "sweep", "r2", 3, EVIDENCE_LISTED,
					FAR("02:11:22:33:44:66") } },
			"mac=\"00:16:3e:00:00:02\"@2 sweep\nmac.onlink=true@2 sweep\n"
			"vendor=\"Xensource, Inc.\"@2 sweep\n" },
		{ "a virtual address stays one",
			{ { "sweep", "r1", 1, EVIDENCE_REPLY,
				  ONLINK("00:00:5e:00:01:05") },
				{ "sweep", "r1", 2, EVIDENCE_LISTED,
					FAR("00:00:5e:00:01:05") } },
			"kind=\"vip\"@1 sweep\n"
			"mac=\"00:00:5e:00:01:05\"@1 sweep\nmac.onlink=true@1 sweep\n"
			"vendor=\"ICANN, IANA Department\"@1 sweep\n" },
	};

	(void)state;
	CHECK(stories);
}

static void
a_port_is_as_the_latest_word_says(void **state)
{
	static const struct story stories[] = {
		{ "ports add up over runs",
			{ { "sweep", "r1", 1, EVIDENCE_REPLY,
				  "{\"tcp.open\":[443,22]}" },
				{ "sweep", "r2", 2, EVIDENCE_REPLY,
					"{\"tcp.open\":[22,100]}" } },
			"tcp.open=[22,100,443]@2 sweep\n" },
		{ "closed later",
			{ { "sweep", "r1", 1, EVIDENCE_REPLY, "{\"tcp.open\":[22,80]}" },
				{ "sweep", "r2", 2, EVIDENCE_REPLY,
					"{\"tcp.closed\":[80]}" } },
			"tcp.closed=[80]@2 sweep\ntcp.open=[22]@1 sweep\n" },
		{ "opened later",
			{ { "sweep", "r1", 1, EVIDENCE_REPLY, "{\"tcp.closed\":[80]}" },
				{ "sweep", "r2", 2, EVIDENCE_REPLY,
					"{\"tcp.open\":[80]}" } },
			"tcp.open=[80]@2 sweep\n" },
		{ "whatever the source",
			{ { "sweep", "r1", 1, EVIDENCE_REPLY, "{\"tcp.open\":[22,80]}" },
				{ "import", "r2", 2, EVIDENCE_REPLY,
					"{\"tcp.closed\":[80],\"tcp.open\":[443]}" } },
			"tcp.closed=[80]@2 import\ntcp.open=[22,443]@2 import\n" },
		{ "but weak evidence",
			{ { "sweep", "r1", 1, EVIDENCE_REPLY, "{\"tcp.open\":[80]}" },
				{ "import", "r2", 2, EVIDENCE_WEAK,
					"{\"tcp.closed\":[80]}" } },
			"tcp.open=[80]@1 sweep\n" },
		{ "all closed",
			{ { "sweep", "r1", 1, EVIDENCE_REPLY,
				"{\"tcp.closed\":[80],\"udp.closed\":[53]}" } },
			"tcp.closed=[80]@1 sweep\nudp.closed=[53]@1 sweep\n" },
	};

	(void)state;
	CHECK(stories);
}

static void
names_domains_and_vendors_are_derived(void **state)
{
	static const struct {
		const char *label, *facts, *name, *domain, *vendor;
	} rows[] = {
		{ "nothing", "{\"ip.ttl\":64}", NULL, NULL, NULL },
		{ "a Windows computer",
			"{\"smb.dns_name\":\"ws-0412-long-name.corp.example\","
			"\"netbios.name\":\"WS-0412-LONG-NA\",\"netbios.domain\":\"CORP\","
			"\"dns.fqdn\":[\"x.example\"]}",
			"ws-0412-long-name", "CORP", NULL },
		{ "its domain without NetBIOS",
			"{\"smb.dns_name\":\"ws.corp.example\","
			"\"dns.fqdn\":[\"x.example\"]}",
			"ws", "corp.example", NULL },
		{ "a NetBIOS name",
			"{\"netbios.name\":\"NAS\",\"dns.fqdn\":[\"x.example\"]}",
			"NAS", "example", NULL },
		{ "a confirmed name before an unconfirmed one",
			"{\"dns.fqdn\":[\"x.example\"],\"dns.ptr\":[\"a\",\"x.example\"],"
			"\"snmp.sysname\":\"sw\"}",
			"x.example", "example", NULL },
		{ "an SNMP name", "{\"snmp.sysname\":\"sw-1\",\"dns.ptr\":[\"a.b\"]}",
			"sw-1", NULL, NULL },
		{ "a PTR", "{\"dns.ptr\":[\"a.b\"],\"mdns.name\":\"p.local\"}", "a.b",
			NULL, NULL },
		{ "an mDNS name", "{\"mdns.name\":\"p.local\",\"dhcp.name\":\"q\"}",
			"p.local", NULL, NULL },
		{ "a name said in DHCP", "{\"dhcp.name\":\"phone\"}", "phone", NULL,
			NULL },
		{ "a name claimed by LLMNR",
			"{\"llmnr.name\":\"pc\",\"dhcp.name\":\"q\"}", "pc", NULL,
			NULL },
		{ "any other name before those",
			"{\"dhcp.name\":\"q\",\"llmnr.name\":\"pc\","
			"\"wsd.name\":\"PC7\"}",
			"PC7", NULL, NULL },
		{ "also that of a switch", "{\"dhcp.name\":\"q\",\"lldp.name\":\"sw1\"}",
			"sw1", NULL, NULL },
		{ "a switch", "{\"lldp.name\":\"sw1\",\"cdp.name\":\"sw1.example\"}",
			"sw1", NULL, NULL },
		{ "by WS-Discovery", "{\"wsd.name\":\"PC7\",\"wsd.domain\":\"HOME\"}",
			"PC7", "HOME", NULL },
		{ "a name without a dot has no domain", "{\"dns.fqdn\":[\"x\"]}", "x",
			NULL, NULL },
		{ "a dot first is no name",
			"{\"smb.dns_name\":\".corp\",\"mdns.name\":\"p\"}", "p", "corp",
			NULL },
		{ "stated by a source",
			"{\"name\":\"Front desk\",\"domain\":\"D\",\"vendor\":\"V\","
			"\"netbios.name\":\"NAS\",\"netbios.domain\":\"CORP\","
			"\"mac\":\"00:16:3e:00:00:01\",\"mac.onlink\":true}",
			"Front desk", "D", "V" },
		{ "the on-link card",
			"{\"mac\":\"00:16:3e:00:00:01\",\"mac.onlink\":true,"
			"\"mac.vendor\":\"Import\"}",
			NULL, NULL, "Xensource, Inc." },
		{ "a card behind a router",
			"{\"mac\":\"00:16:3e:00:00:01\",\"mac.onlink\":false,"
			"\"netbios.mac\":\"b8:27:eb:00:00:01\"}",
			NULL, NULL, "Raspberry Pi Foundation" },
		{ "as an import says",
			"{\"mac\":\"00:16:3e:00:00:01\",\"mac.vendor\":\"Import\","
			"\"netbios.mac\":\"b8:27:eb:00:00:01\"}",
			NULL, NULL, "Import" },
		{ "a card of its own making",
			"{\"mac\":\"02:16:3e:00:00:01\",\"mac.onlink\":true}", NULL,
			NULL, "private" },
		{ "one that an import knows",
			"{\"mac\":\"02:16:3e:00:00:01\",\"mac.onlink\":true,"
			"\"mac.vendor\":\"Import\"}",
			NULL, NULL, "Import" },
		{ "one whose machine has a registered card too",
			"{\"mac\":\"02:16:3e:00:00:01\",\"mac.onlink\":true,"
			"\"netbios.mac\":\"b8:27:eb:00:00:01\"}",
			NULL, NULL, "Raspberry Pi Foundation" },
		{ "one behind a router",
			"{\"mac\":\"02:16:3e:00:00:01\",\"mac.onlink\":false}", NULL,
			NULL, NULL },
		{ "a virtual machine's",
			"{\"mac\":\"52:54:00:00:00:01\",\"mac.onlink\":true}", NULL,
			NULL, NULL },
		{ "a virtual router's",
			"{\"mac\":\"00:00:5e:00:01:07\",\"mac.onlink\":true}", NULL,
			NULL, "ICANN, IANA Department" },
		{ "facts of another type", "{\"dns.ptr\":[],\"mac.onlink\":true}", NULL,
			NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *keys[] = { "name", "domain", "vendor" };
		const char *want[] = { rows[i].name, rows[i].domain, rows[i].vendor };
		struct arena *mem = arena_new(1 << 20);
		struct said said = { "sweep", "r", 7, EVIDENCE_REPLY, rows[i].facts };
		struct observation o = observe(&said, mem);
		struct rows r = { .n = 0 };
		struct device_field *fields;
		struct device d = { 0 };
		struct err e;
		print_message("  %s\n", rows[i].label);
		put(&r, &o, mem);
		assert_int_equal(0,
			device_fields(
				r.items, r.n, NULL, mem, &fields, &d.n_fields, &e));
		d.fields = fields;
		for (size_t k = 0; k < 3; k++) {
			const struct device_field *f = device_field(&d, keys[k]);
			if (!want[k]) {
				assert_null(f);
				continue;
			}
			assert_non_null(f);
			assert_int_equal(FACT_TEXT, f->fact.type);
			assert_string_equal(want[k], f->fact.text);
			assert_int_equal(7, f->at);
			assert_string_equal("sweep", f->source);
		}
		arena_free(mem);
	}
}

static void
damaged_rows_are_an_error(void **state)
{
	static const struct {
		const char *label, *key, *member, *value;
	} rows[] = {
		{ "a value with a member", "ip.ttl", "1", "1" },
		{ "a value that is no JSON", "ip.ttl", "", "" },
		{ "a value of another type", "ip.ttl", "", "true" },
		{ "port 0", "tcp.open", "0", "" },
		{ "port 65536", "tcp.open", "65536", "" },
		{ "no port", "tcp.open", "80x", "" },
		{ "no member", "tcp.open", "", "" },
		{ "no MAC", "mac", "00:16", "" },
		{ "no text", "dns.ptr", "", "[\"a\"]" },
	};

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
		struct evidence_row row = { .source = "s",
			.key = rows[i / 2].key,
			.member = rows[i / 2].member,
			.value = rows[i / 2].value,
			.point = "p",
			.run = "r",
			.gone = i % 2 };
		struct arena *mem = arena_new(1 << 16);
		struct device_field *fields;
		struct err e = { 0 };
		size_t n;
		print_message("  %s%s\n", rows[i / 2].label, i % 2 ? ", gone" : "");
		assert_int_equal(-1, device_fields(&row, 1, NULL, mem, &fields, &n, &e));
		assert_int_equal(ERR_PROTO, e.code);
		arena_free(mem);
	}
}

static void
evidence_of_no_known_grade_is_the_worst(void **state)
{
	struct evidence_row row = { .source = "s",
		.key = "ip.ttl",
		.member = "",
		.value = "1",
		.point = "p",
		.run = "r",
		.evidence = (enum evidence)99 };
	struct evidence_row rows[] = { row, row };
	struct arena *mem = arena_new(1 << 16);
	struct device_field *fields;
	struct err e;
	size_t n;

	(void)state;
	rows[1].source = "t";
	rows[1].value = "2";
	rows[1].evidence = EVIDENCE_LISTED;
	assert_int_equal(0, device_fields(rows, 2, NULL, mem, &fields, &n, &e));
	assert_int_equal(2, fields[0].fact.num);
	arena_free(mem);
}

/* --- no order matters ---------------------------------------------------------------- */

/* xorshift64*: the same cases in every run. */
static uint64_t
next_random(uint64_t *seed)
{
	*seed ^= *seed >> 12;
	*seed ^= *seed << 25;
	*seed ^= *seed >> 27;
	return *seed * 0x2545f4914f6cdd1d;
}

static size_t
below(uint64_t *seed, size_t n)
{
	return (size_t)(next_random(seed) >> 33) % n;
}

/* Few sources, runs, times and values, so that they often meet and tie. */
static struct observation
random_observation(uint64_t *seed, struct arena *mem)
{
	static const char *const sources[] = { "sweep", "import", "ad", "x", "y" };
	static const char *const facts[] = {
		"{\"os.name\":\"a\",\"tcp.open\":[22,80]}",
		"{\"os.name\":\"b\",\"tcp.closed\":[80],\"tcp.open\":[443]}",
		"{\"dns.ptr\":[\"a.x\",\"b.x\"],\"netbios.name\":\"N1\"}",
		"{\"dns.ptr\":[\"b.x\"],\"dns.fqdn\":[\"c.x\",\"b.x\"]}",
		"{\"mac\":\"00:16:3e:00:00:01\",\"mac.onlink\":true,\"tcp.open\":[80]}",
		"{\"mac\":\"b8:27:eb:00:00:02\",\"mac.onlink\":false,\"tcp.closed\":[22]}",
		"{\"netbios.name\":\"N2\",\"netbios.domain\":\"D\",\"x\":{\"a\":1}}",
		"{\"smb.dns_name\":\"w.corp\",\"x\":[2],\"icmp.echo\":true,\"ip.ttl\":64}",
		"{\"mac.vendor\":\"V\",\"netbios.mac\":\"b8:27:eb:00:00:03\",\"ip.ttl\":128}",
	};
	static const char *const runs[] = { "r1", "r2", "r3" };
	struct said said = { .source = sources[below(seed, 5)],
		.run = runs[below(seed, 3)],
		.at = 1 + (int64_t)below(seed, 4) * (below(seed, 2) ? 1 : DAY / 3),
		.evidence = (enum evidence)below(seed, 4),
		.facts = facts[below(seed, sizeof(facts) / sizeof(facts[0]))] };
	struct observation o = observe(&said, mem);

	o.point = below(seed, 2) ? "p" : "q";
	o.seq = (int64_t)below(seed, 3);
	return o;
}

static void
shuffle(uint64_t *seed, void *items, size_t n, size_t size)
{
	unsigned char spare[256], *p = items;

	assert_true(size <= sizeof(spare));
	for (size_t i = n; i > 1; i--) {
		size_t k = below(seed, i);
		memcpy(spare, p + (i - 1) * size, size);
		memcpy(p + (i - 1) * size, p + k * size, size);
		memcpy(p + k * size, spare, size);
	}
}

/* Rows and fields of the observations in this order, some of them told twice. */
static void
fold(const struct observation *o, size_t n, uint64_t *seed, struct sb *out,
	struct arena *mem)
{
	struct rows r = { .n = 0 };

	for (size_t i = 0; i < n; i++) {
		put(&r, &o[i], mem);
		if (seed && below(seed, 4) == 0)
			put(&r, &o[below(seed, n)], mem);
	}
	sb_clear(out);
	print_rows(&r, out);
	if (seed)
		shuffle(seed, r.items, r.n, sizeof(r.items[0]));
	print_fields(&r, out, mem);
}

static void
no_order_and_no_repetition_changes_rows_or_fields(void **state)
{
	enum { SETS = 150, SHUFFLES = 20, MOST = 16 };
	struct arena *mem = arena_new(32 << 20);
	struct sb first, again;
	uint64_t seed = 0x6d7573746572;

	(void)state;
	sb_init(&first, 1 << 20);
	sb_init(&again, 1 << 20);
	for (size_t set = 0; set < SETS; set++) {
		struct observation o[MOST];
		size_t n = 2 + below(&seed, MOST - 1);
		arena_reset(mem);
		for (size_t i = 0; i < n; i++)
			o[i] = random_observation(&seed, mem);
		fold(o, n, NULL, &first, mem);
		for (size_t k = 0; k < SHUFFLES; k++) {
			shuffle(&seed, o, n, sizeof(o[0]));
			fold(o, n, &seed, &again, mem);
			assert_string_equal(first.text, again.text);
		}
	}
	sb_done(&first);
	sb_done(&again);
	arena_free(mem);
}

/* --- a device ------------------------------------------------------------------------ */

static void
a_label_is_the_name_or_the_address_or_the_id(void **state)
{
	static const struct device_field named[] = {
		{ .fact = { .key = "ip.ttl", .type = FACT_INT, .num = 64 } },
		{ .fact = { .key = "name", .type = FACT_TEXT, .text = "web" } },
		{ .fact = { .key = "vendor", .type = FACT_TEXT, .text = "V" } },
	};
	struct device_address addr = { .ip = addr_ip4(0xc6120307) };
	struct device d = { .id = "0190f5fe-7c00-7a00-8000-000000000001",
		.addrs = &addr,
		.n_addrs = 1,
		.fields = named,
		.n_fields = 3 };
	char buf[ADDR_TEXT_MAX];

	(void)state;
	assert_string_equal("web", device_label(&d, buf));
	assert_ptr_equal(&named[2], device_field(&d, "vendor"));
	assert_null(device_field(&d, "domain"));
	assert_null(device_field(&d, "zzz"));
	d.n_fields = 1;
	assert_string_equal("198.18.3.7", device_label(&d, buf));
	d.n_addrs = 0;
	assert_string_equal(d.id, device_label(&d, buf));
	assert_string_equal("up", device_state_names[DEVICE_UP]);
	assert_string_equal("down", device_state_names[DEVICE_DOWN]);
	assert_string_equal("unconfirmed", device_state_names[DEVICE_UNCONFIRMED]);
}

static void
a_full_arena_is_an_error(void **state)
{
	struct arena *mem = arena_new(1 << 20);
	struct said said = { "s", "r", 1, EVIDENCE_REPLY,
		"{\"dns.fqdn\":[\"a.b\"],\"mac\":\"00:16:3e:00:00:01\",\"os.name\":\"x\","
		"\"tcp.closed\":[1],\"tcp.open\":[2],\"x\":1}" };
	struct observation o = observe(&said, mem);
	bool done = false;

	(void)state;
	for (size_t limit = 16; !done; limit += 16) {
		struct arena *small = arena_new(limit);
		struct evidence_row *rows;
		struct device_field *fields;
		size_t n, n_fields;
		struct err e = { 0 };
		assert_true(limit < 65536);
		done = device_evidence(&o, small, &rows, &n, &e) == 0 &&
			device_fields(rows, n, NULL, small, &fields, &n_fields, &e) == 0;
		assert_true(done || e.code == ERR_NOMEM);
		arena_free(small);
	}
	arena_free(mem);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_observation_gives_these_rows),
		cmocka_unit_test(rows_do_not_borrow_from_the_observation),
		cmocka_unit_test(later_is_the_order_of_observations),
		cmocka_unit_test(a_single_value_is_that_of_the_best_source),
		cmocka_unit_test(texts_are_those_of_the_latest_run),
		cmocka_unit_test(an_account_is_told_as_a_whole),
		cmocka_unit_test(an_address_of_no_site_ends_the_site),
		cmocka_unit_test(of_several_cards_the_one_known_longest_is_shown),
		cmocka_unit_test(a_port_is_as_the_latest_word_says),
		cmocka_unit_test(names_domains_and_vendors_are_derived),
		cmocka_unit_test(damaged_rows_are_an_error),
		cmocka_unit_test(evidence_of_no_known_grade_is_the_worst),
		cmocka_unit_test(no_order_and_no_repetition_changes_rows_or_fields),
		cmocka_unit_test(a_label_is_the_name_or_the_address_or_the_id),
		cmocka_unit_test(a_full_arena_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
