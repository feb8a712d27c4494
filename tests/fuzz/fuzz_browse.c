/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A master browser that says whatever it likes: whole conversations, in two pieces. */
#include "frame.h"
#include "netbios/browse_call.h"

struct heard {
	unsigned n;
};

static int
take(void *arg, struct browse *b, const struct rap_entry *entry, bool domains)
{
	struct heard *h = arg;
	struct rd comment = entry->comment;
	size_t n = rd_left(&comment);

	(void)domains;
	MUST(entry->name[0] && memchr(entry->name, 0, sizeof(entry->name)));
	MUST(n == 0 || rd_take(&comment, n));
	MUST(n == 0 ||
		(comment.p >= b->trans.data &&
			comment.p <= b->trans.data + sizeof(b->trans.data)));
	h->n++;
	return 0;
}

/* What is left of the bytes is said again with more. */
static enum call_next
say(struct tcp_call *c, const uint8_t *data, size_t size, size_t *at, bool ended)
{
	size_t taken = 0;
	enum call_next next = c->hear(c, rd_from(data + *at, size - *at), &taken, ended);

	MUST(taken <= size - *at);
	*at += taken;
	MUST(c->n_out <= CALL_OUT_MAX);
	c->n_out = 0;
	return next;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct browse b;
	struct heard heard = { 0 };
	struct tcp_call c;
	size_t at = 0;

	b = (struct browse){
		.domain = "ALPHA", .host = "198.18.192.10", .take = take, .arg = &heard
	};
	memset(&c, 0, sizeof(c));
	browse_begin(&c, &b);
	c.n_out = 0;
	enum call_next next = say(&c, data, size / 2, &at, false);
	if (next == CALL_MORE)
		next = say(&c, data, size, &at, true);
	MUST(b.taken[0] + b.taken[1] == heard.n && heard.n <= 2 * BROWSE_ENTRIES_MAX);
	MUST(b.step <= BROWSE_OVER);
	MUST(next == CALL_BROKEN ? b.why != NULL : b.why == NULL);
	return 0;
}
