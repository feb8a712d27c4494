/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fetch.h - one document over HTTP, for conversations (ask.h) that lead to one
 *
 * The state of such a conversation begins with a struct fetch.  begin says the request,
 * hear collects the document, of at most HTTP_WHOLE_MAX bytes.
 */
#ifndef SCANNER_FETCH_H
#define SCANNER_FETCH_H

#include "scanner/ask.h"
#include "wire/http.h"

struct fetch {
	struct http_answer http;
	uint8_t *body; /* in the conversation's arena; NULL: nothing came */
	size_t n, room;
	struct talk *talk;
};

/* GET, or with a body POST.  path: printable ASCII without blanks. */
enum talk_next fetch_begin(
	struct talk *, const char *path, const char *type, const void *body, size_t n);
/* TALK_DONE: *document is all there (status 200), or as much as will ever be. */
enum talk_next fetch_hear(struct talk *, struct rd *document);

#endif
