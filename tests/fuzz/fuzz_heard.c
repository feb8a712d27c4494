/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole frames to the listeners: whatever is told is sorted, known and bounded. */
#include "frame.h"
#include "inventory/fact.h"
#include "scanner/heard.h"

static void
check_fact(const struct fact *f)
{
	const struct fact_def *def = fact_find(f->key);

	MUST(def && def->type == f->type);
	if (f->type == FACT_TEXT)
		MUST(f->text[0] && strlen(f->text) < 256);
	for (size_t i = 0; f->type == FACT_TEXTS && i < f->texts.n; i++) {
		MUST(f->texts.items[i][0]);
		MUST(i == 0 || strcmp(f->texts.items[i - 1], f->texts.items[i]) < 0);
	}
	MUST(f->type != FACT_MAC || !mac_is_group(&f->mac));
}

static int
take(struct heard_frame *x, struct err *e)
{
	struct tell *t = x->tell;
	uint64_t number = tell_finish(t);

	(void)e;
	MUST(t->n > 0 && t->n <= TELL_FACTS_MAX && t->used <= TELL_POOL);
	MUST(addr_is_set(&t->ip) || fact_get(t->facts, t->n, "mac"));
	MUST(!addr_is_multicast(&t->ip) && !addr_is_loopback(&t->ip));
	for (size_t i = 0; i < t->n; i++) {
		check_fact(&t->facts[i]);
		MUST(i == 0 || strcmp(t->facts[i - 1].key, t->facts[i].key) < 0);
	}
	MUST(tell_finish(t) == number);
	return 0;
}

static void
try_frame(const uint8_t *frame, size_t n)
{
	static struct tell tell;
	const struct heard_net net = { addr_ip4(0xc6120302), 24 };
	const struct heard_link links[] = { { .any = true },
		{ .nets = &net, .n_nets = 1 } };
	struct err e;

	for (size_t i = 0; i < 2; i++) {
		struct heard_frame x = {
			.link = &links[i], .tell = &tell, .take = take
		};
		MUST(heard_take(&x, frame, n, &e) == 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try_twice(data, size, try_frame);
	return 0;
}
