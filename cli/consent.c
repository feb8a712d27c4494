/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/consent.h"

#include <stdio.h>
#include <unistd.h>

int
consent_ask(const struct consent *c, bool *given, struct err *e)
{
	char answer[8] = "";

	if (!isatty(STDIN_FILENO))
		return err_set(e, ERR_ARG, "nobody can be asked here: %s", c->otherwise);
	(void)fprintf(stderr, "%s%s? [y/N] ", c->about, c->question);
	*given = fgets(answer, sizeof(answer), stdin) &&
		(answer[0] == 'y' || answer[0] == 'Y');
	return 0;
}
