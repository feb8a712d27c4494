/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The choice of probes and ports made into one numbered list, and lists of its numbers. */
#include "scanner/question.h"

#include <string.h>

#include "scanner/ports.h"

enum { PORTS = 65536, WORD = 64 };

/* A set of ports. */
struct port_set {
	uint64_t words[PORTS / WORD];
};

static void
set_add(struct port_set *s, uint32_t port)
{
	s->words[port / WORD] |= UINT64_C(1) << port % WORD;
}

static bool
set_has(const struct port_set *s, uint32_t port)
{
	return s->words[port / WORD] >> port % WORD & 1;
}

/* The first port of the set from `port` on; PORTS when there is none. */
static uint32_t
set_next(const struct port_set *s, uint32_t port)
{
	while (port < PORTS) {
		uint64_t left = s->words[port / WORD] >> port % WORD;
		if (left)
			return port + (uint32_t)__builtin_ctzll(left);
		port += WORD - port % WORD;
	}
	return PORTS;
}

static size_t
set_count(const struct port_set *s)
{
	size_t n = 0;

	for (uint32_t p = set_next(s, 0); p < PORTS; p = set_next(s, p + 1))
		n++;
	return n;
}

/* Which ports: those that find somebody, and those the living are asked too. */
struct port_choice {
	struct port_set discovery, living;
};

static int
read_ports(const char *text, struct port_set *chosen, struct err *e)
{
	uint16_t first, last;

	if (ports_read(text, &first, &last, e) == -1)
		return -1;
	for (uint32_t i = first; i <= last; i++)
		set_add(chosen, i);
	return 0;
}

static bool
names(const struct opt_list *probes_wanted, const struct probe *p)
{
	for (size_t i = 0; i < probes_wanted->n; i++)
		if (strcmp(probes_wanted->items[i], p->name) == 0)
			return true;
	return false;
}

static int
check_names(const struct opt_list *wanted, struct err *e)
{
	for (size_t i = 0; i < wanted->n; i++) {
		char known[128] = "";
		struct wr w = wr_to(known, sizeof(known) - 1);
		if (probe_find(wanted->items[i]))
			continue;
		for (size_t k = 0; probes[k]; k++) {
			wr_bytes(&w, ", ", k ? 2 : 0);
			wr_bytes(&w, probes[k]->name, strlen(probes[k]->name));
		}
		return err_set(e, ERR_ARG, "there is no probe \"%s\" (there are %s)",
			wanted->items[i], known);
	}
	return 0;
}

/* What is wrong with the secrets is said without saying them. */
static int
check_secrets(const struct question_input *in, struct err *e)
{
	const struct opt_list none = { .n = 0 },
			      *list = in->secrets ? in->secrets : &none;

	if (list->n > PROBE_VARIANTS_MAX)
		return err_set(e, ERR_ARG,
			"scan.snmp_community: at most %d communities can be asked",
			PROBE_VARIANTS_MAX);
	for (size_t i = 0; i < list->n; i++) {
		size_t n = strlen(list->items[i]);
		if (n == 0 || n > PROBE_SECRET_MAX)
			return err_set(e, ERR_ARG,
				"scan.snmp_community: a community has 1 to %d bytes",
				PROBE_SECRET_MAX);
	}
	for (size_t i = 0; list->n == 0 && probes[i]; i++)
		if (probes[i]->secrets && names(in->probes, probes[i]))
			return err_set(e, ERR_ARG,
				"the probe %s needs a community: set scan.snmp_community "
				"in the settings file",
				probes[i]->name);
	return 0;
}

static int
add_discovery(const struct question_input *in, struct port_set *out, struct err *e)
{
	static const char *const defaults[] = { "22", "80", "135", "443", "445",
		"3389" };
	bool named = names(in->probes, probe_find("tcp-syn"));

	if ((!named && in->probes->n) || (named && in->ports->n))
		return 0;
	for (size_t i = 0; i < sizeof(defaults) / sizeof(defaults[0]); i++)
		if (read_ports(defaults[i], out, e) == -1)
			return -1;
	return 0;
}

/*
 * Without ports the default ones do both.  Ports that are named are asked of the living,
 * beside the default ones; they find somebody only when the probe is named as well.
 */
static int
choose_ports(const struct question_input *in, struct port_choice *c, struct err *e)
{
	bool named = names(in->probes, probe_find("tcp-syn"));

	if (add_discovery(in, &c->discovery, e) == -1)
		return -1;
	for (size_t i = 0; i < in->ports->n; i++)
		if (read_ports(in->ports->items[i], named ? &c->discovery : &c->living,
			    e) == -1)
			return -1;
	for (size_t i = 0; in->probes->n == 0 && i < in->n_living_ports; i++)
		set_add(&c->living, in->living_ports[i]);
	return 0;
}

static const enum probe_use uses[] = { USE_ONLINK, USE_ROUTED, USE_LIVING };
static const enum addr_family families[] = { ADDR_IP4, ADDR_IP6 };

enum { USES = 3, FAMILIES = 2 };

static void
append(struct question_list *l, uint32_t number)
{
	l->items[l->n++] = number;
}

static struct question *
add(struct questions *q, const struct probe *probe, uint16_t port, unsigned use)
{
	uint32_t number = (uint32_t)q->n;
	struct question_list *const lists[USES] = { &q->onlink, &q->routed, &q->living };

	q->items[q->n++] = (struct question){ .probe = probe, .port = port };
	for (size_t i = 0; i < USES; i++) {
		if (!(use & uses[i]))
			continue;
		append(lists[i], number);
		for (size_t f = 0; f < FAMILIES; f++)
			if (probe_speaks(probe, families[f]))
				append(&q->of_family[f][i], number);
	}
	return &q->items[number];
}

/* One question, or one for each secret. */
static void
add_variants(struct questions *q, const struct probe *p, unsigned use,
	const struct opt_list *secrets)
{
	if (!p->secrets)
		(void)add(q, p, p->port, use);
	for (size_t i = 0; p->secrets && secrets && i < secrets->n; i++) {
		struct question *one = add(q, p, p->port, use);
		one->variant = (uint8_t)i;
		one->secret = secrets->items[i];
	}
}

/* First the ports that find somebody, as many as discovery asks, then what is left for the
 * living. */
static void
add_ports(struct questions *q, const struct probe *syn, struct port_choice *c,
	unsigned living)
{
	struct port_set *rest = &c->living;

	q->ports_unused = !living && set_next(rest, 0) < PORTS;
	q->ports_at = q->n;
	for (uint32_t p = set_next(&c->discovery, 0); p < PORTS;
		p = set_next(&c->discovery, p + 1)) {
		if (q->n_first == DISCOVERY_PORTS_MAX || q->n == DISCOVERY_MAX) {
			q->ports_cut = true;
			set_add(rest, p);
			continue;
		}
		(void)add(q, syn, (uint16_t)p, (syn->use & USE_ROUTED) | living);
		q->n_first++;
		rest->words[p / WORD] &= ~(UINT64_C(1) << p % WORD);
	}
	if (q->n_first > 0 && q->n < DISCOVERY_MAX &&
		!set_has(&c->discovery, UNLIKELY_PORT) &&
		!set_has(rest, UNLIKELY_PORT)) {
		q->unlikely = (uint32_t)q->n;
		add(q, syn, UNLIKELY_PORT, syn->use & USE_ROUTED)->unlikely = true;
	}
	for (uint32_t p = set_next(rest, 0); living && p < PORTS;
		p = set_next(rest, p + 1))
		(void)add(q, syn, (uint16_t)p, living);
}

static bool
make_list(struct question_list *l, size_t room, struct arena *mem)
{
	l->items = arena_new_array(mem, uint32_t, room);
	return l->items != NULL;
}

static int
allocate(struct questions *q, size_t ports, struct arena *mem, struct err *e)
{
	size_t room = ports + PROBE_VARIANTS_MAX;

	for (size_t i = 0; probes[i]; i++)
		room++;
	room++; /* the unlikely port */
	*q = (struct questions){ 0 };
	q->items = arena_new_array(mem, struct question, room);
	bool ok = q->items && make_list(&q->onlink, room, mem) &&
		make_list(&q->routed, room, mem) && make_list(&q->living, room, mem);
	for (size_t i = 0; i < USES * FAMILIES; i++)
		ok = ok && make_list(&q->of_family[i / USES][i % USES], room, mem);
	return ok ? 0 : err_nomem(e);
}

const struct question_list *
questions_of(const struct questions *q, enum probe_use use, unsigned of)
{
	const struct question_list *const lists[USES] = { &q->onlink, &q->routed,
		&q->living };
	size_t i = 0;

	while (uses[i] != use)
		i++;
	if (of == PROBE_IP4 || of == PROBE_IP6)
		return &q->of_family[of == PROBE_IP6][i];
	return lists[i];
}

int
questions_make(const struct question_input *in, struct arena *mem,
	struct questions *out, struct err *e)
{
	struct port_choice *ports = arena_alloc(mem, sizeof(*ports));
	unsigned living = in->identify ? USE_LIVING : 0;
	const struct probe *with_ports = NULL;

	if (!ports)
		return err_nomem(e);
	if (check_names(in->probes, e) == -1 || check_secrets(in, e) == -1 ||
		choose_ports(in, ports, e) == -1 ||
		allocate(out, set_count(&ports->discovery) + set_count(&ports->living),
			mem, e) == -1)
		return -1;
	for (size_t i = 0; probes[i]; i++) {
		const struct probe *p = probes[i];
		bool named = names(in->probes, p);
		unsigned use = (p->use | (named ? p->use_named : 0)) &
			(USE_ONLINK | USE_ROUTED | living);
		bool wanted = in->probes->n == 0 || named;
		if (p->chosen_ports)
			with_ports = p;
		else if ((wanted && use) || (use & USE_ONLINK))
			add_variants(out, p, use, in->secrets);
	}
	if (with_ports)
		add_ports(out, with_ports, ports, living);
	return 0;
}

/* Among n items from `at` on, which are by port. */
static bool
find_port(const struct questions *q, size_t at, size_t n, uint16_t port,
	uint32_t *question)
{
	while (n > 0) {
		size_t half = n / 2;
		if (q->items[at + half].port == port) {
			*question = (uint32_t)(at + half);
			return true;
		}
		if (q->items[at + half].port < port) {
			at += half + 1;
			n -= half + 1;
		} else {
			n = half;
		}
	}
	return false;
}

bool
questions_find(const struct questions *q, const struct probe *probe, uint16_t port,
	uint32_t *question)
{
	size_t others = q->ports_at + q->n_first + (q->unlikely > 0);

	if (probe->chosen_ports && port == UNLIKELY_PORT && q->unlikely) {
		*question = q->unlikely;
		return true;
	}
	if (probe->chosen_ports)
		return find_port(q, q->ports_at, q->n_first, port, question) ||
			find_port(q, others, q->n - others, port, question);
	for (size_t i = 0; i < q->ports_at; i++)
		if (q->items[i].probe == probe && q->items[i].port == port) {
			*question = (uint32_t)i;
			return true;
		}
	return false;
}

bool
questions_find_variant(const struct questions *q, const struct probe *probe,
	const struct shot *who, uint32_t *question)
{
	if (!questions_find(q, probe, who->port, question) ||
		who->variant >= q->n - *question)
		return false;
	*question += who->variant;
	return q->items[*question].probe == probe &&
		q->items[*question].variant == who->variant;
}

enum ask_kind
question_kind(const struct question *q)
{
	return q->probe->kind;
}
