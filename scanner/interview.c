/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A queue that goes round: what may not begin yet goes to its end. */
#include "scanner/interview.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "scanner/distress.h"
#include "scanner/pace.h"
#include "scanner/window.h"

enum {
	LOOKS = 512, /* at the queue, for one that may begin */
	LOOK_AGAIN_US = MSEC,
	NET_BITS_4 = 24,
	NET_BITS_6 = 64,
	RTT_SHARE = 16,   /* of the running mean */
	EXCESS_MAX = 500, /* packets of one conversation: no host can stop all others */
};

struct host {
	struct addr ip;
	uint8_t open[2];     /* conversations: by UDP, by TCP */
	uint16_t reset_port; /* the last that reset and had said nothing; 0 */
	uint32_t net;
	struct distress distress;
	int64_t due_us; /* the next may begin then */
};

struct net {
	uint32_t open[2];
	struct distress_net distress;
};

struct item {
	const struct ask *ask;
	char *arg; /* NULL: "" */
	uint32_t host;
	uint16_t port;
	bool again;
};

struct interview {
	struct interview_conf conf;
	struct host *hosts;
	struct net *nets;
	size_t n_hosts, n_nets;
	struct item *queue; /* a ring */
	size_t first, n, room;
	uint64_t total, dropped;
	struct pace pace;
	uint32_t excess;        /* packets beyond what was allowed for, not paid yet */
	struct window window;   /* of those by TCP */
	size_t open[2];         /* on their way: by UDP, by TCP */
	int64_t rtt_us;         /* mean of all connections */
	double loss;            /* share of connections that never came to be, lately */
	char arg[TALK_ARG_MAX]; /* of the last step */
};

/* --- the queue ------------------------------------------------------------------------------ */

static int
push(struct interview *iv, const struct item *item, struct err *e)
{
	if (iv->n == iv->room) {
		size_t room = iv->room ? 2 * iv->room : 256;
		struct item *more = calloc(room, sizeof(*more));
		if (!more)
			return err_nomem(e);
		for (size_t i = 0; i < iv->n; i++)
			more[i] = iv->queue[(iv->first + i) % iv->room];
		free(iv->queue);
		iv->queue = more;
		iv->first = 0;
		iv->room = room;
	}
	iv->queue[(iv->first + iv->n++) % iv->room] = *item;
	return 0;
}

static struct item
pop(struct interview *iv)
{
	struct item item = iv->queue[iv->first];

	iv->first = (iv->first + 1) % iv->room;
	iv->n--;
	return item;
}

/* Fisher and Yates 1938, by a keyed stream of numbers. */
static int
mix(struct interview *iv, struct err *e)
{
	static const uint8_t nonce[crypto_stream_chacha20_NONCEBYTES];
	uint8_t key[crypto_stream_chacha20_KEYBYTES] = { 0 };
	uint64_t *numbers = calloc(iv->n + 1, sizeof(*numbers));

	if (!numbers)
		return err_nomem(e);
	memcpy(key, iv->conf.seed, sizeof(iv->conf.seed));
	(void)crypto_stream_chacha20(
		(unsigned char *)numbers, iv->n * sizeof(*numbers), nonce, key);
	for (size_t i = iv->n; i > 1; i--) {
		size_t other = (size_t)(numbers[i - 1] % i);
		struct item was = iv->queue[i - 1];
		iv->queue[i - 1] = iv->queue[other];
		iv->queue[other] = was;
	}
	free(numbers);
	return 0;
}

/* --- what suits whom ---------------------------------------------------------------------- */

static bool
has_port(const uint16_t *ports, size_t n, uint16_t port)
{
	for (size_t i = 0; i < n; i++)
		if (ports[i] == port)
			return true;
	return false;
}

static bool
suits(const struct interview *iv, const struct living *l, const struct ask *ask,
	uint16_t port)
{
	if (ask->transport != ASK_UDP)
		return has_port(l->ports, l->n_ports, port);
	return !ask->unasked || ask->unasked(iv->conf.settings) ||
		has_port(l->udp_ports, l->n_udp_ports, port);
}

static int
push_those_of(struct interview *iv, const struct living *l, uint32_t host,
	const struct ask *ask, struct err *e)
{
	for (size_t i = 0; i < ASK_PORTS_MAX && ask->ports[i]; i++) {
		struct item item = { .ask = ask, .host = host, .port = ask->ports[i] };
		if (suits(iv, l, ask, item.port) && push(iv, &item, e) == -1)
			return -1;
	}
	return 0;
}

static int
fill(struct interview *iv, const struct living *living, size_t n, struct err *e)
{
	for (size_t a = 0; iv->conf.asks[a]; a++) {
		const struct ask *ask = iv->conf.asks[a];
		if (ask->wanted && !ask->wanted(iv->conf.settings))
			continue;
		for (size_t i = 0; i < n; i++)
			if (push_those_of(iv, &living[i], (uint32_t)i, ask, e) == -1)
				return -1;
	}
	iv->total = iv->n;
	return mix(iv, e);
}

static void
number_nets(struct interview *iv)
{
	for (size_t i = 0; i < iv->n_hosts; i++) {
		struct addr *a = &iv->hosts[i].ip;
		unsigned bits = a->family == ADDR_IP6 ? NET_BITS_6 : NET_BITS_4;
		bool same = i > 0 && addr_in_prefix(a, &iv->hosts[i - 1].ip, bits);
		iv->n_nets += !same;
		iv->hosts[i].net = (uint32_t)iv->n_nets - 1;
	}
}

int
interview_new(struct interview **out, const struct interview_conf *conf,
	const struct living *living, size_t n, int64_t now, struct err *e)
{
	struct interview *iv = calloc(1, sizeof(*iv));

	*out = iv;
	if (!iv)
		return err_nomem(e);
	iv->conf = *conf;
	pace_init(&iv->pace, conf->rate, now);
	window_init(&iv->window, conf->most);
	iv->hosts = calloc(n + 1, sizeof(*iv->hosts));
	iv->nets = calloc(n + 1, sizeof(*iv->nets));
	if (!iv->hosts || !iv->nets) {
		interview_free(iv);
		*out = NULL;
		return err_nomem(e);
	}
	iv->n_hosts = n;
	for (size_t i = 0; i < n; i++)
		iv->hosts[i].ip = living[i].ip;
	number_nets(iv);
	if (fill(iv, living, n, e) == 0)
		return 0;
	interview_free(iv);
	*out = NULL;
	return -1;
}

void
interview_free(struct interview *iv)
{
	if (!iv)
		return;
	for (size_t i = 0; i < iv->n; i++)
		free(iv->queue[(iv->first + i) % iv->room].arg);
	free(iv->queue);
	free(iv->hosts);
	free(iv->nets);
	free(iv);
}

/* --- the next --------------------------------------------------------------------------------- */

/* INT64_MAX: never. */
static int64_t
rest_of(const struct interview *iv, const struct host *h, int64_t now)
{
	int64_t host = distress_rest(&h->distress, now);
	int64_t net = distress_net_rest(&iv->nets[h->net].distress, now);

	return host > net ? host : net;
}

static bool
may_begin(const struct interview *iv, const struct host *h, bool tcp, int64_t now)
{
	size_t most = tcp ? window_size(&iv->window) : iv->conf.most;

	return iv->open[tcp] < most && h->open[tcp] < iv->conf.per_host &&
		iv->nets[h->net].open[tcp] < iv->conf.per_net && h->due_us <= now &&
		rest_of(iv, h, now) == 0;
}

static void
begin(struct interview *iv, const struct item *item, int64_t now, struct talk_order *out)
{
	struct host *h = &iv->hosts[item->host];
	bool tcp = item->ask->transport != ASK_UDP;

	iv->open[tcp]++;
	h->open[tcp]++;
	h->due_us = now + iv->conf.host_gap_us;
	iv->nets[h->net].open[tcp]++;
	pace_take(&iv->pace);
	iv->arg[0] = '\0';
	if (item->arg)
		memcpy(iv->arg, item->arg, strlen(item->arg) + 1);
	free(item->arg);
	*out = (struct talk_order){ .ask = item->ask,
		.peer = h->ip,
		.port = item->port,
		.arg = iv->arg,
		.host = item->host,
		.again = item->again };
}

bool
interview_next(
	struct interview *iv, int64_t now, struct talk_order *out, int64_t *wait_us)
{
	*wait_us = LOOK_AGAIN_US;
	if (pace_ready(&iv->pace, now) < 1)
		return false;
	for (size_t looks = iv->n < LOOKS ? iv->n : LOOKS; looks > 0; looks--) {
		struct item item = pop(iv);
		const struct host *h = &iv->hosts[item.host];
		struct err never; /* there is room: one was taken out */
		if (may_begin(iv, h, item.ask->transport != ASK_UDP, now)) {
			begin(iv, &item, now, out);
			return true;
		}
		if (rest_of(iv, h, now) == INT64_MAX) {
			iv->dropped++;
			free(item.arg);
		} else {
			(void)push(iv, &item, &never);
		}
	}
	return false;
}

/* --- how it went ------------------------------------------------------------------------------ */

/* It accepted, and reset before it said a word: too much for it, or its way with what it does
 * not speak (Windows with SMB1).  That would be the same at each time; so a port tells
 * nothing new when it is had again, or was the last that did so. */
static bool
is_news(struct host *h, const struct talk_end *x)
{
	bool known = x->again || x->talk->port == h->reset_port;

	h->reset_port = x->talk->port;
	return !known;
}

/* A reset that follows words is about what we said, and the connection is an answer.
 * What goes by UDP is none: silence there is how most say no. */
static bool
is_pulse(struct host *h, const struct talk_end *x, struct pulse *p)
{
	bool connected = x->rtt_us >= 0;
	bool mute = connected && x->outcome == TALK_WAS_RESET && !x->said;

	if (x->talk->ask->transport == ASK_UDP || x->outcome == TALK_FAILED)
		return false;
	p->rtt_us = x->rtt_us;
	p->outcome = connected && !mute            ? PULSE_ANSWERED
		: x->outcome == TALK_WAS_UNREACHED ? PULSE_LOST
						   : PULSE_RESET;
	return !mute || is_news(h, x);
}

static void
measure_path(struct interview *iv, const struct pulse *p)
{
	bool lost = p->outcome == PULSE_LOST;

	iv->loss += ((lost ? 1 : 0) - iv->loss) / (8 * RTT_SHARE);
	if (p->outcome != PULSE_ANSWERED)
		return;
	if (iv->rtt_us == 0)
		iv->rtt_us = p->rtt_us;
	iv->rtt_us += (p->rtt_us - iv->rtt_us) / RTT_SHARE;
}

static unsigned
relief_of(const struct distress *d, struct net *net, uint32_t host, int64_t now)
{
	unsigned relief = d->coolings < DISTRESS_GIVE_UP ? RELIEF_HOST
							 : RELIEF_HOST_FOR_GOOD;

	return distress_net_cool(&net->distress, host, now) ? relief | RELIEF_NET
							    : relief;
}

/* Who accepts and says nothing is odd by itself: that says nothing of the crowd. */
static void
measure_crowd(struct interview *iv, const struct talk_end *x, int64_t now)
{
	bool late = x->outcome == TALK_WAS_SLOW || x->outcome == TALK_WAS_UNREACHED;

	if (late || x->outcome == TALK_WAS_DONE)
		window_ended(&iv->window, late, x->took_us, x->patience_us, now);
}

static void
pay_excess(struct interview *iv, struct host *h, uint32_t packets, int64_t now)
{
	uint32_t allowed = iv->conf.packets, excess;

	if (allowed == 0 || packets <= allowed)
		return;
	excess = packets - allowed < EXCESS_MAX ? packets - allowed : EXCESS_MAX;
	if (h->due_us < now)
		h->due_us = now;
	h->due_us += iv->conf.host_gap_us * excess / allowed;
	for (iv->excess += excess; iv->excess >= allowed; iv->excess -= allowed)
		pace_take(&iv->pace);
}

unsigned
interview_ended(struct interview *iv, const struct talk_end *x, int64_t now)
{
	struct host *h = &iv->hosts[x->host];
	struct net *net = &iv->nets[h->net];
	struct pulse p = { .path_rtt_us = iv->rtt_us, .path_loss = iv->loss };
	bool tcp = x->talk->ask->transport != ASK_UDP;

	iv->open[tcp]--;
	h->open[tcp]--;
	net->open[tcp]--;
	pay_excess(iv, h, x->packets, now);
	if (tcp)
		measure_crowd(iv, x, now);
	if (!is_pulse(h, x, &p))
		return 0;
	measure_path(iv, &p);
	return distress_pulse(&h->distress, &p, now)
		? relief_of(&h->distress, net, x->host, now)
		: 0;
}

bool
interview_is_worth_again(const struct talk_end *x)
{
	return !x->again && x->talk->ask->transport != ASK_UDP &&
		(x->outcome == TALK_WAS_SLOW || x->outcome == TALK_WAS_SILENT ||
			x->outcome == TALK_WAS_UNREACHED ||
			x->outcome == TALK_WAS_RESET);
}

static int
push_late(struct interview *iv, const struct item *like, const char *arg, struct err *e)
{
	struct item item = *like;

	if (arg[0] && !(item.arg = strdup(arg)))
		return err_nomem(e);
	if (push(iv, &item, e) == 0) {
		iv->total++;
		return 0;
	}
	free(item.arg);
	return -1;
}

int
interview_again(struct interview *iv, const struct talk_end *x, struct err *e)
{
	struct item item = { .ask = x->talk->ask,
		.host = x->host,
		.port = x->talk->port,
		.again = true };

	return push_late(iv, &item, x->talk->arg, e);
}

int
interview_follow(struct interview *iv, uint32_t host, const struct talk_next_one *next,
	struct err *e)
{
	struct item item = { .ask = next->ask, .host = host, .port = next->port };

	return push_late(iv, &item, next->arg, e);
}

uint64_t
interview_total(const struct interview *iv)
{
	return iv->total;
}

uint64_t
interview_left(const struct interview *iv)
{
	return iv->n;
}

uint64_t
interview_dropped(const struct interview *iv)
{
	return iv->dropped;
}
