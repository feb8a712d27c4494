/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SNMP conversations with an agent in memory (snmp_agent.h), good, old, slow and hostile.
 * What they come to with a real one, users with keys included, is in tests/e2e/ask_snmp.sh.
 */
#include "packet.h"
#include "scanner/snmp_tables.h"
#include "snmp_agent.h"
#include "talk_rig.h"

extern const struct ask ask_snmp;

/* A switch as the specifications would have it, made up of their examples. */
static const struct agent_row box_rows[] = {
	{ "1.0.8802.1.1.2.1.3.7.1.3.1", "Gi0/1", 's' },
	{ "1.0.8802.1.1.2.1.3.7.1.3.2", "Gi0/2", 's' },
	{ "1.0.8802.1.1.2.1.4.1.1.4.0.1.1", "4", 'i' },
	{ "1.0.8802.1.1.2.1.4.1.1.4.0.2.7", "5", 'i' },
	{ "1.0.8802.1.1.2.1.4.1.1.5.0.1.1", "00163e000001", 'x' },
	{ "1.0.8802.1.1.2.1.4.1.1.5.0.2.7", "01c6120309", 'x' },
	{ "1.0.8802.1.1.2.1.4.1.1.6.0.1.1", "5", 'i' },
	{ "1.0.8802.1.1.2.1.4.1.1.6.0.2.7", "3", 'i' },
	{ "1.0.8802.1.1.2.1.4.1.1.7.0.1.1", "Te1/1", 's' },
	{ "1.0.8802.1.1.2.1.4.1.1.7.0.2.7", "00163e000099", 'x' },
	{ "1.0.8802.1.1.2.1.4.1.1.9.0.1.1", "core", 's' },
	{ "1.0.8802.1.1.2.1.4.1.1.9.0.2.7", "desk\tphone", 's' },
	{ "1.0.8802.1.1.2.1.4.1.1.10.0.1.1", "Core switch", 's' },
	{ "1.0.8802.1.1.2.1.4.1.1.12.0.1.1", "28", 'x' }, /* bridge, router */
	{ "1.0.8802.1.1.2.1.4.1.1.12.0.2.7", "0400", 'x' },
	{ "1.0.8802.1.1.2.1.4.2.1.3.0.2.7.1.4.198.18.3.9", "2", 'i' },
	{ "1.3.6.1.2.1.1.1.0", "Switch OS\r\n1.0", 's' },
	{ "1.3.6.1.2.1.1.2.0", "1.3.6.1.4.1.8072.3.2.10", 'o' },
	{ "1.3.6.1.2.1.1.4.0", "noc@lab.example", 's' },
	{ "1.3.6.1.2.1.1.5.0", "sw1", 's' },
	{ "1.3.6.1.2.1.1.6.0", "Rack 3", 's' },
	{ "1.3.6.1.2.1.1.7.0", "6", 'i' },
	{ "1.3.6.1.2.1.2.2.1.2.1", "GigabitEthernet0/1", 's' },
	{ "1.3.6.1.2.1.2.2.1.6.1", "00163e010101", 'x' },
	{ "1.3.6.1.2.1.2.2.1.6.2", "00163e010102", 'x' },
	{ "1.3.6.1.2.1.2.2.1.6.3", "", 'x' },
	{ "1.3.6.1.2.1.4.1.0", "2", 'i' },
	{ "1.3.6.1.2.1.4.22.1.2.1.198.18.3.7", "00163e000007", 'x' },
	{ "1.3.6.1.2.1.4.34.1.4.1.4.127.0.0.1", "1", 'i' },
	{ "1.3.6.1.2.1.4.34.1.4.1.4.198.18.3.2", "1", 'i' },
	{ "1.3.6.1.2.1.4.34.1.4.1.4.198.18.3.255", "3", 'i' },
	{ "1.3.6.1.2.1.4.34.1.4.2.16.32.1.13.184.0.0.0.0.0.0.0.0.0.0.0.2", "1", 'i' },
	{ "1.3.6.1.2.1.4.34.1.4.4.20.254.128.0.0.0.0.0.0.0.0.0.0.0.0.0.2.0.0.0.1", "1",
		'i' },
	{ "1.3.6.1.2.1.4.35.1.4.1.1.4.198.18.3.7", "00163e000007", 'x' },
	{ "1.3.6.1.2.1.4.35.1.4.1.1.4.198.18.3.8", "", 'x' },
	{ "1.3.6.1.2.1.4.35.1.4.1.2.16.32.1.13.184.0.0.0.0.0.0.0.0.0.0.0.7",
		"00163e000007", 'x' },
	{ "1.3.6.1.2.1.17.1.1.0", "00163e010100", 'x' },
	{ "1.3.6.1.2.1.17.1.2.0", "3", 'i' },
	{ "1.3.6.1.2.1.17.1.4.1.2.101", "1", 'i' },
	{ "1.3.6.1.2.1.17.1.4.1.2.102", "2", 'i' },
	{ "1.3.6.1.2.1.17.1.4.1.2.103", "3", 'i' },
	{ "1.3.6.1.2.1.17.7.1.2.2.1.2.1.0.22.62.0.0.1", "101", 'i' },
	{ "1.3.6.1.2.1.17.7.1.2.2.1.2.1.0.22.62.0.0.7", "102", 'i' },
	{ "1.3.6.1.2.1.17.7.1.2.2.1.2.1.0.22.62.0.1.1", "103", 'i' },
	{ "1.3.6.1.2.1.17.7.1.2.2.1.2.1.0.22.62.0.1.2", "103", 'i' },
	{ "1.3.6.1.2.1.17.7.1.2.2.1.2.1.0.22.62.0.1.3", "103", 'i' },
	{ "1.3.6.1.2.1.17.7.1.2.2.1.2.1.0.22.62.0.1.4", "103", 'i' },
	{ "1.3.6.1.2.1.17.7.1.2.2.1.2.1.0.22.62.0.1.5", "103", 'i' },
	{ "1.3.6.1.2.1.17.7.1.2.2.1.2.1.0.22.62.0.9.9", "0", 'i' },
	{ "1.3.6.1.2.1.17.7.1.2.2.1.2.2.0.22.62.0.0.7", "102", 'i' },
	{ "1.3.6.1.2.1.31.1.1.1.1.1", "Gi0/1", 's' },
	{ "1.3.6.1.2.1.31.1.1.1.1.2", "Gi0/2", 's' },
	{ "1.3.6.1.2.1.31.1.1.1.1.3", "Gi0/3", 's' },
	{ "1.3.6.1.2.1.47.1.1.1.1.5.1001", "6", 'i' },
	{ "1.3.6.1.2.1.47.1.1.1.1.5.1002", "3", 'i' },
	{ "1.3.6.1.2.1.47.1.1.1.1.11.1001", "of-a-card", 's' },
	{ "1.3.6.1.2.1.47.1.1.1.1.11.1002", "FOC1234", 's' },
	{ "1.3.6.1.2.1.47.1.1.1.1.12.1002", "Example Inc.", 's' },
	{ "1.3.6.1.2.1.47.1.1.1.1.13.1002", "X-24", 's' },
};
#define BOX box_rows, sizeof(box_rows) / sizeof(box_rows[0])

#define BOX_FACTS \
	"host.model=X-24\n" \
	"host.serial=FOC1234\n" \
	"host.vendor=Example Inc.\n" \
	"if.addresses=198.18.3.2\n" \
	"if.addresses=2001:db8::2\n" \
	"if.macs=00:16:3e:01:01:01\n" \
	"if.macs=00:16:3e:01:01:02\n" \
	"if.names=Gi0/1\n" \
	"if.names=Gi0/2\n" \
	"if.names=Gi0/3\n" \
	"snmp.bridge=00:16:3e:01:01:00\n" \
	"snmp.contact=noc@lab.example\n"
#define BOX_FACTS_REST \
	"snmp.forwarding=false\n" \
	"snmp.location=Rack 3\n" \
	"snmp.ports=3\n" \
	"snmp.services=6\n" \
	"snmp.sysdescr=Switch OS  1.0\n" \
	"snmp.sysname=sw1\n" \
	"snmp.sysobjectid=1.3.6.1.4.1.8072.3.2.10\n"
/* As in snmp_agent.h; RFC 3411 §5 in hexadecimal */
#define ENGINE_FACT "snmp.engine=80001f880474657374626f78\n"

/* --- a conversation from its beginning to its end --------------------------------------------- */

struct world {
	struct talk *t;
	struct arena *mem;
	struct snmp_access access;
	struct agent agent;
	struct ber ber;
	unsigned deaf_to;       /* so many questions get no answer */
	unsigned wakes, rounds; /* of the conversation */
	enum talk_next end;
};

static void
set_access(struct world *w, const char *const *communities, const char *const *users)
{
	struct opt_list c = { .items = (const char **)(uintptr_t)communities },
			u = { .items = (const char **)(uintptr_t)users };
	struct err e;

	while (communities && communities[c.n])
		c.n++;
	while (users && users[u.n])
		u.n++;
	assert_int_equal(snmp_access_make(&c, &u, w->mem, &w->access, &e), 0);
	w->t->settings.communities = c;
	w->t->settings.users = u;
	w->t->settings.snmp = &w->access;
}

static struct world *
new_world(const struct ask *ask, const char *arg)
{
	struct world *w = calloc(1, sizeof(*w));
	struct err e;

	assert_non_null(w);
	assert_int_equal(snmp_peer_start(&e), 0);
	w->t = rig_new_at(ask, SNMP_PEER_PORT, arg);
	w->mem = arena_new(1 << 20);
	return w;
}

static void
free_world(struct world *w)
{
	rig_free(w->t);
	arena_free(w->mem);
	free(w);
}

/* All that was said by now is answered, or nothing is and a second passes. */
static enum talk_next
turn(struct world *w)
{
	enum talk_next next = TALK_MORE;
	bool answered = false;

	for (size_t left = w->t->n_says; next == TALK_MORE && left > 0; left--) {
		struct rd said = rig_said(w->t);
		const uint8_t *answer;
		size_t n = agent_answer(&w->agent, said, &w->ber, &answer);
		if (w->deaf_to > 0)
			w->deaf_to--, n = 0;
		if (n == 0)
			continue;
		answered = true;
		next = rig_hear(w->t, answer, n);
	}
	if (answered)
		return next;
	w->wakes++;
	return rig_wake(w->t);
}

static void
talk_to(struct world *w)
{
	w->end = rig_begin(w->t);
	for (w->rounds = 0; w->end == TALK_MORE && w->rounds < 5000; w->rounds++)
		w->end = turn(w);
	assert_int_not_equal(w->end, TALK_MORE);
}

static const char *const wrong_and_public[] = { "wrong", "public", NULL };
static const char *const only_public[] = { "public", NULL };

/* --- who lets in ---------------------------------------------------------------------------- */

static const struct way_row {
	const char *label;
	const char *communities[3], *users[3];
	struct agent agent;
	const char *want, *follows, *why;
	unsigned wakes;
} ways[] = {
	{ "the second community, and no version 3", { "wrong", "public" }, { NULL },
		{ BOX, .community = "public" }, BOX_FACTS BOX_FACTS_REST,
		"snmp-tables 161 c1\n", "", 0 },
	{ "a community and the engine", { "public" }, { NULL },
		{ BOX, .community = "public", .user = "x" },
		BOX_FACTS ENGINE_FACT BOX_FACTS_REST, "snmp-tables 161 c0\n", "", 0 },
	{ "version 1 after two seconds", { "public" }, { NULL },
		{ BOX, .community = "public", .only_v1 = true },
		BOX_FACTS BOX_FACTS_REST, "snmp-tables 161 o0\n", "", 2 },
	{ "nobody", { "public" }, { "guest" }, { BOX, .community = "other" }, "", "",
		"", 3 },
	{ "the second user goes before a community", { "public" }, { "bob", "guest" },
		{ BOX, .community = "public", .user = "guest" },
		BOX_FACTS ENGINE_FACT BOX_FACTS_REST, "snmp-tables 161 u1\n", "", 0 },
	{ "no user, but a community", { "public" }, { "bob", "eve" },
		{ BOX, .community = "public", .user = "guest" },
		BOX_FACTS ENGINE_FACT BOX_FACTS_REST, "snmp-tables 161 c0\n", "", 0 },
	{ "no user and no community", { NULL }, { "bob", "eve" },
		{ BOX, .community = "public", .user = "guest" }, ENGINE_FACT, "",
		"none of the SNMP users configured is let in", 0 },
	{ "users, and no version 3: a second is waited for it", { "public" }, { "bob" },
		{ BOX, .community = "public" }, BOX_FACTS BOX_FACTS_REST,
		"snmp-tables 161 c0\n", "", 1 },
};

static void
what_lets_in_is_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		struct world *w = new_world(&ask_snmp, "");
		print_message("  %s\n", ways[i].label);
		set_access(w, ways[i].communities, ways[i].users);
		w->agent = ways[i].agent;
		talk_to(w);
		assert_string_equal(rig_facts(w->t), ways[i].want);
		assert_string_equal(rig_follows(w->t), ways[i].follows);
		assert_string_equal(rig_why(w->t), ways[i].why);
		assert_int_equal(w->wakes, ways[i].wakes);
		free_world(w);
	}
}

static void
without_credentials_nothing_is_asked(void **state)
{
	static const char *const one[] = { "x" };
	static const struct snmp_user user = { .name = "x" };
	struct snmp_access access = { .n_users = 0 };
	struct ask_settings s = { .snmp = NULL };

	(void)state;
	assert_false(ask_snmp.wanted(&s));
	s.snmp = &access;
	assert_false(ask_snmp.wanted(&s));
	access = (struct snmp_access){ .users = &user, .n_users = 1 };
	assert_true(ask_snmp.wanted(&s));
	access = (struct snmp_access){ .communities = one, .n_communities = 1 };
	assert_true(ask_snmp.wanted(&s));
}

/* RFC 3412 §7.2.11: the answer to a signed question must be signed. */
static void
an_unsigned_answer_is_not_believed(void **state)
{
	static const char *const users[] = { "guest SHA-256 maplesyrup", NULL };
	struct world *w = new_world(&ask_snmp, "");

	(void)state;
	set_access(w, NULL, users);
	w->agent = (struct agent){ BOX, .user = "guest" };
	talk_to(w);
	assert_string_equal(rig_facts(w->t), ENGINE_FACT);
	assert_string_equal(
		rig_why(w->t), "none of the SNMP users configured is let in");
	free_world(w);
}

/* --- loss and lies --------------------------------------------------------------------------- */

static void
an_answer_that_is_lost_is_asked_for_again(void **state)
{
	struct world *w = new_world(&ask_snmp, "");

	(void)state;
	set_access(w, only_public, NULL);
	w->agent = (struct agent){ BOX, .community = "public" };
	w->deaf_to = 2; /* the engine and the community */
	talk_to(w);
	assert_int_equal(w->end, TALK_DONE);
	assert_int_equal(w->wakes, 1);
	assert_string_equal(rig_facts(w->t), BOX_FACTS BOX_FACTS_REST);
	free_world(w);
}

static void
what_was_learnt_before_a_silence_is_told(void **state)
{
	struct world *w = new_world(&ask_snmp, "");

	(void)state;
	set_access(w, only_public, NULL);
	w->agent = (struct agent){ BOX, .community = "public" };
	w->end = rig_begin(w->t);
	while (!rig_fact(w->t, "if.macs"))
		w->end = turn(w);
	w->deaf_to = 2;
	w->end = turn(w);
	assert_int_equal(w->end, TALK_MORE);
	w->end = turn(w);
	assert_int_equal(w->end, TALK_GARBAGE);
	assert_string_equal(rig_why(w->t), "it fell silent before all was asked");
	assert_string_equal(rig_fact(w->t, "snmp.sysname"), "sw1");
	assert_null(rig_fact(w->t, "if.names"));
	free_world(w);
}

static const struct lie_row {
	const char *label;
	struct agent agent;
	const char *why, *cut, *want;
} lies[] = {
	{ "the same row for ever", { BOX, .community = "public", .stands = true },
		"RFC 3416 §4.2.3: a walk goes backwards", "",
		"if.macs=00:16:3e:01:01:01\n" },
	{ "rows that go back", { BOX, .community = "public", .backwards = true },
		"RFC 3416 §4.2.3: a walk goes backwards", "",
		"if.macs=00:16:3e:01:01:01\n" },
	{ "a table without an end", { BOX, .community = "public", .endless = true }, "",
		"a table with more rows than are taken", "if.macs=00:01:02:03:04:05\n" },
};

static void
an_agent_that_loops_is_left(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		struct world *w = new_world(&ask_snmp, "");
		print_message("  %s\n", lies[i].label);
		set_access(w, only_public, NULL);
		w->agent = lies[i].agent;
		talk_to(w);
		assert_int_equal(w->end, lies[i].why[0] ? TALK_GARBAGE : TALK_DONE);
		assert_string_equal(rig_why(w->t), lies[i].why);
		assert_string_equal(rig_cut(w->t), lies[i].cut);
		assert_non_null(strstr(rig_facts(w->t), lies[i].want));
		assert_string_equal(rig_fact(w->t, "snmp.sysname"), "sw1");
		/* 1,000 rows of six tables at 20 a question, and the rest */
		assert_in_range(w->agent.asked, 5, 400);
		free_world(w);
	}
}

/* What comes is not what was asked for; a second passes all the same. */
static void
hear_wrong_ids(struct world *w, uint32_t add_to_id)
{
	w->agent.add_to_id = add_to_id;
	for (int i = 0; w->end == TALK_MORE && i < 20; i++) {
		w->end = turn(w);
		if (w->end == TALK_MORE)
			w->end = rig_wake(w->t);
	}
}

static void
answers_with_a_wrong_id_are_none(void **state)
{
	struct world *w = new_world(&ask_snmp, "");

	(void)state;
	set_access(w, wrong_and_public, NULL);
	w->agent = (struct agent){ BOX, .community = "public" };
	w->end = rig_begin(w->t);
	hear_wrong_ids(w, 4096);
	assert_int_equal(w->end, TALK_DONE);
	assert_string_equal(rig_facts(w->t), "");
	free_world(w);
}

static void
answers_with_a_wrong_id_are_none_after_being_let_in(void **state)
{
	struct world *w = new_world(&ask_snmp, "");

	(void)state;
	set_access(w, wrong_and_public, NULL);
	w->agent = (struct agent){ BOX, .community = "public" };
	w->end = rig_begin(w->t);
	w->end = turn(w);
	assert_int_equal(w->end, TALK_MORE);
	hear_wrong_ids(w, 32);
	assert_int_equal(w->end, TALK_GARBAGE);
	assert_string_equal(rig_why(w->t), "it fell silent before all was asked");
	assert_string_equal(rig_facts(w->t), "");
	free_world(w);
}

static void
an_answer_that_is_too_big_is_asked_for_in_parts(void **state)
{
	struct world *w = new_world(&ask_snmp, "");

	(void)state;
	set_access(w, only_public, NULL);
	w->agent = (struct agent){ BOX, .community = "public", .most = 1 };
	talk_to(w);
	assert_int_equal(w->end, TALK_DONE);
	assert_string_equal(rig_facts(w->t), BOX_FACTS BOX_FACTS_REST);
	free_world(w);
}

static const struct agent_row printer_rows[] = {
	{ "1.3.6.1.2.1.1.5.0", "hall", 's' },
	{ "1.3.6.1.2.1.2.2.1.2.1", "Network card", 's' },
	{ "1.3.6.1.2.1.4.20.1.1.127.0.0.1", "7f000001", 'a' },
	{ "1.3.6.1.2.1.4.20.1.1.198.18.3.40", "c6120328", 'a' },
	{ "1.3.6.1.2.1.43.5.1.1.16.1", "Hall printer", 's' },
	{ "1.3.6.1.2.1.43.5.1.1.17.1", "SN-77", 's' },
};

/* It has neither ifXTable nor ipAddressTable nor ENTITY-MIB. */
static void
an_old_printer_tells_what_it_can(void **state)
{
	struct world *w = new_world(&ask_snmp, "");

	(void)state;
	set_access(w, only_public, NULL);
	w->agent = (struct agent){ printer_rows,
		sizeof(printer_rows) / sizeof(printer_rows[0]), .community = "public" };
	talk_to(w);
	assert_string_equal(rig_facts(w->t),
		"host.serial=SN-77\n"
		"if.addresses=198.18.3.40\n"
		"if.names=Network card\n"
		"snmp.printer=true\n"
		"snmp.sysname=hall\n");
	free_world(w);
}

/* --- what it knows of others ------------------------------------------------------------------ */

static void
tables_become_words_about_others(void **state)
{
	struct world *w = new_world(&ask_snmp_tables, "c1");

	(void)state;
	set_access(w, wrong_and_public, NULL);
	w->agent = (struct agent){ BOX, .community = "public" };
	talk_to(w);
	assert_int_equal(w->end, TALK_DONE);
	assert_int_equal(w->wakes, 0);
	assert_string_equal(rig_facts(w->t), "");
	assert_string_equal(rig_others(w->t),
		"198.18.3.7 mac=00:16:3e:00:00:07\n"
		"2001:db8::7 mac=00:16:3e:00:00:07\n"
		"- link.to=sw1 Gi0/1 lldp.capabilities=bridge,router "
		"lldp.chassis=00:16:3e:00:00:01 lldp.descr=Core switch lldp.name=core "
		"lldp.port=Te1/1 mac=00:16:3e:00:00:01\n"
		"198.18.3.9 link.to=sw1 Gi0/2 lldp.capabilities=phone "
		"lldp.chassis=198.18.3.9 lldp.name=desk phone "
		"lldp.port=00:16:3e:00:00:99\n"
		/* port 101 leads to a bridge, behind 103 are too many */
		"- link.to=sw1 Gi0/2 mac=00:16:3e:00:00:07\n");
	free_world(w);
}

/* Its neighbours are asked for before the forwarding table, which is one answer here. */
static void
what_a_slow_switch_has_told_is_kept(void **state)
{
	struct world *whole = new_world(&ask_snmp_tables, "c1");
	bool neighbours = false;

	(void)state;
	set_access(whole, wrong_and_public, NULL);
	whole->agent = (struct agent){ BOX, .community = "public" };
	talk_to(whole);
	for (unsigned rounds = 1; rounds <= whole->rounds; rounds++) {
		struct world *w = new_world(&ask_snmp_tables, "c1");
		set_access(w, wrong_and_public, NULL);
		w->agent = (struct agent){ BOX, .community = "public" };
		enum talk_next next = rig_begin(w->t);
		for (unsigned i = 1; i < rounds && next == TALK_MORE; i++)
			next = turn(w);
		assert_int_equal(next, TALK_MORE);
		rig_late(w->t);
		neighbours = strstr(rig_others(w->t), "lldp.name=core") != NULL;
		free_world(w);
	}
	assert_true(neighbours);
	free_world(whole);
}

/* One row an answer: of port 103, which leads on, two MACs are known by then. */
static void
of_a_part_of_a_table_only_those_alone_are_plugged_in(void **state)
{
	enum { NOT_READ = 6 }; /* five MACs, and that there are no more */
	struct world *whole = new_world(&ask_snmp_tables, "o1");
	struct world *w = new_world(&ask_snmp_tables, "o1");

	(void)state;
	set_access(whole, wrong_and_public, NULL);
	set_access(w, wrong_and_public, NULL);
	whole->agent = w->agent = (struct agent){ BOX, .community = "public",
		.only_v1 = true };
	talk_to(whole);
	enum talk_next next = rig_begin(w->t);
	while (next == TALK_MORE && w->agent.asked < whole->agent.asked - NOT_READ)
		next = turn(w);
	assert_int_equal(next, TALK_MORE);
	rig_late(w->t);
	free_world(whole);
	assert_non_null(strstr(rig_others(w->t), "- link.to=sw1 Gi0/2 mac="));
	assert_null(strstr(rig_others(w->t), "Gi0/3"));
	free_world(w);
}

static void
only_what_let_in_before_is_tried_again(void **state)
{
	static const char *const users[] = { "bob", "guest", NULL };
	struct world *w = new_world(&ask_snmp_tables, "u1");

	(void)state;
	set_access(w, wrong_and_public, users);
	w->agent = (struct agent){ BOX, .community = "public", .user = "guest" };
	talk_to(w);
	assert_int_equal(w->end, TALK_DONE);
	assert_non_null(strstr(rig_others(w->t), "198.18.3.7 mac="));
	assert_string_equal(rig_facts(w->t), ""); /* not the engine once more */
	free_world(w);
}

static const struct agent_row old_router_rows[] = {
	{ "1.3.6.1.2.1.4.22.1.2.2.198.18.3.7", "00163e000007", 'x' },
	{ "1.3.6.1.2.1.4.22.1.2.2.224.0.0.1", "01005e000001", 'x' },
};

static void
an_old_router_has_the_old_arp_table(void **state)
{
	struct world *w = new_world(&ask_snmp_tables, "c0");

	(void)state;
	set_access(w, only_public, NULL);
	w->agent = (struct agent){ old_router_rows, 2, .community = "public" };
	talk_to(w);
	assert_string_equal(rig_others(w->t), "198.18.3.7 mac=00:16:3e:00:00:07\n");
	free_world(w);
}

static const struct agent_row old_switch_rows[] = {
	{ "1.3.6.1.2.1.17.1.4.1.2.5", "50", 'i' },
	{ "1.3.6.1.2.1.17.4.3.1.2.0.22.62.0.0.7", "5", 'i' },
	{ "1.3.6.1.2.1.17.4.3.1.2.1.0.94.0.0.1", "5", 'i' },   /* a group */
	{ "1.3.6.1.2.1.17.4.3.1.2.999.0.94.0.0.1", "5", 'i' }, /* no byte */
};

static void
a_nameless_switch_is_called_by_address_and_number(void **state)
{
	struct world *w = new_world(&ask_snmp_tables, "c0");

	(void)state;
	set_access(w, only_public, NULL);
	w->agent = (struct agent){ old_switch_rows, 4, .community = "public" };
	talk_to(w);
	assert_string_equal(
		rig_others(w->t), "- link.to=192.0.2.1 port 5 mac=00:16:3e:00:00:07\n");
	free_world(w);
}

/* RFC 4001 §4.1 */
static const struct index_row {
	const char *index, *want; /* NULL: none */
} indexes[] = {
	{ "1.4.198.18.3.7", "198.18.3.7" },
	{ "2.16.32.1.13.184.0.0.0.0.0.0.0.0.0.0.0.7", "2001:db8::7" },
	{ "3.8.198.18.3.7.0.0.0.9", "198.18.3.7" },
	{ "1.4.198.18.3", NULL },
	{ "1.4.198.18.3.7.1", NULL },
	{ "1.5.198.18.3.7.1", NULL },
	{ "2.4.198.18.3.7", NULL },
	{ "1.4.198.18.3.256", NULL },
	{ "0.4.198.18.3.7", NULL },
	{ "16.4.198.18.3.7", NULL },
	{ "1.4", NULL },
};

static void
an_address_is_read_from_an_index(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(indexes) / sizeof(indexes[0]); i++) {
		struct agent_oid o = agent_name(indexes[i].index);
		char text[ADDR_TEXT_MAX];
		struct addr ip;
		print_message("  %s\n", indexes[i].index);
		bool ok = snmp_inet_address(o.ids, o.n, &ip);
		assert_int_equal(ok, indexes[i].want != NULL);
		if (ok)
			assert_string_equal(addr_print(&ip, text), indexes[i].want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_lets_in_is_found),
		cmocka_unit_test(without_credentials_nothing_is_asked),
		cmocka_unit_test(an_unsigned_answer_is_not_believed),
		cmocka_unit_test(an_answer_that_is_lost_is_asked_for_again),
		cmocka_unit_test(what_was_learnt_before_a_silence_is_told),
		cmocka_unit_test(an_agent_that_loops_is_left),
		cmocka_unit_test(answers_with_a_wrong_id_are_none),
		cmocka_unit_test(answers_with_a_wrong_id_are_none_after_being_let_in),
		cmocka_unit_test(an_answer_that_is_too_big_is_asked_for_in_parts),
		cmocka_unit_test(an_old_printer_tells_what_it_can),
		cmocka_unit_test(tables_become_words_about_others),
		cmocka_unit_test(what_a_slow_switch_has_told_is_kept),
		cmocka_unit_test(of_a_part_of_a_table_only_those_alone_are_plugged_in),
		cmocka_unit_test(only_what_let_in_before_is_tried_again),
		cmocka_unit_test(an_old_router_has_the_old_arp_table),
		cmocka_unit_test(a_nameless_switch_is_called_by_address_and_number),
		cmocka_unit_test(an_address_is_read_from_an_index),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
