/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * settings.h - the settings of a run as text, so that it can go on with them
 *
 * One JSON object, {"scan.rate":"200","scan.probe":["arp"]}: every row of the tables but
 * what belongs to one call (OPT_CLI_ONLY) and secrets, which the store never sees.
 */
#ifndef CLI_SETTINGS_H
#define CLI_SETTINGS_H

#include "base/opt.h"

/* In arena. */
int settings_write(const struct opt_table *, const void *settings, struct arena *,
	const char **out, struct err *);
/* What the text does not name stays as it is.  ERR_PROTO: not such a text, or it has what
 * the tables have not. */
int settings_read(const struct opt_table *, const char *text, void *settings,
	struct arena *, struct err *);
/* The first row in which the two differ that settings_write would write and that is not in
 * `but` (keys, NULL-terminated); NULL: none. */
const struct opt *settings_differ(
	const struct opt_table *, const void *a, const void *b, const char *const *but);

#endif
