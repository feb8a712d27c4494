/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * interview.h - whom to ask what next
 *
 * Every conversation that suits a living host and its open ports, in an order that mixes
 * hosts and subnets. One starts when all of this allows it: the rate, so many at a time with one
 * host and with one /24 (IPv6: /64), a pause between two with one host, and the breaker (distress.h):
 * a host whose connections become slow or are reset or lost rests, several give their
 * /24 a rest, and one that goes on suffering is asked no more.  What goes by UDP is not
 * watched; it rests with the others.
 *
 * Pure: the caller brings the time.  48 bytes a host and 24 a conversation that is open.
 */
#ifndef SCANNER_INTERVIEW_H
#define SCANNER_INTERVIEW_H

#include "base/err.h"
#include "scanner/talks.h"

/* A living host.  Borrowed. */
struct living {
	struct addr ip;
	const uint16_t *ports; /* open by TCP */
	size_t n_ports;
	const uint16_t *udp_ports; /* that answered a probe */
	size_t n_udp_ports;
};

struct interview_conf {
	const struct ask *const *asks; /* NULL-terminated: those that are wanted */
	const struct ask_settings *settings;
	int64_t rate;        /* conversations/s */
	int64_t host_gap_us; /* between two that begin with one host */
	uint32_t packets; /* that both allow for; what a conversation takes beyond delays
			   * the next, of all and with its host.  0: not counted */
	unsigned per_host, per_net; /* at a time; by TCP and by UDP each */
	size_t most;      /* at a time; how many of them by TCP, window.h finds */
	uint8_t seed[16]; /* of the order */
};

/* What the breaker did, to be told: one of a host, and that of its network beside it. */
enum interview_relief { RELIEF_HOST = 1, RELIEF_HOST_FOR_GOOD = 2, RELIEF_NET = 4 };

struct interview;

/* living: sorted by address, each once. */
int interview_new(struct interview **out, const struct interview_conf *,
	const struct living *, size_t n, int64_t now_us, struct err *);
void interview_free(struct interview *);

/* The next that may begin now; it counts as begun.  Its arg is there until the next call.
 * false: none may, look again in *wait_us. */
bool interview_next(
	struct interview *, int64_t now_us, struct talk_order *, int64_t *wait_us);
/* One is over.  0, or bits of enum interview_relief. */
unsigned interview_ended(struct interview *, const struct talk_end *, int64_t now_us);
/* Is it worth having again?  One that ran out of time, or broke off, once: too much may
 * have been going on. */
bool interview_is_worth_again(const struct talk_end *);
int interview_again(struct interview *, const struct talk_end *, struct err *);
/* It led to another.  arg: copied. */
int interview_follow(
	struct interview *, uint32_t host, const struct talk_next_one *, struct err *);

uint64_t interview_total(const struct interview *);
uint64_t interview_left(const struct interview *);    /* not begun */
uint64_t interview_dropped(const struct interview *); /* of hosts asked no more */

#endif
