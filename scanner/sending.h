/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sending.h - questions on their way out: under the caps, built, sent in batches
 *
 * Every packet takes one place in the cap of all packets, one in that of its lane, and
 * an ARP request one in that of ARP.  A lane is a segment of the plan: one way out
 * (interface and next hop) whose rate finds itself.
 */
#ifndef SCANNER_SENDING_H
#define SCANNER_SENDING_H

#include "scanner/job.h"
#include "scanner/pace.h"
#include "scanner/port.h"
#include "scanner/rate.h"

/* Round trips, from questions whose answer is certain. */
struct rtt {
	int64_t mean_us, spread_us, max_us; /* RFC 6298 §2; 0: none yet */
};

void rtt_add(struct rtt *, int64_t us);
/* Longer than this hardly any answer takes. */
int64_t rtt_timeout(const struct rtt *);

struct lane {
	struct pace pace;
	struct rate rate;
	struct rtt rtt;
	uint64_t sent;
	int64_t overrun_us; /* when the rate was lowered for lost replies; 0: never */
	bool doubtful;      /* its next hop did not answer: silence says nothing */
	bool told;          /* that the path limits the rate */
};

struct sending {
	struct job *job;
	struct port *port;
	const uint16_t *links; /* by segment: the number of its link in the port */
	struct path *paths;    /* by segment */
	struct lane *lanes;    /* by segment */
	struct pace total, arp;
	struct frame *batch;
	size_t n_batch;
	int64_t batch_us; /* when the first of it had its turn */
};

/* In the job's scratch arena.  links: for each segment. */
int sending_init(struct sending *, struct job *, struct port *, const uint16_t *links,
	struct err *);

/* How long the next packet of a segment has to wait for its turn, in microseconds; 0: it
 * may go now. */
int64_t sending_due(
	struct sending *, uint32_t segment, const struct probe *, int64_t now_us);
/* Takes the turn; only when sending_due() said 0 and the batch is not full. */
void sending_put(struct sending *, const struct hearing_wave *, uint32_t target,
	uint32_t question, int64_t now_us);
bool sending_is_full(const struct sending *);
int sending_flush(struct sending *, struct err *);

#endif
