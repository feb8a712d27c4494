/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HTTP/1.x (RFC 9112): one page a host, with its Server field and its title. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "conn.h"

enum { HEAD_MAX = 16 << 10 };

const char *
http_server(const struct person *p)
{
	if (p->profile->web)
		return p->profile->web;
	switch (p->windows->major * 10 + p->windows->minor) {
	case 61: return "Microsoft-IIS/7.5";
	case 63: return "Microsoft-IIS/8.5";
	default: return "Microsoft-IIS/10.0";
	}
}

static void
put_location(struct conn *c)
{
	struct in_addr in = { htonl(c->who->addr) };
	char text[64], address[16];

	inet_ntop(AF_INET, &in, address, sizeof(address));
	snprintf(text, sizeof(text), "Location: http%s://%s/\r\n",
		c->who->fault == REDIRECT && !c->ssl ? "" : "s", address);
	put_text(&c->out, text);
}

static void
put_page(struct conn *c, unsigned status, bool with_body)
{
	char body[256], head[256];

	snprintf(body, sizeof(body),
		"<!DOCTYPE html>\n<html><head><title>%s</title></head>\n"
		"<body><p>A host of the lab.</p></body></html>\n",
		c->who->title);
	snprintf(head, sizeof(head),
		"HTTP/1.1 %u %s\r\nServer: %s\r\nContent-Type: text/html\r\n"
		"Content-Length: %zu\r\nConnection: close\r\n",
		status,
		status == 200           ? "OK"
			: status == 400 ? "Bad Request"
					: "Moved Permanently",
		http_server(c->who), strlen(body));
	put_text(&c->out, head);
	if (status == 301)
		put_location(c);
	put_text(&c->out, "\r\n");
	if (with_body)
		put_text(&c->out, body);
}

enum next
http_hear(struct conn *c)
{
	bool get = c->in.n >= 4 && memcmp(c->in.p, "GET ", 4) == 0;
	bool head = c->in.n >= 5 && memcmp(c->in.p, "HEAD ", 5) == 0;
	unsigned status = c->who->fault == REDIRECT ? 301
		: c->service->tls                   ? 200
						    : c->who->profile->status;

	if (c->in.n == 0)
		return MORE;
	if (!memmem(c->in.p, c->in.n, "\r\n\r\n", 4))
		return c->in.n > HEAD_MAX ? END : MORE;
	put_page(c, get || head ? status : 400, !head);
	bytes_take(&c->in, c->in.n);
	return END;
}
