/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TLS alone: the certificate of servers whose own words are not asked for. */
#include "scanner/ask.h"

/* TLS stands, and with it the certificate is told. */
static enum talk_next
begin_tls(struct talk *t)
{
	(void)t;
	return TALK_DONE;
}

/* Some speak first inside TLS. */
static enum talk_next
hear_tls(struct talk *t)
{
	(void)t;
	return TALK_DONE;
}

const struct ask ask_tls = {
	.name = "tls",
	.help = "Certificate of a server that speaks TLS: mail, directory, MQTT, remote "
		"management",
	.sends = "A TLS handshake and nothing inside it",
	.transport = ASK_TLS,
	/* SMTP (RFC 8314), LDAP, IMAP, POP3; WinRM; MQTT; global catalogue */
	.ports = { 465, 636, 993, 995, 3269, 5986, 8883 },
	.begin = begin_tls,
	.hear = hear_tls,
};
