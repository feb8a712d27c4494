/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * resume.h - which sweep goes on (--resume), with what, and how far it came
 *
 * The store knows: the newest run that was not completed, its settings, the last state that
 * its worker told, and who answered so far.  The new run names it, and takes its place.
 */
#ifndef CLI_RESUME_H
#define CLI_RESUME_H

#include "cli/scan.h"

/* What of a sweep's settings is kept with its run, in struct scan_conf. */
extern const struct opt_table resume_tables[];

/*
 * Opens the store and puts the settings of the sweep that goes on into conf; what was typed
 * beside --resume counts where it only changes how fast (ERR_ARG: it changes what is asked).
 * ERR_NOTFOUND: there is no such sweep, and why.  out->store is the caller's to close, also
 * after a failure.
 */
int resume_prepare(
	const struct call *, struct scan_conf *, struct resumed *out, struct err *);

/* "the sweep of 2026-11-22T01:41:40Z (run …), which was through with 43 % and
 * found 1234 addresses".  In arena. */
const char *resume_describe(const struct resumed *, struct arena *, struct err *);

#endif
