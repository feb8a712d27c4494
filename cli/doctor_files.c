/* SPDX-License-Identifier: GPL-3.0-or-later */
/* muster doctor: muster.yaml, agent.yaml and the secrets that they name. */
#include "cli/doctor.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/as_user.h"
#include "host/login.h"

enum { MISTAKES_TOLD = 5 }; /* `config check` tells all of them */

/* Each line of what a reader of files said. */
static void
tell_mistakes(struct doctor *d, const char *lines, const char *fix)
{
	int told = 0;

	for (const char *p = lines; *p && told < MISTAKES_TOLD; told++) {
		int n = (int)strcspn(p, "\n");
		doctor_tell(d, DOCTOR_PROBLEM, fix, "%.*s", n, p);
		p += n + (p[n] == '\n');
	}
}

/* Who may write it decides what this machine asks. */
static void
check_writers(struct doctor *d, const char *path)
{
	struct stat st;

	if (stat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_mode & S_IWOTH)
		doctor_tell(d, DOCTOR_PROBLEM,
			arena_printf(d->call->mem, "chmod o-w %s", path),
			"%s: everybody may write it", path);
}

/* --- muster.yaml ---------------------------------------------------------------------------- */

static int
take_settings(struct doctor *d, const struct conf *conf, struct err *e)
{
	const struct opt_table ad[] = { { "", ad_opts, 0 },
		{ "", credential_opts, offsetof(struct ad_conf, credentials) },
		{ NULL, NULL, 0 } };
	struct arena *mem = d->call->mem;

	if (opt_defaults(ad, &d->ad, mem, e) == -1 ||
		conf_apply(conf, ad, &d->ad, mem, e) == -1 ||
		conf_apply(conf, d->call->command->tables, d->conf, mem, e) == -1)
		return -1;
	return call_read_again(d->call, d->conf, e);
}

int
doctor_settings(struct doctor *d, struct err *e)
{
	const char *named = d->call->common->config,
		   *path = named ? named : CONFIG_DEFAULT;
	struct arena *mem = d->call->mem;
	const struct opt_table *known = command_all_tables(mem, e);
	struct conf *conf = NULL;
	struct sb mistakes;

	if (!known)
		return -1;
	sb_init(&mistakes, CONF_MAX);
	int rc = conf_read_file(path, known, mem, &conf, &mistakes, e);
	if (rc == 0)
		doctor_tell(d, DOCTOR_OK, NULL, "%s has no mistakes", path);
	else if (e->code == ERR_NOTFOUND && !named)
		doctor_tell(d, DOCTOR_OK, NULL,
			"%s does not exist: all settings have their defaults", path);
	else if (mistakes.len)
		tell_mistakes(d, mistakes.text,
			arena_printf(mem, "muster config check %s", path));
	else
		doctor_tell(d, DOCTOR_PROBLEM, "let this user read it", "%s", e->text);
	sb_done(&mistakes);
	check_writers(d, path);
	return take_settings(d, conf, e);
}

/* --- agent.yaml ----------------------------------------------------------------------------- */

static void
tell_agent(struct doctor *d, const char *path)
{
	size_t on = 0;

	for (size_t i = 0; i < d->agent->n_polls; i++)
		on += d->agent->polls[i].timing.enabled;
	if (!d->agent->accepted)
		doctor_tell(d, DOCTOR_WARNING,
			"read it, and let it say 'accepted: yes' under agent:",
			"%s was not accepted yet: the agent refuses to run by it", path);
	else if (on == 0)
		doctor_tell(d, DOCTOR_WARNING,
			"muster range add NAME TARGET..., or 'enabled: yes' in it",
			"%s: no poll is switched on", path);
	else
		doctor_tell(d, DOCTOR_OK, NULL,
			"%s has no mistakes: %zu of %zu polls are on", path, on,
			d->agent->n_polls);
}

int
doctor_agent_file(struct doctor *d, struct err *e)
{
	const char *path = agent_file_path(&d->conf->where);
	struct arena *mem = d->call->mem;
	struct sb mistakes;

	sb_init(&mistakes, CONF_MAX);
	int rc = agent_conf_read_file(
		path, clock_wall(&clock_system) / SECOND, mem, &d->agent, &mistakes, e);
	d->has_agent_file = rc == 0 || e->code != ERR_NOTFOUND;
	if (rc == -1)
		d->agent = NULL;
	if (rc == 0)
		tell_agent(d, path);
	else if (!d->has_agent_file && !d->conf->where.file)
		doctor_tell(d, DOCTOR_SKIPPED, NULL,
			"%s does not exist: this machine is no distribution point "
			"('muster config propose' writes one)",
			path);
	else if (mistakes.len)
		tell_mistakes(d, mistakes.text,
			arena_printf(mem, "muster config check --agent %s", path));
	else
		doctor_tell(d, DOCTOR_PROBLEM, "name a file that this user may read",
			"%s", e->text);
	sb_done(&mistakes);
	check_writers(d, path);
	return rc == -1 && e->code == ERR_NOMEM ? -1 : 0;
}

bool
doctor_polls(const struct doctor *d, const struct poll_def *p)
{
	return d->agent && d->agent->accepted && p->timing.enabled;
}

/* --- credentials ---------------------------------------------------------------------------- */

/* The agent's: its socket is of its user, and so is the folder of the sealed secrets. */
static uid_t
agent_user(const struct doctor *d, const struct credential *c)
{
	const char *socket = d->agent ? d->agent->socket : NULL, *slash;
	const char *file = c->sealed ? c->file : NULL;
	struct stat st;

	if (geteuid() != 0)
		return geteuid();
	if (socket && stat(socket, &st) == 0)
		return st.st_uid;
	slash = file ? strrchr(file, '/') : NULL;
	if (slash &&
		stat(arena_printf(d->call->mem, "%.*s/", (int)(slash - file), file),
			&st) == 0)
		return st.st_uid;
	return 0;
}

struct secret {
	struct credential *c;
	struct arena *mem;
};

static int
load_secret(void *arg, struct err *e)
{
	struct secret *s = arg;
	struct credential *c = s->c;

	if (credential_load(c, s->mem, NULL, e) == -1)
		return -1;
	credential_forget(c);
	if (c->file && access(c->file, R_OK) == -1)
		return err_sys(e, "%s", c->file);
	return 0;
}

static void
check_secret(struct doctor *d, struct credential *c)
{
	struct secret s = { c, d->call->mem };
	uid_t uid = agent_user(d, c);
	const char *user, *fix;
	struct err why;

	if (login_name(uid, s.mem, &user, &why) == -1)
		return;
	fix = arena_printf(s.mem,
		"it must be there, and %s, the agent's user, alone may read "
		"it: chown %s FILE, chmod 600 FILE",
		user, user);

	if (c->file && strcmp(c->file, "-") == 0)
		doctor_tell(d, DOCTOR_PROBLEM,
			"keep the password in a file of mode 0600",
			"%s asks a person for its password, and an agent has nobody to ask",
			c->name);
	else if ((uid == geteuid() ? load_secret(&s, &why)
				   : as_user(uid, load_secret, &s, &why)) == -1)
		doctor_tell(d, DOCTOR_PROBLEM, fix, "%s, as %s: %s", c->name, user,
			why.text);
	else
		doctor_tell(d, DOCTOR_OK, NULL, "%s can be used by %s%s%s", c->name,
			user, c->file ? ": " : "", c->file ? c->file : "");
}

/* login: NAME, or DOMAIN=NAME. */
static void
check_login(struct doctor *d, const struct poll_def *p, const char *login)
{
	const char *is = strchr(login, '='), *name = is ? is + 1 : login;
	struct credential *c = credential_find(d->ad.accounts, d->ad.n_accounts, name);

	if (c)
		check_secret(d, c);
	else
		doctor_tell(d, DOCTOR_PROBLEM,
			"muster credential add (muster-credential(1)), or a line of "
			"'credentials' in muster.yaml",
			"%s logs in by %s, which there is not", p->section, name);
}

int
doctor_credentials(struct doctor *d, struct err *e)
{
	size_t named = 0;

	if (ad_check(&d->ad, d->call->mem, e) == -1) {
		doctor_tell(d, DOCTOR_PROBLEM,
			"muster-credential(1) says how accounts are written", "%s",
			e->text);
		return 0;
	}
	for (size_t i = 0; d->agent && i < d->agent->n_polls; i++) {
		const struct poll_def *p = &d->agent->polls[i];
		/* Of Windows domains only the full poll logs in. */
		size_t logins = p->kind == POLL_WINDOWS && p->is_full ? p->logins.n : 0;
		if (!p->timing.enabled)
			continue;
		named += logins + (p->credential != NULL);
		if (p->credential)
			check_login(d, p, p->credential);
		for (size_t k = 0; k < logins; k++)
			check_login(d, p, p->logins.items[k]);
	}
	if (!named)
		doctor_tell(d, DOCTOR_SKIPPED, NULL, "no poll names one");
	return 0;
}
