/* SPDX-License-Identifier: GPL-3.0-or-later */
/* muster scan: what was asked for, whether it may be done, and then cli/scan.c. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/progress.h"
#include "cli/scan.h"
#include "host/net.h"
#include "host/sandbox.h"

enum {
	LARGE = 1 << 16, /* addresses: more needs --yes */
	CONTROL_FD = 3,  /* where --emit says what is no observation, when it is open */
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
	{ .name = "scan.names",
		.type = OPT_BOOL,
		.at = AT(names),
		.value = "yes",
		.help = "Ask DNS for the names of what answers" },
	{ .name = NULL },
};

static const struct opt result_opts[] = {
	{ .name = "no_db",
		.type = OPT_BOOL,
		.at = AT(no_db),
		.flags = OPT_CLI_ONLY,
		.help = "Keep nothing; only print" },
	{ .name = "summary_json",
		.type = OPT_STR,
		.at = AT(summary_json),
		.arg = "FILE",
		.flags = OPT_CLI_ONLY,
		.help = "Write how the run went to FILE, as JSON" },
	{ .name = "emit",
		.type = OPT_BOOL,
		.at = AT(emit),
		.flags = OPT_CLI_ONLY,
		.help = "Print observations as NDJSON and keep nothing; progress, reasons and "
			"coverage go to descriptor 3 when it is open" },
	{ .name = NULL },
};

static const struct opt_table scan_tables[] = {
	{ "Targets", targets_opts, AT(targets) },
	{ "Targets", scan_opts, 0 },
	{ "Sweep", sweep_opts, AT(sweep) },
	{ "Results", place_opts, AT(place) },
	{ "Results", store_opts, AT(store) },
	{ "Results", format_opts, AT(format) },
	{ "Results", result_opts, 0 },
	{ NULL, NULL, 0 },
};

/* --- before anything is sent --------------------------------------------------------------- */

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

static int
print_preview(const struct sweep_preview *p)
{
	static const char *const names[] = { "on-link", "routed", "by sockets",
		"no route", "skipped (network and broadcast addresses)" };
	const u128 counts[] = { p->onlink, p->routed, p->local, p->unroutable,
		p->skipped };
	char buf[48], took[TIME_TEXT_MAX];

	(void)printf("addresses: %s\n", count_text(p->targets, buf));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (counts[i])
			(void)printf("  %s: %s\n", names[i], count_text(counts[i], buf));
	(void)printf("packets: at most %llu\nduration: about %s\n",
		(unsigned long long)p->packets, duration_print(p->duration_us, took));
	return EXIT_DONE;
}

static int
check_size(const struct scan_conf *c, const struct sweep_preview *p, struct err *e)
{
	char buf[48], took[TIME_TEXT_MAX];

	if (p->targets <= LARGE || c->yes || c->sweep.packets_from)
		return 0;
	return err_set(e, ERR_ARG,
		"%s addresses are more than a /16: at most %llu packets, about %s; add --yes to "
		"sweep them, or --preview to see more",
		count_text(p->targets, buf), (unsigned long long)p->packets,
		duration_print(p->duration_us, took));
}

static int
check_rights(const struct scan_conf *c, const struct sweep_preview *p, struct err *e)
{
	if (c->sweep.unprivileged || c->sweep.packets_from ||
		p->onlink + p->routed == 0 || sandbox_may_capture())
		return 0;
	return err_set(e, ERR_AUTH,
		"a sweep needs the right to send and capture packets (CAP_NET_RAW): run it with "
		"sudo, or give the program the right once (sudo setcap cap_net_raw=ep muster), or "
		"use --unprivileged, which connects by TCP and finds less");
}

/* Targets, what the kernel knows of the network, and what a sweep would do. */
static int
prepare(const struct call *call, struct scan_input *in, struct sweep_preview *p,
	struct err *e)
{
	struct scan_conf *c = call->settings;
	struct iprange *targets;
	struct host_net *net;
	struct sb text;

	*in = (struct scan_input){
		.call = call, .conf = c, .started = clock_wall(&clock_system)
	};
	uuid_new(in->started, in->run);
	if (targets_read(&c->targets, call->args, call->n_args, call->mem, &targets,
		    e) == -1)
		return -1;
	if (host_net_read(call->mem, &net, e) == -1)
		return -1;
	c->sweep.targets = targets;
	c->sweep.net = net;
	sb_init(&text, IPRANGE_TEXT_MAX);
	iprange_print(targets, &text);
	in->targets_text = text.bad ? NULL : arena_strdup(call->mem, text.text);
	sb_done(&text);
	if (!in->targets_text)
		return err_nomem(e);
	if (!c->place.point && common_point(call->mem, &c->place.point, e) == -1)
		return -1;
	return sweep_preview(&c->sweep, call->mem, p, e);
}

/* The worker in the foreground, for whatever supervises it (docs/design.md: a run is a process). */
static int
emit(const struct scan_input *in, struct err *e)
{
	struct worker w = scan_worker(in);
	struct show show;
	bool ok = false;

	show_init(&show, &clock_system, in->call->common->quiet);
	w.out_fd = STDOUT_FILENO;
	w.control_fd = fcntl(CONTROL_FD, F_GETFD) == -1 ? -1 : CONTROL_FD;
	w.monitor = &show.monitor;
	if (worker_run(&w, &ok, e) == -1)
		return -1;
	return ok ? EXIT_DONE : EXIT_FAILED;
}

static int
run_scan(const struct call *call, struct err *e)
{
	const struct scan_conf *conf = call->settings;
	struct scan_input in;
	struct sweep_preview p;

	if (prepare(call, &in, &p, e) == -1)
		return -1;
	if (conf->preview)
		return print_preview(&p);
	if (check_size(conf, &p, e) == -1 || check_rights(conf, &p, e) == -1)
		return -1;
	return conf->emit ? emit(&in, e) : scan_run(&in, e);
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
		"On-link targets are asked by ARP, routed ones by ICMP echo, TCP SYN and NetBIOS\n"
		"node status; what lives is then asked for its open ports and names, by mDNS and\n"
		"ICMP timestamp too, which --probe also lets find hosts. SNMP is asked only with\n"
		"a community, scan.snmp_community in muster.yaml(5). Ctrl-C ends the sweep and\n"
		"keeps what was found.\n"
		"\n"
		"Examples:\n"
		"  sudo muster scan 192.168.1.0/24\n"
		"  sudo muster scan 10.0.0.0/16 --exclude 10.0.9.0/24 --preview\n"
		"  sudo muster scan @offices.txt --format ndjson > seen.ndjson\n"
		"  muster scan --unprivileged 127.0.0.1 --no-db\n",
	.tables = scan_tables,
	.settings_size = sizeof(struct scan_conf),
	.args_min = 1,
	.args_max = ARGS_ANY,
	.run = run_scan,
};
