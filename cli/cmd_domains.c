/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `muster domains`: Windows domains and workgroups, as the store knows them. */
#include "base/log.h"
#include "base/when.h"
#include "cli/domains.h"

LOG_TAG("domains");

enum { MEMORY = 1 << 30 }; /* bytes: two million names */

struct domains_conf {
	struct store_conf store;
	const char *since;
	int format;
};

static int
show(const struct domains_conf *conf, struct store *s, int64_t since,
	const struct out_info *info, struct arena *mem, struct err *e)
{
	struct domain_view view;

	view_init(&view, mem);
	if (domains_read(s, since, &view, e) == -1)
		return -1;
	if (view.n == 0)
		log_warn(conf->since
				? "no domain was seen in that time"
				: "no domain is known yet: muster windows looks for "
				  "them");
	return common_status(
		domains_print(&view, (enum out_format_id)conf->format, info, e), e);
}

static int
show_one(const struct domains_conf *conf, struct store *s, int64_t since,
	const char *name, const struct out_info *info, struct arena *mem, struct err *e)
{
	size_t n;

	if (domain_tell(s, since, name, (enum out_format_id)conf->format, info, mem, &n,
		    e) == -1)
		return -1;
	if (n == 0)
		return err_set(e, ERR_NOTFOUND,
			"no poll and no device told of a domain %.100s", name);
	return EXIT_DONE;
}

static int
run_domains(const struct call *c, struct err *e)
{
	const struct domains_conf *conf = c->settings;
	struct arena *mem = arena_new(MEMORY);
	int64_t since = INT64_MIN;
	struct store *s = NULL;
	struct out_info info;
	int rc = mem ? 0 : err_nomem(e);

	common_out_info(c, OUT_DEVICES, &info);
	if (rc == 0 && conf->since && when_parse(conf->since, info.now, &since, e) == -1)
		rc = err_add(e, "--since");
	if (rc == 0)
		rc = common_read_store(c, &conf->store, &s, e);
	if (rc == 0)
		rc = c->n_args ? show_one(conf, s, since, c->args[0], &info, mem, e)
			       : show(conf, s, since, &info, mem, e);
	store_close(s);
	arena_free(mem);
	return rc;
}

#define AT(member) offsetof(struct domains_conf, member)
static const struct opt domains_opts[] = {
	{ .name = "since",
		.type = OPT_STR,
		.at = AT(since),
		.flags = OPT_CLI_ONLY,
		.arg = "TIME",
		.help = "Only what was seen since then: " WHEN_HELP },
	{ .name = NULL },
};

static const struct opt_table domains_tables[] = {
	{ "Which domains", domains_opts, 0 },
	{ "Output", detail_opts, AT(format) },
	{ "Store", store_opts, AT(store) },
	{ NULL, NULL, 0 },
};

const struct command cmd_domains = {
	.name = "domains",
	.group = "Inventory",
	.args = "[DOMAIN]",
	.args_max = 1,
	.help = "Show Windows domains and workgroups, and how they were learnt",
	.details =
		"A domain is there when a poll (muster windows) found it, or when a device says\n"
		"that it is in it, by NetBIOS, SMB, WS-Discovery or Remote Desktop. A machine\n"
		"that is known in several ways counts once, by its name.\n"
		"\n"
		"A poll takes the place of an earlier one that asked no more than it did. What\n"
		"one learnt that asked more (a full poll, one with an account, with targets, of\n"
		"other subnets) stands beside it until the next such poll, or for a week. MASTER\n"
		"masters the domain or, where nobody does, the list of a subnet: (local).\n"
		"\n"
		"DOMAIN, by its NetBIOS or its DNS name, prints all that each poll told of one\n"
		"last: its forest, parent, level, trusts, controllers, organizational units.\n"
		"Behind that stands what they and the devices in it tell together.\n"
		"\n"
		"Examples:\n"
		"  muster domains\n"
		"  muster domains corp.example\n"
		"  muster domains --since 24h --format ndjson\n"
		"  muster devices domain=CORP\n",
	.tables = domains_tables,
	.settings_size = sizeof(struct domains_conf),
	.run = run_domains,
};
