/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scanner/ports.h"

static int
read_number(const char **text, uint16_t *out)
{
	const char *p = *text;
	uint32_t n = 0;

	for (; *p >= '0' && *p <= '9' && n <= UINT16_MAX; p++)
		n = n * 10 + (uint32_t)(*p - '0');
	if (p == *text || n == 0 || n > UINT16_MAX)
		return -1;
	*text = p;
	*out = (uint16_t)n;
	return 0;
}

int
ports_read(const char *text, uint16_t *first, uint16_t *last, struct err *e)
{
	const char *p = text;

	if (read_number(&p, first) == -1)
		goto bad;
	*last = *first;
	if (*p == '-') {
		p++;
		if (read_number(&p, last) == -1 || *last < *first)
			goto bad;
	}
	if (*p)
		goto bad;
	return 0;
bad:
	return err_set(e, ERR_ARG,
		"\"%.60s\" is no TCP port (1-65535) and no range of ports (80-90)",
		text);
}
