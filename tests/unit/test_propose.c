/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A proposed configuration: what is in it, that it has no mistakes, and that it is no order. */
#include "schedule/agent_conf.h"
#include "schedule/propose.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define N(a) (sizeof(a) / sizeof((a)[0]))
#define NOW  1795292103

enum { MOST = 32 };

/* A machine and its directory. */
struct world {
	struct arena *mem;
	struct host_link links[MOST];
	struct host_addr addrs[MOST];
	struct host_route routes[MOST];
	struct host_net net;
	struct place_facts facts;
	struct site_map sites;
	struct unit_tree units;
	const char *domain;
	struct sb text, mistakes;
	struct agent_conf *conf;
};

static struct addr
ip(const char *text)
{
	struct addr a;

	assert_true(addr_parse(text, &a));
	return a;
}

static void
begin(struct world *w)
{
	memset(w, 0, sizeof(*w));
	w->mem = arena_new(256 << 20);
	w->net = (struct host_net){
		.links = w->links, .addrs = w->addrs, .routes = w->routes
	};
	sb_init(&w->text, CONF_MAX);
	sb_init(&w->mistakes, CONF_MAX);
}

static void
end(struct world *w)
{
	sb_done(&w->text);
	sb_done(&w->mistakes);
	arena_free(w->mem);
}

static void
add_link(struct world *w, const char *name, enum link_kind kind, bool up)
{
	struct host_link *l = &w->links[w->net.n_links++];

	*l = (struct host_link){ .index = (int)w->net.n_links, .kind = kind, .up = up };
	(void)snprintf(l->name, sizeof(l->name), "%s", name);
}

/* On the link that was added last. */
static void
add_addr(struct world *w, const char *addr, unsigned bits)
{
	struct addr a = ip(addr);

	w->addrs[w->net.n_addrs++] = (struct host_addr){
		.link = (int)w->net.n_links, .addr = a, .bits = bits
	};
	addr_facts_add(&w->facts.addresses, &a);
}

static void
add_route(struct world *w, const char *to, unsigned bits, const char *via)
{
	w->routes[w->net.n_routes++] = (struct host_route){ .kind = ROUTE_UNICAST,
		.net = ip(to),
		.bits = bits,
		.via = via ? ip(via) : (struct addr){ .family = ADDR_NONE },
		.link = (int)w->net.n_links };
}

static void
add_site(struct world *w, const char *prefix, const char *site)
{
	struct err e;

	assert_int_equal(0, sites_add(&w->sites, prefix, site, w->mem, &e));
}

static void
put_units(struct world *w, const char *domain, const char *const *units, size_t n)
{
	const struct unit_domain told = { domain, units, n, false };
	struct err e;

	assert_int_equal(0, units_put(&w->units, &told, w->mem, &e));
}

/* Writes it, and reads it as the agent would. */
static void
write_it(struct world *w)
{
	struct propose_input in = { &w->net, &w->facts, &w->sites, &w->units, w->domain,
		"berlin-1", NOW * (int64_t)1000000 };
	struct err e;

	if (propose(&in, w->mem, &w->text, &e) == -1)
		fail_msg("%s", e.text);
	if (agent_conf_read("f", w->text.text, w->text.len, NOW, w->mem, &w->conf,
		    &w->mistakes, &e) == -1)
		fail_msg("%s: %s\n%s", e.text, w->mistakes.text, w->text.text);
	assert_false(w->conf->accepted);
}

static const struct poll_def *
range(const struct world *w, const char *name)
{
	const struct poll_def *d = agent_conf_find(w->conf, name);

	if (!d)
		fail_msg("no range %s in\n%s", name, w->text.text);
	return d;
}

static void
must_say(const struct world *w, const char *text)
{
	if (!strstr(w->text.text, text))
		fail_msg("no \"%s\" in\n%s", text, w->text.text);
}

static void
must_not_say(const struct world *w, const char *text)
{
	if (strstr(w->text.text, text))
		fail_msg("\"%s\" in\n%s", text, w->text.text);
}

static void
links_are_ranges_and_what_is_routed_is_off(void **state)
{
	struct world w;

	(void)state;
	begin(&w);
	add_link(&w, "lo", LINK_LOOPBACK, true);
	add_addr(&w, "127.0.0.1", 8);
	add_link(&w, "eth0.10", LINK_ETHER, true); /* of a VLAN: names have no dots */
	add_addr(&w, "10.1.0.7", 24);
	add_addr(&w, "10.1.9.7", 24);
	add_addr(&w, "169.254.3.3", 16);
	add_link(&w, "eth1", LINK_ETHER, false);
	add_addr(&w, "10.5.0.7", 24);
	add_link(&w, "wg0", LINK_IP, true);
	add_addr(&w, "10.6.0.1", 32);
	add_link(&w, "big", LINK_ETHER, true);
	add_addr(&w, "172.16.0.1", 12);
	add_route(&w, "0.0.0.0", 0, "10.1.0.1");
	add_route(&w, "10.1.0.0", 24, NULL); /* that of the link itself */
	add_route(&w, "10.7.0.0", 20, "10.1.0.1");
	write_it(&w);
	assert_true(range(&w, "eth0-10")->timing.enabled);
	assert_true(iprange_count(range(&w, "eth0-10")->targets) == 256);
	assert_true(range(&w, "eth0-10-2")->timing.enabled);
	assert_false(range(&w, "big")->timing.enabled); /* larger than a /16 */
	assert_false(range(&w, "net-10-7-0-0-20")->timing.enabled);
	assert_int_equal(
		4 + 2 + 1, w.conf->n_polls); /* and Windows twice, and listening */
	must_not_say(&w, "10.5.0");          /* its link is down */
	must_not_say(&w, "169.254");
	must_say(&w, "interfaces: [eth0.10, big]");
	end(&w);
}

static void
public_addresses_are_only_named(void **state)
{
	struct world w;
	struct addr a = ip("8.8.8.9");

	(void)state;
	begin(&w);
	add_link(&w, "eth0", LINK_ETHER, true);
	add_addr(&w, "8.8.8.8", 24);
	add_addr(&w, "192.168.1.5", 24);
	write_it(&w);
	must_say(&w, "#   allow_public: [8.8.8.0/24]");
	assert_false(iprange_contains(w.conf->allowed, &a));
	assert_true(iprange_count(w.conf->allowed) == 256);
	end(&w);
}

static void
sites_of_the_directory_are_locations_and_ranges_that_are_off(void **state)
{
	struct world w;

	(void)state;
	begin(&w);
	w.domain = "corp.example";
	add_link(&w, "eth0", LINK_ETHER, true);
	add_addr(&w, "10.1.0.7", 24);
	add_site(&w, "10.1.0.0/16", "Berlin: Mitte!");
	add_site(&w, "10.2.0.0/16", "Hamburg");
	add_site(&w, "fd12::/64", "Hamburg");
	add_site(&w, "10.3.0.0/16", "gone");
	add_site(&w, "10.3.0.0/16", "");
	write_it(&w);
	assert_false(range(&w, "Hamburg")->timing.enabled);
	/* What the link has already is not swept twice. */
	assert_true(iprange_count(range(&w, "Berlin-Mitte")->targets) == 65536 - 256);
	assert_int_equal(2, w.conf->n_locations); /* this machine is in one of them */
	assert_string_equal("Berlin-Mitte", w.conf->locations[0].name);
	assert_string_equal("Berlin: Mitte!",
		w.conf->locations[0].values[CONDITION_AD_SITE].items[0]);
	assert_true(iprange_n_runs(w.conf->locations[1].subnet) == 2);
	assert_string_equal("corp.example", range(&w, "current")->domain);
	end(&w);
}

static void
here_is_what_the_lease_and_the_resolver_say(void **state)
{
	struct world w;
	struct addr gateway = ip("10.1.0.1"), dhcp = ip("10.1.0.2"),
		    wins = ip("10.1.0.3");
	struct err e;

	(void)state;
	begin(&w);
	add_link(&w, "eth0", LINK_ETHER, true);
	add_addr(&w, "10.1.0.7", 24);
	addr_facts_add(&w.facts.gateways, &gateway);
	addr_facts_add(&w.facts.dhcp_servers, &dhcp);
	addr_facts_add(&w.facts.wins_servers, &wins);
	assert_int_equal(
		0, text_facts_add(&w.facts.dns_domains, "corp.example", 12, w.mem, &e));
	write_it(&w);
	const struct location *l = &w.conf->locations[0];
	assert_string_equal("here", l->name);
	assert_string_equal("10.1.0.1", l->values[CONDITION_GATEWAY].items[0]);
	assert_string_equal("10.1.0.2", l->values[CONDITION_DHCP_SERVER].items[0]);
	assert_string_equal("corp.example", l->values[CONDITION_DNS_DOMAIN].items[0]);
	assert_string_equal("10.1.0.3", range(&w, "all.quick")->wins.items[0]);
	end(&w);
}

static void
a_machine_without_a_network_gets_one_too(void **state)
{
	struct world w;

	(void)state;
	begin(&w);
	write_it(&w);
	assert_null(agent_conf_find(w.conf, "passive"));
	assert_int_equal(0, w.conf->n_locations);
	end(&w);
}

/* "Desktops < Berlin < corp-example: corp.example/Berlin/Desktops" */
static void
must_be_group(const struct world *w, const char *want)
{
	struct sb text;

	sb_init(&text, 4096);
	for (size_t i = 0; i < w->conf->n_groups; i++) {
		const struct group *g = &w->conf->groups[i];
		sb_clear(&text);
		group_print(g, &text);
		sb_printf(&text, ": %s", g->units.n == 1 ? g->units.items[0] : "?");
		if (strcmp(text.text, want) == 0)
			break;
		sb_clear(&text);
	}
	if (!text.len)
		fail_msg("no group \"%s\" in\n%s", want, w->text.text);
	sb_done(&text);
}

static void
units_of_the_directory_are_groups_below_one_another(void **state)
{
	static const char *const old[] = { "corp.example/Gone" };
	static const char *const corp[] = { "corp.example/Berlin",
		"corp.example/Berlin-Mitte", "corp.example/Berlin/Desktops",
		"corp.example/Berlin/a\\/b, \"c\": d", "corp.example/Paris",
		"corp.example/Paris/Desktops", "corp.example/System/Servers",
		"other.example/Berlin" };
	static const char *const emea[] = { "emea.corp.example/Berlin" };
	struct world w;

	(void)state;
	begin(&w);
	put_units(&w, "corp.example", old, 1);
	put_units(&w, "emea.corp.example", emea, 1);
	put_units(&w, "corp.example", corp, N(corp));
	write_it(&w);
	must_be_group(&w, "corp-example: corp.example");
	must_be_group(&w,
		"corp-example / Berlin / Berlin-Desktops: corp.example/Berlin/Desktops");
	must_be_group(&w,
		"corp-example / Paris / Paris-Desktops: corp.example/Paris/Desktops");
	must_be_group(&w, "corp-example / Berlin-Mitte: corp.example/Berlin-Mitte");
	must_be_group(&w,
		"corp-example / Berlin / Berlin-a-b-c-d: "
		"corp.example/Berlin/a\\/b, \"c\": d");
	/* System is a container, and none of its units. */
	must_be_group(&w, "corp-example / System-Servers: corp.example/System/Servers");
	must_be_group(&w, "emea-corp-example / Berlin-2: emea.corp.example/Berlin");
	assert_int_equal(2 + 7 + 1, w.conf->n_groups);
	must_not_say(&w, "There are more units");
	end(&w);
	begin(&w);
	const struct unit_domain cut = { "emea.corp.example", emea, N(emea), true };
	struct err e;
	assert_int_equal(0, units_put(&w.units, &cut, w.mem, &e));
	write_it(&w);
	must_say(&w, "# There are more units");
	end(&w);
}

/* Each has a long name, or one of no letter that a section may have. */
static void
of_more_units_than_there_is_room_for_the_first_are_groups(void **state)
{
	enum { MANY = 4000 };
	static char texts[MANY][1000];
	static const char *units[MANY];
	static const char *const domains[] = { "a.example", "b.example" };

	(void)state;
	for (int wide = 0; wide < 2; wide++) {
		struct world w;
		begin(&w);
		for (size_t k = 0; k < N(domains); k++) {
			for (int i = 0; i < MANY; i++) {
				int n = snprintf(texts[i], sizeof(texts[i]),
					"%s/\xd0\x91%0*d", domains[k], wide ? 900 : 0,
					0);
				for (int d = 0; d < 4; d++)
					(void)snprintf(texts[i] + n + 2 * d, 3, "\xd0%c",
						0x90 + (i >> 4 * (3 - d) & 15));
				units[i] = texts[i];
			}
			put_units(&w, domains[k], units, MANY);
		}
		write_it(&w);
		must_say(&w, "units more are left out");
		assert_true(wide ? w.conf->n_groups > 500 && w.text.len < CONF_MAX
				 : w.conf->n_groups == GROUPS_MAX);
		end(&w);
	}
}

/* Names that people and directories have thought of. */
static const char *const odd[] = { "current", "passive", "all", "here", "no", "~",
	"---", "-x", "Büro \"Süd\"", "a: b # c", "{x}", "[1]", "0", "1e3", "\x01\x02",
	"net", "net", "a very long name of a site that goes on and on and on", "x\ny",
	"'", "*", "&a", "%", "@" };

static void
odd_units(struct world *w, unsigned *seed)
{
	static const char *const domains[] = { "corp.example", "Corp.Example", "unit",
		"no domain", "" };
	const char *units[8];
	size_t n = (size_t)rand_r(seed) % N(units);
	const char *domain = domains[(size_t)rand_r(seed) % N(domains)];

	for (size_t i = 0; i < n; i++) {
		const char *above = i && rand_r(seed) % 2 ? units[i - 1] : domain;
		units[i] = arena_printf(
			w->mem, "%s/%s", above, odd[(size_t)rand_r(seed) % N(odd)]);
	}
	put_units(w, domain, units, n);
}

static void
whatever_the_names_there_are_no_mistakes(void **state)
{
	unsigned seed = 7;

	(void)state;
	for (int round = 0; round < 2000; round++) {
		struct world w;
		char text[64];
		begin(&w);
		for (int i = rand_r(&seed) % 6; i > 0; i--) {
			add_link(&w, odd[(size_t)rand_r(&seed) % N(odd)], LINK_ETHER,
				true);
			(void)snprintf(text, sizeof(text), "%d.%d.%d.%d",
				1 + rand_r(&seed) % 254, rand_r(&seed) % 256,
				rand_r(&seed) % 256, rand_r(&seed) % 256);
			add_addr(&w, text, (unsigned)rand_r(&seed) % 33);
			add_route(&w, text, (unsigned)rand_r(&seed) % 33, NULL);
		}
		for (int i = rand_r(&seed) % 20; i > 0; i--) {
			(void)snprintf(text, sizeof(text),
				rand_r(&seed) % 3 ? "%d.%d.0.0/%d" : "fd%02x:%x::/%d",
				10 + rand_r(&seed) % 9, rand_r(&seed) % 256,
				rand_r(&seed) % 33);
			add_site(&w, text, odd[(size_t)rand_r(&seed) % N(odd)]);
		}
		odd_units(&w, &seed);
		write_it(&w);
		end(&w);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(links_are_ranges_and_what_is_routed_is_off),
		cmocka_unit_test(public_addresses_are_only_named),
		cmocka_unit_test(
			sites_of_the_directory_are_locations_and_ranges_that_are_off),
		cmocka_unit_test(here_is_what_the_lease_and_the_resolver_say),
		cmocka_unit_test(a_machine_without_a_network_gets_one_too),
		cmocka_unit_test(units_of_the_directory_are_groups_below_one_another),
		cmocka_unit_test(
			of_more_units_than_there_is_room_for_the_first_are_groups),
		cmocka_unit_test(whatever_the_names_there_are_no_mistakes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
