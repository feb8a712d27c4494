/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HTTP of wire/http.h around one document. */
#include "scanner/fetch.h"

#include <stdio.h>
#include <string.h>

enum { HEAD_MAX = 1024, BODY_FIRST = 8 << 10, HTTP_OK = 200 };

static const char request[] = "%s %s HTTP/1.1\r\n"
			      "Host: %s%s%s:%u\r\n"
			      "User-Agent: muster/" MUSTER_VERSION "\r\n"
			      "Accept-Encoding: identity\r\n"
			      "Connection: close\r\n";

static bool
make_room(struct fetch *f, size_t more)
{
	size_t room = f->room ? f->room : BODY_FIRST;

	while (room < f->n + more)
		room *= 2;
	if (room == f->room)
		return true;
	uint8_t *body = arena_alloc(talk_arena(f->talk), room);
	if (!body)
		return false;
	if (f->n)
		memcpy(body, f->body, f->n);
	f->body = body;
	f->room = room;
	return true;
}

/* What does not fit is left out: then it is no whole document, and will say so. */
static void
take(void *arg, struct rd piece)
{
	struct fetch *f = arg;
	size_t n = rd_left(&piece);

	if (n > HTTP_WHOLE_MAX - f->n)
		n = HTTP_WHOLE_MAX - f->n;
	if (n == 0 || !make_room(f, n))
		return;
	rd_copy(&piece, f->body + f->n, n);
	f->n += n;
}

enum talk_next
fetch_begin(
	struct talk *t, const char *path, const char *type, const void *body, size_t n)
{
	struct fetch *f = talk_state(t);
	const struct addr *peer = talk_peer(t);
	bool six = peer->family == ADDR_IP6;
	char head[HEAD_MAX], host[ADDR_TEXT_MAX], more[128] = "";

	f->talk = t;
	f->http.take = take;
	f->http.arg = f;
	if (body)
		(void)snprintf(more, sizeof(more),
			"Content-Type: %s\r\nContent-Length: %zu\r\n", type, n);
	int size = snprintf(head, sizeof(head), request, body ? "POST" : "GET", path,
		six ? "[" : "", addr_print(peer, host), six ? "]" : "", talk_port(t));
	if (size < 0 || (size_t)size >= sizeof(head))
		return talk_why(t, "its document has too long a name");
	talk_say(t, head, (size_t)size);
	talk_say(t, more, strlen(more));
	talk_say(t, "\r\n", 2);
	if (body)
		talk_say(t, body, n);
	return TALK_MORE;
}

enum talk_next
fetch_hear(struct talk *t, struct rd *document)
{
	struct fetch *f = talk_state(t);
	struct rd stream = talk_unread(t);
	size_t before = rd_left(&stream);
	const char *why = NULL;
	enum http_part got = http_read(&f->http, &stream, &why);

	talk_take(t, before - rd_left(&stream));
	if (got == HTTP_BROKEN)
		return talk_why(t, why);
	if (got == HTTP_MORE && !talk_has_ended(t))
		return TALK_MORE;
	if (f->http.status != HTTP_OK)
		return talk_why(t, "RFC 9110 §15.3.1: no document, by its status");
	*document = rd_from(f->body, f->n);
	return TALK_DONE;
}
