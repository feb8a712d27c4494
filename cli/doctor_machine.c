/* SPDX-License-Identifier: GPL-3.0-or-later */
/* muster doctor: the machine - rights, links, routes, clock, space. */
#include "cli/doctor.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <unistd.h>

#include "host/fence.h"
#include "host/sandbox.h"

enum {
	MIN_FREE = 2048, /* MiB; agent.min_free's default */
	HARDLY_ANY = 64, /* MiB: a batch may not fit any more */
	YEAR_2026 = 1767225600,
};

/* --- rights --------------------------------------------------------------------------------- */

int
doctor_privileges(struct doctor *d, struct err *e)
{
	(void)e;
	if (sandbox_may_capture())
		doctor_tell(d, DOCTOR_OK, NULL,
			"packet sockets may be opened (CAP_NET_RAW)");
	else
		doctor_tell(d, DOCTOR_WARNING,
			"use sudo; muster-agent.service gives the agent what it needs",
			"this user has no CAP_NET_RAW: sweeps go by ordinary sockets, which know "
			"no ARP, and nothing can be listened to");
	return 0;
}

/* What an agent here would have: schedule/agent_fence.c. */
int
doctor_fence(struct doctor *d, struct err *e)
{
	const struct agent_conf *c = d->agent;
	int version = fence_version();

	(void)e;
	if (!version)
		doctor_tell(d, DOCTOR_WARNING,
			"boot with landlock among lsm=; Linux has it since 5.13",
			"the kernel has no Landlock: users and permissions alone say which "
			"files an agent and its polls may write");
	else if (c && c->events.command.n && !c->writable.n)
		doctor_tell(d, DOCTOR_WARNING,
			"name the folders that it writes to in agent.writable",
			"Landlock %d: polls write no files and read no store, but the program "
			"of events.command may write anywhere, and so may the agent",
			version);
	else
		doctor_tell(d, DOCTOR_OK, NULL,
			"Landlock %d: an agent writes below its own folders only, its polls "
			"write no files and read no store",
			version);
	return 0;
}

/* --- links ---------------------------------------------------------------------------------- */

/* An interface that can carry a sweep: its first address that is no link-local one. */
static const struct host_addr *
usable_address(const struct host_net *net, const struct host_link *l)
{
	for (size_t i = 0; i < net->n_addrs; i++)
		if (net->addrs[i].link == l->index &&
			!addr_is_link_local(&net->addrs[i].addr))
			return &net->addrs[i];
	return NULL;
}

static size_t
tell_links(struct doctor *d)
{
	char text[ADDR_TEXT_MAX];
	size_t n = 0;

	for (size_t i = 0; i < d->net->n_links; i++) {
		const struct host_link *l = &d->net->links[i];
		const struct host_addr *a = usable_address(d->net, l);
		if (l->kind == LINK_LOOPBACK || l->kind == LINK_OTHER || !l->up || !a)
			continue;
		n++;
		doctor_tell(d, DOCTOR_OK, NULL, "%s is up and has %s/%u", l->name,
			addr_print(&a->addr, text), a->bits);
	}
	return n;
}

static void
check_named_links(struct doctor *d, const struct poll_def *p)
{
	for (size_t i = 0; i < p->interfaces.n; i++) {
		const char *name = p->interfaces.items[i];
		const struct host_link *l = host_link_by_name(d->net, name);
		if (!l)
			doctor_tell(d, DOCTOR_PROBLEM,
				"correct the name: 'ip link' lists what there is",
				"%s names %s, which there is not", p->section, name);
		else if (!l->up)
			doctor_tell(d, DOCTOR_PROBLEM,
				arena_printf(d->call->mem, "ip link set %s up", name),
				"%s needs %s, which is down", p->section, name);
	}
}

int
doctor_interfaces(struct doctor *d, struct err *e)
{
	struct err why;

	(void)e;
	if (host_net_read(d->call->mem, &d->net, &why) == -1) {
		d->net = NULL;
		doctor_tell(d, DOCTOR_PROBLEM,
			"allow AF_NETLINK sockets, as muster-agent.service does",
			"the kernel does not tell of its network: %s", why.text);
		return 0;
	}
	if (tell_links(d) == 0)
		doctor_tell(d, DOCTOR_PROBLEM,
			"'ip link' shows the links, 'ip address' their addresses: one must be "
			"up and have one",
			"no interface is up and has an address");
	for (size_t i = 0; d->agent && i < d->agent->n_polls; i++)
		if (doctor_polls(d, &d->agent->polls[i]))
			check_named_links(d, &d->agent->polls[i]);
	return 0;
}

/* --- routes --------------------------------------------------------------------------------- */

static bool
has_route(const struct host_net *net, const struct addr *to)
{
	if (host_is_own(net, to))
		return true;
	for (size_t i = 0; i < net->n_routes; i++)
		if (addr_in_prefix(to, &net->routes[i].net, net->routes[i].bits))
			return net->routes[i].kind == ROUTE_UNICAST;
	return false;
}

/* The first run of a poll that no packet can reach; false: there is none. */
static bool
find_unreachable(const struct host_net *net, const struct iprange *set, struct addr *out)
{
	for (size_t i = 0; i < iprange_n_runs(set); i++) {
		struct iprange_run run = iprange_get_run(set, i);
		*out = run.first;
		if (!has_route(net, &run.first))
			return true;
	}
	return false;
}

int
doctor_routes(struct doctor *d, struct err *e)
{
	size_t bad = 0, asked = 0;
	char text[ADDR_TEXT_MAX];
	struct addr to;

	(void)e;
	for (size_t i = 0; d->agent && d->net && i < d->agent->n_polls; i++) {
		const struct poll_def *p = &d->agent->polls[i];
		if (!doctor_polls(d, p) || !p->targets)
			continue;
		asked++;
		if (!find_unreachable(d->net, p->targets, &to))
			continue;
		bad++;
		doctor_tell(d, DOCTOR_PROBLEM,
			"add a route ('ip route get' shows which there is), or take the targets "
			"out",
			"%s: there is no route to %s", p->section,
			addr_print(&to, text));
	}
	if (!asked)
		doctor_tell(d, DOCTOR_SKIPPED, NULL, "no range is swept");
	else if (!bad)
		doctor_tell(d, DOCTOR_OK, NULL, "there is one to each of %zu range%s",
			asked, asked == 1 ? "" : "s");
	return 0;
}

/* --- the clock ------------------------------------------------------------------------------ */

int
doctor_time(struct doctor *d, struct err *e)
{
	static const char fix[] =
		"install systemd-timesyncd or chrony, or 'timedatectl set-ntp true'";
	struct timex t = { .modes = 0 }; /* only reads: adjtimex(2) */
	int64_t now = clock_wall(&clock_system);
	char text[TIME_TEXT_MAX];

	(void)e;
	time_print(now, text);
	if (now / SECOND < YEAR_2026)
		doctor_tell(d, DOCTOR_PROBLEM, fix,
			"%.19sZ: the clock shows a time before muster was written",
			text);
	else if (adjtimex(&t) == -1)
		doctor_tell(d, DOCTOR_SKIPPED, NULL,
			"%.19sZ; whether the clock is kept right is not known: %s",
			text, strerror(errno));
	else if (t.status & STA_UNSYNC)
		doctor_tell(d, DOCTOR_WARNING, fix,
			"%.19sZ; nothing keeps the clock right (Kerberos allows 5 minutes)",
			text);
	else
		doctor_tell(d, DOCTOR_OK, NULL, "%.19sZ, and the clock is kept right",
			text);
	return 0;
}

/* --- space ---------------------------------------------------------------------------------- */

/* The nearest folder above the store that is there: it makes its own. */
static const char *
existing_folder(const char *path, struct arena *mem)
{
	char *at = arena_strdup(mem, path);
	struct stat st;

	for (char *slash; at && (slash = strrchr(at, '/')) && slash != at;) {
		*slash = '\0';
		if (stat(at, &st) == 0)
			return at;
	}
	return at && *path == '/' ? "/" : ".";
}

int
doctor_disk(struct doctor *d, struct err *e)
{
	int64_t wanted = d->agent ? d->agent->min_free : MIN_FREE;
	const char *option = d->conf->store.db;
	struct statvfs fs;

	if (!option && d->agent)
		option = d->conf->store.db = d->agent->store;
	if (store_default_path(option, d->call->mem, &d->store_path, e) == -1)
		return -1;
	const char *folder = existing_folder(d->store_path, d->call->mem);
	if (statvfs(folder, &fs) == -1) {
		doctor_tell(d, DOCTOR_PROBLEM,
			"let this user see it, or name another store", "%s: %s", folder,
			strerror(errno));
		return 0;
	}
	int64_t mib = (int64_t)((uint64_t)fs.f_bavail * fs.f_frsize >> 20);
	if (fs.f_flag & ST_RDONLY)
		doctor_tell(d, DOCTOR_PROBLEM, "name another store (--db, agent.store)",
			"%s is on a disk that can only be read", folder);
	else if (mib < HARDLY_ANY || (fs.f_files && fs.f_favail == 0))
		doctor_tell(d, DOCTOR_PROBLEM, "make room, or name another store",
			"%" PRId64 " MiB and %" PRIu64 " files are left for %s", mib,
			(uint64_t)fs.f_favail, d->store_path);
	else if (mib < wanted)
		doctor_tell(d, DOCTOR_WARNING, "make room, or lower agent.min_free",
			"%" PRId64 " MiB are left for %s, less than %" PRId64, mib,
			d->store_path, wanted);
	else
		doctor_tell(d, DOCTOR_OK, NULL, "%" PRId64 " MiB are left for %s", mib,
			d->store_path);
	return 0;
}
