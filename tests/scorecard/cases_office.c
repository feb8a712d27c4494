/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Machines of an office: they come and go, change addresses, names, cards and systems. */
#include "tests/scorecard/cases.h"

enum { N_MAX = 64 };

static const struct point here = { "p-here", "main", 1, 0 };
static const struct point far = { "p-far", "main", 0, 0 };

/* What stands in an office, all in segment 1. */
struct office {
	struct machine *m[N_MAX];
	struct seat *s[N_MAX];
	uint32_t n;
};

static void
furnish(struct world *w, struct office *o, uint32_t n, const enum made *mades,
	uint32_t n_mades)
{
	o->n = n;
	for (uint32_t i = 0; i < n; i++) {
		o->m[i] = machine_new(w, mades[i % n_mades]);
		o->s[i] = sit(w, o->m[i], 1, 100 + i);
	}
}

static const enum made mixed[] = { LINUX, WINDOWS, PRINTER, NAS, WINDOWS, CAMERA };
static const enum made computers[] = { LINUX, WINDOWS };
static const enum made windows[] = { WINDOWS };
static const enum made servers[] = { LINUX, WINDOWS, NAS };

#define FURNISH(w, o, n, mades) \
	furnish((w), (o), (n), (mades), sizeof(mades) / sizeof((mades)[0]))

void
case_quiet_office(struct world *w)
{
	struct office o;

	FURNISH(w, &o, between(w, 12, 40), mixed);
	for (int day = 0; day < 6; day++, later(w, between(w, 4, 30)))
		sweep(w, &here, ASK_SCAN);
}

void
case_lossy_sweeps(struct world *w)
{
	struct office o;

	w->loss = 20;
	w->absence = 15;
	FURNISH(w, &o, between(w, 12, 30), mixed);
	for (int day = 0; day < 8; day++, later(w, between(w, 2, 12)))
		sweep(w, chance(w, 70) ? &here : &far, ASK_SCAN);
}

static void
churn(struct world *w, const struct point *p, const struct office *o, unsigned asks)
{
	for (int turn = 0; turn < 12; turn++, later(w, between(w, 3, 40))) {
		sweep(w, p, asks);
		for (uint32_t i = 0; i < o->n; i++)
			if (chance(w, 40))
				move(w, o->s[i]);
	}
}

void
case_dhcp_churn(struct world *w)
{
	struct office o;

	FURNISH(w, &o, between(w, 20, 45), mixed);
	churn(w, &here, &o, ASK_SCAN);
}

void
case_dhcp_routed(struct world *w)
{
	struct office o;

	FURNISH(w, &o, between(w, 20, 45), servers);
	churn(w, &far, &o, ASK_SCAN);
}

void
case_dhcp_names(struct world *w)
{
	struct office o;

	FURNISH(w, &o, between(w, 20, 40), computers);
	for (int turn = 0; turn < 10; turn++, later(w, between(w, 3, 40))) {
		for (uint32_t i = 0; i < o.n; i++) {
			if (chance(w, 40))
				move(w, o.s[i]);
			o.s[i]->fqdn = text(w, "dhcp-%u.corp.example",
				addr_to_ip4(&o.s[i]->ip) & 255);
			o.m[i]->says[T_DHCP_NAME] = o.m[below(w, o.n)]->says[T_FQDN];
		}
		sweep(w, chance(w, 60) ? &here : &far, ASK_SCAN);
	}
}

void
case_renumbering(struct world *w)
{
	struct office o;

	FURNISH(w, &o, between(w, 15, 40), mixed);
	sweep(w, &here, ASK_SCAN);
	later(w, 12);
	sweep(w, &here, ASK_SCAN);
	for (uint32_t i = 0; i < o.n; i++) /* the next takes what the last had */
		o.s[i]->ip = ip_in(1, 100 + (i + 1) % o.n);
	later(w, 12);
	sweep(w, &here, ASK_SCAN);
	for (uint32_t i = 0; i < o.n; i++)
		o.s[i]->ip = ip_in(1, 700 + i);
	later(w, 12);
	sweep(w, &here, ASK_SCAN);
	sweep(w, &far, ASK_SCAN);
}

void
case_renames(struct world *w)
{
	struct office o;

	FURNISH(w, &o, between(w, 15, 35), mixed);
	for (int turn = 0; turn < 8; turn++, later(w, between(w, 4, 60))) {
		sweep(w, chance(w, 70) ? &here : &far, ASK_SCAN);
		for (uint32_t i = 0; i < o.n; i++)
			if (chance(w, 15))
				rename_machine(w, o.m[i]);
	}
}

static void
swap(const char **a, const char **b)
{
	const char *t = *a;

	*a = *b;
	*b = t;
}

void
case_name_swap(struct world *w)
{
	struct office o;

	FURNISH(w, &o, between(w, 10, 24), windows);
	for (int turn = 0; turn < 6; turn++, later(w, between(w, 5, 40))) {
		sweep(w, &here, ASK_SCAN);
		uint32_t a = below(w, o.n), b = (a + 1) % o.n;
		for (unsigned t = T_NETBIOS; t <= T_MDNS; t++)
			swap(&o.m[a]->says[t], &o.m[b]->says[t]);
		if (chance(w, 50)) {
			struct addr ip = o.s[a]->ip;
			o.s[a]->ip = o.s[b]->ip;
			o.s[b]->ip = ip;
		}
	}
}

void
case_workgroups(struct world *w)
{
	static const char *const sites[] = { "main", "east", "west" };
	struct machine *m;

	for (uint32_t i = 0; i < 10; i++) {
		const char *name = text(w, "pc%02u", i);
		for (size_t k = 0; k < 3; k++) {
			m = machine_new(w, chance(w, 50) ? WINDOWS : NAS);
			m->says[T_NETBIOS] = name;
			m->says[T_MDNS] = text(w, "%s.local", name);
			if (m->says[T_NTLM])
				m->says[T_NTLM] = text(w, "%s.home.arpa", name);
			m->says[T_FQDN] = NULL;
			(void)sit_at(w, m, sites[k], 1, ip_in(1, 100 + i), m->card[0]);
		}
	}
	for (int turn = 0; turn < 4; turn++, later(w, between(w, 3, 30))) {
		for (size_t k = 0; k < 3; k++) {
			struct point p = { text(w, "p-%s", sites[k]), sites[k],
				chance(w, 50), 0 };
			sweep(w, &p, ASK_SCAN);
		}
	}
}

void
case_round_robin(struct world *w)
{
	struct office o;

	FURNISH(w, &o, between(w, 20, 40), servers);
	for (uint32_t i = 0; i < o.n; i++)
		if (i % 2)
			o.s[i]->fqdn = "www.corp.example";
	for (int turn = 0; turn < 6; turn++, later(w, between(w, 3, 30)))
		sweep(w, chance(w, 50) ? &here : &far, ASK_SCAN);
}

void
case_wired_and_radio(struct world *w)
{
	struct office o;

	FURNISH(w, &o, between(w, 10, 25), windows);
	for (uint32_t i = 0; i < o.n; i++)
		o.m[i]->card[o.m[i]->n_cards++] = universal_mac(w);
	for (int turn = 0; turn < 10; turn++, later(w, between(w, 2, 20))) {
		for (uint32_t i = 0; i < o.n; i++) {
			if (!chance(w, 40))
				continue;
			o.s[i]->mac = o.m[i]->card[below(w, 2)];
			move(w, o.s[i]);
		}
		sweep(w, &here, ASK_SCAN);
	}
}

/* Laptops that take one of a few cards each day, or their own. */
static void
share_cards(struct world *w, uint32_t n_cards, uint32_t n)
{
	const char *shared[8];
	bool taken[8];
	struct office o;

	FURNISH(w, &o, n, windows);
	for (uint32_t i = 0; i < n_cards; i++)
		shared[i] = universal_mac(w);
	for (uint32_t i = 0; i < o.n; i++)
		for (uint32_t c = 0; c < n_cards; c++)
			o.m[i]->card[o.m[i]->n_cards++] = shared[c];
	for (int day = 0; day < 14; day++, later(w, between(w, 10, 30))) {
		for (uint32_t c = 0; c < n_cards; c++)
			taken[c] = false;
		for (uint32_t i = 0; i < o.n; i++) {
			uint32_t c = below(w, n_cards);
			bool takes = !taken[c] && chance(w, 40);
			taken[c] |= takes;
			o.s[i]->mac = takes ? shared[c] : o.m[i]->card[0];
			o.m[i]->off = chance(w, 15);
			if (chance(w, 30))
				move(w, o.s[i]);
		}
		sweep(w, &here, ASK_SCAN);
	}
}

void
case_docks(struct world *w)
{
	share_cards(w, between(w, 3, 5), between(w, 8, 20));
}

void
case_usb_cards(struct world *w)
{
	share_cards(w, 2, between(w, 4, 8));
}

void
case_phones(struct world *w)
{
	struct office o;
	static const enum made mades[] = { PHONE, PHONE, LINUX };

	FURNISH(w, &o, between(w, 15, 40), mades);
	churn(w, &here, &o, ASK_SCAN);
}

void
case_phones_daily(struct world *w)
{
	struct office o;
	static const enum made mades[] = { PHONE, WINDOWS };

	FURNISH(w, &o, between(w, 15, 40), mades);
	for (int day = 0; day < 8; day++, later(w, 24)) {
		sweep(w, &here, ASK_SCAN);
		for (uint32_t i = 0; i < o.n; i += 2) {
			o.m[i]->card[0] = o.s[i]->mac = private_mac(w);
			if (chance(w, 50))
				move(w, o.s[i]);
		}
	}
}

void
case_sleepers(struct world *w)
{
	struct office o;

	FURNISH(w, &o, between(w, 15, 35), mixed);
	for (int turn = 0; turn < 10; turn++, later(w, between(w, 10, 600))) {
		for (uint32_t i = 0; i < o.n; i++) {
			o.m[i]->off = chance(w, 45);
			if (chance(w, 30))
				move(w, o.s[i]);
		}
		sweep(w, &here, ASK_SCAN);
	}
}

void
case_dual_boot(struct world *w)
{
	struct machine *other[N_MAX];
	struct office o;

	FURNISH(w, &o, between(w, 8, 20), windows);
	for (uint32_t i = 0; i < o.n; i++) {
		other[i] = machine_new(w, LINUX);
		other[i]->truth = o.m[i]->truth;
		other[i]->card[0] = o.m[i]->card[0];
	}
	for (int turn = 0; turn < 8; turn++, later(w, between(w, 5, 40))) {
		for (uint32_t i = 0; i < o.n; i++)
			o.s[i]->m = chance(w, 50) ? o.m[i] : other[i];
		sweep(w, &here, ASK_SCAN);
	}
}

void
case_reinstalls(struct world *w)
{
	struct office o;

	FURNISH(w, &o, between(w, 15, 30), computers);
	for (int turn = 0; turn < 8; turn++, later(w, between(w, 10, 80))) {
		sweep(w, &here, ASK_SCAN);
		for (uint32_t i = 0; i < o.n; i++) {
			if (!chance(w, 15))
				continue;
			enum made made = computers[below(w, 2)];
			for (unsigned t = 0; t < TRAITS; t++)
				o.m[i]->says[t] = NULL;
			install(w, o.m[i], made);
			o.m[i]->says[T_FQDN] = value(w, "new-%s.corp.example");
		}
	}
}

void
case_new_cards(struct world *w)
{
	struct office o;

	FURNISH(w, &o, between(w, 15, 30), servers);
	for (int turn = 0; turn < 6; turn++, later(w, between(w, 10, 80))) {
		sweep(w, &here, ASK_SCAN);
		for (uint32_t i = 0; i < o.n; i++)
			if (chance(w, 15))
				o.m[i]->card[0] = o.s[i]->mac = universal_mac(w);
	}
}

/* A managed machine: an agent tells its hardware and its directory object. */
static void
manage(struct world *w, struct machine *m)
{
	m->says[T_AD_GUID] = guid(w);
	m->says[T_UUID] = guid(w);
	m->says[T_SERIAL] = value(w, "SN%s");
}

/* Its successor takes the name, the directory object and the place. */
static struct machine *
replace(struct world *w, const struct machine *old)
{
	struct machine *m = machine_new(w, WINDOWS);

	manage(w, m);
	m->says[T_AD_GUID] = old->says[T_AD_GUID];
	for (unsigned t = T_NETBIOS; t <= T_MDNS; t++)
		m->says[t] = old->says[t];
	return m;
}

void
case_new_hardware(struct world *w)
{
	struct office o;

	FURNISH(w, &o, between(w, 10, 25), windows);
	for (uint32_t i = 0; i < o.n; i++)
		manage(w, o.m[i]);
	for (int turn = 0; turn < 6; turn++, later(w, between(w, 20, 80))) {
		sweep(w, &here, ASK_DEEP);
		for (uint32_t i = 0; i < o.n; i++) {
			if (!chance(w, 12))
				continue;
			o.m[i] = o.s[i]->m = replace(w, o.m[i]);
			o.s[i]->mac = o.m[i]->card[0];
		}
	}
}

/* The system is what it was, the hardware is another: by DESIGN §5 two serials are two. */
void
case_moved_disks(struct world *w)
{
	struct office o;

	w->loss = 0;
	FURNISH(w, &o, between(w, 10, 20), windows);
	for (uint32_t i = 0; i < o.n; i++)
		manage(w, o.m[i]);
	for (int turn = 0; turn < 4; turn++, later(w, between(w, 30, 80))) {
		sweep(w, &here, ASK_DEEP);
		struct machine *old = o.m[below(w, o.n)];
		for (uint32_t i = 0; i < o.n; i++) {
			if (o.m[i] != old)
				continue;
			o.m[i] = o.s[i]->m = replace(w, old);
			clone_disk(o.m[i], old);
			o.s[i]->mac = o.m[i]->card[0];
		}
	}
}

static struct addr
ip6_in(struct world *w, unsigned segment)
{
	struct addr a = { .family = ADDR_IP6,
		.bytes = { 0x20, 1, 0xd, 0xb8, 0, 0, 0, (uint8_t)segment } };

	for (size_t i = 8; i < sizeof(a.bytes); i++)
		a.bytes[i] = (uint8_t)below(w, 256);
	return a;
}

void
case_dual_stack(struct world *w)
{
	struct office o;

	FURNISH(w, &o, between(w, 12, 30), mixed);
	for (uint32_t i = 0; i < o.n; i++)
		(void)sit_at(w, o.m[i], "main", 1, ip6_in(w, 1), o.m[i]->card[0]);
	for (int turn = 0; turn < 5; turn++, later(w, between(w, 4, 40)))
		sweep(w, &here, ASK_SCAN);
}

void
case_privacy_addresses(struct world *w)
{
	struct seat *six[N_MAX];
	struct office o;

	FURNISH(w, &o, between(w, 12, 25), computers);
	for (uint32_t i = 0; i < o.n; i++)
		six[i] = sit_at(w, o.m[i], "main", 1, ip6_in(w, 1), o.m[i]->card[0]);
	for (int day = 0; day < 10; day++, later(w, 24)) {
		sweep(w, &here, ASK_SCAN);
		for (uint32_t i = 0; i < o.n; i++)
			if (chance(w, 80))
				six[i]->ip = ip6_in(w, 1);
	}
}

void
case_conflicts(struct world *w)
{
	struct office o;

	FURNISH(w, &o, between(w, 15, 30), mixed);
	for (int turn = 0; turn < 8; turn++, later(w, between(w, 3, 20))) {
		uint32_t a = below(w, o.n), b = below(w, o.n);
		struct addr was = o.s[a]->ip;
		o.s[a]->ip = o.s[b]->ip;
		sweep(w, &here, ASK_SCAN);
		o.s[a]->ip = was;
	}
}

void
case_stale_directory(struct world *w)
{
	struct addr known[N_MAX];
	struct office o;

	FURNISH(w, &o, between(w, 15, 35), windows);
	for (uint32_t i = 0; i < o.n; i++) {
		o.m[i]->says[T_AD_GUID] = guid(w);
		known[i] = o.s[i]->ip;
	}
	for (int turn = 0; turn < 6; turn++, later(w, between(w, 10, 60))) {
		sweep(w, &here, ASK_SCAN);
		for (uint32_t i = 0; i < o.n; i++) {
			list(w, o.m[i], "main", known[i]);
			if (chance(w, 20))
				known[i] = o.s[i]->ip;
			if (chance(w, 40))
				move(w, o.s[i]);
		}
	}
}
