/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The settings of a recorded sweep as text and back: one table of words, one reader each. */
#include "scanner/recording.h"

#include <string.h>

#include "scanner/probe.h"

enum {
	LIST_MAX = 65536, /* probes, ports */
	SEGMENTS_MAX = 65536,
	OWN_MAX = 65536,
};

static const char *
way_name(const struct segment *s)
{
	if (s->range)
		return "large";
	return s->way == WAY_ONLINK ? "onlink" : "routed";
}

void
recording_print(const struct recording *r, struct sb *out)
{
	char a[ADDR_TEXT_MAX], b[ADDR_TEXT_MAX], mac[MAC_TEXT_MAX];

	sb_printf(out, "muster-sweep 1\nstarted %jd\nkey ", (intmax_t)r->started);
	for (size_t i = 0; i < sizeof(r->cookie.key); i++)
		sb_printf(out, "%02x", r->cookie.key[i]);
	sb_printf(out, "\nudp-port %u\nidentify %s\n", r->cookie.udp_port,
		r->identify ? "yes" : "no");
	for (size_t i = 0; i < r->probes.n; i++)
		sb_printf(out, "probe %s\n", r->probes.items[i]);
	for (size_t i = 0; i < r->ports.n; i++)
		sb_printf(out, "ports %s\n", r->ports.items[i]);
	for (size_t i = 0; i < r->n_living_ports; i++)
		sb_printf(out, "living-port %u\n", r->living_ports[i]);
	if (r->communities.n)
		sb_printf(out, "communities %zu\n", r->communities.n);
	for (size_t i = 0; i < r->plan.n_own; i++)
		sb_printf(out, "own %s %s\n", addr_print(&r->plan.own[i].addr, a),
			mac_print(&r->plan.own[i].mac, mac));
	if (r->plan.gateways) {
		sb_add(out, "gateways ");
		iprange_print(r->plan.gateways, out);
		sb_add(out, "\n");
	}
	for (size_t i = 0; i < r->plan.n_segments; i++) {
		const struct segment *s = &r->plan.segments[i];
		if (s->way == WAY_SOCKETS) /* sends no packets of ours */
			continue;
		sb_printf(out, "segment %s %s %s ", way_name(s), addr_print(&s->src, a),
			addr_print(&s->next_hop, b));
		iprange_print(s->range ? s->range : s->targets, out);
		sb_add(out, "\n");
	}
}

struct reader {
	struct arena *mem;
	struct recording *out;
	struct err *e;
	uint16_t *living; /* ports */
	bool is_ours, has_key;
	size_t probes_room, ports_room, living_room, communities_room, own_room,
		segments_room;
};

/* The next word of a line, cut out of it. */
static char *
next_word(char **line)
{
	char *word = *line, *end = strchr(word, ' ');

	if (end)
		*end++ = '\0';
	else
		end = word + strlen(word);
	*line = end;
	return word;
}

static bool
read_digits(const char *text, int64_t max, int64_t *out)
{
	int64_t n = 0;

	if (!*text)
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9' || n > max / 10)
			return false;
		n = n * 10 + (*text - '0');
	}
	*out = n;
	return n <= max;
}

static void *
room_for(struct reader *r, void *items, size_t n, size_t *room, size_t size, size_t max)
{
	if (n < *room)
		return items;
	if (n >= max)
		return NULL;
	size_t more = *room ? *room * 2 : 8;
	char *new = arena_alloc(r->mem, more * size);
	if (new &&n)
		memcpy(new, items, n * size);
	*room = more;
	return new;
}

/* Each reads the value of its word; false: it is wrong. */

static bool
read_version(struct reader *r, char *value)
{
	r->is_ours = strcmp(value, "1") == 0;
	return r->is_ours;
}

static bool
read_started(struct reader *r, char *value)
{
	return read_digits(value, INT64_MAX, &r->out->started);
}

static int
hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

static bool
read_key(struct reader *r, char *value)
{
	if (strlen(value) != 2 * COOKIE_KEY_SIZE)
		return false;
	for (size_t i = 0; i < COOKIE_KEY_SIZE; i++) {
		int high = hex_digit(value[2 * i]), low = hex_digit(value[2 * i + 1]);
		if (high == -1 || low == -1)
			return false;
		r->out->cookie.key[i] = (uint8_t)(high << 4 | low);
	}
	r->has_key = true;
	return true;
}

static bool
read_udp_port(struct reader *r, char *value)
{
	int64_t port;

	if (!read_digits(value, UINT16_MAX, &port))
		return false;
	r->out->cookie.udp_port = (uint16_t)port;
	return true;
}

static bool
read_identify(struct reader *r, char *value)
{
	r->out->identify = strcmp(value, "yes") == 0;
	return r->out->identify || strcmp(value, "no") == 0;
}

static bool
read_item(struct reader *r, struct opt_list *list, size_t *room, const char *value)
{
	const char **items = room_for(
		r, list->items, list->n, room, sizeof(*items), LIST_MAX);

	if (!items)
		return false;
	list->items = items;
	items[list->n] = arena_strdup(r->mem, value);
	return items[list->n++] != NULL;
}

static bool
read_probe(struct reader *r, char *value)
{
	return read_item(r, &r->out->probes, &r->probes_room, value);
}

static bool
read_ports(struct reader *r, char *value)
{
	return read_item(r, &r->out->ports, &r->ports_room, value);
}

static bool
read_living_port(struct reader *r, char *value)
{
	struct recording *rec = r->out;
	uint16_t *ports = room_for(r, r->living, rec->n_living_ports, &r->living_room,
		sizeof(*ports), LIST_MAX);
	int64_t port;

	if (!ports || !read_digits(value, UINT16_MAX, &port))
		return false;
	rec->living_ports = r->living = ports;
	ports[rec->n_living_ports++] = (uint16_t)port;
	return true;
}

/* Nothing is asked again, so anything does for a community. */
static bool
read_communities(struct reader *r, char *value)
{
	int64_t n;

	if (!read_digits(value, PROBE_VARIANTS_MAX, &n))
		return false;
	while (n-- > 0)
		if (!read_item(r, &r->out->communities, &r->communities_room, "-"))
			return false;
	return true;
}

static bool
read_own(struct reader *r, char *value)
{
	struct plan *plan = &r->out->plan;
	struct own_address own, *items;

	if (!addr_parse(next_word(&value), &own.addr) || !mac_parse(value, &own.mac))
		return false;
	items = room_for(
		r, plan->own, plan->n_own, &r->own_room, sizeof(*items), OWN_MAX);
	if (!items)
		return false;
	plan->own = items;
	items[plan->n_own++] = own;
	return true;
}

static bool
read_gateways(struct reader *r, char *value)
{
	const char *text = value;
	struct iprange *set;

	if (iprange_parse(&text, 1, NULL, r->mem, &set, r->e) == -1)
		return false;
	r->out->plan.gateways = set;
	return true;
}

static bool
read_segment(struct reader *r, char *value)
{
	struct plan *plan = &r->out->plan;
	const char *way = next_word(&value), *src = next_word(&value);
	const char *hop = next_word(&value), *targets = value;
	struct segment s = { .way = WAY_ONLINK }, *items;
	struct iprange *set;

	bool large = strcmp(way, "large") == 0;
	if (strcmp(way, "routed") == 0 || (large && strcmp(hop, "-") != 0))
		s.way = WAY_ROUTED;
	else if (strcmp(way, "onlink") != 0 && !large)
		return false;
	if (!addr_parse(src, &s.src) ||
		(s.way == WAY_ROUTED && !addr_parse(hop, &s.next_hop)))
		return false;
	if (iprange_parse(&targets, 1, NULL, r->mem, &set, r->e) == -1)
		return false;
	s.targets = large ? iprange_from_runs(NULL, 0, r->mem) : set;
	s.range = large ? set : NULL;
	if (!s.targets)
		return false;
	items = room_for(r, plan->segments, plan->n_segments, &r->segments_room,
		sizeof(*items), SEGMENTS_MAX);
	if (!items)
		return false;
	plan->segments = items;
	items[plan->n_segments++] = s;
	plan->targets += iprange_count(set);
	plan->sought += large ? iprange_count(set) : 0;
	return true;
}

static const struct word {
	const char *name;
	bool (*read)(struct reader *, char *value);
} words[] = {
	{ "muster-sweep", read_version },
	{ "started", read_started },
	{ "key", read_key },
	{ "udp-port", read_udp_port },
	{ "identify", read_identify },
	{ "probe", read_probe },
	{ "ports", read_ports },
	{ "living-port", read_living_port },
	{ "communities", read_communities },
	{ "own", read_own },
	{ "gateways", read_gateways },
	{ "segment", read_segment },
};

static bool
read_line(struct reader *r, char *line)
{
	const char *name = next_word(&line);

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i].name, name) == 0)
			return words[i].read(r, line);
	return false;
}

int
recording_parse(const char *text, size_t n, struct arena *mem, struct recording *out,
	struct err *e)
{
	struct reader r = { .mem = mem, .out = out, .e = e };
	char *copy = arena_strndup(mem, text, n), *line = copy;

	*out = (struct recording){ 0 };
	if (!copy)
		return err_nomem(e);
	for (size_t number = 1; *line; number++) {
		char *end = strchr(line, '\n');
		if (end)
			*end++ = '\0';
		else
			end = line + strlen(line);
		if (!read_line(&r, line))
			return err_set(e, ERR_PROTO,
				"line %zu of the settings is wrong", number);
		line = end;
	}
	if (!r.is_ours || !r.has_key)
		return err_set(e, ERR_PROTO, "is no capture of a sweep by muster");
	return 0;
}
