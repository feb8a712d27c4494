/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/agent_accounts.h"

#include <string.h>

#include "base/data_file.h"
#include "cli/snmp_logins.h"
#include "host/handover.h"
#include "host/vault.h"

enum { MEMORY = 64 << 20, NAMED_MAX = CREDENTIALS_MAX };

static const struct opt_table tables[] = {
	{ "Accounts", snmp_login_opts, 0 },
	{ "Accounts", credential_opts, offsetof(struct snmp_logins, credentials) },
	{ NULL, NULL, 0 },
};

/* Those that are used, each once. */
struct used {
	struct credential *all;
	size_t n_all;
	const struct credential *items[NAMED_MAX];
	size_t n;
	struct arena *mem;
};

static int
use(struct used *u, const char *login, struct err *e)
{
	const char *is = strchr(login, '='), *name = is ? is + 1 : login;
	struct credential *c = credential_find(u->all, u->n_all, name);

	if (!c) /* the poll says that there is none */
		return 0;
	for (size_t i = 0; i < u->n; i++)
		if (u->items[i] == c)
			return 0;
	if (credential_load(c, u->mem, NULL, e) == -1)
		return err_add(e, "credential %.60s", name);
	if (u->n < NAMED_MAX)
		u->items[u->n++] = c;
	return 0;
}

static int
use_all(struct used *u, const struct opt_list *logins, struct err *e)
{
	for (size_t i = 0; i < logins->n; i++)
		if (use(u, logins->items[i], e) == -1)
			return -1;
	return 0;
}

/* A sweep has its names in muster.yaml: agent.yaml has none. */
static int
use_those_of(struct used *u, const struct poll_def *d, const struct snmp_logins *snmp,
	struct err *e)
{
	if (d->kind == POLL_RANGE)
		return use_all(u, &snmp->names, e);
	if (d->kind == POLL_WINDOWS)
		return use_all(u, &d->logins, e);
	return use(u, d->credential, e);
}

static bool
uses_any(const struct poll_def *d, const struct snmp_logins *snmp)
{
	switch (d->kind) {
	case POLL_RANGE: return snmp->names.n > 0;
	case POLL_WINDOWS: return d->is_full && d->logins.n > 0;
	case POLL_AD: return true; /* one that is given none looks into no vault */
	default: return false;
	}
}

static int
hand_over(struct used *u, const struct poll_def *d, const struct snmp_logins *snmp,
	int *fd, struct err *e)
{
	bool tickets = d->kind == POLL_AD && !d->credential;
	struct err why;
	int rc = 0;

	if (!tickets) /* else a vault that cannot be read is no matter of it */
		rc = credentials_read(
			&snmp->credentials, u->mem, &u->all, &u->n_all, &why);
	if (rc == 0 && !tickets)
		rc = use_those_of(u, d, snmp, &why);
	rc = rc == 0 ? handover_make(u->items, u->n, fd, e)
		     : handover_refuse(why.text, fd, e);
	for (size_t i = 0; i < u->n_all; i++)
		credential_forget(&u->all[i]);
	return rc;
}

int
agent_accounts_hand_over(void *arg, const struct poll_def *d, int *fd, struct err *e)
{
	const struct call *c = arg;
	struct used u = { .mem = arena_new(MEMORY) };
	struct snmp_logins snmp;
	struct err broken; /* its process reads the same file, and says so */
	int rc = 0;

	*fd = -1;
	if (!u.mem)
		return err_nomem(e);
	if (d->kind != POLL_PASSIVE &&
		call_settings(c, tables, &snmp, sizeof(snmp), u.mem, &broken) == 0 &&
		uses_any(d, &snmp))
		rc = hand_over(&u, d, &snmp, fd, e);
	arena_free(u.mem);
	return rc;
}

/* Tickets are no secret of a file's owner alone: Kerberos looks for them by itself. */
static bool
is_secret(const struct credential *c)
{
	return c->file && strcmp(c->file, "-") != 0 &&
		(c->kind == LOGIN_KEYTAB || credential_has_secret(c->kind));
}

static int
list_secrets(const struct credential *all, size_t n, const char *vault,
	struct arena *mem, const char *const **out, struct err *e)
{
	const char **list = arena_new_array(mem, const char *, n + 2);
	size_t used = 0;

	if (!list)
		return err_nomem(e);
	if (vault)
		list[used++] = vault;
	for (size_t i = 0; i < n; i++)
		if (is_secret(&all[i]))
			list[used++] = all[i].file;
	*out = list;
	return 0;
}

int
agent_accounts_secrets(const struct call *c, const char *const **out, struct err *e)
{
	struct credential *all = NULL;
	struct snmp_logins snmp;
	const char *vault;
	struct err ignored; /* polls say what is wrong with a credential; nobody's home has no vault */
	size_t n = 0;

	if (call_settings(c, tables, &snmp, sizeof(snmp), c->mem, e) == -1)
		return -1;
	vault = snmp.credentials.vault;
	if (!vault && vault_default_path(c->mem, &vault, &ignored) == -1)
		vault = NULL;
	if (credentials_read(&snmp.credentials, c->mem, &all, &n, &ignored) == -1)
		n = 0;
	return list_secrets(all, n, vault, c->mem, out, e);
}

/* The usual vault of anybody else is not that of the agent. */
static bool
is_agents(const struct credential_conf *conf, struct arena *mem)
{
	const char *path;
	struct err homeless;

	return conf->vault ||
		(vault_default_path(mem, &path, &homeless) == 0 &&
			strncmp(path, DATA_FOLDER "/", sizeof(DATA_FOLDER)) == 0);
}

int
agent_accounts_names(
	const struct call *c, struct arena *mem, struct opt_list *out, struct err *e)
{
	static const struct opt row = { .type = OPT_LIST, .flags = OPT_NO_SPLIT };
	struct credential *all;
	struct snmp_logins snmp;
	size_t n = 0;

	*out = (struct opt_list){ .n = 0 };
	if (call_settings(c, tables, &snmp, sizeof(snmp), mem, e) == -1)
		return -1;
	if (!is_agents(&snmp.credentials, mem))
		return err_set(e, ERR_AUTH,
			"credentials of polls were not looked for: they are root's and the "
			"agent's user's");
	if (credentials_read(&snmp.credentials, mem, &all, &n, e) == -1)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (opt_set(&row, out, all[i].name, mem, e) == -1)
			return -1;
	return 0;
}
