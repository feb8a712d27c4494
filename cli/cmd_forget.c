/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `muster forget`: takes devices out of the inventory.  All are found before the first is
 * forgotten, so that a mistyped one leaves everything as it was.
 */
#include <string.h>

#include "base/log.h"
#include "cli/consent.h"
#include "cli/decide.h"

LOG_TAG("forget");

struct forget_conf {
	struct decide_conf decide; /* first: decider_open() */
	bool yes;
};

/* Two names of one device are one device.  *n: how many. */
static int
find_devices(const struct call *c, struct store *s, struct device *out, size_t *n,
	struct err *e)
{
	for (size_t i = 0; i < c->n_args; i++) {
		struct device d;
		size_t k = 0;

		if (store_find_device(s, c->args[i], c->mem, &d, e) == -1)
			return -1;
		while (k < *n && out[k].row != d.row)
			k++;
		if (k == *n)
			out[(*n)++] = d;
	}
	return 0;
}

static void
name_devices(const struct device *devices, size_t n, struct sb *out)
{
	char buf[ADDR_TEXT_MAX];

	for (size_t i = 0; i < n; i++) {
		const char *label = device_label(&devices[i], buf);
		sb_add(out, "  ");
		sb_add_plain(out, label, strlen(label));
		sb_printf(out, "  %s\n", devices[i].id);
	}
}

/* EXIT_DONE: go on. */
static int
ask(const struct device *devices, size_t n, struct err *e)
{
	struct consent asked = { .question = n == 1
			? "Forget this device with all that was observed of it"
			: "Forget these devices with all that was observed of them",
		.otherwise = "--yes forgets without asking" };
	struct sb text;
	bool given;

	sb_init(&text, 1 << 20);
	name_devices(devices, n, &text);
	asked.about = text.text;
	int rc = consent_ask(&asked, &given, e);
	sb_done(&text);
	if (rc == -1)
		return -1;
	if (given)
		return EXIT_DONE;
	log_warn("nothing was forgotten");
	return EXIT_FAILED;
}

/* Found by id again: the store may have moved on while the person thought. */
static int
forget_all(struct decider *d, const struct device *devices, size_t n, struct err *e)
{
	char said[DECISION_SAID_MAX], buf[ADDR_TEXT_MAX];

	for (size_t i = 0; i < n; i++) {
		const char *const args[] = { devices[i].id };
		const struct decision_order o = { "forget", args, 1 };
		if (decider_do(d, &o, said, e) == -1)
			return err_add(
				e, "forget %.100s", device_label(&devices[i], buf));
		log_info("%s", said);
	}
	return EXIT_DONE;
}

static int
run_forget(const struct call *c, struct err *e)
{
	const struct forget_conf *conf = c->settings;
	struct device *devices = arena_new_array(c->mem, struct device, c->n_args);
	struct store *s = NULL;
	struct decider d;
	size_t n = 0;

	if (!devices)
		return err_nomem(e);
	if (common_open_store(c, &conf->decide.store, STORE_READ, &s, e) == -1)
		return -1;
	int rc = find_devices(c, s, devices, &n, e);
	store_close(s); /* nobody waits for our answer */
	if (rc == 0 && !conf->yes)
		rc = ask(devices, n, e);
	if (rc != EXIT_DONE)
		return rc;
	if (decider_open(&d, c, e) == -1)
		return -1;
	rc = forget_all(&d, devices, n, e);
	decider_close(&d);
	return rc;
}

#define AT(member) offsetof(struct forget_conf, member)
static const struct opt forget_opts[] = {
	{ .name = "yes",
		.letter = 'y',
		.type = OPT_BOOL,
		.at = AT(yes),
		.flags = OPT_CLI_ONLY,
		.help = "Do not ask" },
	{ .name = NULL },
};

static const struct opt_table forget_tables[] = {
	{ "Asking", forget_opts, 0 },
	DECIDE_TABLES(AT(decide)),
	{ NULL, NULL, 0 },
};

const struct command cmd_forget = {
	.name = "forget",
	.group = "Inventory",
	.args = "DEVICE...",
	.help = "Take devices out of the inventory",
	.details = "DEVICE is a name, an address, a MAC, an id or the beginning of one.  Its\n"
		   "observations go too; the history of changes says that it was forgotten.  "
		   "When it\nis still there, the next scan finds it as a new device.\n"
		   "\n"
		   "Examples:\n"
		   "  muster forget printer-3\n"
		   "  muster forget --yes 192.168.1.17 00:16:3e:5e:6c:00\n",
	.tables = forget_tables,
	.settings_size = sizeof(struct forget_conf),
	.args_min = 1,
	.args_max = ARGS_ANY,
	.run = run_forget,
};
