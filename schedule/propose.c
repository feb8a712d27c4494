/* SPDX-License-Identifier: GPL-3.0-or-later */
/* First what there is, as ranges with a name each; then the file, section by section. */
#include "schedule/propose.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "iprange/iprange.h"
#include "schedule/allowed.h"
#include "schedule/section_names.h"

enum {
	EASY_BITS = 16, /* IPv4: larger ranges need an explicit yes */
	TEXT_LIMIT = 1 << 20,
	ITEM_MAX = 256, /* of a list: a domain at most */
};

struct range {
	const char *name, *from; /* from: where it is known from, a sentence */
	const struct iprange *set;
	bool on;
};

struct proposal {
	const struct propose_input *in;
	struct arena *mem;
	struct range *ranges;
	size_t n;
	const struct iprange *taken, *public;
	const char *public_text;    /* what is left out, or "" */
	struct section_names names; /* of ranges, then of locations */
};

/* --- ranges --------------------------------------------------------------------------------- */

/* What of the set is new goes into the range; what is public is only named. */
static int
add_range(struct proposal *p, const struct iprange *set, const char *name,
	const char *from, bool on, struct err *e)
{
	struct iprange *public = set ? iprange_intersect(set, p->public, p->mem) : NULL,
		       *left = set ? iprange_subtract(set, p->public, p->mem) : NULL;

	if (!public || !left || !(left = iprange_subtract(left, p->taken, p->mem)))
		return err_nomem(e);
	if (!iprange_is_empty(public)) {
		const char *text = iprange_text(public, TEXT_LIMIT, p->mem);
		p->public_text = text ? arena_printf(p->mem, "%s%s%s", p->public_text,
						*p->public_text ? "," : "", text)
				      : NULL;
		if (!p->public_text)
			return err_nomem(e);
	}
	if (iprange_is_empty(left))
		return 0;
	if (!(p->taken = iprange_add(p->taken, left, p->mem)) ||
		!(name = section_name(&p->names, name, p->mem)) || !from)
		return err_nomem(e);
	p->ranges[p->n++] = (struct range){ name, from, left, on };
	return 0;
}

static bool
is_network(const struct addr *a, unsigned bits)
{
	return bits > 0 && bits + 2 <= addr_bits(a->family) && !addr_is_loopback(a) &&
		!addr_is_link_local(a) && !addr_is_multicast(a);
}

/* The link whose subnet this is; NULL: none that is up, or no subnet. */
static const struct host_link *
link_of(const struct host_net *net, const struct host_addr *a)
{
	const struct host_link *l = host_link_by_index(net, a->link);

	return l && l->up && l->kind != LINK_LOOPBACK && l->kind != LINK_OTHER &&
			is_network(&a->addr, a->bits)
		? l
		: NULL;
}

static int
add_links(struct proposal *p, struct err *e)
{
	const struct host_net *net = p->in->net;
	char text[ADDR_TEXT_MAX];

	for (size_t i = 0; i < net->n_addrs; i++) {
		const struct host_addr *a = &net->addrs[i];
		const struct host_link *l = link_of(net, a);
		bool large = a->addr.family == ADDR_IP4 && a->bits < EASY_BITS;
		if (!l)
			continue;
		if (add_range(p, iprange_prefix(&a->addr, a->bits, p->mem), l->name,
			    arena_printf(p->mem, "%s has %s/%u%s", l->name,
				    addr_print(&a->addr, text), a->bits,
				    large ? ": larger than a /16, so it is off" : ""),
			    !large, e) == -1)
			return -1;
	}
	return 0;
}

/* What a route leads to is not ours: it is off until somebody knows that it may be asked. */
static int
add_routes(struct proposal *p, struct err *e)
{
	const struct host_net *net = p->in->net;
	char to[ADDR_TEXT_MAX], via[ADDR_TEXT_MAX];

	for (size_t i = 0; i < net->n_routes; i++) {
		const struct host_route *r = &net->routes[i];
		const struct host_link *l = host_link_by_index(net, r->link);
		if (r->kind != ROUTE_UNICAST || r->net.family != ADDR_IP4 || !l ||
			l->kind == LINK_LOOPBACK || !is_network(&r->net, r->bits))
			continue;
		addr_print(&r->net, to);
		const char *name = arena_printf(p->mem, "net-%s-%u", to, r->bits);
		const char *from = addr_is_set(&r->via)
			? arena_printf(p->mem, "a route through %s",
				  addr_print(&r->via, via))
			: arena_printf(p->mem, "a route to %s", l->name);
		if (!name ||
			add_range(p, iprange_prefix(&r->net, r->bits, p->mem), name,
				from, false, e) == -1)
			return name ? -1 : err_nomem(e);
	}
	return 0;
}

/* Was this site told of by an earlier subnet? */
static bool
is_first_of_site(const struct site_map *m, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (strcmp(m->items[k].site, m->items[i].site) == 0)
			return false;
	return true;
}

static struct iprange *
site_set(const struct site_map *m, const char *site, bool only_ip4, struct arena *mem)
{
	struct iprange *set = iprange_from_runs(NULL, 0, mem);

	for (size_t i = 0; set && i < m->n; i++) {
		const struct site_subnet *s = &m->items[i];
		if (strcmp(s->site, site) != 0 ||
			(only_ip4 && s->net.family != ADDR_IP4))
			continue;
		struct iprange *one = iprange_prefix(&s->net, s->bits, mem);
		set = one ? iprange_add(set, one, mem) : NULL;
	}
	return set;
}

static int
add_sites(struct proposal *p, struct err *e)
{
	const struct site_map *m = p->in->sites;

	for (size_t i = 0; i < m->n; i++) {
		const char *site = m->items[i].site;
		if (is_first_of_site(m, i) &&
			add_range(p, site_set(m, site, true, p->mem), site,
				arena_printf(
					p->mem, "site %s of Active Directory", site),
				false, e) == -1)
			return -1;
	}
	return 0;
}

/* --- the file ------------------------------------------------------------------------------- */

static void
add_comment(struct sb *out, const char *indent, const char *text)
{
	sb_printf(out, "%s# ", indent);
	sb_add_plain(out, text, strlen(text));
	sb_add(out, "\n");
}

/* "key: [a, b]" of a text with commas. */
static void
add_list(struct sb *out, const char *indent, const char *key, const char *items)
{
	sb_printf(out, "%s%s: [", indent, key);
	for (const char *p = items; *p;) {
		char item[ITEM_MAX];
		size_t n = strcspn(p, ",");
		(void)snprintf(item, sizeof(item), "%.*s", (int)n, p);
		sb_add_yaml(out, item);
		p += n + (p[n] == ',');
		sb_add(out, *p ? ", " : "");
	}
	sb_add(out, "]\n");
}

static void
add_head(const struct proposal *p, struct sb *out)
{
	char when[TIME_TEXT_MAX];

	sb_add(out, "# Proposed by muster config propose for ");
	sb_add_plain(out, p->in->host, strlen(p->in->host));
	sb_printf(out, ", %.10s.\n", time_print(p->in->now, when));
	sb_add(out,
		"# Read it, take out what this machine must not ask, and accept it below: until\n"
		"# then the agent refuses to run by it.\n"
		"agent:\n"
		"  accepted: no\n"
		"  site: default                 # the address space that this point sees\n");
}

static int
add_scope(const struct proposal *p, struct sb *out, struct err *e)
{
	const char *text = iprange_text(p->taken, TEXT_LIMIT, p->mem);

	if (!text)
		return err_nomem(e);
	if (!*text)
		add_comment(out, "", "no network was found: name what may be asked");
	else
		sb_add(out,
			"scope:                          # what may be asked at all\n");
	if (*text)
		add_list(out, "  ", "allow", text);
	if (*p->public_text) {
		add_comment(out, "", "Public, so it is left out; to poll it, too:");
		add_list(out, "#   ", "allow_public", p->public_text);
	}
	return 0;
}

static int
add_ranges(const struct proposal *p, struct sb *out, struct err *e)
{
	sb_add(out, "ranges:\n");
	for (size_t i = 0; i < p->n; i++) {
		const struct range *r = &p->ranges[i];
		const char *text = iprange_text(r->set, TEXT_LIMIT, p->mem);
		if (!text)
			return err_nomem(e);
		sb_printf(out, "  %s:", r->name);
		add_comment(out, " ", r->from);
		if (!r->on)
			sb_add(out, "    enabled: no\n");
		add_list(out, "    ", "targets", text);
		sb_add(out, "    schedule: every 420min\n");
	}
	return 0;
}

/* Links that reach others, as a list; "" when there is none. */
static const char *
link_names(const struct proposal *p)
{
	const struct host_net *net = p->in->net;
	const char *text = "";

	for (size_t i = 0; text && i < net->n_links; i++)
		if (net->links[i].kind == LINK_ETHER && net->links[i].up)
			text = arena_printf(p->mem, "%s%s%s", text, *text ? "," : "",
				net->links[i].name);
	return text;
}

static const char *
addresses_text(const struct addr_facts *f, struct arena *mem)
{
	const char *text = "";
	char ip[ADDR_TEXT_MAX];

	for (size_t i = 0; text && i < f->n; i++)
		text = arena_printf(mem, "%s%s%s", text, i ? "," : "",
			addr_print(&f->items[i], ip));
	return text;
}

static int
add_others(const struct proposal *p, struct sb *out, struct err *e)
{
	const char *links = link_names(p),
		   *wins = addresses_text(&p->in->facts->wins_servers, p->mem);

	if (!links || !wins)
		return err_nomem(e);
	sb_add(out,
		"windows:\n  all:                          # domains and workgroups\n"
		"    quick: every 15min\n    full: every 60min\n");
	if (*wins)
		add_list(out, "    ", "wins", wins);
	if (p->in->domain) {
		sb_add(out,
			"ad:\n  current:                      # by krb5.conf or resolv.conf\n"
			"    domain: ");
		sb_add_yaml(out, p->in->domain);
		sb_add(out,
			"\n    schedule: every 60min\n"
			"    # credential: NAME          # see muster credential; else this "
			"machine's tickets\n");
	}
	sb_printf(out, "passive:\n  enabled: %s\n", *links ? "yes" : "no");
	if (*links)
		add_list(out, "  ", "interfaces", links);
	return 0;
}

/* --- locations ------------------------------------------------------------------------------ */

static const char *
domains_text(const struct text_facts *f, struct arena *mem)
{
	const char *text = "";

	for (size_t i = 0; text && i < f->n; i++)
		text = arena_printf(mem, "%s%s%s", text, i ? "," : "", f->items[i]);
	return text;
}

/* Where this machine is, by what it can see itself. */
static int
add_here(struct proposal *p, struct sb *out, struct err *e)
{
	const struct place_facts *f = p->in->facts;
	struct iprange *subnets = iprange_from_runs(NULL, 0, p->mem);

	for (size_t i = 0; subnets && i < p->in->net->n_addrs; i++) {
		const struct host_addr *a = &p->in->net->addrs[i];
		if (!link_of(p->in->net, a))
			continue;
		struct iprange *one = iprange_prefix(&a->addr, a->bits, p->mem);
		subnets = one ? iprange_add(subnets, one, p->mem) : NULL;
	}
	const struct {
		const char *key, *items;
	} rows[] = {
		{ "subnet", subnets ? iprange_text(subnets, TEXT_LIMIT, p->mem) : NULL },
		{ "gateway", addresses_text(&f->gateways, p->mem) },
		{ "dhcp_server", addresses_text(&f->dhcp_servers, p->mem) },
		{ "dns_domain", domains_text(&f->dns_domains, p->mem) }
	};
	const char *name = section_name(&p->names, "here", p->mem);
	bool any = false;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!rows[i].items || !name)
			return err_nomem(e);
		if (!*rows[i].items)
			continue;
		if (!any)
			sb_printf(out, "  %s:                         # this machine\n",
				name);
		any = true;
		add_list(out, "    ", rows[i].key, rows[i].items);
	}
	return 0;
}

static int
add_locations(struct proposal *p, struct sb *out, struct err *e)
{
	const struct site_map *m = p->in->sites;

	p->names.n = 0; /* a location may be called as a range is */
	sb_add(out, "locations:\n");
	for (size_t i = 0; i < m->n; i++) {
		const char *site = m->items[i].site, *text, *name;
		if (!is_first_of_site(m, i))
			continue;
		struct iprange *set = site_set(m, site, false, p->mem);
		if (!set || !(text = iprange_text(set, TEXT_LIMIT, p->mem)) ||
			!(name = section_name(&p->names, site, p->mem)))
			return err_nomem(e);
		sb_printf(out, "  %s:\n", name);
		add_list(out, "    ", "subnet", text);
		sb_add(out, "    ad_site: [");
		sb_add_yaml(out, site);
		sb_add(out, "]\n");
	}
	return sites_find(m, &p->in->facts->addresses) ? 0 : add_here(p, out, e);
}

/* --- all of it ------------------------------------------------------------------------------ */

static int
begin(struct proposal *p, struct err *e)
{
	size_t most = p->in->net->n_addrs + p->in->net->n_routes + p->in->sites->n + 3;

	/* Polls of these names are in the file already. */
	static const char *const own[] = { "current", "passive" };

	p->public_text = "";
	p->ranges = arena_new_array(p->mem, struct range, most);
	p->names = (struct section_names){ arena_new_array(p->mem, const char *, most),
		0, "net" };
	p->taken = iprange_from_runs(NULL, 0, p->mem);
	p->public = allowed_public(p->mem);
	if (!p->ranges || !p->names.items || !p->taken || !p->public)
		return err_nomem(e);
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		p->names.items[p->names.n++] = own[i];
	return 0;
}

int
propose(const struct propose_input *in, struct arena *mem, struct sb *out, struct err *e)
{
	struct proposal p = { .in = in, .mem = mem };

	if (begin(&p, e) == -1 || add_links(&p, e) == -1 || add_routes(&p, e) == -1 ||
		add_sites(&p, e) == -1)
		return -1;
	add_head(&p, out);
	if (add_scope(&p, out, e) == -1 || add_ranges(&p, out, e) == -1 ||
		add_others(&p, out, e) == -1 || add_locations(&p, out, e) == -1 ||
		propose_groups(in->units, mem, out, e) == -1)
		return -1;
	return out->bad ? err_nomem(e) : 0;
}
