/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tell_ntlm.h - facts out of an NTLM challenge, whichever protocol brought it */
#ifndef SCANNER_TELL_NTLM_H
#define SCANNER_TELL_NTLM_H

#include "scanner/ask.h"

/* Keys of the table of facts. */
struct ntlm_keys {
	const char *computer, *domain, *dns_name, *dns_domain, *forest, *os_build;
};

/*
 * message: from "NTLMSSP" on.  A machine in no domain names itself as its domain, and that
 * is told as it came: what it means is for those who compute devices to say.
 * TALK_DONE, or TALK_GARBAGE when it is no challenge.
 */
enum talk_next tell_ntlm(struct talk *, const struct ntlm_keys *, struct rd message);

#endif
