/* SPDX-License-Identifier: GPL-3.0-or-later */
/* muster scan: what was asked for, whether it may be done, and then cli/scan.c. */
#include <stdio.h>
#include <string.h>

#include "cli/claim.h"
#include "cli/emit.h"
#include "cli/resume.h"
#include "cli/scan.h"
#include "cli/scan_emit.h"
#include "cli/scan_state.h"
#include "host/net.h"
#include "host/sandbox.h"

enum {
	LARGE = 1 << 16, /* addresses: more needs --yes */
};

#define AT(f) offsetof(struct scan_conf, f)
static const struct opt scan_opts[] = {
	{ .name = "preview",
		.type = OPT_BOOL,
		.at = AT(preview),
		.flags = OPT_CLI_ONLY,
		.help = "Show addresses, packets and duration; send nothing" },
	{ .name = "yes",
		.letter = 'y',
		.type = OPT_BOOL,
		.at = AT(yes),
		.flags = OPT_CLI_ONLY,
		.help = "Sweep ranges above a /16 (65,536 addresses)" },
	{ .name = "resume",
		.type = OPT_BOOL,
		.at = AT(resume),
		.flags = OPT_CLI_ONLY,
		.help = "Go on with the last sweep that was interrupted or killed, with its own "
			"targets and settings; only rates may differ. Not while an agent has "
			"the store" },
	{ .name = "scan.names",
		.type = OPT_BOOL,
		.at = AT(names),
		.value = "yes",
		.help = "Ask DNS for the names of what answers" },
	{ .name = "scan.talk",
		.type = OPT_BOOL,
		.at = AT(talk),
		.value = "yes",
		.help = "Talk to what lives: ask by conversations who it is" },
	{ .name = NULL },
};

static const struct opt result_opts[] = {
	{ .name = "summary_json",
		.type = OPT_STR,
		.at = AT(summary_json),
		.arg = "FILE",
		.flags = OPT_CLI_ONLY,
		.help = "Write how the run went to FILE, as JSON; - is standard output" },
	{ .name = "claim_fd",
		.type = OPT_INT,
		.at = AT(claim_fd),
		.min = 3,
		.max = 1023,
		.arg = "FD",
		.flags = OPT_CLI_ONLY | OPT_HIDDEN,
		.help = "With --emit: say on the socket FD what is about to be asked, and wait "
			"there to be let" },
	{ .name = NULL },
};

static const struct opt_table scan_tables[] = {
	{ "Targets", targets_opts, AT(targets) },
	{ "Targets", scan_opts, 0 },
	{ "Sweep", sweep_opts, AT(sweep) },
	{ "Conversations", services_opts, AT(services) },
	{ "Conversations", snmp_login_opts, AT(snmp) },
	{ "Conversations", credential_opts, AT(snmp.credentials) },
	KEPT_TABLES(AT(kept)),
	{ "Results", format_opts, AT(format) },
	{ "Results", result_opts, 0 },
	{ NULL, NULL, 0 },
};

/* What of the settings makes the sweep; its place and targets have columns of the run. */
const struct opt_table resume_tables[] = {
	{ "Targets", scan_opts, 0 },
	{ "Sweep", sweep_opts, AT(sweep) },
	{ "Conversations", services_opts, AT(services) },
	{ "Conversations", snmp_login_opts, AT(snmp) },
	{ NULL, NULL, 0 },
};

/* --- before anything is sent --------------------------------------------------------------- */

/* What would be ignored beside something else is a mistake of the one who typed it.  What
 * the settings file says is not: that is for every call. */
static int
check_together(const struct call *call, struct err *e)
{
	const struct scan_conf *c = call->settings;
	struct scan_conf typed = { 0 };

	if (call_read_again(call, &typed, e) == -1)
		return -1;
	bool replay = c->sweep.packets_from, emit = c->kept.emit;
	const struct misuse rules[] = {
		{ !c->resume && call->n_args == 0,
			"scan needs TARGET..., or --resume to go on with the last sweep" },
		{ emit && c->format != OUT_TABLE && c->format != OUT_NDJSON,
			"--emit prints NDJSON and nothing else: leave --format out" },
		{ emit && c->summary_json,
			"--emit tells how the run went on descriptor 3, not by --summary-json" },
		{ c->claim_fd && !emit, "--claim-fd belongs to --emit" },
		{ emit && c->resume,
			"--emit has no store that knows what to go on with: leave --resume out" },
		{ c->kept.no_db && c->resume,
			"--resume goes on with what the store knows: leave --no-db out" },
		{ replay && c->resume,
			"--packets-from hears a recorded sweep, which cannot go on: leave "
			"--resume out" },
		{ typed.services.asks.n && !scan_wants_talks(c),
			"--ask chooses among conversations, and there are none with --no-talk, "
			"--no-identify or --packets-from: leave one out" },
		{ typed.services.settings.smb_dialects && !scan_wants_talks(c),
			"--smb-dialects is for conversations, and there are none with --no-talk, "
			"--no-identify or --packets-from: leave one out" },
		{ typed.services.settings.smb_dialects &&
				!services_include(&c->services, "smb"),
			"--smb-dialects goes on from the conversation smb: give --ask smb too" },
		{ replay && c->sweep.packets_to,
			"--packets-from sends nothing that --packets-to could record" },
		{ false, NULL },
	};

	return common_refuse(rules, e) == -1 ? -1
					     : kept_check(&c->kept, &typed.kept, e);
}

/* A count that always fits a line; exact up to 2^128. */
static const char *
count_text(u128 n, char buf[static 48])
{
	size_t at = 47;

	buf[at] = '\0';
	do
		buf[--at] = (char)('0' + (unsigned)(n % 10));
	while ((n /= 10));
	return buf + at;
}

/* The second half: what it can be, for who lives shows only then. */
static void
print_talks(const struct scan_conf *c, const struct sweep_preview *p)
{
	const uint64_t each = services_most(&c->services);
	u128 hosts = p->targets - p->skipped - p->unroutable - p->sought, packets;
	char buf[48], took[TIME_TEXT_MAX];

	if (!scan_wants_talks(c) || hosts == 0 || each == 0)
		return;
	packets = hosts > UINT64_MAX ? UINT64_MAX : hosts;
	packets *= each * TALK_PACKETS;
	(void)printf(
		"conversations: with those that live, up to %llu each, some %d packets "
		"each, by SNMP more;\n  if all of them live and have all ports open: up to %s packets",
		(unsigned long long)each, TALK_PACKETS, count_text(packets, buf));
	u128 time = packets / (uint64_t)c->services.rate;
	u128 of_one = each * TALK_PACKETS / (uint64_t)c->services.host_rate;
	time = (time > of_one ? time : of_one) + 1;
	if (time < INT64_MAX / SECOND)
		(void)printf(", %s", duration_print((int64_t)time * SECOND, took));
	(void)printf("\n");
}

static int
print_preview(const struct scan_input *in, const struct sweep_preview *p, struct err *e)
{
	const char *what = NULL;

	static const char *const names[] = { "on-link", "routed",
		"by sockets, or this host's own", "no route",
		"skipped (network and broadcast addresses)",
		"in IPv6 ranges too large to be asked one by one" };
	const u128 counts[] = { p->onlink, p->routed, p->local, p->unroutable,
		p->skipped, p->sought };
	char buf[48], took[TIME_TEXT_MAX];

	if (in->resumed && !(what = resume_describe(in->resumed, in->call->mem, e)))
		return -1;
	if (what)
		(void)printf("continues %s; all of it:\n", what);
	(void)printf("addresses: %s\n", count_text(p->targets, buf));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (counts[i])
			(void)printf("  %s: %s\n", names[i], count_text(counts[i], buf));
	if (in->conf->sweep.sample)
		(void)printf("when nobody answers the sample: %llu packets, %s\n"
			     "when every /24 has somebody:\n",
			(unsigned long long)p->least_packets,
			duration_print(p->least_us, took));
	(void)printf("packets: up to %llu%s\nduration: up to %s\n",
		(unsigned long long)p->packets,
		in->conf->sweep.recall ? ", more only where answers get lost" : "",
		duration_print(p->duration_us, took));
	print_talks(in->conf, p);
	return EXIT_DONE;
}

static int
check_size(const struct scan_conf *c, const struct sweep_preview *p, struct err *e)
{
	char buf[48], took[TIME_TEXT_MAX];

	if (p->targets - p->sought <= LARGE || c->yes || c->sweep.packets_from)
		return 0;
	return err_set(e, ERR_ARG,
		"%s addresses are more than a /16: up to %llu packets, %s; add --yes to "
		"sweep them, or --preview to see more",
		count_text(p->targets - p->sought, buf), (unsigned long long)p->packets,
		duration_print(p->duration_us, took));
}

static int
check_rights(const struct scan_conf *c, const struct sweep_preview *p, struct err *e)
{
	if (c->sweep.unprivileged || c->sweep.packets_from ||
		p->onlink + p->routed == 0 || sandbox_may_capture())
		return 0;
	return err_set(e, ERR_AUTH,
		"a sweep needs the right to send and capture packets (CAP_NET_RAW): use sudo, or "
		"give the program that right once (sudo setcap cap_net_raw=ep FILE), or use "
		"--unprivileged, which asks by ordinary sockets and finds less");
}

static int
read_targets(struct scan_input *in, const char *const *texts, size_t n,
	const struct iprange **out, struct err *e)
{
	struct arena *mem = in->call->mem;
	struct scan_conf *c = in->call->settings;
	struct iprange *targets;

	if (targets_read(&in->conf->targets, texts, n, mem, &targets, &c->sweep.named,
		    e) == -1)
		return -1;
	if (!(in->targets_text = iprange_text(targets, IPRANGE_TEXT_MAX, mem)))
		return err_nomem(e);
	*out = targets;
	return 0;
}

/* A sweep that goes on has the targets it had: no others, and none that was excluded since,
 * for exclusions always win. */
static int
read_targets_again(struct scan_input *in, const struct iprange **out, struct err *e)
{
	const struct call *call = in->call;
	const char *had = in->resumed->last.run.targets;

	if (call->n_args) {
		if (read_targets(in, call->args, call->n_args, out, e) == -1)
			return -1;
		if (strcmp(in->targets_text, had) != 0)
			return err_set(e, ERR_ARG,
				"the sweep that goes on has other targets: leave them out, or "
				"start a new sweep without --resume");
	}
	if (read_targets(in, &had, 1, out, e) == -1)
		return -1;
	if (strcmp(in->targets_text, had) != 0)
		return err_set(e, ERR_ARG,
			"some targets of the sweep that goes on are excluded now: start a new "
			"sweep without --resume");
	return 0;
}

/* What --state-fd holds: the state of the sweep that goes on, and a line for each address that
 * has answered it, "IP MAC". */
static int
state_take(struct scan_input *in, struct scan_conf *c, struct err *e)
{
	struct arena *mem = in->call->mem;
	const char *text;

	if (kept_state(&c->kept, mem, &text, e) == -1)
		return -1;
	if (!text)
		return 0;
	if (scan_state_read(text, mem, &c->sweep, e) == -1)
		return err_add(e, "--state-fd");
	in->goes_on = true;
	return 0;
}

/* Targets, what the kernel knows of the network, and what a sweep would do. */
static int
prepare(struct scan_input *in, struct scan_conf *c, struct sweep_preview *p,
	struct err *e)
{
	const struct call *call = in->call;
	struct host_net *net;
	int rc = in->resumed
		? read_targets_again(in, &c->sweep.targets, e)
		: read_targets(in, call->args, call->n_args, &c->sweep.targets, e);

	if (rc == -1 || host_net_read(call->mem, &net, e) == -1 ||
		snmp_logins_add(&c->snmp, &c->sweep.communities,
			&c->services.settings.users, call->mem, e) == -1)
		return -1;
	c->sweep.net = net;
	c->services.rate = c->sweep.rate;
	c->services.host_rate = c->sweep.host_rate;
	c->services.targets = c->sweep.targets;
	c->services.settings.communities = c->sweep.communities;
	uint16_t *ports = arena_new_array(call->mem, uint16_t, SERVICES_PORTS_MAX);
	if (!ports)
		return err_nomem(e);
	if (services_check(&c->services, e) == -1)
		return -1;
	c->sweep.living_ports = ports;
	c->sweep.n_living_ports = services_ports(&c->services, ports);
	if (state_take(in, c, e) == -1)
		return -1;
	if (!c->kept.place.point &&
		common_point(call->mem, &c->kept.place.point, e) == -1)
		return -1;
	return sweep_preview(&c->sweep, call->mem, p, e);
}

/* What the workers say goes on to whatever supervises this (docs/design.md: a run is a
 * process). */
static int
emit(const struct scan_input *in, struct err *e)
{
	struct worker w = scan_worker(in);

	if (in->conf->claim_fd &&
		claim_addresses((int)in->conf->claim_fd, in->conf->sweep.targets,
			in->call->mem, e) == -1)
		return -1;
	w.source = &source_scan;
	w.conf = in;
	return emit_run(&w, in->call->common->quiet, NULL, e);
}

static int
run_prepared(const struct scan_input *in, const struct sweep_preview *p, struct err *e)
{
	const struct scan_conf *conf = in->conf;

	if (conf->preview)
		return print_preview(in, p, e);
	if (check_size(conf, p, e) == -1 || check_rights(conf, p, e) == -1)
		return -1;
	return conf->kept.emit ? emit(in, e) : scan_run(in, e);
}

static int
run_scan(const struct call *call, struct err *e)
{
	struct scan_conf *conf = call->settings;
	struct scan_input in = {
		.call = call, .conf = conf, .started = clock_wall(&clock_system)
	};
	struct resumed resumed = { .store = NULL };
	struct sweep_preview p;
	int rc = check_together(call, e);

	uuid_new(in.started, in.run);
	if (rc == 0 && conf->resume) {
		in.resumed = &resumed;
		rc = resume_prepare(call, conf, &resumed, e);
	}
	if (rc == 0)
		rc = prepare(&in, conf, &p, e);
	if (rc == 0)
		rc = run_prepared(&in, &p, e);
	store_close(resumed.store);
	return rc;
}

const struct command cmd_scan = {
	.name = "scan",
	.group = "Discovery",
	.args = "TARGET...",
	.help = "Find what lives in ranges of addresses, and keep it",
	.details =
		"Targets are addresses (192.0.2.7), prefixes (192.0.2.0/24), ranges\n"
		"(192.0.2.10-20), octet ranges (10.0.0-3.1-254), host names, files (@hosts.txt)\n"
		"and exclusions (!192.0.2.1), which always win. Only targets are ever asked.\n"
		"\n"
		"On-link targets are asked by ARP or NDP, routed ones by ICMP echo, TCP SYN and\n"
		"NetBIOS node status. Of IPv6 ranges above 65,536 addresses, only what answers\n"
		"to multicast, or the neighbour table or a name shows, is asked. What lives is\n"
		"then asked for its open ports and names, by mDNS and ICMP timestamp too, which\n"
		"find hosts where --probe names them; SNMP needs a community or user: of\n"
		"'muster credential' by --snmp-credential, or in muster.yaml(5).\n"
		"\n"
		"The silent are asked again as often as the loss that is measured meanwhile\n"
		"requires for --recall; the end tells both. Targets that the neighbour table or\n"
		"the store knows (imported leases, addresses within their lifetime) and that did\n"
		"not answer are named. Rates are caps: less is sent where the network carries\n"
		"less. Who gives only answers that a firewall or router gives for all is\n"
		"unconfirmed, not up. Ctrl-C ends the sweep and keeps what was found; --resume\n"
		"goes on from there, also when the sweep was killed. 'man muster-scan' tells more\n"
		"of all this.\n"
		"\n"
		"Examples:\n"
		"  sudo muster scan 192.168.1.0/24\n"
		"  sudo muster scan 10.0.0.0/16 --exclude 10.0.9.0/24 --preview\n"
		"  sudo muster scan @offices.txt --format ndjson > seen.ndjson\n"
		"  sudo muster scan --resume\n"
		"  muster scan --unprivileged 127.0.0.1 --no-db\n",
	.manual = scan_manual,
	.tables = scan_tables,
	.settings_size = sizeof(struct scan_conf),
	.args_max = ARGS_ANY,
	.run = run_scan,
};
