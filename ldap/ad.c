/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The settings of the source, and what they mean for a domain. */
#include "ldap/ad.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/hostname.h"
#include "ldap/locate.h"

static const char *const tls_names[] = { "none", "start", "always", NULL };

#define AT(f) offsetof(struct ad_conf, f)
const struct opt ad_opts[] = {
	{ .name = "ad.domain",
		.letter = 'd',
		.type = OPT_LIST,
		.at = AT(domains),
		.arg = "DOMAIN",
		.help = "Poll this domain instead of the one that this machine belongs to" },
	{ .name = "ad.forest",
		.type = OPT_BOOL,
		.at = AT(forest),
		.help = "Poll every domain of the forest" },
	{ .name = "ad.trusts",
		.type = OPT_BOOL,
		.at = AT(trusts),
		.help = "Poll domains outside of the forest that trust it, too" },
	{ .name = "ad.server",
		.type = OPT_LIST,
		.at = AT(servers),
		.arg = "[DOMAIN=]HOST",
		.help = "Ask this controller, not the ones that DNS names" },
	{ .name = "ad.credential",
		.type = OPT_LIST,
		.at = AT(logins),
		.arg = "[DOMAIN=]NAME",
		.help = "Log in with this one of `muster credential list`, not as this machine or "
			"its user" },
	{ .name = "ad.tls",
		.type = OPT_ENUM,
		.at = AT(tls),
		.choices = tls_names,
		.value = "none",
		.help = "Use TLS: none (Kerberos signs and seals without), start on port 389, "
			"always on port 636" },
	{ .name = "ad.ca",
		.type = OPT_STR,
		.at = AT(ca_file),
		.arg = "FILE",
		.help = "Trust these certification authorities instead of the system's" },
	{ .name = "ad.full",
		.type = OPT_BOOL,
		.at = AT(full),
		.flags = OPT_CLI_ONLY,
		.help = "Read all, though changes would do" },
	{ .name = "ad.full_every",
		.type = OPT_MSEC,
		.at = AT(full_every_ms),
		.min = 0,
		.max = INT64_C(3650) * 86400000,
		.value = "7d",
		.help = "Read all again when the last time is this long ago; 0: never" },
	{ .name = "ad.dns",
		.type = OPT_BOOL,
		.at = AT(dns),
		.value = "yes",
		.help = "Take addresses from the DNS zones of the directory" },
	{ .name = "ad.dns_age",
		.type = OPT_MSEC,
		.at = AT(dns_age_ms),
		.min = 0,
		.max = INT64_C(3650) * 86400000,
		.value = "30d",
		.help = "Take no address that was registered longer ago; 0: take all" },
	{ .name = "ad.ask_dns",
		.type = OPT_INT,
		.at = AT(ask_dns),
		.min = 0,
		.max = 1000000,
		.value = "10000",
		.unit = "names",
		.help = "Ask DNS for this many computers of a domain whose names stand in no "
			"zone of the directory; 0: none" },
	{ .name = "ad.page",
		.type = OPT_INT,
		.at = AT(page),
		.min = 1,
		.max = 100000,
		.value = "1000",
		.unit = "entries",
		.flags = OPT_HIDDEN,
		.help = "Ask for pages of this size" },
	{ .name = "ad.parallel",
		.type = OPT_INT,
		.at = AT(parallel),
		.min = 1,
		.max = 64,
		.value = "10",
		.unit = "domains",
		.help = "Poll this many domains at once" },
	{ .name = "ad.timeout",
		.type = OPT_MSEC,
		.at = AT(timeout_ms),
		.min = 100,
		.max = 600000,
		.value = "30s",
		.help = "Leave a controller that says nothing for this long" },
	{ .name = NULL },
};

/* --- what is meant for a domain ---------------------------------------------------------------- */

const char *
ad_server_of(const struct ad_conf *c, const char *domain)
{
	return opt_list_for(&c->servers, domain);
}

int
ad_account_of(const struct ad_conf *c, const char *domain, struct credential **out,
	struct err *e)
{
	const char *name = opt_list_for(&c->logins, domain);

	*out = name ? credential_find(c->accounts, c->n_accounts, name) : NULL;
	if (name && !*out)
		return err_set(e, ERR_ARG, "there is no credential %.60s", name);
	return 0;
}

/* --- checks --------------------------------------------------------------------------------------- */

/* Else each controller would be blamed. */
static int
check_file(const char *path, const char *option, const char *named, struct err *e)
{
	if (!path || path[0] != '/' || access(path, R_OK) == 0)
		return 0;
	int why = errno;
	return err_set(e, ERR_ARG, "--%s %.60s: %.200s: %s", option, named, path,
		strerror(why));
}

static int
check_logins(const struct ad_conf *c, struct err *e)
{
	for (size_t i = 0; i < c->logins.n; i++) {
		const char *item = c->logins.items[i], *is = strchr(item, '=');
		const char *name = is ? is + 1 : item;
		const struct credential *found = credential_find(
			c->accounts, c->n_accounts, name);
		if (!found)
			return err_set(e, ERR_ARG,
				"--credential %.60s: there is no credential %.60s; 'muster "
				"credential list' shows them",
				item, name);
		if (found->kind == LOGIN_SIMPLE && c->tls == TLS_NONE)
			return err_set(e, ERR_ARG,
				"--credential %.60s: a simple bind needs --tls start or --tls "
				"always: it shows the password",
				item);
		if (found->kind == LOGIN_KEYTAB && !found->content &&
			check_file(found->file, "credential", item, e) == -1)
			return -1;
	}
	return 0;
}

static int
check_servers(const struct ad_conf *c, struct err *e)
{
	size_t without = 0;

	for (size_t i = 0; i < c->servers.n; i++)
		without += !strchr(c->servers.items[i], '=');
	if (without > 1 || (without && (c->domains.n > 1 || c->forest || c->trusts)))
		return err_set(e, ERR_ARG,
			"--server HOST is for one domain: write --server DOMAIN=HOST");
	return 0;
}

static bool
is_polled(const struct ad_conf *c, const char *own, const char *domain, size_t n)
{
	bool is_own = c->domains.n == 0 && strlen(own) == n &&
		strncasecmp(own, domain, n) == 0;

	for (size_t i = 0; i < c->domains.n && !is_own; i++)
		is_own = strlen(c->domains.items[i]) == n &&
			strncasecmp(c->domains.items[i], domain, n) == 0;
	return is_own;
}

/* Which domains a forest has, and whom a server serves, is not known here. */
int
ad_check_typed(const struct ad_conf *c, const struct ad_conf *typed, struct err *e)
{
	const struct opt_list *lists[] = { &typed->servers, &typed->logins };
	char own[CONTROLLER_NAME_MAX] = "";

	if (c->forest || c->trusts)
		return 0;
	if (c->domains.n == 0 && (ad_server_of(c, "") || !locate_own_domain(own)))
		return 0;
	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < lists[k]->n; i++) {
			const char *item = lists[k]->items[i], *is = strchr(item, '=');
			if (!is || is_polled(c, own, item, (size_t)(is - item)))
				continue;
			return err_set(e, ERR_ARG,
				"--%s %.100s: %.*s is not polled: --domain does not name "
				"it",
				k ? "credential" : "server", item, (int)(is - item),
				item);
		}
	return 0;
}

int
ad_check(struct ad_conf *c, struct arena *mem, struct err *e)
{
	for (size_t i = 0; i < c->domains.n; i++)
		if (!hostname_is_valid(c->domains.items[i]))
			return err_set(e, ERR_ARG,
				"--domain %.100s: no DNS name of a domain",
				c->domains.items[i]);
	if (c->forest && c->domains.n > 1)
		return err_set(
			e, ERR_ARG, "--forest is of one domain: leave the others out");
	if (credentials_read(&c->credentials, mem, &c->accounts, &c->n_accounts, e) ==
		-1)
		return -1;
	if (c->ca_file && check_file(c->ca_file, "ca", c->ca_file, e) == -1)
		return -1;
	return check_logins(c, e) == -1 ? -1 : check_servers(c, e);
}
