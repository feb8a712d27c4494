/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reverse DNS beside a sweep: one question an address, remembered in a bit. */
#include "cli/names.h"

#include <stdlib.h>
#include <string.h>

#include "host/resolver.h"

struct names {
	struct names_conf conf;
	struct resolver *resolver;
	uint8_t *asked; /* a bit for each position in targets */
	u128 n;
	size_t unknown, open; /* without an answer: at last, and yet */
	bool too_many;        /* some targets have no bit */
	struct err failed;    /* of take, from inside a callback */
	bool has_failed;
};

enum {
	NAMES_TARGETS_MAX = 1 << 24
}; /* positions with a bit: 2 MiB; more is not asked */

static void
on_ptr(void *arg, const struct addr *ip, enum ptr_outcome outcome, const char *name)
{
	struct names *n = arg;
	struct fact fact = {
		.key = "dns.ptr", .type = FACT_TEXTS, .texts = { &name, 1 }
	};
	struct observation o = { .source = "sweep",
		.site = n->conf.site,
		.point = n->conf.point,
		.run = n->conf.run,
		.ip = *ip,
		.at = clock_wall(n->conf.clock),
		.evidence = EVIDENCE_LISTED,
		.facts = &fact,
		.n_facts = 1 };

	if (outcome == PTR_UNKNOWN)
		n->unknown++;
	if (outcome == PTR_NAME && !n->has_failed &&
		n->conf.take(n->conf.arg, &o, &n->failed) == -1)
		n->has_failed = true;
}

int
names_new(struct names **out, const struct names_conf *conf, struct err *e)
{
	struct names *n = calloc(1, sizeof(*n));

	if (!n)
		return err_nomem(e);
	n->conf = *conf;
	n->n = iprange_count(conf->targets);
	n->too_many = n->n > NAMES_TARGETS_MAX;
	if (n->too_many)
		n->n = NAMES_TARGETS_MAX;
	n->asked = calloc(1, (size_t)n->n / 8 + 1);
	if (!n->asked || resolver_new(&n->resolver, e) == -1) {
		int rc = n->asked ? -1 : err_nomem(e);
		names_free(n);
		return rc;
	}
	resolver_on_ptr(n->resolver, on_ptr, n);
	*out = n;
	return 0;
}

void
names_free(struct names *n)
{
	if (!n)
		return;
	resolver_free(n->resolver);
	free(n->asked);
	free(n);
}

int
names_ask(struct names *n, const struct observation *o, struct err *e)
{
	u128 at;

	/* What 127.0.0.1 is called is no question for a server elsewhere (RFC 6761 §6.3). */
	if (o->evidence != EVIDENCE_REPLY || !addr_is_set(&o->ip) ||
		addr_is_loopback(&o->ip) ||
		!iprange_position(n->conf.targets, &o->ip, &at) || at >= n->n)
		return 0;
	uint8_t *byte = &n->asked[(size_t)(at / 8)], bit = (uint8_t)(1 << (at % 8));
	if (*byte & bit)
		return 0;
	*byte |= bit;
	return resolver_ask_ptr(n->resolver, &o->ip, e);
}

int
names_work(struct names *n, int wait_ms, struct err *e)
{
	size_t left = n->open = resolver_work(n->resolver, wait_ms);

	if (n->has_failed) {
		*e = n->failed;
		return -1;
	}
	return left > INT32_MAX ? INT32_MAX : (int)left;
}

void
names_tell(const struct names *n, struct monitor *m)
{
	if (n->unknown)
		m->reason(m,
			&(struct reason){ .code = "dns-silent",
				.about = "",
				.text = "the DNS server did not answer; these addresses may have names",
				.count = n->unknown });
	if (n->open)
		m->reason(m,
			&(struct reason){ .code = "dns-slow",
				.about = "",
				.text = "the DNS server was not waited for; these addresses may have names",
				.count = n->open });
	if (n->too_many)
		m->reason(m,
			&(struct reason){ .code = "names-not-asked",
				.about = "",
				.text = "targets behind the first 16,777,216 were not asked for names" });
}
