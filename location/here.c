/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where this machine is, by its kernel and the files of its network services. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "host/net.h"
#include "location/facts.h"

enum { FILE_MAX = 1 << 20, FILES_MAX = 64 };

/* --- the kernel ------------------------------------------------------------------------------ */

static void
add_gateway(
	const struct host_net *net, const struct host_route *r, struct place_facts *f)
{
	const struct host_neigh *n = host_neigh_find(net, r->link, &r->via);

	addr_facts_add(&f->gateways, &r->via);
	if (n && f->n_gateway_macs < FACTS_MAX)
		f->gateway_macs[f->n_gateway_macs++] = n->mac;
}

static int
ask_kernel(struct arena *mem, struct place_facts *f, struct err *e)
{
	struct host_net *net;

	if (host_net_read(mem, &net, e) == -1)
		return -1;
	for (size_t i = 0; i < net->n_addrs; i++) {
		const struct addr *a = &net->addrs[i].addr;
		if (!addr_is_loopback(a) && !addr_is_link_local(a))
			addr_facts_add(&f->addresses, a);
	}
	for (size_t i = 0; i < net->n_routes; i++) {
		const struct host_route *r = &net->routes[i];
		if (r->kind == ROUTE_UNICAST && r->bits == 0 && addr_is_set(&r->via))
			add_gateway(net, r, f);
	}
	f->addresses.known = f->gateways.known = true;
	/* One that nobody has spoken to lately has no MAC: that says nothing. */
	f->gateway_macs_known = f->gateways.n == 0 || f->n_gateway_macs > 0;
	return 0;
}

/* --- files ----------------------------------------------------------------------------------- */

/* A file that is not there, or not for us, says nothing. */
static const char *
read_quietly(const char *root, const char *path, struct arena *mem)
{
	const char *whole = arena_printf(mem, "%s%s", root, path), *text;
	struct err ignored;
	size_t n;

	return whole && file_read(whole, FILE_MAX, mem, &text, &n, &ignored) == 0
		? text
		: NULL;
}

static int
ask_resolver(const char *root, struct arena *mem, struct place_facts *f, struct err *e)
{
	const char *text = read_quietly(root, "/etc/resolv.conf", mem);
	bool stub = false;

	if (text && facts_read_resolv(text, mem, f, &stub, e) == -1)
		return -1;
	/* systemd-resolved(8): what it really asks stands here. */
	const char *real = stub
		? read_quietly(root, "/run/systemd/resolve/resolv.conf", mem)
		: NULL;
	return real ? facts_read_resolv(real, mem, f, &stub, e) : 0;
}

static const struct {
	const char *folder, *suffix; /* NULL: every file */
} lease_places[] = {
	{ "/var/lib/dhcp", ".leases" },
	{ "/var/lib/NetworkManager", ".lease" },
	{ "/var/lib/NetworkManager", ".leases" },
	{ "/run/systemd/netif/leases", NULL },
};

static bool
has_suffix(const char *name, const char *suffix)
{
	size_t n = strlen(name), m = suffix ? strlen(suffix) : 0;

	return *name != '.' && n >= m && (!m || strcmp(name + n - m, suffix) == 0);
}

static int
read_leases_in(const char *root, const char *folder, const char *suffix,
	struct arena *mem, struct place_facts *f, struct err *e)
{
	const char *path = arena_printf(mem, "%s%s", root, folder);
	DIR *d = path ? opendir(path) : NULL;
	struct dirent *entry;
	int rc = path ? 0 : err_nomem(e), n = 0;

	/* cppcheck-suppress readdirCalled ; nobody else reads this stream */
	while (rc == 0 && d && (entry = readdir(d)) && n < FILES_MAX) {
		if (!has_suffix(entry->d_name, suffix))
			continue;
		n++;
		const char *text = read_quietly(
			path, arena_printf(mem, "/%s", entry->d_name), mem);
		if (text)
			rc = facts_read_lease(text, &f->addresses, mem, f, e);
	}
	if (d)
		closedir(d);
	return rc;
}

int
place_facts_here(
	const char *root, struct arena *mem, struct place_facts *f, struct err *e)
{
	*f = (struct place_facts){ .ad_site = NULL };
	if (ask_kernel(mem, f, e) == -1 || ask_resolver(root, mem, f, e) == -1)
		return -1;
	for (size_t i = 0; i < sizeof(lease_places) / sizeof(lease_places[0]); i++)
		if (read_leases_in(root, lease_places[i].folder, lease_places[i].suffix,
			    mem, f, e) == -1)
			return -1;
	return 0;
}
