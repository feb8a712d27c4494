/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One datagram to the socket that systemd names; libsystemd would bring four libraries. */
#include "schedule/notify.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

void
notify_send(const char *text)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un to = { .sun_family = AF_UNIX };

	if (!path || (*path != '/' && *path != '@') ||
		strlen(path) >= sizeof(to.sun_path))
		return;
	memcpy(to.sun_path, path, strlen(path));
	if (*path == '@') /* an abstract name */
		to.sun_path[0] = '\0';
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		return;
	/* Nobody is there, or nobody reads: the service goes on. */
	(void)sendto(fd, text, strlen(text), MSG_NOSIGNAL, (struct sockaddr *)&to,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path)));
	close(fd);
}

int64_t
notify_watchdog_us(void)
{
	const char *text = getenv("WATCHDOG_USEC");
	char *end;

	if (!text)
		return 0;
	errno = 0;
	long long us = strtoll(text, &end, 10);
	return errno == 0 && *end == '\0' && us > 0 ? us / 2 : 0;
}
