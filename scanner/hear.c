/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Packets matched to probes, probes to questions, questions to targets. */
#include "scanner/hear.h"

#include <stdio.h>

/* ICMP errors by what they mean to the one who asked (RFC 792, RFC 1812 §5.2.7.1). */
static const struct refusal {
	uint8_t type;
	uint32_t codes; /* a bit for each */
	const char *code, *text;
} refusals[HEARING_REFUSALS] = {
	{ ICMP_UNREACHABLE, 1 << 0 | 1 << 5 | 1 << 6 | 1 << 8 | 1 << 11,
		"net-unreachable", "Routers say that no route leads to the network" },
	{ ICMP_UNREACHABLE, 1 << 1 | 1 << 7 | 1 << 12, "host-unreachable",
		"Routers say that nobody has the address: their ARP or NDP gets no "
		"answer" },
	{ ICMP_UNREACHABLE, 1 << 2, "protocol-unreachable",
		"Somebody says that he does not speak the protocol of a question" },
	{ ICMP_UNREACHABLE, 1 << 3, "port-unreachable",
		"A UDP port that was asked is closed, or a firewall says so" },
	{ ICMP_UNREACHABLE, 1 << 9 | 1 << 10 | 1 << 13 | 1 << 14 | 1 << 15, "prohibited",
		"A firewall says that it forbids the question: what is behind it may "
		"live unseen" },
	{ ICMP_UNREACHABLE, 1 << 4, "too-big",
		"Routers say that a packet is too long for its way" },
	{ ICMP_TIME_EXCEEDED, UINT32_MAX, "time-exceeded",
		"Routers say that questions run in a circle or too far" },
	{ 0, UINT32_MAX, "icmp-error", "Another ICMP error came back" },
};

/* ICMPv6 errors (RFC 4443 §3) as those of ICMP that mean the same, much as RFC 7915 §5.2
 * translates them. */
static const struct translation {
	uint8_t type6, code6, type, code;
} translations[] = {
	{ ICMP6_UNREACHABLE, 0, ICMP_UNREACHABLE, 0 },  /* no route */
	{ ICMP6_UNREACHABLE, 1, ICMP_UNREACHABLE, 13 }, /* prohibited */
	{ ICMP6_UNREACHABLE, 2, ICMP_UNREACHABLE, 1 },  /* beyond scope */
	{ ICMP6_UNREACHABLE, 3, ICMP_UNREACHABLE, 1 },  /* address */
	{ ICMP6_UNREACHABLE, 4, ICMP_UNREACHABLE, 3 },  /* port */
	{ ICMP6_UNREACHABLE, 5, ICMP_UNREACHABLE, 13 }, /* source by policy */
	{ ICMP6_UNREACHABLE, 6, ICMP_UNREACHABLE, 13 }, /* reject route */
	{ ICMP6_TOO_BIG, 0, ICMP_UNREACHABLE, 4 },
	{ ICMP6_TIME_EXCEEDED, 0, ICMP_TIME_EXCEEDED, 0 },
	{ ICMP6_PARAMETER, 1, ICMP_UNREACHABLE, 2 }, /* unknown next header */
};

/* Type 0 is no error: what has no translation is another one. */
static struct translation
in_words_of_ip4(enum addr_family family, const struct icmp *icmp)
{
	if (family == ADDR_IP4)
		return (struct translation){ .type = icmp->type, .code = icmp->code };
	for (size_t i = 0; i < sizeof(translations) / sizeof(translations[0]); i++)
		if (translations[i].type6 == icmp->type &&
			translations[i].code6 == icmp->code)
			return translations[i];
	return (struct translation){ 0 };
}

static void
count_refusal(struct hearing *h, const struct packet *p)
{
	struct translation t = in_words_of_ip4(p->ip.src.family, &p->icmp);
	size_t i = 0;

	while (i < HEARING_REFUSALS - 1 &&
		(refusals[i].type != t.type ||
			!(refusals[i].codes >> (t.code & 31) & 1)))
		i++;
	struct hearing_refusal *r = &h->refused[i];
	r->others |= r->n > 0 && !addr_equal(&r->by, &p->ip.src);
	r->by = p->ip.src;
	r->n++;
}

/* --- waves ------------------------------------------------------------------------------ */

struct hearing_wave *
hearing_open(struct hearing *h, const struct wave *wave, struct err *e)
{
	for (size_t i = 0; i < HEARING_WAVES_MAX; i++) {
		struct hearing_wave *w = &h->waves[i];
		if (w->targets)
			continue;
		*w = (struct hearing_wave){ 0 };
		return targets_new(&w->targets, wave, h->questions, e) == -1 ? NULL : w;
	}
	(void)err_set(e, ERR_ARG, "more than %d waves at once", HEARING_WAVES_MAX);
	return NULL;
}

void
hearing_close(struct hearing *h, struct hearing_wave *w)
{
	(void)h;
	targets_free(w->targets);
	doubt_free(&w->doubt);
	refused_free(&w->refused);
	w->targets = NULL;
}

/* --- answers ---------------------------------------------------------------------------- */

static int
emit(struct hearing *h, const struct addr *ip, enum evidence evidence, struct facts *f,
	int64_t at_us, struct err *e)
{
	facts_sort(f);
	struct observation o = { .subject = SUBJECT_DEVICE,
		.source = "sweep",
		.at = at_us,
		.ip = *ip,
		.evidence = evidence,
		.facts = f->items,
		.n_facts = f->n };
	return h->sink->take(h->sink, &o, e);
}

/* Two machines that claim one address are a fault of the network worth a name. */
static void
note_mac(struct hearing *h, struct targets *t, uint32_t target, const struct addr *ip,
	const struct mac *mac)
{
	struct mac *known = targets_mac(t, target);

	if (mac_is_zero(known)) {
		*known = *mac;
		return;
	}
	if (mac_equal(known, mac))
		return;
	for (size_t i = 0; i < h->n_conflicts && i < HEARING_CONFLICTS; i++)
		if (addr_equal(&h->conflicts[i].ip, ip))
			return;
	if (h->n_conflicts < HEARING_CONFLICTS)
		h->conflicts[h->n_conflicts] = (struct hearing_conflict){ *ip, *known,
			*mac };
	h->n_conflicts++;
}

/* A packet that a probe calls its own: whose, and in answer to what. */
struct claim {
	const struct probe *probe;
	enum verdict verdict;
	struct shot who;
	struct hearing_wave *wave;
	uint32_t target, question;
};

static bool
find_claim(const struct hearing *h, const struct packet *p, struct claim *c)
{
	c->who = (struct shot){ 0 };
	for (size_t i = 0; probes[i]; i++) {
		c->probe = probes[i];
		c->verdict = probes[i]->match(h->cookie, p, &c->who);
		if (c->verdict != NOT_MINE)
			return true;
	}
	return false;
}

static bool
find_target(struct hearing *h, struct claim *c)
{
	for (size_t i = 0; i < HEARING_WAVES_MAX; i++) {
		c->wave = &h->waves[i];
		if (c->wave->targets &&
			targets_find(c->wave->targets, &c->who.dst, &c->target))
			return true;
	}
	return false;
}

/* Was this asked, of this target?  For a probe without a cookie that is all the proof. */
static bool
was_asked(struct hearing *h, struct claim *c)
{
	if (!find_target(h, c) ||
		!questions_find_variant(h->questions, c->probe, &c->who, &c->question))
		return false;
	return c->question < DISCOVERY_MAX
		? targets_asked(c->wave->targets, c->target, c->question)
		: targets_asked_any(c->wave->targets, c->target);
}

static enum answer_kind
answer_kind(const struct hearing *h, const struct packet *p, uint32_t question)
{
	switch (question_kind(&h->questions->items[question])) {
	case ASK_LINK: return ANSWER_LINK;
	case ASK_SYN: return p->tcp.flags & TCP_RST ? ANSWER_CLOSED : ANSWER_OPEN;
	case ASK_DATAGRAM: return ANSWER_UDP;
	case ASK_TIMESTAMP: return ANSWER_TIMESTAMP;
	case ASK_ECHO:
	case ASK_KINDS: break;
	}
	return ANSWER_ECHO;
}

static enum grade
grade_of(const struct hearing *h, const struct packet *p, const struct claim *c)
{
	const struct group *g = targets_group(c->wave->targets, c->target);

	return g ? group_grade(g, answer_kind(h, p, c->question)) : GRADE_REPLY;
}

/* --- closed ports of the living -------------------------------------------------------- */

struct refusing {
	struct hearing *h;
	const struct hearing_wave *wave;
};

static int
tell_closed(void *arg, uint32_t target, bool weak, const uint16_t *ports, size_t n,
	struct err *e)
{
	struct refusing *r = arg;
	struct fact closed = { .key = "tcp.closed",
		.type = FACT_PORTS,
		.ports = { .items = ports, .n = n } };
	struct observation o = { .subject = SUBJECT_DEVICE,
		.source = "sweep",
		.at = r->wave->refused.at_us,
		.ip = targets_addr(r->wave->targets, target),
		.evidence = weak ? EVIDENCE_WEAK : EVIDENCE_REPLY,
		.facts = &closed,
		.n_facts = 1 };

	return r->h->sink->take(r->h->sink, &o, e);
}

static int
tell_refused(struct hearing *h, struct hearing_wave *w, struct err *e)
{
	struct refusing r = { h, w };

	return refused_tell(&w->refused, tell_closed, &r, e);
}

/* A port that only the living are asked for, and that is closed. */
static bool
is_for_later(const struct hearing *h, const struct packet *p, const struct claim *c)
{
	const struct questions *q = h->questions;

	return p->kind == PACKET_TCP && p->tcp.flags & TCP_RST &&
		c->question >= q->ports_at + q->n_first;
}

static int
keep_refusal(struct hearing *h, const struct claim *c, bool weak, int64_t at_us,
	struct err *e)
{
	struct refused_port one = { c->target, c->who.port, weak };
	bool full;

	if (refused_add(&c->wave->refused, &one, at_us, &full, e) == -1)
		return -1;
	return full ? tell_refused(h, c->wave, e) : 0;
}

/* It answers on the link, and this host sends through it. */
static bool
is_gateway(const struct hearing *h, const struct packet *p, const struct claim *c)
{
	return h->gateways && answer_kind(h, p, c->question) == ANSWER_LINK &&
		iprange_contains(h->gateways, &c->who.dst);
}

/* --- answers, graded ------------------------------------------------------------------- */

static int
tell(struct hearing *h, const struct packet *p, const struct claim *c, enum grade grade,
	int64_t at_us, struct err *e)
{
	bool weak = grade == GRADE_WEAK;
	struct facts facts;

	if (weak)
		h->weak++;
	else
		h->found += targets_prove(c->wave->targets, c->target);
	if (is_for_later(h, p, c))
		return keep_refusal(h, c, weak, at_us, e);
	facts.n = 0;
	c->probe->observe(p, &c->who, &facts);
	if (!weak && is_gateway(h, p, c))
		facts_add_bool(&facts, "route.gateway", true);
	return emit(h, &c->who.dst, weak ? EVIDENCE_WEAK : EVIDENCE_REPLY, &facts,
		at_us, e);
}

static int
hold(struct hearing *h, const struct packet *p, const struct claim *c,
	const struct held *held, struct err *e)
{
	bool full;

	if (doubt_add(&c->wave->doubt, held, &full, e) == -1)
		return -1;
	if (!full)
		return 0;
	h->undecided += group_decide(targets_group(c->wave->targets, c->target));
	return tell(h, p, c, grade_of(h, p, c), held->at_us, e);
}

/* Notes the answer; *news: the first to its question. */
static int
note_answer(struct hearing *h, const struct packet *p, const struct claim *c,
	bool *news, struct err *e)
{
	struct targets *t = c->wave->targets;
	struct group *g = targets_group(t, c->target);

	h->answered++;
	if (targets_answer(t, c->target, c->question, news, e) == -1)
		return -1;
	if (packet_mac(p))
		note_mac(h, t, c->target, &c->who.dst, packet_mac(p));
	if (*news && g)
		group_answer(g, answer_kind(h, p, c->question),
			group_is_dark(&c->who.dst), packet_mac(p));
	return 0;
}

/* An answer from a port where nobody listens says nothing of its address, but that SYNs are
 * answered here whatever they ask for. */
static void
note_unlikely(struct hearing *h, const struct packet *p, const struct claim *c)
{
	struct group *g = targets_group(c->wave->targets, c->target);

	h->answered++;
	if (g && answer_kind(h, p, c->question) == ANSWER_OPEN &&
		g->dark[ANSWER_OPEN] < UINT8_MAX)
		g->dark[ANSWER_OPEN]++;
}

int
hearing_frame(struct hearing *h, const uint8_t *frame, size_t n, int64_t at_us,
	int64_t heard_us, struct answer *answer, struct err *e)
{
	struct packet p;
	struct claim c;
	bool news;

	answer->wave = NULL;
	if (!packet_read(&p, frame, n) || !find_claim(h, &p, &c) || !was_asked(h, &c)) {
		h->unproved++;
		return 0;
	}
	if (c.verdict == REFUSAL) {
		count_refusal(h, &p);
		return 0;
	}
	if (h->questions->items[c.question].unlikely) {
		note_unlikely(h, &p, &c);
		return 0;
	}
	/* Clocks are read one after the other: an answer may seem to come before. */
	int64_t rtt = (int32_t)targets_since_asked(c.wave->targets, c.target, heard_us);
	bool first = !targets_is_living(c.wave->targets, c.target);
	if (note_answer(h, &p, &c, &news, e) == -1)
		return -1;
	*answer = (struct answer){ .wave = c.wave,
		.target = c.target,
		.question = c.question,
		.news = news,
		.first = first,
		.reset = p.kind == PACKET_TCP && p.tcp.flags & TCP_RST,
		.rtt_us = rtt };
	if (!news)
		return 0;
	enum grade grade = grade_of(h, &p, &c);
	if (grade != GRADE_PENDING)
		return tell(h, &p, &c, grade, at_us, e);
	struct held held = { at_us, heard_us, c.target, c.question,
		(uint16_t)(n < PACKET_MAX ? n : PACKET_MAX), frame };
	return hold(h, &p, &c, &held, e);
}

int
hearing_answer(struct hearing *h, struct hearing_wave *w, uint32_t target,
	uint32_t question, struct facts *f, int64_t at_us, struct err *e)
{
	struct addr ip = targets_addr(w->targets, target);
	bool news;

	h->answered++;
	if (targets_answer(w->targets, target, question, &news, e) == -1)
		return -1;
	if (!news)
		return 0;
	h->found += targets_prove(w->targets, target);
	return emit(h, &ip, EVIDENCE_REPLY, f, at_us, e);
}

/* --- what was held back --------------------------------------------------------------- */

struct release {
	struct hearing *h;
	struct hearing_wave *wave;
};

static int
release_held(void *arg, const struct held *held, struct err *e)
{
	struct release *r = arg;
	struct claim c = {
		.wave = r->wave, .target = held->target, .question = held->question
	};
	struct packet p;

	/* It was read and matched before. */
	if (!packet_read(&p, held->frame, held->size) || !find_claim(r->h, &p, &c))
		return 1;
	enum grade grade = grade_of(r->h, &p, &c);
	if (grade == GRADE_PENDING)
		return 0;
	return tell(r->h, &p, &c, grade, held->at_us, e) == -1 ? -1 : 1;
}

static int
release(struct hearing *h, struct hearing_wave *w, struct err *e)
{
	struct release r = { h, w };

	return doubt_visit(&w->doubt, release_held, &r, e);
}

void
hearing_ripen(struct hearing_wave *w)
{
	for (uint32_t i = 0; i < targets_n_groups(w->targets); i++)
		group_ripen(targets_get_group(w->targets, i));
}

int
hearing_clear(struct hearing *h, struct hearing_wave *w, struct err *e)
{
	for (uint32_t i = 0; i < targets_n_groups(w->targets); i++)
		group_clear(targets_get_group(w->targets, i));
	hearing_ripen(w);
	return release(h, w, e);
}

int
hearing_decide(struct hearing *h, struct hearing_wave *w, struct err *e)
{
	for (uint32_t i = 0; i < targets_n_groups(w->targets); i++)
		h->undecided += group_decide(targets_get_group(w->targets, i));
	return release(h, w, e) == -1 ? -1 : tell_refused(h, w, e);
}

static void
note_ghosts(struct hearing *h, const struct hearing_wave *w, uint32_t group,
	enum answer_kind kind)
{
	const struct group *g = targets_get_group(w->targets, group);

	if (h->n_ghosts < HEARING_GHOSTS)
		h->ghosts[h->n_ghosts] = (struct hearing_ghosts){
			targets_group_addr(w->targets, group), kind, g->answered[kind]
		};
	h->n_ghosts++;
}

int
hearing_judge(struct hearing *h, struct hearing_wave *w, bool last, struct err *e)
{
	for (uint32_t i = 0; i < targets_n_groups(w->targets); i++) {
		struct group *g = targets_get_group(w->targets, i), before = *g;
		group_judge(g, last);
		for (int k = 0; k < ANSWER_KINDS; k++)
			if (g->grade[k] == GRADE_WEAK && before.grade[k] != GRADE_WEAK)
				note_ghosts(h, w, i, k);
	}
	if (release(h, w, e) == -1)
		return -1;
	return last ? tell_refused(h, w, e) : 0;
}

int
hearing_own(
	struct hearing *h, const struct own_address *own, int64_t at_us, struct err *e)
{
	struct facts f;

	f.n = 0;
	if (!mac_is_zero(&own->mac)) {
		facts_add_mac(&f, "mac", &own->mac);
		facts_add_bool(&f, "mac.onlink", true);
	}
	h->found++;
	return emit(h, &own->addr, EVIDENCE_REPLY, &f, at_us, e);
}

static void
report_conflicts(const struct hearing *h, struct monitor *m)
{
	for (size_t i = 0; i < h->n_conflicts && i < HEARING_CONFLICTS; i++) {
		const struct hearing_conflict *c = &h->conflicts[i];
		char ip[ADDR_TEXT_MAX], a[MAC_TEXT_MAX], b[MAC_TEXT_MAX], text[128];
		struct reason r = { "address-conflict", addr_print(&c->ip, ip), text,
			0 };
		(void)snprintf(text, sizeof(text), "Both %s and %s claim this address",
			mac_print(&c->first, a), mac_print(&c->second, b));
		m->reason(m, &r);
	}
	if (h->n_conflicts > HEARING_CONFLICTS) {
		struct reason r = { "address-conflict", "",
			"More addresses are claimed by two machines",
			h->n_conflicts - HEARING_CONFLICTS };
		m->reason(m, &r);
	}
}

static void
report_ghosts(const struct hearing *h, struct monitor *m)
{
	for (size_t i = 0; i < h->n_ghosts && i < HEARING_GHOSTS; i++) {
		const struct hearing_ghosts *g = &h->ghosts[i];
		unsigned bits = (g->first.family == ADDR_IP4 ? 32 : 128) - GROUP_BITS;
		char ip[ADDR_TEXT_MAX], about[ADDR_TEXT_MAX + 8], text[160];
		struct reason r = { "answers-for-all", about, text, g->answers };
		(void)snprintf(
			about, sizeof(about), "%s/%u", addr_print(&g->first, ip), bits);
		(void)snprintf(text, sizeof(text),
			"Something answers %s here for every address, used or not: that "
			"proves no device",
			answer_kind_name(g->kind));
		m->reason(m, &r);
	}
	if (h->n_ghosts > HEARING_GHOSTS) {
		struct reason r = { "answers-for-all", "",
			"Something answers for every address of more networks",
			h->n_ghosts - HEARING_GHOSTS };
		m->reason(m, &r);
	}
}

static void
report_refusals(const struct hearing *h, size_t kind, struct monitor *m)
{
	const struct hearing_refusal *said = &h->refused[kind];
	char by[ADDR_TEXT_MAX], about[ADDR_TEXT_MAX + 16];
	struct reason r = { refusals[kind].code, about, refusals[kind].text, said->n };

	if (said->n == 0)
		return;
	(void)snprintf(about, sizeof(about), "by %s%s", addr_print(&said->by, by),
		said->others ? " and others" : "");
	m->reason(m, &r);
}

void
hearing_report(const struct hearing *h, struct monitor *m)
{
	for (size_t i = 0; i < HEARING_REFUSALS; i++)
		report_refusals(h, i, m);
	report_conflicts(h, m);
	report_ghosts(h, m);
	if (h->undecided) {
		struct reason r = { "undecided", "",
			"It was not seen whether something answers for all here: until that "
			"is known answers are weak",
			h->undecided };
		m->reason(m, &r);
	}
}
