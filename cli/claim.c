/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/claim.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "schedule/control.h"

int
claim_addresses(int fd, const struct iprange *set, struct arena *mem, struct err *e)
{
	const char *text = control_sweeps_text(set, mem);
	char answer;
	ssize_t n = -1;
	int rc = 0;

	if (!text)
		rc = err_nomem(e);
	else if (send(fd, text, strlen(text), MSG_NOSIGNAL) == -1)
		rc = err_sys(e, "say what is swept");
	else
		do
			n = recv(fd, &answer, 1, 0);
		while (n == -1 && errno == EINTR);
	if (rc == 0 && n != 1)
		rc = err_set(e, ERR_SYS, "the agent does not let this sweep begin");
	close(fd);
	return rc;
}
