/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines of --state-fd. */
#include "cli/scan_state.h"

#include <string.h>

static size_t
count_lines(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

static int
read_line(const char *line, size_t n, struct sweep_known *out)
{
	char ip[ADDR_TEXT_MAX], mac[MAC_TEXT_MAX];
	const char *blank = memchr(line, ' ', n);
	size_t a = blank ? (size_t)(blank - line) : n, m = blank ? n - a - 1 : 0;

	if (!blank || a >= sizeof(ip) || m >= sizeof(mac))
		return -1;
	memcpy(ip, line, a);
	ip[a] = '\0';
	memcpy(mac, blank + 1, m);
	mac[m] = '\0';
	return addr_parse(ip, &out->ip) && mac_parse(mac, &out->mac) ? 0 : -1;
}

int
scan_state_read(
	const char *text, struct arena *mem, struct sweep_conf *out, struct err *e)
{
	size_t first = strcspn(text, "\n");
	const char *p = text + first + (text[first] == '\n');
	struct sweep_known *known = arena_new_array(
		mem, struct sweep_known, count_lines(p) + 1);
	const char *state = arena_strndup(mem, text, first);
	size_t n = 0;

	if (!known || !state)
		return err_nomem(e);
	for (size_t line = 2; *p; line++) {
		size_t length = strcspn(p, "\n");
		if (read_line(p, length, &known[n++]) == -1)
			return err_set(e, ERR_PROTO,
				"line %zu is no address with its MAC", line);
		p += length + (p[length] == '\n');
	}
	out->resume = *state ? state : NULL;
	out->known = known;
	out->n_known = n;
	return 0;
}
