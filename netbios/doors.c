/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A connection that is closed again is all that is asked for. */
#include "netbios/doors.h"

#include <inttypes.h>
#include <stdlib.h>

#include "netbios/caller.h"
#include "netbios/named.h"
#include "netbios/report.h"
#include "wire/smb2.h"

enum {
	CONNECT_MAX = 1500 * MSEC,
	WINDOW = CALLS_AT_ONCE,
};

/* heard: it answered something that only a machine can. */
struct door {
	struct addr ip;
	bool heard;
};

struct doors {
	struct door *items;
	size_t n, room;
};

static int
add(struct finding *f, struct doors *d, const struct addr *ip, bool heard,
	bool by_server)
{
	if (!nb_may_ask(&f->scope, ip, by_server))
		return 0;
	if (d->n == d->room) {
		size_t room = d->room ? 2 * d->room : 256;
		struct door *more = realloc(d->items, room * sizeof(*more));
		if (!more)
			return -1;
		d->items = more;
		d->room = room;
	}
	d->items[d->n++] = (struct door){ *ip, heard };
	return 0;
}

/* Those that were heard first. */
static int
by_address(const void *a, const void *b)
{
	const struct door *x = a, *y = b;
	int order = addr_cmp(&x->ip, &y->ip);

	return order ? order : y->heard - x->heard;
}

static int
add_found(struct finding *f, struct doors *d)
{
	const struct roster *r = &f->roster;

	for (size_t i = 0; i < r->n_machines; i++) {
		const struct machine *m = &r->machines[i];
		if (add(f, d, &m->ip, m->told || m->heard, m->by_server) == -1)
			return -1;
	}
	for (size_t i = 0; i < f->n_devices; i++)
		if (add(f, d, &f->devices[i].ip, true, false) == -1)
			return -1;
	return 0;
}

/* Each once: who was found, who was told of, the targets. */
static int
collect(struct finding *f, struct doors *d)
{
	const struct iprange *targets = f->conf->targets;
	struct addr ip;
	size_t n = 0;

	if (add_found(f, d) == -1)
		return -1;
	for (u128 i = 0; targets && iprange_at(targets, i, &ip); i++)
		if (add(f, d, &ip, false, false) == -1)
			return -1;
	if (d->n)
		qsort(d->items, d->n, sizeof(d->items[0]), by_address);
	for (size_t i = 0; i < d->n; i++)
		if (n == 0 || !addr_equal(&d->items[n - 1].ip, &d->items[i].ip))
			d->items[n++] = d->items[i];
	d->n = n;
	return 0;
}

/* Something may answer for every address of a range: that a port is open or closed proves
 * nobody there.  What is open may be asked by SMB, and then it does. */
static int
tell(struct finding *f, const struct tcp_call *c, bool heard, struct err *e)
{
	static const uint16_t port[] = { SMB_PORT };
	const struct fact fact = {
		.key = c->outcome == CALL_WAS_DONE ? "tcp.open" : "tcp.closed",
		.type = FACT_PORTS,
		.ports = { port, 1 },
	};

	if (!heard && c->outcome != CALL_WAS_DONE)
		return 0;
	return finding_tell(f, SUBJECT_DEVICE, &c->peer,
		heard ? EVIDENCE_REPLY : EVIDENCE_WEAK, &fact, 1, e);
}

/* Silence of an address where nobody is known to be is no wonder. */
static bool
counts(const struct tcp_call *c, const struct door *d)
{
	return d->heard || c->outcome == CALL_WAS_DONE || c->outcome == CALL_FAILED;
}

/* As many as can be dialled at a time; the calls are used again. */
static int
look_at(struct finding *f, const struct door *doors, size_t n, struct tcp_call *calls,
	struct named tallies[], struct err *e)
{
	const struct call_conf conf = finding_calls(f, CONNECT_MAX);

	for (size_t i = 0; i < n; i++)
		calls[i] = (struct tcp_call){ .peer = doors[i].ip, .port = SMB_PORT };
	if (call_all(calls, n, &conf, e) == -1)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (counts(&calls[i], &doors[i]))
			named_add_ip(&tallies[calls[i].outcome], &calls[i].peer);
		if ((calls[i].outcome == CALL_WAS_DONE ||
			    calls[i].outcome == CALL_WAS_REFUSED) &&
			tell(f, &calls[i], doors[i].heard, e) == -1)
			return -1;
	}
	return 0;
}

static void
report(struct finding *f, size_t asked, const struct named tallies[])
{
	static const struct row {
		enum call_outcome outcome;
		const char *code, *text;
	} rows[] = {
		{ CALL_WAS_REFUSED, "smb-refused",
			"Machines take no SMB connections: they can be asked nothing but "
			"NetBIOS names and WS-Discovery" },
		{ CALL_WAS_SILENT, "smb-silent",
			"Machines answered other questions and are silent at port 445, as "
			"behind a filter: they cannot be asked by SMB" },
		{ CALL_WAS_CLOSED, "smb-failed",
			"Machines broke connections to port 445 off before they were made" },
		{ CALL_FAILED, "smb-failed",
			"Port 445 could not be connected to from here: no way leads there, or "
			"the poll was over" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct named *t = &tallies[rows[i].outcome];
		if (t->n)
			report_reason(f, rows[i].code, "", t->n, "%s (%s)",
				rows[i].text, t->text);
	}
	report_reason(f, "smb-asked", "", 0,
		"Addresses that were asked whether they take SMB connections: %zu, that do: "
		"%" PRIu64,
		asked, tallies[CALL_WAS_DONE].n);
}

int
doors_look(struct finding *f, struct err *e)
{
	struct tcp_call *calls = arena_new_array(
		f->run->scratch, struct tcp_call, WINDOW);
	struct named tallies[CALL_FAILED + 1] = { { .n = 0 } };
	struct doors d = { .n = 0 };
	int rc = calls && collect(f, &d) == 0 ? 0 : err_nomem(e);

	for (size_t i = 0; rc == 0 && i < d.n; i += WINDOW)
		rc = look_at(f, d.items + i, d.n - i < WINDOW ? d.n - i : WINDOW, calls,
			tallies, e);
	free(d.items);
	if (rc == 0)
		report(f, d.n, tallies);
	return rc;
}
