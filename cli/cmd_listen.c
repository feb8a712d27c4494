/* SPDX-License-Identifier: GPL-3.0-or-later */
/* muster listen: what was asked for, whether it can be done, and then cli/listen.c. */
#include <string.h>

#include "cli/emit.h"
#include "cli/listen.h"
#include "host/net.h"
#include "host/sandbox.h"

#define AT(f) offsetof(struct listen_settings, f)
static const struct opt_table tables[] = {
	{ "Listening", listen_opts, AT(listen) },
	KEPT_TABLES(AT(kept)),
	{ "Results", detail_opts, AT(format) },
	{ NULL, NULL, 0 },
};

/* What would be ignored beside something else is a mistake of the one who typed it. */
static int
check_together(const struct call *call, struct err *e)
{
	const struct listen_settings *c = call->settings;
	struct listen_settings typed = { .format = 0 };

	if (call_read_again(call, &typed, e) == -1)
		return -1;
	bool file = c->listen.packets_from;
	const struct misuse rules[] = {
		{ file && typed.listen.interfaces.n,
			"--packets-from hears a file, no interface: leave --interface out" },
		{ file && c->listen.packets_to,
			"--packets-from has the packets already: leave --packets-to out" },
		{ false, NULL },
	};

	return common_refuse(rules, e) == -1 ? -1
					     : kept_check(&c->kept, &typed.kept, e);
}

/* "eth0 eth1", or the file; "" for all interfaces. */
static const char *
where_text(const struct listen_conf *c, struct arena *mem)
{
	const char *text = c->packets_from ? c->packets_from : "";

	for (size_t i = 0; text && i < c->interfaces.n; i++)
		text = arena_printf(
			mem, "%s%s%s", text, i ? " " : "", c->interfaces.items[i]);
	return text;
}

static int
prepare(struct listen_input *in, struct listen_settings *c, struct err *e)
{
	struct arena *mem = in->call->mem;
	struct host_net *net;

	if (!c->listen.packets_from) {
		if (host_net_read(mem, &net, e) == -1)
			return -1;
		c->listen.net = net;
		if (!sandbox_may_capture())
			return err_set(e, ERR_AUTH,
				"listening needs the right to capture packets "
				"(CAP_NET_RAW): use sudo, or give the program that right "
				"once (sudo setcap cap_net_raw=ep FILE)");
	}
	if (listen_check(&c->listen, mem, e) == -1)
		return -1;
	if (!c->kept.place.point && common_point(mem, &c->kept.place.point, e) == -1)
		return -1;
	in->where = where_text(&c->listen, mem);
	return in->where ? 0 : err_nomem(e);
}

static int
run_listen(const struct call *call, struct err *e)
{
	struct listen_settings *conf = call->settings;
	struct listen_input in = {
		.call = call, .conf = conf, .started = clock_wall(&clock_system)
	};

	uuid_new(in.started, in.run);
	if (check_together(call, e) == -1 || prepare(&in, conf, e) == -1)
		return -1;
	if (!conf->kept.emit)
		return listen_run(&in, e);
	struct worker w = listen_worker(&in);
	return emit_run(&w, call->common->quiet, listen_closing, e);
}

const struct command cmd_listen = {
	.name = "listen",
	.group = "Discovery",
	.args = "",
	.help = "Hear who is there without asking anybody, and keep it",
	.details =
		"Every device says much by itself: ARP and neighbour discovery its address and\n"
		"MAC, DHCP its name and what runs on it, multicast DNS, LLMNR, NetBIOS, SSDP\n"
		"and WS-Discovery its names and services, LLDP and CDP the switch at the other\n"
		"end of the cable. Nothing is sent. A line tells of each device that is heard\n"
		"for the first time, within a second: new, or known to the store already.\n"
		"\n"
		"A switch passes on what is for everybody, and what is for this machine. On its\n"
		"mirror port, --promiscuous hears the rest too. --packets-from reads any file\n"
		"of Ethernet frames, pcap and pcapng, also of \"tcpdump -i any\". Ctrl-C ends it\n"
		"and keeps what was heard.\n"
		"\n"
		"Examples:\n"
		"  sudo muster listen\n"
		"  sudo muster listen -i eth0 -i eth1 --duration 10min --format ndjson\n"
		"  muster listen --packets-from office.pcap --no-db\n",
	.tables = tables,
	.settings_size = sizeof(struct listen_settings),
	.run = run_listen,
};
