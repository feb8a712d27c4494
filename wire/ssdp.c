/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A start line and header fields, taken line by line; a table says which are kept. */
#include "wire/ssdp.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { LINES_MAX = 64 };

/* The next line without its end; false: there is none. */
static bool
next_line(struct rd *r, struct rd *line)
{
	size_t n = 0, left = rd_left(r);
	struct rd ahead = *r;
	const uint8_t *p = rd_take(&ahead, left);

	if (left == 0)
		return false;
	while (n < left && p[n] != '\n')
		n++;
	*line = rd_sub(r, n);
	rd_skip(r, n < left);
	if (n && p[n - 1] == '\r')
		*line = rd_from(p, n - 1);
	return true;
}

static bool
begins(struct rd text, const char *with)
{
	size_t n = strlen(with);
	const uint8_t *p = rd_take(&text, n);

	return p && strncasecmp((const char *)p, with, n) == 0;
}

static bool
is(struct rd text, const char *what)
{
	return rd_left(&text) == strlen(what) && begins(text, what);
}

/* RFC 9110 §5.5: blanks around a value are not of it. */
static struct rd
trim(struct rd r)
{
	size_t n = rd_left(&r), from = 0;
	const uint8_t *p = rd_take(&r, n);

	while (n > from && (p[n - 1] == ' ' || p[n - 1] == '\t'))
		n--;
	while (from < n && (p[from] == ' ' || p[from] == '\t'))
		from++;
	return rd_from(n > from ? p + from : NULL, n - from);
}

static int
read_start(struct rd line, struct ssdp *out, struct err *e)
{
	static const struct {
		const char *start;
		enum ssdp_kind kind;
	} starts[] = {
		{ "NOTIFY * HTTP/1.", SSDP_ALIVE },
		{ "M-SEARCH * HTTP/1.", SSDP_SEARCH },
		{ "HTTP/1.1 200", SSDP_ANSWER },
		{ "HTTP/1.0 200", SSDP_ANSWER },
	};

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		if (begins(line, starts[i].start)) {
			out->kind = starts[i].kind;
			return 0;
		}
	return err_set(e, ERR_PROTO, "UPnP Device Architecture §1.2: no start line");
}

/* Of a field that is repeated the first counts. */
static void
read_field(struct rd line, struct ssdp *out, struct rd *nts)
{
	const struct {
		const char *name;
		struct rd *value;
	} fields[] = {
		{ "LOCATION:", &out->location },
		{ "SERVER:", &out->server },
		{ "USN:", &out->usn },
		{ "NT:", &out->type },
		{ "ST:", &out->type },
		{ "NTS:", nts },
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (begins(line, fields[i].name) && rd_left(fields[i].value) == 0) {
			rd_skip(&line, strlen(fields[i].name));
			*fields[i].value = trim(line);
			return;
		}
}

int
ssdp_read(struct rd r, struct ssdp *out, struct err *e)
{
	const struct rd none = rd_from(NULL, 0);
	struct rd line, nts = none;

	*out = (struct ssdp){
		.location = none, .server = none, .usn = none, .type = none
	};
	if (!next_line(&r, &line))
		return err_set(e, ERR_PROTO,
			"UPnP Device Architecture §1.2: an empty datagram");
	if (read_start(line, out, e) == -1)
		return -1;
	for (unsigned i = 0; i < LINES_MAX && next_line(&r, &line); i++) {
		if (rd_left(&line) == 0)
			break;
		read_field(line, out, &nts);
	}
	if (out->kind != SSDP_ALIVE)
		return 0;
	if (is(nts, "ssdp:byebye"))
		out->kind = SSDP_BYEBYE;
	else if (!is(nts, "ssdp:alive") && !is(nts, "ssdp:update"))
		return err_set(e, ERR_PROTO,
			"UPnP Device Architecture §1.2.2: no NTS that is known");
	return 0;
}

struct rd
ssdp_uuid(struct rd usn)
{
	static const char prefix[] = "uuid:";
	size_t n = 0;

	if (!begins(usn, prefix))
		return rd_from(NULL, 0);
	rd_skip(&usn, sizeof(prefix) - 1);
	size_t left = rd_left(&usn);
	const uint8_t *p = rd_take(&usn, left);
	while (n < left && p[n] != ':')
		n++;
	return rd_from(p, n);
}

void
ssdp_write_search(struct wr *w, const struct addr *to)
{
	char text[SSDP_SEARCH_MAX], ip[ADDR_TEXT_MAX];
	bool six = to->family == ADDR_IP6;
	int n = snprintf(text, sizeof(text),
		"M-SEARCH * HTTP/1.1\r\nHOST: %s%s%s:%d\r\nMAN: \"ssdp:discover\"\r\n"
		"ST: upnp:rootdevice\r\n\r\n",
		six ? "[" : "", addr_print(to, ip), six ? "]" : "", SSDP_PORT);

	wr_bytes(w, text, (size_t)n); /* two addresses fit, whichever they are */
}
