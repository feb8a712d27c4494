/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `muster export`: every observation, in the form that import reads. */
#include "cli/common.h"

struct export_conf {
	struct store_conf store;
	const char *point;
	int64_t since_seq;
};

static int
print_observation(void *arg, const struct observation *o, struct err *e)
{
	return out_observation(arg, o, e);
}

static int
run_export(const struct call *c, struct err *e)
{
	const struct export_conf *conf = c->settings;
	struct store *s = NULL;
	struct out *out = NULL;
	struct out_info info;
	int rc = -1;

	if (conf->since_seq && !conf->point)
		return err_set(e, ERR_ARG,
			"--since-seq counts the observations of one point: add --point NAME");
	common_out_info(c, OUT_RUN, &info);
	if (common_read_store(c, &conf->store, &s, e) == -1 ||
		out_open(&out, OUT_NDJSON, &info, e) == -1 ||
		store_each_observation(s, conf->point, conf->since_seq,
			print_observation, out, e) == -1)
		goto out;
	rc = out_close(out, NULL, e);
	out = NULL;
out:
	out_free(out);
	store_close(s);
	return common_status(rc, e);
}

#define AT(member) offsetof(struct export_conf, member)
static const struct opt export_opts[] = {
	{ .name = "export.point",
		.type = OPT_STR,
		.at = AT(point),
		.flags = OPT_CLI_ONLY,
		.arg = "NAME",
		.help = "Only the observations of this point" },
	{ .name = "export.since_seq",
		.type = OPT_INT,
		.at = AT(since_seq),
		.max = (int64_t)1 << 53,
		.value = "0",
		.flags = OPT_CLI_ONLY,
		.help = "Only those of the point after its N-th" },
	{ .name = NULL },
};

static const struct opt_table export_tables[] = {
	{ "Which observations", export_opts, 0 },
	{ "Store", store_opts, AT(store) },
	{ NULL, NULL, 0 },
};

const struct command cmd_export = {
	.name = "export",
	.group = "Inventory",
	.args = "",
	.help = "Print every observation as NDJSON",
	.details = "'muster import' into an empty store makes the same devices of them.\n"
		   "\n"
		   "Examples:\n"
		   "  muster export | gzip > inventory.ndjson.gz\n"
		   "  muster export | muster import --db copy.db -\n"
		   "  muster export --point berlin-1 --since-seq 4711\n",
	.tables = export_tables,
	.settings_size = sizeof(struct export_conf),
	.run = run_export,
};
