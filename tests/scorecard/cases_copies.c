/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What should tell machines apart and does not, because it was copied. */
#include "tests/scorecard/cases.h"

enum { N_MAX = 48 };

static const struct point here = { "p-here", "main", 1, 0 };
static const struct point far = { "p-far", "main", 0, 0 };

struct herd {
	struct machine *m[N_MAX];
	struct seat *s[N_MAX];
	uint32_t n;
};

/* All of one make; the last two are no copies. */
static void
breed(struct world *w, struct herd *h, enum made made, uint32_t n)
{
	h->n = n;
	for (uint32_t i = 0; i < n; i++) {
		h->m[i] = machine_new(w, made);
		if (i && i + 2 < n)
			clone_disk(h->m[i], h->m[0]);
		h->s[i] = sit(w, h->m[i], 1, 100 + i);
	}
}

static void
live(struct world *w, struct herd *h, const struct point *p, unsigned asks)
{
	for (int turn = 0; turn < 7; turn++, later(w, between(w, 4, 60))) {
		sweep(w, p, asks);
		for (uint32_t i = 0; i < h->n; i++)
			if (chance(w, 20))
				move(w, h->s[i]);
	}
}

void
case_cloned_ssh(struct world *w)
{
	struct herd h;

	breed(w, &h, LINUX, between(w, 6, 30));
	live(w, &h, &here, ASK_SCAN);
}

void
case_cloned_ssh_routed(struct world *w)
{
	struct herd h;

	breed(w, &h, LINUX, between(w, 6, 30));
	for (uint32_t i = 0; i < h.n; i++) /* templates often hold a Samba, too */
		h.m[i]->says[T_NETBIOS] = value(w, "node-%s");
	live(w, &h, &far, ASK_SCAN);
}

void
case_cloned_windows(struct world *w)
{
	struct herd h;

	breed(w, &h, WINDOWS, between(w, 6, 30));
	live(w, &h, chance(w, 50) ? &here : &far, ASK_SCAN);
}

/* Each copy starts with the name of the image and gets its own when somebody comes by. */
void
case_cloned_rename(struct world *w)
{
	struct herd h;

	breed(w, &h, WINDOWS, between(w, 6, 16));
	for (uint32_t i = 1; i + 2 < h.n; i++)
		for (unsigned t = T_NETBIOS; t <= T_MDNS; t++)
			h.m[i]->says[t] = h.m[0]->says[t];
	for (uint32_t i = 0; i < h.n; i++, later(w, between(w, 2, 30))) {
		sweep(w, &here, ASK_SCAN);
		if (i && i + 2 < h.n)
			rename_machine(w, h.m[i]);
	}
	sweep(w, &here, ASK_SCAN);
}

void
case_cloned_vms(struct world *w)
{
	const char *uuid = guid(w);
	struct herd h;

	breed(w, &h, chance(w, 50) ? LINUX : WINDOWS, between(w, 6, 24));
	for (uint32_t i = 0; i + 2 < h.n; i++)
		h.m[i]->says[T_UUID] = uuid;
	live(w, &h, &here, ASK_DEEP);
}

void
case_oem_serials(struct world *w)
{
	static const char *const serials[] = { "To be filled by O.E.M.",
		"Default string", "System Serial Number", "00000000", "0123456789" };
	static const char *const uuids[] = { "03000200-0400-0500-0006-000700080009",
		"00000000-0000-0000-0000-000000000000",
		"ffffffff-ffff-ffff-ffff-ffffffffffff" };
	struct herd h;

	h.n = between(w, 10, 30);
	for (uint32_t i = 0; i < h.n; i++) {
		h.m[i] = machine_new(w, i % 2 ? WINDOWS : LINUX);
		h.m[i]->says[T_SERIAL] = serials[below(w, 5)];
		h.m[i]->says[T_UUID] = uuids[below(w, 3)];
		h.s[i] = sit(w, h.m[i], 1, 100 + i);
	}
	live(w, &h, &here, ASK_DEEP);
}

void
case_same_serials(struct world *w)
{
	struct herd h;

	h.n = between(w, 8, 24);
	for (uint32_t i = 0; i < h.n; i++) {
		h.m[i] = machine_new(w, WINDOWS);
		h.m[i]->says[T_SERIAL] = text(w, "A%05u", i % (h.n / 2));
		h.s[i] = sit(w, h.m[i], 1, 100 + i);
	}
	live(w, &h, &here, ASK_DEEP);
}

void
case_appliance_tls(struct world *w)
{
	struct herd h;

	h.n = between(w, 6, 30);
	for (uint32_t i = 0; i < h.n; i++) {
		h.m[i] = machine_new(w, i % 3 ? PRINTER : NAS);
		h.m[i]->says[T_TLS] = h.m[0]->says[T_TLS];
		h.s[i] = sit(w, h.m[i], 1, 100 + i);
	}
	live(w, &h, chance(w, 60) ? &here : &far, ASK_SCAN);
}

void
case_camera_uuids(struct world *w)
{
	struct herd h;

	breed(w, &h, CAMERA, between(w, 6, 30));
	live(w, &h, &here, ASK_SCAN);
}

void
case_default_engines(struct world *w)
{
	struct herd h;

	h.n = between(w, 5, 20);
	for (uint32_t i = 0; i < h.n; i++) {
		h.m[i] = machine_new(w, ROUTER);
		h.m[i]->says[T_ENGINE] = h.m[0]->says[T_ENGINE];
		h.m[i]->says[T_SYSNAME] = "switch";
		h.s[i] = sit(w, h.m[i], 1, 100 + i);
	}
	live(w, &h, &here, ASK_SCAN);
}

void
case_hypervisor_macs(struct world *w)
{
	struct herd h;

	h.n = between(w, 8, 30);
	for (uint32_t i = 0; i < h.n; i++) {
		h.m[i] = machine_new(w, i % 2 ? WINDOWS : LINUX);
		h.m[i]->card[0] = text(w, "52:54:00:12:34:%02x", 0x56 + i % (h.n / 2));
		h.s[i] = sit(w, h.m[i], 1, 100 + i);
	}
	live(w, &h, &here, ASK_SCAN);
}

void
case_containers(struct world *w)
{
	struct machine *host = machine_new(w, LINUX);
	struct herd h;

	(void)sit(w, host, 1, 90);
	h.n = between(w, 5, 20);
	for (uint32_t i = 0; i < h.n;
		i++) { /* a MAC made from the address, a TLS or none */
		h.m[i] = machine_new(w, DUMB);
		h.s[i] = sit(w, h.m[i], 1, 100 + i);
		h.m[i]->card[0] = h.s[i]->mac = text(w, "02:42:0a:00:10:%02x", 100 + i);
		if (chance(w, 50))
			h.m[i]->says[T_TLS] = value(w, "7e%s");
	}
	for (int turn = 0; turn < 5; turn++, later(w, between(w, 4, 20))) {
		sweep(w, &here, ASK_SCAN);
		for (uint32_t i = 0; i < h.n; i++) {
			if (!chance(w, 20))
				continue; /* made again: another, at the same address */
			h.m[i]->truth = ++w->n_truths;
			h.m[i]->says[T_TLS] = value(w, "7e%s");
		}
	}
}

void
case_printers_swapped(struct world *w)
{
	struct herd h;

	h.n = between(w, 6, 20);
	for (uint32_t i = 0; i < h.n; i++) {
		h.m[i] = machine_new(w, PRINTER);
		h.s[i] = sit(w, h.m[i], 1, 100 + i);
	}
	for (int turn = 0; turn < 6; turn++, later(w, between(w, 10, 60))) {
		sweep(w, &here, ASK_SCAN);
		uint32_t i = below(w, h.n);
		struct machine *fresh = machine_new(w, PRINTER);
		for (unsigned t = T_NETBIOS; t <= T_MDNS; t++)
			fresh->says[t] = h.m[i]->says[t];
		h.m[i] = h.s[i]->m = fresh;
		h.s[i]->mac = fresh->card[0];
	}
}
