/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A batch of observations becomes devices, in one transaction:
 *
 *	accept.c   in the order of observations, without those that are there already
 *	assign.c   whose they are
 *	refold.c   the touched devices anew, and what changed about them
 *	history.c  why
 */
#include "db/ingest.h"

#include "db/history.h"

static int
ingest(struct ingest *in, const struct observation *obs, size_t n, struct err *e)
{
	struct identity_result r;

	if (ingest_accept(in, obs, n, e) == -1)
		return -1;
	if (in->n == 0)
		return 0;
	in->run = in->accepted[in->n - 1].run;
	in->at = in->accepted[in->n - 1].at;
	if (ingest_assign(in, &r, e) == -1 || ingest_refold(in, e) == -1)
		return -1;
	return history_links(in->s, &r, 0, in->mem, e);
}

int
store_ingest(struct store *s, const struct observation *obs, size_t n,
	struct ingest_result *add_to, struct err *e)
{
	struct ingest in = { .s = s };
	int rc = -1;

	if (store_need_writer(s, e) == -1)
		return -1;
	if (n == 0)
		return 0;
	if (!(in.mem = arena_new(INGEST_ARENA)))
		return err_nomem(e);
	if (store_begin_minded(s, e) == -1)
		goto out;
	if (ingest(&in, obs, n, e) == -1 || store_commit(s, e) == -1) {
		store_rollback(s);
		err_add(e, "store %zu observations", n);
		goto out;
	}
	add_to->observations += in.n;
	add_to->duplicates += in.result.duplicates;
	add_to->devices_new += in.result.devices_new;
	add_to->devices_changed += in.result.devices_changed;
	add_to->devices_merged += in.result.devices_merged;
	rc = 0;
out:
	arena_free(in.mem);
	return rc;
}
