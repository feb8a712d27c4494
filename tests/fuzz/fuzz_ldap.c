/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A directory server's answer, and names as text. */
#include "converse.h"
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

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try_messages(rd_from(data, size));
	converse(&ask_ldap, LDAP_TCP_PORT, data, size, NULL);
	try_names(data, size);
	return 0;
}
