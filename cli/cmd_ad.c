/* SPDX-License-Identifier: GPL-3.0-or-later */
/* muster ad: what was asked for, whether it can be done, and then cli/ad.c. */
#include <string.h>

#include "base/file.h"
#include "cli/ad.h"
#include "cli/credentials.h"
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
	{ "Directory", credential_opts, AT(ad.credentials) },
	{ "Directory", targets_opts, AT(targets) },
	KEPT_TABLES(AT(kept)),
	{ "Results", format_opts, AT(format) },
	{ NULL, NULL, 0 },
};

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
	if (c->preview && c->format != OUT_TABLE && c->format != OUT_NDJSON)
		return err_set(e, ERR_ARG,
			"--preview has --format table and ndjson: it tells of domains, not "
			"of devices");
	if (ad_check(&c->ad, mem, e) == -1 ||
		credentials_load(
			&c->ad.logins, c->ad.accounts, c->ad.n_accounts, mem, e) == -1)
		return -1;
	if (targets_excluded(&c->targets, mem, &c->ad.excluded, e) == -1)
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
		return ad_preview_run(in, e);
	if (!in->conf->kept.emit)
		return ad_run(in, e);
	struct worker w = ad_worker(in);
	return emit_run(&w, in->call->common->quiet, ad_closing, e);
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
		rc = ad_check_typed(&conf->ad, &typed.ad, e);
	if (rc == 0)
		rc = prepare(&in, e);
	if (rc == 0)
		rc = run_prepared(&in, e);
	credentials_forget(conf->ad.accounts, conf->ad.n_accounts);
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
		"the keytab of the machine. --credential names another account, as 'muster\n"
		"credential list' shows them: sealed on this machine, or in the settings a\n"
		"keytab, or a file with a password, which nobody else may read. A simple bind\n"
		"is only sent inside TLS with a good certificate. An account that is refused\n"
		"once is not tried again in that run. --exclude is for the controllers, and the\n"
		"key distribution centres of Kerberos: nothing is sent to one of those addresses,\n"
		"whatever DNS says.\n"
		"\n"
		"The first poll of a domain reads everything, later ones what changed since: by\n"
		"the count of changes of the same controller, by DirSync of another one. Each\n"
		"says which it was and why. Computers that the directory alone knows are\n"
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
