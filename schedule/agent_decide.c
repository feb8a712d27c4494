/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people decide while the agent has the store: done at once, between two batches. */
#include <stdio.h>

#include "base/log.h"
#include "db/decision.h"
#include "host/login.h"
#include "schedule/agent_private.h"

LOG_TAG("agent");

enum { DECIDE_ARENA = 256 << 20 }; /* a ceiling */

/* Root speaks for whom it was asked by (sudo); everybody else for themselves. */
static int
find_actor(const struct control_request *q, uid_t uid, struct arena *mem,
	const char **out, struct err *e)
{
	if (uid != 0 || !q->actor)
		return login_name(uid, mem, out, e);
	*out = q->actor;
	return 0;
}

static const char *
why_not(const struct agent *a, const struct control_request *q)
{
	if (a->stopping)
		return "the agent is about to end";
	return agent_has_store(a, q->store) ? NULL : "the agent has another store";
}

bool
agent_decide(struct agent *a, const struct control_request *q, uid_t uid, char *text,
	size_t max, enum err_code *code)
{
	const struct decision_order order = { q->decision, q->args, q->n_args };
	struct arena *mem = arena_new(DECIDE_ARENA);
	const char *why = why_not(a, q), *actor;
	char said[DECISION_SAID_MAX];
	struct err e;
	int rc = mem ? 0 : err_nomem(&e);

	if (!why && rc == 0) {
		rc = find_actor(q, uid, mem, &actor, &e);
		if (rc == 0)
			rc = decision_do(a->store, &order, actor, mem, said, &e);
		if (rc == 0)
			log_info("event=decided decision=%s actor=%s: %s", q->decision,
				actor, said);
		a->next_events = 0; /* somebody may want to know */
	}
	*code = !why && rc == -1 ? e.code : ERR_NONE;
	(void)snprintf(text, max, "%s", why ? why : rc == -1 ? e.text : said);
	arena_free(mem);
	return !why && rc == 0;
}
