/* SPDX-License-Identifier: GPL-3.0-or-later */
/* agent.yaml: what it makes, and every mistake at once, each where it stands. */
#include "schedule/agent_conf.h"
#include "schedule/poll_args.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define N(a) (sizeof(a) / sizeof((a)[0]))
#define NOW  1795292103

struct reading {
	struct arena *mem;
	struct agent_conf *conf;
	struct sb mistakes;
	struct err e;
	int rc;
};

static void
read_text(struct reading *r, const char *text)
{
	*r = (struct reading){ .mem = arena_new(256 << 20) };
	sb_init(&r->mistakes, CONF_MAX);
	r->rc = agent_conf_read(
		"f", text, strlen(text), NOW, r->mem, &r->conf, &r->mistakes, &r->e);
}

static void
done(struct reading *r)
{
	sb_done(&r->mistakes);
	arena_free(r->mem);
}

static void
must_be_right(const struct reading *r)
{
	if (r->rc == -1)
		fail_msg("%s: %s", r->e.text, r->mistakes.text);
}

static const char whole[] =
	"agent: {site: berlin, timezone: Europe/Berlin, blackout: [daily 01:00-02:00]}\n"
	"scope: {allow: [10.0.0.0/8], exclude: [10.1.0.66]}\n"
	"ranges:\n"
	"  office:\n"
	"    targets: [10.1.0.0/24, gw.example]\n"
	"    exclude: [10.1.0.1]\n"
	"    rate: 500\n"
	"    schedule: [every 6h, mon 07:00]\n"
	"    blackout: mon-fri 08:00-18:00\n"
	"  lab: {targets: [10.2.0.0/24], schedule: after office, enabled: no, talk: no}\n"
	"windows:\n"
	"  corp: {domains: [CORP], quick: every 15min, full: every 60min,\n"
	"    credential: [CORP=reader, lab]}\n"
	"ad:\n"
	"  forest: {forest: yes, credential: reader}\n"
	"passive: {enabled: yes, interfaces: [eth0, eth1]}\n"
	"locations: {hq: {subnet: [10.1.0.0/16]}}\n"
	"groups: {berlin: {parent: all, unit: [corp.example/Berlin]}, all: {}}\n";

static void
definitions_become_polls(void **state)
{
	struct reading r;

	(void)state;
	read_text(&r, whole);
	must_be_right(&r);
	assert_string_equal("berlin", r.conf->site);
	assert_int_equal(6, r.conf->n_polls); /* corp is two */
	assert_int_equal(1, r.conf->n_locations);
	assert_int_equal(2, r.conf->n_groups);
	assert_ptr_equal(&r.conf->groups[1], r.conf->groups[0].parent);
	const struct poll_def *d = agent_conf_find(r.conf, "office");
	assert_non_null(d);
	assert_int_equal(2, d->n_calendars);
	assert_int_equal(2, d->n_blackouts); /* the agent's, too */
	assert_string_equal("Europe/Berlin", zone_name(d->zone));
	assert_true(iprange_count(d->targets) == 254); /* without .1 and .66 */
	assert_false(agent_conf_find(r.conf, "lab")->timing.enabled);
	assert_true(agent_conf_find(r.conf, "corp.full")->is_full);
	assert_false(agent_conf_find(r.conf, "corp.quick")->is_full);
	assert_null(agent_conf_find(r.conf, "corp"));
	done(&r);
}

static void
a_poll_is_a_command_line(void **state)
{
	static const struct {
		const char *poll, *line;
		struct poll_given given;
	} rows[] = {
		{ "office",
			"muster scan --emit --quiet --site=berlin --point=p1 --claim-fd=7 --yes --rate=500 "
			"--exclude=10.1.0.1 --exclude-file=/proc/self/fd/5 -- 10.1.0.0/24 "
			"gw.example ",
			{ NULL, false, false } },
		{ "lab",
			"muster scan --emit --quiet --site=berlin --point=p1 --state-fd=4 --claim-fd=7 --yes "
			"--no-talk --exclude-file=/proc/self/fd/5 -- 10.2.0.0/24 ",
			{ NULL, true, false } },
		{ "corp.quick",
			"muster windows --emit --quiet --site=berlin --point=p1 --quick "
			"--domain=CORP --exclude-file=/proc/self/fd/5 -- ",
			{ NULL, false, false } },
		{ "corp.full",
			"muster windows --emit --quiet --config=/etc/m.yaml --site=berlin "
			"--point=p1 --known-from=/proc/self/fd/4 --credentials-fd=6 "
			"--credential=CORP=reader --credential=lab --domain=CORP "
			"--exclude-file=/proc/self/fd/5 -- ",
			{ "/etc/m.yaml", true, true } },
		{ "forest",
			"muster ad --emit --quiet --site=berlin --point=p1 "
			"--state-from=/proc/self/fd/4 --credentials-fd=6 --credential=reader "
			"--forest --exclude-file=/proc/self/fd/5 ",
			{ NULL, true, true } },
		{ "passive",
			"muster listen --emit --quiet --site=berlin --point=p1 --interface=eth0 "
			"--interface=eth1 ",
			{ NULL, false, false } },
	};
	struct reading r;

	(void)state;
	read_text(&r, whole);
	must_be_right(&r);
	r.conf->point = "p1";
	for (size_t i = 0; i < N(rows); i++) {
		struct poll_args args;
		char line[1024] = "";
		assert_int_equal(0,
			poll_args(agent_conf_find(r.conf, rows[i].poll), r.conf,
				&rows[i].given, r.mem, &args, &r.e));
		for (size_t k = 0; args.argv[k]; k++) {
			(void)strncat(
				line, args.argv[k], sizeof(line) - strlen(line) - 2);
			(void)strncat(line, " ", 2);
		}
		assert_string_equal(rows[i].line, line);
	}
	done(&r);
}

static void
mistakes_are_told_where_they_stand(void **state)
{
	static const struct {
		const char *label, *text, *want;
	} rows[] = {
		{ "a name with a dot", "ad: {corp.example: {schedule: every 1h}}",
			"f:1:6: ad: corp.example is no name: letters, digits, - and _, up to 40 of them" },
		{ "a name with a space", "ranges: {'x y': {targets: [10.0.0.1]}}",
			"f:1:10: ranges: x y is no name: letters, digits, - and _, up to 40 of them" },
		{ "unknown key", "ranges: {a: {targets: [10.0.0.1], rates: 5}}",
			"f:1:35: unknown key ranges.a.rates; did you mean ranges.a.rate?" },
		{ "no schedule",
			"ranges: {a: {targets: [10.0.0.1], schedule: sometimes}}",
			"f:1:45: ranges.a.schedule: 'sometimes' is no schedule" },
		{ "one of several", "ranges: {a: {targets: [10.0.0.1, x..y]}}",
			"f:1:34: ranges.a.targets" },
		{ "no targets", "ranges: {a: {rate: 5}}",
			"f:1:10: ranges.a has no targets" },
		{ "out of scope",
			"scope: {allow: [10.0.0.0/8]}\nranges: {a: {targets: "
			"[10.0.0.1, 192.168.0.0/24]}}",
			"f:2:14: ranges.a.targets: 192.168.0.0/24 is not in the scope" },
		{ "public", "ranges: {a: {targets: [8.8.8.8]}}",
			"f:1:14: ranges.a.targets: 8.8.8.8 is not in the scope" },
		{ "public, not said so", "scope: {allow: [8.8.8.0/24]}",
			"f:1:9: scope.allow: 8.8.8.0/24 is public" },
		{ "lifetime", "ranges: {a: {targets: [10.0.0.1], schedule: every 2d}}",
			"f:1:10: ranges.a: an address lives 1 d" },
		{ "lifetime, said", "ranges: {a: {targets: [10.0.0.1], lifetime: 1h}}",
			"f:1:35: ranges.a: an address lives 1 h, but up to 7 h" },
		{ "lifetime, and runs that are put off",
			"ranges: {a: {targets: [10.0.0.1], schedule: every 24h, spread: 6h}}",
			"f:1:10: ranges.a: an address lives 1 d, but up to 30 h" },
		{ "lifetime, and windows",
			"agent: {blackout: [sat 00:00-24:00]}\nranges: {a: {targets: "
			"[10.0.0.1], schedule: every 6h, blackout: [sun 00:00-24:00]}}",
			"f:2:10: ranges.a: an address lives 1 d, but up to 54 h" },
		{ "after nobody",
			"ranges: {a: {targets: [10.0.0.1], schedule: after b}}",
			"f:1:35: ranges.a.schedule: there is no poll b" },
		{ "in a circle",
			"ranges: {a: {targets: [10.0.0.1], schedule: after b}, b: {targets: "
			"[10.0.0.2], schedule: after a}}",
			"f:1:35: ranges.a.schedule: it would follow itself" },
		{ "one name twice",
			"ranges: {a: {targets: [10.0.0.1]}}\nad: {a: {forest: yes}}",
			"f:2:6: ad.a: the name was given in line 1 already" },
		{ "zone", "agent: {timezone: Europe/Atlantis}",
			"f:1:19: agent.timezone" },
		{ "window", "agent: {blackout: [at night]}", "f:1:20: agent.blackout" },
		{ "server without domain", "ad: {a: {server: dc1}}",
			"f:1:10: ad.a has a server but no domain" },
		{ "a location without conditions", "locations: {a: {}}",
			"f:1:13: locations.a has no condition" },
		{ "no MAC", "locations: {a: {gateway_mac: [x]}}",
			"f:1:31: locations.a.gateway_mac" },
		{ "no pin", "locations: {a: {tls: ['a.b:443=12']}}",
			"f:1:23: locations.a.tls" },
		{ "a port that is none",
			"ranges: {a: {targets: [10.0.0.1], ports: [99999]}}",
			"f:1:43: ranges.a.ports: \"99999\" is no TCP port" },
		{ "a word for a port",
			"ranges: {a: {targets: [10.0.0.1], ports: [80, abc]}}",
			"f:1:47: ranges.a.ports: \"abc\" is no TCP port" },
		{ "no address of a name server", "windows: {a: {wins: [300.1.1.1]}}",
			"f:1:22: windows.a.wins: '300.1.1.1' is no IPv4 address" },
		{ "a name server outside of the scope",
			"windows: {a: {wins: [8.8.8.8]}}",
			"f:1:15: windows.a.wins: 8.8.8.8 is not in the scope" },
		{ "an excluded one",
			"windows: {a: {wins: [10.0.0.7], exclude: [10.0.0.0/29]}}",
			"f:1:15: windows.a.wins: 10.0.0.7 is not in the scope of this point, or "
			"excluded" },
		{ "no NetBIOS name",
			"windows: {a: {domains: [corp.headquarters.example]}}",
			"f:1:25: windows.a.domains: 'corp.headquarters.example' is no NetBIOS" },
		{ "no domain", "ad: {a: {domain: 'bad domain'}}",
			"f:1:18: ad.a.domain: 'bad domain' is no name of a domain" },
		{ "no server", "ad: {a: {domain: d.example, server: 'dc 1'}}",
			"f:1:37: ad.a.server: 'dc 1' is neither" },
		{ "an empty site", "agent: {site: ''}",
			"f:1:15: agent.site: a name cannot" },
		{ "an empty point", "agent: {point: ' '}",
			"f:1:16: agent.point: a name" },
		{ "a socket somewhere", "agent: {socket: run/sock}",
			"f:1:17: agent.socket: 'run/sock' is no whole path" },
		{ "a socket with a long name",
			"agent: {socket: "
			"/01234567890123456789012345678901234567890123456789012345678901234567"
			"890123456789012345678901234567890123456789}",
			"f:1:17: agent.socket: the path of a socket has 107 bytes" },
		{ "figures somewhere", "agent: {metrics: m.prom}",
			"f:1:18: agent.metrics: 'm.prom' is no whole path" },
		{ "a store somewhere", "agent: {store: muster.db}",
			"f:1:16: agent.store: 'muster.db' is no whole path" },
		{ "a secret somewhere",
			"events: {webhook: 'http://127.0.0.1/', secret: hook}",
			"f:1:48: events.secret: 'hook' is no whole path" },
		{ "an empty schedule",
			"ranges: {a: {targets: [10.0.0.1], schedule: []}}",
			"f:1:45: ranges.a.schedule says nothing" },
		{ "a schedule of nothing", "ad: {a: {schedule: ['']}}",
			"f:1:20: ad.a.schedule says nothing" },
		{ "targets that are none", "ranges: {a: {targets: []}}",
			"f:1:23: ranges.a.targets says nothing" },
		{ "a scope that is none", "scope: {allow: ''}",
			"f:1:16: scope.allow says nothing" },
		{ "listening has no deadline", "passive: {deadline: 1h}",
			"f:1:11: unknown key passive.deadline" },
		{ "nor a turn", "passive: {priority: 9}",
			"f:1:11: unknown key passive.priority" },
		{ "a day that never comes",
			"ranges: {a: {targets: [10.0.0.1], schedule: 'cron 0 3 31 2 *'}}",
			"f:1:45: ranges.a.schedule: 'cron 0 3 31 2 *' never comes" },
		{ "a file of exclusions that is not there",
			"scope: {exclude: ['@/nonexistent/x']}",
			"f:1:19: scope.exclude: open /nonexistent/x: No such file" },
		{ "one that cannot be read", "scope: {exclude: ['@/proc/self/mem']}",
			"f:1:19: scope.exclude: /proc/self/mem: read:" },
		{ "one of a scope", "scope: {allow: ['@/nonexistent/x']}",
			"f:1:17: scope.allow: open /nonexistent/x: No such file" },
		{ "one of a range",
			"ranges: {a: {targets: [10.0.0.0/24], exclude: ['@/nonexistent/x']}}",
			"f:1:48: ranges.a.exclude: open /nonexistent/x: No such file" },
		{ "a group in none", "groups: {a: {parent: b}}",
			"f:1:10: groups.a.parent: there is no group b" },
		{ "a group in itself", "groups: {a: {parent: a}}",
			"f:1:10: groups.a.parent: the group would be part of itself" },
		{ "a circle of groups",
			"groups: {c: {parent: a}, a: {parent: b}, b: {parent: a}}",
			"f:1:26: groups.a.parent: the group would be part of itself" },
		{ "a unit twice", "groups: {a: {unit: [x.y/A]}, b: {unit: [X.y/a]}}",
			"f:1:30: groups.b.unit is named twice: X.y/a" },
		{ "no unit", "groups: {a: {unit: [OU=A]}}",
			"f:1:21: groups.a.unit: 'OU=A' is no unit" },
		{ "a unit with an end that is none", "groups: {a: {unit: ['x.y/A/']}}",
			"f:1:21: groups.a.unit: 'x.y/A/' is no unit" },
		{ "a name that is taken", "groups: {Unassigned: {}}",
			"f:1:10: groups.Unassigned is the name of what is in no group" },
		{ "one of a location", "locations: {a: {subnet: ['@/nonexistent/x']}}",
			"f:1:26: locations.a.subnet: open /nonexistent/x: No such file" },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		struct reading r;
		print_message("  %s\n", rows[i].label);
		read_text(&r, rows[i].text);
		assert_int_equal(-1, r.rc);
		assert_int_equal(ERR_ARG, r.e.code);
		if (!strstr(r.mistakes.text, rows[i].want))
			fail_msg("%s", r.mistakes.text);
		done(&r);
	}
}

/* Or an agent that runs could not start again for some weeks of the year. */
static void
what_is_right_is_right_all_the_year(void **state)
{
	static const char *const rows[] = {
		"agent: {timezone: Europe/Berlin}\n"
		"ranges: {a: {targets: [10.0.0.1], schedule: 'daily 03:00'}}",
		"ranges: {a: {targets: [10.0.0.1], schedule: 'daily 02:30', timezone: "
		"America/New_York}}",
		"ranges: {a: {targets: [10.0.0.1], blackout: ['mon-fri 08:00-18:00', "
		"'2026-12-24 - 2027-01-04']}}",
	};
	enum { WEEKS = 53 };

	(void)state;
	for (size_t i = 0; i < WEEKS * N(rows); i++) {
		struct reading r = { .mem = arena_new(256 << 20) };
		const char *text = rows[i / WEEKS];
		sb_init(&r.mistakes, CONF_MAX);
		r.rc = agent_conf_read("f", text, strlen(text),
			NOW + (int64_t)(i % WEEKS) * 7 * DAY_SECONDS, r.mem, &r.conf,
			&r.mistakes, &r.e);
		must_be_right(&r);
		done(&r);
	}
}

static void
a_credential_that_is_not_there_is_a_mistake_where_that_is_known(void **state)
{
	static const struct {
		const char *label, *text, *want; /* NULL: no mistake */
	} rows[] = {
		{ "one that there is",
			"ad: {a: {domain: x.example, credential: reader, schedule: start}}",
			NULL },
		{ "a typo",
			"ad: {a: {domain: x.example, credential: raeder, schedule: start}}",
			"f:1:29: ad.a.credential: there is no credential raeder; did you "
			"mean reader?\n" },
		{ "nothing like it",
			"ad: {a: {domain: x.example, credential: q, schedule: start}}",
			"f:1:29: ad.a.credential: there is no credential q\n" },
		{ "of machines, each once",
			"windows:\n  corp:\n    credential: [CORP=reader, LAB=labb]\n"
			"    quick: every 1h\n    full: every 2h",
			"f:3:5: windows.corp.credential: there is no credential labb; did "
			"you mean lab?\n" },
	};
	const char *names[] = { "reader", "lab" };
	const struct opt_list known = { names, 2, 2 };

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		struct reading r;
		print_message("  %s\n", rows[i].label);
		read_text(&r, rows[i].text); /* nobody knows */
		must_be_right(&r);
		sb_clear(&r.mistakes);
		r.rc = agent_conf_check("f", rows[i].text, strlen(rows[i].text), NOW,
			&known, r.mem, &r.conf, &r.mistakes, &r.e);
		assert_int_equal(rows[i].want ? -1 : 0, r.rc);
		assert_string_equal(rows[i].want ? rows[i].want : "", r.mistakes.text);
		done(&r);
	}
}

static void
all_mistakes_are_told_at_once(void **state)
{
	static const char text[] = "agent: {colour: red}\n"
				   "ranges:\n"
				   "  a: {targets: [10.0.0.1], schedule: never}\n"
				   "  b: {targets: [8.8.8.8], rate: x}\n"
				   "  c: {schedule: after nobody}\n";
	struct reading r;
	size_t n = 0;

	(void)state;
	read_text(&r, text);
	assert_int_equal(-1, r.rc);
	for (const char *p = r.mistakes.text; *p; p++)
		n += *p == '\n';
	/* colour, never, x; 8.8.8.8, c without targets, c after nobody */
	assert_int_equal(6, n);
	done(&r);
}

/* By which an agent knows whether a run may go on when the file has changed. */
static void
a_poll_reaches_its_targets_or_where_names_lead_it(void **state)
{
#define SCOPE "scope: {allow: [10.0.0.0/24], exclude: [10.0.0.66]}\n"
	static const struct {
		const char *label, *text, *poll, *reach;
	} rows[] = {
		{ "a range", SCOPE "ranges: {a: {targets: [10.0.0.64/30]}}", "a",
			"10.0.0.64/31,10.0.0.67" },
		{ "its exclusions",
			SCOPE
			"ranges: {a: {targets: [10.0.0.64/30], exclude: [10.0.0.67]}}",
			"a", "10.0.0.64/31" },
		{ "a name leads anywhere in the scope",
			SCOPE "ranges: {a: {targets: [10.0.0.70, gw.example], exclude: "
			      "[10.0.0.0/26]}}",
			"a",
			"10.0.0.64/31,10.0.0.67,10.0.0.68/30,10.0.0.72/29,"
			"10.0.0.80/28,10.0.0.96/27,10.0.0.128/25" },
		{ "machines that show themselves",
			SCOPE "windows: {a: {exclude: [10.0.0.0/26, 10.0.0.128/25]}}",
			"a.quick",
			"10.0.0.64/31,10.0.0.67,10.0.0.68/30,10.0.0.72/29,10.0.0.80/28,"
			"10.0.0.96/27" },
		{ "a directory is not bounded", SCOPE "ad: {a: {forest: yes}}", "a",
			NULL },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		struct reading r;
		struct iprange *want;
		print_message("  %s\n", rows[i].label);
		read_text(&r, rows[i].text);
		must_be_right(&r);
		const struct iprange *reach = agent_conf_find(r.conf, rows[i].poll)
						      ->reach;
		assert_int_equal(rows[i].reach != NULL, reach != NULL);
		if (reach) {
			assert_int_equal(0,
				iprange_parse(
					&rows[i].reach, 1, NULL, r.mem, &want, &r.e));
			assert_true(
				iprange_is_empty(iprange_subtract(reach, want, r.mem)));
			assert_true(
				iprange_is_empty(iprange_subtract(want, reach, r.mem)));
		}
		done(&r);
	}
#undef SCOPE
}

static uint64_t
by_name(const char *settings)
{
	char text[256];
	struct reading r;

	(void)snprintf(text, sizeof(text), "ranges: {a: {%s}}", settings);
	read_text(&r, text);
	must_be_right(&r);
	uint64_t n = r.conf->polls[0].by_name;
	done(&r);
	return n;
}

static void
other_names_are_another_number(void **state)
{
	uint64_t one = by_name("targets: [10.0.0.1], exclude: [printer.example]");

	(void)state;
	assert_true(by_name("targets: [10.0.0.1], exclude: [10.0.0.2]") == 0);
	assert_true(one != 0);
	assert_true(one ==
		by_name("targets: [10.0.0.1], exclude: [printer.example], rate: 5"));
	assert_true(one !=
		by_name("targets: [10.0.0.1], exclude: [printer.example, b.example]"));
	assert_true(one !=
		by_name("targets: [10.0.0.1], exclude: [printer.example, 10.0.0.9]"));
	assert_true(one != by_name("targets: [10.0.0.1, printer.example]"));
}

static void
ten_thousand_polls_are_read(void **state)
{
	struct reading r;
	struct sb text;

	(void)state;
	sb_init(&text, CONF_MAX);
	sb_add(&text, "ranges:\n");
	for (int i = 0; i < 10000; i++)
		sb_printf(&text, "  r%d: {targets: [10.%d.%d.1], schedule: every 6h}\n",
			i, i / 250, i % 250);
	assert_false(text.bad);
	read_text(&r, text.text);
	must_be_right(&r);
	assert_int_equal(10000, r.conf->n_polls);
	assert_non_null(agent_conf_find(r.conf, "r9999"));
	/* What an agent keeps of each; those that say the same share what it means. */
	print_message("  %zu bytes a poll\n", arena_used(r.mem) / 10000);
	assert_true(arena_used(r.mem) < 10000 * (size_t)1000);
	assert_ptr_equal(agent_conf_find(r.conf, "r1")->calendars,
		agent_conf_find(r.conf, "r2")->calendars);
	done(&r);
	sb_done(&text);
}

/* Few places remember many schedules: none is taken for another. */
static void
polls_with_other_schedules_have_other_times(void **state)
{
	struct reading r;
	struct sb text;

	(void)state;
	sb_init(&text, CONF_MAX);
	sb_add(&text, "ranges:\n");
	for (int i = 0; i < 1440 * 3; i++)
		sb_printf(&text,
			"  r%d: {targets: [10.0.0.1], schedule: daily %02d:%02d}\n", i,
			i / 60 % 24, i % 60);
	read_text(&r, text.text);
	must_be_right(&r);
	for (size_t i = 0; i < r.conf->n_polls; i++) {
		const struct poll_def *d = &r.conf->polls[i];
		unsigned minute = (unsigned)(i % 1440);
		for (size_t w = 0; w < N(d->calendars[0].minutes); w++)
			assert_true(d->calendars[0].minutes[w] ==
				(w == minute / 64 ? (uint64_t)1 << minute % 64 : 0));
	}
	done(&r);
	sb_done(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(definitions_become_polls),
		cmocka_unit_test(a_poll_is_a_command_line),
		cmocka_unit_test(mistakes_are_told_where_they_stand),
		cmocka_unit_test(what_is_right_is_right_all_the_year),
		cmocka_unit_test(
			a_credential_that_is_not_there_is_a_mistake_where_that_is_known),
		cmocka_unit_test(all_mistakes_are_told_at_once),
		cmocka_unit_test(a_poll_reaches_its_targets_or_where_names_lead_it),
		cmocka_unit_test(other_names_are_another_number),
		cmocka_unit_test(ten_thousand_polls_are_read),
		cmocka_unit_test(polls_with_other_schedules_have_other_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
