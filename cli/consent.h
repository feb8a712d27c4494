/* SPDX-License-Identifier: GPL-3.0-or-later */
/* consent.h - a person is asked before something is done that cannot be taken back */
#ifndef CLI_CONSENT_H
#define CLI_CONSENT_H

#include <stdbool.h>

#include "base/err.h"

struct consent {
	const char *about;     /* lines before the question, or "" */
	const char *question;  /* without its mark */
	const char *otherwise; /* what to do where nobody can be asked */
};

/* No, unless it is answered by y.  ERR_ARG: there is nobody to ask. */
int consent_ask(const struct consent *, bool *given, struct err *);

#endif
