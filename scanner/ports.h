/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ports.h - ports as people write them */
#ifndef SCANNER_PORTS_H
#define SCANNER_PORTS_H

#include "base/err.h"

#include <stdint.h>

/* "22" or "80-90".  ERR_ARG: it is neither. */
int ports_read(const char *text, uint16_t *first, uint16_t *last, struct err *);

#endif
