/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Machines of the ranges that are polled, which a poll of Windows asks though they do not show
 * themselves to it.  Who was seen elsewhere stays where nobody said that he is to be asked.
 */
#include "base/log.h"
#include "netbios/windows.h"
#include "schedule/agent_private.h"

#include <inttypes.h>

LOG_TAG("agent");

static const struct iprange *
range_of(const struct slot *s)
{
	const struct poll_def *d = s->def;

	return d->kind == POLL_RANGE && d->timing.enabled ? d->targets : NULL;
}

/* NULL: no memory. */
static const struct iprange *
polled_ranges(const struct agent *a, struct arena *mem)
{
	struct iprange_run *runs;
	size_t n = 0, room = 1;

	for (size_t i = 0; i < a->n_slots; i++)
		if (range_of(&a->slots[i]))
			room += iprange_n_runs(range_of(&a->slots[i]));
	runs = arena_new_array(mem, struct iprange_run, room);
	for (size_t i = 0; runs && i < a->n_slots; i++) {
		const struct iprange *range = range_of(&a->slots[i]);
		for (size_t k = 0; range && k < iprange_n_runs(range); k++)
			runs[n++] = iprange_get_run(range, k);
	}
	return runs ? iprange_from_runs(runs, n, mem) : NULL;
}

/* A poll has targets of its own, and so much room for others. */
static size_t
room_beside(const struct poll_def *d)
{
	u128 named = d->targets ? iprange_count(d->targets) : 0;

	return named < WINDOWS_TARGETS_MAX ? WINDOWS_TARGETS_MAX - (size_t)named : 0;
}

int
agent_known_text(const struct agent *a, const struct poll_def *d, struct arena *mem,
	struct sb *out, struct err *e)
{
	const struct smb_query q = { .site = a->conf->site,
		.now = clock_wall(a->clock),
		.within = polled_ranges(a, mem),
		.max = room_beside(d) };
	struct smb_known known;

	if (!q.within)
		return err_nomem(e);
	if (iprange_is_empty(q.within))
		return 0;
	if (store_find_smb(a->store, &q, mem, &known, e) == -1)
		return -1;
	if (known.left)
		log_warn("event=known-not-asked poll=%s: %" PRIu64
			 " machines of its ranges are more than a poll asks",
			d->name, known.left);
	const char *text = iprange_text(known.all, IPRANGE_TEXT_MAX, mem);
	sb_add(out, text ? text : "");
	return text && !out->bad ? 0 : err_nomem(e);
}
