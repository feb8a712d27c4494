/* SPDX-License-Identifier: GPL-3.0-or-later */
/* out_width.h - how many cells of a terminal text takes, and cutting it to fit */
#ifndef CLI_OUT_WIDTH_H
#define CLI_OUT_WIDTH_H

#include <stddef.h>

/* text: UTF-8 without control characters, as sb_add_plain writes it. */
size_t width_of(const char *text);
/* How many bytes of text fit into this many cells, whole characters only; *used: cells. */
size_t width_fit(const char *text, size_t cells, size_t *used);

#endif
