/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A controller that answers each search about itself and its forest with whatever entries: its
 * rootDSE, then domains, trusts, controllers, units and subnets.  Of each search a byte says how
 * many entries there are (three bits), and how it ends (three bits: 7, there is no such base).
 */
#define session_search searched_over_a_network
#include "ldap/session.c"
#undef session_search

#include "ad_entry.h"
#include "ldap/forest.h"

int session_search(struct session *, struct search *, struct err *);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MEMORY = 16 << 20, ROW_MEMORY = 1 << 20, NO_SUCH_BASE = 7 };

static const char *const attributes[] = { "dnsHostName", "defaultNamingContext",
	"configurationNamingContext", "schemaNamingContext", "rootDomainNamingContext",
	"dsServiceName", "highestCommittedUSN", "forestFunctionality",
	"domainFunctionality", "supportedControl", "invocationId", "objectVersion",
	"dnsRoot", "nETBIOSName", "trustParent", "systemFlags", "trustPartner",
	"trustType", "trustDirection", "trustAttributes", "dNSHostName", "cn",
	"siteObject", "description", "location" };

/* A session is not looked into by those who search; here it is what the fuzzer says. */
static struct rd said;

int
session_search(struct session *s, struct search *q, struct err *e)
{
	static struct berval values[ENTRY_VALUES];
	uint8_t how = rd_u8(&said);
	int rc = 0;

	(void)s;
	MUST(q->base && strlen(q->base) < 4096);
	for (int i = how & 7; i > 0 && rc == 0 && rd_left(&said); i--) {
		struct entry one = { .mem = arena_new(ROW_MEMORY) };
		MUST(one.mem);
		entry_read(&said, attributes,
			sizeof(attributes) / sizeof(attributes[0]), &one, values);
		q->n_entries++;
		rc = q->row(q->arg, &one, e);
		arena_free(one.mem);
	}
	return rc == 0 && how >> 5 == NO_SUCH_BASE
		? err_set(e, ERR_NOTFOUND, "no such base")
		: rc;
}

/* --- what is told ------------------------------------------------------------------------- */

static int
take_network(struct sink *s, const struct observation *o, struct err *e)
{
	(void)s;
	(void)e;
	MUST(o->subject == SUBJECT_NETWORK && o->n_facts >= 2);
	for (size_t i = 0; i < o->n_facts; i++) {
		MUST(i == 0 || strcmp(o->facts[i - 1].key, o->facts[i].key) < 0);
		must_be_clean(o->facts[i].text);
	}
	return 0;
}

static void
take_progress(struct monitor *m, const struct progress *p)
{
	(void)m;
	(void)p;
}

static void
take_reason(struct monitor *m, const struct reason *r)
{
	(void)m;
	MUST(strcmp(r->code, "ad-bad-subnet") == 0 && r->count);
}

static void
take_coverage(struct monitor *m, const struct coverage *c)
{
	(void)m;
	MUST(c->complete && c->targets[0]);
}

static struct sink sink = { .take = take_network };
static struct monitor monitor = {
	.progress = take_progress, .reason = take_reason, .coverage = take_coverage
};
static struct source_run run = {
	.sink = &sink, .monitor = &monitor, .clock = &clock_system
};

static void
read_subnets(const struct directory *d)
{
	struct addr somebody = addr_ip4(0xc6336407);
	struct subnets subnets = { .n = 0 };
	struct forest_subnets to = { .subnets = &subnets, .page = 500 };
	struct err e;

	MUST(door_new(&to.door, &run, NULL, 0, NULL, &e) == 0);
	if (forest_read_subnets(NULL, d, &to, &e) == 0) {
		const char *site = subnets_site(&subnets, &somebody);
		if (site)
			must_be_clean(site);
	}
	door_free(to.door);
	subnets_free(&subnets);
}

/* --- what is read ------------------------------------------------------------------------- */

static void
check_names(const struct forest_names *names)
{
	for (size_t i = 0; i < names->n; i++) {
		MUST(names->items[i][0]);
		MUST(i == 0 || strcmp(names->items[i - 1], names->items[i]) < 0);
	}
}

static void
check_forest(const struct forest *f)
{
	MUST(f->n <= FOREST_DOMAINS_MAX);
	for (size_t i = 0; i < f->n; i++) {
		MUST(f->domains[i].name && f->domains[i].netbios &&
			f->domains[i].parent);
		MUST(forest_netbios(f, f->domains[i].name));
		MUST(forest_parent(f, f->domains[i].name));
	}
}

static void
read_forest(const struct directory *d, struct arena *mem)
{
	struct forest_names controllers = { .n = 0 }, units = { .n = 0 };
	struct trusts trusts = { .n = 0 };
	struct forest forest = { .n = 0 };
	struct err e;

	if (forest_read(NULL, d, mem, &forest, &e) == 0)
		check_forest(&forest);
	if (forest_read_trusts(NULL, d, mem, &trusts, &e) == 0)
		for (size_t i = 0; i < trusts.n; i++)
			MUST(trusts.items[i].name && trusts.items[i].text);
	if (forest_read_controllers(NULL, d, 500, mem, &controllers, &e) == 0)
		check_names(&controllers);
	if (forest_read_units(NULL, d, 500, mem, &units, &e) == 0)
		check_names(&units);
	for (size_t i = 0; i < units.n; i++)
		must_be_clean(units.items[i]);
	read_subnets(d);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *mem = arena_new(MEMORY);
	struct directory d;
	struct err e;

	MUST(mem);
	said = rd_from(data, size);
	if (directory_read(NULL, mem, &d, &e) == 0) {
		MUST(d.base[0] && d.domain[0] && d.site && d.forest);
		(void)directory_read_database(NULL, &d, &e);
		read_forest(&d, mem);
	}
	arena_free(mem);
	return 0;
}
