/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which observations are of one device: the steps in their order (identity_private.h), and
 * at the end a device for each cluster.
 */
#include "inventory/identity_private.h"

#include <string.h>

/* --- clusters ----------------------------------------------------------------------------------- */

static size_t
count_clusters(struct graph *g)
{
	size_t n = 0;

	for (uint32_t v = 0; v < g->n_visits; v++)
		n += graph_find(g, v) == v;
	return n;
}

static void
take_visit(struct graph *g, uint32_t v, size_t cluster, struct identity_cluster *c)
{
	const struct visit *visit = &g->visits[v];
	bool boundary = visit->anchored && !visit->closure;
	size_t n;
	const uint32_t *members = graph_members(g, v, &n);

	c->address_only = c->address_only && !visit->anchored;
	c->boundary = c->boundary || boundary;
	for (size_t m = 0; m < n; m++) {
		struct sighting *s = &g->sightings[members[m]];
		s->cluster = cluster;
		s->boundary = !visit->closure;
		if (boundary)
			c->device = s->device;
	}
}

static int
number_clusters(struct graph *g, struct arena *scratch, struct identity_result *out,
	struct err *e)
{
	uint32_t *cluster_of = arena_new_array(scratch, uint32_t, g->n_visits); /* + 1 */

	out->clusters = arena_new_array(
		g->mem, struct identity_cluster, count_clusters(g));
	if (!cluster_of || !out->clusters)
		return err_nomem(e);
	for (uint32_t v = 0; v < g->n_visits; v++) {
		uint32_t *at = &cluster_of[graph_find(g, v)];
		if (*at == 0) {
			out->clusters[out->n_clusters++].address_only = true;
			*at = (uint32_t)out->n_clusters;
		}
		take_visit(g, v, *at - 1, &out->clusters[*at - 1]);
	}
	return 0;
}

/* --- devices ------------------------------------------------------------------------------------ */

/* An id that was given before, and the cluster of its oldest sighting. */
struct old_device {
	int64_t id;
	size_t heir;
	bool lives_on;
};

struct heritage {
	struct arena *mem;
	struct old_device *devices; /* by their oldest sighting here */
	size_t n, room;
	uint32_t *of; /* of each sighting; ID_NONE */
};

static int
list_devices(struct graph *g, const struct identity_result *r, struct heritage *h,
	struct err *e)
{
	struct intern ids = { .mem = h->mem,
		.size = sizeof(int64_t),
		.seed = (uint64_t)(uintptr_t)g->mem };

	h->of = arena_new_array(h->mem, uint32_t, g->n);
	if (!h->of)
		return err_nomem(e);
	for (size_t i = 0; i < g->n; i++) {
		int64_t id = g->sightings[i].device;
		bool is_new;
		h->of[i] = ID_NONE;
		if (id == 0)
			continue;
		if (intern_put(&ids, &id, sizeof(id), &h->of[i], &is_new, e) == -1)
			return -1;
		if (!is_new)
			continue;
		h->devices = grow(
			h->mem, h->devices, &h->room, h->n, sizeof(h->devices[0]));
		if (!h->devices)
			return err_nomem(e);
		h->devices[h->n++] = (struct old_device){ id, g->sightings[i].cluster,
			false };
	}
	for (size_t i = 0; i < g->n; i++) { /* a boundary cluster keeps its own */
		size_t c = g->sightings[i].cluster;
		if (h->of[i] == ID_NONE ||
			r->clusters[c].device != g->sightings[i].device)
			continue;
		h->devices[h->of[i]].heir = c;
		h->devices[h->of[i]].lives_on = true;
	}
	return 0;
}

static void
live_on(struct old_device *d, struct identity_cluster *c)
{
	if (d->lives_on || c->device)
		return;
	c->device = d->id;
	d->lives_on = true;
}

/* The other ids, each with the cluster of its oldest sighting. */
static int
list_merged(struct graph *g, const struct heritage *h, struct identity_result *r,
	struct err *e)
{
	size_t *next = arena_new_array(h->mem, size_t, r->n_clusters);
	size_t n = 0, at = 0;

	for (size_t i = 0; i < h->n; i++)
		n += !h->devices[i].lives_on;
	int64_t *merged = arena_new_array(g->mem, int64_t, n);
	if (!next || !merged)
		return err_nomem(e);
	for (size_t i = 0; i < h->n; i++)
		if (!h->devices[i].lives_on)
			r->clusters[h->devices[i].heir].n_merged++;
	for (size_t c = 0; c < r->n_clusters; c++) {
		r->clusters[c].merged = merged + at;
		next[c] = at;
		at += r->clusters[c].n_merged;
	}
	for (size_t i = 0; i < h->n; i++)
		if (!h->devices[i].lives_on)
			merged[next[h->devices[i].heir]++] = h->devices[i].id;
	return 0;
}

/* Ids live on with their oldest sighting; one that is not needed there may still save its
 * other sightings from a new one. */
static int
inherit(struct graph *g, struct arena *scratch, struct identity_result *r, struct err *e)
{
	struct heritage h = { .mem = scratch };

	if (list_devices(g, r, &h, e) == -1)
		return -1;
	for (size_t i = 0; i < h.n; i++)
		live_on(&h.devices[i], &r->clusters[h.devices[i].heir]);
	for (size_t i = 0; i < g->n; i++)
		if (h.of[i] != ID_NONE)
			live_on(&h.devices[h.of[i]],
				&r->clusters[g->sightings[i].cluster]);
	return list_merged(g, &h, r, e);
}

static int
list_demoted(const struct graph *g, struct identity_result *r, struct err *e)
{
	size_t n = 0;

	for (size_t k = 0; k < g->n_keys; k++)
		n += g->keys[k].newly;
	struct id_key *demoted = arena_new_array(g->mem, struct id_key, n);
	if (!demoted)
		return err_nomem(e);
	for (size_t k = 0; k < g->n_keys; k++)
		if (g->keys[k].newly)
			demoted[r->n_demoted++] = (struct id_key){ g->keys[k].kind,
				g->keys[k].value };
	r->demoted = demoted;
	return 0;
}

/* From clusters to what is handed out. */
static int
tell(struct graph *g, struct identity_result *r, struct err *e)
{
	struct arena *scratch = arena_part(g->mem);

	if (!scratch)
		return err_nomem(e);
	*r = (struct identity_result){
		.sightings = g->sightings,
		.n = g->n,
		.links = g->links,
		.n_links = g->n_links,
	};
	if (number_clusters(g, scratch, r, e) == -1 ||
		inherit(g, scratch, r, e) == -1 || list_demoted(g, r, e) == -1)
		return -1;
	arena_free(scratch);
	return 0;
}

int
identity_resolve(struct identity_batch *b, struct identity_recall *recall,
	int64_t lifetime_us, struct identity_result *out, struct err *e)
{
	struct identity_result r;
	struct graph g;

	if (identity_load(b, recall, e) == -1 || graph_build(b, &g, e) == -1 ||
		identity_demote(&g, e) == -1 || graph_settle(&g, e) == -1)
		return -1;
	if (identity_join(&g, e) == -1 ||
		identity_settle_places(&g, lifetime_us, e) == -1 ||
		identity_join_addresses(&g, e) == -1 || tell(&g, &r, e) == -1)
		return -1;
	arena_free(g.own);
	*out = r;
	return 0;
}
