/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scan_state.h - what a sweep is given that goes on without a store (--state-fd)
 *
 * The first line is the state that the sweep told; each of the others is an address that has
 * answered it, and its MAC: "198.18.3.7 00:16:3e:5e:6c:00", zeroes when none is known.
 */
#ifndef CLI_SCAN_STATE_H
#define CLI_SCAN_STATE_H

#include "scanner/sweep.h"

/* Sets resume, known and n_known, in arena.  ERR_PROTO: which line is none. */
int scan_state_read(const char *text, struct arena *, struct sweep_conf *, struct err *);

#endif
