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
