/* SPDX-License-Identifier: GPL-3.0-or-later */
/* muster credential: the accounts that polls may use, and the secrets that are sealed here. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "cli/common.h"
#include "cli/credentials.h"
#include "cli/out_grid.h"
#include "cli/out_json.h"
#include "host/vault.h"

LOG_TAG("credential");

/* Those that have a secret; in one order. */
static const char *const kinds[] = { "password", "simple", "snmp-community",
	"snmp-user", NULL };
static const enum login_kind kind_of[] = { LOGIN_PASSWORD, LOGIN_SIMPLE,
	LOGIN_COMMUNITY, LOGIN_SNMP_USER };

struct credential_settings {
	struct credential_conf all;
	const char *user, *secret_file;
	int kind; /* of kinds */
	bool replace;
	int format;
};

#define AT(f) offsetof(struct credential_settings, f)
static const struct opt add_opts[] = {
	{ .name = "user",
		.letter = 'u',
		.type = OPT_STR,
		.at = AT(user),
		.arg = "USER",
		.flags = OPT_CLI_ONLY,
		.help = "Add: log in as USER: a name, user@REALM, or DOMAIN, a backslash and a "
			"name" },
	{ .name = "kind",
		.type = OPT_ENUM,
		.at = AT(kind),
		.choices = kinds,
		.value = "password",
		.flags = OPT_CLI_ONLY,
		.help = "Add: use it for Kerberos and SMB, for a simple bind to a directory, "
			"or for SNMP" },
	{ .name = "secret_file",
		.type = OPT_STR,
		.at = AT(secret_file),
		.arg = "FILE",
		.flags = OPT_CLI_ONLY,
		.help = "Add: read the secret from the first line of FILE, and ask nobody" },
	{ .name = "replace",
		.type = OPT_BOOL,
		.at = AT(replace),
		.flags = OPT_CLI_ONLY,
		.help = "Add: take the place of the one of that name" },
	{ .name = NULL },
};

static const struct opt_table tables[] = {
	{ "Accounts", add_opts, 0 },
	{ "Accounts", credential_opts, AT(all) },
	{ "Results", detail_opts, AT(format) },
	{ NULL, NULL, 0 },
};

static int
path_of(const struct call *c, const char **out, struct err *e)
{
	const struct credential_settings *conf = c->settings;

	*out = conf->all.vault;
	return *out ? 0 : vault_default_path(c->mem, out, e);
}

/* --- add, remove --------------------------------------------------------------------------- */

static int
add(const struct call *c, struct err *e)
{
	const struct credential_settings *conf = c->settings;
	struct credential one = { .name = c->args[1],
		.kind = kind_of[conf->kind],
		.user = conf->user,
		.file = conf->secret_file ? conf->secret_file : "-" };
	const char *path;

	if (conf->secret_file && strcmp(conf->secret_file, "-") == 0)
		return err_set(e, ERR_ARG,
			"--secret-file: leave it out, and the terminal is asked");
	if (credential_check(&one, e) == -1 || path_of(c, &path, e) == -1 ||
		credential_load(&one, c->mem, credentials_ask, e) == -1)
		return -1;
	int rc = vault_add(path, &one, conf->replace, e);
	credential_forget(&one);
	credentials_asked_forget();
	if (rc == 0)
		log_info("%s is sealed in %s", one.name, path);
	return rc == 0 ? EXIT_DONE : -1;
}

static int
remove_one(const struct call *c, struct err *e)
{
	const char *path;

	if (path_of(c, &path, e) == -1 || vault_remove(path, c->args[1], e) == -1)
		return -1;
	return EXIT_DONE;
}

/* --- list, check --------------------------------------------------------------------------- */

/* A row, as it is shown; the secret is no part of it. */
struct shown {
	const char *name, *kind, *user, *from, *state; /* state: of check, or NULL */
};

#define SHOWN(f) offsetof(struct shown, f)
static const struct column columns[] = {
	{ "NAME", "name", COLUMN_TABLE, column_text, SHOWN(name), NULL },
	{ "KIND", "kind", COLUMN_TABLE, column_text, SHOWN(kind), NULL },
	{ "USER", "user", COLUMN_TABLE, column_text, SHOWN(user), NULL },
	{ "SECRET", "secret", COLUMN_TABLE, column_text, SHOWN(from), NULL },
	{ "STATE", "state", COLUMN_TABLE, column_text, SHOWN(state), NULL },
};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

static const char *
secret_of(const struct credential *c, struct arena *mem)
{
	if (c->sealed)
		return "sealed";
	if (!c->file)
		return "the default cache";
	if (strcmp(c->file, "-") == 0)
		return "asked";
	return arena_printf(mem, "in %s", c->file);
}

/* Whether it could be used now, as far as this machine knows; nobody is asked.  NULL: yes. */
static const char *
fault_of(struct credential *c, struct arena *mem)
{
	struct err e;

	if (c->kind == LOGIN_KEYTAB && access(c->file, R_OK) == -1) {
		(void)err_sys(&e, "%s", c->file);
		return arena_strdup(mem, e.text);
	}
	if (!credential_has_secret(c->kind) || strcmp(c->file, "-") == 0)
		return NULL;
	if (credential_load(c, mem, NULL, &e) == -1)
		return arena_strdup(mem, e.text);
	credential_forget(c);
	return NULL;
}

static int
print_json(const struct shown *s, FILE *to, struct err *e)
{
	struct sb line;

	sb_init(&line, 64 << 10);
	sb_add(&line, "{");
	out_json_text(&line, "name", s->name);
	out_json_text(&line, "kind", s->kind);
	if (s->user[0])
		out_json_text(&line, "user", s->user);
	out_json_text(&line, "secret", s->from);
	if (s->state)
		out_json_text(&line, "state", s->state);
	sb_add(&line, "}\n");
	int rc = line.bad ? err_nomem(e) : 0;
	if (rc == 0 && fwrite(line.text, 1, line.len, to) != line.len)
		rc = err_sys(e, "write to standard output");
	sb_done(&line);
	return rc;
}

/* g NULL: as JSON. */
static int
show_one(struct grid *g, struct credential *c, bool checked, struct arena *mem,
	bool *good, FILE *to, struct err *e)
{
	const char *fault = checked ? fault_of(c, mem) : NULL;
	const struct shown s = { c->name, credential_kind_word(c->kind),
		c->user ? c->user : "", secret_of(c, mem),
		checked ? (fault ? fault : "ok") : NULL };

	*good &= !fault;
	if (!s.from)
		return err_nomem(e);
	return g ? grid_add(g, &s, e) : print_json(&s, to, e);
}

/* args[1], when there is one, says which. */
static int
show(const struct call *c, bool checked, struct err *e)
{
	const struct credential_settings *conf = c->settings;
	const char *which = c->n_args > 1 ? c->args[1] : NULL;
	struct grid *g = NULL;
	struct credential *all;
	struct out_info info;
	bool good = true;
	size_t n;

	common_out_info(c, OUT_DEVICES, &info);
	if (credentials_read(&conf->all, c->mem, &all, &n, e) == -1)
		return -1;
	if (which && !credential_find(all, n, which))
		return err_set(e, ERR_NOTFOUND, "there is no credential %.60s", which);
	if (conf->format == OUT_TABLE &&
		grid_open(&g, columns, checked ? COLUMNS : COLUMNS - 1, &info, e) == -1)
		return -1;
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < n; i++)
		if (!which || strcmp(all[i].name, which) == 0)
			rc = show_one(g, &all[i], checked, c->mem, &good, info.to, e);
	if (g && rc == 0)
		rc = grid_close(g, e);
	else
		grid_free(g);
	if (rc == 0 && n == 0 && conf->format == OUT_TABLE)
		log_info("there are no credentials");
	rc = common_status(rc, e);
	return rc == EXIT_DONE && !good ? EXIT_FAILED : rc;
}

static int
list(const struct call *c, struct err *e)
{
	return show(c, false, e);
}

static int
check(const struct call *c, struct err *e)
{
	return show(c, true, e);
}

/* --- the command --------------------------------------------------------------------------- */

static const struct verb {
	const char *name;
	size_t args_min, args_max; /* behind the verb */
	int (*run)(const struct call *, struct err *);
} verb_rows[] = {
	{ "add", 1, 1, add },
	{ "list", 0, 0, list },
	{ "remove", 1, 1, remove_one },
	{ "check", 0, 1, check },
};
static const char *const verbs[] = { "add", "list", "remove", "check", NULL };

static int
run_credential(const struct call *c, struct err *e)
{
	const struct verb *v = verb_rows;
	size_t n = c->n_args - 1;

	while (strcmp(v->name, c->args[0]) != 0) /* one of verbs: that was checked */
		v++;
	if (n < v->args_min || n > v->args_max)
		return err_set(e, ERR_ARG,
			v->args_min ? "credential %s needs one NAME"
				    : "credential %s: too many words",
			v->name);
	return v->run(c, e);
}

const struct command cmd_credential = {
	.name = "credential",
	.group = "Discovery",
	.args = "add|list|remove|check [NAME]",
	.help = "Keep the accounts that polls log in with",
	.details =
		"Verbs:\n"
		"  add NAME     ask for a secret, or read it from a file, and seal it here\n"
		"  list         all there are, sealed or in the settings; never a secret\n"
		"  remove NAME  forget a sealed one\n"
		"  check [NAME] can the secrets be read? Asks nobody in the network\n"
		"\n"
		"muster ad and windows take --credential NAME, scan --snmp-credential NAME; the\n"
		"secret of an snmp-user is SHA-256 PHRASE AES PHRASE. A secret is typed at the\n"
		"terminal, or is the first line of a file that only its owner may read; never on\n"
		"a command line. Sealed ones lie in /var/lib/muster/credentials for root, their\n"
		"key beside them in credentials.key: who has both files has the secrets. They\n"
		"are of the owner of that folder, as the user of muster-agent.service. Files\n"
		"that others may read are refused. 'check' ends with 1 when something is wrong.\n"
		"\n"
		"Examples:\n"
		"  muster credential add corp --user svc-muster@CORP.EXAMPLE\n"
		"  muster credential add lab --user svc@LAB.EXAMPLE --secret-file /root/lab.txt\n"
		"  muster credential add switches --kind snmp-user --user muster\n"
		"  muster windows --credential corp\n"
		"  muster credential check\n",
	.tables = tables,
	.settings_size = sizeof(struct credential_settings),
	.args_min = 1,
	.args_max = 2,
	.verbs = verbs,
	.run = run_credential,
};
