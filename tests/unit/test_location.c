/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Locations: which conditions hold, what is unknown, and which of several counts. */
#include "location/answers.h"
#include "location/disagree.h"
#include "location/match.h"
#include "location/sites.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#define N(a) (sizeof(a) / sizeof((a)[0]))

static const char config[] = "locations:\n"
			     "  site: {subnet: [10.0.0.0/8]}\n"
			     "  office: {subnet: [10.1.0.0/16]}\n"
			     "  floor: {subnet: [10.1.2.0/24], gateway: [10.1.2.1]}\n"
			     "  mac: {gateway_mac: ['00:16:3e:00:00:01']}\n"
			     "  dhcp: {dhcp_server: [10.1.0.5, 10.1.0.6]}\n"
			     "  domain: {dns_domain: [corp.example]}\n"
			     "  dns: {dns_server: [10.1.0.53]}\n"
			     "  wins: {wins_server: [10.1.0.7]}\n"
			     "  names: {resolves: [intranet.corp.example]}\n"
			     "  windows: {windows_domain: [corp.example]}\n"
			     "  tls: {tls: ['www.corp.example:443']}\n"
			     "  ad: {ad_site: [Berlin]}\n"
			     "  strict: {subnet: [10.1.0.0/16], ad_site: [Berlin]}\n";

static const struct opt_table tables[] = { { "", location_opts, 0 }, { NULL, NULL, 0 } };

struct world {
	struct arena *mem;
	struct location *all;
	size_t n;
};

static int
setup(void **state)
{
	static struct world w;
	struct conf *conf;
	struct sb mistakes;
	struct err e;
	size_t wrong = 0;

	w.mem = arena_new(1 << 20);
	sb_init(&mistakes, 4096);
	int rc = conf_read(
		"f", config, strlen(config), tables, w.mem, &conf, &mistakes, &e);
	if (rc == 0)
		rc = location_read_all(
			conf, "f", w.mem, &w.all, &w.n, &mistakes, &wrong, &e);
	sb_done(&mistakes);
	*state = &w;
	return rc == 0 && wrong == 0 ? 0 : -1;
}

static int
teardown(void **state)
{
	arena_free(((struct world *)*state)->mem);
	return 0;
}

static struct addr
ip(const char *text)
{
	struct addr a;

	assert_true(addr_parse(text, &a));
	return a;
}

static void
know(struct addr_facts *f, const char *text)
{
	struct addr a = ip(text);

	f->known = true;
	addr_facts_add(f, &a);
}

/* A machine of which all is known, and nothing fits. */
static struct place_facts
elsewhere(void)
{
	struct place_facts f = { .ad_site = "Hamburg" };

	know(&f.addresses, "192.168.9.9");
	know(&f.gateways, "192.168.9.1");
	f.gateway_macs_known = f.dns_domains.known = f.dhcp_servers.known = true;
	f.dns_servers.known = f.wins_servers.known = true;
	return f;
}

struct told {
	struct location_asker asker;
	enum holds answer;
	int asked;
};

static enum holds
tell(struct location_asker *a, enum condition c, const char *value, char *text,
	size_t max)
{
	struct told *t = (struct told *)a;

	(void)c, (void)value;
	if (max)
		*text = '\0';
	t->asked++;
	return t->answer;
}

static enum holds
match(const struct world *w, const char *name, const struct place_facts *f,
	struct location_asker *asker, struct location_result *r)
{
	for (size_t i = 0; i < w->n; i++) {
		if (strcmp(w->all[i].name, name) != 0)
			continue;
		location_match(&w->all[i], f, asker, r);
		return r->verdict;
	}
	fail_msg("no location %s", name);
	return HOLDS_NO;
}

static void
each_condition_holds_or_not_or_is_unknown(void **state)
{
	static const char *const names[] = { "office", "mac", "dhcp", "domain", "dns",
		"wins", "names", "windows", "tls", "ad" };
	struct told yes = { { tell }, HOLDS_YES, 0 }, no = { { tell }, HOLDS_NO, 0 };
	struct place_facts all = elsewhere(), not_any = elsewhere(),
			   unknown = { .ad_site = NULL };
	struct location_result r;
	struct world *w = *state;

	know(&all.addresses, "10.1.2.3");
	know(&all.dhcp_servers, "10.1.0.6");
	know(&all.dns_servers, "10.1.0.53");
	know(&all.wins_servers, "10.1.0.7");
	assert_true(mac_parse("00:16:3e:00:00:01", &all.gateway_macs[0]));
	all.n_gateway_macs = 1;
	all.dns_domains.items[all.dns_domains.n++] = "CORP.example";
	all.ad_site = "berlin";
	for (size_t i = 0; i < N(names); i++) {
		print_message("  %s\n", names[i]);
		assert_int_equal(HOLDS_YES, match(w, names[i], &all, &yes.asker, &r));
		assert_int_equal(HOLDS_NO, match(w, names[i], &not_any, &no.asker, &r));
		assert_int_equal(HOLDS_UNKNOWN, match(w, names[i], &unknown, NULL, &r));
	}
}

static void
all_conditions_of_a_location_must_hold(void **state)
{
	struct place_facts f = elsewhere();
	struct location_result r;
	struct world *w = *state;

	know(&f.addresses, "10.1.2.3");
	assert_int_equal(
		HOLDS_NO, match(w, "floor", &f, NULL, &r)); /* its gateway is another */
	assert_int_equal(2, r.n_findings);
	assert_string_equal("10.1.2.3 lies in 10.1.2.0/24", r.findings[0].text);
	assert_string_equal("its gateway is 192.168.9.1", r.findings[1].text);
	know(&f.gateways, "10.1.2.1");
	assert_int_equal(HOLDS_YES, match(w, "floor", &f, NULL, &r));
	assert_false(r.inferred);
}

static void
what_is_not_known_of_a_machine_does_not_speak_against_its_subnet(void **state)
{
	struct place_facts f = { .ad_site = NULL };
	struct location_result r;
	struct world *w = *state;

	know(&f.addresses, "10.1.2.3");
	assert_int_equal(HOLDS_YES, match(w, "floor", &f, NULL, &r));
	assert_true(r.inferred);
	assert_int_equal(HOLDS_YES, match(w, "strict", &f, NULL, &r));
	f.ad_site = "Hamburg";
	assert_int_equal(HOLDS_NO, match(w, "strict", &f, NULL, &r));
	/* Without a place that is known nothing is inferred. */
	assert_int_equal(HOLDS_UNKNOWN, match(w, "names", &f, NULL, &r));
}

static void
the_smallest_subnet_counts_then_what_is_known_then_the_number_of_conditions(void **state)
{
	static const struct {
		const char *address, *gateway, *want;
	} rows[] = {
		{ "10.9.9.9", NULL, "site" },
		{ "10.1.9.9", NULL, "office" },
		{ "10.1.2.3", "10.1.2.1", "floor" },
		{ "10.1.2.3", "10.1.2.254", "office" },
		{ "172.16.0.1", NULL, NULL },
	};
	struct location_result r[3];
	struct world *w = *state;

	for (size_t i = 0; i < N(rows); i++) {
		struct place_facts f = { .ad_site = NULL };
		know(&f.addresses, rows[i].address);
		if (rows[i].gateway)
			know(&f.gateways, rows[i].gateway);
		for (size_t k = 0; k < 3; k++)
			location_match(&w->all[k], &f, NULL, &r[k]);
		const struct location_result *best = location_choose(r, 3);
		print_message("  %s\n", rows[i].address);
		if (rows[i].want)
			assert_string_equal(rows[i].want, best->location->name);
		else
			assert_null(best);
	}
}

static void
nobody_is_asked_where_another_condition_does_not_hold(void **state)
{
	static const char text[] =
		"locations: {a: {subnet: [10.0.0.0/8], tls: ['a.b:1']}}";
	struct told yes = { { tell }, HOLDS_YES, 0 };
	struct world *w = *state;
	struct place_facts f = elsewhere();
	struct location_result r;
	struct location *l;
	struct conf *conf;
	struct sb mistakes;
	struct err e;
	size_t n, wrong = 0;

	sb_init(&mistakes, 4096);
	assert_int_equal(0,
		conf_read(
			"f", text, strlen(text), tables, w->mem, &conf, &mistakes, &e));
	assert_int_equal(
		0, location_read_all(conf, "f", w->mem, &l, &n, &mistakes, &wrong, &e));
	location_match(l, &f, &yes.asker, &r);
	assert_int_equal(HOLDS_NO, r.verdict);
	assert_int_equal(0, yes.asked);
	sb_done(&mistakes);
}

/* --- answers -------------------------------------------------------------------------------- */

static void
what_was_asked_once_is_not_asked_again(void **state)
{
	struct told yes = { { tell }, HOLDS_YES, 0 };
	struct world *w = *state;
	struct location_answers a;
	char text[100];

	location_answers_init(&a, &yes.asker, w->mem);
	for (int i = 0; i < 3; i++)
		assert_int_equal(HOLDS_YES,
			a.asker.ask(
				&a.asker, CONDITION_TLS, "a.b:1", text, sizeof(text)));
	assert_int_equal(1, yes.asked);
	(void)a.asker.ask(&a.asker, CONDITION_TLS, "a.b:2", text, sizeof(text));
	(void)a.asker.ask(&a.asker, CONDITION_RESOLVES, "a.b:1", text, sizeof(text));
	assert_int_equal(3, yes.asked);
}

static void
answers_are_read_as_they_were_written(void **state)
{
	static const struct location_answer rows[] = {
		{ CONDITION_TLS, HOLDS_YES, "198.18.250.30:443" },
		{ CONDITION_TLS, HOLDS_NO, "intra.example:443=00ff" },
		{ CONDITION_RESOLVES, HOLDS_UNKNOWN, "intra.example=10.0.0.1" },
		{ CONDITION_WINDOWS_DOMAIN, HOLDS_YES, "corp.example" },
		{ CONDITION_DHCP_SERVER, HOLDS_YES, "10.1.0.5" },
		{ CONDITION_WINS_SERVER, HOLDS_YES, "10.1.0.7" },
	};
	static const char *const lines[] = { "tls yes 198.18.250.30:443\n",
		"resolves unknown intra.example=10.0.0.1\n" };
	struct location_answers a, back;
	struct world *w = *state;
	char text[100];
	struct sb out;

	location_answers_init(&a, NULL, w->mem);
	location_answers_init(&back, NULL, w->mem);
	for (size_t i = 0; i < N(rows); i++)
		assert_true(location_answers_add(
			&a, rows[i].condition, rows[i].verdict, rows[i].value));
	sb_init(&out, ANSWERS_TEXT_MAX);
	location_answers_write(&a, 0, &out);
	for (size_t i = 0; i < N(lines); i++)
		assert_non_null(strstr(out.text, lines[i]));
	location_answers_read(&back, out.text);
	assert_int_equal(N(rows), back.n);
	for (size_t i = 0; i < N(rows); i++)
		assert_int_equal(rows[i].verdict,
			back.asker.ask(&back.asker, rows[i].condition, rows[i].value,
				text, sizeof(text)));
	assert_int_equal(HOLDS_UNKNOWN,
		back.asker.ask(
			&back.asker, CONDITION_TLS, "other:443", text, sizeof(text)));
	sb_done(&out);
}

static void
what_is_no_answer_is_passed_over(void **state)
{
	static const char text[] = "tls maybe a:1\nnothing yes a\ntls yes\ntls yes \n\n"
				   "tls\ntls yes a:1\ntls no a:1\nresolves yes cut";
	struct world *w = *state;
	struct location_answers a;

	location_answers_init(&a, NULL, w->mem);
	location_answers_read(&a, text);
	assert_int_equal(1, a.n);
	assert_int_equal(HOLDS_YES, a.items[0].verdict);
	assert_string_equal("a:1", a.items[0].value);
}

static void
what_dhcp_servers_said_is_known_where_no_lease_tells(void **state)
{
	struct place_facts asked = { .ad_site = NULL }, f = { .ad_site = NULL };
	struct location_answers a;
	struct location_result r;
	struct world *w = *state;

	know(&asked.dhcp_servers, "10.1.0.5");
	know(&asked.wins_servers, "10.1.0.7");
	location_answers_init(&a, NULL, w->mem);
	location_answers_add_dhcp(&a, &asked);
	location_answers_give_dhcp(&a, &f);
	assert_int_equal(HOLDS_YES, match(w, "dhcp", &f, NULL, &r));
	assert_int_equal(HOLDS_YES, match(w, "wins", &f, NULL, &r));

	struct place_facts lease = { .ad_site = NULL };
	know(&lease.dhcp_servers, "10.1.0.99");
	location_answers_give_dhcp(&a, &lease);
	assert_int_equal(HOLDS_NO, match(w, "dhcp", &lease, NULL, &r));
	assert_int_equal(HOLDS_YES, match(w, "wins", &lease, NULL, &r));

	location_answers_init(&a, NULL, w->mem);
	struct place_facts nothing = { .ad_site = NULL };
	location_answers_give_dhcp(&a, &nothing);
	assert_int_equal(HOLDS_UNKNOWN, match(w, "dhcp", &nothing, NULL, &r));
}

/* --- files of others ------------------------------------------------------------------------- */

static void
resolv_conf_is_read(void **state)
{
	static const char text[] = "# comment\n"
				   "domain old.example\n"
				   "search corp.example example.\n"
				   "nameserver 10.1.0.53\n"
				   "nameserver\t2001:db8::53\n"
				   "options edns0\n";
	struct place_facts f = { .ad_site = NULL };
	struct world *w = *state;
	struct err e;
	bool stub;

	assert_int_equal(0, facts_read_resolv(text, w->mem, &f, &stub, &e));
	assert_false(stub);
	assert_int_equal(2, f.dns_domains.n);
	assert_string_equal("corp.example", f.dns_domains.items[0]);
	assert_string_equal("example", f.dns_domains.items[1]);
	assert_int_equal(2, f.dns_servers.n);
	struct addr six = ip("2001:db8::53");
	assert_true(addr_equal(&six, &f.dns_servers.items[1]));
	assert_int_equal(
		0, facts_read_resolv("nameserver 127.0.0.53\n", w->mem, &f, &stub, &e));
	assert_true(stub);
}

static void
the_lease_of_an_own_address_is_read(void **state)
{
	static const struct {
		const char *label, *text, *server, *wins, *domain;
	} rows[] = {
		{ "dhclient.leases(5): the last one of this address",
			"lease {\n  interface \"eth0\";\n  fixed-address 10.1.2.3;\n"
			"  option dhcp-server-identifier 10.1.0.4;\n}\n"
			"lease {\n  fixed-address 10.1.2.3;\n"
			"  option netbios-name-servers 10.1.0.7,10.1.0.8;\n"
			"  option dhcp-server-identifier 10.1.0.5;\n"
			"  option domain-name \"corp.example\";\n  expire 4 2026/11/26 1:2:3;\n}\n"
			"lease {\n  fixed-address 10.7.7.7;\n"
			"  option dhcp-server-identifier 10.7.0.1;\n}\n",
			"10.1.0.5", "10.1.0.7", "corp.example" },
		{ "systemd's",
			"# This is private data. Do not parse.\nADDRESS=10.1.2.3\n"
			"NETMASK=255.255.255.0\nSERVER_ADDRESS=10.1.0.5\nDNS=10.1.0.53\n"
			"DOMAINNAME=corp.example\n",
			"10.1.0.5", NULL, "corp.example" },
		{ "of another", "ADDRESS=10.9.9.9\nSERVER_ADDRESS=10.9.0.1\n", NULL,
			NULL, NULL },
		{ "cut", "lease {\n fixed-address 10.1.2.3;\n option dhcp-server-iden",
			NULL, NULL, NULL },
	};
	struct world *w = *state;

	for (size_t i = 0; i < N(rows); i++) {
		struct place_facts f = { .ad_site = NULL };
		struct err e;
		char text[ADDR_TEXT_MAX];
		print_message("  %s\n", rows[i].label);
		know(&f.addresses, "10.1.2.3");
		assert_int_equal(0,
			facts_read_lease(rows[i].text, &f.addresses, w->mem, &f, &e));
		assert_int_equal(rows[i].server != NULL, f.dhcp_servers.n);
		if (rows[i].server)
			assert_string_equal(rows[i].server,
				addr_print(&f.dhcp_servers.items[0], text));
		if (rows[i].wins)
			assert_string_equal(rows[i].wins,
				addr_print(&f.wins_servers.items[0], text));
		if (rows[i].domain)
			assert_string_equal(rows[i].domain, f.dns_domains.items[0]);
	}
}

static void
the_smallest_subnet_of_the_directory_tells_the_site(void **state)
{
	static const struct {
		const char *label, *address, *site;
	} rows[] = {
		{ "the outer one", "10.1.9.9", "Berlin" },
		{ "the inner one", "10.1.2.9", "Lab" },
		{ "the later word on it", "10.4.0.1", "New" },
		{ "it has none any more", "10.5.0.1", NULL },
		{ "IPv6", "fd00::7", "Six" },
		{ "elsewhere", "192.0.2.1", NULL },
	};
	struct world *w = *state;
	struct site_map map = { .n = 0 };
	struct err e;

	const char *const said[][2] = { { "10.1.0.0/16", "Berlin" },
		{ "10.1.2.0/24", "Lab" }, { "10.4.0.0/16", "Old" },
		{ "10.4.0.0/16", "New" }, { "10.5.0.0/16", "Closed" },
		{ "10.5.0.0/16", "" }, { "fd00::/64", "Six" }, { "10.6.0.0/33", "Bad" },
		{ "10.6.0.0", "Bad" }, { "", "Bad" } };
	for (size_t i = 0; i < N(said); i++)
		assert_int_equal(0, sites_add(&map, said[i][0], said[i][1], w->mem, &e));
	assert_int_equal(4, map.n);
	for (size_t i = 0; i < N(rows); i++) {
		struct addr_facts f = { .n = 0 };
		print_message("  %s\n", rows[i].label);
		know(&f, rows[i].address);
		const struct site_subnet *at = sites_find(&map, &f);
		if (rows[i].site)
			assert_string_equal(rows[i].site, at->site);
		else
			assert_null(at);
	}
}

/* "site" (10/8), "office" (10.1/16) and "floor" (10.1.2/24) want no site; "ad" is that of
 * Berlin; "strict" (10.1/16) wants Berlin. */
static void
the_directory_and_the_definitions_may_disagree(void **state)
{
	static const struct row {
		const char *label;
		bool strict; /* "strict" and "ad", or "office" and "ad" */
		const char *address, *site, *theirs;
		bool disagrees;
	} rows[] = {
		{ "its subnet wants this site", true, "10.1.0.9", "Berlin", "strict",
			false },
		{ "its subnet wants another", true, "10.1.0.9", "Hamburg", NULL, true },
		{ "its site is not known", true, "10.1.0.9", NULL, NULL, false },
		{ "its subnet wants none, another has its site", false, "10.1.0.9",
			"Berlin", "ad", true },
		{ "nobody has its site", false, "10.1.0.9", "Hamburg", NULL, false },
		{ "it is in no subnet of ours", true, "192.0.2.1", "Hamburg", NULL,
			false },
	};
	const struct world *w = *state;

	for (size_t i = 0; i < N(rows); i++) {
		const struct row *r = &rows[i];
		struct place_facts f = elsewhere();
		struct location_result all[2];
		struct disagreement d;
		f.addresses.n = 0;
		know(&f.addresses, r->address);
		f.ad_site = r->site;
		print_message("  %s\n", r->label);
		(void)match(w, r->strict ? "strict" : "office", &f, NULL, &all[0]);
		(void)match(w, "ad", &f, NULL, &all[1]);
		assert_int_equal(r->disagrees, location_disagrees(all, 2, &d));
		if (!r->disagrees)
			continue;
		assert_string_equal(r->strict ? "strict" : "office", d.ours->name);
		if (r->theirs)
			assert_string_equal(r->theirs, d.theirs->name);
		else
			assert_null(d.theirs);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_condition_holds_or_not_or_is_unknown),
		cmocka_unit_test(all_conditions_of_a_location_must_hold),
		cmocka_unit_test(
			what_is_not_known_of_a_machine_does_not_speak_against_its_subnet),
		cmocka_unit_test(
			the_smallest_subnet_counts_then_what_is_known_then_the_number_of_conditions),
		cmocka_unit_test(nobody_is_asked_where_another_condition_does_not_hold),
		cmocka_unit_test(what_was_asked_once_is_not_asked_again),
		cmocka_unit_test(answers_are_read_as_they_were_written),
		cmocka_unit_test(what_is_no_answer_is_passed_over),
		cmocka_unit_test(what_dhcp_servers_said_is_known_where_no_lease_tells),
		cmocka_unit_test(the_smallest_subnet_of_the_directory_tells_the_site),
		cmocka_unit_test(the_directory_and_the_definitions_may_disagree),
		cmocka_unit_test(resolv_conf_is_read),
		cmocka_unit_test(the_lease_of_an_own_address_is_read),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
