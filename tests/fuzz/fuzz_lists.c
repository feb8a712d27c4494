/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * All that a poll hears of who is in a domain, told by liars: what a keeper of lists says behind
 * its socket, entries of lists, what a name server says of owners, node status, names by other
 * protocols; in any order, one or thousands.  The first byte of each says which, the second how
 * long it is.  What is told is in order and clean and has room in a line, what is left out is
 * counted, and nobody outside the scope is told of.
 */
#include <sys/socket.h>
#include <unistd.h>

#include "base/sb.h"
#include "frame.h"
#include "inventory/ndjson.h"
#include "netbios/finding.h"
#include "netbios/list_keeper.h"
#include "netbios/listing.h"
#include "netbios/report.h"

enum {
	MEMORY = 128 << 20,
	LINE_MEMORY = 8 << 20,
	QUESTIONS = 4,
	SAID_MAX = 48 << 10, /* what a socket holds */
	FLOOD_STEP = 16,     /* names for each of a byte */
	FLOODS = 3,          /* of one input */
};

static struct arena *mem, *line_mem;
static struct finding *f;
static size_t n_reasons_cut, n_cut, n_floods;

/* --- what must hold ------------------------------------------------------------------------ */

static void
must_be_clean(const char *text)
{
	size_t n = strlen(text);

	for (size_t i = 0, size; i < n; i += size) {
		size = utf8_char(text + i, n - i);
		MUST(size > 0 && (unsigned char)text[i] >= 0x20);
	}
}

static size_t
count_of(const struct observation *o, const char *key)
{
	const struct fact *fact = fact_get(o->facts, o->n_facts, key);

	return !fact ? 0 : fact->type == FACT_INT ? (size_t)fact->num : fact->texts.n;
}

/* As it is heard at the other end of a pipe: nothing is lost that was not said to be left out. */
static void
must_fit_a_line(const struct observation *o)
{
	static const char *const sets[] = { "domain.controllers",
		"domain.local_masters", "domain.machines", "domain.masters" };
	struct observation again;
	struct sb line;
	struct err e;

	sb_init(&line, 2 * NDJSON_LINE_MAX);
	arena_reset(line_mem);
	MUST(ndjson_write(o, &line, &e) == 0);
	MUST(line.len <= NDJSON_LINE_MAX);
	MUST(ndjson_read(line.text, line.len - 1, line_mem, &again, &e) == 0);
	MUST(again.truncated == o->truncated && again.n_facts == o->n_facts);
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
		MUST(count_of(o, sets[i]) == count_of(&again, sets[i]));
	sb_done(&line);
}

static int
take(struct sink *sink, const struct observation *o, struct err *e)
{
	(void)sink, (void)e;
	for (size_t i = 0; i < o->n_facts; i++) {
		const struct fact *fact = &o->facts[i];
		MUST(fact_find(fact->key));
		MUST(i == 0 || strcmp(o->facts[i - 1].key, fact->key) < 0);
		if (fact->type == FACT_TEXT)
			must_be_clean(fact->text);
		for (size_t k = 0; fact->type == FACT_TEXTS && k < fact->texts.n; k++)
			must_be_clean(fact->texts.items[k]);
	}
	must_fit_a_line(o);
	if (o->subject == SUBJECT_DOMAIN) {
		MUST(count_of(o, "domain.count") >= count_of(o, "domain.machines"));
		n_cut += o->truncated;
	} else {
		MUST(addr_is_set(&o->ip) &&
			addr_in_prefix(&o->ip, &f->links.items[0].net, 24));
	}
	return 0;
}

static void
note_reason(struct monitor *m, const struct reason *r)
{
	(void)m;
	must_be_clean(r->text);
	must_be_clean(r->about);
	n_reasons_cut += strcmp(r->code, "domain-cut") == 0;
	MUST(strcmp(r->code, "domain-cut") != 0 || r->count > 0);
}

/* --- what is told -------------------------------------------------------------------------- */

/* The next bytes as text of at most n, NUL behind. */
static void
take_text(struct rd *r, char *out, size_t n)
{
	size_t some = rd_left(r) < n ? rd_left(r) : n;

	memset(out, 0, n + 1);
	rd_copy(r, out, some);
}

static const char *const domains[] = { "HOME", "CORP", "B\x9aRO", "" };

static const char *
some_domain(uint8_t which)
{
	return domains[which % (sizeof(domains) / sizeof(domains[0]))];
}

static void
say_head(struct wr *said, struct rd *r)
{
	struct list_head h;

	memset(&h, 0, sizeof(h));
	h.question = rd_u8(r) % (QUESTIONS + 1);
	h.outcome = rd_u8(r) % (LIST_OUTCOMES + 1);
	h.account = rd_u8(r) % 3;
	h.n = rd_u8(r) % 8;
	if (h.n == 7)
		h.n = LISTS_ENTRIES_MAX + 1;
	if (h.question == QUESTIONS)
		h.question = LIST_UNABLE;
	take_text(r, h.why, sizeof(h.why) - 1);
	wr_bytes(said, &h, sizeof(h));
}

static void
say_entry(struct wr *said, struct rd *r)
{
	struct list_entry entry;

	memset(&entry, 0, sizeof(entry));
	entry.is_domain = rd_u8(r) & 3;
	rd_copy(r, entry.name,
		rd_left(r) < sizeof(entry.name) ? rd_left(r) : sizeof(entry.name));
	rd_copy(r, entry.comment,
		rd_left(r) < sizeof(entry.comment) ? rd_left(r) : sizeof(entry.comment));
	wr_bytes(said, &entry, sizeof(entry));
}

static int
on_entry(void *arg, uint32_t question, const struct list_entry *entry, struct err *e)
{
	(void)arg, (void)e;
	MUST(question < QUESTIONS);
	MUST(memchr(entry->name, 0, sizeof(entry->name)) &&
		memchr(entry->comment, 0, sizeof(entry->comment)));
	(void)listing_take(&f->roster, some_domain((uint8_t)question), entry);
	return 0;
}

static void
on_end(void *arg, const struct list_end *end)
{
	(void)arg;
	MUST(end->question < QUESTIONS && end->outcome < LIST_OUTCOMES && !end->account);
	MUST(end->n[0] + end->n[1] <= LISTS_ENTRIES_MAX);
}

static void
on_unable(void *arg, const char *why)
{
	(void)arg;
	MUST(strlen(why) < LIST_WHY_MAX);
}

/* A keeper that has said all of this, and is gone. */
static void
hear_keeper(const uint8_t *said, size_t n)
{
	static const struct members_conf nobody;
	static const struct list_question questions[QUESTIONS];
	static const volatile sig_atomic_t stop;
	const struct lists_ears ears = { on_entry, on_end, on_unable, NULL };
	struct lists *l;
	struct err e;
	int ends[2];

	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
	MUST(send(ends[1], said, n, MSG_DONTWAIT) == (ssize_t)n);
	MUST(shutdown(ends[1], SHUT_WR) == 0);
	MUST(lists_join(&l, ends[0], &nobody, &clock_system, &e) == 0);
	MUST(lists_ask(l, questions, QUESTIONS, &ears, INT64_MAX, &stop, &e) == 0);
	lists_close(l);
	close(ends[1]);
}

static void
list_one(struct rd *r)
{
	uint8_t what = rd_u8(r);
	struct rap_entry entry = {
		.major = rd_u8(r), .minor = rd_u8(r), .types = rd_be32(r)
	};

	take_text(r, entry.name, 15);
	entry.comment = *r;
	if (!entry.name[0])
		return;
	if (what & 0x80)
		(void)listing_domain(&f->roster, &entry);
	else
		(void)listing_machine(&f->roster, some_domain(what), &entry);
}

/* Thousands whose names differ in three characters, and are as long to write as can be: of a list,
 * or told by themselves. */
static void
list_many(struct rd *r)
{
	uint8_t domain = rd_u8(r);
	size_t n = n_floods++ < FLOODS ? (size_t)rd_u8(r) * FLOOD_STEP : 1;
	struct rap_entry entry = { .types = rd_u8(r), .comment = rd_from("", 0) };
	uint8_t fill = rd_u8(r);

	for (size_t i = 0; i < n; i++) {
		memset(entry.name, fill ? fill : '"', 15);
		entry.name[0] = (char)('A' + i % 26);
		entry.name[1] = (char)('A' + i / 26 % 26);
		entry.name[2] = (char)('A' + i / 26 / 26);
		if (domain & 0x80)
			finding_member(f, some_domain(domain), entry.name, LEARNT_WSD);
		else
			(void)listing_machine(&f->roster, some_domain(domain), &entry);
	}
}

/* In Unicode, as SMB and WS-Discovery have it. */
static void
tell_member(struct rd *r)
{
	uint8_t what = rd_u8(r), n = rd_u8(r);
	char name[256], domain[32];
	size_t used = 0;

	take_text(r, domain, n % 24);
	while (rd_left(r) && used + 4 < sizeof(name)) {
		size_t size = utf8_char((const char *)r->p, rd_left(r));
		if (size && *r->p)
			memcpy(name + used, r->p, size), used += size;
		rd_skip(r, size ? size : 1);
	}
	name[used] = '\0';
	finding_member(f, what & 0x80 ? some_domain(what) : domain, name,
		what & 0x40 ? LEARNT_SMB : LEARNT_WSD);
}

/* Of a name server, or of a machine; about a domain or all of them. */
static void
answer(struct rd *r)
{
	static const uint8_t suffixes[] = { NETBIOS_DOMAIN_MASTER, NETBIOS_CONTROLLERS,
		NETBIOS_SERVER, NETBIOS_MESSENGER };
	uint8_t what = rd_u8(r), who = rd_u8(r);
	struct addr from = addr_ip4(0x0a000000 | who);
	struct question q = { .kind = what & 0x10 ? ASK_STATUS : ASK_NAME,
		.link = ASKER_ONE,
		.to = f->servers[0],
		.server = (what & 0x20) != 0,
		.name = nbname_of(what & 0x40 ? "*" : some_domain(what),
			suffixes[what >> 2 & 3]) };
	struct err e;

	MUST(finding_heard(f, &q, &from, *r, &e) == 0);
}

/* An answer of a name server by the book, to spare the inputs that. */
static void
answer_owner(struct rd *r)
{
	uint8_t bytes[512], what = rd_u8(r);
	struct netbios_name name = nbname_of(some_domain(what),
		what & 0x80 ? NETBIOS_DOMAIN_MASTER : NETBIOS_CONTROLLERS);
	size_t n = rd_left(r) / 4 < 8 ? rd_left(r) / 4 : 8;
	struct question q = { .kind = ASK_NAME,
		.link = ASKER_ONE,
		.to = f->servers[0],
		.server = true,
		.name = name };
	struct wr w = wr_to(bytes, sizeof(bytes));
	struct err e;

	wr_be16(&w, 0x1234);
	wr_be16(&w, 0x8580);
	wr_be16(&w, 0);
	wr_be16(&w, 1);
	wr_be32(&w, 0);
	nbname_write(&w, &name);
	wr_be32(&w, 0x00200001);
	wr_be32(&w, 60);
	wr_be16(&w, (uint16_t)(6 * n));
	for (size_t i = 0; i < n; i++) {
		wr_be16(&w, 0x6000);
		wr_bytes(&w, rd_take(r, 4), 4);
	}
	MUST(finding_heard(f, &q, &f->servers[0], rd_from(bytes, wr_used(&w)), &e) == 0);
}

static void
hear_all(const uint8_t *data, size_t size)
{
	static void (*const kinds[])(struct rd *) = { list_one, list_many, tell_member,
		answer, answer_owner };
	static void (*const says[])(struct wr *, struct rd *) = { say_head, say_entry };
	enum { KINDS = sizeof(kinds) / sizeof(kinds[0]), SAYS = 2 };
	static uint8_t bytes[SAID_MAX];
	struct wr said = wr_to(bytes, sizeof(bytes));
	struct rd r = rd_from(data, size);

	while (rd_left(&r) > 2) {
		uint8_t kind = rd_u8(&r) % (KINDS + SAYS + 1);
		size_t n = rd_u8(&r);
		struct rd one = rd_sub(&r, n < rd_left(&r) ? n : rd_left(&r));
		if (kind < KINDS)
			kinds[kind](&one);
		else if (kind < KINDS + SAYS)
			says[kind - KINDS](&said, &one);
		else
			wr_bytes(&said, one.p, rd_left(&one));
	}
	if (!said.bad)
		hear_keeper(bytes, wr_used(&said));
}

/* --- the poll ------------------------------------------------------------------------------ */

static void
begin(const struct source_run *run, const struct windows_conf *conf)
{
	f = arena_alloc(mem, sizeof(*f));
	*f = (struct finding){ .run = run, .conf = conf };
	MUST(roster_init(&f->roster, mem) == 0);
	f->links.items[0] = (struct nb_link){ .net = addr_ip4(0x0a000000),
		.broadcast = addr_ip4(0x0a0000ff),
		.bits = 24 };
	f->links.n = f->links.n_ip4 = 1;
	f->servers[0] = addr_ip4(0x0a000005);
	f->n_servers = 1;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct windows_conf conf = { .rate = 1 };
	static const struct nb_links none;
	struct monitor monitor = { .reason = note_reason };
	struct sink sink = { take };
	struct source_run run = {
		.sink = &sink, .monitor = &monitor, .clock = &clock_system
	};
	struct err e;

	if (!mem && (!(mem = arena_new(MEMORY)) || !(line_mem = arena_new(LINE_MEMORY))))
		return 0;
	arena_reset(mem);
	run.scratch = mem;
	n_reasons_cut = n_cut = n_floods = 0;
	begin(&run, &conf);
	/* What a name server tells of elsewhere is asked by nobody, and told. */
	struct iprange *elsewhere = iprange_prefix(&f->servers[0], 0, mem);
	struct iprange *here = iprange_prefix(&f->links.items[0].net, 24, mem);
	MUST(elsewhere && here);
	f->scope = (struct nb_scope){ .links = &f->links,
		.excluded = iprange_subtract(elsewhere, here, mem),
		.servers = f->servers,
		.n_servers = 1 };
	struct asker_conf asker = { .links = &none,
		.scope = &f->scope,
		.clock = &clock_system,
		.rate = 1,
		.heard = finding_heard,
		.arg = f };
	MUST(asker_open(&f->asker, &asker, mem, &e) == 0);
	hear_all(data, size);
	MUST(report_lists(f, &e) == 0);
	report_reasons(f);
	MUST(n_cut == n_reasons_cut);
	asker_close(f->asker);
	return 0;
}
