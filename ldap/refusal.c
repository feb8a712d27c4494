/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ldap/refusal.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

const char *
refusal_words(const char *diagnostic)
{
	static const struct {
		unsigned long code;
		const char *words;
	} rows[] = {
		{ 0x525, "the directory has no such account" },
		{ 0x52e, "the user or the password is wrong" },
		{ 0x530, "the account may not log in at this time" },
		{ 0x531, "the account may not log in from this machine" },
		{ 0x532, "the password has expired" },
		{ 0x533, "the account is disabled" },
		{ 0x701, "the account has expired" },
		{ 0x773, "the password has to be changed first" },
		{ 0x775, "the account is locked" },
	};
	static const char before[] = ", data ";
	const char *at = strstr(diagnostic, before);
	char *end;

	if (!at)
		return NULL;
	unsigned long code = strtoul(at + strlen(before), &end, 16);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) && *end == ','; i++)
		if (rows[i].code == code)
			return rows[i].words;
	return NULL;
}

/* GSSAPI's minor status reaches us as text alone. */
int
refusal_of_ticket(struct err *e)
{
	static const struct {
		const char *part, *words;
	} rows[] = {
		{ "No credentials", "there is no ticket: use kinit, or --credential" },
		{ "No Kerberos credentials",
			"there is no ticket: use kinit, or --credential" },
		{ "icket expired", "the ticket has expired: use kinit again" },
		{ "lock skew",
			"the clock of this machine and that of the realm differ too much" },
		{ "not yet valid",
			"the ticket is not valid yet: the clock of this machine is behind that "
			"of the realm" },
		{ "not found in Kerberos database",
			"the realm knows no LDAP service of that name: ask the controller by "
			"its DNS name" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strstr(e->text, rows[i].part))
			return err_set(
				e, ERR_SYS, "log in by Kerberos: %s", rows[i].words);
	if (e->code == ERR_AUTH)
		e->code = ERR_SYS;
	return -1;
}
