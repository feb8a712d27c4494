/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the kernel and the store knew before a sweep, against what the sweep heard. */
#include "cli/expect.h"

const char expect_reason[] = "known-but-silent";

void
expect_done(struct expect *x)
{
	for (size_t i = 0; i < x->n_populations; i++)
		population_done(&x->populations[i]);
	population_done(&x->arp);
	population_done(&x->replied);
	x->n_populations = 0;
}

/* --- before ------------------------------------------------------------------------------ */

static bool
is_asked(const struct expect_input *in, const struct addr *ip)
{
	return iprange_contains(in->targets, ip) && !host_is_own(in->net, ip);
}

static int
add_neighbours(struct expect *x, struct err *e)
{
	const struct host_net *net = x->in.net;

	for (size_t i = 0; i < net->n_neighs; i++) {
		const struct host_neigh *n = &net->neighs[i];
		/* The MAC of a group is nobody's. */
		if (!mac_is_group(&n->mac) && is_asked(&x->in, &n->addr) &&
			population_add(&x->populations[EXPECT_NEIGHBOURS], &n->addr, 0,
				e) == -1)
			return -1;
	}
	return 0;
}

static int
add_expected(void *arg, const struct expected *row, struct err *e)
{
	struct expect *x = arg;

	if (!is_asked(&x->in, &row->ip))
		return 0;
	return population_add(&x->populations[EXPECT_STORE], &row->ip, row->device, e);
}

static int
add_store(struct expect *x, struct err *e)
{
	const struct iprange *targets = x->in.targets;
	size_t n = iprange_n_runs(targets);

	if (!x->in.store || n == 0)
		return 0;
	struct expected_query q = { .site = x->in.site,
		.run = x->in.run,
		.first = iprange_get_run(targets, 0).first,
		.last = iprange_get_run(targets, n - 1).last };
	return store_each_expected(x->in.store, &q, add_expected, x, e);
}

int
expect_begin(struct expect *x, const struct expect_input *in, struct err *e)
{
	static const struct population begin[EXPECT_POPULATIONS] = {
		[EXPECT_NEIGHBOURS] = { .name = "neighbours",
			.of = "neighbours that the kernel knows here" },
		[EXPECT_STORE] = { .name = "store",
			.of = "devices that the store knows here" },
	};

	*x = (struct expect){ .in = *in,
		.n_populations = in->store ? EXPECT_POPULATIONS : EXPECT_STORE,
		.arp = { .name = "snmp-arp",
			.of = "addresses that ARP tables of routers list here" } };
	for (size_t i = 0; i < x->n_populations; i++)
		x->populations[i] = begin[i];
	if (add_neighbours(x, e) == 0 && add_store(x, e) == 0)
		return 0;
	expect_done(x);
	return -1;
}

/* --- meanwhile and after ----------------------------------------------------------------- */

/* Who answers comes before those who are told of, so it is kept; one too many is lost. */
static void
note_reply(struct expect *x, const struct addr *ip)
{
	const struct population *p = &x->replied;
	struct err ignored;

	if (x->n_populations && (p->n == 0 || !addr_equal(&p->members[p->n - 1].ip, ip)))
		(void)population_add(&x->replied, ip, 0, &ignored);
}

void
expect_told(struct expect *x, const struct observation *o)
{
	struct err ignored;

	if (x->n_populations && o->evidence == EVIDENCE_LISTED && addr_is_set(&o->ip) &&
		fact_get(o->facts, o->n_facts, "mac") && is_asked(&x->in, &o->ip))
		(void)population_add(&x->arp, &o->ip, 0, &ignored);
}

void
expect_found(struct expect *x, const struct addr *ip)
{
	note_reply(x, ip);
	for (size_t i = 0; i < x->n_populations; i++)
		population_found_ip(&x->populations[i], ip);
}

static int
found_device(void *arg, int64_t device, struct err *e)
{
	(void)e;
	population_found_owner(arg, device);
	return 0;
}

/* A device that has moved answered at another address than the known one. */
static int
add_moved(struct expect *x, struct err *e)
{
	struct population *p = &x->populations[EXPECT_STORE];

	if (x->n_populations <= EXPECT_STORE || p->n == 0)
		return 0;
	return store_each_replied(x->in.store, x->in.run, found_device, p, e);
}

static int
tell_missing(const struct population_report *r, struct monitor *m, struct arena *mem,
	struct err *e)
{
	struct reason why = {
		.code = expect_reason, .about = r->name, .count = r->known - r->found
	};

	if (why.count == 0)
		return 0;
	if (!(why.text = population_describe(r, mem)))
		return err_nomem(e);
	m->reason(m, &why);
	return 0;
}

int
expect_judge(struct expect *x, struct monitor *m, struct arena *mem, struct err *e)
{
	if (add_moved(x, e) == -1)
		return -1;
	for (size_t i = 0; i < x->n_populations; i++)
		population_judge(&x->populations[i], &x->reports[i]);
	x->n_reports = x->n_populations;
	if (x->arp.n) {
		for (size_t i = 0; i < x->replied.n; i++)
			population_found_ip(&x->arp, &x->replied.members[i].ip);
		population_judge(&x->arp, &x->reports[x->n_reports++]);
	}
	for (size_t i = 0; i < x->n_reports; i++)
		if (tell_missing(&x->reports[i], m, mem, e) == -1)
			return -1;
	return 0;
}
