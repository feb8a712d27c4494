/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Machines, places and the sweeps that see them. */
#include "tests/scorecard/world.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *
check(void *p)
{
	if (!p) {
		(void)fputs("scorecard: out of memory\n", stderr);
		abort();
	}
	return p;
}

static void *
more(void *items, size_t *room, size_t n, size_t size)
{
	if (n < *room)
		return items;
	*room = *room ? *room * 2 : 64;
	return check(realloc(items, *room * size));
}

void
world_init(struct world *w, uint64_t seed)
{
	*w = (struct world){ .seed = seed, .state = seed, .now = 500000 * HOUR };
	w->mem = check(arena_new((size_t)1 << 30));
	w->loss = 3;
	w->absence = 5;
}

void
world_free(struct world *w)
{
	free(w->seats);
	free(w->seen);
	free(w->item_of);
	free(w->items);
	arena_free(w->mem);
}

/* --- chance -------------------------------------------------------------------------------- */

/* splitmix64 */
static uint64_t
next(struct world *w)
{
	uint64_t z = w->state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

uint32_t
below(struct world *w, uint32_t n)
{
	return n ? (uint32_t)(next(w) >> 32) % n : 0;
}

bool
chance(struct world *w, uint32_t percent)
{
	return below(w, 100) < percent;
}

uint32_t
between(struct world *w, uint32_t least, uint32_t most)
{
	return least + below(w, most - least + 1);
}

const char *
text(struct world *w, const char *format, ...)
{
	char buf[256];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(buf, sizeof(buf), format, args);
	va_end(args);
	return check(arena_strdup(w->mem, buf));
}

const char *
value(struct world *w, const char *format)
{
	char number[32];
	const char *at = strstr(format, "%s");

	(void)snprintf(number, sizeof(number), "%u%04x", ++w->n_values, below(w, 65536));
	return text(w, "%.*s%s%s", (int)(at - format), format, number, at + 2);
}

static const char *
mac_under(struct world *w, unsigned first)
{
	uint32_t number = ++w->n_values;

	return text(w, "%02x:%02x:%02x:%02x:%02x:%02x", first, below(w, 256),
		0x80 | below(w, 128), number >> 8 & 255, number & 255, below(w, 256));
}

const char *
universal_mac(struct world *w)
{
	return mac_under(w, 0x3c);
}

const char *
private_mac(struct world *w)
{
	return mac_under(w, 0xd2);
}

const char *
guid(struct world *w)
{
	return text(w, "%08x-%04x-4%03x-a%03x-%08x%04x", below(w, UINT32_MAX),
		below(w, 65536), below(w, 4096), below(w, 4096), ++w->n_values,
		below(w, 65536));
}

/* --- machines ------------------------------------------------------------------------------ */

enum strength
trait_strength(enum trait t)
{
	return t <= T_MAC ? STRONG : t <= T_MDNS ? NAME : WEAK;
}

/* What a fresh installation of each sort brings along. */
static const unsigned brings[MADES] = {
	[LINUX] = 1u << T_SSH | 1u << T_SSH_RSA,
	[WINDOWS] = 1u << T_SMB_GUID,
	[PRINTER] = 1u << T_ENGINE | 1u << T_TLS,
	[ROUTER] = 1u << T_ENGINE | 1u << T_SSH,
	[NAS] = 1u << T_SSH | 1u << T_TLS,
	[CAMERA] = 1u << T_SSDP,
};

/* And which names it shows. */
static const unsigned named[MADES] = {
	[LINUX] = 1u << T_FQDN,
	[WINDOWS] = 1u << T_NETBIOS | 1u << T_NTLM | 1u << T_FQDN,
	[PRINTER] = 1u << T_SYSNAME | 1u << T_MDNS,
	[ROUTER] = 1u << T_SYSNAME | 1u << T_FQDN,
	[NAS] = 1u << T_NETBIOS | 1u << T_MDNS,
	[PHONE] = 1u << T_MDNS,
};

void
install(struct world *w, struct machine *m, enum made made)
{
	static const char *const formats[TRAITS] = {
		[T_SSH] = "SHA256:ed%s",
		[T_SSH_RSA] = "SHA256:rs%s",
		[T_TLS] = "7e%s",
		[T_ENGINE] = "80001f8880%s",
	};

	for (unsigned t = T_SSH; t <= T_WSD; t++) {
		m->says[t] = NULL;
		if (!(brings[made] >> t & 1))
			continue;
		if (t == T_ENGINE)
			m->says[t] = text(w, "80001f8880%08x%04x", ++w->n_values,
				below(w, 65536));
		else
			m->says[t] = formats[t] ? value(w, formats[t]) : guid(w);
	}
}

static void
name_machine(struct world *w, struct machine *m, unsigned which)
{
	const char *host = value(w, "host-%s");
	const char *const names[TRAITS] = {
		[T_NETBIOS] = host,
		[T_NTLM] = text(w, "%s.corp.example", host),
		[T_FQDN] = text(w, "%s.corp.example", host),
		[T_SYSNAME] = host,
		[T_MDNS] = text(w, "%s.local", host),
		[T_DHCP_NAME] = host,
	};

	for (unsigned t = T_NETBIOS; t < TRAITS; t++)
		if (which >> t & 1)
			m->says[t] = names[t];
}

void
rename_machine(struct world *w, struct machine *m)
{
	unsigned has = 0;

	for (unsigned t = T_NETBIOS; t < TRAITS; t++)
		if (m->says[t] && t != T_PRIVATE_MAC)
			has |= 1u << t;
	name_machine(w, m, has);
}

struct machine *
machine_new(struct world *w, enum made made)
{
	struct machine *m = check(arena_alloc(w->mem, sizeof(*m)));

	m->truth = ++w->n_truths;
	m->card[0] = made == PHONE ? private_mac(w) : universal_mac(w);
	m->n_cards = 1;
	m->lists_cards = made == ROUTER;
	install(w, m, made);
	name_machine(w, m, named[made]);
	return m;
}

void
clone_disk(struct machine *to, const struct machine *from)
{
	for (unsigned t = T_SSH; t <= T_WSD; t++)
		to->says[t] = from->says[t];
}

/* --- places -------------------------------------------------------------------------------- */

struct addr
ip_in(unsigned segment, uint32_t host)
{
	return addr_ip4(0x0a000000u + (segment << 12) + host);
}

struct seat *
sit_at(struct world *w, struct machine *m, const char *site, unsigned segment,
	struct addr ip, const char *mac)
{
	struct seat *s = check(arena_alloc(w->mem, sizeof(*s)));

	*s = (struct seat){ m, site, segment, ip, mac, NULL, false, false };
	w->seats = more(w->seats, &w->seats_room, w->n_seats, sizeof(s));
	w->seats[w->n_seats++] = s;
	return s;
}

struct seat *
sit(struct world *w, struct machine *m, unsigned segment, uint32_t host)
{
	return sit_at(w, m, "main", segment, ip_in(segment, host), m->card[0]);
}

void
leave(struct world *w, struct seat *s)
{
	for (size_t i = 0; i < w->n_seats; i++) {
		if (w->seats[i] == s) {
			w->seats[i] = w->seats[--w->n_seats];
			return;
		}
	}
}

static bool
is_taken(const struct world *w, const char *site, const struct addr *ip)
{
	for (size_t i = 0; i < w->n_seats; i++)
		if (addr_equal(&w->seats[i]->ip, ip) &&
			strcmp(w->seats[i]->site, site) == 0)
			return true;
	return false;
}

void
move(struct world *w, struct seat *s)
{
	enum {
		POOL = 60
	}; /* a scope as large as an office needs: addresses come round */
	struct addr to;

	for (int tries = 0; tries < 1000; tries++) {
		to = ip_in(s->segment, 100 + below(w, POOL));
		if (!is_taken(w, s->site, &to)) {
			s->ip = to;
			return;
		}
	}
}

void
later(struct world *w, uint32_t hours)
{
	w->now += hours * HOUR;
}

/* --- telling ------------------------------------------------------------------------------- */

enum { FACTS_MAX = 24, SHOWN_MAX = 24 };

/* One observation on its way. */
struct telling {
	struct world *w;
	struct fact facts[FACTS_MAX];
	size_t n;
};

static struct fact *
add_fact(struct telling *t, const char *key, enum fact_type type)
{
	size_t at = t->n++;

	while (at > 0 && strcmp(t->facts[at - 1].key, key) > 0) {
		t->facts[at] = t->facts[at - 1];
		at--;
	}
	t->facts[at] = (struct fact){ .key = key, .type = type };
	return &t->facts[at];
}

static void
tell(struct telling *t, const char *key, const char *what)
{
	const struct fact_def *def = fact_find(key);
	struct fact *f = add_fact(t, def->key, def->type);

	if (def->type == FACT_MAC) {
		(void)mac_parse(what, &f->mac);
	} else if (def->type == FACT_TEXTS) {
		f->texts.items = check(arena_dup(t->w->mem, &what, sizeof(what)));
		f->texts.n = 1;
	} else {
		f->text = what;
	}
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void
tell_texts(struct telling *t, const char *key, const char *const *items, size_t n)
{
	const char **sorted = check(arena_dup(t->w->mem, items, n * sizeof(*items)));
	struct fact *f = add_fact(t, fact_find(key)->key, FACT_TEXTS);

	qsort(sorted, n, sizeof(*sorted), by_text);
	f->texts.items = sorted;
	f->texts.n = n;
}

static void
show(struct item *it, enum trait trait, const char *what)
{
	if (it->n_traits < SHOWN_MAX)
		it->traits[it->n_traits++] = (struct item_trait){ trait, what };
}

static struct item *
new_item(struct world *w, uint32_t truth, const char *site, const char *run,
	struct addr ip, bool alive)
{
	w->items = more(w->items, &w->items_room, w->n_items, sizeof(w->items[0]));
	struct item *it = &w->items[w->n_items++];
	*it = (struct item){ .truth = truth,
		.site = site,
		.run = run,
		.ip = ip,
		.at = w->now,
		.alive = alive };
	it->traits = check(arena_new_array(w->mem, struct item_trait, SHOWN_MAX));
	for (size_t i = w->n_items - 1; i-- > 0 && strcmp(w->items[i].run, run) == 0;)
		if (addr_equal(&w->items[i].ip, &ip) && w->items[i].truth != truth)
			it->mixed = w->items[i].mixed = true;
	return it;
}

static void
emit(struct telling *t, const struct point *p, enum evidence evidence)
{
	struct world *w = t->w;
	const struct item *it = &w->items[w->n_items - 1];

	w->seen = more(w->seen, &w->seen_room, w->n_seen, sizeof(w->seen[0]));
	w->item_of = more(
		w->item_of, &w->item_of_room, w->n_seen, sizeof(w->item_of[0]));
	w->item_of[w->n_seen] = (uint32_t)w->n_items - 1;
	w->seen[w->n_seen++] = (struct observation){
		.at = w->now + p->clock,
		.seq = ++w->n_seq,
		.subject = SUBJECT_DEVICE,
		.source = evidence == EVIDENCE_LISTED ? "ad" : "sweep",
		.run = it->run,
		.point = p->name,
		.site = it->site,
		.ip = it->ip,
		.evidence = evidence,
		.facts = check(arena_dup(w->mem, t->facts, t->n * sizeof(t->facts[0]))),
		.n_facts = t->n,
	};
	w->now += 1000 + below(w, 1000);
	t->n = 0;
}

/* --- conversations ------------------------------------------------------------------------- */

struct visiting {
	struct telling *t;
	struct world *w;
	struct item *it;
	const struct seat *s;
	const struct machine *m;
};

/* Facts of one trait each, in a conversation. */
static const struct said {
	enum question ask;
	enum trait trait;
	const char *fact;
	const char *with, *with_value; /* what always comes along */
} saids[] = {
	{ ASK_TLS, T_TLS, "tls.key", NULL, NULL },
	{ ASK_SMB, T_SMB_GUID, "smb.guid", NULL, NULL },
	{ ASK_SMB, T_NTLM, "smb.dns_name", NULL, NULL },
	{ ASK_SNMP, T_ENGINE, "snmp.engine", NULL, NULL },
	{ ASK_SNMP, T_SYSNAME, "snmp.sysname", NULL, NULL },
	{ ASK_NBNS, T_NETBIOS, "netbios.name", "netbios.domain", "CORP" },
	{ ASK_MDNS, T_MDNS, "mdns.name", NULL, NULL },
	{ ASK_MDNS, T_DHCP_NAME, "dhcp.name", NULL, NULL },
	{ ASK_AGENT, T_AGENT, "agent.key", NULL, NULL },
	{ ASK_AGENT, T_AD_GUID, "ad.guid", NULL, NULL },
	{ ASK_AGENT, T_INSTANCE, "instance.id", NULL, NULL },
	{ ASK_AGENT, T_UUID, "host.smbios_uuid", NULL, NULL },
	{ ASK_AGENT, T_SERIAL, "host.serial", "host.vendor", "Maker" },
	{ ASK_UPNP, T_SSDP, "ssdp.uuid", NULL, NULL },
	{ ASK_UPNP, T_WSD, "wsd.uuid", NULL, NULL },
};

static bool
is_private(const char *mac)
{
	struct mac m;

	return mac_parse(mac, &m) && mac_is_local(&m);
}

static bool
is_a_card(const struct machine *m, const char *mac)
{
	for (uint32_t i = 0; i < m->n_cards; i++)
		if (strcmp(m->card[i], mac) == 0)
			return true;
	return false;
}

static void
talk_link(struct visiting *v)
{
	struct fact *f;

	if (!v->s->mac)
		return;
	tell(v->t, "mac", v->s->mac);
	f = add_fact(v->t, fact_find("mac.onlink")->key, FACT_BOOL);
	f->num = 1;
	if (is_private(v->s->mac))
		show(v->it, T_PRIVATE_MAC, v->s->mac);
	else if (is_a_card(v->m, v->s->mac))
		show(v->it, T_MAC, v->s->mac);
	else
		v->it->foreign = true;
}

static void
talk_ssh(struct visiting *v)
{
	const char *keys[2];
	size_t n = 0;

	for (unsigned t = T_SSH; t <= T_SSH_RSA; t++) {
		if (!v->m->says[t] || chance(v->w, v->w->loss))
			continue; /* one connection for each key */
		keys[n++] = v->m->says[t];
		show(v->it, (enum trait)t, v->m->says[t]);
	}
	if (n)
		tell_texts(v->t, "ssh.hostkey", keys, n);
}

static void
talk_snmp(struct visiting *v)
{
	if (!v->m->lists_cards)
		return;
	tell_texts(v->t, "if.macs", v->m->card, v->m->n_cards);
	for (uint32_t i = 0; i < v->m->n_cards; i++)
		if (!is_private(v->m->card[i]))
			show(v->it, T_MAC, v->m->card[i]);
}

static void
talk_dns(struct visiting *v)
{
	const char *name = v->s->fqdn ? v->s->fqdn : v->m->says[T_FQDN];

	if (!name || !*name)
		return;
	tell(v->t, "dns.fqdn", name);
	show(v->it, T_FQDN, name);
}

static void
talk_plain(struct visiting *v, enum question ask)
{
	for (size_t i = 0; i < sizeof(saids) / sizeof(saids[0]); i++) {
		const struct said *said = &saids[i];
		const char *what = v->m->says[said->trait];
		if (said->ask != ask || !what)
			continue;
		tell(v->t, said->fact, what);
		if (said->with)
			tell(v->t, said->with, said->with_value);
		show(v->it, said->trait, what);
	}
}

static void
talk(struct visiting *v, enum question ask)
{
	if (ask == ASK_LINK)
		talk_link(v);
	else if (ask == ASK_DNS)
		talk_dns(v);
	else if (v->s->bare)
		return;
	else if (ask == ASK_SSH)
		talk_ssh(v);
	else
		talk_plain(v, ask);
	if (ask == ASK_SNMP && !v->s->bare && v->t->n)
		talk_snmp(v);
}

static void
visit(struct world *w, const struct point *p, const char *run, const struct seat *s,
	unsigned asks)
{
	struct telling t = { .w = w };
	struct visiting v = { .t = &t, .w = w, .s = s, .m = s->m };
	char ip[ADDR_TEXT_MAX];

	v.it = new_item(w, s->m->truth, s->site, run, s->ip, true);
	if (p->segment == 0 || p->segment != s->segment)
		asks &= ~(unsigned)ASK_LINK;
	for (unsigned q = ASK_LINK; q <= ASK_UPNP; q <<= 1) {
		if ((asks & q) && (q == ASK_LINK || !chance(w, w->loss)))
			talk(&v, (enum question)q);
		if (t.n && (q == ASK_LINK || chance(w, 60)))
			emit(&t, p, EVIDENCE_REPLY);
	}
	if (s->vip) {
		v.it->n_traits = 0;
		show(v.it, T_VIP, text(w, "%s %s", s->site, addr_print(&s->ip, ip)));
	}
	if (t.n || w->n_seen == 0 || w->item_of[w->n_seen - 1] != w->n_items - 1)
		emit(&t, p, EVIDENCE_REPLY);
}

void
sweep_segment(struct world *w, const struct point *p, unsigned asks, unsigned segment)
{
	const char *run = text(w, "run-%05u", ++w->n_runs);

	for (size_t i = 0; i < w->n_seats; i++) {
		const struct seat *s = w->seats[i];
		if (s->m->off || strcmp(s->site, p->site) != 0 ||
			(segment && s->segment != segment) || chance(w, w->absence))
			continue;
		visit(w, p, run, s, asks);
	}
	w->now += HOUR / 10;
}

void
sweep(struct world *w, const struct point *p, unsigned asks)
{
	sweep_segment(w, p, asks, 0);
}

void
list(struct world *w, const struct machine *m, const char *site, struct addr ip)
{
	static const struct point directory = { "dc", "main", 0, 0 };
	struct telling t = { .w = w };
	struct visiting v = { .t = &t, .w = w, .m = m };

	v.it = new_item(w, m->truth, site, text(w, "run-%05u", ++w->n_runs), ip, false);
	if (m->says[T_AD_GUID]) {
		tell(&t, "ad.guid", m->says[T_AD_GUID]);
		show(v.it, T_AD_GUID, m->says[T_AD_GUID]);
	}
	talk_plain(&v, ASK_NBNS);
	if (m->says[T_NTLM]) {
		tell(&t, "smb.dns_name", m->says[T_NTLM]);
		show(v.it, T_NTLM, m->says[T_NTLM]);
	}
	emit(&t, &directory, EVIDENCE_LISTED);
}

void
answer_for_all(struct world *w, const struct point *p, unsigned segment)
{
	const char *run = text(w, "run-%05u", ++w->n_runs);
	struct telling t = { .w = w };

	for (uint32_t host = 90; host < 180; host++) {
		struct addr ip = ip_in(segment, host);
		if (is_taken(w, p->site, &ip))
			continue;
		(void)new_item(w, ++w->n_truths, p->site, run, ip, false);
		emit(&t, p, EVIDENCE_WEAK);
	}
}
