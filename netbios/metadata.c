/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Devices Profile for Web Services §4: a POST of Get, and the GetResponse. */
#include "netbios/metadata.h"

#include <stdio.h>
#include <string.h>

#include "base/uuid.h"
#include "netbios/report.h"

enum {
	HEAD_MAX = 1024,
	BODY_FIRST = 4 << 10,
	HTTP_OK = 200,
	PATIENCE = 4 * SECOND, /* a small document of a machine on the link */
};

static const char request[] = "POST %s HTTP/1.1\r\n"
			      "Host: %s%s%s:%u\r\n"
			      "User-Agent: muster/" MUSTER_VERSION "\r\n"
			      "Accept-Encoding: identity\r\n"
			      "Connection: close\r\n"
			      "Content-Type: application/soap+xml\r\n"
			      "Content-Length: %zu\r\n"
			      "\r\n";

/* --- the conversation ---------------------------------------------------------------------- */

static bool
make_room(struct metadata *m, size_t more)
{
	size_t room = m->room ? m->room : BODY_FIRST;

	while (room < m->n + more)
		room *= 2;
	if (room == m->room)
		return true;
	uint8_t *body = arena_alloc(m->mem, room);
	if (!body)
		return false;
	if (m->n)
		memcpy(body, m->body, m->n);
	m->body = body;
	m->room = room;
	return true;
}

/* What does not fit is left out: then it is no whole document, and will say so. */
static void
take(void *arg, struct rd piece)
{
	struct metadata *m = arg;
	size_t n = rd_left(&piece);

	if (n > HTTP_WHOLE_MAX - m->n)
		n = HTTP_WHOLE_MAX - m->n;
	if (n == 0 || !make_room(m, n))
		return;
	rd_copy(&piece, m->body + m->n, n);
	m->n += n;
}

static enum call_next
hear(struct tcp_call *c, struct rd unread, size_t *taken, bool ended)
{
	struct metadata *m = c->state;
	size_t before = rd_left(&unread);
	const char *why;
	enum http_part got = http_read(&m->http, &unread, &why);

	*taken = before - rd_left(&unread);
	if (got == HTTP_BROKEN)
		return CALL_BROKEN;
	return got == HTTP_DONE || ended ? CALL_DONE : CALL_MORE;
}

bool
metadata_begin(struct tcp_call *c, struct metadata *m, const struct device_found *d,
	struct arena *mem)
{
	char head[HEAD_MAX], host[ADDR_TEXT_MAX], id[UUID_TEXT_MAX];
	uint8_t body[WSD_MESSAGE_MAX];
	struct wr w = wr_to(body, sizeof(body));

	*m = (struct metadata){ .device = d, .mem = mem };
	m->http.take = take;
	m->http.arg = m;
	*c = (struct tcp_call){ .peer = d->ip,
		.scope = d->scope,
		.port = d->url.port,
		.hear = hear,
		.state = m };
	bool ip6 = d->ip.family == ADDR_IP6; /* RFC 3986 §3.2.2; without its zone */
	/* Only that it is unique matters: no clock is needed. */
	wsd_write_get(&w, uuid_new(0, id), d->endpoint);
	int n = snprintf(head, sizeof(head), request, d->url.path, ip6 ? "[" : "",
		addr_print(&d->ip, host), ip6 ? "]" : "", d->url.port, wr_used(&w));
	if (w.bad || n < 0 || (size_t)n >= sizeof(head))
		return false;
	call_say(c, head, (size_t)n);
	call_say(c, body, wr_used(&w));
	return true;
}

int
metadata_read(const struct metadata *m, struct wsd_message *out, struct err *e)
{
	if (m->http.status != HTTP_OK)
		return err_set(
			e, ERR_PROTO, "RFC 9110 §15.3.1: status %u", m->http.status);
	return wsd_read(rd_from(m->body, m->n), out, e);
}

/* --- all of them --------------------------------------------------------------------------- */

static int
tell(struct finding *f, const struct device_found *d, const struct wsd_message *m,
	struct err *e)
{
	tell_begin(&f->tell, &d->ip);
	tell_str(&f->tell, "wsd.name", m->name);
	tell_str(&f->tell, "wsd.domain", m->domain);
	tell_str(&f->tell, "wsd.maker", m->maker);
	tell_str(&f->tell, "wsd.model", m->model);
	tell_str(&f->tell, "wsd.uuid", wsd_uuid(m));
	for (size_t i = 0; i < m->n_types; i++)
		tell_item(&f->tell, "wsd.types",
			rd_from(m->types[i], strlen(m->types[i])));
	if (finding_tell_reply(f, e) == -1)
		return -1;
	finding_member(f, m->domain, m->name, LEARNT_WSD);
	return finding_domain(f, m->domain, LEARNT_WSD, e);
}

static int
read_all(struct finding *f, const struct tcp_call *calls, size_t n, struct err *e)
{
	uint64_t failed = 0;

	for (size_t i = 0; i < n; i++) {
		const struct metadata *m = calls[i].state;
		struct wsd_message message;
		struct err ignored;
		if (calls[i].outcome != CALL_WAS_DONE ||
			metadata_read(m, &message, &ignored) == -1) {
			failed++;
			continue;
		}
		if (tell(f, m->device, &message, e) == -1)
			return -1;
	}
	if (failed)
		report_reason(f, "metadata-missing", "", failed,
			"Devices answered WS-Discovery and did not tell their names");
	return 0;
}

int
metadata_ask(struct finding *f, struct err *e)
{
	struct arena *mem = f->run->scratch;
	struct tcp_call *calls = arena_new_array(mem, struct tcp_call, f->n_devices + 1);
	struct metadata *states = arena_new_array(
		mem, struct metadata, f->n_devices + 1);
	size_t n = 0;

	if (!calls || !states)
		return err_nomem(e);
	for (size_t i = 0; i < f->n_devices; i++)
		if (f->devices[i].url.port &&
			metadata_begin(&calls[n], &states[n], &f->devices[i], mem))
			n++;
	const struct call_conf conf = finding_calls(f, PATIENCE);
	if (call_all(calls, n, &conf, e) == -1)
		return -1;
	return read_all(f, calls, n, e);
}
