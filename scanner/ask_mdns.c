/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Multicast DNS by unicast (RFC 6762 §5.5): what a machine offers, what each of that is
 * called, and which model it is.  Two questions, for the second depends on the first.
 */
#include "base/uuid.h"
#include "scanner/ask.h"
#include "wire/mdns_told.h"

#include <stdlib.h>
#include <string.h>

enum { AGAIN_AFTER = 700000, TIMES_MAX = 2, PATIENCE = 3000000, MESSAGE_MAX = 1200 };

struct mdns_talk {
	uint16_t id;
	unsigned times; /* that the question was asked */
	bool second;    /* the one about instances */
	uint8_t question[MESSAGE_MAX];
	size_t n;
};

/* Two bytes that nobody foresees, from the random end of a UUID. */
static uint16_t
random_id(void)
{
	char text[UUID_TEXT_MAX];

	return (uint16_t)strtoul(uuid_new(0, text) + UUID_TEXT_MAX - 1 - 4, NULL, 16);
}

static enum talk_next
say(struct talk *t)
{
	struct mdns_talk *s = talk_state(t);

	if (s->times == TIMES_MAX) /* an empty datagram woke us */
		return TALK_MORE;
	talk_say(t, s->question, s->n);
	talk_wake(t, ++s->times < TIMES_MAX ? AGAIN_AFTER : 0);
	return TALK_MORE;
}

static enum talk_next
begin_mdns(struct talk *t)
{
	struct mdns_talk *s = talk_state(t);
	struct wr w = wr_to(s->question, sizeof(s->question));

	s->id = random_id();
	mdns_write_query(&w, s->id, talk_peer(t));
	s->n = wr_used(&w);
	return say(t);
}

static void
tell(struct talk *t, const struct mdns_told *told)
{
	talk_str(t, "mdns.name", told->name);
	talk_str(t, "mdns.model", told->model);
	for (size_t i = 0; i < told->n_services; i++)
		talk_add(t, "mdns.services", told->services[i],
			strlen(told->services[i]));
	for (size_t i = 0; i < told->n_instances; i++)
		talk_add(t, "mdns.instances", told->instances[i],
			strlen(told->instances[i]));
	if (told->cut)
		talk_cut(t, "more services, instances or records than are kept");
}

/* About what the first answer told. */
static enum talk_next
ask_instances(struct talk *t, const struct mdns_told *told)
{
	struct mdns_talk *s = talk_state(t);
	struct wr w = wr_to(s->question, sizeof(s->question));

	if (!told->name[0] && told->n_services == 0)
		return TALK_DONE;
	s->id = random_id();
	s->times = 0;
	s->second = true;
	mdns_write_instances(&w, s->id, told);
	s->n = wr_used(&w);
	return say(t);
}

static enum talk_next
hear_mdns(struct talk *t)
{
	struct mdns_talk *s = talk_state(t);
	struct rd datagram = talk_unread(t);
	struct mdns_told told;
	struct err ignored;
	uint16_t id;

	if (rd_left(&datagram) == 0) /* woken */
		return say(t);
	talk_take(t, rd_left(&datagram));
	if (!mdns_peek_id(datagram, &id) || id != s->id)
		return TALK_MORE; /* late, or not for us */
	/* What came before the place where it is broken is worth telling. */
	int rc = mdns_read_told(datagram, talk_peer(t), &told, &ignored);
	tell(t, &told);
	if (rc == -1)
		return talk_why(t, "RFC 6762 §18: broken answer");
	return s->second ? TALK_DONE : ask_instances(t, &told);
}

/* A probe of the sweep asks all that live already. */
static bool
never(const struct ask_settings *settings)
{
	(void)settings;
	return false;
}

const struct ask ask_mdns = {
	.name = "mdns",
	.help = "Name, model and services of a machine, and what each is called, by "
		"multicast DNS",
	.sends = "two mDNS queries to UDP port 5353, each twice when nothing comes",
	.transport = ASK_UDP,
	.ports = { MDNS_PORT },
	.unasked = never,
	.state_size = sizeof(struct mdns_talk),
	.patience_us = PATIENCE,
	.begin = begin_mdns,
	.hear = hear_mdns,
};
