/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NTLMSSP CHALLENGE_MESSAGE ([MS-NLMP] 2.2.1.2) of a Windows, or of what says it is one. */
#include <string.h>

#include "conn.h"

/* [MS-NLMP] 2.2.2.1 */
enum av {
	EOL,
	NB_COMPUTER,
	NB_DOMAIN,
	DNS_COMPUTER,
	DNS_DOMAIN,
	DNS_TREE,
	TIMESTAMP = 7
};

/* [MS-NLMP] 2.2.2.5: Unicode, target, sign, NTLM, always sign, extended session security,
 * target info, version, 128, key exchange, 56 */
#define FLAGS 0xe2888215u
enum { TARGET_DOMAIN = 0x10000, TARGET_SERVER = 0x20000 };

enum { HEAD = 56 };

unsigned
ntlm_find(const uint8_t *p, size_t n)
{
	const uint8_t *at = n ? memmem(p, n, "NTLMSSP", 8) : NULL;

	if (!at || (size_t)(p + n - at) < 12)
		return 0;
	return (unsigned)get_le(at + 8, 4);
}

static void
put_pair(struct bytes *b, enum av id, const char *text)
{
	put_le(b, id, 2);
	put_le(b, 2 * strlen(text), 2);
	put_utf16(b, text);
}

/* A machine of its own names itself as its domain, and has no forest. */
static void
put_target_info(struct bytes *b, const struct person *p)
{
	const struct domain *d = p->domain;

	put_pair(b, NB_DOMAIN, d ? d->netbios : p->name);
	put_pair(b, NB_COMPUTER, p->name);
	put_pair(b, DNS_DOMAIN, d ? d->dns : p->name);
	put_pair(b, DNS_COMPUTER, d ? p->dns : p->name);
	if (d)
		put_pair(b, DNS_TREE, d->forest);
	put_le(b, TIMESTAMP, 2);
	put_le(b, 8, 2);
	put_le(b, 0x01dc5a0000000000, 8); /* some time in November 2025 */
	put_le(b, EOL, 4);
}

void
ntlm_put_challenge(struct bytes *b, const struct person *p)
{
	const char *target = p->domain ? p->domain->netbios : p->name;
	struct bytes info = { 0 };
	size_t n = 2 * strlen(target);

	put_target_info(&info, p);
	put(b, "NTLMSSP", 8);
	put_le(b, 2, 4);
	put_le(b, n, 2);
	put_le(b, n, 2);
	put_le(b, HEAD, 4);
	put_le(b, FLAGS | (p->domain ? TARGET_DOMAIN : TARGET_SERVER), 4);
	put(b, p->guid, 8); /* the challenge: nobody will use it */
	put_zeros(b, 8);
	put_le(b, info.n, 2);
	put_le(b, info.n, 2);
	put_le(b, HEAD + n, 4);
	put_8(b, p->windows->major);
	put_8(b, p->windows->minor);
	put_le(b, p->windows->build, 2);
	put_le(b, 0x0f000000, 4); /* NTLMSSP_REVISION_W2K3 */
	put_utf16(b, target);
	put(b, info.p, info.n);
	bytes_free(&info);
}
