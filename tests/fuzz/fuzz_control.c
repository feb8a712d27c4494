/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines over the agent's socket: the first byte says whether it is a request or an answer. */
#include "schedule/control.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
on_agent(struct control_reader *r, const struct control_agent *a)
{
	(void)r;
	if (strlen(a->version) + strlen(a->alarm) > CONTROL_LINE_MAX)
		abort();
}

static void
on_poll(struct control_reader *r, const struct control_poll *p)
{
	struct sb text;

	(void)r;
	sb_init(&text, 1 << 20);
	control_write_poll(p, &text); /* what was read can be written */
	if (text.bad)
		abort();
	sb_done(&text);
}

static void
on_run(struct control_reader *r, const struct control_run *run)
{
	struct sb text;

	(void)r;
	sb_init(&text, 1 << 20);
	control_write_run(run, &text);
	if (text.bad)
		abort();
	sb_done(&text);
}

static void
on_end(struct control_reader *r, const struct control_end *end)
{
	(void)r;
	if (strlen(end->text) > CONTROL_LINE_MAX)
		abort();
}

/* What was read can be written. */
static void
write_again(const struct control_request *r)
{
	struct sb text;

	sb_init(&text, 8 << 20);
	control_write_request(r, &text);
	if (text.bad)
		abort();
	sb_done(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct control_reader reader = { on_agent, on_poll, on_end, on_run };
	struct control_request request;
	struct arena *mem = arena_new(1 << 20);
	struct err e;

	if (mem && size > 0 && data[0] % 2 == 0 &&
		control_read_request(
			(const char *)data + 1, size - 1, mem, &request, &e) == 0)
		write_again(&request);
	else if (mem && size > 0)
		(void)control_read_line(
			(const char *)data + 1, size - 1, mem, &reader, &e);
	arena_free(mem);
	return 0;
}
