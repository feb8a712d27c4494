/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What may stand in agent.yaml: its rows, their defaults and their help. */
#include "schedule/agent_opts.h"

#include <string.h>
#include <sys/un.h>

#include "base/hostname.h"
#include "host/post.h"
#include "location/definition.h"
#include "scanner/ports.h"
#include "schedule/event.h"
#include "scope/groups.h"

enum { ZONE_MEMORY = 1 << 20 };

/* --- checks of single texts ---------------------------------------------------------------- */

static int
check_schedule(const char *text, struct arena *mem, struct err *e)
{
	struct calendar c;

	if (calendar_parse(text, mem, &c, e) == -1)
		return -1;
	return calendar_comes(&c)
		? 0
		: err_set(e, ERR_ARG, "'%.60s' never comes: there is no such day", text);
}

static int
check_blackout(const char *text, struct arena *mem, struct err *e)
{
	struct blackout b;

	return blackout_parse(text, mem, &b, e);
}

static int
check_zone(const char *text, struct arena *mem, struct err *e)
{
	struct arena *once = arena_new(
		ZONE_MEMORY); /* it is opened by whoever needs it */
	struct zone *z;

	(void)mem;
	int rc = once ? zone_open(&z, text, once, e) : err_nomem(e);
	arena_free(once);
	return rc;
}

static int
check_event(const char *text, struct arena *mem, struct err *e)
{
	(void)mem;
	for (size_t i = 0; i < EVENT_KINDS; i++)
		if (strcmp(text, event_names[i]) == 0)
			return 0;
	return err_set(e, ERR_ARG,
		"'%.40s' is no event; muster-agent.yaml(5) lists them", text);
}

static int
check_url(const char *text, struct arena *mem, struct err *e)
{
	(void)mem;
	return post_check_url(text, e);
}

/* Something that can be seen, on one line. */
static int
check_name(const char *text, struct arena *mem, struct err *e)
{
	bool seen = false;

	(void)mem;
	for (const char *p = text; *p; p++) {
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return err_set(e, ERR_ARG, "a name has no control characters");
		seen |= *p != ' ';
	}
	return seen ? 0 : err_set(e, ERR_ARG, "a name cannot be empty");
}

/* A service has another folder than the shell in which the file was checked. */
static int
check_path(const char *text, struct arena *mem, struct err *e)
{
	(void)mem;
	return *text == '/'
		? 0
		: err_set(e, ERR_ARG, "'%.60s' is no whole path: it must begin with /",
			  text);
}

static int
check_socket(const char *text, struct arena *mem, struct err *e)
{
	size_t most = sizeof(((struct sockaddr_un *)0)->sun_path) - 1;

	if (check_path(text, mem, e) == -1)
		return -1;
	return strlen(text) <= most
		? 0
		: err_set(e, ERR_ARG, "the path of a socket has %zu bytes at most",
			  most);
}

static int
check_ports(const char *text, struct arena *mem, struct err *e)
{
	uint16_t first, last;

	(void)mem;
	return ports_read(text, &first, &last, e);
}

static int
check_domain(const char *text, struct arena *mem, struct err *e)
{
	(void)mem;
	return hostname_is_valid(text)
		? 0
		: err_set(e, ERR_ARG, "'%.60s' is no name of a domain", text);
}

static int
check_host(const char *text, struct arena *mem, struct err *e)
{
	struct addr ip;

	(void)mem;
	return hostname_is_valid(text) || addr_parse(text, &ip)
		? 0
		: err_set(e, ERR_ARG, "'%.60s' is neither a host name nor an address",
			  text);
}

static int
check_wins(const char *text, struct arena *mem, struct err *e)
{
	struct addr ip;

	(void)mem;
	return strcmp(text, "none") == 0 ||
			(addr_parse(text, &ip) && ip.family == ADDR_IP4)
		? 0
		: err_set(e, ERR_ARG, "'%.60s' is no IPv4 address of a name server",
			  text);
}

static int
check_netbios(const char *text, struct arena *mem, struct err *e)
{
	enum { NETBIOS_MAX = 15 }; /* RFC 1001 s14.1, less the suffix */

	if (strlen(text) > NETBIOS_MAX)
		return err_set(e, ERR_ARG,
			"'%.60s' is no NetBIOS name of a domain: those have 1 to %d "
			"characters",
			text, NETBIOS_MAX);
	return check_name(text, mem, e);
}

/* --- the agent ----------------------------------------------------------------------------- */

#define DAY_MS (24 * 3600 * (int64_t)1000)

#define AT(f) offsetof(struct agent_conf, f)
const struct opt agent_opts[] = {
	{ .name = "agent.accepted",
		.type = OPT_BOOL,
		.at = AT(accepted),
		.value = "yes",
		.flags = OPT_FILE_ONLY,
		.help = "A person has read this file: with 'no', as muster config propose writes "
			"it, the agent refuses to run by it" },
	{ .name = "agent.point",
		.type = OPT_STR,
		.at = AT(point),
		.arg = "NAME",
		.flags = OPT_FILE_ONLY,
		.check = check_name,
		.help = "The name of this point, if not its host name" },
	{ .name = "agent.site",
		.type = OPT_STR,
		.at = AT(site),
		.value = "default",
		.arg = "NAME",
		.flags = OPT_FILE_ONLY,
		.check = check_name,
		.help = "The address space that all its observations belong to" },
	{ .name = "agent.timezone",
		.type = OPT_STR,
		.at = AT(timezone),
		.arg = "ZONE",
		.flags = OPT_FILE_ONLY,
		.check = check_zone,
		.help = "Read times as those of this zone (Europe/Berlin), not of this machine" },
	{ .name = "agent.blackout",
		.type = OPT_LIST,
		.at = AT(blackout),
		.arg = "WINDOW",
		.flags = OPT_FILE_ONLY | OPT_NO_SPLIT,
		.check = check_blackout,
		.help = "Poll nothing in these windows (mon-fri 08:00-18:00); a sweep that runs "
			"pauses, and goes on afterwards" },
	{ .name = "agent.at_once",
		.type = OPT_INT,
		.at = AT(at_once),
		.min = 1,
		.max = 64,
		.value = "4",
		.flags = OPT_FILE_ONLY,
		.help = "Let so many polls run at once; listening does not count" },
	{ .name = "agent.memory",
		.type = OPT_INT,
		.at = AT(memory),
		.min = 64,
		.max = 65536,
		.value = "1024",
		.unit = "MiB",
		.flags = OPT_FILE_ONLY,
		.help = "Give each poll at most so much address space" },
	{ .name = "agent.min_free",
		.type = OPT_INT,
		.at = AT(min_free),
		.min = 0,
		.max = 1 << 30,
		.value = "2048",
		.unit = "MiB",
		.flags = OPT_FILE_ONLY,
		.help = "Warn when the disk of the store has less space left" },
	{ .name = "agent.unassigned",
		.type = OPT_MSEC,
		.at = AT(unassigned),
		.min = 0,
		.max = 3660 * DAY_MS,
		.value = "7d",
		.flags = OPT_FILE_ONLY,
		.help = "Take devices off the list that nobody saw for so long, unless a person "
			"wrote something about them (muster set); their history stays, and "
			"muster devices --all shows them; 0 takes none off" },
	{ .name = "history.days",
		.type = OPT_INT,
		.at = AT(history_days),
		.min = 0,
		.max = 3660,
		.value = "90",
		.unit = "days",
		.flags = OPT_FILE_ONLY,
		.help = "Keep all that was found for so long; of older visits that said the same "
			"the first and the last stay, and changes go; 0 keeps everything" },
	{ .name = "history.size",
		.type = OPT_INT,
		.at = AT(history_size),
		.min = 0,
		.max = 1 << 30,
		.value = "4096",
		.unit = "MiB",
		.flags = OPT_FILE_ONLY,
		.help = "Keep fewer days while the store holds more; 0: no bound" },
	{ .name = "agent.store",
		.type = OPT_STR,
		.at = AT(store),
		.arg = "FILE",
		.flags = OPT_FILE_ONLY,
		.check = check_path,
		.help = "Keep the inventory in FILE, not in $MUSTER_DB or the usual place" },
	{ .name = "agent.dhcp_inform",
		.type = OPT_BOOL,
		.at = AT(dhcp_inform),
		.flags = OPT_FILE_ONLY,
		.help = "Let the agent and muster location ask by broadcast which DHCP server "
			"serves this machine (DHCPINFORM), where a location needs that and no "
			"lease tells it" },
	{ .name = "agent.socket",
		.type = OPT_STR,
		.at = AT(socket),
		.value = "/run/muster/agent.sock",
		.arg = "FILE",
		.flags = OPT_FILE_ONLY,
		.check = check_socket,
		.help = "Answer muster status and the like on this socket" },
	{ .name = "agent.metrics",
		.type = OPT_STR,
		.at = AT(metrics),
		.arg = "FILE",
		.flags = OPT_FILE_ONLY,
		.check = check_path,
		.help = "Write figures for Prometheus (text format) to FILE every 15 s" },
	{ .name = "agent.writable",
		.type = OPT_LIST,
		.at = AT(writable),
		.arg = "FOLDER",
		.flags = OPT_FILE_ONLY | OPT_NO_SPLIT,
		.help = "Let the agent, and the program of events.command, write below these "
			"folders, too, beside those of its store, socket and figures, /dev, "
			"/tmp and /var/tmp. Where the kernel has Landlock they can write "
			"nowhere else; without this, and with such a program, they can. Read "
			"when the agent starts" },
	{ .name = NULL },
};
#undef AT

/* --- events -------------------------------------------------------------------------------- */

#define AT(f) offsetof(struct agent_conf, events.f)
const struct opt agent_event_opts[] = {
	{ .name = "events.only",
		.type = OPT_LIST,
		.at = AT(only),
		.arg = "EVENT",
		.flags = OPT_FILE_ONLY,
		.check = check_event,
		.help = "Tell only these: device-new, device-down (answers no more), device-up, "
			"device-left (not seen for agent.unassigned), device-back, "
			"device-address, device-name, device-os, device-kind, device-merged, "
			"device-forgotten" },
	{ .name = "events.limit",
		.type = OPT_INT,
		.at = AT(limit),
		.min = 1,
		.max = 100000,
		.value = "60",
		.unit = "a minute",
		.flags = OPT_FILE_ONLY,
		.help = "Tell at most so many; of the others, their number" },
	{ .name = "events.command",
		.type = OPT_LIST,
		.at = AT(command),
		.arg = "WORD",
		.flags = OPT_FILE_ONLY | OPT_NO_SPLIT,
		.help = "Start this program (a path, and its arguments; no shell) with a message "
			"as its standard input; it took it when it ends with status 0" },
	{ .name = "events.webhook",
		.type = OPT_STR,
		.at = AT(webhook),
		.arg = "URL",
		.flags = OPT_FILE_ONLY,
		.check = check_url,
		.help = "Post messages to this URL; see muster-webhook(1)" },
	{ .name = "events.secret",
		.type = OPT_STR,
		.at = AT(secret),
		.arg = "FILE",
		.flags = OPT_FILE_ONLY,
		.check = check_path,
		.help = "Sign what is posted by the first line of FILE, which only the agent's "
			"user may read" },
	{ .name = "events.ca",
		.type = OPT_STR,
		.at = AT(ca),
		.arg = "FILE",
		.flags = OPT_FILE_ONLY,
		.check = check_path,
		.help = "Trust the certificates in FILE, not those of the system" },
	{ .name = "events.deadline",
		.type = OPT_MSEC,
		.at = AT(deadline),
		.min = 100,
		.max = 600 * 1000,
		.value = "10s",
		.flags = OPT_FILE_ONLY,
		.help = "End a program or a request that takes longer; it is tried again after a "
			"second, then ever later, up to 5 minutes" },
	{ .name = NULL },
};
#undef AT

/* --- polls --------------------------------------------------------------------------------- */

#define AT(f) offsetof(struct poll_def, f)

/* In every section; `times` are rows of their own, for not all have one `schedule`. */
#define TIMING_ROWS(section, on) \
	{ .name = section ".enabled", \
		.type = OPT_BOOL, \
		.at = AT(timing.enabled), \
		.value = (on), \
		.flags = OPT_FILE_ONLY, \
		.help = "Poll it at all" }, \
		{ .name = section ".timezone", \
			.type = OPT_STR, \
			.at = AT(timing.timezone), \
			.arg = "ZONE", \
			.flags = OPT_FILE_ONLY, \
			.check = check_zone, \
			.help = "Read its times as those of this zone" }, \
		{ .name = section ".spread", \
			.type = OPT_MSEC, \
			.at = AT(timing.spread), \
			.min = 0, \
			.max = DAY_MS, \
			.value = "0", \
			.flags = OPT_FILE_ONLY, \
			.help = "Put each run off by a random time up to this one" }, \
		{ .name = section ".make_up", \
			.type = OPT_BOOL, \
			.at = AT(timing.make_up), \
			.flags = OPT_FILE_ONLY, \
			.help = "Make up for a time of day that was missed, once" }, \
	{ \
		.name = section ".blackout", .type = OPT_LIST, \
		.at = AT(timing.blackout), .arg = "WINDOW", \
		.flags = OPT_FILE_ONLY | OPT_NO_SPLIT, .check = check_blackout, \
		.help = "Do not poll it in these windows, either" \
	}

/* Of polls that end, and wait for their turn: listening does neither. */
#define TURN_ROWS(section) \
	{ .name = section ".deadline", \
		.type = OPT_MSEC, \
		.at = AT(timing.deadline), \
		.min = 1000, \
		.max = 30 * DAY_MS, \
		.value = "24h", \
		.flags = OPT_FILE_ONLY, \
		.help = "End a run that lasts longer; what it found is kept" }, \
	{ \
		.name = section ".priority", .type = OPT_INT, \
		.at = AT(timing.priority), .min = 0, .max = 9, .value = "5", \
		.flags = OPT_FILE_ONLY, \
		.help = "Of polls that wait for their turn, the one with the higher number runs " \
			"first" \
	}

/* more: OPT_SOME, where without times there would be no poll. */
#define SCHEDULE_ROW(key, field, when, more, what) \
	{ \
		.name = (key), .type = OPT_LIST, .at = AT(field), .value = (when), \
		.arg = "SCHEDULE", .flags = OPT_FILE_ONLY | OPT_NO_SPLIT | (more), \
		.check = check_schedule, .help = (what) \
	}

const struct opt agent_range_opts[] = {
	{ .name = "ranges.*.targets",
		.type = OPT_LIST,
		.at = AT(range_targets),
		.arg = "TARGET",
		.flags = OPT_FILE_ONLY | OPT_SOME | OPT_NO_SPLIT,
		.check = agent_check_targets,
		.help = "Sweep these, as of muster-scan(1)" },
	{ .name = "ranges.*.exclude",
		.type = OPT_LIST,
		.at = AT(exclude),
		.arg = "TARGET",
		.flags = OPT_FILE_ONLY | OPT_NO_SPLIT,
		.check = agent_check_targets,
		.help = "But not these" },
	SCHEDULE_ROW("ranges.*.schedule", timing.schedule, "every 420min", OPT_SOME,
		"When to sweep; see muster-when(1)"),
	{ .name = "ranges.*.rate",
		.type = OPT_INT,
		.at = AT(rate),
		.min = 1,
		.max = 10000000,
		.unit = "packets/s",
		.flags = OPT_FILE_ONLY,
		.help = "Send at most this many packets each second, if not as muster.yaml says" },
	{ .name = "ranges.*.ports",
		.type = OPT_LIST,
		.at = AT(ports),
		.arg = "PORTS",
		.flags = OPT_FILE_ONLY,
		.check = check_ports,
		.help = "Ask the living for these TCP ports, if not as muster.yaml says" },
	{ .name = "ranges.*.names",
		.type = OPT_BOOL,
		.at = AT(names),
		.value = "yes",
		.flags = OPT_FILE_ONLY,
		.help = "Ask DNS for the names of what answers" },
	{ .name = "ranges.*.talk",
		.type = OPT_BOOL,
		.at = AT(talk),
		.value = "yes",
		.flags = OPT_FILE_ONLY,
		.help = "Talk to what lives: ask by conversations who it is" },
	{ .name = "ranges.*.lifetime",
		.type = OPT_MSEC,
		.at = AT(lifetime),
		.min = 60 * 1000,
		.max = 366 * DAY_MS,
		.value = "24h",
		.flags = OPT_FILE_ONLY,
		.help = "How long an address that was seen is held to be its device's: who answers "
			"there later and shows nothing to be known by is somebody new; must be "
			"at least the time between two runs, with their spread and the windows "
			"of each week" },
	TIMING_ROWS("ranges.*", "yes"),
	TURN_ROWS("ranges.*"),
	{ .name = NULL },
};

const struct opt agent_windows_opts[] = {
	{ .name = "windows.*.domains",
		.type = OPT_LIST,
		.at = AT(domains),
		.arg = "NAME",
		.flags = OPT_FILE_ONLY,
		.check = check_netbios,
		.help = "Look for these domains and workgroups, beside those that "
			"show themselves" },
	{ .name = "windows.*.targets",
		.type = OPT_LIST,
		.at = AT(range_targets),
		.arg = "TARGET",
		.flags = OPT_FILE_ONLY | OPT_NO_SPLIT,
		.check = agent_check_targets,
		.help = "Ask these one by one too: broadcasts end at the router" },
	{ .name = "windows.*.exclude",
		.type = OPT_LIST,
		.at = AT(exclude),
		.arg = "TARGET",
		.flags = OPT_FILE_ONLY | OPT_NO_SPLIT,
		.check = agent_check_targets,
		.help = "But not these" },
	{ .name = "windows.*.wins",
		.type = OPT_LIST,
		.at = AT(wins),
		.arg = "ADDRESS",
		.flags = OPT_FILE_ONLY,
		.check = check_wins,
		.help = "Ask these NetBIOS name servers (WINS), too, in place of those of the DHCP "
			"lease; none: no server" },
	{ .name = "windows.*.credential",
		.type = OPT_LIST,
		.at = AT(logins),
		.arg = "[DOMAIN=]NAME",
		.flags = OPT_FILE_ONLY,
		.help = "In full polls, ask machines with these credentials, as muster "
			"credential lists them, and masters for browse lists that they tell "
			"nobody else" },
	{ .name = "windows.*.interfaces",
		.type = OPT_LIST,
		.at = AT(interfaces),
		.arg = "NAME",
		.flags = OPT_FILE_ONLY,
		.help = "Ask on these interfaces, not on all" },
	SCHEDULE_ROW(
		"windows.*.quick", quick, "every 15min", 0, "When to ask who is there"),
	SCHEDULE_ROW("windows.*.full", full, "every 60min", 0,
		"When to ask each machine what it is: who shows himself, and who is "
		"known in the ranges of this agent"),
	TIMING_ROWS("windows.*", "yes"),
	TURN_ROWS("windows.*"),
	{ .name = NULL },
};

const struct opt agent_ad_opts[] = {
	{ .name = "ad.*.domain",
		.type = OPT_STR,
		.at = AT(domain),
		.arg = "NAME",
		.flags = OPT_FILE_ONLY,
		.check = check_domain,
		.help = "This domain; without it that of this machine" },
	{ .name = "ad.*.server",
		.type = OPT_STR,
		.at = AT(server),
		.arg = "HOST",
		.flags = OPT_FILE_ONLY,
		.check = check_host,
		.help = "Ask this controller, not the nearest" },
	{ .name = "ad.*.credential",
		.type = OPT_STR,
		.at = AT(credential),
		.arg = "NAME",
		.flags = OPT_FILE_ONLY,
		.help = "Log in with this credential, as muster credential lists them" },
	{ .name = "ad.*.forest",
		.type = OPT_BOOL,
		.at = AT(forest),
		.flags = OPT_FILE_ONLY,
		.help = "Ask all domains of the forest" },
	SCHEDULE_ROW("ad.*.schedule", timing.schedule, "every 60min", OPT_SOME,
		"When to ask"),
	TIMING_ROWS("ad.*", "yes"),
	TURN_ROWS("ad.*"),
	{ .name = NULL },
};

const struct opt agent_passive_opts[] = {
	{ .name = "passive.interfaces",
		.type = OPT_LIST,
		.at = AT(interfaces),
		.arg = "NAME",
		.flags = OPT_FILE_ONLY,
		.help = "Listen on these interfaces; without it on all" },
	SCHEDULE_ROW("passive.schedule", timing.schedule, "start", OPT_SOME,
		"When to begin; it listens until a blackout, or for good"),
	TIMING_ROWS("passive", "no"),
	{ .name = NULL },
};

const struct opt_table agent_conf_tables[] = {
	{ "Agent", agent_opts, 0 },
	{ "Scope", allowed_opts, 0 },
	{ "Events", agent_event_opts, 0 },
	{ "Ranges", agent_range_opts, 0 },
	{ "Windows domains", agent_windows_opts, 0 },
	{ "Active Directory", agent_ad_opts, 0 },
	{ "Listening", agent_passive_opts, 0 },
	{ "Network locations", location_opts, 0 },
	{ "Groups", group_opts, 0 },
	{ NULL, NULL, 0 },
};
