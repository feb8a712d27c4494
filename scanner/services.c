/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The run that has the conversations, and what it tells of them. */
#include "scanner/services.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/log.h"
#include "base/sb.h"
#include "host/sandbox.h"
#include "scanner/plugged.h"
#include "scanner/snmp_peer.h"

LOG_TAG("services");

enum {
	PER_HOST = 2,
	PER_NET = 64,
	FDS_RESERVED = 64, /* of the process's limit, for everything else */
	ASKS_MAX = 64,
	RELIEFS_TOLD = 32, /* hosts in distress that are named */
	PROGRESS_US = SECOND / 4,
	REASON_MAX = 512,
	SMB_DIALECTS_MORE = 4, /* connections: ask_smb_dialects.c */
};

#define AT(f) offsetof(struct services_conf, f)
const struct opt services_opts[] = {
	{ .name = "scan.ask",
		.type = OPT_LIST,
		.at = AT(asks),
		.arg = "NAME",
		.help = "Have only these conversations with what lives, not all that suit" },
	{ .name = "scan.talks",
		.type = OPT_INT,
		.at = AT(most),
		.min = 1,
		.max = 10000,
		.value = "1000",
		.help = "Have at most this many conversations at a time" },
	{ .name = "scan.talk_wait",
		.type = OPT_MSEC,
		.at = AT(patience_ms),
		.min = 100,
		.max = 60000,
		.value = "5000",
		.unit = "ms",
		.help = "Give a conversation up after this time" },
	{ .name = "scan.smb_dialects",
		.type = OPT_BOOL,
		.at = AT(settings.smb_dialects),
		.help = "Find all dialects of SMB 2 and 3 that a file server speaks, by up to "
			"four more connections" },
	{ .name = "scan.snmp_user",
		.type = OPT_LIST,
		.at = AT(settings.users),
		.arg = "USER",
		.flags = OPT_PRIVATE | OPT_NO_SPLIT,
		.help = "Ask by SNMP v3 as each of these users, at most 4: NAME, NAME SHA-256 "
			"PHRASE, or NAME SHA-256 PHRASE AES PHRASE (SHA-1 to SHA-512, AES-128 to "
			"AES-256)" },
	{ .name = NULL },
};

/* What went wrong with one kind of conversation. */
struct tally {
	uint64_t n;
	struct addr first;
	const char *why; /* of the first */
};

struct services {
	const struct source_run *run;
	const struct services_conf *conf;
	const struct ask *asks[ASKS_MAX + 1];
	size_t n_asks;
	struct ask_settings settings; /* made ready */
	struct snmp_access snmp;
	struct plugged *plugged;
	struct guard guard;
	struct ssl_ctx_st *tls;
	struct talks *talks;
	struct interview *interview;
	struct tally (*tallies)[TALK_OUTCOMES]; /* by number in asks[] of the table */
	struct tally *cuts;                     /* by the same */
	bool *known;                            /* hosts that told anything */
	uint64_t begun, done, found, reliefs;
	int64_t started_us, told_us; /* monotonic */
	bool interrupted;
};

/* --- settings --------------------------------------------------------------------------------- */

static int
add_known_names(struct sb *out)
{
	for (size_t i = 0; asks[i]; i++)
		sb_printf(out, "%s%s", i ? ", " : "", asks[i]->name);
	return out->bad ? -1 : 0;
}

/* What lets in is found wrong before anything is sent, not when it is needed. */
static int
check_access(const struct services_conf *conf, struct err *e)
{
	struct arena *mem = arena_new(SNMP_ACCESS_MEMORY);
	struct snmp_access unused;

	if (!mem)
		return err_nomem(e);
	int rc = snmp_access_make(
		&conf->settings.communities, &conf->settings.users, mem, &unused, e);
	arena_free(mem);
	return rc;
}

int
services_check(const struct services_conf *conf, struct err *e)
{
	struct sb known;

	for (size_t i = 0; i < conf->asks.n; i++) {
		if (ask_find(conf->asks.items[i]))
			continue;
		sb_init(&known, REASON_MAX);
		(void)add_known_names(&known);
		err_set(e, ERR_ARG, "\"%s\" is no conversation; there are %s",
			conf->asks.items[i], known.text);
		sb_done(&known);
		return -1;
	}
	return check_access(conf, e);
}

bool
services_include(const struct services_conf *conf, const char *name)
{
	for (size_t i = 0; i < conf->asks.n; i++)
		if (strcmp(conf->asks.items[i], name) == 0)
			return true;
	return conf->asks.n == 0;
}

/* By nothing but being open: FTP, telnet, DNS, NetBIOS, printers, cameras, storage, VMware,
 * SIP, VNC, Proxmox. */
static const uint16_t telling_ports[] = { 21, 23, 53, 139, 515, 548, 554, 631, 902,
	2049, 5060, 5900, 8006, 9100 };

size_t
services_ports(const struct services_conf *conf, uint16_t out[static SERVICES_PORTS_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < sizeof(telling_ports) / sizeof(telling_ports[0]); i++)
		out[n++] = telling_ports[i];
	for (size_t i = 0; asks[i]; i++) {
		bool tcp = asks[i]->transport != ASK_UDP &&
			services_include(conf, asks[i]->name);
		for (size_t k = 0; tcp && k < ASK_PORTS_MAX && asks[i]->ports[k]; k++)
			if (n < SERVICES_PORTS_MAX)
				out[n++] = asks[i]->ports[k];
	}
	return n;
}

uint64_t
services_most(const struct services_conf *conf)
{
	bool secrets = conf->settings.communities.n + conf->settings.users.n > 0;
	bool dialects = conf->settings.smb_dialects && services_include(conf, "smb");
	uint64_t n = dialects ? SMB_DIALECTS_MORE : 0;

	for (size_t i = 0; asks[i]; i++)
		for (size_t k = 0; k < ASK_PORTS_MAX && asks[i]->ports[k]; k++)
			n += services_include(conf, asks[i]->name) &&
				(!asks[i]->wanted || secrets);
	return n;
}

static void
choose(struct services *s)
{
	for (size_t i = 0; asks[i] && s->n_asks < ASKS_MAX; i++)
		if (services_include(s->conf, asks[i]->name))
			s->asks[s->n_asks++] = asks[i];
}

/* As many descriptors as the system lets us have. */
static size_t
most_at_once(const struct services_conf *conf)
{
	struct rlimit r;
	size_t most = (size_t)conf->most;

	if (getrlimit(RLIMIT_NOFILE, &r) == -1)
		return most;
	r.rlim_cur = r.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &r);
	(void)getrlimit(RLIMIT_NOFILE, &r);
	size_t room = r.rlim_cur > FDS_RESERVED ? r.rlim_cur - FDS_RESERVED : 1;
	return most < room ? most : room;
}

/* --- what is told -------------------------------------------------------------------------- */

static int
tell(struct services *s, const struct addr *ip, enum evidence evidence,
	const struct fact *facts, size_t n, struct err *e)
{
	struct observation o = { .subject = SUBJECT_DEVICE,
		.source = s->conf->source ? s->conf->source : "sweep",
		.at = clock_wall(s->run->clock),
		.ip = *ip,
		.evidence = evidence,
		.facts = facts,
		.n_facts = n };

	return s->run->sink->take(s->run->sink, &o, e);
}

/* It speaks of others: of targets only.  What it says of a MAC waits for the address. */
static int
tell_others(struct services *s, const struct talk *t, struct err *e)
{
	for (size_t i = 0; i < t->n_others; i++) {
		const struct talk_other *o = &t->others[i];
		const struct fact *mac = fact_get(o->facts, o->n_facts, "mac");
		if (!addr_is_set(&o->ip)) {
			plugged_add(s->plugged, o->facts, o->n_facts);
			continue;
		}
		if (!iprange_contains(s->conf->targets, &o->ip))
			continue;
		if (mac)
			plugged_place(s->plugged, &mac->mac, &o->ip);
		if (tell(s, &o->ip, EVIDENCE_LISTED, o->facts, o->n_facts, e) == -1)
			return -1;
	}
	return 0;
}

static void
reason(struct services *s, const char *code, const char *about, const char *text,
	uint64_t count)
{
	struct reason r = { .code = code, .about = about, .text = text, .count = count };

	s->run->monitor->reason(s->run->monitor, &r);
}

static int
tell_word(void *arg, const struct addr *ip, const struct fact *facts, size_t n,
	struct err *e)
{
	return tell(arg, ip, EVIDENCE_LISTED, facts, n, e);
}

static int
tell_plugged(struct services *s, struct err *e)
{
	uint64_t homeless;
	int rc = plugged_tell(s->plugged, tell_word, s, &homeless, e);

	if (rc == 0 && homeless)
		reason(s, "plugged-unknown", "",
			"Switches say where they are plugged in, by their MACs alone: no "
			"router says by SNMP which addresses they have",
			homeless);
	return rc;
}

static void
progress(struct services *s)
{
	int64_t now = clock_mono(s->run->clock);
	struct progress p = { .phase = "talks",
		.done = s->done,
		.total = interview_total(s->interview),
		.sent = s->begun,
		.answered = s->done,
		.found = s->found,
		.rate = -1,
		.eta_us = -1 };

	if (now - s->told_us < PROGRESS_US)
		return;
	if (s->done)
		p.eta_us = (now - s->started_us) / (int64_t)s->done *
			(int64_t)(p.total - p.done);
	s->told_us = now;
	s->run->monitor->progress(s->run->monitor, &p);
}

static void
tell_relief(struct services *s, const struct addr *ip, unsigned relief)
{
	static const struct {
		enum interview_relief relief;
		const char *code, *text;
	} words[] = {
		{ RELIEF_HOST, "distress",
			"Its connections became slow, were reset or lost while it was asked who "
			"it is: it is left in peace for a while" },
		{ RELIEF_HOST_FOR_GOOD, "distress",
			"Its connections become slow, are reset or lost whenever it is asked "
			"who it is: it is asked no more" },
		{ RELIEF_NET, "distress-network",
			"Several hosts around it suffer from being asked who they are: all of "
			"its /24 is left in peace for a while" },
	};
	char text[ADDR_TEXT_MAX];

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (relief & words[i].relief && s->reliefs++ < RELIEFS_TOLD)
			reason(s, words[i].code, addr_print(ip, text), words[i].text, 0);
}

/* Of a conversation by UDP silence is no news: nobody said that the port was open. */
static const struct outcome {
	const char *code, *text;
	bool udp;
} outcomes[TALK_OUTCOMES] = {
	[TALK_WAS_GARBAGE] = { "talk-garbage",
		"broke off or said what is not understood", true },
	[TALK_WAS_CLOSED] = { "talk-closed", "hung up before all was said", false },
	[TALK_WAS_RESET] = { "talk-reset", "reset the connection before all was said",
		false },
	[TALK_WAS_SILENT] = { "talk-silent", "accepted the connection and said nothing",
		false },
	[TALK_WAS_SLOW] = { "talk-slow", "did not come to the end in time", false },
	[TALK_WAS_REFUSED] = { "talk-refused", "refused at a port that was open before",
		false },
	[TALK_WAS_UNREACHED] = { "talk-unreached",
		"could not be reached at a port that was open before", false },
	[TALK_FAILED] = { "talk-failed", "could not be asked from here", true },
};
static const struct outcome cut = { "talk-cut", "told more than is kept", true };

static size_t
number_of(const struct ask *ask)
{
	size_t i = 0;

	while (asks[i] && asks[i] != ask)
		i++;
	return i; /* those that only follow others share the last place */
}

static void
count_one(struct tally *t, const struct addr *who, const char *why)
{
	if (t->n++ > 0)
		return;
	t->first = *who;
	t->why = why;
}

static void
count(struct services *s, const struct talk_end *x)
{
	size_t at = number_of(x->talk->ask);

	count_one(&s->tallies[at][x->outcome], &x->talk->peer,
		x->outcome == TALK_WAS_GARBAGE ? x->talk->why : NULL);
	if (x->talk->cut)
		count_one(&s->cuts[at], &x->talk->peer, x->talk->cut);
}

/* One by UDP that has told part of what it could is late, too; others are silent. */
static bool
is_told(const struct ask *ask, enum talk_outcome outcome)
{
	return !ask || ask->transport != ASK_UDP || outcomes[outcome].udp ||
		(outcome == TALK_WAS_SLOW && ask->late);
}

static void
tell_tally(struct services *s, const char *name, const struct outcome *o,
	const struct tally *t)
{
	char text[REASON_MAX], first[ADDR_TEXT_MAX];

	(void)snprintf(text, sizeof(text), "%ju %s %s; the first was %s%s%s",
		(uintmax_t)t->n, t->n == 1 ? "host" : "hosts", o->text,
		addr_print(&t->first, first), t->why ? ": " : "", t->why ? t->why : "");
	reason(s, o->code, name, text, t->n);
}

static void
tell_tallies(struct services *s)
{
	for (size_t a = 0; a == 0 || asks[a - 1]; a++) {
		const char *name = asks[a] ? asks[a]->name : "follow-up";
		for (unsigned o = 0; o < TALK_OUTCOMES; o++)
			if (s->tallies[a][o].n && outcomes[o].code &&
				is_told(asks[a], (enum talk_outcome)o))
				tell_tally(s, name, &outcomes[o], &s->tallies[a][o]);
		if (s->cuts[a].n)
			tell_tally(s, name, &cut, &s->cuts[a]);
	}
}

/* --- the conversations -------------------------------------------------------------------- */

static int
on_end(void *arg, const struct talk_end *x, struct err *e)
{
	struct services *s = arg;
	struct talk *t = x->talk;
	size_t n;
	const struct fact *facts = talk_facts(t, &n);
	unsigned relief = interview_ended(s->interview, x, clock_mono(s->run->clock));
	bool again = interview_is_worth_again(x);

	s->done++;
	if (again && interview_again(s->interview, x, e) == -1)
		return -1;
	if (!again)
		count(s, x);
	tell_relief(s, &t->peer, relief);
	for (size_t i = 0; i < t->n_follow; i++)
		if (interview_follow(s->interview, x->host, &t->follow[i], e) == -1)
			return -1;
	if (n == 0)
		return tell_others(s, t, e);
	s->found += !s->known[x->host];
	s->known[x->host] = true;
	if (tell(s, &t->peer, EVIDENCE_REPLY, facts, n, e) == -1)
		return -1;
	return tell_others(s, t, e);
}

/* As many as may begin now.  *wait_us: when the next may. */
static int
begin_some(struct services *s, int64_t *wait_us, struct err *e)
{
	struct talk_order order;

	*wait_us = 100 * MSEC;
	while (!talks_are_full(s->talks) && interview_left(s->interview)) {
		int64_t now = clock_mono(s->run->clock);
		if (!interview_next(s->interview, now, &order, wait_us))
			return 0;
		s->begun++;
		if (talks_start(s->talks, &order, on_end, s, e) == -1)
			return -1;
	}
	return 0;
}

static bool
must_stop(struct services *s)
{
	s->interrupted |= *s->run->stop != 0 ||
		clock_mono(s->run->clock) >= s->run->deadline_us;
	return s->interrupted;
}

static int
talk_to_all(struct services *s, struct err *e)
{
	int64_t wait;

	while (!must_stop(s) &&
		(interview_left(s->interview) || talks_on_their_way(s->talks))) {
		if (begin_some(s, &wait, e) == -1 ||
			talks_work(s->talks, wait, on_end, s, e) == -1)
			return -1;
		progress(s);
	}
	return 0;
}

static int
prepare_settings(struct services *s, struct err *e)
{
	const struct ask_settings *given = &s->conf->settings;

	s->settings = *given;
	s->settings.snmp = &s->snmp;
	if (given->communities.n + given->users.n == 0)
		return 0;
	if (snmp_peer_start(e) == -1)
		return -1;
	return snmp_access_make(
		&given->communities, &given->users, s->run->scratch, &s->snmp, e);
}

static int
prepare(struct services *s, struct err *e)
{
	const struct services_conf *conf = s->conf;
	struct talks_conf talks = { .talk = { &s->settings, s->tls },
		.guard = &s->guard,
		.clock = s->run->clock,
		.most = most_at_once(conf),
		.patience_us = conf->patience_ms * MSEC };
	struct interview_conf interview = { .asks = s->asks,
		.settings = &s->settings,
		.rate = conf->rate > TALK_PACKETS ? conf->rate / TALK_PACKETS : 1,
		.host_gap_us = TALK_PACKETS * (int64_t)SECOND / conf->host_rate,
		.packets = TALK_PACKETS,
		.most = talks.most,
		.per_host = PER_HOST,
		.per_net = PER_NET };
	size_t n_table = number_of(NULL) + 1;

	randombytes_buf(interview.seed, sizeof(interview.seed));
	s->guard.targets = conf->targets;
	s->known = arena_alloc(s->run->scratch, conf->n_living + 1);
	s->tallies = arena_alloc(s->run->scratch, n_table * sizeof(*s->tallies));
	s->cuts = arena_new_array(s->run->scratch, struct tally, n_table);
	s->plugged = plugged_new();
	if (!s->tls || !s->known || !s->tallies || !s->cuts || !s->plugged)
		return err_nomem(e);
	if (talks_new(&s->talks, &talks, e) == -1)
		return -1;
	return interview_new(&s->interview, &interview, conf->living, conf->n_living,
		clock_mono(s->run->clock), e);
}

static void
tell_run_end(struct services *s, int rc, const struct err *e)
{
	struct run_end end = { .ok = rc == 0 && !s->interrupted,
		.interrupted = s->interrupted,
		.targets = s->conf->n_living,
		.asked = s->begun,
		.answered = s->done,
		.found = s->found,
		.duration_us = clock_mono(s->run->clock) - s->started_us,
		.error = rc == -1 ? e->text : NULL };

	tell_tallies(s);
	if (interview_dropped(s->interview))
		reason(s, "talk-dropped", "",
			"Conversations were not had with hosts that suffer from them",
			interview_dropped(s->interview));
	log_debug("%ju conversations with %zu hosts, %ju hosts told something",
		(uintmax_t)s->begun, s->conf->n_living, (uintmax_t)s->found);
	s->run->monitor->end(s->run->monitor, &end);
}

static int
run_services(struct source_run *run, struct err *e)
{
	struct services s = { .run = run,
		.conf = run->conf,
		.tls = talk_tls_context(),
		.started_us = clock_mono(run->clock) };
	int rc = -1;

	choose(&s);
	if (services_check(s.conf, e) == 0 && prepare_settings(&s, e) == 0 &&
		prepare(&s, e) == 0 && sandbox_enter(SANDBOX_SOCKETS, e) == 0) {
		rc = talk_to_all(&s, e);
		if (rc == 0)
			rc = tell_plugged(&s, e);
		tell_run_end(&s, rc, e);
		rc = 0;
	}
	interview_free(s.interview);
	plugged_free(s.plugged);
	talks_free(s.talks);
	talk_tls_free(s.tls);
	return rc;
}

static const struct opt_table services_tables[] = {
	{ "Conversations", services_opts, 0 },
	{ .rows = NULL },
};

const struct source source_services = {
	.name = "services",
	.help = "Ask those that live who they are",
	.opts = services_tables,
	.conf_size = sizeof(struct services_conf),
	.run = run_services,
};
