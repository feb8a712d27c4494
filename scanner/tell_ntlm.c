/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An NTLM challenge as facts. */
#include "scanner/tell_ntlm.h"

#include "wire/ntlm.h"

enum talk_next
tell_ntlm(struct talk *t, const struct ntlm_keys *keys, struct rd message)
{
	struct ntlm_challenge c;
	struct err e = { 0 };
	char build[NTLM_BUILD_TEXT];

	if (ntlm_read_challenge(message, &c, &e) == -1)
		return talk_why(t, "its NTLM challenge is broken");
	talk_str(t, keys->computer, c.computer);
	talk_str(t, keys->dns_name, c.dns_name);
	talk_str(t, keys->domain, c.domain);
	talk_str(t, keys->dns_domain, c.dns_domain);
	talk_str(t, keys->forest, c.forest);
	talk_str(t, keys->os_build, ntlm_build(&c, build));
	return TALK_DONE;
}
