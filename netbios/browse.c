/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every master is called once; none holds up the others for longer than its patience. */
#include "netbios/browse.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/foreign.h"
#include "netbios/browse_call.h"
#include "netbios/report.h"
#include "wire/smb2.h"

/* A master that is called. */
struct master {
	struct browse browse;
	struct finding *finding;
	char domain[16], ip[ADDR_TEXT_MAX];
	unsigned roles;
};

/* --- entries ------------------------------------------------------------------------------- */

static int
take_domain(struct roster *r, const struct rap_entry *entry)
{
	struct domain *d = roster_domain(r, entry->name);
	char master[FOREIGN_TEXT_MAX];

	if (!d)
		return -1;
	d->learnt |= LEARNT_LIST;
	if (foreign_text(master, entry->comment) && strlen(master) < sizeof(d->master))
		memcpy(d->master, master, strlen(master) + 1);
	return 0;
}

/* The flags of several lists about one machine are added up: a master knows its own. */
static int
take_machine(struct roster *r, const char *domain, const struct rap_entry *entry)
{
	struct listed *l = roster_listed(r, domain, entry->name);
	char comment[FOREIGN_TEXT_MAX];

	if (!l)
		return -1;
	l->types |= entry->types;
	if (entry->major || entry->minor) {
		l->major = entry->major;
		l->minor = entry->minor;
	}
	size_t n = foreign_text(comment, entry->comment);
	if (n && n < sizeof(l->comment))
		memcpy(l->comment, comment, n + 1);
	return 0;
}

static int
take(void *arg, struct browse *b, const struct rap_entry *entry, bool domains)
{
	struct master *m = arg;
	struct roster *r = &m->finding->roster;

	return domains ? take_domain(r, entry) : take_machine(r, b->domain, entry);
}

/* --- why not more -------------------------------------------------------------------------- */

static void
tell_refusal(struct master *m)
{
	const struct browse *b = &m->browse;

	if (b->status == SMB1_STATUS_ACCESS_DENIED ||
		b->status == SMB1_STATUS_LOGON_FAILURE)
		report_reason(m->finding, "list-denied", m->ip, 0,
			"Access denied without credentials: the browse list of %s is not "
			"told to nobody",
			m->domain);
	else
		report_reason(m->finding, "list-failed", m->ip, 0,
			"The browse list of %s is refused with status 0x%08" PRIx32,
			m->domain, b->status);
}

static void
tell_list(struct master *m)
{
	const struct browse *b = &m->browse;

	if (b->truncated)
		report_reason(m->finding, "list-truncated", m->ip, 0,
			"The server cut the browse list of %s at %" PRIu32
			" machines and %" PRIu32 " domains of %" PRIu32 " and %" PRIu32,
			m->domain, b->taken[0], b->taken[1], b->available[0],
			b->available[1]);
	if (b->taken[0] == 0)
		report_reason(m->finding, "list-empty", m->ip, 0,
			"The browse list of %s has no machine (error %u)", m->domain,
			b->error);
	else
		report_reason(m->finding, "list", m->ip, 0,
			"The browse list of %s: %" PRIu32 " machines, %" PRIu32
			" domains",
			m->domain, b->taken[0], b->taken[1]);
}

static void
tell_outcome(struct master *m, enum call_outcome outcome)
{
	static const char *const words[] = {
		[CALL_WAS_CLOSED] = "hung up before its browse list was told",
		[CALL_WAS_REFUSED] = "takes no SMB connections",
		[CALL_WAS_SILENT] = "did not answer in time",
		[CALL_FAILED] = "could not be reached from here",
	};
	const struct browse *b = &m->browse;

	if (b->refused_smb1)
		report_reason(m->finding, "smb1-refused", m->ip, 0,
			"SMB1 is refused, and with it the browse list of %s: its machines are "
			"those that answered NetBIOS and WS-Discovery themselves",
			m->domain);
	else if (outcome == CALL_WAS_BROKEN)
		report_reason(m->finding, "list-garbage", m->ip, 0,
			"The master browser of %s cannot be understood: %s", m->domain,
			b->why ? b->why : "it says too much");
	else if (outcome != CALL_WAS_DONE)
		report_reason(m->finding, "list-unreached", m->ip, 0,
			"The master browser of %s %s", m->domain, words[outcome]);
	else if (b->status)
		tell_refusal(m);
	else
		tell_list(m);
}

/* --- the calls ----------------------------------------------------------------------------- */

static struct master *
new_master(struct finding *f, const struct machine *machine)
{
	struct master *m = arena_alloc(f->run->scratch, sizeof(*m));

	if (!m)
		return NULL;
	m->finding = f;
	m->roles = machine->roles;
	memcpy(m->domain, f->roster.domains[machine->domain - 1].name.name,
		sizeof(m->domain));
	addr_print(&machine->ip, m->ip);
	m->browse = (struct browse){
		.domain = m->domain, .host = m->ip, .take = take, .arg = m
	};
	return m;
}

/* Those that their names say are masters. */
static int
choose(struct finding *f, struct tcp_call **out, size_t *n, struct err *e)
{
	struct tcp_call *calls = arena_new_array(
		f->run->scratch, struct tcp_call, BROWSE_MASTERS_MAX);

	*n = 0;
	*out = calls;
	if (!calls)
		return err_nomem(e);
	for (size_t i = 0; i < f->roster.n_machines && *n < BROWSE_MASTERS_MAX; i++) {
		const struct machine *m = &f->roster.machines[i];
		if (!m->told || !m->domain ||
			!(m->roles & (NB_MASTER | NB_DOMAIN_MASTER)))
			continue;
		struct master *master = new_master(f, m);
		if (!master)
			return err_nomem(e);
		calls[*n].peer = m->ip;
		calls[*n].port = SMB_PORT;
		browse_begin(&calls[(*n)++], &master->browse);
	}
	return 0;
}

int
browse_masters(struct finding *f, struct err *e)
{
	struct tcp_call *calls;
	size_t n;

	if (choose(f, &calls, &n, e) == -1 ||
		call_all(calls, n, f->conf->list_ms * MSEC, f->run->deadline_us,
			f->run->clock, f->run->stop, e) == -1)
		return -1;
	for (size_t i = 0; i < n; i++) {
		const struct browse *b = calls[i].state;
		tell_outcome(b->arg, calls[i].outcome);
	}
	return 0;
}
