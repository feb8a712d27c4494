/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * event.h - what of the change history is told at once, and how
 *
 *	{"v":1,"kind":"muster-events","site":"berlin","point":"berlin-1","sent":"2026-…Z",
 *	 "held_back":0,"events":[
 *	 {"id":812,"event":"device-address","at":"2026-…Z","device":"0193…","name":"ws-0412",
 *	  "before":"10.1.0.7","after":"10.1.0.9","run":"0193…"}]}
 *
 * Names of events are stable.  An id grows by the history and is never used again: what a
 * receiver has seen it may pass over.
 */
#ifndef SCHEDULE_EVENT_H
#define SCHEDULE_EVENT_H

#include "db/store.h"

enum event_kind {
	EVENT_NEW,
	EVENT_DOWN, /* it answers no more */
	EVENT_UP,   /* it was down */
	EVENT_LEFT, /* it was not seen for so long that it is not listed any more */
	EVENT_BACK, /* it was seen again after that */
	EVENT_FORGOTTEN, /* a person took it out */
	EVENT_MERGED,    /* it is one with another */
	EVENT_ADDRESS,
	EVENT_NAME,
	EVENT_OS,
	EVENT_KIND,
	EVENT_KINDS
};

enum {
	EVENTS_BATCH = 100, /* in one message */
	EVENTS_BODY_MAX = 1 << 20,
};

struct event {
	enum event_kind kind;
	int64_t id, at; /* of the change */
	const char *device, *label, *before, *after, *run;
};

extern const char *const event_names[EVENT_KINDS + 1]; /* "device-new"; NULL at the end */

/* false: such a change is told by the history alone.  Borrowed from it. */
bool event_of(const struct change *, struct event *out);

/* One line of a log, without its end.  Bytes from outside are escaped by whoever logs. */
void event_print(const struct event *, struct sb *out);

struct event_head {
	const char *site, *point;
	int64_t sent, held_back;
};

/* The whole message. */
void events_write(
	const struct event_head *, const struct event *, size_t n, struct sb *out);

#endif
