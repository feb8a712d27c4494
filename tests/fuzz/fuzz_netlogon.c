/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers to the LDAP ping: texts end, and what is no answer leaves nothing behind. */
#include "frame.h"

#include "wire/netlogon.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct netlogon n;
	const char *why = NULL;
	enum netlogon_said said = netlogon_read(rd_from(data, size), 0x1234, &n, &why);
	const char *const texts[] = { n.forest, n.domain, n.host, n.netbios_domain,
		n.netbios_host, n.site, n.our_site, n.closest_site };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		MUST(strnlen(texts[i], NETLOGON_NAME_MAX) < NETLOGON_NAME_MAX);
		MUST(said == NETLOGON_ANSWER || !texts[i][0]);
	}
	MUST(why);
	MUST((said == NETLOGON_GARBAGE) == (why[0] != '\0'));
	return 0;
}
