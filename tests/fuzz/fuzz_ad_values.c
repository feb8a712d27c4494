/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values of Active Directory's attributes: SID, GUID, times, names, dnsRecord, what a poll
 * left.  The first byte says which decoder. */
#include "frame.h"

#include <string.h>

#include "ldap/account.h"
#include "ldap/adtime.h"
#include "ldap/containers.h"
#include "ldap/dirsync.h"
#include "ldap/dnsrecord.h"
#include "ldap/names.h"
#include "ldap/objectid.h"
#include "ldap/state.h"
#include "ldap/topology.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
try_ids(struct rd r)
{
	char guid[GUID_TEXT_MAX], sid[SID_TEXT_MAX];

	MUST(guid_print(r, guid) == (strlen(guid) == GUID_TEXT_MAX - 1));
	MUST(sid_print(r, sid) == (strncmp(sid, "S-1-", 4) == 0));
	MUST(strlen(sid) < SID_TEXT_MAX);
}

static void
try_dns(struct rd r)
{
	struct dnsrecord d = dnsrecord_read(r);

	MUST((d.kind == DNSRECORD_ADDRESS) == addr_is_set(&d.ip));
}

static void
try_texts(const char *text)
{
	struct account_words w = { .n = 0 };
	char build[ACCOUNT_BUILD_MAX];
	struct addr net;
	int64_t us;
	unsigned bits;

	if (adtime_filetime(text, &us) || adtime_generalized(text, &us))
		MUST(us > INT64_C(-11650000000000000) &&
			us < INT64_C(253410000000000000));
	account_add_role(text, &w);
	MUST(w.n <= 1);
	MUST(account_build(text, build) == (build[0] != '\0'));
	if (topology_subnet(text, &net, &bits))
		MUST(bits > 0 && bits <= addr_bits(net.family));
}

/* What was kept of other names, of all runs before, changes nothing. */
static void
try_containers(const char *text)
{
	static struct containers *kept;
	struct arena *mem = arena_new(4 << 20);
	const char *parent = strchr(text, ',');
	const char *other = parent ? arena_printf(mem, "CN=x%s", parent) : "";

	kept = kept ? kept : containers_new();
	MUST(kept && other);
	(void)containers_of(kept, other, mem);
	const char *fresh = containers_of(NULL, text, mem);
	for (int i = 0; i < 2; i++) {
		const char *again = containers_of(kept, text, mem);
		MUST(fresh ? again && strcmp(fresh, again) == 0 : !again);
	}
	arena_free(mem);
}

static void
try_names(const char *text)
{
	struct sb out;

	sb_init(&out, 1 << 16);
	(void)names_container(text, &out);
	sb_clear(&out);
	(void)names_leaf(text, &out);
	sb_clear(&out);
	if (names_domain(text, &out))
		MUST(out.len > 0);
	sb_clear(&out);
	names_add_filter(&out, text);
	MUST(!strpbrk(out.text, "*()"));
	sb_done(&out);
}

static void
try_state(const char *text)
{
	struct arena *mem = arena_new(8 << 20);
	struct ad_state s, again;
	struct sb one, two;
	struct err e;

	MUST(mem);
	if (ad_state_read(text, mem, &s, &e) == 0) {
		sb_init(&one, STATE_TEXT_MAX);
		sb_init(&two, STATE_TEXT_MAX);
		MUST(ad_state_write(&s, &one, &e) == 0);
		MUST(ad_state_read(one.text, mem, &again, &e) == 0);
		MUST(ad_state_write(&again, &two, &e) == 0);
		MUST(strcmp(one.text, two.text) == 0);
		sb_done(&one);
		sb_done(&two);
	}
	arena_free(mem);
}

/* An answer to DirSync; its cookie, as text and back, is the same, also in a question. */
static void
try_dirsync(const uint8_t *data, size_t size)
{
	static struct dirsync_cookie c, again;
	struct berval value = { size, (char *)(uintptr_t)data }, question;
	struct sb text;
	bool more = false, has_more;

	if (!dirsync_read(&value, &c, &more))
		return;
	MUST(c.n <= DIRSYNC_COOKIE_MAX && c.n < size);
	sb_init(&text, DIRSYNC_TEXT_MAX);
	dirsync_cookie_print(&c, &text);
	MUST(!text.bad);
	MUST(dirsync_cookie_read(text.text ? text.text : "", text.len, &again) ==
		(c.n > 0));
	MUST(again.n == c.n && memcmp(again.bytes, c.bytes, c.n) == 0);
	sb_done(&text);
	MUST(dirsync_write(&c, &question)); /* of the same shape */
	MUST(dirsync_read(&question, &again, &has_more) && has_more);
	MUST(again.n == c.n && memcmp(again.bytes, c.bytes, c.n) == 0);
	ber_memfree(question.bv_val);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	struct rd r = rd_from(data + 1, size - 1);
	char *text = malloc(size);
	MUST(text);
	if (size > 1)
		memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	switch (data[0] % 6) {
	case 0: try_ids(r); break;
	case 1: try_dns(r); break;
	case 2: try_texts(text); break;
	case 3:
		try_names(text);
		try_containers(text);
		break;
	case 4: try_state(text); break;
	default: try_dirsync(data + 1, size - 1); break;
	}
	free(text);
	return 0;
}
