/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A web server's answer: what is learnt does not depend on how it was cut into pieces. */
#include "converse.h"
#include "wire/http.h"

extern const struct ask ask_http;

/* In pieces of n bytes; what is not taken comes again with the next. */
static enum http_part
read_all(struct http_answer *a, const uint8_t *data, size_t size, size_t piece)
{
	enum http_part part = HTTP_MORE;
	const char *why = NULL;
	size_t from = 0, to = 0;

	while (part == HTTP_MORE && to < size) {
		to = size - to < piece ? size : to + piece;
		struct rd stream = rd_from(data + from, to - from);
		part = http_read(a, &stream, &why);
		must_be_within(&stream, data, size);
		from = to - rd_left(&stream);
	}
	MUST((part == HTTP_BROKEN) == (why != NULL));
	return part;
}

static void
must_be_text(const char *field)
{
	MUST(strnlen(field, HTTP_FIELD_MAX) < HTTP_FIELD_MAX);
}

static void
check_follows(const struct talk *t)
{
	for (size_t i = 0; i < t->n_follow; i++) {
		const char *path = t->follow[i].arg;
		MUST(t->follow[i].port == 80 && path[0] == '/' && path[1] != '/');
		for (; *path; path++)
			MUST(*path > ' ' && *path <= '~');
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct http_answer whole = { .status = 0 }, bytes = { .status = 0 };
	char one[HTML_TITLE_SIZE], other[HTML_TITLE_SIZE];

	enum http_part a = read_all(&whole, data, size, size);
	enum http_part b = read_all(&bytes, data, size, 1);
	/* Of a long body a bite may be larger than what is left of the limit. */
	if (size <= HTTP_HEAD_MAX)
		MUST(a == b);
	MUST(whole.status == bytes.status && whole.status < 1000);
	must_be_text(whole.server);
	must_be_text(whole.location);
	MUST(strcmp(whole.server, bytes.server) == 0);
	MUST(strcmp(whole.location, bytes.location) == 0);
	MUST(http_title(&whole, one) < sizeof(one));
	(void)http_title(&bytes, other);
	if (size <= HTTP_HEAD_MAX)
		MUST(strcmp(one, other) == 0);
	converse(&ask_http, 80, data, size, check_follows);
	return 0;
}
