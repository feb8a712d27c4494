/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `muster devices`: the inventory, or the part of it that filters let through. */
#include "base/log.h"
#include "cli/common.h"
#include "inventory/filter.h"

LOG_TAG("devices");

struct devices_conf {
	struct store_conf store;
	int format;
};

struct listing {
	struct out *out;
	const struct filter *filter;
};

static int
list_device(void *arg, const struct device *d, struct err *e)
{
	struct listing *l = arg;

	return filter_matches(l->filter, d) ? out_device(l->out, d, e) : 0;
}

static void
tell_empty(const struct call *c)
{
	if (c->n_args)
		log_warn("no device matches");
	else
		log_warn("no devices yet: run 'sudo muster scan 192.168.1.0/24'");
}

static int
run_devices(const struct call *c, struct err *e)
{
	const struct devices_conf *conf = c->settings;
	struct listing l = { 0 };
	struct store *s = NULL;
	struct filter *filter;
	struct out_info info;
	int rc = -1;

	if (filter_parse(c->args, c->n_args, c->mem, &filter, e) == -1)
		return -1;
	l.filter = filter;
	common_out_info(c, OUT_DEVICES, &info);
	if (common_open_store(c, &conf->store, STORE_READ, &s, e) == -1 ||
		out_open(&l.out, (enum out_format_id)conf->format, &info, e) == -1 ||
		store_each_device(s, list_device, &l, e) == -1)
		goto out;
	bool empty = out_count(l.out) == 0;
	rc = out_close(l.out, NULL, e);
	l.out = NULL;
	if (rc == 0 && empty)
		tell_empty(c);
out:
	out_free(l.out);
	store_close(s);
	return common_status(rc, e);
}

static const struct opt_table devices_tables[] = {
	{ "Output", format_opts, offsetof(struct devices_conf, format) },
	{ "Store", store_opts, offsetof(struct devices_conf, store) },
	{ NULL, NULL, 0 },
};

const struct command cmd_devices = {
	.name = "devices",
	.group = "Inventory",
	.args = "[FILTER...]",
	.help = "List the devices of the inventory",
	.details =
		"Shows those devices for which all FILTERs hold.  A narrow terminal has no room\n"
		"for every column of the table: csv and ndjson have all.\n"
		"\n"
		"Filters:\n"
		"  web                  a name, address, MAC or vendor contains it\n"
		"  netbios.domain=CORP  the field is equal to it\n"
		"  name~web             the field contains it\n"
		"  tcp.open=443         it is a member of the set\n"
		"  ip=10.0.0.0/24       an address is in it; 10.0.0.0/24 alone says the same\n"
		"  state=up             up, down or unconfirmed\n"
		"  !TERM                the term does not hold\n"
		"\n"
		"Fields are ip, site, state, name, domain, vendor, and every fact: mac,\n"
		"netbios.name, netbios.domain, dns.ptr, tcp.open, tcp.closed, udp.open, os.name,\n"
		"... ('muster show' prints those that a device has). Upper and lower case are\n"
		"the same.\n"
		"\n"
		"Examples:\n"
		"  muster devices\n"
		"  muster devices state=up tcp.open=3389\n"
		"  muster devices ip=192.168.1.0/24 '!domain=CORP' --format csv\n",
	.tables = devices_tables,
	.settings_size = sizeof(struct devices_conf),
	.args_max = ARGS_ANY,
	.run = run_devices,
};
