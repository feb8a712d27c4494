/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Kinds and systems of machines that are known, by the rules that are compiled in; and what
 * must hold of any rules: no order counts, nothing irrelevant counts, a contradiction lowers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include <cmocka.h>

#include "fingerprint_rows.h"
#include "inventory/classify_private.h"

static const char *const files[] = { "tests/data/fingerprints/train.ndjson",
	"tests/data/fingerprints/check.ndjson",
	"tests/data/fingerprints/single.ndjson" };
enum { N_FILES = sizeof(files) / sizeof(files[0]) };

struct fixture {
	struct arena *mem, *each;
	struct rules *rules;
	struct known *rows;
	size_t n;
};

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct err e;

	f->mem = arena_new(64 << 20);
	f->each = arena_new(64 << 20);
	f->rows = arena_new_array(f->mem, struct known, N_FILES * ROWS_MAX);
	if (rules_built_in(f->mem, &f->rules, &e) == -1)
		fail_msg("%s", e.text);
	for (size_t i = 0; i < N_FILES; i++)
		f->n += read_all_known(files[i], f->mem, f->rows + f->n);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	arena_free(f->each);
	arena_free(f->mem);
	free(f);
	return 0;
}

static struct classified
judged(struct fixture *f, const struct device_field *fields, size_t n)
{
	struct classified c;
	struct err e;

	if (classify(f->rules, fields, n, f->each, &c, &e) == -1)
		fail_msg("%s", e.text);
	return c;
}

static bool
same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static const char *
or_unknown(const char *text)
{
	return text ? text : "unknown";
}

/* --- the machines ----------------------------------------------------------------- */

static void
known_machines_are_what_they_are(void **state)
{
	struct fixture *f = *state;
	size_t wrong = 0;

	for (size_t i = 0; i < f->n; i++) {
		const struct known *k = &f->rows[i];
		arena_reset(f->each);
		struct classified c = judged(f, k->fields, k->n);
		if (same(or_unknown(c.kind.answer), k->kind) &&
			same(c.os.answer, k->os) && c.kind.confidence <= k->at_most &&
			c.os.confidence <= k->at_most)
			continue;
		wrong++;
		print_error("%s: kind %s (%d %%), not %s; os %s (%d %%), not %s\n",
			k->label, or_unknown(c.kind.answer), c.kind.confidence, k->kind,
			or_unknown(c.os.answer), c.os.confidence, or_unknown(k->os));
	}
	print_message("%zu machines, %zu wrong\n", f->n, wrong);
	assert_int_equal(0, wrong);
}

static void
every_rule_and_every_build_is_met_by_a_machine(void **state)
{
	struct fixture *f = *state;
	bool *met = calloc(f->rules->n, sizeof(*met));
	bool *built = calloc(f->rules->answers[ASK_OS].n, sizeof(*built));
	size_t missing = 0;
	struct hit *hits;
	struct err e;
	size_t n;

	for (size_t i = 0; i < f->n; i++) {
		arena_reset(f->each);
		assert_int_equal(0,
			match_fields(f->rules, f->rows[i].fields, f->rows[i].n, f->each,
				&hits, &n, &e));
		for (size_t k = 0; k < n; k++) {
			met[hits[k].rule - f->rules->rules] = true;
			if (hits[k].rule->op == MATCH_BUILD)
				built[hits[k].answer[ASK_OS]] = true;
		}
	}
	for (size_t i = 0; i < f->rules->n; i++) {
		const struct rule *r = &f->rules->rules[i];
		if (met[i])
			continue;
		print_error("%s:%u: no row meets it (%s %s)\n", r->file, r->line,
			r->fact->key, r->n_items ? r->items[0] : "");
		missing++;
	}
	for (size_t i = 0; i < f->rules->n_builds; i++) {
		if (built[f->rules->builds[i].os])
			continue;
		print_error("no row has build %u\n", f->rules->builds[i].number);
		missing++;
	}
	free(met);
	free(built);
	assert_int_equal(0, missing);
}

/* An address can be given to any machine: the lab gives a card of Synology to a Debian. */
static void
the_maker_of_a_card_decides_nothing_alone(void **state)
{
	const struct fixture *f = *state;
	const struct answers *kinds = &f->rules->answers[ASK_KIND];
	int virtual = answer_find(kinds, "virtual-machine");
	size_t n = 0;

	for (size_t i = 0; i < f->rules->n; i++) {
		const struct rule *r = &f->rules->rules[i];
		if (strcmp(r->fact->key, "vendor") != 0 &&
			strcmp(r->fact->key, "mac") != 0)
			continue;
		n++;
		print_message("  %s\n", r->items[0]);
		assert_int_equal(NONE, r->answer[ASK_OS]);
		if (r->answer[ASK_KIND] == virtual)
			assert_in_range(r->weight, CLASSIFY_SURE, CLASSIFY_SURE + 5);
		else
			assert_in_range(r->weight, 1, CLASSIFY_SURE - 1);
	}
	assert_true(n > 50);
}

/* --- what holds of any machine ---------------------------------------------------- */

static void
assert_same(
	const struct known *k, const struct classified *a, const struct classified *b)
{
	if (!same(a->kind.answer, b->kind.answer) || !same(a->os.answer, b->os.answer) ||
		a->kind.confidence != b->kind.confidence ||
		a->os.confidence != b->os.confidence)
		fail_msg("%s: %s %d, %s %d, not %s %d, %s %d", k->label,
			or_unknown(b->kind.answer), b->kind.confidence,
			or_unknown(b->os.answer), b->os.confidence,
			or_unknown(a->kind.answer), a->kind.confidence,
			or_unknown(a->os.answer), a->os.confidence);
}

static void
the_order_of_fields_never_counts(void **state)
{
	struct fixture *f = *state;
	struct device_field shuffled[64];

	srandom(7);
	for (size_t i = 0; i < f->n; i++) {
		const struct known *k = &f->rows[i];
		arena_reset(f->each);
		struct classified before = judged(f, k->fields, k->n);
		assert_true(k->n <= 64);
		memcpy(shuffled, k->fields, k->n * sizeof(shuffled[0]));
		for (size_t a = k->n; a > 1; a--) {
			size_t b = (size_t)random() % a;
			struct device_field other = shuffled[a - 1];
			shuffled[a - 1] = shuffled[b];
			shuffled[b] = other;
		}
		struct classified after = judged(f, shuffled, k->n);
		assert_same(k, &before, &after);
	}
}

/* Facts that no rule asks for, and values that none of its rules knows. */
static void
what_is_irrelevant_never_counts(void **state)
{
	static const char *const extra[] = { "{\"rtt.us\":123}",
		"{\"dns.ptr\":[\"cisco-printer.example\"]}",
		"{\"x.unknown\":{\"a\":1}}", "{\"snmp.location\":\"LaserJet room\"}",
		"{\"name\":\"iPhone\"}", "{\"tcp.closed\":[515,9100]}",
		"{\"http.status\":[\"80 200\"]}", "{\"icmp.echo\":false}",
		"{\"ssh.hostkey\":[\"SHA256:x\"]}", "{\"smb.signing\":\"enabled\"}" };
	struct fixture *f = *state;

	for (size_t x = 0; x < sizeof(extra) / sizeof(extra[0]); x++) {
		for (size_t i = 0; i < f->n; i++) {
			const struct known *k = &f->rows[i];
			struct device_field more[64];
			size_t n;
			arena_reset(f->each);
			const struct device_field *added = known_fields(
				extra[x], f->each, &n);
			struct classified before = judged(f, k->fields, k->n);
			memcpy(more, k->fields, k->n * sizeof(more[0]));
			more[k->n] = added[0];
			struct classified after = judged(f, more, k->n + 1);
			assert_same(k, &before, &after);
		}
	}
}

static void
weak_evidence_is_not_looked_at(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < f->n; i++) {
		const struct known *k = &f->rows[i];
		struct device_field weak[64];
		arena_reset(f->each);
		memcpy(weak, k->fields, k->n * sizeof(weak[0]));
		for (size_t j = 0; j < k->n; j++)
			weak[j].evidence = EVIDENCE_WEAK;
		struct classified c = judged(f, weak, k->n);
		assert_null(c.kind.answer);
		assert_null(c.os.answer);
	}
}

/* --- clues ------------------------------------------------------------------------ */

static void
clues_come_heaviest_first_and_say_why(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < f->n; i++) {
		const struct known *k = &f->rows[i];
		struct classified c;
		struct clue *clues;
		struct err e;
		size_t n;
		arena_reset(f->each);
		assert_int_equal(0,
			classify_explain(f->rules, k->fields, k->n, f->each, &c, &clues,
				&n, &e));
		struct classified plain = judged(f, k->fields, k->n);
		assert_same(k, &plain, &c);
		for (size_t a = 0; a < n; a++) {
			assert_true(clues[a].weight >= 1 && clues[a].weight <= 99);
			assert_true(clues[a].kind || clues[a].os);
			assert_true(*clues[a].why && *clues[a].source);
			assert_true(clues[a].field >= k->fields &&
				clues[a].field < k->fields + k->n);
			if (a)
				assert_true(clues[a - 1].weight >= clues[a].weight);
		}
		assert_true(n == 0 || clues[0].counts);
		assert_true(n > 0 || (!c.kind.answer && !c.os.answer));
	}
}

/* --- rules made for a test -------------------------------------------------------- */

static const char small_rules[] =
	"systems:\n"
	"  Linux: [Debian Linux]\n"
	"windows:\n"
	"- { build: 100, client: Client, server: Server }\n"
	"rules:\n"
	"- { fact: ssh.banner, matches: deb, os: Debian Linux, weight: 60, why: w, source: s }\n"
	"- { fact: ssh.banner, matches: ian, os: Linux, weight: 50, why: w, source: s }\n"
	"- { fact: ip.ttl, between: [1, 64], os: Linux, weight: 50, why: w, source: s }\n"
	"- { fact: smb.os_build, build: '1.', weight: 90, why: w, source: s }\n"
	"- { fact: snmp.printer, is: true, kind: printer, weight: 60, why: w, source: s }\n"
	"- { fact: snmp.forwarding, is: true, kind: router, weight: 60, why: w, source: s }\n"
	"- { fact: tcp.open, has: [1, 2], kind: printer, weight: 70, why: w, source: s }\n"
	"- { fact: tcp.open, has: 3, kind: server, weight: 80, why: w, source: s }\n"
	"- { fact: tcp.open, has: 4, kind: workstation, weight: 70, why: w, source: s }\n"
	"- { fact: tcp.open, has: 5, kind: nas, weight: 59, why: w, source: s }\n"
	"- { fact: host.model, is: VM, kind: virtual-machine, weight: 90, why: w, source: s }\n"
	"- { fact: snmp.sysobjectid, below: '1.3.9', kind: switch, weight: 80, why: w, source: s }\n"
	"- { fact: http.server, is: [a b, c], kind: camera, weight: 80, why: w, source: s }\n"
	"- { fact: mac, begins: '52:54', kind: virtual-machine, weight: 80, why: w, source: s }\n";

static const struct small_row {
	const char *label, *facts, *kind;
	int kind_sure;
	const char *os;
	int os_sure;
} small_rows[] = {
	{ "one clue gives its weight", "{\"snmp.printer\":true}", "printer", 60, NULL,
		0 },
	{ "what says a case says the whole", "{\"ssh.banner\":\"deb\"}", NULL, 0,
		"Debian Linux", 60 },
	{ "too light: unknown", "{\"ip.ttl\":64}", NULL, 0, NULL, 0 },
	{ "doubts multiply: 1 - 0.5 * 0.5", "{\"ip.ttl\":64,\"ssh.banner\":\"ian\"}",
		NULL, 0, "Linux", 75 },
	{ "one protocol counts once, the case as its own",
		"{\"ssh.banner\":\"debian\"}", NULL, 0, "Debian Linux", 60 },
	{ "independent lines: 1 - 0.4 * 0.3",
		"{\"snmp.printer\":true,\"tcp.open\":[1,2]}", "printer", 88, NULL, 0 },
	{ "all of a set", "{\"tcp.open\":[1]}", NULL, 0, NULL, 0 },
	{ "a contradiction: 1.5 / (1 + 1.5 + 4 * 1.5)",
		"{\"snmp.forwarding\":true,\"snmp.printer\":true}", NULL, 0, NULL, 0 },
	{ "the stronger of two contradicting: 4 / (1 + 4 + 4 * 2.33) is not sure",
		"{\"tcp.open\":[3,4]}", NULL, 0, NULL, 0 },
	{ "client or server: not decided", "{\"smb.os_build\":\"1.100\"}", NULL, 0,
		"Client or Server", 90 },
	{ "a server: decided, as sure as that is",
		"{\"smb.os_build\":\"1.100\",\"tcp.open\":[3]}", "server", 80, "Server",
		80 },
	{ "a client", "{\"smb.os_build\":\"1.100\",\"tcp.open\":[4]}", "workstation",
		70, "Client", 70 },
	{ "a build that no table knows", "{\"smb.os_build\":\"1.101\"}", NULL, 0, NULL,
		0 },
	{ "build 0 is none", "{\"smb.os_build\":\"1.0\"}", NULL, 0, NULL, 0 },
	{ "no build at all", "{\"smb.os_build\":\"1.\"}", NULL, 0, NULL, 0 },
	{ "a build is the whole number", "{\"smb.os_build\":\"1.1001\"}", NULL, 0, NULL,
		0 },
	{ "a case that is not sure leaves what it is a case of", "{\"tcp.open\":[3,5]}",
		"server", 80, NULL, 0 },
	{ "a virtual machine of unknown use", "{\"host.model\":\"vm\"}",
		"virtual-machine", 90, NULL, 0 },
	{ "a virtual machine that is a server",
		"{\"host.model\":\"VM\",\"tcp.open\":[3]}", "server", 80, NULL, 0 },
	{ "an object identifier itself", "{\"snmp.sysobjectid\":\"1.3.9\"}", "switch",
		80, NULL, 0 },
	{ "one below it", "{\"snmp.sysobjectid\":\"1.3.9.1\"}", "switch", 80, NULL, 0 },
	{ "a neighbour is not below it", "{\"snmp.sysobjectid\":\"1.3.99\"}", NULL, 0,
		NULL, 0 },
	{ "the port before a text is no part of it", "{\"http.server\":[\"80 A B\"]}",
		"camera", 80, NULL, 0 },
	{ "any of a list", "{\"http.server\":[\"80 x\",\"81 c\"]}", "camera", 80, NULL,
		0 },
	{ "a MAC on the link", "{\"mac\":\"52:54:00:00:00:01\",\"mac.onlink\":true}",
		"virtual-machine", 80, NULL, 0 },
	{ "a MAC from behind a router",
		"{\"mac\":\"52:54:00:00:00:01\",\"mac.onlink\":false}", NULL, 0, NULL,
		0 },
	{ "a MAC of which nobody says whose it is", "{\"mac\":\"52:54:00:00:00:01\"}",
		NULL, 0, NULL, 0 },
};

static struct rules *
small(struct fixture *f)
{
	struct rules *r;
	struct sb mistakes;
	struct err e;

	sb_init(&mistakes, 1 << 16);
	assert_int_equal(0, rules_none(f->mem, &r, &e));
	if (rules_add(r, "t", small_rules, strlen(small_rules), &mistakes, &e) == -1)
		fail_msg("%s", mistakes.text);
	sb_done(&mistakes);
	return r;
}

static void
clues_are_weighed_so(void **state)
{
	struct fixture *f = *state;
	struct rules *r = small(f);
	struct err e;

	for (size_t i = 0; i < sizeof(small_rows) / sizeof(small_rows[0]); i++) {
		const struct small_row *row = &small_rows[i];
		struct classified c;
		size_t n;
		arena_reset(f->each);
		struct device_field *fields = known_fields(row->facts, f->each, &n);
		assert_int_equal(0, classify(r, fields, n, f->each, &c, &e));
		if (!same(c.kind.answer, row->kind) || !same(c.os.answer, row->os) ||
			c.kind.confidence != row->kind_sure ||
			c.os.confidence != row->os_sure)
			fail_msg("%s: %s %d, %s %d", row->label,
				or_unknown(c.kind.answer), c.kind.confidence,
				or_unknown(c.os.answer), c.os.confidence);
	}
}

/* "fact weight" of each clue, in parentheses when it does not count. */
static void
a_clue_counts_unless_a_heavier_one_says_it(void **state)
{
	static const struct {
		const char *label, *facts, *clues;
	} rows[] = {
		{ "a case says what it is a case of",
			"{\"ssh.banner\":\"debian\",\"ip.ttl\":9}",
			"ssh.banner 60 ip.ttl 50 (ssh.banner 50) " },
		{ "another answer of the same protocol", "{\"tcp.open\":[3,4]}",
			"tcp.open 80 tcp.open 70 " },
		{ "a server counts beside its case", "{\"tcp.open\":[3,5]}",
			"tcp.open 80 tcp.open 59 " },
	};
	struct fixture *f = *state;
	struct rules *r = small(f);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct classified c;
		struct clue *clues;
		struct sb text;
		struct err e;
		size_t n, n_clues;
		arena_reset(f->each);
		struct device_field *fields = known_fields(rows[i].facts, f->each, &n);
		assert_int_equal(0,
			classify_explain(
				r, fields, n, f->each, &c, &clues, &n_clues, &e));
		sb_init(&text, 1 << 16);
		for (size_t k = 0; k < n_clues; k++)
			sb_printf(&text, clues[k].counts ? "%s %d " : "(%s %d) ",
				clues[k].field->fact.key, clues[k].weight);
		assert_string_equal(rows[i].clues, text.text);
		sb_done(&text);
	}
}

/* What is not sure enough to be the verdict, but below it. */
static void
a_clue_may_say_more_than_the_verdict(void **state)
{
	static const struct {
		const char *label, *facts, *kinds, *systems;
	} rows[] = {
		{ "a case that is not sure", "{\"tcp.open\":[3,5]}", "nas ", "" },
		{ "what is the verdict says no more", "{\"tcp.open\":[3]}", "", "" },
		{ "nor does what contradicts it",
			"{\"ssh.banner\":\"deb\",\"tcp.open\":[3,4]}", "", "" },
		{ "a system of which the case is the verdict",
			"{\"ssh.banner\":\"debian\"}", "", "" },
	};
	struct fixture *f = *state;
	struct rules *r = small(f);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sb kinds, systems;
		struct classified c;
		struct clue *clues;
		struct err e;
		size_t n, n_clues;
		print_message("  %s\n", rows[i].label);
		arena_reset(f->each);
		struct device_field *fields = known_fields(rows[i].facts, f->each, &n);
		assert_int_equal(0,
			classify_explain(
				r, fields, n, f->each, &c, &clues, &n_clues, &e));
		sb_init(&kinds, 1 << 16);
		sb_init(&systems, 1 << 16);
		for (size_t k = 0; k < n_clues; k++) {
			if (clues[k].more_kind)
				sb_printf(&kinds, "%s ", clues[k].kind);
			if (clues[k].more_os)
				sb_printf(&systems, "%s ", clues[k].os);
		}
		assert_string_equal(rows[i].kinds, kinds.text);
		assert_string_equal(rows[i].systems, systems.text);
		sb_done(&kinds);
		sb_done(&systems);
	}
}

/* --- derived fields --------------------------------------------------------------- */

static const char *
fields_text(const struct device_field *fields, size_t n, struct arena *mem)
{
	struct sb out;
	struct err e;

	sb_init(&out, 1 << 16);
	for (size_t i = 0; i < n; i++) {
		sb_printf(&out, "%s%s=", i ? " " : "", fields[i].fact.key);
		assert_int_equal(0, ndjson_write_fact(&fields[i].fact, &out, &e));
	}
	const char *text = arena_strdup(mem, out.text);
	sb_done(&out);
	return text;
}

static void
fields_get_kind_and_system(void **state)
{
	static const struct {
		const char *label, *facts, *fields;
	} rows[] = {
		{ "both", "{\"snmp.sysdescr\":\"VMware ESXi 7.0.0\"}",
			"kind=\"hypervisor\" kind.confidence=97 os=\"VMware ESXi\" "
			"os.confidence=97 snmp.sysdescr=\"VMware ESXi 7.0.0\"" },
		{ "nothing tells", "{\"rtt.us\":1}", "kind=\"unknown\" rtt.us=1" },
		{ "a person's word stays",
			"{\"kind\":\"vip\",\"os\":\"Plan 9\","
			"\"snmp.sysdescr\":\"VMware ESXi 7.0.0\"}",
			"kind=\"vip\" os=\"Plan 9\" snmp.sysdescr=\"VMware ESXi 7.0.0\"" },
		{ "no fields, no kind", "{}", "" },
	};
	struct fixture *f = *state;
	struct err e;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t n;
		arena_reset(f->each);
		struct device_field *fields = known_fields(rows[i].facts, f->each, &n);
		assert_int_equal(0, classify_fields(f->rules, f->each, &fields, &n, &e));
		assert_string_equal(rows[i].fields, fields_text(fields, n, f->each));
	}
}

static void
what_nothing_tells_is_of_who_saw_the_device_last(void **state)
{
	static const struct {
		const char *label, *sources[3];
		int64_t at[3];
		const char *by;
	} rows[] = {
		{ "the latest", { "sweep", "ad", "passive" }, { 1, 3, 2 }, "ad" },
		{ "a person who wrote saw nothing", { "person", "sweep", "person" },
			{ 5, 1, 9 }, "sweep" },
		{ "not even before", { "sweep", "ad", "person" }, { 2, 1, 0 }, "sweep" },
		{ "nobody has seen it", { "person", "person", "person" }, { 1, 3, 2 },
			"person" },
	};
	struct fixture *f = *state;
	struct err e;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t n;
		arena_reset(f->each);
		struct device_field *fields = known_fields(
			"{\"rtt.us\":1,\"x.one\":1,\"x.two\":1}", f->each, &n);
		assert_int_equal(3, n);
		for (size_t k = 0; k < n; k++) {
			fields[k].source = rows[i].sources[k];
			fields[k].at = rows[i].at[k];
		}
		assert_int_equal(0, classify_fields(f->rules, f->each, &fields, &n, &e));
		print_message("  %s\n", rows[i].label);
		assert_string_equal("kind", fields[0].fact.key);
		assert_string_equal(rows[i].by, fields[0].source);
	}
}

static void
without_rules_nothing_is_added(void **state)
{
	struct fixture *f = *state;
	struct err e;
	size_t n;

	arena_reset(f->each);
	struct device_field *fields = known_fields("{\"rtt.us\":1}", f->each, &n);
	assert_int_equal(0, classify_fields(NULL, f->each, &fields, &n, &e));
	assert_int_equal(1, n);
}

/* --- speed ------------------------------------------------------------------------ */

static void
ten_thousand_devices_take_less_than_a_second(void **state)
{
	struct fixture *f = *state;
	struct timespec from, to;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
	for (size_t i = 0; i < 10000; i++) {
		const struct known *k = &f->rows[i % f->n];
		arena_reset(f->each);
		(void)judged(f, k->fields, k->n);
	}
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
	double s = (double)(to.tv_sec - from.tv_sec) +
		(double)(to.tv_nsec - from.tv_nsec) / 1e9;
	print_message("10,000 devices in %.3f s\n", s);
#ifdef __SANITIZE_ADDRESS__
	assert_true(s < 20);
#else
	assert_true(s < 1);
#endif
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_machines_are_what_they_are),
		cmocka_unit_test(every_rule_and_every_build_is_met_by_a_machine),
		cmocka_unit_test(the_maker_of_a_card_decides_nothing_alone),
		cmocka_unit_test(the_order_of_fields_never_counts),
		cmocka_unit_test(what_is_irrelevant_never_counts),
		cmocka_unit_test(weak_evidence_is_not_looked_at),
		cmocka_unit_test(clues_come_heaviest_first_and_say_why),
		cmocka_unit_test(clues_are_weighed_so),
		cmocka_unit_test(a_clue_counts_unless_a_heavier_one_says_it),
		cmocka_unit_test(a_clue_may_say_more_than_the_verdict),
		cmocka_unit_test(fields_get_kind_and_system),
		cmocka_unit_test(what_nothing_tells_is_of_who_saw_the_device_last),
		cmocka_unit_test(without_rules_nothing_is_added),
		cmocka_unit_test(ten_thousand_devices_take_less_than_a_second),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
