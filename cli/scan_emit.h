/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scan_emit.h - both halves of a scan as one source, for --emit: what they say is passed on */
#ifndef CLI_SCAN_EMIT_H
#define CLI_SCAN_EMIT_H

#include "cli/scan.h"

/* Its conf is a struct scan_input. */
extern const struct source source_scan;

#endif
