/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who decides, about what, and what is said of it. */
#include "cli/decide.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const struct opt_table decide_tables[] = {
	{ "Store", store_opts, 0 },
	{ NULL, NULL, 0 },
};

int
decide_actor(struct arena *mem, const char **out, struct err *e)
{
	const char *sudo = geteuid() == 0 ? getenv("SUDO_USER") : NULL;
	char room[4096]; /* getpwuid_r(3): for the texts of pw */
	struct passwd row, *pw = NULL;

	(void)getpwuid_r(getuid(), &row, room, sizeof(room), &pw);

	if (sudo && *sudo && strlen(sudo) < 64)
		*out = arena_strdup(mem, sudo);
	else if (pw)
		*out = arena_strdup(mem, pw->pw_name);
	else
		*out = arena_printf(mem, "uid %u", (unsigned)getuid());
	return *out ? 0 : err_nomem(e);
}

int
decide_device(const struct call *c, struct store *s, size_t n, struct device *out,
	struct err *e)
{
	return store_find_device(s, c->args[n], c->mem, out, e);
}

int
decide(const struct call *c,
	int (*work)(const struct call *, struct store *, const char *actor,
		struct decision *out, struct err *),
	struct err *e)
{
	const struct store_conf *conf = c->settings;
	struct decision d = { 0 };
	const char *actor;
	struct store *s;

	if (decide_actor(c->mem, &actor, e) == -1 ||
		common_open_store(c, conf, STORE_WRITE, &s, e) == -1)
		return -1;
	int rc = work(c, s, actor, &d, e);
	store_close(s);
	if (rc == -1)
		return -1;
	struct sb text;
	sb_init(&text, 4096);
	sb_printf(&text, "%s%lld: ", d.undone ? "undone: " : "", (long long)d.id);
	sb_add_plain(&text, d.text, strlen(d.text));
	printf("%s\n", text.text);
	sb_done(&text);
	return EXIT_DONE;
}
