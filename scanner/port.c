/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What all drivers share: the guard before anything is sent, and the capture file. */
#include "scanner/port.h"

int
port_send(struct port *p, const struct frame *frames, size_t n, struct err *e)
{
	size_t sent = 0;
	int rc;

	for (size_t i = 0; i < n; i++)
		if (guard_frame(&p->guard, frames[i].link, frames[i].bytes,
			    frames[i].size, e) == -1)
			return -1;
	/* Before the first answer can be heard, so that the file keeps cause and effect. */
	int64_t now = p->capture ? clock_wall(p->clock) : 0;
	rc = p->driver->send(p, frames, n, &sent, e);
	p->sent += sent;
	for (size_t i = 0; p->capture && i < sent; i++)
		capture_write(p->capture, frames[i].bytes, frames[i].size, now);
	return rc;
}

struct tap {
	struct port *port;
	port_heard *heard;
	void *arg;
};

static int
record(void *arg, const uint8_t *frame, size_t n, int64_t at_us, struct err *e)
{
	struct tap *t = arg;

	capture_write(t->port->capture, frame, n, at_us);
	return t->heard(t->arg, frame, n, at_us, e);
}

int
port_receive(
	struct port *p, int64_t wait_us, port_heard *heard, void *arg, struct err *e)
{
	struct tap tap = { p, heard, arg };

	if (p->capture)
		return p->driver->receive(p, wait_us, record, &tap, e);
	return p->driver->receive(p, wait_us, heard, arg, e);
}

uint64_t
port_dropped(struct port *p)
{
	return p->driver->dropped(p);
}

int
port_end_capture(struct port *p, struct err *e)
{
	int rc = capture_writer_close(p->capture, e);

	p->capture = NULL;
	return rc;
}

void
port_close(struct port *p)
{
	struct err ignored; /* whoever needs the capture file ends it before */

	if (!p)
		return;
	(void)port_end_capture(p, &ignored);
	p->driver->close(p);
}
