/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * finding.h - one poll on its way: what its questions are, and what answers lead to
 *
 *	finding_begin	asks what can be asked without knowing anybody
 *	finding_heard	an answer: a machine, a domain, more questions
 *	finding_name	asks for the address of a name that a list gave
 *
 * Machines are told as soon as they have answered.
 */
#ifndef NETBIOS_FINDING_H
#define NETBIOS_FINDING_H

#include "inventory/source.h"
#include "inventory/tell.h"
#include "netbios/asker.h"
#include "netbios/caller.h"
#include "netbios/lists.h"
#include "netbios/roster.h"
#include "netbios/windows.h"
#include "wire/mdns.h"
#include "wire/url.h"
#include "wire/wsd.h"

enum {
	SERVERS_MAX = 16,        /* WINS */
	DEVICES_MAX = 4096,      /* that answer WS-Discovery */
	NEAR_MAX = 1024,         /* that answer for their names in IPv6 */
	ASKED_DOMAINS_MAX = 512, /* whose members are asked for: a stranger may name many */
};

/* Somebody who answered WS-Discovery. */
struct device_found {
	struct addr ip;
	size_t link;    /* on which it answered */
	uint32_t scope; /* of an address of IPv6: the interface */
	bool again;     /* it answered from another address, too */
	char endpoint[WSD_TEXT];
	struct url url; /* of its metadata; port 0: it did not say */
};

/* By which a machine answers for its name. */
struct name_way {
	const char *name, *addresses; /* keys of facts */
	const char *domain;           /* behind the name in a question */
};

/* Somebody who answered in IPv6 for a name that a list gave. */
struct name_found {
	struct addr ip; /* of the link */
	size_t link;
	struct netbios_name name; /* that was asked for */
	const struct name_way *way;
	char own[MDNS_NAME_SIZE]; /* what it says is its own; or "" */
};

struct finding {
	const struct source_run *run;
	const struct windows_conf *conf;
	struct nb_links links;
	struct addr servers[SERVERS_MAX];
	size_t n_servers;
	struct nb_scope scope;
	struct asker *asker;
	struct lists *lists; /* NULL: none are wanted */
	struct roster roster;
	struct tell tell;

	/* What is worth a reason, by link or server. */
	uint64_t masters_on[NB_LINKS_MAX], machines_on[NB_LINKS_MAX],
		devices_on[NB_LINKS_MAX]; /* that answered __MSBROWSE__, "*", the probe */
	bool server_answered[SERVERS_MAX];
	uint64_t statuses, broken; /* answers; what was no answer that can be read */
	size_t n_asked_domains;
	uint64_t domains_not_asked;
	bool cut;                     /* what is told next had more than fits */
	struct device_found *devices; /* at most DEVICES_MAX */
	size_t n_devices, room_devices;
	uint64_t devices_left;   /* answers of those that there was no room for */
	struct name_found *near; /* NEAR_MAX, once there is one */
	size_t n_near;
};

int finding_begin(struct finding *, struct err *);
asker_heard finding_heard; /* arg: the struct finding */
/* Who answered WS-Discovery, each once. */
size_t finding_devices(const struct finding *);
/* Did one of them answer in IPv6 alone, and not to WS-Discovery? */
bool finding_is_near(const struct finding *, const struct name_found *);
/* Its name, and the addresses of IPv6 that it gives for it, are added to f->tell. */
void finding_add_name(struct finding *, const struct name_found *);
/* Of the name servers, and if wanted on the links too. */
int finding_name(
	struct finding *, const struct netbios_name *, bool on_links, struct err *);

/* A machine says by another protocol that it is in this domain, or workgroup: it counts there.
 * name: "" when it does not say who it is. */
void finding_member(struct finding *, const char *domain, const char *name, enum learnt);
/* And such a domain is looked for. */
int finding_domain(struct finding *, const char *name, unsigned learnt, struct err *);

/* Domains that a list told of are asked for, and so are their masters by name.  1: some
 * were; 0: there are none that were not yet. */
int finding_follow(struct finding *, struct err *);

/* How the poll calls machines by TCP. */
struct call_conf finding_calls(const struct finding *, int64_t patience_us);

/* What stands in f->tell, as an answer. */
int finding_tell_reply(struct finding *, struct err *);
/* An observation of source "windows". */
int finding_tell(struct finding *, enum subject, const struct addr *ip, enum evidence,
	const struct fact *, size_t n, struct err *);

#endif
