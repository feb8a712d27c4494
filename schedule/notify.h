/* SPDX-License-Identifier: GPL-3.0-or-later */
/* notify.h - telling systemd how the service is: sd_notify(3) in the few lines that it needs */
#ifndef SCHEDULE_NOTIFY_H
#define SCHEDULE_NOTIFY_H

#include <stdint.h>

/* "READY=1", "STATUS=...", "WATCHDOG=1", several with newlines between; nothing happens
 * without $NOTIFY_SOCKET. */
void notify_send(const char *text);
/* How often WATCHDOG=1 is expected, microseconds: half of $WATCHDOG_USEC; 0: not at all. */
int64_t notify_watchdog_us(void);

#endif
