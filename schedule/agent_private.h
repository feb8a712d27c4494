/* SPDX-License-Identifier: GPL-3.0-or-later */
/* agent_private.h - what the files of the agent share; besides their test nobody includes it */
#ifndef SCHEDULE_AGENT_PRIVATE_H
#define SCHEDULE_AGENT_PRIVATE_H

#include "db/retention.h"
#include "host/fence.h"
#include "location/answers.h"
#include "location/sites.h"
#include "schedule/agent.h"
#include "schedule/agent_conf.h"
#include "schedule/ahead.h"
#include "schedule/control.h"
#include "schedule/doubt.h"
#include "schedule/listener.h"
#include "schedule/running.h"
#include "schedule/teller.h"

#include <sys/stat.h>

enum {
	RUNNING_MAX = 128, /* polls, those that listen, and those whose definition is gone */
	OUTCOME_MAX = 16,
	TELLERS = 3, /* the log, the command, the webhook */
	FIXED = 2,   /* settings that only a start changes */
};

/* A poll as the agent lives with it. */
struct slot {
	const struct poll_def *def;
	struct timetable table;
	struct running *running;
	bool paused;
	bool wanted;            /* it is to run as soon as it may */
	bool by_person;         /* and blackouts do not matter */
	int64_t due;            /* of what is wanted, microseconds */
	int64_t not_before;     /* monotonic: a listener that broke off waits a while */
	int64_t blackout_until; /* seconds UTC; 0: none holds */

	/* What it leaves for its next run (db/polls.h); owned. */
	int64_t last_due; /* seconds */
	char *settings, *state, *run;

	/* The last run that ended. */
	int64_t started, finished, observations, spoilt;
	int64_t last_done; /* when one was done last, 0: never */
	char outcome[OUTCOME_MAX];
	char *reason; /* owned; NULL: none */
	struct recall recall;
};

/* What only questions tell of where the point is (agent_ask.c). */
struct place_questions {
	struct child child;
	bool is_asking, is_answered;
	struct sb heard;
	int64_t until, again; /* monotonic: of the process, and when it is asked anew */
	uint64_t about;       /* what the answers belong to */
	struct arena *mem;
	struct location_answers answers;
};

struct agent {
	const struct agent_input *in;
	struct store *store;
	struct clock *clock;
	struct agent_conf *conf;
	struct arena *conf_mem;
	struct stat conf_stat; /* of the file when it was read */
	const char *never;     /* text of what must never be asked */
	char *fixed[FIXED];    /* as they were when it started; owned */
	struct slot *slots;    /* by name, as conf->by_name */
	size_t n_slots;
	struct running *leaving[RUNNING_MAX]; /* their polls are no more */
	size_t n_leaving;
	struct listener *listener;
	struct teller tellers[TELLERS];
	struct {
		int64_t next_unseen, next_round, next_release; /* monotonic */
		int64_t days; /* that are kept just now; 0: all */
		struct trim trim;
		bool more; /* of the history besides observations */
		struct doubt doubt;
	} history;
	int64_t started; /* wall */
	int64_t offset;  /* of the wall clock to the monotonic one */
	struct ahead ahead;
	int64_t next_care, next_conf_look, next_watchdog, next_events; /* monotonic */
	int64_t runs, failures, observations; /* since it started */
	char alarm[256];                      /* "": all is well */
	char location[64];                    /* of the point; "": none */
	uint64_t confs;                       /* that were read since it started */
	struct arena *sites_mem;              /* NULL: not read, or no more right */
	struct site_map sites;
	struct place_questions questions;
	struct arena *fence_mem; /* NULL: nothing is fenced */
	struct fence polls_fence;
	const char *hidden[FENCE_HIDDEN_MAX]; /* from polls */
	bool stopping;
};

/* agent_slots.c */
int slots_load(struct agent *, struct agent_conf *, struct slot **out, size_t *n,
	struct err *);
int slots_remember(struct agent *, struct err *); /* from the store, when it starts */
void slots_free(struct slot *, size_t n);
int slot_save(struct agent *, const struct slot *, struct err *);
struct slot *slot_find(struct agent *, const char *name);

/* agent_runs.c */
void runs_notice_due(struct agent *);
void runs_start(struct agent *);
void runs_work(struct agent *);
void runs_stop_all(struct agent *, enum stop_cause);
size_t runs_count(const struct agent *);
/* A sweep that asks any of these addresses, or is about to; NULL: none does. */
const struct running *runs_find_sweep(const struct agent *, const struct iprange *);
/* When something is due next, monotonic microseconds. */
int64_t runs_next(const struct agent *);
bool slot_in_blackout(const struct agent *, struct slot *, int64_t now);

/* agent_known.c: whom a full poll of Windows asks because they are known, as text of a set; none: "" */
int agent_known_text(const struct agent *, const struct poll_def *, struct arena *,
	struct sb *out, struct err *);

/* agent_answers.c: for the listener */
void agent_answer(void *agent, struct listener_request *, struct sb *out);
/* agent_decide.c: for one who may.  false: text says why not, code is the decision's own, or
 * ERR_NONE when it did not come to that. */
bool agent_decide(struct agent *, const struct control_request *, uid_t, char *text,
	size_t max, enum err_code *code);
/* agent_guests.c: is this file its own? */
bool agent_has_store(const struct agent *, const char *path);
/* false: it may not, text says why */
bool agent_take_guest(struct agent *, const struct control_request *,
	struct listener_request *, char *text, size_t max);
void agent_reload(
	struct agent *, char *text, size_t max); /* agent.c; text: how it went */
void agent_notice_jump(struct agent *);          /* the same: was the wall clock set? */

/* agent_told.c: the newest runs of a poll, or of all with NULL */
int agent_tell_runs(struct agent *, const char *poll, struct sb *out, struct err *);
struct recall agent_recall_of(const char *summary); /* of struct poll_run */

/* agent_events.c: who is told of what happens to devices */
void agent_events(struct agent *);
bool agent_events_busy(const struct agent *);
void agent_events_done(struct agent *);

/* agent_history.c: what is long ago is forgotten, unless the clock is doubted */
int agent_look_at_clock(struct agent *, struct err *); /* when it starts */
void agent_clock_jumped(struct agent *, int64_t by);   /* microseconds */
void agent_forget(struct agent *);

/* agent_mend.c: the wall clock was set by so much, microseconds.  What it stored while it was
 * ahead is dated anew where that is certain. */
void agent_mend(struct agent *, int64_t by);
void agent_tell_ahead(struct agent *); /* what is of a time to come, and stays so */

/* agent_fence.c: once everything that it writes to is there */
void agent_fence(struct agent *);

/* agent_care.c: what is looked after from time to time */
void agent_care(struct agent *);
void agent_tell_systemd(const struct agent *, const char *first);

/* agent_place.c */
void agent_look_at_place(struct agent *);
void agent_forget_sites(struct agent *); /* they may be others now */
/* agent_ask.c: begins to ask where there are no answers about this, or old ones.  The answers that
 * there are, or NULL: not yet. */
struct location_answers *agent_ask_place(struct agent *, uint64_t about);
void agent_ask_work(struct agent *);
bool agent_is_asking(const struct agent *);
void agent_ask_done(struct agent *);

#endif
