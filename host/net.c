/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A snapshot of links, addresses, routes and neighbours, by one rtnetlink dump for each
 * kind and family (RFC 3549, rtnetlink(7)).  It does not follow changes, and it knows no
 * policy rules: only the main and default tables are read.
 */
#include "host/net.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_arp.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum {
	/* A dump that a change interrupts starts again; this often in a row means that
	 * the tables change faster than they can be read. */
	DUMP_TRIES = 10,
	/* The kernel fills up to 32 KiB a message when the reader offers that much. */
	DUMP_BUFFER = 32768,
	ATTR_MAX = RTA_VIA, /* the highest attribute type that is read */
};

struct dump;

/* The attributes of a message by type; NULL where there is none. */
struct attrs {
	const struct nlattr *of[ATTR_MAX + 1];
};

struct kind {
	const char *name;
	uint16_t request;
	unsigned char family;
	size_t head; /* bytes before the attributes */
	/* -1 when the arena is full. */
	int (*take)(struct dump *, const void *head, const struct attrs *);
};

struct dump {
	const struct kind *kind;
	struct arena *arena;
	struct host_net *net;
};

/* The rows with room for one more; NULL past the arena's limit.  Room doubles whenever n is
 * a power of two, so it need not be remembered. */
static void *
grow(struct arena *a, void *rows, size_t n, size_t row_size)
{
	if (n & (n - 1))
		return rows;

	size_t room = n ? n * 2 : 1;
	void *more = room > SIZE_MAX / row_size ? NULL
						: arena_alloc(a, room * row_size);
	if (more && n)
		memcpy(more, rows, n * row_size);
	return more;
}

/* Unknown types are left out; of two with one type the later wins. */
static void
index_attrs(struct attrs *out, const void *start, size_t n)
{
	const struct nlattr *a = start;
	const char *end = (const char *)start + n;

	*out = (struct attrs){ { NULL } };
	for (; mnl_attr_ok(a, (int)(end - (const char *)a)); a = mnl_attr_next(a))
		if (mnl_attr_get_type(a) <= ATTR_MAX)
			out->of[mnl_attr_get_type(a)] = a;
}

static uint32_t
attr_u32(const struct nlattr *a, uint32_t otherwise)
{
	bool usable = a && mnl_attr_get_payload_len(a) == sizeof(uint32_t);

	return usable ? mnl_attr_get_u32(a) : otherwise;
}

/* Unset when the size is not the family's. */
static struct addr
addr_from(unsigned family, const void *bytes, size_t n)
{
	struct addr a = { .family = family == AF_INET6 ? ADDR_IP6 : ADDR_IP4 };

	if (n != addr_size(&a))
		return (struct addr){ 0 };
	memcpy(a.bytes, bytes, n);
	return a;
}

static struct addr
attr_addr(const struct nlattr *a, unsigned family)
{
	if (!a)
		return (struct addr){ 0 };
	return addr_from(family, mnl_attr_get_payload(a), mnl_attr_get_payload_len(a));
}

/* Zero when there is none of six bytes. */
static struct mac
attr_mac(const struct nlattr *a)
{
	struct mac m = { { 0 } };

	if (a && mnl_attr_get_payload_len(a) == sizeof(m.bytes))
		memcpy(m.bytes, mnl_attr_get_payload(a), sizeof(m.bytes));
	return m;
}

static enum link_kind
link_kind(unsigned short hardware)
{
	switch (hardware) {
	case ARPHRD_ETHER: return LINK_ETHER;
	case ARPHRD_LOOPBACK: return LINK_LOOPBACK;
	case ARPHRD_NONE: /* tun, WireGuard */
	case ARPHRD_PPP:
	case ARPHRD_RAWIP:
	case ARPHRD_TUNNEL:
	case ARPHRD_TUNNEL6:
	case ARPHRD_SIT: return LINK_IP;
	default: return LINK_OTHER;
	}
}

static int
take_link(struct dump *d, const void *head, const struct attrs *a)
{
	const struct ifinfomsg *m = head;
	struct host_net *net = d->net;
	struct host_link link = {
		.index = m->ifi_index,
		.kind = link_kind(m->ifi_type),
		.mac = attr_mac(a->of[IFLA_ADDRESS]),
		.mtu = attr_u32(a->of[IFLA_MTU], 0),
		.up = (m->ifi_flags & IFF_UP) && (m->ifi_flags & IFF_RUNNING),
		.arp = !(m->ifi_flags & IFF_NOARP),
	};

	if (a->of[IFLA_IFNAME])
		(void)memccpy(link.name, mnl_attr_get_str(a->of[IFLA_IFNAME]), '\0',
			sizeof(link.name) - 1);
	net->links = grow(d->arena, net->links, net->n_links, sizeof(link));
	if (!net->links)
		return -1;
	net->links[net->n_links++] = link;
	return 0;
}

static int
take_addr(struct dump *d, const void *head, const struct attrs *a)
{
	const struct ifaddrmsg *m = head;
	struct host_net *net = d->net;
	/* IFA_ADDRESS is the peer when there is another IFA_LOCAL, else our own. */
	struct addr far = attr_addr(a->of[IFA_ADDRESS], m->ifa_family);
	struct addr own = attr_addr(a->of[IFA_LOCAL], m->ifa_family);

	if (!addr_is_set(&own))
		own = far;
	/* An address that another machine holds already (RFC 4862 §5.4.5) is not ours. */
	if (!addr_is_set(&own) || m->ifa_flags & IFA_F_DADFAILED)
		return 0;

	bool ip6 = m->ifa_family == AF_INET6; /* IPv4 uses some of the bits otherwise */
	struct host_addr row = { .link = (int)m->ifa_index,
		.addr = own,
		.bits = m->ifa_prefixlen,
		.deprecated = ip6 && m->ifa_flags & IFA_F_DEPRECATED,
		.temporary = ip6 && m->ifa_flags & IFA_F_TEMPORARY,
		.tentative = ip6 && m->ifa_flags & IFA_F_TENTATIVE };
	if (!addr_equal(&own, &far))
		row.peer = far;
	net->addrs = grow(d->arena, net->addrs, net->n_addrs, sizeof(row));
	if (!net->addrs)
		return -1;
	net->addrs[net->n_addrs++] = row;
	return 0;
}

static bool
route_kind(unsigned type, enum route_kind *out)
{
	switch (type) {
	case RTN_UNICAST: *out = ROUTE_UNICAST; return true;
	case RTN_BLACKHOLE:
	case RTN_UNREACHABLE:
	case RTN_PROHIBIT:
	case RTN_THROW: /* leaves the table; behind main there is nothing as a rule */
		*out = ROUTE_UNREACHABLE;
		return true;
	default: /* local, broadcast, multicast … */ return false;
	}
}

/* Would a packet of ours, which has no type of service, be routed by this row? */
static bool
is_for_us(const struct rtmsg *m, const struct attrs *a)
{
	uint32_t table = attr_u32(a->of[RTA_TABLE], m->rtm_table);
	bool cached = m->rtm_flags & RTM_F_CLONED;

	return (table == RT_TABLE_MAIN || table == RT_TABLE_DEFAULT) && !cached &&
		m->rtm_tos == 0;
}

/* The gateway of a route or of one of its next hops.  RTA_VIA: it is of the other family
 * (RFC 8950: IPv4 by an IPv6 router). */
static struct addr
next_hop(const struct attrs *a, unsigned family)
{
	const struct nlattr *via = a->of[RTA_VIA];
	struct rtvia v;

	if (a->of[RTA_GATEWAY] || !via || mnl_attr_get_payload_len(via) < sizeof(v))
		return attr_addr(a->of[RTA_GATEWAY], family);
	const char *p = mnl_attr_get_payload(via);
	memcpy(&v, p, sizeof(v));
	return addr_from(v.rtvia_family, p + sizeof(v),
		mnl_attr_get_payload_len(via) - sizeof(v));
}

/* Several next hops share a route: the first one that is alive serves us. */
static void
take_shared(struct host_route *route, const struct nlattr *hops, unsigned family)
{
	const struct rtnexthop *hop = mnl_attr_get_payload(hops);
	int left = mnl_attr_get_payload_len(hops);
	struct attrs a;

	while (left >= (int)sizeof(*hop) && RTNH_OK(hop, left)) {
		if (!(hop->rtnh_flags & RTNH_F_DEAD)) {
			index_attrs(&a, hop + 1, hop->rtnh_len - sizeof(*hop));
			route->via = next_hop(&a, family);
			route->link = hop->rtnh_ifindex;
			return;
		}
		left -= (int)RTNH_ALIGN(hop->rtnh_len);
		hop = RTNH_NEXT(hop);
	}
}

static int
take_route(struct dump *d, const void *head, const struct attrs *a)
{
	const struct rtmsg *m = head;
	struct host_net *net = d->net;
	enum route_kind kind;

	if (!is_for_us(m, a) || !route_kind(m->rtm_type, &kind))
		return 0;

	struct host_route row = {
		.kind = kind,
		.net = attr_addr(a->of[RTA_DST], m->rtm_family),
		.bits = m->rtm_dst_len,
		.via = next_hop(a, m->rtm_family),
		.src = attr_addr(a->of[RTA_PREFSRC], m->rtm_family),
		.link = (int)attr_u32(a->of[RTA_OIF], 0),
		.metric = attr_u32(a->of[RTA_PRIORITY], 0),
	};
	if (!addr_is_set(&row.net)) /* the default route is sent without one */
		row.net.family = m->rtm_family == AF_INET6 ? ADDR_IP6 : ADDR_IP4;
	if (a->of[RTA_MULTIPATH])
		take_shared(&row, a->of[RTA_MULTIPATH], m->rtm_family);
	net->routes = grow(d->arena, net->routes, net->n_routes, sizeof(row));
	if (!net->routes)
		return -1;
	net->routes[net->n_routes++] = row;
	return 0;
}

static int
take_neigh(struct dump *d, const void *head, const struct attrs *a)
{
	const unsigned known = NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE |
		NUD_PERMANENT;
	const struct ndmsg *m = head;
	struct host_net *net = d->net;
	struct host_neigh row = {
		.link = m->ndm_ifindex,
		.addr = attr_addr(a->of[NDA_DST], m->ndm_family),
		.mac = attr_mac(a->of[NDA_LLADDR]),
	};

	if (!(m->ndm_state & known) || !addr_is_set(&row.addr) || mac_is_zero(&row.mac))
		return 0;
	net->neighs = grow(d->arena, net->neighs, net->n_neighs, sizeof(row));
	if (!net->neighs)
		return -1;
	net->neighs[net->n_neighs++] = row;
	return 0;
}

static const struct kind kinds[] = {
	{ "links", RTM_GETLINK, AF_UNSPEC, sizeof(struct ifinfomsg), take_link },
	{ "addresses", RTM_GETADDR, AF_INET, sizeof(struct ifaddrmsg), take_addr },
	{ "addresses", RTM_GETADDR, AF_INET6, sizeof(struct ifaddrmsg), take_addr },
	{ "routes", RTM_GETROUTE, AF_INET, sizeof(struct rtmsg), take_route },
	{ "routes", RTM_GETROUTE, AF_INET6, sizeof(struct rtmsg), take_route },
	{ "neighbours", RTM_GETNEIGH, AF_INET, sizeof(struct ndmsg), take_neigh },
	{ "neighbours", RTM_GETNEIGH, AF_INET6, sizeof(struct ndmsg), take_neigh },
};

static int
on_message(const struct nlmsghdr *msg, void *arg)
{
	struct dump *d = arg;
	const struct kind *k = d->kind;
	size_t size = mnl_nlmsg_get_payload_len(msg);
	const unsigned char *head = mnl_nlmsg_get_payload(msg);
	struct attrs a;

	/* Every head begins with its family.  A kernel without IPv6 answers a question for
	 * it with all that it has. */
	if (size < k->head || (k->family != AF_UNSPEC && head[0] != k->family))
		return MNL_CB_OK;
	index_attrs(&a, mnl_nlmsg_get_payload_offset(msg, k->head), size - k->head);
	if (k->take(d, head, &a) == 0)
		return MNL_CB_OK;
	errno = ENOMEM;
	return MNL_CB_ERROR;
}

static int
ask(struct mnl_socket *nl, const struct kind *k)
{
	/* The message header has 16 bytes, the longest head behind it too. */
	_Alignas(struct nlmsghdr) char buf[64];
	struct nlmsghdr *msg = mnl_nlmsg_put_header(buf);
	unsigned char *head = mnl_nlmsg_put_extra_header(msg, k->head);

	msg->nlmsg_type = k->request;
	msg->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	head[0] = k->family;
	return mnl_socket_sendto(nl, msg, msg->nlmsg_len) == -1 ? -1 : 0;
}

/* One dump to its end: 0, or -1 with errno; EINTR: a change interrupted it. */
static int
run_dump(struct mnl_socket *nl, struct dump *d)
{
	_Alignas(struct nlmsghdr) char buf[DUMP_BUFFER];
	unsigned port = mnl_socket_get_portid(nl);
	int rc = MNL_CB_OK;

	if (ask(nl, d->kind) == -1)
		return -1;
	while (rc == MNL_CB_OK) {
		ssize_t n = mnl_socket_recvfrom(nl, buf, sizeof(buf));
		if (n == -1 && errno == EINTR)
			continue; /* a signal: nothing was read */
		if (n == -1)
			return -1;
		rc = mnl_cb_run(buf, (size_t)n, 0, port, on_message, d);
	}
	return rc == MNL_CB_STOP ? 0 : -1;
}

/* A socket of its own for each try: what an interrupted dump still has to say goes with
 * the socket. */
static int
try_dump(struct dump *d)
{
	struct mnl_socket *nl = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	int rc = -1;

	if (!nl)
		return -1;
	if (mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) == 0)
		rc = run_dump(nl, d);
	int saved = errno;
	(void)mnl_socket_close(nl); /* it was only read from */
	errno = saved;
	return rc;
}

static int
dump_all(struct dump *d, struct err *e)
{
	const struct host_net before = *d->net;
	const char *name = d->kind->name;

	for (int i = 0; i < DUMP_TRIES; i++) {
		*d->net = before;
		if (try_dump(d) == 0)
			return 0;
		if (errno == ENOMEM)
			return err_nomem(e);
		if (errno != EINTR)
			return err_sys(e, "ask the kernel for its %s", name);
	}
	return err_sys(e, "the kernel's %s change faster than they can be read", name);
}

static int
cmp_int(long long a, long long b)
{
	return (a > b) - (a < b);
}

/* As promised in net.h; the rest only makes the order complete. */
static int
cmp_route(const void *va, const void *vb)
{
	const struct host_route *a = va, *b = vb;
	int c = cmp_int(b->bits, a->bits);

	if (c == 0)
		c = cmp_int(a->metric, b->metric);
	if (c == 0)
		c = addr_cmp(&a->net, &b->net);
	return c ? c : cmp_int(a->link, b->link);
}

static int
cmp_neigh(const void *va, const void *vb)
{
	const struct host_neigh *a = va, *b = vb;
	int c = cmp_int(a->link, b->link);

	return c ? c : addr_cmp(&a->addr, &b->addr);
}

int
host_net_read(struct arena *arena, struct host_net **out, struct err *e)
{
	struct host_net *net = arena_new_array(arena, struct host_net, 1);

	if (!net)
		return err_nomem(e);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct dump d = { &kinds[i], arena, net };
		if (dump_all(&d, e) == -1)
			return -1;
	}
	if (net->n_routes)
		qsort(net->routes, net->n_routes, sizeof(net->routes[0]), cmp_route);
	if (net->n_neighs)
		qsort(net->neighs, net->n_neighs, sizeof(net->neighs[0]), cmp_neigh);
	*out = net;
	return 0;
}

const struct host_link *
host_link_by_index(const struct host_net *net, int index)
{
	for (size_t i = 0; i < net->n_links; i++)
		if (net->links[i].index == index)
			return &net->links[i];
	return NULL;
}

const struct host_link *
host_link_by_name(const struct host_net *net, const char *name)
{
	for (size_t i = 0; i < net->n_links; i++)
		if (strcmp(net->links[i].name, name) == 0)
			return &net->links[i];
	return NULL;
}

const struct host_neigh *
host_neigh_find(const struct host_net *net, int link, const struct addr *addr)
{
	const struct host_neigh key = { .link = link, .addr = *addr };

	if (net->n_neighs == 0)
		return NULL;
	return bsearch(
		&key, net->neighs, net->n_neighs, sizeof(net->neighs[0]), cmp_neigh);
}

bool
host_is_own(const struct host_net *net, const struct addr *addr)
{
	for (size_t i = 0; i < net->n_addrs; i++)
		if (addr_equal(&net->addrs[i].addr, addr))
			return true;
	return addr_is_loopback(addr); /* all of 127.0.0.0/8, not only what is listed */
}
