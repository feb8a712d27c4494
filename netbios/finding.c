/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What leads to what:
 *
 *	who are the masters ─▶ their node status ─▶ a domain ─▶ its masters, controllers and
 *	who is there        ─▶ node status of each ─▶ ...        members ─▶ their node status
 *
 * Each machine and each domain is asked for once, so it ends.
 */
#include "netbios/finding.h"

#include <stdio.h>
#include <string.h>

#include "base/foreign.h"
#include "wire/llmnr.h"
#include "wire/mdns_told.h"
#include "wire/nbns.h"
#include "wire/nbns_query.h"

/* --- questions ----------------------------------------------------------------------------- */

static int
ask_link(struct finding *f, enum ask_kind kind, size_t link,
	const struct netbios_name *name, struct err *e)
{
	struct question q = { .kind = kind, .link = link };

	if (name)
		q.name = *name;
	return asker_ask(f->asker, &q, e);
}

static int
ask_links(struct finding *f, enum ask_kind kind, const struct netbios_name *name,
	struct err *e)
{
	for (size_t i = 0; i < f->links.n; i++)
		if (asker_asks(kind, &f->links.items[i]) &&
			nb_may_call(&f->scope, &f->links.items[i]) &&
			ask_link(f, kind, i, name, e) == -1)
			return -1;
	return 0;
}

static int
ask_servers(struct finding *f, const struct netbios_name *name, struct err *e)
{
	for (size_t i = 0; i < f->n_servers; i++) {
		struct question q = { .kind = ASK_NAME,
			.link = ASKER_ONE,
			.to = f->servers[i],
			.name = *name,
			.server = true };
		if (asker_ask(f->asker, &q, e) == -1)
			return -1;
	}
	return 0;
}

/* Its node status, once. */
static int
ask_machine(struct finding *f, const struct addr *ip, bool by_server, struct err *e)
{
	struct question q = {
		.kind = ASK_STATUS, .link = ASKER_ONE, .to = *ip, .server = by_server
	};

	if (!nb_may_ask(&f->scope, ip, by_server))
		return 0;
	struct machine *m = roster_machine(&f->roster, ip);
	if (!m || m->asked)
		return 0;
	m->asked = true;
	m->by_server = by_server;
	return asker_ask(f->asker, &q, e);
}

/* Who is in it, and who has a duty there. */
static int
ask_domain(struct finding *f, const char *name, unsigned learnt, struct err *e)
{
	/* Of the members of a group all answer by broadcast; WINS knows owners of unique names
	 * and the controllers, of a group of machines only that there is one. */
	static const struct {
		uint8_t suffix;
		bool server;
	} rows[] = {
		{ NETBIOS_DOMAIN_MASTER, true },
		{ NETBIOS_CONTROLLERS, true },
		{ NETBIOS_MASTER, false },
		{ NETBIOS_ELECTION, false },
		{ NETBIOS_WORKSTATION, false },
	};
	struct domain *d = roster_domain(&f->roster, name);

	if (!d)
		return 0;
	d->learnt |= learnt;
	if (d->asked)
		return 0;
	d->asked = true;
	if (f->n_asked_domains++ >= ASKED_DOMAINS_MAX) {
		f->domains_not_asked++;
		return 0;
	}
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct netbios_name n = nbname_of(name, rows[i].suffix);
		if (ask_links(f, ASK_NAME, &n, e) == -1)
			return -1;
		if (rows[i].server && ask_servers(f, &n, e) == -1)
			return -1;
	}
	return 0;
}

/* One of DNS is longer: NetBIOS knows nothing of it. */
static bool
is_netbios(const char *domain)
{
	size_t n = strlen(domain);

	return n > 0 && n < sizeof(((struct netbios_name *)0)->name);
}

void
finding_member(struct finding *f, const char *domain, const char *name, enum learnt how)
{
	struct netbios_name own = nbname_of(name, 0), its = nbname_of(domain, 0);
	char clean[FOREIGN_TEXT_MAX];

	/* Who is in no domain is his own, in what NTLM says ([MS-NLMP] 2.2.2.1). */
	if (is_netbios(domain) && !nbname_equal(&own, &its) &&
		foreign_text(clean, rd_from(name, strlen(name))))
		roster_member(&f->roster, domain, clean, how);
}

int
finding_domain(struct finding *f, const char *name, unsigned learnt, struct err *e)
{
	return is_netbios(name) ? ask_domain(f, name, learnt, e) : 0;
}

static int
ask_targets(struct finding *f, struct err *e)
{
	const struct iprange *targets = f->conf->targets;
	struct addr ip;

	for (u128 i = 0; targets && iprange_at(targets, i, &ip); i++)
		if (ip.family == ADDR_IP4 && ask_machine(f, &ip, false, e) == -1)
			return -1;
	return 0;
}

int
finding_begin(struct finding *f, struct err *e)
{
	struct netbios_name masters = nbname_masters(), any = nbname_any();
	/* All domain masters that WINS knows ([MS-BRWS] 3.3.5.1). */
	struct netbios_name all_domains = { "*", NETBIOS_DOMAIN_MASTER };

	if (ask_links(f, ASK_NAME, &masters, e) == -1 ||
		ask_links(f, ASK_NAME, &any, e) == -1 ||
		ask_links(f, ASK_WSD, NULL, e) == -1 ||
		ask_links(f, ASK_FILES, NULL, e) == -1 ||
		ask_servers(f, &all_domains, e) == -1)
		return -1;
	for (size_t i = 0; i < f->conf->domains.n; i++)
		if (ask_domain(f, f->conf->domains.items[i], 0, e) == -1)
			return -1;
	return ask_targets(f, e);
}

int
finding_name(struct finding *f, const struct netbios_name *name, bool on_links,
	struct err *e)
{
	/* A machine that shares nothing has no <20>, and may have a messenger. */
	static const uint8_t suffixes[] = { NETBIOS_SERVER, NETBIOS_MESSENGER };
	static const enum ask_kind hosts[] = { ASK_LLMNR, ASK_LLMNR6, ASK_MDNS };

	for (size_t i = 0; i < sizeof(suffixes); i++) {
		struct netbios_name n = nbname_of(name->name, suffixes[i]);
		if (ask_servers(f, &n, e) == -1 ||
			(on_links && ask_links(f, ASK_NAME, &n, e) == -1))
			return -1;
	}
	if (!on_links)
		return 0;
	for (const char *c = name->name; *c; c++) /* no host name: only NetBIOS has it */
		if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-", *c))
			return 0;
	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++)
		if (ask_links(f, hosts[i], name, e) == -1)
			return -1;
	return 0;
}

/* The name of its master leads to his address even when he tells no names. */
static int
follow(struct finding *f, struct domain *d, struct err *e)
{
	struct netbios_name domain = d->name,
			    master = d->master; /* the table may move */

	if (ask_domain(f, domain.name, 0, e) == -1)
		return -1;
	if (!master.name[0] || roster_address(&f->roster, master.name))
		return 0;
	return finding_name(f, &master, true, e);
}

int
finding_follow(struct finding *f, struct err *e)
{
	int some = 0;

	for (size_t i = 0; i < f->roster.n_domains; i++) {
		struct domain *d = &f->roster.domains[i];
		if (!(d->learnt & LEARNT_LIST) || d->followed || d->called)
			continue;
		d->followed = true;
		if (f->n_asked_domains >= ASKED_DOMAINS_MAX) {
			f->domains_not_asked += !d->asked;
			continue;
		}
		some = 1;
		if (follow(f, d, e) == -1)
			return -1;
	}
	return some;
}

struct call_conf
finding_calls(const struct finding *f, int64_t patience_us)
{
	return (struct call_conf){ .patience_us = patience_us,
		.deadline_us = f->run->deadline_us,
		.rate = f->conf->rate,
		.clock = f->run->clock,
		.stop = f->run->stop };
}

/* --- what is told -------------------------------------------------------------------------- */

int
finding_tell(struct finding *f, enum subject subject, const struct addr *ip,
	enum evidence evidence, const struct fact *facts, size_t n, struct err *e)
{
	struct observation o = { .subject = subject,
		.source = source_windows.name,
		.at = clock_wall(f->run->clock),
		.evidence = evidence,
		.facts = facts,
		.n_facts = n,
		.truncated = f->cut };

	f->cut = false;
	if (ip)
		o.ip = *ip;
	return f->run->sink->take(f->run->sink, &o, e);
}

int
finding_tell_reply(struct finding *f, struct err *e)
{
	(void)tell_finish(&f->tell);
	return finding_tell(f, SUBJECT_DEVICE, &f->tell.ip, EVIDENCE_REPLY,
		f->tell.facts, f->tell.n, e);
}

static void
tell_plain(struct tell *t, const char *key, const char *name)
{
	char plain[NBNAME_PLAIN];

	tell_str(t, key, nbname_plain(name, plain));
}

static void
tell_names(struct tell *t, const struct nbns_status *s)
{
	char text[NBNAME_TEXT];

	for (size_t i = 0; i < s->n_names; i++) {
		const struct nbns_name *n = &s->names[i];
		nbname_print(n->name, n->suffix, n->group, text);
		tell_item(t, "netbios.names", rd_from(text, strlen(text)));
	}
	for (size_t i = 0; i < s->n_names; i++) {
		const struct nbns_name *n = &s->names[i];
		const char *word = n->active ? nb_role_word(n->suffix, n->group) : NULL;
		if (word)
			tell_item(t, "netbios.roles", rd_from(word, strlen(word)));
	}
}

/* --- answers ------------------------------------------------------------------------------- */

static int
heard_status(struct finding *f, const struct question *q, const struct addr *from,
	struct rd datagram, struct err *e)
{
	struct machine *m = roster_machine(&f->roster, from);
	struct nbns_status s;
	struct err ignored;

	(void)q;
	if (nbns_read_status(datagram, &s, &ignored) == -1 || !m) {
		f->broken++;
		return 0;
	}
	const char *name = nbns_computer(&s), *domain = nbns_domain(&s);
	f->statuses++;
	m->told = true;
	m->roles = nb_roles(&s);
	tell_begin(&f->tell, from);
	tell_names(&f->tell, &s);
	tell_mac(&f->tell, "netbios.mac", &s.unit_id);
	if (name) {
		m->name = nbname_of(name, NETBIOS_WORKSTATION);
		tell_plain(&f->tell, "netbios.name", name);
	}
	if (domain) {
		struct domain *d = roster_domain(&f->roster, domain);
		m->domain = d ? roster_domain_index(&f->roster, d) : 0;
		tell_plain(&f->tell, "netbios.domain", domain);
		if (ask_domain(f, domain, LEARNT_STATUS, e) == -1)
			return -1;
	}
	return finding_tell_reply(f, e);
}

static void
count_name(struct finding *f, const struct question *q)
{
	struct netbios_name masters = nbname_masters(), any = nbname_any();

	if (q->link == ASKER_ONE)
		return;
	if (nbname_equal(&q->name, &masters))
		f->masters_on[q->link]++;
	else if (nbname_equal(&q->name, &any))
		f->machines_on[q->link]++;
}

/* As finding_name() asks for it. */
static bool
is_of_machine(const struct netbios_name *name)
{
	return name->suffix == NETBIOS_SERVER || name->suffix == NETBIOS_MESSENGER;
}

/* Is the name one of a domain, as it is asked for? */
static struct domain *
domain_of(struct finding *f, const struct netbios_name *name)
{
	if (strcmp(name->name, "*") == 0 || is_of_machine(name) ||
		name->suffix == NETBIOS_BROWSE)
		return NULL;
	return roster_domain(&f->roster, name->name);
}

/* An answer says that a machine of this name is there.  Whether it then tells more of itself
 * or not, that is where a list's entry of that name is.  A messenger may also be that of a user
 * who is called so. */
static void
note_place(struct finding *f, const struct netbios_name *name, const struct addr *ip,
	bool by_server)
{
	if (nb_may_ask(&f->scope, ip, by_server))
		roster_name_is_at(
			&f->roster, name->name, ip, name->suffix != NETBIOS_MESSENGER);
}

/* It answered in some other way than by its node status, which is asked for. */
static int
heard_itself(struct finding *f, const struct addr *from, struct err *e)
{
	if (ask_machine(f, from, false, e) == -1)
		return -1;
	struct machine *m = nb_may_ask(&f->scope, from, false)
		? roster_machine(&f->roster, from)
		: NULL;
	if (m)
		m->heard = true;
	return 0;
}

/* What a name server says of an address, in case that it tells nothing of itself. */
static void
note_owner(struct finding *f, const struct netbios_name *name, const struct addr *ip)
{
	unsigned role = nb_role(name->suffix, name->suffix == NETBIOS_CONTROLLERS);
	struct domain *d = domain_of(f, name); /* NULL: of all domains */
	struct machine *m = role && nb_may_ask(&f->scope, ip, true)
		? roster_machine(&f->roster, ip)
		: NULL;

	if (!m)
		return;
	if (d && m->owns_in == 0)
		m->owns_in = roster_domain_index(&f->roster, d);
	if (!d || m->owns_in == roster_domain_index(&f->roster, d))
		m->owns |= role;
}

static int
heard_name(struct finding *f, const struct question *q, const struct addr *from,
	struct rd datagram, struct err *e)
{
	struct nbns_answer a;
	struct err ignored;

	if (nbns_read_answer(datagram, &a, &ignored) == -1) {
		f->broken++;
		return 0;
	}
	for (size_t i = 0; i < f->n_servers && q->server; i++)
		f->server_answered[i] |= addr_equal(&f->servers[i], &q->to);
	if (a.negative)
		return 0;
	struct domain *d = domain_of(f, &q->name);
	if (d)
		d->learnt |= q->server ? LEARNT_WINS : LEARNT_BROADCAST;
	count_name(f, q);
	if (!q->server && heard_itself(f, from, e) == -1)
		return -1;
	for (size_t i = 0; i < a.n_owners; i++) {
		if (is_of_machine(&q->name) && !a.owners[i].group)
			note_place(f, &q->name, &a.owners[i].ip, q->server);
		if (q->server)
			note_owner(f, &q->name, &a.owners[i].ip);
		if (ask_machine(f, &a.owners[i].ip, q->server, e) == -1)
			return -1;
	}
	return 0;
}

static bool
make_room(struct finding *f)
{
	size_t room = f->room_devices ? 2 * f->room_devices : 16;

	if (f->n_devices < f->room_devices)
		return true;
	struct device_found *more = arena_new_array(
		f->run->scratch, struct device_found, room);
	if (!more)
		return false;
	if (f->n_devices)
		memcpy(more, f->devices, f->n_devices * sizeof(*more));
	f->devices = more;
	f->room_devices = room;
	return true;
}

/* What answers from one address of two links of IPv6 may be two. */
static bool
is_device(const struct device_found *d, const struct addr *ip, size_t link)
{
	return addr_equal(&d->ip, ip) && (ip->family == ADDR_IP4 || d->link == link);
}

static struct device_found *
find_device(struct finding *f, const struct addr *ip, size_t link, bool *new)
{
	*new = false;
	for (size_t i = 0; i < f->n_devices; i++)
		if (is_device(&f->devices[i], ip, link))
			return &f->devices[i];
	f->devices_left += f->n_devices == DEVICES_MAX;
	if (f->n_devices == DEVICES_MAX || !make_room(f))
		return NULL;
	*new = true;
	f->devices[f->n_devices] = (struct device_found){ .ip = *ip, .link = link };
	if (ip->family == ADDR_IP6)
		f->devices[f->n_devices].scope = (uint32_t)f->links.items[link]
							 .link->index;
	return &f->devices[f->n_devices++];
}

/* Its endpoint is its own, whichever address it answers from. */
static void
name_device(struct finding *f, struct device_found *d, const char *endpoint)
{
	(void)snprintf(d->endpoint, sizeof(d->endpoint), "%s", endpoint);
	for (size_t i = 0; i < f->n_devices && *endpoint && !d->again; i++)
		d->again = &f->devices[i] != d &&
			strcmp(f->devices[i].endpoint, endpoint) == 0;
}

size_t
finding_devices(const struct finding *f)
{
	size_t n = 0;

	for (size_t i = 0; i < f->n_devices; i++)
		n += !f->devices[i].again;
	return n;
}

/* The first of its addresses that is the device itself: nobody else is asked. */
static void
take_url(struct device_found *d, const char *xaddrs)
{
	while (*xaddrs && d->url.port == 0) {
		size_t n = strcspn(xaddrs, " \t\r\n");
		struct url url;
		if (url_read(rd_from(xaddrs, n), &url) && addr_equal(&url.host, &d->ip))
			d->url = url;
		xaddrs += n + (xaddrs[n] != '\0');
	}
}

/* A match need not say where its metadata are (WS-Discovery §5.3). */
static int
ask_where(struct finding *f, const struct device_found *d, struct err *e)
{
	struct question q = { .kind = ASK_WSD_AT,
		.link = d->link,
		.endpoint = arena_strdup(f->run->scratch, d->endpoint) };

	if (!q.endpoint)
		return err_nomem(e);
	return d->endpoint[0] ? asker_ask(f->asker, &q, e) : 0;
}

static int
heard_wsd(struct finding *f, const struct question *q, const struct addr *from,
	struct rd datagram, struct err *e)
{
	struct wsd_message m;
	struct err ignored;
	bool new;

	if (wsd_read(datagram, &m, &ignored) == -1 || m.action != WSD_PROBE_MATCHES) {
		f->broken++;
		return 0;
	}
	struct device_found *d = find_device(f, from, q->link, &new);
	if (!d || !new)
		return 0;
	f->devices_on[q->link]++;
	name_device(f, d, m.endpoint);
	take_url(d, m.xaddrs);
	tell_begin(&f->tell, from);
	tell_str(&f->tell, "wsd.uuid", wsd_uuid(&m));
	for (size_t i = 0; i < m.n_types; i++)
		tell_item(
			&f->tell, "wsd.types", rd_from(m.types[i], strlen(m.types[i])));
	if (finding_tell_reply(f, e) == -1)
		return -1;
	return d->url.port ? 0 : ask_where(f, d, e);
}

static int
heard_where(struct finding *f, const struct question *q, const struct addr *from,
	struct rd datagram, struct err *e)
{
	struct wsd_message m;
	struct err ignored;

	(void)e;
	if (wsd_read(datagram, &m, &ignored) == -1 || m.action != WSD_RESOLVE_MATCHES)
		return 0;
	for (size_t i = 0; i < f->n_devices; i++)
		if (is_device(&f->devices[i], from, q->link) &&
			strcmp(m.endpoint, f->devices[i].endpoint) == 0)
			take_url(&f->devices[i], m.xaddrs);
	return 0;
}

static const struct name_way by_llmnr = { "llmnr.name", "llmnr.addresses", "" },
			     by_mdns = { "mdns.name", "mdns.addresses", ".local" };

/* Each once. */
static int
note_near(struct finding *f, const struct name_found *found, struct err *e)
{
	if (!f->near &&
		!(f->near = arena_new_array(
			  f->run->scratch, struct name_found, NEAR_MAX)))
		return err_nomem(e);
	for (size_t i = 0; i < f->n_near; i++)
		if (addr_equal(&f->near[i].ip, &found->ip) &&
			f->near[i].link == found->link)
			return 0;
	if (f->n_near < NEAR_MAX)
		f->near[f->n_near++] = *found;
	return 0;
}

bool
finding_is_near(const struct finding *f, const struct name_found *found)
{
	for (size_t i = 0; i < f->n_devices; i++)
		if (addr_equal(&f->devices[i].ip, &found->ip) &&
			f->devices[i].link == found->link)
			return false;
	return !roster_address(&f->roster, found->name.name);
}

/* What an answer gives for the name that was asked for, of IPv6: kept with the name.  Nobody is
 * asked by these addresses who is no target.  False: nothing is given, of either family. */
static bool
note_addresses(struct finding *f, const struct netbios_name *asked, const char *domain,
	struct rd datagram)
{
	char name[sizeof(asked->name) + sizeof(".local")];
	struct dns_addresses all;

	(void)snprintf(name, sizeof(name), "%s%s", asked->name, domain);
	dns_read_addresses(datagram, name, &all);
	for (size_t i = 0; i < all.n; i++)
		if (nb_may_tell(&f->scope, &all.items[i]) &&
			roster_machine(&f->roster, &all.items[i]))
			roster_name_is_at(&f->roster, asked->name, &all.items[i], false);
	return all.n > 0;
}

void
finding_add_name(struct finding *f, const struct name_found *found)
{
	const struct place *p = roster_place_of(&f->roster, found->name.name);
	char ip[ADDR_TEXT_MAX];

	tell_str(&f->tell, found->way->name, found->own);
	for (size_t i = 0; p && found->own[0] && i < p->n_ip6; i++) {
		addr_print(&p->ip6[i], ip);
		tell_item(&f->tell, found->way->addresses, rd_from(ip, strlen(ip)));
	}
}

/* In IPv4 its node status tells the rest. */
static int
heard_own_name(
	struct finding *f, const struct addr *from, const char *name, struct err *e)
{
	struct netbios_name label = { .suffix = NETBIOS_WORKSTATION };
	size_t n = strcspn(name, ".");

	if (from->family == ADDR_IP6) {
		struct machine *m = nb_may_tell(&f->scope, from)
			? roster_machine(&f->roster, from)
			: NULL;
		if (m)
			m->heard = true;
		return 0;
	}
	if (n < sizeof(label.name)) {
		memcpy(label.name, name, n);
		note_place(f, &label, from, false);
	}
	return heard_itself(f, from, e);
}

static int
heard_host(struct finding *f, const struct name_found *found, struct err *e)
{
	if (found->ip.family == ADDR_IP6 && addr_is_link_local(&found->ip) &&
		note_near(f, found, e) == -1)
		return -1;
	if (!found->own[0])
		return 0;
	tell_begin(&f->tell, &found->ip);
	finding_add_name(f, found);
	if (finding_tell_reply(f, e) == -1)
		return -1;
	return heard_own_name(f, &found->ip, found->own, e);
}

/* Nobody answers for another's name (RFC 4795 §2.3): what has it need not be his address that
 * the answer came from. */
static int
heard_llmnr(struct finding *f, const struct question *q, const struct addr *from,
	struct rd datagram, struct err *e)
{
	struct name_found found = {
		.ip = *from, .link = q->link, .name = q->name, .way = &by_llmnr
	};
	char name[DNS_NAME_TEXT];
	struct err ignored;

	if (llmnr_read_name(datagram, from, name, &ignored) == -1) {
		f->broken++;
		return 0;
	}
	bool given = note_addresses(f, &q->name, by_llmnr.domain, datagram);
	const char *own = given ? q->name.name : name;
	size_t n = strlen(own);
	if (n == 0 || n >= sizeof(found.own))
		return 0;
	memcpy(found.own, own, n);
	return heard_host(f, &found, e);
}

static int
heard_mdns(struct finding *f, const struct question *q, const struct addr *from,
	struct rd datagram, struct err *e)
{
	struct name_found found = {
		.ip = *from, .link = q->link, .name = q->name, .way = &by_mdns
	};
	struct mdns_told told;
	struct err ignored;

	if (mdns_read_told(datagram, from, &told, &ignored) == -1)
		f->broken++;
	bool given = note_addresses(f, &q->name, by_mdns.domain, datagram);
	memcpy(found.own, told.name, sizeof(found.own));
	return given || told.name[0] ? heard_host(f, &found, e) : 0;
}

/* Its name is told along, or not. */
static int
heard_files(struct finding *f, const struct question *q, const struct addr *from,
	struct rd datagram, struct err *e)
{
	struct mdns_told told;
	struct err ignored;

	(void)q;
	if (mdns_read_told(datagram, from, &told, &ignored) == -1)
		f->broken++;
	if (told.n_instances == 0)
		return 0;
	if (heard_itself(f, from, e) == -1)
		return -1;
	struct machine *m = roster_machine(&f->roster, from);
	if (!m || m->shares) /* it answers each time that it is asked */
		return 0;
	m->shares = true;
	tell_begin(&f->tell, from);
	tell_str(&f->tell, "mdns.name", told.name);
	for (size_t i = 0; i < told.n_instances; i++)
		tell_item(&f->tell, "mdns.instances",
			rd_from(told.instances[i], strlen(told.instances[i])));
	return finding_tell_reply(f, e);
}

int
finding_heard(void *arg, const struct question *q, const struct addr *from,
	struct rd datagram, struct err *e)
{
	static int (*const by_kind[ASK_KINDS])(struct finding *, const struct question *,
		const struct addr *, struct rd, struct err *) = {
		[ASK_STATUS] = heard_status,
		[ASK_NAME] = heard_name,
		[ASK_WSD] = heard_wsd,
		[ASK_WSD_AT] = heard_where,
		[ASK_LLMNR] = heard_llmnr,
		[ASK_LLMNR6] = heard_llmnr,
		[ASK_MDNS] = heard_mdns,
		[ASK_FILES] = heard_files,
	};

	return by_kind[q->kind](arg, q, from, datagram, e);
}
