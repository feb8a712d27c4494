/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A directory server's answer, and names as text. */
#include "frame.h"
#include "scanner/talk.h"
#include "wire/ldap.h"

extern const struct ask ask_ldap;

static void
must_be_text(const char *text)
{
	MUST(strnlen(text, LDAP_TEXT_MAX) < LDAP_TEXT_MAX);
}

static void
try_names(const uint8_t *data, size_t size)
{
	char *dn = malloc(size + 1), text[LDAP_TEXT_MAX];

	MUST(dn);
	if (size)
		memcpy(dn, data, size);
	dn[size] = '\0';
	if (ldap_print_domain(dn, text)) {
		must_be_text(text);
		MUST(text[0]);
	}
	if (ldap_print_site(dn, text)) {
		must_be_text(text);
		MUST(text[0]);
	}
	free(dn);
}

static void
try_messages(struct rd stream)
{
	struct ldap_root root = { .n_contexts = 0 };
	struct rd message;
	const char *why = NULL;
	enum ldap_part part;

	while ((part = ldap_read_message(&stream, &message, &why)) == LDAP_WHOLE) {
		enum ldap_said said = ldap_read_root(message, &root, &why);
		MUST(said != LDAP_SAID_GARBAGE || why);
		must_be_text(root.dns_name);
		must_be_text(root.default_context);
		must_be_text(root.root_context);
		must_be_text(root.server_name);
		must_be_text(root.vendor_name);
		must_be_text(root.vendor_version);
		must_be_text(root.functionality);
		must_be_text(root.gc_ready);
		must_be_text(root.context);
	}
	MUST(part != LDAP_BROKEN || why);
}

static void
try_conversation(const uint8_t *data, size_t size)
{
	static const struct ask_settings none;
	struct talk_conf conf = { .settings = &none };
	struct addr peer = addr_ip4(0xc6120312);
	struct talk t;
	struct err e;

	MUST(talk_open(&t, &ask_ldap, &peer, LDAP_TCP_PORT, "", &conf, &e) == 0);
	enum talk_next next = talk_connected(&t);
	if (next == TALK_MORE)
		next = talk_heard(&t, data, size);
	MUST(next != TALK_GARBAGE || t.why);
	talk_close(&t);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try_messages(rd_from(data, size));
	try_conversation(data, size);
	try_names(data, size);
	return 0;
}
