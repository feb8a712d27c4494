/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The first page of a web server, in plain text and inside TLS.
 *
 * A server that sends us to another page of its own is asked for that one too, once, for
 * its title: appliances have their name there.  Other hosts and other ports are left alone.
 */
#include "scanner/ask.h"
#include "wire/http.h"

#include <stdio.h>
#include <string.h>

enum {
	HTTP_PORT = 80,
	HTTPS_PORT = 443,
	HOST_SIZE = ADDR_TEXT_MAX + 10, /* "[address]:65535" */
	PATH_SIZE = 200,
};

extern const struct ask ask_http, ask_https;

/* RFC 9110 §7.2, RFC 3986 §3.2.2 */
static void
print_host(const struct talk *t, char host[static HOST_SIZE])
{
	const struct addr *peer = talk_peer(t);
	bool six = peer->family == ADDR_IP6;
	char text[ADDR_TEXT_MAX], port[8] = "";

	if (talk_port(t) != (talk_is_tls(t) ? HTTPS_PORT : HTTP_PORT))
		(void)snprintf(port, sizeof(port), ":%u", talk_port(t));
	(void)snprintf(host, HOST_SIZE, "%s%s%s%s", six ? "[" : "",
		addr_print(peer, text), six ? "]" : "", port);
}

static enum talk_next
begin_http(struct talk *t)
{
	char host[HOST_SIZE], request[HOST_SIZE + PATH_SIZE + 200];
	const char *path = talk_arg(t)[0] ? talk_arg(t) : "/";

	print_host(t, host);
	int n = snprintf(request, sizeof(request),
		"GET %s HTTP/1.1\r\n"
		"Host: %s\r\n"
		"User-Agent: muster/" MUSTER_VERSION "\r\n"
		"Accept: text/html\r\n"
		"Accept-Encoding: identity\r\n"
		"Connection: close\r\n\r\n",
		path, host);
	if (n < 0 || (size_t)n >= sizeof(request))
		return talk_why(t, "its page has too long a name");
	talk_say(t, request, (size_t)n);
	return TALK_MORE;
}

/* Of the first page only: the one it leads to is told by its title. */
static void
tell_head(struct talk *t, const struct http_answer *a)
{
	char status[4];

	if (!a->has_head || talk_arg(t)[0])
		return;
	(void)snprintf(status, sizeof(status), "%u", a->status % 1000);
	talk_add_of_port(t, "http.status", status, strlen(status));
	talk_add_of_port(t, "http.server", a->server, strlen(a->server));
}

/* "https://host:port" as far as it is this server; what is behind it, or NULL. */
static const char *
behind_origin(const struct talk *t, const char *location)
{
	char host[HOST_SIZE], origin[HOST_SIZE + 8];

	print_host(t, host);
	int n = snprintf(
		origin, sizeof(origin), "http%s://%s", talk_is_tls(t) ? "s" : "", host);
	if (n < 0 || strncmp(location, origin, (size_t)n) != 0)
		return NULL;
	return location + n;
}

/* The path of another page of this very server (RFC 3986 §4.2, §5.2.4 left to the server);
 * false: it leads elsewhere, or to the page we have. */
static bool
own_page(const struct talk *t, const char *location, char path[static PATH_SIZE])
{
	const char *at = strstr(location, "://") ? behind_origin(t, location)
						 : location;
	size_t n = at ? strcspn(at, "#") : 0;

	if (n == 0 || n + 2 > PATH_SIZE || strncmp(at, "//", 2) == 0)
		return false;
	bool relative = at[0] != '/';
	if (relative && (at != location || memchr(at, ':', n)))
		return false;
	for (size_t i = 0; i < n; i++)
		if (at[i] <= ' ' || at[i] > '~') /* no blank or line end may slip in */
			return false;
	path[0] = '/';
	memcpy(path + relative, at, n);
	path[n + relative] = '\0';
	return path[1] != '\0';
}

/* A page that only says where the other one is has a title that tells nothing. */
static void
tell_page(struct talk *t, const struct http_answer *a)
{
	char title[HTML_TITLE_SIZE], path[PATH_SIZE];
	bool leads_on = !talk_arg(t)[0] && a->status / 100 == 3 &&
		own_page(t, a->location, path);

	if (leads_on)
		talk_follow(
			t, talk_is_tls(t) ? &ask_https : &ask_http, talk_port(t), path);
	else
		talk_add_of_port(t, "http.title", title, http_title(a, title));
}

static enum talk_next
hear_http(struct talk *t)
{
	struct http_answer *a = talk_state(t);
	struct rd stream = talk_unread(t);
	size_t before = rd_left(&stream);
	bool had_head = a->has_head;
	const char *why = NULL;
	enum http_part got = http_read(a, &stream, &why);

	talk_take(t, before - rd_left(&stream));
	if (!had_head)
		tell_head(t, a);
	if (got == HTTP_BROKEN)
		return talk_why(t, why);
	if (got == HTTP_MORE && !(a->has_head && talk_has_ended(t)))
		return TALK_MORE;
	tell_page(t, a);
	return TALK_DONE;
}

#define REQUEST \
	"GET / with Host, User-Agent, Accept, Accept-Encoding and Connection: close; where " \
	"that leads to another page of the same server, a GET for it, once"

const struct ask ask_http = {
	.name = "http",
	.help = "Status, server and title of a web server",
	.sends = REQUEST,
	.transport = ASK_TCP,
	/* and WinRM, which has no page and a Server */
	.ports = { HTTP_PORT, 8080, 8000, 5985 },
	.state_size = sizeof(struct http_answer),
	.begin = begin_http,
	.hear = hear_http,
};

const struct ask ask_https = {
	.name = "https",
	.help = "Certificate, status, server and title of a web server inside TLS",
	.sends = "A TLS handshake; inside it: " REQUEST,
	.transport = ASK_TLS,
	.ports = { HTTPS_PORT, 8443 },
	.state_size = sizeof(struct http_answer),
	.begin = begin_http,
	.hear = hear_http,
};
