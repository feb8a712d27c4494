/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * port.h - where frames leave and arrive
 *
 * Over the driver lie the two things every driver shares: the guard, which no frame can go
 * around, and the capture file.  Drivers: links of this machine (port_links.h), and the
 * simulated network of the tests.
 */
#ifndef SCANNER_PORT_H
#define SCANNER_PORT_H

#include <signal.h>

#include "base/clock.h"
#include "scanner/capture.h"
#include "scanner/guard.h"
#include "scanner/probe.h"

struct frame {
	uint16_t link; /* number in the port */
	uint16_t size;
	uint8_t bytes[FRAME_MAX];
};

enum { PORT_BATCH = 256 }; /* frames sent at once: more gains nothing, measured */

/* A frame that arrived, borrowed.  at_us: wall clock, when the kernel took it. */
typedef int port_heard(
	void *arg, const uint8_t *frame, size_t n, int64_t at_us, struct err *);

struct port;

struct port_driver {
	/* Sends in order, all of them or fails; *sent of them went in either case. */
	int (*send)(struct port *, const struct frame *, size_t n, size_t *sent,
		struct err *);
	/* Waits up to wait_us for a first frame, then hands over all that are there. */
	int (*receive)(
		struct port *, int64_t wait_us, port_heard *, void *arg, struct err *);
	uint64_t (*dropped)(struct port *); /* frames lost for want of room, so far */
	void (*close)(struct port *);
};

/* A driver's own struct begins with this. */
struct port {
	const struct port_driver *driver;
	struct guard guard;
	struct clock *clock;
	struct capture_writer *capture; /* NULL: no file.  Given to the port. */
	uint64_t sent;
	uint16_t heard_on; /* the link of the frame that is being handed over */
	/* A link that takes nothing is waited for, unless this is not NULL and becomes non-zero:
	 * then the rest of a batch is given up. */
	const volatile sig_atomic_t *stop;
	struct port_away {
		const char *link; /* the last of them; NULL: none was */
		uint64_t n;
		int64_t us; /* all of them together */
	} away;             /* links that went away while it sent, and came back */
};

/* n <= PORT_BATCH.  ERR_ARG: the guard refused; nothing of the batch went. */
int port_send(struct port *, const struct frame *, size_t n, struct err *);
int port_receive(struct port *, int64_t wait_us, port_heard *, void *arg, struct err *);
uint64_t port_dropped(struct port *);
/* The capture file is complete.  -1: it is not whole. */
int port_end_capture(struct port *, struct err *);
/* Takes its time: the kernel gives back rings slowly.  NULL is fine. */
void port_close(struct port *);

#endif
