/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * http.h - the answer of a web server: status, who it is, the title of the page
 *
 * RFC 9112: the head (§4, §5), and the body however it is delimited (§6.3: chunks, length,
 * or the end).  Bytes go in as they come; of the head whole lines are taken, of the body
 * everything, and only the title is kept.
 *
 *	struct http_answer a = { 0 };
 *	... http_read(&a, &stream, &why) each time more has come, until it is not HTTP_MORE
 */
#ifndef WIRE_HTTP_H
#define WIRE_HTTP_H

#include "wire/html.h"

enum {
	HTTP_HEAD_MAX = 8 << 10,   /* bytes in all, interim answers included */
	HTTP_BODY_MAX = 32 << 10,  /* bytes that are looked at */
	HTTP_WHOLE_MAX = 64 << 10, /* the same, of what is taken as a whole */
	HTTP_FIELD_MAX = 256,      /* a longer value is cut */
};

enum http_part { HTTP_MORE, HTTP_DONE, HTTP_BROKEN };

enum http_where {
	HTTP_STATUS_LINE,
	HTTP_FIELDS,
	HTTP_BODY,
	HTTP_CHUNK_SIZE,
	HTTP_CHUNK,
	HTTP_CHUNK_END,
};

/* How the body ends. */
enum http_body { HTTP_TO_THE_END, HTTP_COUNTED, HTTP_CHUNKED };

/* All zero: before the first byte. */
struct http_answer {
	unsigned status;               /* 0: not yet */
	bool has_head;                 /* status, server and location are all there */
	char server[HTTP_FIELD_MAX];   /* "": none */
	char location[HTTP_FIELD_MAX]; /* "": none, or longer than this */
	struct html_title title;

	/* Set before the first byte: who takes the body piece by piece, whatever its type, in
	 * place of its title.  NULL: nobody. */
	void (*take)(void *arg, struct rd piece);
	void *arg;

	enum http_where where;
	enum http_body body;
	bool is_page;  /* HTML, or it does not say */
	uint64_t left; /* of the body, or of the chunk */
	size_t n_head, n_body;
};

/* Takes what it can of the stream.  HTTP_DONE: more would tell nothing.  why: static text
 * with the clause that is broken. */
enum http_part http_read(struct http_answer *, struct rd *stream, const char **why);

/* The title so far, decoded (html.h). */
static inline size_t
http_title(const struct http_answer *a, char out[static HTML_TITLE_SIZE])
{
	return html_title_text(&a->title, out);
}

#endif
