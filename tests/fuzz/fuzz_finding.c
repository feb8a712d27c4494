/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Answers to the questions of a poll of Windows domains: the first byte of each says to which
 * kind of question, on which of two links, and whether for a domain or a machine, the second how
 * long it is.  What is told is in order and clean, and nobody outside the scope is asked or has
 * a listed name.
 */
#include "base/sb.h"
#include "frame.h"
#include "netbios/finding.h"
#include "netbios/report.h"

enum { MEMORY = 64 << 20 };

static void
must_be_clean(const char *text)
{
	size_t n = strlen(text);

	for (size_t i = 0, size; i < n; i += size) {
		size = utf8_char(text + i, n - i);
		MUST(size > 0 && (unsigned char)text[i] >= 0x20);
	}
}

static int
take(struct sink *sink, const struct observation *o, struct err *e)
{
	(void)sink, (void)e;
	for (size_t i = 0; i < o->n_facts; i++) {
		const struct fact *f = &o->facts[i];
		MUST(fact_find(f->key));
		MUST(i == 0 || strcmp(o->facts[i - 1].key, f->key) < 0);
		if (f->type == FACT_TEXT)
			must_be_clean(f->text);
		for (size_t k = 0; f->type == FACT_TEXTS && k < f->texts.n; k++)
			must_be_clean(f->texts.items[k]);
	}
	return 0;
}

static void
answer_all(struct finding *f, const struct addr *from, const uint8_t *data, size_t size)
{
	struct addr ip6 = addr_from_number(ADDR_IP6, (u128)0xfe80 << 112 | 7);
	struct rd r = rd_from(data, size);
	struct err e;

	while (rd_left(&r) > 2) {
		uint8_t what = rd_u8(&r);
		enum ask_kind kind = (what & 0x7f) % ASK_KINDS;
		size_t link = asker_asks(kind, &f->links.items[1]) && what & 0x80;
		struct question q = { .kind = kind,
			.link = link,
			.name = nbname_of("CORP",
				what & 0x80 ? NETBIOS_SERVER : NETBIOS_MASTER) };
		size_t n = (size_t)rd_u8(&r) << 3;
		struct rd datagram = rd_sub(&r, n < rd_left(&r) ? n : rd_left(&r));
		MUST(finding_heard(f, &q, link ? &ip6 : from, datagram, &e) == 0);
	}
}

static void
must_be_place(const struct finding *f, const struct place *p)
{
	MUST(addr_is_set(&p->ip) || p->n_ip6);
	MUST(!addr_is_set(&p->ip) || addr_in_prefix(&p->ip, &f->links.items[0].net, 24));
	MUST(p->n_ip6 <= PLACE_IP6_MAX);
	for (size_t i = 0; i < p->n_ip6; i++)
		MUST(nb_may_tell(&f->scope, &p->ip6[i]) &&
			(i == 0 || addr_cmp(&p->ip6[i - 1], &p->ip6[i]) < 0));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct arena *mem;
	static struct finding *f;
	static const struct windows_conf conf = { .rate = 1 };
	struct sink sink = { take };
	struct source_run run = { .sink = &sink, .clock = &clock_system };
	struct addr from = addr_ip4(0x0a000007);
	struct err e;

	if (!mem && !(mem = arena_new(MEMORY)))
		return 0;
	arena_reset(mem);
	run.scratch = mem;
	f = arena_alloc(mem, sizeof(*f));
	*f = (struct finding){ .run = &run, .conf = &conf };
	MUST(roster_init(&f->roster, mem) == 0);
	/* A link that the asker has no socket for: nothing is ever said. */
	f->links.items[0] = (struct nb_link){ .net = addr_ip4(0x0a000000),
		.broadcast = addr_ip4(0x0a0000ff),
		.bits = 24 };
	/* And one of IPv6. */
	static const struct host_link eth = { .index = 2, .name = "eth0" };
	f->links.items[1] = (struct nb_link){ .link = &eth,
		.ip = addr_from_number(ADDR_IP6, (u128)0xfe80 << 112 | 2) };
	struct nb_links none = { .n = 0 };
	f->scope = (struct nb_scope){ .links = &f->links };
	struct asker_conf asker = { .links = &none,
		.scope = &f->scope,
		.clock = &clock_system,
		.rate = 1,
		.heard = finding_heard,
		.arg = f };
	MUST(asker_open(&f->asker, &asker, mem, &e) == 0);
	f->links.n = 2;
	f->links.n_ip4 = 1;
	MUST(roster_listed(&f->roster, "HOME", "CORP"));
	answer_all(f, &from, data, size);
	MUST(report_lists(f, &e) == 0);
	for (size_t i = 0; i < f->roster.n_places; i++)
		must_be_place(f, &f->roster.places[i]);
	for (size_t i = 0; i < f->roster.n_machines; i++) {
		const struct machine *m = &f->roster.machines[i];
		MUST(m->ip.family == ADDR_IP6
				? !m->asked && nb_may_tell(&f->scope, &m->ip)
				: addr_in_prefix(&m->ip, &f->links.items[0].net, 24));
	}
	asker_close(f->asker);
	return 0;
}
