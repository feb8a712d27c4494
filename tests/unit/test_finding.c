/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What answers lead to in a poll of Windows domains, and where packets may go. */
#include "packet.h"

#include "netbios/finding.h"
#include "netbios/metadata.h"
#include "netbios/report.h"

static struct addr
ip(const char *text)
{
	struct addr a;

	assert_true(addr_parse(text, &a));
	return a;
}

static struct iprange *
range(const char *text, struct arena *mem)
{
	struct iprange *r;
	struct err e;

	if (strcmp(text, "") == 0)
		return NULL;
	assert_int_equal(0, iprange_parse(&text, 1, NULL, mem, &r, &e));
	return r;
}

/* --- links and scope ----------------------------------------------------------------------- */

static struct host_link links[] = {
	{ .index = 1, .name = "lo", .kind = LINK_LOOPBACK, .up = true },
	{ .index = 2, .name = "eth0", .kind = LINK_ETHER, .up = true },
	{ .index = 3, .name = "eth1", .kind = LINK_ETHER, .up = false },
	{ .index = 4, .name = "tun0", .kind = LINK_IP, .up = true },
};

/* The addresses of this machine; in arena. */
static struct host_net
network(struct arena *mem)
{
	static const struct {
		int link;
		const char *ip;
		unsigned bits;
	} rows[] = { { 1, "127.0.0.1", 8 }, { 2, "198.18.3.2", 24 },
		{ 2, "198.18.4.9", 30 }, { 2, "198.18.5.1", 31 },
		{ 2, "2001:db8::2", 64 }, { 3, "198.18.6.2", 24 },
		{ 4, "198.18.7.2", 24 } };
	enum { N = sizeof(rows) / sizeof(rows[0]) };
	struct host_addr *addrs = arena_new_array(mem, struct host_addr, N);

	for (size_t i = 0; i < N; i++)
		addrs[i] = (struct host_addr){ .link = rows[i].link,
			.addr = ip(rows[i].ip),
			.bits = rows[i].bits };
	return (struct host_net){
		.links = links, .n_links = 4, .addrs = addrs, .n_addrs = N
	};
}

static void
subnets_with_a_broadcast_address_are_asked(void **state)
{
	struct arena *mem = arena_new(1 << 20);
	struct host_net net = network(mem);
	struct opt_list all = { 0 };
	struct nb_links got;
	char subnet[NB_SUBNET_TEXT], text[ADDR_TEXT_MAX];
	struct err e;

	(void)state;
	assert_int_equal(0, nb_links_choose(&net, &all, &got, &e));
	assert_int_equal(2, got.n);
	assert_string_equal("198.18.3.0/24", nb_subnet_print(&got.items[0], subnet));
	assert_string_equal("198.18.3.255", addr_print(&got.items[0].broadcast, text));
	assert_string_equal("198.18.4.8/30", nb_subnet_print(&got.items[1], subnet));
	assert_string_equal("198.18.4.11", addr_print(&got.items[1].broadcast, text));
	arena_free(mem);
}

/* Rows of eth0 (2), eth1 (3, down) and tun0 (4); named: whether eth0 is named. */
static void
ipv6_is_asked_from_the_address_of_the_link(void **state)
{
	static const struct {
		const char *label;
		struct {
			int link;
			const char *ip;
			bool tentative;
		} addrs[3];
		bool named;
		const char *want;
	} rows[] = {
		{ "beside IPv4", { { 2, "198.18.3.2", false }, { 2, "fe80::2", false } },
			false, "198.18.3.0/24 fe80::%eth0/64 " },
		{ "beside an address that is routed",
			{ { 2, "2001:db8::2", false }, { 2, "fe80::2", false } }, false,
			"fe80::%eth0/64 " },
		{ "not alone: a port of a bridge", { { 2, "fe80::2", false } }, false,
			"" },
		{ "alone, when it is named", { { 2, "fe80::2", false } }, true,
			"fe80::%eth0/64 " },
		{ "not before it is known to be unique",
			{ { 2, "198.18.3.2", false }, { 2, "fe80::2", true } }, false,
			"198.18.3.0/24 " },
		{ "not where nothing is plugged in",
			{ { 3, "198.18.3.2", false }, { 3, "fe80::2", false } }, false,
			"" },
		{ "not in a tunnel",
			{ { 4, "198.18.3.2", false }, { 4, "fe80::2", false } }, false,
			"" },
	};
	static const char *eth0[] = { "eth0" };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct host_addr addrs[3];
		struct host_net net = { .links = links, .n_links = 4, .addrs = addrs };
		struct opt_list names = { eth0, rows[i].named, 0 };
		struct nb_links got;
		char text[128] = "", subnet[NB_SUBNET_TEXT];
		struct err e;
		print_message("  %s\n", rows[i].label);
		for (size_t k = 0; k < 3 && rows[i].addrs[k].ip; k++)
			addrs[net.n_addrs++] = (struct host_addr){
				.link = rows[i].addrs[k].link,
				.addr = ip(rows[i].addrs[k].ip),
				.bits = rows[i].addrs[k].ip[0] == '1' ? 24 : 64,
				.tentative = rows[i].addrs[k].tentative
			};
		assert_int_equal(0, nb_links_choose(&net, &names, &got, &e));
		for (size_t k = 0; k < got.n; k++) {
			size_t n = strlen(text);
			(void)snprintf(text + n, sizeof(text) - n, "%s ",
				nb_subnet_print(&got.items[k], subnet));
			assert_int_equal(
				k < got.n_ip4, got.items[k].ip.family == ADDR_IP4);
		}
		assert_string_equal(rows[i].want, text);
	}
}

static void
on_a_link_of_ipv6_only_the_link_is_heard(void **state)
{
	static const struct {
		const char *ip;
		bool heard;
	} rows[] = { { "fe80::7", true }, { "fe80::66", false } /* excluded */,
		{ "2001:db8::7", false }, { "198.18.3.7", false } };
	struct arena *mem = arena_new(1 << 20);
	const struct nb_link link = { .link = &links[1], .ip = ip("fe80::2") };
	const struct nb_links all = { .items = { link }, .n = 1 };
	const struct nb_scope scope = { .links = &all,
		.excluded = range("fe80::66", mem) };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct addr a = ip(rows[i].ip);
		print_message("  %s\n", rows[i].ip);
		assert_int_equal(rows[i].heard, nb_may_hear(&scope, &link, &a));
		assert_false(nb_may_ask(&scope, &a, false));
	}
	arena_free(mem);
}

static void
interfaces_that_cannot_be_asked_are_named(void **state)
{
	static const struct {
		const char *name, *error;
	} rows[] = { { "eth9", "there is no interface eth9" }, { "eth1", "eth1 is no" },
		{ "tun0", "tun0 is no" }, { "lo", "lo is no" } };
	struct arena *mem = arena_new(1 << 20);
	struct host_net net = network(mem);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *names[] = { "eth0", rows[i].name };
		struct opt_list list = { names, 2, 2 };
		struct nb_links got;
		struct err e = { 0 };
		assert_int_equal(-1, nb_links_choose(&net, &list, &got, &e));
		assert_int_equal(ERR_ARG, e.code);
		assert_non_null(strstr(e.text, rows[i].error));
	}
	arena_free(mem);
}

static void
packets_go_nowhere_else(void **state)
{
	static const struct {
		const char *ip;
		bool by_server, may;
	} rows[] = {
		{ "198.18.3.7", false, true },    /* of our subnet */
		{ "198.18.3.255", false, false }, /* its broadcast address */
		{ "198.18.3.0", false, false },
		{ "198.18.3.66", false, false }, /* excluded */
		{ "198.18.3.66", true, false },
		{ "10.1.2.3", false, true },    /* a target */
		{ "10.1.2.9", true, false },    /* an excluded target */
		{ "192.0.2.53", false, true },  /* the name server */
		{ "192.0.2.54", false, false }, /* a stranger's word */
		{ "192.0.2.54", true, true },   /* the name server's */
		{ "0.0.0.0", true, false },
		{ "255.255.255.255", true, false },
		{ "224.0.0.251", true, false },
		{ "127.0.0.1", true, false },
		{ "2001:db8::7", true, false },
		{ "2001:db8:1::7", false, true }, /* a target */
		{ "2001:db8:1::9", false, false },
		{ "::", true, false },
		{ "ff02::1", true, false },
	};
	struct arena *mem = arena_new(1 << 20);
	struct host_net net = network(mem);
	struct opt_list all = { 0 };
	struct addr server = ip("192.0.2.53");
	struct nb_links got;
	struct err e;

	(void)state;
	assert_int_equal(0, nb_links_choose(&net, &all, &got, &e));
	struct nb_scope scope = { &got, range("10.1.2.0/24,2001:db8:1::7", mem),
		range("198.18.3.66,10.1.2.9", mem), &server, 1 };
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct addr a = ip(rows[i].ip);
		print_message("  %s\n", rows[i].ip);
		assert_int_equal(rows[i].may, nb_may_ask(&scope, &a, rows[i].by_server));
	}
	arena_free(mem);
}

static void
an_address_that_is_given_for_a_name_is_told_where_it_means_something(void **state)
{
	static const struct {
		const char *ip;
		bool may;
	} rows[] = { { "2001:db8:1::7", true }, { "fd00::7", true },
		{ "2001:db8:1::9", false }, /* excluded */
		{ "fe80::7", false }, { "::1", false }, { "::", false },
		{ "ff02::1", false }, { "10.0.0.7", false } };
	struct arena *mem = arena_new(1 << 20);
	struct nb_links none = { .n = 0 };
	struct nb_scope scope = { &none, NULL, range("2001:db8:1::9", mem), NULL, 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct addr a = ip(rows[i].ip);
		print_message("  %s\n", rows[i].ip);
		assert_int_equal(rows[i].may, nb_may_tell(&scope, &a));
		assert_false(nb_may_ask(&scope, &a, false));
	}
	arena_free(mem);
}

/* Two subnets of IPv4: 198.18.3.0/24 and 198.18.4.8/30. */
static void
no_subnet_is_asked_as_a_whole_whose_broadcast_address_is_excluded(void **state)
{
	static const struct {
		const char *excluded;
		bool may[2];
	} rows[] = {
		{ "192.0.2.1", { true, true } },
		{ "198.18.3.66", { true, true } }, /* one machine */
		{ "198.18.3.255", { false, true } },
		{ "198.18.3.0/24", { false, true } },
		{ "0.0.0.0-198.18.2.255,198.18.4.0-255.255.255.255", { true, false } },
		{ "0.0.0.0-9.255.255.255,11.0.0.0-255.255.255.255", { false, false } },
	};
	struct arena *mem = arena_new(1 << 20);
	struct host_net net = network(mem);
	struct opt_list all = { 0 };
	struct nb_links got;
	struct err e;

	(void)state;
	assert_int_equal(0, nb_links_choose(&net, &all, &got, &e));
	assert_int_equal(2, got.n_ip4);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct nb_scope scope = { .links = &got,
			.excluded = range(rows[i].excluded, mem) };
		print_message("  %s\n", rows[i].excluded);
		for (size_t k = 0; k < 2; k++)
			assert_int_equal(
				rows[i].may[k], nb_may_call(&scope, &got.items[k]));
	}
	arena_free(mem);
}

static void
a_link_of_ipv6_is_as_our_own_address_there(void **state)
{
	static const struct {
		const char *excluded;
		bool may;
	} rows[] = {
		{ "fe80::7", true },
		{ "fe80::5", false },
		{ "::/0", false },
		{ "0.0.0.0/0", true },
	};
	struct arena *mem = arena_new(1 << 20);
	struct nb_link link = { .ip = ip("fe80::5"), .net = ip("fe80::"), .bits = 64 };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct nb_scope scope = { .excluded = range(rows[i].excluded, mem) };
		print_message("  %s\n", rows[i].excluded);
		assert_int_equal(rows[i].may, nb_may_call(&scope, &link));
	}
	arena_free(mem);
}

static void
a_name_server_that_may_not_be_asked_is_a_mistake(void **state)
{
	static const struct {
		const char *server, *targets, *error; /* NULL: none */
	} rows[] = {
		{ "192.0.2.10", "", NULL },
		{ "198.18.3.7", "", NULL },
		{ "127.0.0.1", "127.0.0.0/30", NULL },
		{ "127.0.0.1", "", "127.0.0.1 is no address of a name server" },
		{ "224.0.0.1", "", "224.0.0.1 is no address of a name server" },
		{ "0.0.0.0", "", "0.0.0.0 is no address of a name server" },
		{ "255.255.255.255", "", "255.255.255.255 is no address" },
		{ "198.18.3.255", "", "198.18.3.255 is no address of a name server" },
		{ "198.18.3.66", "", "198.18.3.66 is excluded" },
		{ "2001:db8::1", "", "no IPv4 address" },
	};
	struct arena *mem = arena_new(1 << 20);
	struct host_net net = network(mem);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *server = rows[i].server;
		const struct windows_conf conf = { .servers = { &server, 1, 1 },
			.net = &net,
			.targets = range(rows[i].targets, mem),
			.excluded = range("198.18.3.66", mem) };
		struct err e = { 0 };
		print_message("  %s\n", server);
		assert_int_equal(rows[i].error ? -1 : 0, windows_check(&conf, &e));
		if (rows[i].error) {
			assert_int_equal(ERR_ARG, e.code);
			assert_non_null(strstr(e.text, rows[i].error));
		}
	}
	arena_free(mem);
}

/* --- calls --------------------------------------------------------------------------------- */

/* A group takes no connections: each fails at once, so only the rate takes time. */
static void
calls_are_no_more_than_the_rate_allows(void **state)
{
	enum { N = 160, RATE = 3200, BURST = 16 };
	static struct tcp_call calls[N];
	static const volatile sig_atomic_t go_on;
	const struct call_conf conf = { .patience_us = SECOND,
		.deadline_us = INT64_MAX,
		.rate = RATE,
		.clock = &clock_system,
		.stop = &go_on };
	int64_t least = (int64_t)(N * CALL_LOOK_PACKETS - 2 * BURST) * SECOND / RATE;
	struct err e;

	(void)state;
	for (size_t i = 0; i < N; i++)
		calls[i].peer = ip("224.0.0.1");
	int64_t begun = clock_mono(&clock_system);
	assert_int_equal(0, call_all(calls, N, &conf, &e));
	assert_true(clock_mono(&clock_system) - begun >= least);
	for (size_t i = 0; i < N; i++)
		assert_int_equal(CALL_FAILED, calls[i].outcome);
}

/* --- a poll whose answers a test gives ------------------------------------------------------- */

enum {
	TOLD_MAX = 64,
	NAMES_OF_MACHINE = 2, /* <20> and <03> */
};

struct rig {
	struct monitor monitor; /* first */
	struct sink sink;
	struct source_run run;
	struct windows_conf conf;
	struct arena *mem;
	struct finding *f;
	size_t n, n_names;  /* told; of the last node status */
	int64_t count;      /* domain.count of the last domain */
	size_t n_machines;  /* of its domain.machines */
	char machines[256]; /* the first of them: "A B " */
	bool truncated;     /* the last one */
	size_t n_reasons;
	char reasons[8][512];     /* "CODE ABOUT COUNT TEXT" */
	char told[TOLD_MAX][256]; /* "IP EVIDENCE key=value key=[a b]" */
};

static void
take_machines(struct rig *r, const struct fact *f)
{
	size_t at = 0;

	r->n_machines = f->texts.n;
	for (size_t i = 0; i < f->texts.n && at < sizeof(r->machines); i++)
		at += (size_t)snprintf(r->machines + at, sizeof(r->machines) - at,
			"%s ", f->texts.items[i]);
}

static int
take(struct sink *sink, const struct observation *o, struct err *e)
{
	struct rig *r = (struct rig *)((char *)sink - offsetof(struct rig, sink));
	char text[ADDR_TEXT_MAX];
	char *out = r->told[r->n];
	size_t at = (size_t)snprintf(out, sizeof(r->told[0]), "%s %s",
		addr_print(&o->ip, text), evidence_names[o->evidence]);

	(void)e;
	assert_true(r->n < TOLD_MAX);
	for (size_t i = 0; i < o->n_facts; i++) {
		const struct fact *f = &o->facts[i];
		assert_true(i == 0 || strcmp(o->facts[i - 1].key, f->key) < 0);
		if (strcmp(f->key, "netbios.names") == 0)
			r->n_names = f->texts.n;
		if (strcmp(f->key, "domain.count") == 0)
			r->count = f->num;
		if (strcmp(f->key, "domain.machines") == 0)
			take_machines(r, f);
		if (f->type == FACT_TEXT && at < sizeof(r->told[0]))
			at += (size_t)snprintf(out + at, sizeof(r->told[0]) - at,
				" %s=%s", f->key, f->text);
		bool given = strstr(f->key, ".addresses") != NULL ||
			(strcmp(f->key, "netbios.roles") == 0 &&
				o->evidence == EVIDENCE_LISTED);
		for (size_t k = 0; given && k < f->texts.n; k++)
			at += (size_t)snprintf(out + at, sizeof(r->told[0]) - at,
				" %s=%s", f->key, f->texts.items[k]);
	}
	r->truncated = o->truncated;
	r->n++;
	return 0;
}

static void
take_reason(struct monitor *m, const struct reason *reason)
{
	struct rig *r = (struct rig *)m;

	assert_true(r->n_reasons < sizeof(r->reasons) / sizeof(r->reasons[0]));
	(void)snprintf(r->reasons[r->n_reasons++], sizeof(r->reasons[0]), "%s %s %d %s",
		reason->code, reason->about, (int)reason->count, reason->text);
}

static const char *
reason_of(const struct rig *r, const char *code)
{
	for (size_t i = 0; i < r->n_reasons; i++)
		if (strncmp(r->reasons[i], code, strlen(code)) == 0)
			return r->reasons[i];
	return "";
}

static struct rig *
rig_new(const char *targets)
{
	struct rig *r = calloc(1, sizeof(*r));
	struct err e;

	assert_non_null(r);
	r->mem = arena_new(64 << 20);
	r->sink.take = take;
	r->monitor.reason = take_reason;
	r->run = (struct source_run){ .scratch = r->mem,
		.sink = &r->sink,
		.monitor = &r->monitor,
		.clock = &clock_system,
		.deadline_us = INT64_MAX };
	r->conf.targets = range(targets, r->mem);
	r->f = arena_alloc(r->mem, sizeof(*r->f));
	r->f->run = &r->run;
	r->f->conf = &r->conf;
	r->f->scope = (struct nb_scope){ &r->f->links, r->conf.targets, NULL, NULL, 0 };
	assert_int_equal(0, roster_init(&r->f->roster, r->mem));
	struct asker_conf asker = { .links = &r->f->links,
		.scope = &r->f->scope,
		.clock = &clock_system,
		.rate = 1,
		.heard = finding_heard,
		.arg = r->f };
	assert_int_equal(0, asker_open(&r->f->asker, &asker, r->mem, &e));
	return r;
}

static void
rig_free(struct rig *r)
{
	asker_close(r->f->asker);
	arena_free(r->mem);
	free(r);
}

static void
answer(struct rig *r, struct question q, const char *from, const char *hex)
{
	struct packet p = packet_hex(hex);
	struct addr a = ip(from);
	struct err e;

	assert_int_equal(0, finding_heard(r->f, &q, &a, packet_rd(&p), &e));
	packet_free(&p);
}

static uint64_t
asked(const struct rig *r)
{
	return asker_counts(r->f->asker).asked;
}

static const struct question one = { .kind = ASK_STATUS, .link = ASKER_ONE };

/* A node status: PC1<00>, CORP<00> group, CORP<1d>. */
#define STATUS \
	"beef 8400 0000 0001 0000 0000 20 434b4141414141414141414141414141" \
	"41414141414141414141414141414141 00 0021 0001 00000000 003d 03" \
	"504331202020202020202020202020 00 0400 434f5250202020202020202020 2020 00 8400" \
	"434f5250202020202020202020 2020 1d 0400 00155d010203"

/* --- WS-Discovery -------------------------------------------------------------------------- */

static void
match(struct rig *r, size_t link, const char *from, const char *endpoint,
	const char *xaddrs)
{
	struct question q = { .kind = ASK_WSD, .link = link };
	struct addr a = ip(from);
	char xml[2048];
	struct err e;

	(void)snprintf(xml, sizeof(xml),
		"<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" "
		"xmlns:a=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\" "
		"xmlns:d=\"http://schemas.xmlsoap.org/ws/2005/04/discovery\"><s:Header>"
		"<a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/ProbeMatches"
		"</a:Action></s:Header><s:Body><d:ProbeMatches><d:ProbeMatch>"
		"<a:EndpointReference><a:Address>urn:uuid:%s</a:Address>"
		"</a:EndpointReference><d:XAddrs>%s</d:XAddrs></d:ProbeMatch>"
		"</d:ProbeMatches></s:Body></s:Envelope>",
		endpoint, xaddrs);
	assert_int_equal(0, finding_heard(r->f, &q, &a, rd_from(xml, strlen(xml)), &e));
}

#define UUID_A "50614875-afe2-5653-af89-3173085dc9e9"
#define UUID_B "fe26847b-d0ef-52b5-bc54-58afc236d3f3"

/* eth0 in IPv4 and IPv6, and another link of IPv6. */
static struct rig *
rig_of_two_families(void)
{
	static const struct host_link other = { .index = 9, .name = "eth9" };
	struct rig *r = rig_new("10.0.0.0/24");

	r->f->links.items[0] = (struct nb_link){ .link = &links[1],
		.ip = ip("10.0.0.2"),
		.net = ip("10.0.0.0"),
		.broadcast = ip("10.0.0.255"),
		.bits = 24 };
	r->f->links.items[1] = (struct nb_link){ .link = &links[1],
		.ip = ip("fe80::2") };
	r->f->links.items[2] = (struct nb_link){ .link = &other, .ip = ip("fe80::2") };
	r->f->links.n = 3;
	r->f->links.n_ip4 = 1;
	return r;
}

static void
a_device_in_both_families_is_one(void **state)
{
	struct rig *r = rig_of_two_families();

	(void)state;
	match(r, 1, "fe80::7", UUID_A, "http://[fe80::7]:5357/x");
	match(r, 0, "10.0.0.7", UUID_A, "http://10.0.0.7:5357/x");
	match(r, 1, "fe80::7", UUID_A, "http://[fe80::7]:5357/x");
	assert_int_equal(2, r->n);
	assert_string_equal("fe80::7 reply wsd.uuid=" UUID_A, r->told[0]);
	assert_string_equal("10.0.0.7 reply wsd.uuid=" UUID_A, r->told[1]);
	assert_int_equal(1, finding_devices(r->f));
	rig_free(r);
}

static void
one_address_of_two_links_is_two_devices(void **state)
{
	struct rig *r = rig_of_two_families();

	(void)state;
	match(r, 1, "fe80::7", UUID_A, "http://[fe80::7]:5357/x");
	match(r, 2, "fe80::7", UUID_B, "http://[fe80::7]:5357/x");
	assert_int_equal(2, finding_devices(r->f));
	rig_free(r);
}

static void
metadata_of_a_link_are_fetched_on_that_link(void **state)
{
	struct rig *r = rig_of_two_families();
	struct metadata m;
	struct tcp_call c;

	(void)state;
	match(r, 2, "fe80::7", UUID_A, "http://[fe80::7]:5357/x");
	assert_true(metadata_begin(&c, &m, &r->f->devices[0], r->mem));
	assert_int_equal(9, c.scope);
	assert_int_equal(5357, c.port);
	c.out[c.n_out - 1] = 0;
	/* RFC 9110 s7.2, RFC 3986 s3.2.2 */
	assert_non_null(strstr((char *)c.out, "\r\nHost: [fe80::7]:5357\r\n"));
	match(r, 0, "10.0.0.7", UUID_B,
		"http://[fe80::7]:5357/x http://10.0.0.7:5357/x");
	assert_true(metadata_begin(&c, &m, &r->f->devices[1], r->mem));
	assert_int_equal(0, c.scope);
	c.out[c.n_out - 1] = 0;
	assert_non_null(strstr((char *)c.out, "\r\nHost: 10.0.0.7:5357\r\n"));
	rig_free(r);
}

static void
netbios_is_not_asked_in_ipv6(void **state)
{
	struct rig *r = rig_of_two_families();
	struct err e;

	(void)state;
	r->conf.targets = NULL;
	assert_int_equal(0, finding_begin(r->f, &e));
	/* __MSBROWSE__, "*" and who shares files in IPv4, WS-Discovery on three links */
	assert_int_equal(3 + 3, asked(r));
	rig_free(r);
}

static void
names_of_lists_are_sought_in_both_families(void **state)
{
	static const struct {
		const char *name;
		bool on_links;
		uint64_t asked;
	} rows[] = {
		/* In IPv4 <20> and <03>, LLMNR for A; on three links LLMNR for AAAA, mDNS */
		{ "PC1", true, 2 + 1 + 3 + 3 },
		{ "PC 1", true, 2 }, /* no name of a host */
		{ "PC2", false, 0 },
	};
	struct rig *r = rig_of_two_families();
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct netbios_name name = nbname_of(rows[i].name, 0);
		uint64_t before = asked(r);
		print_message("  %s\n", rows[i].name);
		assert_int_equal(0, finding_name(r->f, &name, rows[i].on_links, &e));
		assert_int_equal(rows[i].asked, asked(r) - before);
	}
	rig_free(r);
}

static void
a_node_status_makes_a_machine_and_a_domain(void **state)
{
	struct rig *r = rig_new("10.0.0.0/24");

	(void)state;
	answer(r, one, "10.0.0.7", STATUS);
	assert_int_equal(1, r->n);
	assert_string_equal(
		"10.0.0.7 reply netbios.domain=CORP netbios.name=PC1", r->told[0]);
	assert_int_equal(1, r->f->roster.n_domains);
	assert_string_equal("CORP", r->f->roster.domains[0].name.name);
	assert_int_equal(LEARNT_STATUS, r->f->roster.domains[0].learnt);
	assert_int_equal(1, r->f->roster.n_machines);
	assert_int_equal(NB_MASTER, r->f->roster.machines[0].roles);
	rig_free(r);
}

/* RFC 1002 §4.2.18: NUM_NAMES is a byte. */
static void
all_names_of_a_node_status_are_told(void **state)
{
	struct rig *r = rig_new("10.0.0.0/24");
	struct packet head = packet_hex("beef 8400 0000 0001 0000 0000 20"
					"434b4141414141414141414141414141"
					"41414141414141414141414141414141"
					"00 0021 0001 00000000 1234 ff");
	uint8_t bytes[8192];
	struct wr w = wr_to(bytes, sizeof(bytes));
	struct addr from = ip("10.0.0.7");
	struct err e;

	(void)state;
	head.bytes[head.n - 3] = (255 * 18 + 1 + 6) >> 8; /* RDLENGTH */
	head.bytes[head.n - 2] = (255 * 18 + 1 + 6) & 255;
	wr_bytes(&w, head.bytes, head.n);
	packet_free(&head);
	for (unsigned i = 0; i < 255; i++) {
		/* All in a code page, so that each is as long as can be. */
		uint8_t name[15];
		memset(name, 0xff, sizeof(name));
		name[13] = (uint8_t)(0x80 | i >> 7);
		name[14] = (uint8_t)(0x80 | (i & 0x7f));
		wr_bytes(&w, name, sizeof(name));
		wr_u8(&w, 0x20);
		wr_be16(&w, 0x0400);
	}
	wr_zero(&w, 6);
	assert_int_equal(
		0, finding_heard(r->f, &one, &from, rd_from(bytes, wr_used(&w)), &e));
	assert_int_equal(1, r->n);
	assert_int_equal(255, r->n_names);
	rig_free(r);
}

/* "CORP"<1b> of 10.0.0.7, of a stranger, and of 0.0.0.0. */
#define OWNERS \
	"beef 8580 0000 0001 0000 0000" \
	"20 4544 4550 4643 4641 4341 4341 4341 4341 4341 4341 4341 4341 4341 4341 4341 424c 00" \
	"0020 0001 00000e10 0012 6000 0a000007 6000 08080808 e000 00000000"

static void
owners_that_may_be_asked_are_asked_once(void **state)
{
	struct rig *r = rig_new("10.0.0.0/24");
	struct question q = { .kind = ASK_NAME,
		.link = ASKER_ONE,
		.name = nbname_of("CORP", NETBIOS_DOMAIN_MASTER) };

	(void)state;
	answer(r, q, "10.0.0.5", OWNERS);
	/* 10.0.0.7 as it says, and 10.0.0.5 that has answered; never 8.8.8.8 */
	assert_int_equal(2, asked(r));
	answer(r, q, "10.0.0.5", OWNERS);
	assert_int_equal(2, asked(r));
	assert_int_equal(0, r->n);
	assert_int_equal(LEARNT_BROADCAST, r->f->roster.domains[0].learnt);
	rig_free(r);
}

static void
a_name_server_may_tell_of_others(void **state)
{
	struct rig *r = rig_new("10.0.0.0/24");
	struct question q = { .kind = ASK_NAME,
		.link = ASKER_ONE,
		.name = nbname_of("CORP", NETBIOS_DOMAIN_MASTER),
		.server = true };

	(void)state;
	answer(r, q, "10.0.0.5", OWNERS);
	assert_int_equal(2, asked(r)); /* and not the server itself */
	assert_int_equal(LEARNT_WINS, r->f->roster.domains[0].learnt);
	rig_free(r);
}

/* RFC 6762 §6.7, RFC 6763 §4.1 and §12.1: _smb._tcp.local PTR Files._smb._tcp.local, and
 * nas.local A 10.0.0.7 beside it. */
static void
who_shares_files_by_mdns_is_asked_for_the_rest(void **state)
{
	struct rig *r = rig_new("10.0.0.0/24");
	struct question q = { .kind = ASK_FILES, .link = ASKER_ONE };

	(void)state;
	answer(r, q, "10.0.0.7",
		"0001 8400 0000 0001 0000 0001"
		"04 5f736d62 04 5f746370 05 6c6f63616c 00 000c 0001 0000000a 0008"
		"05 46696c6573 c00c"
		"03 6e6173 c016 0001 0001 0000000a 0004 0a000007");
	assert_int_equal(1, r->n);
	assert_string_equal("10.0.0.7 reply mdns.name=nas.local", r->told[0]);
	assert_int_equal(1, asked(r)); /* its node status */
	assert_true(r->f->roster.machines[0].heard);
	/* The same once more, and nothing of files. */
	answer(r, q, "10.0.0.7",
		"0001 8400 0000 0001 0000 0000"
		"04 5f736d62 04 5f746370 05 6c6f63616c 00 000c 0001 0000000a 0008"
		"05 46696c6573 c00c");
	answer(r, q, "10.0.0.8", "0001 8400 0000 0000 0000 0000");
	assert_int_equal(1, r->n);
	assert_int_equal(1, asked(r));
	rig_free(r);
}

static void
what_cannot_be_read_is_counted(void **state)
{
	static const enum ask_kind all[] = { ASK_STATUS, ASK_NAME, ASK_WSD, ASK_LLMNR,
		ASK_MDNS, ASK_FILES, ASK_LLMNR6 };
	struct rig *r = rig_new("10.0.0.0/24");

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct question q = { .kind = all[i], .link = ASKER_ONE };
		answer(r, q, "10.0.0.7", "beef 8400 00");
		assert_int_equal(i + 1, r->f->broken);
	}
	assert_int_equal(0, r->n);
	assert_int_equal(0, r->f->n_devices);
	assert_int_equal(0, asked(r));
	rig_free(r);
}

static void
an_address_for_a_name_leads_to_its_node_status(void **state)
{
	struct rig *r = rig_new("10.0.0.0/24");
	struct question q = { .kind = ASK_LLMNR,
		.link = ASKER_ONE,
		.name = nbname_of("PC1", NETBIOS_WORKSTATION) };

	(void)state;
	/* RFC 4795 §2.1.1: the question sent back, PC1 A 10.0.0.7 */
	answer(r, q, "10.0.0.7",
		"0001 8000 0001 0001 0000 0000 03 504331 00 0001 0001"
		"03 504331 00 0001 0001 0000001e 0004 0a000007");
	assert_int_equal(1, r->n);
	assert_string_equal("10.0.0.7 reply llmnr.name=PC1", r->told[0]);
	assert_int_equal(1, asked(r));
	rig_free(r);
}

/* "PC1"<20> of 10.0.0.7, of a stranger, and of 0.0.0.0, the last as a group. */
#define PLACES \
	"beef 8580 0000 0001 0000 0000" \
	"20 4641 4544 4442 4341 4341 4341 4341 4341 4341 4341 4341 4341 4341 4341 4341 4341 00" \
	"0020 0001 00000e10 0012 6000 0a000007 6000 08080808 e000 00000000"

static void
domains_of_a_list_are_asked_for_once(void **state)
{
	struct rig *r = rig_new("10.0.0.0/24");
	struct roster *roster = &r->f->roster;
	struct err e;

	(void)state;
	r->f->servers[0] = ip("10.0.0.5"); /* no link: only the name server is asked */
	r->f->n_servers = 1;
	roster_domain(roster, "CORP")->learnt = LEARNT_STATUS;
	assert_int_equal(0, finding_follow(r->f, &e));
	roster_domain(roster, "FAR")->learnt = LEARNT_LIST;
	roster_domain(roster, "FAR")->master = nbname_of("BOSS", 0);
	roster_domain(roster, "NEAR")->learnt = LEARNT_LIST | LEARNT_STATUS;
	roster_domain(roster, "NEAR")->called = true; /* it has told its list */
	assert_int_equal(1, finding_follow(r->f, &e));
	/* FAR<1b> and <1c>, and who BOSS is */
	assert_int_equal(2 + NAMES_OF_MACHINE, asked(r));
	assert_int_equal(0, finding_follow(r->f, &e));
	assert_int_equal(2 + NAMES_OF_MACHINE, asked(r));
	rig_free(r);
}

static void
what_is_listed_and_silent_is_told_as_listed(void **state)
{
	static const struct row {
		const char *label;
		struct question q;
		const char *from, *hex, *told;
		size_t n; /* observations */
	} rows[] = {
		{ "of a subnet", { .kind = ASK_NAME, .link = ASKER_ONE }, "10.0.0.7",
			PLACES, "10.0.0.7 listed netbios.domain=CORP netbios.name=PC1",
			1 },
		{ "of WINS", { .kind = ASK_NAME, .link = ASKER_ONE, .server = true },
			"10.0.0.5", PLACES,
			"10.0.0.7 listed netbios.domain=CORP netbios.name=PC1", 1 },
		{ "of WINS, a messenger",
			{ .kind = ASK_NAME, .link = ASKER_ONE, .server = true },
			"10.0.0.5", PLACES,
			"10.0.0.7 listed netbios.domain=CORP netbios.name=PC1", 1 },
		{ "LLMNR", { .kind = ASK_LLMNR, .link = ASKER_ONE }, "10.0.0.8",
			"0001 8000 0001 0001 0000 0000 03 706331 00 0001 0001"
			"03 706331 00 0001 0001 0000001e 0004 0a000008",
			"10.0.0.8 listed netbios.domain=CORP netbios.name=PC1", 2 },
		{ "mDNS", { .kind = ASK_MDNS, .link = ASKER_ONE }, "10.0.0.8",
			"0001 8400 0000 0001 0000 0000 03 706331 05 6c6f63616c 00 0001 0001"
			"0000001e 0004 0a000008",
			"10.0.0.8 listed netbios.domain=CORP netbios.name=PC1", 2 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rig *r = rig_new("10.0.0.0/24");
		struct question q = rows[i].q;
		struct err e;
		print_message("  %s\n", rows[i].label);
		q.name = nbname_of("PC1", i == 2 ? NETBIOS_MESSENGER : NETBIOS_SERVER);
		assert_non_null(roster_listed(&r->f->roster, "CORP", "PC1"));
		assert_int_equal(0, report_lists(r->f, &e));
		assert_int_equal(0, r->n);
		answer(r, q, rows[i].from, rows[i].hex);
		assert_int_equal(0, report_lists(r->f, &e));
		assert_int_equal(rows[i].n, r->n);
		assert_string_equal(rows[i].told, r->told[r->n - 1]);
		assert_int_equal(1, r->f->roster.n_domains); /* PC1 is none */
		rig_free(r);
	}
}

/* --- domains --------------------------------------------------------------------------------- */

static void
who_is_in_a_domain_counts_by_whichever_way_it_was_learnt(void **state)
{
	static const struct {
		const char *label, *domain, *name;
		enum learnt way;
		const char *machines; /* NULL: there is no such domain */
	} rows[] = {
		{ "WS-Discovery alone", "GAMMA", "modern", LEARNT_WSD, "MODERN " },
		{ "SMB alone", "GAMMA", "Modern", LEARNT_SMB, "MODERN " },
		{ "SMB of a workgroup: its own", "MODERN", "Modern", LEARNT_SMB, NULL },
		{ "a name that NetBIOS has no room for", "GAMMA",
			"a-very-long-name-of-it", LEARNT_WSD,
			"a-very-long-name-of-it " },
		{ "a name with what would move a cursor", "GAMMA", "a\x1b[2J\x01",
			LEARNT_SMB, "a [2J " },
		{ "nothing else", "GAMMA", "\x01\x02", LEARNT_SMB, NULL },
		{ "a name of DNS", "gamma.example.org", "MODERN", LEARNT_SMB, NULL },
		{ "a machine that told NetBIOS, too", "CORP", "pc1", LEARNT_WSD,
			"PC1 " },
		{ "and another one", "CORP", "pc2", LEARNT_WSD, "PC1 PC2 " },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rig *r = rig_new("10.0.0.0/24");
		const char *want = rows[i].machines;
		struct err e;
		print_message("  %s\n", rows[i].label);
		if (strcmp(rows[i].domain, "CORP") == 0)
			answer(r, one, "10.0.0.7", STATUS);
		for (unsigned again = 0; again < 2; again++) /* from two addresses */
			finding_member(r->f, rows[i].domain, rows[i].name, rows[i].way);
		assert_int_equal(0, report_lists(r->f, &e));
		assert_int_equal(want != NULL, r->f->roster.n_domains);
		assert_string_equal(want ? want : "", r->machines);
		assert_int_equal(r->n_machines, r->count);
		if (want)
			assert_true(r->f->roster.domains[0].learnt & rows[i].way);
		rig_free(r);
	}
}

static void
a_name_in_a_code_page_and_in_unicode_is_one_machine(void **state)
{
	struct rig *r = rig_new("10.0.0.0/24");
	struct err e;

	(void)state;
	assert_non_null(roster_listed(&r->f->roster, "CORP", "B\x9aRO"));
	assert_non_null(roster_listed(&r->f->roster, "CORP", "C\x9aRO"));
	finding_member(r->f, "CORP", "B\u00fcro", LEARNT_WSD);
	assert_int_equal(0, report_lists(r->f, &e));
	assert_string_equal("B\u00fcro C%9aRO ", r->machines);
	assert_int_equal(2, r->count);
	rig_free(r);
}

static void
owners_that_a_name_server_knows_and_that_are_silent_are_kept_as_listed(void **state)
{
	static const struct {
		const char *label, *domain;
		uint8_t suffix;
		bool server, told;
		const char *want; /* NULL: nothing of the kind */
	} rows[] = {
		{ "a master", "CORP", NETBIOS_DOMAIN_MASTER, true, false,
			"10.0.0.7 listed netbios.domain=CORP "
			"netbios.roles=domain-master-browser" },
		{ "a controller", "CORP", NETBIOS_CONTROLLERS, true, false,
			"10.0.0.7 listed netbios.domain=CORP "
			"netbios.roles=domain-controller" },
		{ "a master of whichever domain", "*", NETBIOS_DOMAIN_MASTER, true,
			false, "10.0.0.7 listed netbios.roles=domain-master-browser" },
		{ "one that tells its names", "CORP", NETBIOS_CONTROLLERS, true, true,
			NULL },
		{ "not of a name server", "CORP", NETBIOS_CONTROLLERS, false, false,
			NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rig *r = rig_new("10.0.0.0/24");
		struct question q = { .kind = ASK_NAME,
			.link = ASKER_ONE,
			.name = nbname_of(rows[i].domain, rows[i].suffix),
			.server = rows[i].server };
		struct err e;
		print_message("  %s\n", rows[i].label);
		r->f->scope.excluded = range("8.8.8.8", r->mem);
		answer(r, q, "10.0.0.5", OWNERS);
		if (rows[i].told)
			answer(r, one, "10.0.0.7", STATUS);
		r->n = 0;
		assert_int_equal(0, report_lists(r->f, &e));
		report_reasons(r->f);
		if (rows[i].want)
			assert_string_equal(rows[i].want, r->told[0]);
		else
			assert_null(strstr(r->told[0], "netbios"));
		assert_int_equal(rows[i].want != NULL,
			strstr(reason_of(r, "owners-silent  1 "), "(10.0.0.7)") != NULL);
		rig_free(r);
	}
}

static void
names_that_a_record_has_no_room_for_are_counted_and_told(void **state)
{
	static const struct {
		unsigned n;
		const char *name;
		bool cut;
	} rows[] = { { 3000, "PC%05u", false }, { 5000, "PC%05u", true },
		{ 4000, "COMPUTER-%06u", true } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rig *r = rig_new("10.0.0.0/24");
		char want[64];
		struct err e;
		print_message("  %u of %s\n", rows[i].n, rows[i].name);
		for (unsigned k = 0; k < rows[i].n; k++) {
			char name[16];
			(void)snprintf(name, sizeof(name),
				rows[i].name[0] == 'P' ? "PC%05u" : "COMPUTER-%06u", k);
			assert_non_null(roster_listed(&r->f->roster, "BIG", name));
		}
		r->f->roster.domains[0].learnt = LEARNT_LIST;
		assert_int_equal(0, report_lists(r->f, &e));
		assert_int_equal(rows[i].n, r->count);
		assert_int_equal(rows[i].cut, r->truncated);
		assert_int_equal(rows[i].cut, r->n_machines < rows[i].n);
		(void)snprintf(want, sizeof(want), "domain-cut BIG %u ",
			rows[i].n - (unsigned)r->n_machines);
		assert_int_equal(rows[i].cut, *reason_of(r, want) != '\0');
		rig_free(r);
	}
}

/* --- names in IPv6 -------------------------------------------------------------------------- */

#define PC1_LABEL  "03 706331 00 "
#define PC1_LOCAL  "03 706331 05 6c6f63616c 00 "
#define IP4(last)  "0001 0001 0000001e 0004 0a0000" last " "
#define IP6(last)  "001c 0001 0000001e 0010 20010db8 00000000 00000000 000000" last " "
#define LINK(last) "001c 0001 0000001e 0010 fe800000 00000000 00000000 000000" last " "
#define LLMNR(n)   "0001 8000 0001 000" n " 0000 0000 " PC1_LABEL "001c 0001 "
#define MDNS(n)    "0001 8400 0000 000" n " 0000 0000 "

/* PC1 is in a list of CORP.  Links as of rig_of_two_families(). */
static void
an_address_of_ipv6_is_found_for_a_listed_name(void **state)
{
	static const struct row {
		const char *label;
		enum ask_kind kind;
		size_t link;
		const char *from, *hex;
		const char *reply, *listed; /* NULL: nothing of the kind */
		size_t n_near;
	} rows[] = {
		{ "LLMNR, as Windows and llmnrd answer", ASK_LLMNR6, 1, "fe80::7",
			LLMNR("2") PC1_LABEL IP6("07") PC1_LABEL LINK("07"),
			"fe80::7 reply llmnr.addresses=2001:db8::7 llmnr.name=PC1",
			"2001:db8::7 listed netbios.domain=CORP netbios.name=PC1", 1 },
		{ "mDNS, as avahi answers", ASK_MDNS, 1, "2001:db8::7",
			MDNS("1") PC1_LOCAL IP6("07"),
			"2001:db8::7 reply mdns.addresses=2001:db8::7 "
			"mdns.name=pc1.local",
			"2001:db8::7 listed netbios.domain=CORP netbios.name=PC1", 0 },
		{ "several, of which the lowest is that of the entry", ASK_LLMNR6, 1,
			"fe80::7",
			LLMNR("3") PC1_LABEL IP6("08") PC1_LABEL LINK("07")
				PC1_LABEL IP6("07"),
			"fe80::7 reply llmnr.addresses=2001:db8::7 "
			"llmnr.addresses=2001:db8::8 llmnr.name=PC1",
			"2001:db8::7 listed netbios.domain=CORP netbios.name=PC1", 1 },
		{ "an address of the link alone", ASK_MDNS, 2, "fe80::7",
			MDNS("1") PC1_LOCAL LINK("07"),
			"fe80::7 reply mdns.name=pc1.local", NULL, 1 },
		{ "both families, asked in IPv4", ASK_MDNS, 0, "10.0.0.7",
			MDNS("2") PC1_LOCAL IP6("07") PC1_LOCAL IP4("07"),
			"10.0.0.7 reply mdns.addresses=2001:db8::7 mdns.name=pc1.local",
			"10.0.0.7 listed netbios.domain=CORP netbios.name=PC1", 0 },
		{ "IPv6 alone, asked in IPv4", ASK_LLMNR6, 0, "10.0.0.7",
			LLMNR("1") PC1_LABEL IP6("07"),
			"10.0.0.7 reply llmnr.addresses=2001:db8::7 llmnr.name=PC1",
			"10.0.0.7 listed netbios.domain=CORP netbios.name=PC1", 0 },
		{ "who speaks for a sleeper is not he", ASK_MDNS, 1, "fe80::5",
			MDNS("1") PC1_LOCAL IP6("07"), NULL,
			"2001:db8::7 listed netbios.domain=CORP netbios.name=PC1", 1 },
		{ "another's address is not taken", ASK_LLMNR6, 1, "fe80::7",
			LLMNR("1") "03 706332 00" IP6("07"), NULL, NULL, 0 },
		{ "what is excluded is not told", ASK_LLMNR6, 1, "fe80::7",
			LLMNR("2") PC1_LABEL IP6("66") PC1_LABEL LINK("07"),
			"fe80::7 reply llmnr.name=PC1", NULL, 1 },
		{ "there is none", ASK_LLMNR6, 1, "fe80::7", LLMNR("0"), NULL, NULL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rig *r = rig_of_two_families();
		struct question q = { .kind = rows[i].kind,
			.link = rows[i].link,
			.name = nbname_of("PC1", NETBIOS_WORKSTATION) };
		struct err e;
		print_message("  %s\n", rows[i].label);
		r->f->scope.excluded = range("2001:db8::66", r->mem);
		assert_non_null(roster_listed(&r->f->roster, "CORP", "PC1"));
		answer(r, q, rows[i].from, rows[i].hex);
		assert_int_equal(rows[i].reply != NULL, r->n);
		if (rows[i].reply)
			assert_string_equal(rows[i].reply, r->told[0]);
		r->n = 0;
		assert_int_equal(0, report_lists(r->f, &e));
		assert_int_equal(rows[i].listed != NULL, r->n);
		if (rows[i].listed)
			assert_string_equal(rows[i].listed, r->told[0]);
		answer(r, q, rows[i].from, rows[i].hex); /* it was asked three times */
		assert_int_equal(rows[i].n_near, r->f->n_near);
		/* Of IPv6 nobody is asked; of IPv4 his node status, once. */
		assert_int_equal(rows[i].from[0] == '1', asked(r));
		rig_free(r);
	}
}

static void
who_is_known_otherwise_is_not_asked_by_an_address_of_the_link(void **state)
{
	static const char hex[] = LLMNR("1") PC1_LABEL LINK("07");
	struct question q = { .kind = ASK_LLMNR6,
		.link = 1,
		.name = nbname_of("PC1", NETBIOS_WORKSTATION) };
	struct rig *r = rig_of_two_families();
	struct addr known = ip("10.0.0.7");

	(void)state;
	answer(r, q, "fe80::7", hex);
	q.link = 2;
	answer(r, q, "fe80::7", hex); /* another machine */
	assert_int_equal(2, r->f->n_near);
	assert_true(finding_is_near(r->f, &r->f->near[0]));
	match(r, 1, "fe80::7", UUID_A, "http://[fe80::7]:5357/x");
	assert_false(finding_is_near(r->f, &r->f->near[0]));
	assert_true(finding_is_near(r->f, &r->f->near[1]));
	roster_name_is_at(&r->f->roster, "pc1", &known, true);
	assert_false(finding_is_near(r->f, &r->f->near[1]));
	rig_free(r);
}

/* --- the roster ------------------------------------------------------------------------------ */

static void
things_are_found_again_and_bounded(void **state)
{
	struct arena *mem = arena_new(256 << 20);
	struct roster r;

	(void)state;
	assert_int_equal(0, roster_init(&r, mem));
	for (unsigned round = 0; round < 2; round++) {
		for (uint32_t i = 0; i < ROSTER_MACHINES_MAX; i++) {
			struct addr a = addr_ip4(0x0a000000 + i);
			struct machine *m = roster_machine(&r, &a);
			assert_non_null(m);
			assert_true(addr_equal(&m->ip, &a));
		}
		assert_int_equal(ROSTER_MACHINES_MAX, r.n_machines);
	}
	struct addr more = ip("192.0.2.1");
	assert_null(roster_machine(&r, &more));
	assert_int_equal(1, r.dropped);
	for (uint32_t i = 0; i < 20000; i++) {
		char name[16];
		(void)snprintf(name, sizeof(name), "PC%u", i);
		assert_non_null(roster_listed(&r, i % 2 ? "CORP" : "corp", name));
	}
	assert_int_equal(20000, r.n_listed);
	assert_int_equal(1, r.n_domains);
	arena_free(mem);
}

static void
an_entry_gets_the_machine_that_has_its_name_and_domain(void **state)
{
	struct arena *mem = arena_new(64 << 20);
	struct addr a = ip("10.0.0.1"), b = ip("10.0.0.2");
	struct roster r;

	(void)state;
	assert_int_equal(0, roster_init(&r, mem));
	struct machine *m = roster_machine(&r, &a);
	m->name = nbname_of("PC1", 0);
	m->domain = roster_domain_index(&r, roster_domain(&r, "OTHER"));
	m = roster_machine(&r, &b);
	m->name = nbname_of("pc1", 0);
	m->domain = roster_domain_index(&r, roster_domain(&r, "CORP"));
	assert_non_null(roster_listed(&r, "CORP", "PC1"));
	assert_non_null(roster_listed(&r, "CORP", "PC2"));
	roster_place(&r);
	assert_int_equal(2, r.listed[0].machine);
	assert_int_equal(0, r.listed[1].machine);
	arena_free(mem);
}

/* PC1 told its names; PC2 is silent, PC3 told others, PC4 has two answers, PC5 has none. */
static void
an_entry_that_is_silent_gets_the_address_of_an_answer(void **state)
{
	static const struct {
		const char *ip, *name, *domain; /* as it told; NULL: it did not */
	} machines[] = { { "10.0.0.1", "PC1", "CORP" }, { "10.0.0.2", NULL, NULL },
		{ "10.0.0.3", "NEW3", "CORP" }, { "10.0.0.4", NULL, NULL },
		{ "10.0.0.6", "PC6", "OTHER" }, { "10.0.0.7", "PC7", NULL } };
	static const struct {
		const char *name, *ip;
		bool sure;
	} answers[] = { { "PC1", "10.0.0.1", true }, { "pc2", "10.0.0.2", true },
		{ "PC2", "10.0.0.9", true }, { "PC3", "10.0.0.3", true },
		{ "PC4", "10.0.0.9", false }, { "PC4", "10.0.0.4", true },
		{ "PC6", "10.0.0.6", true }, { "PC7", "10.0.0.7", true },
		{ "PC8", "192.0.2.1", true } };
	static const struct {
		uint32_t machine;
		bool otherwise;
	} want[] = { { 1, false }, { 2, false }, { 0, true }, { 4, false },
		{ 0, false }, { 0, true }, { 6, false }, { 0, false } };
	struct arena *mem = arena_new(64 << 20);
	struct roster r;

	(void)state;
	assert_int_equal(0, roster_init(&r, mem));
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		char name[16];
		(void)snprintf(name, sizeof(name), "PC%zu", i + 1);
		assert_non_null(roster_listed(&r, "CORP", name));
	}
	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++) {
		struct addr a = ip(machines[i].ip);
		struct machine *m = roster_machine(&r, &a);
		m->told = machines[i].name != NULL;
		if (machines[i].name)
			m->name = nbname_of(machines[i].name, 0);
		if (machines[i].domain)
			m->domain = roster_domain_index(
				&r, roster_domain(&r, machines[i].domain));
	}
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		struct addr a = ip(answers[i].ip);
		roster_name_is_at(&r, answers[i].name, &a, answers[i].sure);
	}
	for (unsigned again = 0; again < 2; again++) {
		roster_place(&r);
		for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
			print_message("  PC%zu\n", i + 1);
			assert_int_equal(want[i].machine, r.listed[i].machine);
			assert_int_equal(want[i].otherwise, r.listed[i].otherwise);
		}
	}
	assert_string_equal("10.0.0.2",
		addr_print(roster_address(&r, "pc2"), (char[ADDR_TEXT_MAX]){ "" }));
	assert_null(roster_address(&r, "PC5"));
	/* In IPv6, and who has another name in IPv4 is there, too. */
	struct addr six = ip("2001:db8::5");
	assert_non_null(roster_machine(&r, &six));
	roster_name_is_at(&r, "PC5", &six, false);
	roster_name_is_at(&r, "PC3", &six, false);
	roster_place(&r);
	assert_int_equal(7, r.listed[4].machine);
	assert_int_equal(0, r.listed[2].machine);
	assert_true(r.listed[2].otherwise);
	assert_null(roster_address(&r, "PC5"));
	/* It answers in the end, and is another one. */
	r.machines[1].told = true;
	r.machines[1].name = nbname_of("NEW2", 0);
	roster_place(&r);
	assert_int_equal(0, r.listed[1].machine);
	assert_true(r.listed[1].otherwise);
	arena_free(mem);
}

/* --- roles ----------------------------------------------------------------------------------- */

static void
suffixes_and_types_have_words(void **state)
{
	static const struct {
		uint8_t suffix;
		bool group;
		const char *word;
	} rows[] = { { 0x00, false, "workstation" }, { 0x00, true, "member" },
		{ 0x1b, false, "domain-master-browser" }, { 0x1b, true, NULL },
		{ 0x1c, true, "domain-controller" }, { 0x1d, false, "master-browser" },
		{ 0x20, false, "file-server" }, { 0x77, false, NULL } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *word = nb_role_word(rows[i].suffix, rows[i].group);
		assert_int_equal(rows[i].word == NULL, word == NULL);
		if (word)
			assert_string_equal(rows[i].word, word);
	}
	/* [MS-BRWS] 2.2.6 */
	assert_string_equal("domain-controller", nb_type_word(3));
	assert_string_equal("backup-controller", nb_type_word(4));
	assert_string_equal("print-server", nb_type_word(9));
	assert_string_equal("master-browser", nb_type_word(18));
	assert_null(nb_type_word(31)); /* SV_TYPE_DOMAIN_ENUM */
	assert_null(nb_type_word(32));
	assert_int_equal(NB_CONTROLLER | NB_DOMAIN_MASTER, nb_type_roles(0x80008));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(subnets_with_a_broadcast_address_are_asked),
		cmocka_unit_test(ipv6_is_asked_from_the_address_of_the_link),
		cmocka_unit_test(on_a_link_of_ipv6_only_the_link_is_heard),
		cmocka_unit_test(interfaces_that_cannot_be_asked_are_named),
		cmocka_unit_test(a_device_in_both_families_is_one),
		cmocka_unit_test(one_address_of_two_links_is_two_devices),
		cmocka_unit_test(metadata_of_a_link_are_fetched_on_that_link),
		cmocka_unit_test(netbios_is_not_asked_in_ipv6),
		cmocka_unit_test(names_of_lists_are_sought_in_both_families),
		cmocka_unit_test(packets_go_nowhere_else),
		cmocka_unit_test(
			an_address_that_is_given_for_a_name_is_told_where_it_means_something),
		cmocka_unit_test(
			no_subnet_is_asked_as_a_whole_whose_broadcast_address_is_excluded),
		cmocka_unit_test(a_link_of_ipv6_is_as_our_own_address_there),
		cmocka_unit_test(a_name_server_that_may_not_be_asked_is_a_mistake),
		cmocka_unit_test(calls_are_no_more_than_the_rate_allows),
		cmocka_unit_test(a_node_status_makes_a_machine_and_a_domain),
		cmocka_unit_test(all_names_of_a_node_status_are_told),
		cmocka_unit_test(owners_that_may_be_asked_are_asked_once),
		cmocka_unit_test(a_name_server_may_tell_of_others),
		cmocka_unit_test(who_shares_files_by_mdns_is_asked_for_the_rest),
		cmocka_unit_test(what_cannot_be_read_is_counted),
		cmocka_unit_test(an_address_for_a_name_leads_to_its_node_status),
		cmocka_unit_test(domains_of_a_list_are_asked_for_once),
		cmocka_unit_test(what_is_listed_and_silent_is_told_as_listed),
		cmocka_unit_test(
			who_is_in_a_domain_counts_by_whichever_way_it_was_learnt),
		cmocka_unit_test(a_name_in_a_code_page_and_in_unicode_is_one_machine),
		cmocka_unit_test(
			owners_that_a_name_server_knows_and_that_are_silent_are_kept_as_listed),
		cmocka_unit_test(
			names_that_a_record_has_no_room_for_are_counted_and_told),
		cmocka_unit_test(an_address_of_ipv6_is_found_for_a_listed_name),
		cmocka_unit_test(
			who_is_known_otherwise_is_not_asked_by_an_address_of_the_link),
		cmocka_unit_test(things_are_found_again_and_bounded),
		cmocka_unit_test(an_entry_gets_the_machine_that_has_its_name_and_domain),
		cmocka_unit_test(an_entry_that_is_silent_gets_the_address_of_an_answer),
		cmocka_unit_test(suffixes_and_types_have_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
