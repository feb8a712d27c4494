/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reverse DNS beside a sweep: one question an address, remembered in a bit by its position, or
 * in a list where the targets have too many positions. */
#include "cli/names.h"

#include <stdlib.h>
#include <string.h>

#include "host/resolver.h"

enum { FINISH_WAIT = 10 * SECOND };

struct names {
	struct names_conf conf;
	struct resolver *resolver;
	uint8_t *asked; /* a bit for each position in targets */
	u128 n;
	struct addr *others; /* asked without a bit; sorted */
	size_t n_others;
	size_t unknown, open; /* without an answer: at last, and yet */
	size_t cut;           /* addresses with more names than are read */
	size_t unconfirmed;   /* names whose own lookup was not answered */
	bool too_many;        /* some were not asked: no room to remember them */
	struct err failed;    /* of take, from inside a callback */
	bool has_failed;
};

enum {
	NAMES_TARGETS_MAX = 1 << 24, /* positions with a bit: 2 MiB */
	NAMES_OTHERS_MAX = 1 << 16,  /* as many as a sweep finds in large IPv6 ranges */
};

static void
tell_name(struct names *n, const struct addr *ip, const char *key, const char *name)
{
	struct fact fact = { .key = key, .type = FACT_TEXTS, .texts = { &name, 1 } };
	struct observation o = { .source = "sweep",
		.site = n->conf.site,
		.point = n->conf.point,
		.run = n->conf.run,
		.ip = *ip,
		.at = clock_wall(n->conf.clock),
		.evidence = EVIDENCE_LISTED,
		.facts = &fact,
		.n_facts = 1 };

	if (!n->has_failed && n->conf.take(n->conf.arg, &o, &n->failed) == -1)
		n->has_failed = true;
}

static void
on_ptr(void *arg, const struct addr *ip, enum ptr_outcome outcome, const char *name)
{
	struct names *n = arg;

	switch (outcome) {
	case PTR_NAME: tell_name(n, ip, "dns.ptr", name); break;
	case PTR_CONFIRMED: tell_name(n, ip, "dns.fqdn", name); break;
	case PTR_MORE: n->cut++; break;
	case PTR_UNKNOWN: n->unknown++; break;
	case PTR_UNCONFIRMED: n->unconfirmed++; break;
	case PTR_NONE:
	case PTR_REFUTED: /* it stays a PTR and nothing more */
	case PTR_OUTCOMES: break;
	}
}

int
names_new(struct names **out, const struct names_conf *conf, struct err *e)
{
	struct names *n = calloc(1, sizeof(*n));

	if (!n)
		return err_nomem(e);
	n->conf = *conf;
	n->n = iprange_count(conf->targets);
	if (n->n > NAMES_TARGETS_MAX) {
		n->n = NAMES_TARGETS_MAX;
		n->others = calloc(NAMES_OTHERS_MAX, sizeof(*n->others));
	}
	n->asked = calloc(1, (size_t)n->n / 8 + 1);
	if (!n->asked || (n->n == NAMES_TARGETS_MAX && !n->others)) {
		names_free(n);
		return err_nomem(e);
	}
	if (resolver_new(&n->resolver, e) == -1) {
		names_free(n);
		return -1;
	}
	resolver_on_ptr(n->resolver, on_ptr, n);
	resolver_confirm_names(n->resolver);
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
	free(n->others);
	free(n);
}

/* Is this the first time?  By position. */
static bool
is_new_at(struct names *n, u128 at)
{
	uint8_t *byte = &n->asked[(size_t)(at / 8)], bit = (uint8_t)(1 << (at % 8));

	if (*byte & bit)
		return false;
	*byte |= bit;
	return true;
}

/* The same for an address without a bit. */
static bool
is_new_other(struct names *n, const struct addr *a)
{
	size_t from = 0, to = n->n_others;

	while (from < to) {
		size_t mid = from + (to - from) / 2;
		if (addr_cmp(&n->others[mid], a) < 0)
			from = mid + 1;
		else
			to = mid;
	}
	if (from < n->n_others && addr_equal(&n->others[from], a))
		return false;
	if (n->n_others == NAMES_OTHERS_MAX) {
		n->too_many = true;
		return false;
	}
	memmove(n->others + from + 1, n->others + from,
		(n->n_others - from) * sizeof(*n->others));
	n->others[from] = *a;
	n->n_others++;
	return true;
}

/* What 127.0.0.1 is called is no question for a server elsewhere (RFC 6761 §6.3), nor who has
 * a link-local address (RFC 6303 §4.5). */
static bool
is_local(const struct addr *a)
{
	return addr_is_loopback(a) || (a->family == ADDR_IP6 && addr_is_link_local(a));
}

int
names_ask(struct names *n, const struct observation *o, struct err *e)
{
	u128 at;

	if (o->evidence != EVIDENCE_REPLY || !addr_is_set(&o->ip) || is_local(&o->ip) ||
		!iprange_position(n->conf.targets, &o->ip, &at))
		return 0;
	bool new = at < n->n ? is_new_at(n, at) : is_new_other(n, &o->ip);
	return new ? resolver_ask_ptr(n->resolver, &o->ip, e) : 0;
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

static void
tell_missing(const struct names *n, struct monitor *m)
{
	if (n->unknown)
		m->reason(m,
			&(struct reason){ .code = "dns-silent",
				.about = "",
				.text = "The DNS server did not answer; these addresses may have names",
				.count = n->unknown });
	if (n->unconfirmed)
		m->reason(m,
			&(struct reason){ .code = "dns-unconfirmed",
				.about = "",
				.text = "The DNS server did not say whether these names lead back to their address",
				.count = n->unconfirmed });
	if (n->cut)
		m->reason(m,
			&(struct reason){ .code = "dns-cut",
				.about = "",
				.text = "DNS has more names for these addresses than are kept",
				.count = n->cut });
	if (n->open)
		m->reason(m,
			&(struct reason){ .code = "dns-slow",
				.about = "",
				.text = "The DNS server was not waited for; these addresses may have names",
				.count = n->open });
	if (n->too_many)
		m->reason(m,
			&(struct reason){ .code = "names-not-asked",
				.about = "",
				.text = "Not all of so many targets were asked for names" });
}

int
names_finish(struct names *n, const volatile sig_atomic_t *stop, struct monitor *m,
	struct err *e)
{
	int left = 1;

	if (!n)
		return 0;
	int64_t until = clock_mono(n->conf.clock) + FINISH_WAIT;
	while (left > 0 && !*stop && clock_mono(n->conf.clock) < until)
		if ((left = names_work(n, 50, e)) == -1)
			return -1;
	tell_missing(n, m);
	return 0;
}
