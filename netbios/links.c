/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Subnets with a broadcast address, and the rule that bounds where packets go. */
#include "netbios/links.h"

#include <stdio.h>
#include <string.h>

enum { BITS_MAX = 30 }; /* smaller subnets have no broadcast address (RFC 3021) */

static bool
is_wanted(const struct host_link *link, const struct opt_list *interfaces)
{
	for (size_t i = 0; i < interfaces->n; i++)
		if (strcmp(interfaces->items[i], link->name) == 0)
			return true;
	return interfaces->n == 0;
}

static void
add(struct nb_links *out, const struct host_link *link, const struct host_addr *a)
{
	uint32_t ip = addr_to_ip4(&a->addr), host = UINT32_MAX >> a->bits;

	if (out->n == NB_LINKS_MAX)
		out->left++;
	else
		out->items[out->n++] = (struct nb_link){ .link = link,
			.ip = a->addr,
			.net = addr_ip4(ip & ~host),
			.broadcast = addr_ip4(ip | host),
			.bits = a->bits };
}

/* RFC 4862 §5.4: a tentative one may not be used yet. */
static bool
is_asked_from(const struct host_link *link, const struct host_addr *a)
{
	return link && link->kind == LINK_ETHER && link->up &&
		a->addr.family == ADDR_IP6 && addr_is_link_local(&a->addr) &&
		!a->tentative;
}

static bool
has_more_than_link_local(const struct host_net *net, const struct nb_links *links,
	const struct host_link *link)
{
	for (size_t i = 0; i < links->n_ip4; i++)
		if (links->items[i].link == link)
			return true;
	for (size_t i = 0; i < net->n_addrs; i++) {
		const struct host_addr *a = &net->addrs[i];
		if (a->link == link->index && a->addr.family == ADDR_IP6 &&
			!addr_is_link_local(&a->addr))
			return true;
	}
	return false;
}

static void
add_ip6(const struct host_net *net, const struct opt_list *interfaces,
	struct nb_links *out)
{
	enum { BITS = 64 }; /* RFC 4291 §2.5.6 */

	for (size_t i = 0; i < net->n_addrs; i++) {
		const struct host_addr *a = &net->addrs[i];
		const struct host_link *link = host_link_by_index(net, a->link);
		if (!is_asked_from(link, a) || !is_wanted(link, interfaces) ||
			(interfaces->n == 0 &&
				!has_more_than_link_local(net, out, link)))
			continue;
		if (out->n == NB_LINKS_MAX)
			out->left++;
		else
			out->items[out->n++] = (struct nb_link){ .link = link,
				.ip = a->addr,
				.net = addr_from_number(ADDR_IP6,
					addr_number(&a->addr) >> BITS << BITS),
				.bits = BITS };
	}
}

static int
check_names(const struct host_net *net, const struct opt_list *interfaces,
	const struct nb_links *links, struct err *e)
{
	for (size_t i = 0; i < interfaces->n; i++) {
		const char *name = interfaces->items[i];
		bool found = false;
		for (size_t k = 0; k < links->n; k++)
			found = found || strcmp(links->items[k].link->name, name) == 0;
		if (found)
			continue;
		return host_link_by_name(net, name)
			? err_set(e, ERR_ARG,
				  "%s is no Ethernet that is up and has an IPv4 subnet or "
				  "an IPv6 address of the link",
				  name)
			: err_set(e, ERR_ARG, "there is no interface %s", name);
	}
	return 0;
}

int
nb_links_choose(const struct host_net *net, const struct opt_list *interfaces,
	struct nb_links *out, struct err *e)
{
	*out = (struct nb_links){ .n = 0 };
	for (size_t i = 0; i < net->n_addrs; i++) {
		const struct host_addr *a = &net->addrs[i];
		const struct host_link *link = host_link_by_index(net, a->link);
		if (link && link->kind == LINK_ETHER && link->up &&
			a->addr.family == ADDR_IP4 && a->bits > 0 &&
			a->bits <= BITS_MAX && is_wanted(link, interfaces))
			add(out, link, a);
	}
	out->n_ip4 = out->n;
	add_ip6(net, interfaces, out);
	return check_names(net, interfaces, out, e);
}

/* A machine's own address: no group, no broadcast, not "any", not "this host". */
static bool
is_a_machine(const struct nb_links *links, const struct addr *a)
{
	if (!addr_is_set(a) || addr_is_multicast(a))
		return false;
	if (a->family == ADDR_IP6)
		return addr_number(a) != 0;
	if (addr_to_ip4(a) >> 24 == 0 || addr_to_ip4(a) == UINT32_MAX)
		return false;
	for (size_t i = 0; i < links->n_ip4; i++)
		if (addr_equal(a, &links->items[i].broadcast) ||
			addr_equal(a, &links->items[i].net))
			return false;
	return true;
}

bool
nb_may_ask(const struct nb_scope *s, const struct addr *a, bool told_by_server)
{
	if (!is_a_machine(s->links, a) ||
		(s->excluded && iprange_contains(s->excluded, a)))
		return false;
	if (s->targets && iprange_contains(s->targets, a))
		return true;
	if (addr_is_loopback(a) || a->family != ADDR_IP4)
		return false;
	for (size_t i = 0; i < s->links->n_ip4; i++)
		if (addr_in_prefix(a, &s->links->items[i].net, s->links->items[i].bits))
			return true;
	for (size_t i = 0; i < s->n_servers; i++)
		if (addr_equal(a, &s->servers[i]))
			return true;
	return told_by_server;
}

bool
nb_may_tell(const struct nb_scope *s, const struct addr *a)
{
	return a->family == ADDR_IP6 && is_a_machine(s->links, a) &&
		!addr_is_loopback(a) && !addr_is_link_local(a) &&
		!(s->excluded && iprange_contains(s->excluded, a));
}

bool
nb_may_call(const struct nb_scope *s, const struct nb_link *l)
{
	const struct addr *all = l->ip.family == ADDR_IP4 ? &l->broadcast : &l->ip;

	return !(s->excluded && iprange_contains(s->excluded, all));
}

bool
nb_may_hear(const struct nb_scope *s, const struct nb_link *l, const struct addr *from)
{
	if (l->ip.family == ADDR_IP4)
		return nb_may_ask(s, from, false);
	return from->family == ADDR_IP6 && addr_is_link_local(from) &&
		!(s->excluded && iprange_contains(s->excluded, from));
}

const char *
nb_subnet_print(const struct nb_link *l, char buf[static NB_SUBNET_TEXT])
{
	char net[ADDR_TEXT_MAX];

	(void)snprintf(buf, NB_SUBNET_TEXT, "%s%s%s/%u", addr_print(&l->net, net),
		l->ip.family == ADDR_IP6 ? "%" : "",
		l->ip.family == ADDR_IP6 ? l->link->name : "", l->bits);
	return buf;
}
