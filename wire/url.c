/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RFC 3986 §3 as far as it is needed, and nothing that is doubtful. */
#include "wire/url.h"

#include <string.h>
#include <strings.h>

enum { HTTP_PORT = 80, AUTHORITY_MAX = 80, PORT_DIGITS = 5 };

/* n characters as an address; of "fe80::1%25eth0" (RFC 6874) what stands before the zone. */
static bool
read_host(const char *text, size_t n, struct addr *out)
{
	char host[AUTHORITY_MAX];

	if (n == 0 || n >= sizeof(host))
		return false;
	memcpy(host, text, n);
	host[n] = '\0';
	host[strcspn(host, "%")] = '\0';
	return addr_parse(host, out);
}

static bool
read_port(const char *text, size_t n, uint16_t *out)
{
	unsigned port = 0;

	for (size_t i = 0; i < n; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		port = port * 10 + (unsigned)(text[i] - '0');
	}
	*out = (uint16_t)port;
	return n > 0 && n <= PORT_DIGITS && port > 0 && port <= UINT16_MAX;
}

static bool
read_authority(const char *text, size_t n, struct url *out)
{
	const char *end = text + n, *close = memchr(text, ']', n), *colon;
	bool six = n > 0 && text[0] == '[';

	if (six && !close)
		return false;
	colon = memchr(six ? close : text, ':', (size_t)(end - (six ? close : text)));
	const char *host_end = six ? close : colon ? colon : end;
	if (six && close + 1 != (colon ? colon : end))
		return false;
	out->port = HTTP_PORT;
	return read_host(text + six, (size_t)(host_end - text) - six, &out->host) &&
		(out->host.family == ADDR_IP6) == six &&
		(!colon || read_port(colon + 1, (size_t)(end - colon) - 1, &out->port));
}

bool
url_read(struct rd text, struct url *out)
{
	static const char scheme[] = "http://";
	const size_t skip = sizeof(scheme) - 1;
	size_t n = rd_left(&text), slash;
	const char *p = (const char *)rd_take(&text, n);

	*out = (struct url){ .port = 0 };
	if (!p || n < skip || strncasecmp(p, scheme, skip) != 0)
		return false;
	p += skip;
	n -= skip;
	for (slash = 0; slash < n && p[slash] != '/'; slash++)
		;
	size_t path = n - slash;
	if (slash >= AUTHORITY_MAX || path >= URL_PATH_SIZE)
		return false;
	for (size_t i = 0; i < n; i++)
		if (p[i] <= ' ' || p[i] > '~' || p[i] == '#')
			return false;
	memcpy(out->path, path ? p + slash : "/", path ? path : 1);
	return read_authority(p, slash, out);
}
