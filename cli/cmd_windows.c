/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `muster windows`: what was asked for, whether it can be done, and then cli/windows.c. */
#include "cli/credentials.h"
#include "cli/emit.h"
#include "cli/lease_servers.h"
#include "cli/windows_asked.h"
#include "cli/windows_known.h"
#include "host/net.h"

#include <string.h>

#define AT(f) offsetof(struct windows_settings, f)
static const struct opt which_opts[] = {
	{ .name = "quick",
		.type = OPT_BOOL,
		.at = AT(quick),
		.flags = OPT_CLI_ONLY,
		.help = "Only find out who is there; do not ask each machine by SMB for its "
			"names, domain and version of Windows" },
	{ .name = "windows.quick_wait",
		.type = OPT_MSEC,
		.at = AT(quick_ms),
		.min = 1000,
		.max = 600000,
		.value = "20 s",
		.help = "End a quick poll after this time, to which comes what TARGETs take at "
			"--rate" },
	{ .name = "windows.known",
		.type = OPT_BOOL,
		.at = AT(known),
		.value = "yes",
		.help = "Ask also the machines that the store knows by NetBIOS or SMB, or as "
			"alive and not whether they speak SMB, wherever they are" },
	{ .name = "known_from",
		.type = OPT_STR,
		.at = AT(known_from),
		.arg = "FILE",
		.flags = OPT_CLI_ONLY,
		.help = "With --emit: ask also these addresses, of machines that are known" },
	{ .name = NULL },
};

static const struct opt_table tables[] = {
	{ "What to ask", which_opts, 0 },
	{ "What to ask", windows_opts, AT(windows) },
	{ "What to ask", targets_opts, AT(targets) },
	{ "Accounts", members_opts, AT(members) },
	{ "Accounts", credential_opts, AT(members.credentials) },
	KEPT_TABLES(AT(kept)),
	{ "Results", format_opts, AT(format) },
	{ NULL, NULL, 0 },
};

/* Of the conversations that tell who a machine is. */
enum { SERVICES_HOST_RATE = 40, SERVICES_MOST = 1000, SERVICES_PATIENCE_MS = 4000 };

static int
read_targets(struct windows_input *in, struct windows_settings *c, struct err *e)
{
	const struct call *call = in->call;
	const struct iprange *named;
	struct iprange *targets;

	in->targets_text = "";
	if (call->n_args == 0)
		return 0;
	if (targets_read(&c->targets, call->args, call->n_args, call->mem, &targets,
		    &named, e) == -1)
		return -1;
	c->windows.targets = targets;
	in->targets_text = iprange_text(targets, IPRANGE_TEXT_MAX, call->mem);
	return in->targets_text ? 0 : err_nomem(e);
}

static int
prepare_accounts(struct windows_settings *c, struct arena *mem, struct err *e)
{
	if (members_check(&c->members, mem, e) == -1)
		return -1;
	return credentials_load(
		&c->members.logins, c->members.accounts, c->members.n_accounts, mem, e);
}

enum { SERVERS_OF_LEASE = 16 }; /* as many as --wins may name */

/* Who named none means those that DHCP told this machine. */
static int
find_servers(struct windows_input *in, struct windows_conf *c, struct err *e)
{
	if (c->servers.n == 1 && strcmp(c->servers.items[0], "none") == 0) {
		c->servers.n = 0;
		return 0;
	}
	if (c->servers.n)
		return 0;
	/* What a DHCP server says is no mistake of the person who calls us. */
	struct nb_links links;
	if (nb_links_choose(c->net, &c->interfaces, &links, e) == -1)
		return -1;
	const struct nb_scope may = {
		.links = &links, .targets = c->targets, .excluded = c->excluded
	};
	if (lease_servers("", &may, SERVERS_OF_LEASE, in->call->mem, &in->leased, e) ==
		-1)
		return -1;
	c->servers = in->leased;
	return 0;
}

static int
prepare(struct windows_input *in, struct windows_settings *c, struct err *e)
{
	struct arena *mem = in->call->mem;
	struct host_net *net;

	if (prepare_accounts(c, mem, e) == -1 || read_targets(in, c, e) == -1 ||
		targets_excluded(&c->targets, mem, &c->windows.excluded, e) == -1 ||
		host_net_read(mem, &net, e) == -1)
		return -1;
	c->windows.net = net;
	c->windows.accounts = &c->members;
	if (find_servers(in, &c->windows, e) == -1 ||
		windows_check(&c->windows, e) == -1)
		return -1;
	c->windows.smb = !c->quick;
	c->services.rate = c->members.rate = c->windows.rate;
	c->services.host_rate = SERVICES_HOST_RATE;
	c->services.most = SERVICES_MOST;
	c->services.patience_ms = SERVICES_PATIENCE_MS;
	if (windows_asked(in, mem, &in->asked, e) == -1 ||
		windows_know_given(c, mem, &in->known, e) == -1)
		return -1;
	return c->kept.place.point ? 0 : common_point(mem, &c->kept.place.point, e);
}

/* What was typed and would do nothing.  on, off: all that was typed, over switches that were
 * set, or not. */
static int
check_typed(const struct windows_settings *conf, const struct windows_settings *on,
	const struct windows_settings *off, struct err *e)
{
	bool known = on->known == off->known, logs_in = conf->members.logins.n > 0;
	bool login = on->members.parallel || on->members.patience_ms;
	const struct {
		bool is;
		const char *text;
	} rows[] = {
		{ conf->quick && known,
			"--quick asks nobody again whom the store knows: leave --known and "
			"--no-known out" },
		{ known && on->known && conf->kept.no_db,
			"--known needs the store: leave --no-db out" },
		{ known && on->known && conf->kept.emit,
			"--emit has no store: leave --known out" },
		{ conf->known_from && !conf->kept.emit,
			"--known-from is for --emit: the store knows them" },
		{ conf->known_from && conf->quick,
			"--quick asks nobody again who is known: leave --known-from out" },
		{ conf->quick && login,
			"--quick logs in to no machine: leave --logins and --login-wait "
			"out" },
		{ login && !logs_in,
			"--logins and --login-wait are for a --credential, and there is "
			"none" },
		{ conf->quick && on->members.logins.n && !on->windows.lists,
			"--quick has no use for a --credential but browse lists, which "
			"--no-lists leaves out" },
		{ !conf->quick && on->quick_ms, "--quick-wait is for --quick" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].is)
			return err_set(e, ERR_ARG, "%s", rows[i].text);
	return 0;
}

static int
read_typed(const struct windows_input *in, struct err *e)
{
	const struct windows_settings *conf = in->conf;
	struct windows_settings on = { .known = true, .windows.lists = true },
				off = { .known = false };

	if (call_read_again(in->call, &on, e) == -1 ||
		call_read_again(in->call, &off, e) == -1 ||
		kept_check(&conf->kept, &off.kept, e) == -1)
		return -1;
	return check_typed(conf, &on, &off, e);
}

static int
run_prepared(const struct windows_input *in, struct err *e)
{
	if (!in->conf->kept.emit)
		return windows_run(in, e);
	struct worker w = windows_worker(in);
	return emit_run(&w, in->call->common->quiet, windows_closing, e);
}

static int
run_windows(const struct call *call, struct err *e)
{
	struct windows_settings *conf = call->settings;
	struct windows_input in = {
		.call = call, .conf = conf, .started = clock_wall(&clock_system)
	};

	uuid_new(in.started, in.run);
	int rc = read_typed(&in, e);
	if (rc == 0)
		rc = prepare(&in, conf, e);
	if (rc == 0)
		rc = run_prepared(&in, e);
	credentials_forget(conf->members.accounts, conf->members.n_accounts);
	trust_free(conf->members.trust);
	return rc;
}

const struct command cmd_windows = {
	.name = "windows",
	.group = "Discovery",
	.args = "[TARGET...]",
	.help = "Find Windows domains and workgroups, and every machine in them",
	.details =
		"Asks on every subnet of this machine: NetBIOS broadcasts find master browsers,\n"
		"domain controllers and members, a WS-Discovery probe (in IPv6, too) and a\n"
		"question by multicast DNS (who shares files) those that have no NetBIOS any\n"
		"more. Each machine that shows itself is asked for its NetBIOS names, each master\n"
		"browser that still speaks SMB1 for its browse lists, which lead to the masters\n"
		"of other domains. Then each of them is asked by SMB who it is; --quick leaves\n"
		"that out, and ends after --quick-wait. With --credential each is asked as that\n"
		"account, too: what it is, and what its registry says.\n"
		"A machine that a list names, and that has not shown itself, is sought by its\n"
		"name: by NetBIOS, of name servers, by LLMNR and by multicast DNS, in both\n"
		"families.\n"
		"A master that tells its list to nobody is asked for it with the account of its\n"
		"domain, also in a quick poll. An account that is refused anywhere is not used\n"
		"again in that run.\n"
		"\n"
		"Browse lists are asked for twice: without a library, which tells the types of\n"
		"servers, and by Samba's libsmbclient, if it is installed, which knows accounts\n"
		"and port 139. The latter needs root or CAP_NET_BIND_SERVICE, for muster tells it\n"
		"by a name service of its own, at a loopback address, where the master is.\n"
		"\n"
		"The first table has a line for each domain: who keeps its browse list (MASTER;\n"
		"local: of a subnet alone), its domain controllers, and the ways it was learnt\n"
		"by. The second has the machines; muster domains DOMAIN and muster show MACHINE\n"
		"tell all about one. Notes on standard error say what was asked, what answered,\n"
		"and why something is missing.\n"
		"\n"
		"TARGETs (addresses and ranges as of muster scan, at most 65,536) are asked one\n"
		"by one too, those in IPv6 by SMB alone: broadcasts end at the router. A name\n"
		"server knows what is behind it: that of --wins, else those that the DHCP lease\n"
		"of this machine names (--wins none: not even those). And who was found by SMB\n"
		"or NetBIOS before, by a sweep or a poll, is asked again wherever it is, and so\n"
		"is who lives and was never tried at port 445 (--no-known). Polls of an agent\n"
		"ask those of them that are in its ranges. When nobody is found, or not all, the\n"
		"notes say why. Who does not answer a poll is not down for it, and who is only\n"
		"in a browse list is listed, not up.\n"
		"\n"
		"Examples:\n"
		"  muster windows\n"
		"  muster windows --quick --wins 192.0.2.10 --domain CORP\n"
		"  muster windows 10.1.0.0/22 --format ndjson\n"
		"  muster windows --credential corp --credential LAB=lab\n"
		"  muster domains\n",
	.tables = tables,
	.settings_size = sizeof(struct windows_settings),
	.args_max = ARGS_ANY,
	.run = run_windows,
};
