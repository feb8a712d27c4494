/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * windows_known.h - machines that were known before a full poll, and are asked by it one by one
 *
 * Who speaks neither NetBIOS nor WS-Discovery, or is behind a router, shows himself to no poll.
 * Sweeps have found him, though, and by SMB he tells who he is.  A command takes them from the
 * store; an agent hands them to its polls, which have none (--known-from).
 */
#ifndef CLI_WINDOWS_KNOWN_H
#define CLI_WINDOWS_KNOWN_H

#include "cli/windows.h"
#include "db/store.h"

/* Both: they join the targets of settings, but for those that are excluded; in arena. */
int windows_know_stored(struct store *, struct windows_settings *, struct arena *,
	struct windows_known *out, struct err *);
int windows_know_given(struct windows_settings *, struct arena *,
	struct windows_known *out, struct err *);

/* What came of it. */
void windows_known_tell(const struct windows_known *, struct monitor *);

#endif
