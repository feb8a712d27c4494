/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `muster changes`: what happened to the devices, oldest first. */
#include "base/log.h"
#include "base/when.h"
#include "cli/common.h"

LOG_TAG("changes");

struct changes_conf {
	struct store_conf store;
	const char *since;
	int format;
};

static int
print_change(void *arg, const struct change *c, struct err *e)
{
	return out_change(arg, c, e);
}

static int
run_changes(const struct call *c, struct err *e)
{
	const struct changes_conf *conf = c->settings;
	int64_t since = INT64_MIN;
	struct store *s = NULL;
	struct out *out = NULL;
	struct out_info info;
	int rc = -1;

	common_out_info(c, OUT_CHANGES, &info);
	if (conf->since && when_parse(conf->since, info.now, &since, e) == -1)
		return err_add(e, "--since");
	if (common_read_store(c, &conf->store, &s, e) == -1 ||
		out_open(&out, (enum out_format_id)conf->format, &info, e) == -1 ||
		store_each_change(s, since, print_change, out, e) == -1)
		goto out;
	if (out_count(out) == 0)
		log_warn(conf->since ? "no changes in that time" : "no changes yet");
	rc = out_close(out, NULL, e);
	out = NULL;
out:
	out_free(out);
	store_close(s);
	return common_status(rc, e);
}

#define AT(member) offsetof(struct changes_conf, member)
static const struct opt changes_opts[] = {
	{ .name = "since",
		.type = OPT_STR,
		.at = AT(since),
		.flags = OPT_CLI_ONLY,
		.arg = "TIME",
		.help = "Only what happened since then: " WHEN_HELP },
	{ .name = NULL },
};

static const struct opt_table changes_tables[] = {
	{ "Which changes", changes_opts, 0 },
	{ "Output", history_opts, AT(format) },
	{ "Store", store_opts, AT(store) },
	{ NULL, NULL, 0 },
};

const struct command cmd_changes = {
	.name = "changes",
	.group = "Inventory",
	.args = "",
	.help = "Show what happened to the devices, newest last",
	.details = "The time of a change is that of the observation that brought it, so importing an\n"
		   "old scan tells of old changes, and a file of several scans of those of each.\n"
		   "\n"
		   "Examples:\n"
		   "  muster changes --since 24h\n"
		   "  muster changes --since 2026-11-01 --format csv\n",
	.tables = changes_tables,
	.settings_size = sizeof(struct changes_conf),
	.run = run_changes,
};
