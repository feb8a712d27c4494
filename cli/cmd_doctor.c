/* SPDX-License-Identifier: GPL-3.0-or-later */
/* muster doctor: one report of what is wrong on this machine, and what to do about it. */
#include "cli/doctor.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cli/out_json.h"

#define AT(f) offsetof(struct doctor_conf, f)
static const struct opt doctor_opts[] = {
	{ .name = "ask",
		.type = OPT_BOOL,
		.at = AT(ask),
		.value = "yes",
		.flags = OPT_CLI_ONLY,
		.help = "Ask DNS and the controllers that the agent's configuration needs" },
	{ .name = "quick",
		.type = OPT_BOOL,
		.at = AT(quick),
		.flags = OPT_CLI_ONLY,
		.help = "Do not read all of the store" },
	{ .name = NULL },
};

static const struct opt_table doctor_tables[] = {
	{ "Checks", doctor_opts, 0 },
	{ "Output", detail_opts, AT(format) },
	{ "Agent", agent_file_opts, AT(where) },
	{ "Agent", agent_socket_opts, AT(where) },
	{ "Store", store_opts, AT(store) },
	{ NULL, NULL, 0 },
};

/* In this order: what people wrote, then what rests on it. */
static const struct {
	const char *name;
	doctor_check *run;
} checks[] = {
	{ "settings", doctor_settings },
	{ "agent.yaml", doctor_agent_file },
	{ "credentials", doctor_credentials },
	{ "privileges", doctor_privileges },
	{ "fence", doctor_fence },
	{ "interfaces", doctor_interfaces },
	{ "routes", doctor_routes },
	{ "time", doctor_time },
	{ "disk", doctor_disk },
	{ "store", doctor_store },
	{ "agent", doctor_agent },
	{ "dns", doctor_dns },
	{ "directory", doctor_directory },
};

/* --- the report ----------------------------------------------------------------------------- */

static const char *const verdicts[] = { "ok", "skipped", "warning", "problem" };

enum { TEXT_MAX = 16 << 10 };

static void
print_line(const struct doctor *d, enum doctor_verdict v, const char *text,
	const char *fix)
{
	struct sb line;

	sb_init(&line, TEXT_MAX);
	sb_printf(&line, "%-8s %-11s ", verdicts[v], d->check);
	sb_add_plain(&line, text, strlen(text));
	if (fix) {
		sb_printf(&line, "\n%21s", "fix: ");
		sb_add_plain(&line, fix, strlen(fix));
	}
	(void)printf("%s\n", line.text); /* main checks */
	sb_done(&line);
}

static void
print_json(const struct doctor *d, enum doctor_verdict v, const char *text,
	const char *fix)
{
	struct sb line;

	sb_init(&line, TEXT_MAX);
	sb_add(&line, "{");
	out_json_text(&line, "check", d->check);
	out_json_text(&line, "verdict", verdicts[v]);
	out_json_text(&line, "text", text);
	out_json_text(&line, "fix", fix);
	(void)printf("%s}\n", line.text);
	sb_done(&line);
}

void
doctor_tell(
	struct doctor *d, enum doctor_verdict v, const char *fix, const char *fmt, ...)
{
	char text[1024];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if ((int)v > d->worst)
		d->worst = (int)v;
	if (d->conf->format == OUT_NDJSON)
		print_json(d, v, text, fix);
	else
		print_line(d, v, text, fix);
	(void)fflush(stdout); /* the next check may take a while */
}

static int
run_doctor(const struct call *c, struct err *e)
{
	struct doctor d = { .call = c, .conf = c->settings };

	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		d.check = checks[i].name;
		if (checks[i].run(&d, e) == -1)
			return err_add(e, "%s", d.check);
	}
	return d.worst == DOCTOR_PROBLEM ? EXIT_FAILED : EXIT_DONE;
}

const struct command cmd_doctor = {
	.name = "doctor",
	.group = "About muster",
	.args = "",
	.help = "Report what is wrong on this machine, and how to mend it",
	.details =
		"Checks, one line each: the settings and the agent's configuration, its\n"
		"credentials, privileges, the fence around files, interfaces, routes to the\n"
		"ranges, time, disk, the store, the agent that runs and its last polls, DNS, and\n"
		"the controllers of the directories that it polls. What is no 'ok' has a line\n"
		"'fix:' below it.\n"
		"\n"
		"Questions go to nobody but the DNS server, and to controllers of directories\n"
		"that the agent's configuration polls, and only where it needs them; with\n"
		"--no-ask to nobody. A configuration that nobody has accepted asks nobody.\n"
		"Nothing is changed.\n"
		"\n"
		"Run it as the user that is to work: what root may do says nothing of others.\n"
		"\n"
		"Exit status 1: there is a problem. Warnings are none.\n"
		"\n"
		"Examples:\n"
		"  sudo muster doctor\n"
		"  muster doctor --agent new.yaml --no-ask\n"
		"  muster doctor --format ndjson | jq 'select(.fix)'\n",
	.tables = doctor_tables,
	.settings_size = sizeof(struct doctor_conf),
	.without_file = true,
	.run = run_doctor,
};
