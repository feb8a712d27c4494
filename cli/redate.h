/* SPDX-License-Identifier: GPL-3.0-or-later */
/* redate.h - what a clock that was ahead has stored: looked at, told, and dated anew */
#ifndef CLI_REDATE_H
#define CLI_REDATE_H

#include "cli/common.h"

struct redate_conf {
	bool preview, yes;
};

extern const struct opt redate_opts[];

/* `muster store redate` */
int redate_run(const struct call *, const struct store_conf *,
	const struct redate_conf *, struct err *);

#endif
