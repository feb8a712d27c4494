/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The poll from its beginning to its end. */
#include "netbios/windows.h"

#include <string.h>

#include "host/sandbox.h"
#include "netbios/browse.h"
#include "netbios/doors.h"
#include "netbios/finding.h"
#include "netbios/list_keeper.h"
#include "netbios/metadata.h"
#include "netbios/near.h"
#include "netbios/report.h"

/* Names of lists whose address is sought.  By broadcast only few: whoever is on a subnet of
 * ours has mostly answered for his domain already. */
enum { SOUGHT_ON_LINKS = 512, SOUGHT_OF_SERVERS = 1 << 14 };

#define AT(f) offsetof(struct windows_conf, f)
const struct opt windows_opts[] = {
	{ .name = "windows.interface",
		.letter = 'i',
		.type = OPT_LIST,
		.at = AT(interfaces),
		.arg = "NAME",
		.help = "Ask on these interfaces, not on all that have an IPv4 subnet" },
	{ .name = "windows.domain",
		.type = OPT_LIST,
		.at = AT(domains),
		.arg = "NAME",
		.help = "Look for this domain or workgroup by its NetBIOS name, beside those "
			"that show themselves" },
	{ .name = "windows.wins",
		.type = OPT_LIST,
		.at = AT(servers),
		.arg = "ADDRESS",
		.help = "Ask this NetBIOS name server (WINS) for domain masters and for the "
			"addresses of names, in place of those of the DHCP lease; at most "
			"16, or none" },
	{ .name = "windows.rate",
		.type = OPT_INT,
		.at = AT(rate),
		.min = 1,
		.max = 100000,
		.value = "5000",
		.unit = "packets/s",
		.help = "Send at most this many packets each second, connections and "
			"conversations by SMB counted; a machine or master that Samba's "
			"libraries ask counts as 64" },
	{ .name = "windows.lists",
		.type = OPT_BOOL,
		.at = AT(lists),
		.value = "yes",
		.help = "Fetch the browse lists of the masters, which needs SMB1 there" },
	{ .name = "windows.list_wait",
		.type = OPT_MSEC,
		.at = AT(list_ms),
		.min = 100,
		.max = 60000,
		.value = "4000",
		.unit = "ms",
		.help = "Give a master browser up after this time, in each of the two ways that "
			"it is asked in" },
	{ .name = NULL },
};

/* --- settings ------------------------------------------------------------------------------ */

static int
read_servers(const struct windows_conf *c, struct addr out[static SERVERS_MAX],
	size_t *n, struct err *e)
{
	*n = 0;
	if (c->servers.n > SERVERS_MAX)
		return err_set(e, ERR_ARG, "more than %d name servers", SERVERS_MAX);
	for (size_t i = 0; i < c->servers.n; i++) {
		struct addr *a = &out[(*n)++];
		if (!addr_parse(c->servers.items[i], a) || a->family != ADDR_IP4)
			return err_set(e, ERR_ARG,
				"\"%s\" is no IPv4 address of a name server",
				c->servers.items[i]);
	}
	return 0;
}

static int
check_domains(const struct windows_conf *c, struct err *e)
{
	for (size_t i = 0; i < c->domains.n; i++) {
		size_t n = strlen(c->domains.items[i]);
		if (n == 0 || n > 15)
			return err_set(e, ERR_ARG,
				"\"%s\" is no NetBIOS name of a domain: those have 1 to 15 "
				"characters",
				c->domains.items[i]);
	}
	return 0;
}

/* One that may not be asked would look as if it were silent. */
static int
check_servers(const struct nb_scope *s, struct err *e)
{
	char ip[ADDR_TEXT_MAX];

	for (size_t i = 0; i < s->n_servers; i++) {
		const struct addr *a = &s->servers[i];
		if (s->excluded && iprange_contains(s->excluded, a))
			return err_set(e, ERR_ARG,
				"the name server %s is excluded: it may not be asked",
				addr_print(a, ip));
		if (!nb_may_ask(s, a, false))
			return err_set(e, ERR_ARG,
				"%s is no address of a name server that may be asked",
				addr_print(a, ip));
	}
	return 0;
}

int
windows_check(const struct windows_conf *c, struct err *e)
{
	struct addr servers[SERVERS_MAX];
	struct nb_links links;
	size_t n;

	if (c->targets && iprange_count(c->targets) > WINDOWS_TARGETS_MAX)
		return err_set(e, ERR_ARG,
			"more than %d addresses: sweep them, a poll asks one by one",
			WINDOWS_TARGETS_MAX);
	if (check_domains(c, e) == -1 ||
		nb_links_choose(c->net, &c->interfaces, &links, e) == -1 ||
		read_servers(c, servers, &n, e) == -1)
		return -1;
	const struct nb_scope scope = { &links, c->targets, c->excluded, servers, n };
	return check_servers(&scope, e);
}

/* --- the run ------------------------------------------------------------------------------- */

static int
prepare(struct finding *f, struct err *e)
{
	const struct windows_conf *c = f->conf;

	if (windows_check(c, e) == -1 ||
		nb_links_choose(c->net, &c->interfaces, &f->links, e) == -1 ||
		read_servers(c, f->servers, &f->n_servers, e) == -1)
		return -1;
	if (roster_init(&f->roster, f->run->scratch) == -1)
		return err_nomem(e);
	f->scope = (struct nb_scope){ &f->links, c->targets, c->excluded, f->servers,
		f->n_servers };
	struct asker_conf asker = { .links = &f->links,
		.scope = &f->scope,
		.clock = f->run->clock,
		.rate = c->rate,
		.seed = (uint16_t)clock_wall(f->run->clock),
		.heard = finding_heard,
		.arg = f };
	return asker_open(&f->asker, &asker, f->run->scratch, e);
}

static void
progress(struct finding *f, const char *phase)
{
	struct asker_counts c = asker_counts(f->asker);
	struct progress p = { .phase = phase,
		.done = c.asked,
		.total = c.asked,
		.sent = c.sent,
		.answered = c.answered,
		.found = f->roster.n_machines,
		.rate = -1,
		.eta_us = -1 };

	f->run->monitor->progress(f->run->monitor, &p);
}

static int
work(struct finding *f, const char *phase, struct err *e)
{
	progress(f, phase);
	return asker_work(f->asker, f->run->deadline_us, f->run->stop, e);
}

/* Names that lists gave and that nobody told of himself. */
static int
seek_listed(struct finding *f, struct err *e)
{
	size_t most = f->n_servers ? SOUGHT_OF_SERVERS : SOUGHT_ON_LINKS, n = 0;

	roster_place(&f->roster);
	for (size_t i = 0; i < f->roster.n_listed; i++) {
		const struct listed *l = &f->roster.listed[i];
		if (l->machine || n++ >= most)
			continue;
		struct netbios_name name = l->name; /* the table may move */
		if (finding_name(f, &name, n <= SOUGHT_ON_LINKS, e) == -1)
			return -1;
	}
	if (n > most)
		report_reason(f, "names-not-sought", "", 0,
			"%zu names in browse lists lack an address beyond the %zu that are "
			"sought in one poll",
			n - most, most);
	return n ? work(f, "names", e) : 0;
}

static bool
is_over(const struct finding *f)
{
	return *f->run->stop || clock_mono(f->run->clock) >= f->run->deadline_us;
}

static int
poll_all(struct finding *f, struct err *e)
{
	if (finding_begin(f, e) == -1 || work(f, "netbios", e) == -1)
		return -1;
	if (!is_over(f) && (metadata_ask(f, e) == -1 || work(f, "netbios", e) == -1))
		return -1;
	if (f->conf->lists && !is_over(f)) {
		progress(f, "lists");
		if (browse_masters(f, e) == -1 || work(f, "netbios", e) == -1 ||
			seek_listed(f, e) == -1)
			return -1;
	}
	if (f->conf->smb && !is_over(f)) {
		progress(f, "smb");
		if (doors_look(f, e) == -1 || near_ask(f, e) == -1)
			return -1;
	}
	if (!f->conf->smb && !is_over(f) && near_touch(f, e) == -1)
		return -1;
	return report_lists(f, e);
}

/* Who has this name answered by an address of IPv6 that is routed. */
static bool
is_heard(struct finding *f, const struct place *p)
{
	bool heard = false;

	for (size_t i = 0; p && i < p->n_ip6 && !heard; i++)
		heard = roster_machine(&f->roster, &p->ip6[i])->heard;
	return heard;
}

/* Names that answered in IPv6 alone, by whichever address. */
static uint64_t
count_ip6(struct finding *f)
{
	struct roster *r = &f->roster;
	uint64_t n = 0;

	for (size_t i = 0; i < r->n_places; i++)
		n += !addr_is_set(&r->places[i].ip) && is_heard(f, &r->places[i]);
	for (size_t i = 0; i < f->n_near; i++)
		n += finding_is_near(f, &f->near[i]) &&
			!is_heard(f, roster_place_of(r, f->near[i].name.name));
	return n;
}

/* Machines that answered in any way. */
static uint64_t
count_found(struct finding *f)
{
	uint64_t n = finding_devices(f) + count_ip6(f);

	for (size_t i = 0; i < f->roster.n_machines; i++) {
		const struct machine *m = &f->roster.machines[i];
		bool counted = (!m->told && !m->heard) || m->ip.family == ADDR_IP6;
		for (size_t k = 0; k < f->n_devices && !counted; k++)
			counted = addr_equal(&f->devices[k].ip, &m->ip);
		n += !counted;
	}
	return n;
}

static void
tell_end(struct finding *f, int64_t started, int rc, const struct err *e)
{
	struct asker_counts c = asker_counts(f->asker);
	bool over = is_over(f);
	struct run_end end = { .ok = rc == 0 && !over,
		.interrupted = over,
		.targets = f->conf->targets ? (uint64_t)iprange_count(f->conf->targets)
					    : 0,
		.asked = c.asked,
		.sent = c.sent,
		.answered = c.answered,
		.found = count_found(f),
		.duration_us = clock_mono(f->run->clock) - started,
		.error = rc == -1 ? e->text : NULL };

	report_reasons(f);
	f->run->monitor->end(f->run->monitor, &end);
}

/* Secrets are for another process, which parses nothing from strangers. */
static int
open_lists(struct finding *f, struct err *e)
{
	const struct members_conf *accounts = f->conf->accounts;
	int rc = 0;

	if (f->conf->lists)
		rc = lists_open(&f->lists, list_keeper_run, accounts,
			f->conf->list_ms * MSEC, f->run->clock, e);

	for (size_t i = 0; i < accounts->n_accounts; i++)
		credential_forget(&accounts->accounts[i]);
	return rc;
}

static int
run_windows(struct source_run *run, struct err *e)
{
	struct finding *f = arena_alloc(run->scratch, sizeof(*f));
	int64_t started = clock_mono(run->clock);
	int rc = -1;

	if (!f)
		return err_nomem(e);
	f->run = run;
	f->conf = run->conf;
	if (open_lists(f, e) == 0 && prepare(f, e) == 0 &&
		sandbox_enter(SANDBOX_SOCKETS, e) == 0) {
		rc = poll_all(f, e);
		tell_end(f, started, rc, e);
		rc = 0;
	}
	asker_close(f->asker);
	lists_close(f->lists);
	return rc;
}

static const struct opt_table windows_tables[] = {
	{ "Windows domains", windows_opts, 0 },
	{ .rows = NULL },
};

const struct source source_windows = {
	.name = "windows",
	.help = "Find Windows domains and workgroups, and who is in them",
	.opts = windows_tables,
	.conf_size = sizeof(struct windows_conf),
	.run = run_windows,
};
