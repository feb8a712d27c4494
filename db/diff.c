/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two moments side by side: devices that have a turn between them are folded as of both. */
#include <string.h>

#include "db/cards.h"
#include "db/history.h"
#include "db/turn.h"

enum { DIFF_ARENA = 128 << 20 }; /* bytes for a device as of two moments */

struct diff {
	struct store *s;
	const struct comparison *c;
	int (*row)(void *arg, const struct change *, struct err *);
	void *arg;
	struct arena *mem;
	/* The device at hand: */
	const struct device *was, *is;
	char label_buf[ADDR_TEXT_MAX];
	const char *label;
};

static int
tell(struct diff *d, const char *what, const char *key, const char *before,
	const char *after, int64_t at, struct err *e)
{
	struct change c = { .at = at,
		.label = d->label,
		.what = what,
		.key = key,
		.before = before,
		.after = after,
		.run = "" };

	memcpy(c.device, d->is->id, sizeof(c.device));
	return d->row(d->arg, &c, e);
}

/* --- addresses and state --------------------------------------------------------------------- */

/* The i-th current address of one that the other does not hold, or NULL. */
static const struct device_address *
nth_lone(const struct device *one, const struct device *other, size_t i)
{
	for (size_t a = 0; a < one->n_addrs; a++) {
		bool both = !one->addrs[a].current;
		for (size_t b = 0; b < other->n_addrs && !both; b++)
			both = other->addrs[b].current &&
				addr_equal(&one->addrs[a].ip, &other->addrs[b].ip);
		if (!both && i-- == 0)
			return &one->addrs[a];
	}
	return NULL;
}

/* One that went beside one that came is a move. */
static int
tell_addresses(struct diff *d, struct err *e)
{
	char before[ADDR_TEXT_MAX], after[ADDR_TEXT_MAX];

	for (size_t i = 0;; i++) {
		const struct device_address *gone = nth_lone(d->was, d->is, i),
					    *come = nth_lone(d->is, d->was, i);
		if (!gone && !come)
			return 0;
		if (tell(d, "address", "", gone ? addr_print(&gone->ip, before) : "",
			    come ? addr_print(&come->ip, after) : "",
			    come ? come->first_seen : d->is->last_seen, e) == -1)
			return -1;
	}
}

static int64_t
went_down(const struct device *d)
{
	int64_t at = d->last_seen;

	for (size_t i = 0; i < d->n_addrs; i++)
		if (d->addrs[i].down_at > at)
			at = d->addrs[i].down_at;
	return at;
}

static int
tell_state(struct diff *d, struct err *e)
{
	const char *state = device_state_names[d->is->state];

	if (d->was->state == d->is->state)
		return 0;
	return tell(d, state, "", device_state_names[d->was->state], state,
		went_down(d->is), e);
}

/* --- fields ---------------------------------------------------------------------------------- */

static bool
has_port(const struct device_field *f, uint16_t port)
{
	for (size_t i = 0; f && i < f->fact.ports.n; i++)
		if (f->fact.ports.items[i] == port)
			return true;
	return false;
}

/* The ports of one that the other has not, as "80, 443", in arena. */
static char *
lone_ports(const struct device_field *one, const struct device_field *other,
	struct arena *mem)
{
	struct sb text;

	sb_init(&text, 1 << 20);
	for (size_t i = 0; one && i < one->fact.ports.n; i++)
		if (!has_port(other, one->fact.ports.items[i]))
			sb_printf(&text, "%s%u", text.len ? ", " : "",
				(unsigned)one->fact.ports.items[i]);
	char *copy = arena_strdup(mem, text.text);
	sb_done(&text);
	return copy;
}

static int
tell_ports(struct diff *d, const char *key, const struct device_field *was,
	const struct device_field *is, struct err *e)
{
	char *closed = lone_ports(was, is, d->mem),
	     *opened = lone_ports(is, was, d->mem);
	int64_t at = is ? is->at : d->is->last_seen;

	if (!closed || !opened)
		return err_nomem(e);
	if (*closed && tell(d, "closed", key, closed, "", d->is->last_seen, e) == -1)
		return -1;
	return *opened ? tell(d, "opened", key, "", opened, at, e) : 0;
}

/* That a port is known to be closed is told where it was open. */
static bool
is_told(const char *key)
{
	return history_is_news(key) && strcmp(key, "tcp.closed") != 0 &&
		strcmp(key, "udp.closed") != 0;
}

static int
tell_field(struct diff *d, const char *key, const struct device_field *was,
	const struct device_field *is, struct err *e)
{
	if (!is_told(key))
		return 0;
	if ((is ? is : was)->fact.type == FACT_PORTS)
		return tell_ports(d, key, was, is, e);
	char *before = history_text(was, d->mem), *after = history_text(is, d->mem);
	if (!before || !after)
		return err_nomem(e);
	if (strcmp(before, after) == 0)
		return 0;
	return tell(d, "field", key, before, after, is ? is->at : d->is->last_seen, e);
}

/* Both lists are sorted by key: one walk. */
static int
tell_fields(struct diff *d, struct err *e)
{
	const struct device *was = d->was, *is = d->is;
	size_t a = 0, b = 0;

	while (a < was->n_fields || b < is->n_fields) {
		const struct device_field *fa = a < was->n_fields ? &was->fields[a]
								  : NULL;
		const struct device_field *fb = b < is->n_fields ? &is->fields[b]
								 : NULL;
		int order = !fa ? 1 : !fb ? -1 : strcmp(fa->fact.key, fb->fact.key);
		const char *key = order <= 0 ? fa->fact.key : fb->fact.key;
		if (tell_field(d, key, order <= 0 ? fa : NULL, order >= 0 ? fb : NULL,
			    e) == -1)
			return -1;
		a += order <= 0;
		b += order >= 0;
	}
	return 0;
}

/* --- devices --------------------------------------------------------------------------------- */

static bool
is_wanted(const struct diff *d, bool was_known)
{
	const struct filter *f = d->c->filter;

	return !f || filter_matches(f, d->is) ||
		(was_known && filter_matches(f, d->was));
}

static int
compare(void *arg, int64_t device, struct err *e)
{
	struct diff *d = arg;
	struct device was = { .n_addrs = 0 }, is = { .n_addrs = 0 };
	bool was_known, is_known, may = true;

	arena_reset(d->mem);
	if (d->c->filter && card_may_match(d->s, device, d->c->filter, &may, e) == -1)
		return -1;
	if (!may)
		return 0;
	if (read_device(d->s, device, d->c->from, d->mem, &was, &was_known, e) == -1 ||
		read_device(d->s, device, d->c->to, d->mem, &is, &is_known, e) == -1)
		return -1;
	d->was = &was;
	d->is = &is;
	if (!is_known || !is_wanted(d, was_known))
		return 0;
	d->label = device_label(&is, d->label_buf);
	if (!was_known)
		return tell(d, "new", "", "", d->label, is.first_seen, e);
	if (tell_state(d, e) == -1 || tell_addresses(d, e) == -1)
		return -1;
	return tell_fields(d, e);
}

/* --- what became of devices ------------------------------------------------------------------- */

static int
tell_fate(void *arg, const struct change *c, struct err *e)
{
	struct diff *d = arg;

	if (strcmp(c->what, "merged") != 0 && strcmp(c->what, "forgotten") != 0)
		return 0;
	return c->at <= d->c->to ? d->row(d->arg, c, e) : 0;
}

int
store_each_difference(struct store *s, const struct comparison *c,
	int (*row)(void *arg, const struct change *, struct err *), void *arg,
	struct err *e)
{
	struct diff d = {
		.s = s, .c = c, .row = row, .arg = arg, .mem = arena_new(DIFF_ARENA)
	};
	int rc = d.mem ? turn_each(s, c->from, c->to, compare, &d, e) : err_nomem(e);

	if (rc == 0 && !c->filter)
		rc = store_each_change(s, c->from + 1, tell_fate, &d, e);
	arena_free(d.mem);
	return rc;
}
