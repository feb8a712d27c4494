/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Networks that hide machines, show them several times, or mix them. */
#include "tests/scorecard/cases.h"

enum { N_MAX = 48 };

static const struct point here = { "p-here", "main", 1, 0 };
static const struct point there = { "p-there", "main", 2, 0 };
static const struct point far = { "p-far", "main", 0, 0 };

static void
crowd(struct world *w, uint32_t n, struct seat **out)
{
	static const enum made mades[] = { LINUX, WINDOWS, PRINTER, NAS };

	for (uint32_t i = 0; i < n; i++) {
		struct seat *s = sit(w, machine_new(w, mades[i % 4]), 1, 100 + i);
		if (out)
			out[i] = s;
	}
}

static void
look(struct world *w, int turns, const struct point *const *points, uint32_t n_points)
{
	for (int turn = 0; turn < turns; turn++, later(w, between(w, 4, 30)))
		for (uint32_t p = 0; p < n_points; p++)
			sweep(w, points[p], ASK_SCAN);
}

/* --- many addresses ------------------------------------------------------------------------ */

static void
make_multi_homed(struct world *w)
{
	for (uint32_t i = 0; i < 12; i++) {
		struct machine *m = machine_new(w, i % 3 ? LINUX : WINDOWS);
		uint32_t n = between(w, 2, 4);
		(void)sit(w, m, 1, 100 + i);
		for (uint32_t c = 1; c < n; c++) {
			m->card[m->n_cards++] = universal_mac(w);
			(void)sit_at(w, m, "main", 1 + c % 2,
				ip_in(1 + c % 2, 200 + 16 * c + i), m->card[c]);
		}
		m->lists_cards = chance(w, 40);
		if (m->lists_cards)
			m->says[T_ENGINE] = text(w, "80001f8880%08x", ++w->n_values);
	}
}

void
case_multi_homed(struct world *w)
{
	const struct point *const points[] = { &here, &there };

	make_multi_homed(w);
	look(w, 4, points, 2);
}

void
case_multi_homed_routed(struct world *w)
{
	const struct point *const points[] = { &far };

	make_multi_homed(w);
	look(w, 5, points, 1);
}

void
case_core_router(struct world *w)
{
	const struct point *const points[] = { &here, &there, &far };
	struct machine *r = machine_new(w, ROUTER);
	uint32_t n = between(w, 6, 30);

	for (uint32_t i = 0; i < n; i++) {
		if (i && i < CARDS_MAX)
			r->card[r->n_cards++] = universal_mac(w);
		(void)sit_at(
			w, r, "main", 1 + i, ip_in(1 + i, 1), r->card[i % r->n_cards]);
	}
	crowd(w, 20, NULL);
	look(w, 4, points, 3);
}

void
case_proxy_arp(struct world *w)
{
	struct machine *r = machine_new(w, ROUTER);
	struct seat *s[N_MAX];
	uint32_t n = between(w, 12, 40);

	(void)sit(w, r, 1, 1);
	crowd(w, n, s);
	for (int turn = 0; turn < 5; turn++, later(w, between(w, 4, 30))) {
		for (uint32_t i = 0; i < n; i++)
			s[i]->mac = i % 2 == 0 || turn % 2 ? r->card[0]
							   : s[i]->m->card[0];
		sweep(w, &here, ASK_SCAN);
	}
}

/* --- virtual addresses --------------------------------------------------------------------- */

/* Two or three machines, and an address for which one of them answers. */
struct virtual_ip {
	struct machine *behind[3], speaks;
	uint32_t n;
	struct seat *s;
};

static void
make_vip(struct world *w, struct virtual_ip *v, enum made made, uint32_t host,
	const char *mac)
{
	v->n = between(w, 2, 3);
	for (uint32_t i = 0; i < v->n; i++) {
		v->behind[i] = machine_new(w, made);
		(void)sit(w, v->behind[i], 1, host + 1 + i);
	}
	v->speaks = *v->behind[0];
	v->speaks.truth = ++w->n_truths;
	v->s = sit_at(w, &v->speaks, "main", 1, ip_in(1, host), mac);
	v->s->vip = true;
}

static void
elect(struct world *w, struct virtual_ip *v)
{
	uint32_t truth = v->speaks.truth;

	v->speaks = *v->behind[below(w, v->n)];
	v->speaks.truth = truth;
}

enum { VIPS = 4 };

static void
run_vips(struct world *w, const char *mac_format, enum made made, bool routed)
{
	struct virtual_ip v[VIPS];

	for (uint32_t i = 0; i < VIPS; i++)
		make_vip(w, &v[i], made, 10 + 10 * i,
			text(w, "%s%02x", mac_format, 1 + i));
	crowd(w, 15, NULL);
	for (int turn = 0; turn < 6; turn++, later(w, between(w, 4, 20))) {
		sweep(w, &here, ASK_SCAN);
		for (uint32_t i = 0; i < VIPS; i++)
			if (chance(w, 40))
				elect(w, &v[i]);
		if (routed)
			sweep(w, &far, ASK_SCAN);
	}
}

void
case_vrrp(struct world *w)
{
	run_vips(w, "00:00:5e:00:01:", ROUTER, false);
}

void
case_hsrp(struct world *w)
{
	run_vips(w, chance(w, 50) ? "00:00:0c:07:ac:" : "00:00:0c:9f:f0:", ROUTER,
		false);
}

void
case_carp(struct world *w)
{
	run_vips(w, "00:00:5e:00:01:", LINUX, false);
}

void
case_vip_seen_routed(struct world *w)
{
	run_vips(w, "00:00:5e:00:01:", ROUTER, true);
}

/* Each asker gets the MAC of one of the forwarders. */
void
case_glbp(struct world *w)
{
	struct virtual_ip v;

	make_vip(w, &v, ROUTER, 10, "00:07:b4:00:01:01");
	crowd(w, 15, NULL);
	for (int turn = 0; turn < 8; turn++, later(w, between(w, 4, 20))) {
		v.s->mac = text(w, "00:07:b4:00:01:%02x", between(w, 1, v.n));
		elect(w, &v);
		sweep(w, &here, ASK_SCAN);
	}
}

/* --- addresses that move, with whoever answers ----------------------------------------------- */

void
case_keepalived(struct world *w)
{
	struct machine *m[6];
	struct seat *floating[3];

	for (uint32_t i = 0; i < 6; i++) {
		m[i] = machine_new(w, i % 3 == 2 ? NAS : LINUX);
		(void)sit(w, m[i], 1, 20 + i);
	}
	for (uint32_t i = 0; i < 3; i++)
		floating[i] = sit_at(w, m[2 * i], "main", 1, ip_in(1, 40 + i), NULL);
	crowd(w, 12, NULL);
	for (int turn = 0; turn < 8; turn++, later(w, between(w, 4, 30))) {
		for (uint32_t i = 0; i < 3; i++) {
			floating[i]->m = m[2 * i + below(w, 2)];
			floating[i]->mac = floating[i]->m->card[0];
		}
		sweep(w, chance(w, 70) ? &here : &far, ASK_SCAN);
	}
}

void
case_failover_names(struct world *w)
{
	struct machine *node[4], as[4];
	struct seat *s;

	for (uint32_t i = 0; i < 4; i++) {
		node[i] = machine_new(w, WINDOWS);
		(void)sit(w, node[i], 1, 20 + i);
		as[i] = *node[i]; /* the node, under the name of the cluster */
		as[i].says[T_NETBIOS] = "cluster1";
		as[i].says[T_FQDN] = "cluster1.corp.example";
	}
	s = sit_at(w, &as[0], "main", 1, ip_in(1, 30), as[0].card[0]);
	crowd(w, 12, NULL);
	for (int turn = 0; turn < 8; turn++, later(w, between(w, 4, 30))) {
		s->m = &as[below(w, 4)];
		s->mac = s->m->card[0];
		sweep(w, chance(w, 70) ? &here : &far, ASK_SCAN);
	}
}

void
case_load_balancer(struct world *w)
{
	struct machine *lb = machine_new(w, DUMB), *host[6];
	struct seat *s[2];
	uint32_t n = between(w, 2, 6);

	(void)sit(w, lb, 1, 9);
	for (uint32_t i = 0; i < n; i++) {
		host[i] = machine_new(w, LINUX);
		host[i]->says[T_TLS] = value(w, "7e%s");
		(void)sit(w, host[i], 1, 20 + i);
	}
	for (uint32_t i = 0; i < 2; i++)
		s[i] = sit_at(w, host[0], "main", 1, ip_in(1, 10 + i), lb->card[0]);
	crowd(w, 12, NULL);
	for (int turn = 0; turn < 8; turn++, later(w, between(w, 4, 30))) {
		for (uint32_t i = 0; i < 2; i++)
			s[i]->m = host[below(w, n)];
		sweep(w, chance(w, 70) ? &here : &far, ASK_SCAN);
	}
}

/* From outside a router has the keys of what its ports lead to. */
void
case_nat_site(struct world *w)
{
	static const struct point outside = { "p-out", "internet", 9, 0 };
	struct machine *router = machine_new(w, ROUTER), *host[4], face;
	struct seat *s;

	router->card[router->n_cards++] = universal_mac(w);
	(void)sit(w, router, 1, 1);
	for (uint32_t i = 0; i < 4; i++) {
		host[i] = machine_new(w, i % 2 ? NAS : LINUX);
		(void)sit(w, host[i], 1, 20 + i);
	}
	crowd(w, 10, NULL);
	face = *host[0];
	s = sit_at(w, &face, "internet", 9, ip_in(9, 77), router->card[1]);
	for (int turn = 0; turn < 6; turn++, later(w, between(w, 10, 60))) {
		if (turn == 3) { /* the port leads to another host from now on */
			face = *host[1];
			s->m = &face;
		}
		sweep(w, &here, ASK_SCAN);
		sweep(w, &outside, ASK_SSH | ASK_TLS | ASK_LINK);
	}
}

/* --- sites, points, walls --------------------------------------------------------------------- */

static const char *const sites[] = { "main", "east", "west" };

void
case_overlapping_sites(struct world *w)
{
	static const enum made mades[] = { LINUX, WINDOWS, PRINTER, DUMB };

	for (uint32_t i = 0; i < 30; i++) {
		struct machine *m = machine_new(w, mades[i / 3 % 4]);
		(void)sit_at(w, m, sites[i % 3], 1, ip_in(1, 100 + i / 3), m->card[0]);
	}
	for (int turn = 0; turn < 5; turn++, later(w, between(w, 3, 20))) {
		for (size_t k = 0; k < 3; k++) {
			struct point p = { text(w, "p-%s", sites[k]), sites[k], 1, 0 };
			sweep(w, &p, ASK_SCAN);
		}
	}
}

void
case_roaming(struct world *w)
{
	struct seat *s[20];

	for (uint32_t i = 0; i < 20; i++) {
		struct machine *m = machine_new(w, i % 4 ? WINDOWS : LINUX);
		s[i] = sit_at(w, m, sites[i % 3], 1, ip_in(1, 100 + i), m->card[0]);
	}
	for (int turn = 0; turn < 8; turn++, later(w, between(w, 10, 40))) {
		for (uint32_t i = 0; i < 20; i++) {
			s[i]->m->off = chance(w, 20);
			if (!chance(w, 30))
				continue;
			s[i]->site = sites[below(w, 3)];
			move(w, s[i]);
		}
		for (size_t k = 0; k < 3; k++) {
			struct point p = { text(w, "p-%s", sites[k]), sites[k],
				chance(w, 70), 0 };
			sweep(w, &p, ASK_SCAN);
		}
	}
}

void
case_several_points(struct world *w)
{
	static const unsigned asks[] = { ASK_SCAN, ASK_LINK | ASK_SSH | ASK_DNS,
		ASK_SMB | ASK_NBNS | ASK_DNS, ASK_LINK | ASK_SNMP };
	struct seat *s[N_MAX];
	uint32_t n = between(w, 15, 40);

	crowd(w, n, s);
	for (int turn = 0; turn < 6; turn++, later(w, between(w, 4, 30))) {
		for (uint32_t p = 0; p < 4; p++) {
			struct point at = { text(w, "p%u", p), "main", p != 2, 0 };
			sweep(w, &at, asks[p]);
		}
		for (uint32_t i = 0; i < n; i++)
			if (chance(w, 20))
				move(w, s[i]);
	}
}

void
case_shifted_clocks(struct world *w)
{
	const struct point late = { "p-late", "main", 1, -2 * HOUR };
	const struct point early = { "p-early", "main", 0, 3 * HOUR };
	const struct point *const points[] = { &late, &here, &early };

	crowd(w, between(w, 15, 40), NULL);
	look(w, 5, points, 3);
}

void
case_firewall(struct world *w)
{
	const struct point *const points[] = { &here, &far };

	crowd(w, between(w, 10, 30), NULL);
	for (int turn = 0; turn < 4; turn++) {
		answer_for_all(w, &far, 1);
		look(w, 1, points, 2);
	}
}

void
case_everything(struct world *w)
{
	static void (*const parts[])(struct world *) = { case_dhcp_churn,
		case_multi_homed, case_cloned_ssh, case_docks, case_vrrp, case_renames,
		case_sleepers, case_reinstalls, case_load_balancer, case_phones,
		case_cloned_windows };
	uint32_t at = below(w, 11);

	for (uint32_t i = 0; i < 4; i++) { /* one after the other, in the same segment */
		parts[(at + i * 3) % 11](w);
		w->n_seats = 0;
		later(w, 2000);
	}
}
