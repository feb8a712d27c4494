/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a settings file: right and applied, or wrong with a place for each mistake. */
#include "base/conf.h"

#include <stdlib.h>
#include <string.h>

struct settings {
	int64_t rate, wait, every;
	bool identify;
	int format;
	const char *path, *password;
	struct opt_list ports;
};

static const char *const formats[] = { "table", "csv", NULL };

#define AT(f) offsetof(struct settings, f)
static const struct opt rows[] = {
	{ .name = "scan.rate", .type = OPT_INT, .at = AT(rate), .min = 1, .max = 100000 },
	{ .name = "scan.wait", .type = OPT_MSEC, .at = AT(wait), .max = 60000 },
	{ .name = "scan.identify", .type = OPT_BOOL, .at = AT(identify), .value = "yes" },
	{ .name = "scan.ports", .type = OPT_LIST, .at = AT(ports), .value = "22" },
	{ .name = "db.format", .type = OPT_ENUM, .at = AT(format), .choices = formats },
	{ .name = "db.path", .type = OPT_STR, .at = AT(path) },
	{ .name = "db.password", .type = OPT_SECRET, .at = AT(password) },
	{ .name = "a.b.c", .type = OPT_MSEC, .at = AT(every), .max = 86400000 },
	{ .name = NULL },
};
static const struct opt_table tables[] = { { "", rows, 0 }, { NULL, NULL, 0 } };

static void
must(bool holds)
{
	if (!holds)
		abort();
}

static void
check_settings(const struct settings *s)
{
	must(s->rate == 0 || (s->rate >= 1 && s->rate <= 100000));
	must(s->wait >= 0 && s->wait <= 60000);
	must(s->every >= 0 && s->every <= 86400000);
	must(s->format == 0 || s->format == 1);
	for (size_t i = 0; i < s->ports.n; i++)
		must(strlen(s->ports.items[i]) > 0);
}

/* One line a mistake, nothing in it that moves a cursor. */
static void
check_mistakes(const struct sb *mistakes)
{
	must(mistakes->len > 0 && mistakes->text[mistakes->len - 1] == '\n');
	for (const char *p = mistakes->text; *p; p += strcspn(p, "\n") + 1)
		must(strncmp(p, "f:", 2) == 0);
	for (size_t i = 0; i < mistakes->len; i++)
		must((unsigned char)mistakes->text[i] >= 0x20 ||
			mistakes->text[i] == '\n');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *mem = arena_new(64 << 20);
	struct settings s = { 0 };
	struct conf *conf = NULL;
	struct sb mistakes;
	struct err e;

	must(mem != NULL);
	sb_init(&mistakes, 1 << 20);
	must(opt_defaults(tables, &s, mem, &e) == 0);
	if (conf_read("f", (const char *)data, size, tables, mem, &conf, &mistakes,
		    &e) == 0) {
		must(mistakes.len == 0);
		must(conf_apply(conf, tables, &s, mem, &e) == 0);
		check_settings(&s);
	} else {
		must(conf == NULL && e.code == ERR_ARG);
		if (size <= CONF_MAX)
			check_mistakes(&mistakes);
	}
	sb_done(&mistakes);
	arena_free(mem);
	return 0;
}
