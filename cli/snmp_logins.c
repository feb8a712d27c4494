/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/snmp_logins.h"

#include <stddef.h>

#include "cli/credentials.h"

const struct opt snmp_login_opts[] = {
	{ .name = "scan.snmp_credential",
		.type = OPT_LIST,
		.at = offsetof(struct snmp_logins, names),
		.arg = "NAME",
		.help = "Ask by SNMP with these, too, as 'muster credential list' shows them" },
	{ .name = NULL },
};

static int
append(struct opt_list *list, const char *text, struct arena *mem, struct err *e)
{
	static const struct opt row = { .type = OPT_LIST, .flags = OPT_NO_SPLIT };

	if (!text)
		return err_nomem(e);
	return opt_set(&row, list, text, mem, e);
}

static int
add_one(const struct credential *c, struct opt_list *communities,
	struct opt_list *users, struct arena *mem, struct err *e)
{
	if (c->kind == LOGIN_COMMUNITY)
		return append(communities, c->secret, mem, e);
	return append(users, arena_printf(mem, "%s %s", c->user, c->secret), mem, e);
}

int
snmp_logins_add(const struct snmp_logins *l, struct opt_list *communities,
	struct opt_list *users, struct arena *mem, struct err *e)
{
	struct credential *all;
	size_t n;

	if (l->names.n == 0)
		return 0;
	if (credentials_read(&l->credentials, mem, &all, &n, e) == -1)
		return -1;
	for (size_t i = 0; i < l->names.n; i++) {
		const struct credential *c = credential_find(all, n, l->names.items[i]);
		if (!c || (c->kind != LOGIN_COMMUNITY && c->kind != LOGIN_SNMP_USER))
			return err_set(e, ERR_ARG,
				"--snmp-credential %.60s: there is no credential of that "
				"name for SNMP; 'muster credential list' shows them",
				l->names.items[i]);
	}
	int rc = credentials_load(&l->names, all, n, mem, e);
	for (size_t i = 0; rc == 0 && i < l->names.n; i++)
		rc = add_one(credential_find(all, n, l->names.items[i]), communities,
			users, mem, e);
	credentials_forget(all, n);
	return rc;
}
