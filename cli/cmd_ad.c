/* SPDX-License-Identifier: GPL-3.0-or-later */
/* muster ad: what was asked for, whether it can be done, and then cli/ad.c. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/ad.h"
#include "cli/emit.h"
#include "ldap/state.h"

#define AT(f) offsetof(struct ad_settings, f)
static const struct opt which_opts[] = {
	{ .name = "preview",
		.type = OPT_BOOL,
		.at = AT(preview),
		.flags = OPT_CLI_ONLY,
		.help = "Only say which domains and controllers would be asked, and how" },
	{ .name = "state_from",
		.type = OPT_STR,
		.at = AT(state_from),
		.arg = "FILE",
		.flags = OPT_CLI_ONLY | OPT_HIDDEN,
		.help = "With --emit: go on from the state that the last run told on "
			"descriptor 3" },
	{ .name = NULL },
};

static const struct opt_table tables[] = {
	{ "Directory", which_opts, 0 },
	{ "Directory", ad_opts, AT(ad) },
	KEPT_TABLES(AT(kept)),
	{ "Results", format_opts, AT(format) },
	{ NULL, NULL, 0 },
};

/* --- accounts ------------------------------------------------------------------------------- */

static char asked[SECRET_MAX]; /* what the terminal said, until it is kept elsewhere */

/* By the terminal, without an echo; NULL: there is nobody. */
static const char *
ask_person(const char *user)
{
	FILE *tty = fopen("/dev/tty", "r+e");
	struct termios before, quiet;
	const char *out = NULL;

	if (!tty)
		return NULL;
	if (tcgetattr(fileno(tty), &before) == 0) {
		quiet = before;
		quiet.c_lflag &= ~(tcflag_t)ECHO;
		(void)tcsetattr(fileno(tty), TCSAFLUSH, &quiet);
		(void)fprintf(tty, "Password of %s: ", user);
		(void)fflush(tty);
		out = fgets(asked, sizeof(asked), tty);
		(void)tcsetattr(fileno(tty), TCSAFLUSH, &before);
		(void)fputc('\n', tty);
	}
	(void)fclose(tty);
	asked[out ? strcspn(asked, "\r\n") : 0] = '\0';
	return out;
}

/* Secrets are read where a person can be asked, before any worker is started, and only those
 * that will be used. */
static int
load_accounts(struct ad_conf *c, struct arena *mem, struct err *e)
{
	int rc = 0;

	for (size_t i = 0; i < c->logins.n && rc == 0; i++) {
		const char *item = c->logins.items[i], *is = strchr(item, '=');
		struct credential *found = credential_find(
			c->accounts, c->n_accounts, is ? is + 1 : item);
		if (found)
			rc = credential_load(found, mem, ask_person, e);
	}
	explicit_bzero(asked, sizeof(asked));
	return rc;
}

static void
forget_accounts(struct ad_conf *c)
{
	for (size_t i = 0; i < c->n_accounts; i++)
		credential_forget(&c->accounts[i]);
}

/* --- preview -------------------------------------------------------------------------------- */

static int
print_row(void *arg, const struct ad_preview *p, struct err *e)
{
	(void)arg, (void)e;
	if (p->failed) {
		(void)printf("%s: cannot be polled: %s\n", p->domain, p->failed);
		return 0;
	}
	(void)printf("%s: %s in site %s would be asked; %s; at most %" PRIu64
		     " objects were changed there ever\n",
		p->domain, p->server, p->site[0] ? p->site : "(none)", p->kind, p->usn);
	return 0;
}

/* What the last run left, when there is a store. */
static void
read_state(const struct call *call, struct ad_settings *c)
{
	struct store *store;
	struct err e;

	if (c->kept.no_db ||
		common_open_store(call, &c->kept.store, STORE_READ, &store, &e) == -1)
		return;
	(void)store_get_watermark(
		store, source_ad.name, c->kept.place.site, call->mem, &c->ad.state, &e);
	store_close(store);
}

static int
preview(const struct ad_input *in, struct err *e)
{
	read_state(in->call, in->conf);
	return ad_preview(&in->conf->ad, in->call->mem, print_row, NULL, e);
}

/* --- the command ------------------------------------------------------------------------------ */

static const char *
domains_text(const struct ad_conf *c, struct arena *mem)
{
	const char *text = c->forest ? "forest" : "";

	for (size_t i = 0; text && i < c->domains.n; i++)
		text = arena_printf(
			mem, "%s%s%s", text, *text ? " " : "", c->domains.items[i]);
	return text;
}

static int
prepare(struct ad_input *in, struct err *e)
{
	struct ad_settings *c = in->conf;
	struct arena *mem = in->call->mem;
	size_t n;

	if (c->state_from && !c->kept.emit)
		return err_set(
			e, ERR_ARG, "--state-from is for --emit: the store has it");
	if (ad_check(&c->ad, mem, e) == -1 || load_accounts(&c->ad, mem, e) == -1)
		return -1;
	if (c->state_from &&
		file_read(c->state_from, STATE_TEXT_MAX, mem, &c->ad.state, &n, e) == -1)
		return -1;
	if (!c->kept.place.point && common_point(mem, &c->kept.place.point, e) == -1)
		return -1;
	in->targets = domains_text(&c->ad, mem);
	return in->targets ? 0 : err_nomem(e);
}

static int
run_prepared(const struct ad_input *in, struct err *e)
{
	if (in->conf->preview)
		return preview(in, e);
	if (!in->conf->kept.emit)
		return ad_run(in, e);
	struct worker w = ad_worker(in);
	return emit_run(&w, in->call->common->quiet, e);
}

static int
run_ad(const struct call *call, struct err *e)
{
	struct ad_settings *conf = call->settings, typed = { .format = 0 };
	struct ad_input in = {
		.call = call, .conf = conf, .started = clock_wall(&clock_system)
	};

	uuid_new(in.started, in.run);
	int rc = call_read_again(call, &typed, e);
	if (rc == 0)
		rc = kept_check(&conf->kept, &typed.kept, e);
	if (rc == 0)
		rc = prepare(&in, e);
	if (rc == 0)
		rc = run_prepared(&in, e);
	forget_accounts(&conf->ad);
	return rc;
}

const struct command cmd_ad = {
	.name = "ad",
	.group = "Discovery",
	.args = "",
	.help = "Read the computers of Active Directory, its sites and subnets",
	.details =
		"Polls the domain that this machine belongs to, --forest every domain of its\n"
		"forest, --domain others. Controllers are found as a member machine finds them:\n"
		"by DNS, then by an LDAP ping, which tells the nearest site; -v tells each step.\n"
		"\n"
		"The login is Kerberos with the tickets that there are (kinit), or as root with\n"
		"the keytab of the machine. --credential names another account of the setting\n"
		"ad.credentials: a keytab, or a file with a password, which nobody else may\n"
		"read. A simple bind is only sent inside TLS with a good certificate. An account\n"
		"that is refused once is not tried again in that run.\n"
		"\n"
		"The first poll of a controller reads everything, later ones what changed since,\n"
		"and say which it was and why. Computers that the directory alone knows are\n"
		"listed, never up. Their addresses come from the directory's own DNS zones, of\n"
		"names that stand in none from DNS; their sites from the subnets.\n"
		"\n"
		"Examples:\n"
		"  muster ad --preview\n"
		"  muster ad --forest\n"
		"  muster ad --domain emea.example --server dc1.emea.example --credential emea\n"
		"  muster devices ad.domain=emea.example ad.disabled=true\n",
	.tables = tables,
	.settings_size = sizeof(struct ad_settings),
	.run = run_ad,
};
