/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/windows_known.h"

#include <inttypes.h>
#include <stdio.h>

enum { REASON_MAX = 256 };

static uint64_t
count(const struct iprange *set)
{
	return set ? (uint64_t)iprange_count(set) : 0;
}

/* Those that are targets already count as asked. */
static int
join(struct windows_settings *c, const struct iprange *known, struct arena *mem,
	struct windows_known *out, struct err *e)
{
	struct windows_conf *conf = &c->windows;
	const struct iprange *asked = conf->excluded
		? iprange_subtract(known, conf->excluded, mem)
		: known;
	const struct iprange *all = asked && conf->targets
		? iprange_add(asked, conf->targets, mem)
		: asked;

	if (!all)
		return err_nomem(e);
	out->known = count(known) + out->left;
	out->excluded = count(known) - count(asked);
	if (iprange_count(all) <= WINDOWS_TARGETS_MAX)
		conf->targets = all;
	else /* what a person named comes first */
		out->left += count(asked);
	return 0;
}

int
windows_know_stored(struct store *s, struct windows_settings *c, struct arena *mem,
	struct windows_known *out, struct err *e)
{
	const struct smb_query q = { .site = c->kept.place.site,
		.now = clock_wall(&clock_system),
		.max = WINDOWS_TARGETS_MAX - (size_t)count(c->windows.targets) };
	struct smb_known found;

	*out = (struct windows_known){ .known = 0 };
	if (c->quick || !c->known || c->kept.no_db)
		return 0;
	if (store_find_smb(s, &q, mem, &found, e) == -1)
		return -1;
	out->left = found.left;
	return join(c, found.all, mem, out, e);
}

int
windows_know_given(struct windows_settings *c, struct arena *mem,
	struct windows_known *out, struct err *e)
{
	struct iprange *given;

	*out = (struct windows_known){ .known = 0 };
	if (c->quick || !c->known || !c->known_from)
		return 0;
	const char *file = arena_printf(mem, "@%s", c->known_from);
	if (!file)
		return err_nomem(e);
	if (iprange_parse(&file, 1, &iprange_files, mem, &given, e) == -1)
		return err_add(e, "--known-from");
	return join(c, given, mem, out, e);
}

void
windows_known_tell(const struct windows_known *k, struct monitor *m)
{
	char text[REASON_MAX];
	struct reason r = { .about = "", .text = text };

	if (k->known) {
		r.code = "known-asked";
		(void)snprintf(text, sizeof(text),
			"Addresses that are known from before, of machines that have a NetBIOS "
			"name or take SMB connections, or live and may: %" PRIu64
			"; asked, one by one: %" PRIu64 ", excluded: %" PRIu64,
			k->known, k->known - k->excluded - k->left, k->excluded);
		m->reason(m, &r);
	}
	if (k->left) {
		r.code = "known-not-asked";
		r.count = k->left;
		(void)snprintf(text, sizeof(text),
			"Machines that are known from before were not asked: a poll asks at "
			"most %d addresses one by one",
			WINDOWS_TARGETS_MAX);
		m->reason(m, &r);
	}
}
