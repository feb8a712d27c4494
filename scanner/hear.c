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
		"net-unreachable", "Routers know no way to the network" },
	{ ICMP_UNREACHABLE, 1 << 1 | 1 << 7 | 1 << 12, "host-unreachable",
		"Routers could not reach the address: nobody answers their ARP" },
	{ ICMP_UNREACHABLE, 1 << 2, "protocol-unreachable",
		"The protocol of the question is refused" },
	{ ICMP_UNREACHABLE, 1 << 3, "port-unreachable",
		"A UDP port that was asked is closed" },
	{ ICMP_UNREACHABLE, 1 << 9 | 1 << 10 | 1 << 13 | 1 << 14 | 1 << 15,
		"prohibited", "A firewall forbids the question and says so" },
	{ ICMP_UNREACHABLE, 1 << 4, "too-big", "A packet was too long for its way" },
	{ ICMP_TIME_EXCEEDED, UINT32_MAX, "time-exceeded",
		"Questions went round in a circle or too far" },
	{ 0, UINT32_MAX, "icmp-error", "Another ICMP error came back" },
};

static void
count_refusal(struct hearing *h, const struct icmp *icmp)
{
	size_t i = 0;

	while (i < HEARING_REFUSALS - 1 &&
		(refusals[i].type != icmp->type ||
			!(refusals[i].codes >> (icmp->code & 31) & 1)))
		i++;
	h->refused[i]++;
}

static int
emit(struct hearing *h, const struct addr *ip, struct facts *f, int64_t at_us,
	struct err *e)
{
	facts_sort(f);
	struct observation o = { .subject = SUBJECT_DEVICE,
		.source = "sweep",
		.at = at_us,
		.ip = *ip,
		.evidence = EVIDENCE_REPLY,
		.facts = f->items,
		.n_facts = f->n };
	return h->sink->take(h->sink, &o, e);
}

/* Counts an answer of target; *news: it is the first to this question. */
static int
note_answer(struct hearing *h, uint32_t target, uint32_t question, int64_t now_us,
	bool *news, struct err *e)
{
	int64_t rtt = targets_since_asked(h->targets, target, now_us);

	h->found += !targets_is_living(h->targets, target);
	h->answered++;
	h->last_us = now_us;
	if (rtt > h->rtt_max_us)
		h->rtt_max_us = rtt;
	return targets_answer(h->targets, target, question, news, e);
}

/* Two machines that claim one address are a fault of the network worth a name. */
static void
note_mac(struct hearing *h, uint32_t target, const struct arp *arp)
{
	struct mac *known = targets_mac(h->targets, target);

	if (mac_is_zero(known)) {
		*known = arp->sender_mac;
		return;
	}
	if (mac_equal(known, &arp->sender_mac))
		return;
	for (size_t i = 0; i < h->n_conflicts && i < HEARING_CONFLICTS; i++)
		if (addr_equal(&h->conflicts[i].ip, &arp->sender))
			return;
	if (h->n_conflicts < HEARING_CONFLICTS)
		h->conflicts[h->n_conflicts] = (struct hearing_conflict){ arp->sender,
			*known, arp->sender_mac };
	h->n_conflicts++;
}

/* A packet that a probe calls its own: whose, and in answer to what. */
struct claim {
	const struct probe *probe;
	enum verdict verdict;
	struct shot who;
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

/* Was this asked, of this target?  For a probe without a cookie that is all the proof. */
static bool
was_asked(const struct hearing *h, struct claim *c)
{
	if (!h->targets || !targets_find(h->targets, &c->who.dst, &c->target) ||
		!questions_find_variant(h->questions, c->probe, &c->who, &c->question))
		return false;
	return c->question < DISCOVERY_MAX
		? targets_asked(h->targets, c->target, c->question)
		: targets_asked_any(h->targets, c->target);
}

int
hearing_frame(struct hearing *h, const uint8_t *frame, size_t n, int64_t at_us,
	int64_t now_us, struct err *e)
{
	struct facts facts;
	struct packet p;
	struct claim c;
	bool news;

	if (!packet_read(&p, frame, n) || !find_claim(h, &p, &c) || !was_asked(h, &c)) {
		h->unproved++;
		return 0;
	}
	if (c.verdict == REFUSAL) {
		count_refusal(h, &p.icmp);
		return 0;
	}
	if (note_answer(h, c.target, c.question, now_us, &news, e) == -1)
		return -1;
	if (p.kind == PACKET_ARP)
		note_mac(h, c.target, &p.arp);
	if (!news)
		return 0;
	facts.n = 0;
	c.probe->observe(&p, &c.who, &facts);
	return emit(h, &c.who.dst, &facts, at_us, e);
}

int
hearing_answer(struct hearing *h, uint32_t target, uint32_t question, struct facts *f,
	int64_t at_us, int64_t now_us, struct err *e)
{
	uint32_t segment;
	bool news;

	if (note_answer(h, target, question, now_us, &news, e) == -1)
		return -1;
	if (!news)
		return 0;
	struct addr ip = targets_addr(h->targets, target, &segment);
	return emit(h, &ip, f, at_us, e);
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
	return emit(h, &own->addr, &f, at_us, e);
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

void
hearing_report(const struct hearing *h, struct monitor *m)
{
	for (size_t i = 0; i < HEARING_REFUSALS; i++) {
		struct reason r = { refusals[i].code, "", refusals[i].text,
			h->refused[i] };
		if (h->refused[i])
			m->reason(m, &r);
	}
	report_conflicts(h, m);
}
