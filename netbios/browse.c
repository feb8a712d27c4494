/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every master is called once, by us, for the types of servers; whoever speaks SMB1 is then
 * asked by libsmbclient, too.  Each has his own patience, and what one way gave stands when the
 * other gave nothing.
 */
#include "netbios/browse.h"

#include <string.h>

#include "netbios/listing.h"
#include "netbios/master.h"
#include "netbios/report.h"
#include "wire/smb2.h"

enum { ROUNDS_MAX = 4 }; /* from a list of domains to the next one */

struct masters {
	struct finding *finding;
	struct master **items; /* BROWSE_MASTERS_MAX */
	struct tcp_call *calls;
	size_t n;
	/* Those that libsmbclient is sent to: master of each question. */
	struct list_question *questions;
	struct master **asked;
	size_t n_asked;
	uint64_t left; /* masters beyond those that are called */
};

/* --- entries ------------------------------------------------------------------------------- */

static int
take(void *arg, struct browse *b, const struct rap_entry *entry, bool domains)
{
	struct master *m = arg;
	struct roster *r = &m->finding->roster;

	return domains ? listing_domain(r, entry)
		       : listing_machine(r, b->domain, entry);
}

static int
take_listed(void *arg, uint32_t question, const struct list_entry *listed, struct err *e)
{
	struct masters *all = arg;
	const struct master *m = all->asked[question];

	(void)e;
	(void)listing_take(&m->finding->roster, m->domain, listed);
	return 0;
}

/* --- the calls ----------------------------------------------------------------------------- */

static struct master *
new_master(struct finding *f, const struct machine *machine, const struct domain *d,
	const struct netbios_name *computer)
{
	struct master *m = arena_alloc(f->run->scratch, sizeof(*m));

	if (!m)
		return NULL;
	m->finding = f;
	m->address = machine->ip;
	memcpy(m->domain, d->name.name, sizeof(m->domain));
	memcpy(m->computer, computer->name, sizeof(m->computer));
	addr_print(&machine->ip, m->ip);
	m->browse = (struct browse){
		.domain = m->domain, .host = m->ip, .take = take, .arg = m
	};
	return m;
}

/* Each machine once. */
static int
add_master(struct masters *all, struct machine *machine, struct domain *d,
	const struct netbios_name *computer, struct err *e)
{
	if (machine->called)
		return 0;
	machine->called = d->called = true;
	if (all->n == BROWSE_MASTERS_MAX) {
		all->left++;
		return 0;
	}
	struct master *m = new_master(all->finding, machine, d, computer);
	if (!m)
		return err_nomem(e);
	struct tcp_call *call = &all->calls[all->n];
	all->items[all->n++] = m;
	call->peer = machine->ip;
	call->port = SMB_PORT;
	browse_begin(call, &m->browse);
	return 0;
}

/* Those that their names say are masters, or a list of domains. */
static int
choose_told(struct masters *all, struct err *e)
{
	struct roster *r = &all->finding->roster;

	for (size_t i = 0; i < r->n_machines; i++) {
		struct machine *m = &r->machines[i];
		struct domain *d = m->told && m->domain ? &r->domains[m->domain - 1]
							: NULL;
		if (!d ||
			(!(m->roles & (NB_MASTER | NB_DOMAIN_MASTER)) &&
				!nbname_equal(&m->name, &d->master)))
			continue;
		if (add_master(all, m, d, &m->name, e) == -1)
			return -1;
	}
	return 0;
}

/* Of domains that nobody of told: who a list of domains says is the master, and whose address
 * is known all the same. */
static int
choose_listed(struct masters *all, struct err *e)
{
	struct finding *f = all->finding;
	struct roster *r = &f->roster;

	for (size_t i = 0; i < r->n_domains; i++) {
		struct domain *d = &r->domains[i];
		const struct addr *ip = d->called || !d->master.name[0]
			? NULL
			: roster_address(r, d->master.name);
		struct machine *m = ip ? roster_machine(r, ip) : NULL;
		if (m && !m->told && add_master(all, m, d, &d->master, e) == -1)
			return -1;
	}
	return 0;
}

/* Those that were not called yet. */
static int
call_masters(struct masters *all, struct err *e)
{
	struct finding *f = all->finding;
	const struct call_conf conf = finding_calls(f, f->conf->list_ms * MSEC);
	size_t first = all->n;

	if (choose_told(all, e) == -1 || choose_listed(all, e) == -1 ||
		call_all(all->calls + first, all->n - first, &conf, e) == -1)
		return -1;
	for (size_t i = first; i < all->n; i++)
		all->items[i]->call = all->calls[i].outcome;
	return 0;
}

/* Lists of domains tell of others, whose masters have lists of domains: as far as that goes. */
static int
call_and_follow(struct masters *all, struct err *e)
{
	struct finding *f = all->finding;
	int more = 1;

	for (unsigned round = 0; more && round < ROUNDS_MAX; round++) {
		if (*f->run->stop || clock_mono(f->run->clock) >= f->run->deadline_us)
			return 0;
		if (call_masters(all, e) == -1)
			return -1;
		more = finding_follow(f, e);
		if (more == -1 ||
			asker_work(f->asker, f->run->deadline_us, f->run->stop, e) == -1)
			return -1;
	}
	return more ? call_masters(all, e) : 0;
}

/* --- libsmbclient -------------------------------------------------------------------------- */

static void
list_ended(void *arg, const struct list_end *end)
{
	struct masters *all = arg;
	struct master *m = all->asked[end->question];

	m->was_asked = true;
	m->list = *end;
}

static void
lists_unable(void *arg, const char *why)
{
	struct masters *all = arg;

	report_reason(all->finding, "no-libsmbclient", "", 0,
		"Browse lists were asked for without libsmbclient, and as nobody: %s",
		why);
}

/* It speaks SMB1, as far as we came; or not at our port, and libsmbclient knows the one that
 * SMB had before Windows 2000. */
static bool
may_be_asked(const struct master *m)
{
	bool speaks = m->call == CALL_WAS_DONE || m->call == CALL_WAS_REFUSED ||
		m->browse.step > BROWSE_NEGOTIATE;

	return speaks && !m->browse.refused_smb1 &&
		smbclient_may_ask(m->domain, m->computer);
}

static int
ask_masters(struct masters *all, struct err *e)
{
	const struct finding *f = all->finding;
	const struct lists_ears ears = { .entry = take_listed,
		.end = list_ended,
		.unable = lists_unable,
		.arg = all };

	for (size_t i = 0; i < all->n; i++) {
		struct master *m = all->items[i];
		if (!may_be_asked(m))
			continue;
		struct list_question *q = &all->questions[all->n_asked];
		all->asked[all->n_asked++] = m;
		q->ip = m->address;
		memcpy(q->domain, m->domain, sizeof(q->domain));
		memcpy(q->computer, m->computer, sizeof(q->computer));
	}
	return lists_ask(f->lists, all->questions, all->n_asked, &ears,
		f->run->deadline_us, f->run->stop, e);
}

int
browse_masters(struct finding *f, struct err *e)
{
	struct arena *mem = f->run->scratch;
	struct masters all = { .finding = f,
		.items = arena_new_array(mem, struct master *, BROWSE_MASTERS_MAX),
		.calls = arena_new_array(mem, struct tcp_call, BROWSE_MASTERS_MAX),
		.questions = arena_new_array(
			mem, struct list_question, BROWSE_MASTERS_MAX),
		.asked = arena_new_array(mem, struct master *, BROWSE_MASTERS_MAX) };

	if (!all.items || !all.calls || !all.questions || !all.asked)
		return err_nomem(e);
	/* libsmbclient may be told of domains that nobody told us of. */
	if (call_and_follow(&all, e) == -1 || ask_masters(&all, e) == -1 ||
		call_and_follow(&all, e) == -1)
		return -1;
	for (size_t i = 0; i < all.n; i++)
		master_tell(all.items[i]);
	if (all.left)
		report_reason(f, "masters-not-asked", "", all.left,
			"Master browsers were found beyond the %d that are asked for their "
			"lists in one poll",
			BROWSE_MASTERS_MAX);
	return 0;
}
