/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Option tables and first steps that commands share.  What a command does is its own. */
#include "cli/common.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "cli/fingerprints.h"
#include "cli/upgrade.h"

enum { VENDORS_MAX = 32 << 20 }; /* bytes; the IEEE's own list has 6 MiB */

const struct opt store_opts[] = {
	{ .name = "store.db",
		.type = OPT_STR,
		.at = offsetof(struct store_conf, db),
		.arg = "FILE",
		.help = "Keep the inventory in FILE, not in $MUSTER_DB or the usual place" },
	{ .name = "store.vendors",
		.type = OPT_STR,
		.at = offsetof(struct store_conf, vendors),
		.arg = "FILE",
		.help = "Name the makers of network cards by FILE, in the form of the IEEE's "
			"oui.txt, not by the table compiled in" },
	{ .name = "store.fingerprints",
		.type = OPT_STR,
		.at = offsetof(struct store_conf, fingerprints),
		.arg = "FILE",
		.help = "Add the rules of FILE to those that tell kinds and operating systems, "
			"see muster-fingerprints(5)" },
	{ .name = NULL },
};

const struct opt place_opts[] = {
	{ .name = "site",
		.type = OPT_STR,
		.at = offsetof(struct place_conf, site),
		.value = "default",
		.arg = "NAME",
		.help = "The address space that the observations belong to" },
	{ .name = "point",
		.type = OPT_STR,
		.at = offsetof(struct place_conf, point),
		.arg = "NAME",
		.help = "The machine that observed, if not this one by its host name" },
	{ .name = NULL },
};

/* In the order of enum out_format_id; a shorter list ends earlier. */
static const char *const formats[] = { "table", "ndjson", "csv", "xml", NULL };
static const char *const history_formats[] = { "table", "ndjson", "csv", NULL };
static const char *const detail_formats[] = { "table", "ndjson", NULL };

#define FORMAT_ROW(list) \
	{ \
		.name = "format", .letter = 'f', .type = OPT_ENUM, .choices = (list), \
		.value = "table", .flags = OPT_CLI_ONLY, \
		.help = "Print in this format" \
	}

const struct opt format_opts[] = { FORMAT_ROW(formats), { .name = NULL } };
const struct opt history_opts[] = { FORMAT_ROW(history_formats), { .name = NULL } };
const struct opt detail_opts[] = { FORMAT_ROW(detail_formats), { .name = NULL } };

/* Where `sudo muster scan` keeps what it finds. */
#define SYSTEM_FOLDER "/var/lib/muster"
#define SYSTEM_STORE  SYSTEM_FOLDER "/muster.db"

static int
explain_missing(const char *path, bool named, struct err *e)
{
	if (named)
		return err_set(e, ERR_NOTFOUND,
			"there is no store %s; 'muster scan' and 'muster import' make one",
			path);
	if (geteuid() != 0 && access(SYSTEM_FOLDER, F_OK) == 0)
		return err_set(e, ERR_NOTFOUND,
			"you have no store %s; the one of this machine is " SYSTEM_STORE
			": use sudo, or name it with --db",
			path);
	return err_set(e, ERR_NOTFOUND,
		"there is no store yet (%s): run 'sudo muster scan 192.168.1.0/24' first, or "
		"name one with --db",
		path);
}

static int
explain_closed(const char *path, bool named, enum store_mode mode, struct err *e)
{
	if (e->code == ERR_NOTFOUND && mode == STORE_READ)
		return explain_missing(path, named, e);
	if (e->code == ERR_SYS && (e->sys == EACCES || e->sys == EPERM))
		return err_set(e, ERR_AUTH,
			"%s belongs to another user; use sudo, or name another store with --db",
			path);
	return -1;
}

static int
read_vendors(
	const char *path, struct arena *mem, struct vendor_table **out, struct err *e)
{
	const char *text;
	size_t n;

	if (file_read(path, VENDORS_MAX, mem, &text, &n, e) == -1)
		return -1;
	return vendor_read(text, n, mem, out, e) == -1 ? err_add(e, "%s", path) : 0;
}

int
common_open_store(const struct call *c, const struct store_conf *conf,
	enum store_mode mode, struct store **out, struct err *e)
{
	struct vendor_table *vendors = NULL;
	struct upgrade upgrade;
	struct rules *rules;
	const char *path;

	upgrade_init(&upgrade, &clock_system);
	if (store_default_path(conf->db, c->mem, &path, e) == -1)
		return -1;
	if (conf->vendors && read_vendors(conf->vendors, c->mem, &vendors, e) == -1)
		return -1;
	if (fingerprints_read(conf->fingerprints, c->mem, &rules, NULL, e) == -1)
		return -1;
	if (store_open_watched(out, path, mode, &upgrade.watch, e) == -1)
		return explain_closed(path, conf->db || getenv("MUSTER_DB"), mode, e);
	upgrade_done(&upgrade);
	store_use_vendors(*out, vendors);
	store_use_rules(*out, rules);
	return 0;
}

int
common_read_store(const struct call *c, const struct store_conf *conf,
	struct store **out, struct err *e)
{
	return common_open_store(c, conf, STORE_READ, out, e) == -1
		? -1
		: store_hold(*out, e);
}

void
common_out_info(const struct call *c, enum out_content content, struct out_info *out)
{
	int64_t now = clock_wall(&clock_system);

	*out = (struct out_info){ .to = stdout,
		.content = content,
		.command = c->command_line,
		.started = now,
		.now = now };
	out_look_at_terminal(out);
}

int
common_as_of(const char *text, struct out_info *info, int64_t *out, struct err *e)
{
	*out = STORE_NOW;
	if (!text)
		return 0;
	if (when_parse(text, info->now, out, e) == -1)
		return err_add(e, "--as-of");
	if (*out > info->now)
		return err_set(e, ERR_ARG, "--as-of %.60s: that is still to come", text);
	info->now = *out;
	return 0;
}

int
common_refuse(const struct misuse *rows, struct err *e)
{
	for (; rows->why; rows++)
		if (rows->is)
			return err_set(e, ERR_ARG, "%s", rows->why);
	return 0;
}

int
common_point(struct arena *mem, const char **out, struct err *e)
{
	char name[256]; /* gethostname(2): at most HOST_NAME_MAX, 64 on Linux */

	if (gethostname(name, sizeof(name)) == -1)
		return err_sys(e, "read the host name");
	name[sizeof(name) - 1] = '\0';
	*out = arena_strdup(mem, name);
	return *out ? 0 : err_nomem(e);
}

int
common_status(int rc, const struct err *e)
{
	if (rc == -1 && e->code == ERR_SYS && e->sys == EPIPE)
		return EXIT_DONE;
	return rc == -1 ? -1 : EXIT_DONE;
}
