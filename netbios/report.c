/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Observations of domains and of what lists say, and the reasons of a poll. */
#include "netbios/report.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sort.h"
#include "inventory/ndjson.h"
#include "netbios/named.h"
#include "netbios/spelling.h"

enum {
	REASON_MAX = 512,
	DOMAIN_FACTS = 8,
	/* Bytes of the names of one domain: of a line, what other facts and the head leave. */
	NAMES_ROOM = NDJSON_LINE_MAX - 8 * 1024,
};

/* --- entries of lists ---------------------------------------------------------------------- */

static void
tell_types(struct tell *t, uint32_t types)
{
	for (unsigned i = 0; i < 32; i++) {
		const char *word = types & UINT32_C(1) << i ? nb_type_word(i) : NULL;
		if (word)
			tell_item(t, "browse.types", rd_from(word, strlen(word)));
	}
}

static int
tell_listed(struct finding *f, const struct listed *l, struct err *e)
{
	const struct machine *m = &f->roster.machines[l->machine - 1];
	char plain[NBNAME_PLAIN], version[16];

	tell_begin(&f->tell, &m->ip);
	tell_str(&f->tell, "netbios.name", nbname_plain(l->name.name, plain));
	tell_str(&f->tell, "netbios.domain",
		nbname_plain(f->roster.domains[l->domain - 1].name.name, plain));
	tell_str(&f->tell, "browse.comment", l->comment);
	tell_types(&f->tell, l->types);
	(void)snprintf(version, sizeof(version), "%u.%u", l->major, l->minor);
	if (l->major || l->minor) /* Samba tells none */
		tell_str(&f->tell, "browse.version", version);
	(void)tell_finish(&f->tell);
	return finding_tell(f, SUBJECT_DEVICE, &f->tell.ip, EVIDENCE_LISTED,
		f->tell.facts, f->tell.n, e);
}

/* --- owners that a name server told of ----------------------------------------------------- */

static bool
is_silent_owner(const struct machine *m)
{
	return m->owns && !m->told;
}

static int
tell_owner(struct finding *f, const struct machine *m, struct err *e)
{
	static const struct {
		unsigned role;
		uint8_t suffix;
		bool group;
	} rows[] = { { NB_DOMAIN_MASTER, NETBIOS_DOMAIN_MASTER, false },
		{ NB_CONTROLLER, NETBIOS_CONTROLLERS, true } };
	char plain[NBNAME_PLAIN];

	tell_begin(&f->tell, &m->ip);
	if (m->owns_in)
		tell_str(&f->tell, "netbios.domain",
			nbname_plain(
				f->roster.domains[m->owns_in - 1].name.name, plain));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *word = nb_role_word(rows[i].suffix, rows[i].group);
		if (m->owns & rows[i].role && word)
			tell_item(
				&f->tell, "netbios.roles", rd_from(word, strlen(word)));
	}
	(void)tell_finish(&f->tell);
	return finding_tell(f, SUBJECT_DEVICE, &f->tell.ip, EVIDENCE_LISTED,
		f->tell.facts, f->tell.n, e);
}

static void
report_owners(struct finding *f)
{
	struct named owners = { .n = 0 };

	for (size_t i = 0; i < f->roster.n_machines; i++)
		if (is_silent_owner(&f->roster.machines[i]))
			named_add_ip(&owners, &f->roster.machines[i].ip);
	if (owners.n)
		report_reason(f, "owners-silent", "", owners.n,
			"A name server knows them as domain masters or controllers, and they "
			"do not tell their NetBIOS names: they are kept as listed (%s)",
			owners.text);
}

/* --- domains ------------------------------------------------------------------------------- */

/* Texts of one fact, as they come. */
struct texts {
	const char **items;
	size_t n, room;
};

static int
add_text(struct finding *f, struct texts *t, const char *text)
{
	if (!text[0])
		return 0;
	if (t->n == t->room) {
		size_t room = t->room ? 2 * t->room : 16;
		const char **more = arena_new_array(f->run->scratch, const char *, room);
		if (!more)
			return -1;
		if (t->n)
			memcpy(more, t->items, t->n * sizeof(*more));
		t->items = more;
		t->room = room;
	}
	t->items[t->n] = arena_strdup(f->run->scratch, text);
	return t->items[t->n++] ? 0 : -1;
}

static int
add_name(struct finding *f, struct texts *t, const struct netbios_name *name)
{
	char plain[NBNAME_PLAIN];

	return add_text(f, t, nbname_plain(name->name, plain));
}

/* As JSON has it, with quotes and comma. */
static size_t
json_size(const char *text)
{
	size_t n = 3;

	for (const char *c = text; *c; c++)
		n += *c == '"' || *c == '\\' ? 2 : 1;
	return n;
}

/* What is told of one domain. */
struct domain_facts {
	struct fact facts[DOMAIN_FACTS];
	size_t n, used; /* bytes of names */
	size_t left;    /* names that there was no room for */
};

/* Sorted, each once, however it is spelt; as many as a fact may have, and a line.  Returns how many there are. */
static size_t
add_fact(struct domain_facts *d, const char *key, struct texts *t)
{
	size_t kept = 0;

	if (t->n == 0)
		return 0;
	size_t n = spelling_join(t->items, sort_texts(t->items, t->n));
	while (kept < n && kept < FACT_ITEMS_LIMIT &&
		d->used + json_size(t->items[kept]) <= NAMES_ROOM)
		d->used += json_size(t->items[kept++]);
	d->left += n - kept;
	d->facts[d->n++] = (struct fact){
		.key = key, .type = FACT_TEXTS, .texts = { t->items, kept }
	};
	return n;
}

/* Where there is no room for all, the last are left out. */
enum { WAYS, CONTROLLERS, DOMAIN_MASTERS, MASTERS, MACHINES, SETS };

static int
by_key(const void *a, const void *b)
{
	return strcmp(((const struct fact *)a)->key, ((const struct fact *)b)->key);
}

/* A machine, and what it is in the domain. */
static int
add_machine(struct finding *f, struct texts sets[SETS], const struct netbios_name *name,
	unsigned roles)
{
	static const struct {
		size_t set;
		unsigned role;
	} rows[] = { { CONTROLLERS, NB_CONTROLLER },
		{ DOMAIN_MASTERS, NB_DOMAIN_MASTER }, { MASTERS, NB_MASTER } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (roles & rows[i].role && add_name(f, &sets[rows[i].set], name) == -1)
			return -1;
	return add_name(f, &sets[MACHINES], name);
}

static int
collect(struct finding *f, size_t domain, struct texts sets[SETS])
{
	const struct roster *r = &f->roster;

	for (size_t i = 0; i < r->n_machines; i++) {
		const struct machine *m = &r->machines[i];
		if (m->domain == domain + 1 && m->told &&
			add_machine(f, sets, &m->name, m->roles) == -1)
			return -1;
	}
	for (size_t i = 0; i < r->n_listed; i++) {
		const struct listed *l = &r->listed[i];
		/* Who keeps the list of a subnet, its node status tells. */
		unsigned roles = nb_type_roles(l->types) & ~(unsigned)NB_MASTER;
		if (l->domain == domain + 1 &&
			add_machine(f, sets, &l->name, roles) == -1)
			return -1;
	}
	for (size_t i = 0; i < r->n_members; i++)
		if (r->members[i].domain == domain + 1 &&
			add_text(f, &sets[MACHINES], r->members[i].name) == -1)
			return -1;
	return 0;
}

/* Somebody answered, or a list names it. */
static enum evidence
evidence_of(const struct domain *d)
{
	return d->learnt & ~(unsigned)LEARNT_LIST ? EVIDENCE_REPLY : EVIDENCE_LISTED;
}

static int
tell_domain(struct finding *f, size_t i, struct err *e)
{
	static const char *const keys[SETS] = { "domain.learnt", "domain.controllers",
		"domain.masters", "domain.local_masters", "domain.machines" };
	const struct domain *d = &f->roster.domains[i];
	struct texts sets[SETS] = { { .n = 0 } };
	struct domain_facts out = { .n = 0 };
	char plain[NBNAME_PLAIN];
	size_t counts[SETS];

	for (size_t k = 0; k < LEARNT_WAYS; k++)
		if (d->learnt & 1u << k &&
			add_text(f, &sets[WAYS], learnt_words[k]) == -1)
			return err_nomem(e);
	if (collect(f, i, sets) == -1)
		return err_nomem(e);
	(void)nbname_plain(d->name.name, plain);
	for (size_t k = 0; k < SETS; k++)
		counts[k] = add_fact(&out, keys[k], &sets[k]);
	out.facts[out.n++] = (struct fact){ .key = "domain.count",
		.type = FACT_INT,
		.num = (int64_t)counts[MACHINES] };
	out.facts[out.n++] = (struct fact){
		.key = "domain.name", .type = FACT_TEXT, .text = plain
	};
	qsort(out.facts, out.n, sizeof(out.facts[0]), by_key);
	if (out.left)
		report_reason(f, "domain-cut", plain, out.left,
			"Names of its machines were left out, for what is told of one domain "
			"is a line: all of them are counted");
	f->cut |= out.left > 0;
	return finding_tell(
		f, SUBJECT_DOMAIN, NULL, evidence_of(d), out.facts, out.n, e);
}

int
report_lists(struct finding *f, struct err *e)
{
	roster_place(&f->roster);
	for (size_t i = 0; i < f->roster.n_listed; i++)
		if (f->roster.listed[i].machine &&
			tell_listed(f, &f->roster.listed[i], e) == -1)
			return -1;
	for (size_t i = 0; i < f->roster.n_machines; i++)
		if (is_silent_owner(&f->roster.machines[i]) &&
			tell_owner(f, &f->roster.machines[i], e) == -1)
			return -1;
	for (size_t i = 0; i < f->roster.n_domains; i++)
		if (f->roster.domains[i].learnt && tell_domain(f, i, e) == -1)
			return -1;
	return 0;
}

/* --- reasons ------------------------------------------------------------------------------- */

void
report_reason(struct finding *f, const char *code, const char *about, uint64_t count,
	const char *fmt, ...)
{
	char text[REASON_MAX];
	struct reason r = { .code = code, .about = about, .text = text, .count = count };
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	f->run->monitor->reason(f->run->monitor, &r);
}

static void
report_link(struct finding *f, size_t i)
{
	char subnet[NB_SUBNET_TEXT];

	nb_subnet_print(&f->links.items[i], subnet);
	if (!nb_may_call(&f->scope, &f->links.items[i])) {
		report_reason(f, "subnet-excluded", subnet, 0,
			"Not asked as a whole: %s is excluded, or outside of what is allowed",
			i < f->links.n_ip4 ? "its broadcast address"
					   : "our own address there");
		return;
	}
	if (i < f->links.n_ip4 && f->masters_on[i] == 0)
		report_reason(f, "no-master-browser", subnet, 0,
			"No master browser answered: nobody there keeps a browse list%s",
			f->machines_on[i] ? "; machines answered NetBIOS by themselves"
					  : "");
	if (f->devices_on[i] == 0)
		report_reason(f, "no-ws-discovery", subnet, 0,
			"Nobody answered WS-Discovery, which is what Windows without SMB1 "
			"is found by");
}

static size_t
count_told(const struct roster *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_machines; i++)
		n += r->machines[i].told;
	return n;
}

static size_t
count_learnt(const struct roster *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_domains; i++)
		n += r->domains[i].learnt != 0;
	return n;
}

/* Entries of lists that are no machine that answered, by why. */
struct listed_counts {
	size_t silent, otherwise, nowhere;
};

static struct listed_counts
count_listed(const struct roster *r)
{
	struct listed_counts n = { 0 };

	for (size_t i = 0; i < r->n_listed; i++) {
		const struct listed *l = &r->listed[i];
		n.silent += l->machine && !r->machines[l->machine - 1].told;
		n.otherwise += !l->machine && l->otherwise;
		n.nowhere += !l->machine && !l->otherwise;
	}
	return n;
}

static void
report_listed(struct finding *f)
{
	struct listed_counts n = count_listed(&f->roster);

	if (n.silent)
		report_reason(f, "listed-silent", "", n.silent,
			"Machines are in browse lists, and a name service knows their "
			"address, but they do not tell their NetBIOS names: they are kept "
			"as listed");
	if (n.otherwise)
		report_reason(f, "listed-otherwise", "", n.otherwise,
			"Machines are in browse lists, and who is at the address that a "
			"name service knows calls himself otherwise: they count for their "
			"domain and are no devices");
	if (n.nowhere)
		report_reason(f, "listed-without-address", "", n.nowhere,
			"Machines are in browse lists, and no name service told an address "
			"of theirs that may be asked: they count for their domain and are "
			"no devices");
}

/* Nobody told of them but a list of domains. */
static void
report_listed_domains(struct finding *f)
{
	struct named domains = { .n = 0 };
	char plain[NBNAME_PLAIN];

	for (size_t i = 0; i < f->roster.n_domains; i++) {
		const struct domain *d = &f->roster.domains[i];
		if (d->learnt == LEARNT_LIST && !d->called)
			named_add(&domains, nbname_plain(d->name.name, plain));
	}
	if (domains.n)
		report_reason(f, "domains-listed-only", "", domains.n,
			"Domains are in browse lists alone: nobody answered for them, nor "
			"is there a master to ask who is in them (%s)",
			domains.text);
}

/* What this program has no room for. */
static void
report_limits(struct finding *f)
{
	struct asker_counts c = asker_counts(f->asker);

	if (f->links.left)
		report_reason(f, "subnets-not-asked", "", f->links.left,
			"This machine has more subnets than the %d that are asked in one "
			"poll; --interface chooses",
			NB_LINKS_MAX);
	if (f->roster.dropped)
		report_reason(f, "too-many", "", f->roster.dropped,
			"More came than a poll keeps: %u machines, %u domains, %u names in "
			"lists",
			ROSTER_MACHINES_MAX, ROSTER_DOMAINS_MAX, ROSTER_LISTED_MAX);
	if (f->devices_left)
		report_reason(f, "too-many", "", f->devices_left,
			"Answers to WS-Discovery came from more devices than the %d that a "
			"poll keeps",
			DEVICES_MAX);
	if (f->domains_not_asked)
		report_reason(f, "domains-not-asked", "", f->domains_not_asked,
			"Domains were named beyond the %d that are asked for their "
			"members in one poll",
			ASKED_DOMAINS_MAX);
	if (c.over)
		report_reason(f, "not-asked", "", c.over,
			"Questions were left out beyond the %d of one poll, or the %d of "
			"WS-Discovery",
			ASKER_QUESTIONS_MAX, ASKER_WSD_MAX);
	if (c.refused)
		report_reason(f, "not-asked", "", c.refused,
			"Questions were left out because their addresses may not be asked");
}

/* Of links from..to-1, those that were asked as a whole. */
static size_t
count_called(const struct finding *f, size_t from, size_t to)
{
	size_t n = 0;

	for (size_t i = from; i < to; i++)
		n += nb_may_call(&f->scope, &f->links.items[i]);
	return n;
}

void
report_reasons(struct finding *f)
{
	struct asker_counts c = asker_counts(f->asker);
	size_t ip4 = count_called(f, 0, f->links.n_ip4);
	size_t ip6 = count_called(f, f->links.n_ip4, f->links.n);
	char ip[ADDR_TEXT_MAX];

	if (ip4 == 0)
		report_reason(f, "no-subnet", "", 0,
			"This machine has no IPv4 subnet to ask: only targets and name "
			"servers were%s",
			ip6 ? ", and WS-Discovery in IPv6" : "");
	for (size_t i = 0; i < f->links.n; i++)
		report_link(f, i);
	for (size_t i = 0; i < f->n_servers; i++)
		if (!f->server_answered[i])
			report_reason(f, "name-server-silent",
				addr_print(&f->servers[i], ip), 0,
				"The NetBIOS name server did not answer");
	for (size_t i = 0; i < f->conf->domains.n; i++) {
		const struct domain *d = roster_domain(
			&f->roster, f->conf->domains.items[i]);
		if (d && !d->learnt)
			report_reason(f, "domain-silent", f->conf->domains.items[i], 0,
				"Nobody answered for this domain, on any subnet or name "
				"server");
	}
	if (f->broken)
		report_reason(f, "answers-broken", "", f->broken,
			"Answers came that cannot be read");
	report_limits(f);
	if (c.failed)
		report_reason(f, "not-sent", "", c.failed,
			"Questions could not be sent: there is no way to where they go");
	report_listed(f);
	report_owners(f);
	report_listed_domains(f);
	report_reason(f, "asked", "", 0,
		"%" PRIu64
		" questions were asked, subnets: %zu, links with IPv6: %zu, name servers: %zu; machines that "
		"told their NetBIOS names: %zu, that answered WS-Discovery: %zu, names in browse "
		"lists: %zu, domains: %zu",
		c.asked, ip4, ip6, f->n_servers, count_told(&f->roster),
		finding_devices(f), f->roster.n_listed, count_learnt(&f->roster));
}
