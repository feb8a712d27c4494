/* SPDX-License-Identifier: GPL-3.0-or-later */
/* LDAP: a directory server introduces itself by its rootDSE; a domain controller too. */
#include "base/hostname.h"
#include "scanner/ask.h"
#include "wire/ldap.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static enum talk_next
begin_ldap(struct talk *t)
{
	uint8_t room[LDAP_QUERY_ROOM];
	struct wr w = wr_to(room, sizeof(room));

	ldap_write_root_query(&w);
	if (w.bad)
		return talk_why(t, "there is no memory for a question");
	talk_say(t, room, wr_used(&w));
	return TALK_MORE;
}

static void
tell_domain(struct talk *t, const char *key, const char *dn)
{
	char domain[LDAP_TEXT_MAX];

	if (ldap_print_domain(dn, domain) && hostname_is_valid(domain))
		talk_str(t, key, domain);
}

/* RFC 3045 makes both optional; OpenLDAP says neither, but has a class of its own. */
static void
tell_vendor(struct talk *t, const struct ldap_root *root)
{
	char text[2 * LDAP_TEXT_MAX];
	const char *between = root->vendor_name[0] && root->vendor_version[0] ? " "
									      : "";

	(void)snprintf(text, sizeof(text), "%s%s%s", root->vendor_name, between,
		root->vendor_version);
	talk_str(t, "ldap.vendor", text[0] || !root->is_openldap ? text : "OpenLDAP");
}

/* A directory with one tree and no defaultNamingContext serves that tree. */
static void
tell_root(struct talk *t, const struct ldap_root *root)
{
	char site[LDAP_TEXT_MAX];
	bool is_dc = root->functionality[0] && !root->is_light;
	const char *tree = root->n_contexts == 1 ? root->context : "";

	talk_str(t, "ldap.dns_name", root->dns_name);
	tell_domain(t, "ldap.domain",
		root->default_context[0] ? root->default_context : tree);
	tell_domain(t, "ldap.forest", root->root_context);
	talk_bool(t, "ldap.dc", is_dc);
	if (root->gc_ready[0])
		talk_bool(t, "ldap.gc", strcasecmp(root->gc_ready, "TRUE") == 0);
	if (ldap_print_site(root->server_name, site))
		talk_str(t, "ldap.site", site);
	tell_vendor(t, root);
}

static enum talk_next
hear_message(struct talk *t, struct rd message)
{
	struct ldap_root root = { .n_contexts = 0 };
	const char *why = NULL;

	switch (ldap_read_root(message, &root, &why)) {
	case LDAP_SAID_ENTRY: tell_root(t, &root); return TALK_MORE;
	case LDAP_SAID_END: return TALK_DONE;
	case LDAP_SAID_OTHER: return TALK_MORE;
	case LDAP_SAID_GARBAGE: break;
	}
	return talk_why(t, why);
}

static enum talk_next
hear_ldap(struct talk *t)
{
	enum talk_next next = TALK_MORE;
	struct rd message;
	const char *why = NULL;

	while (next == TALK_MORE) {
		struct rd stream = talk_unread(t);
		switch (ldap_read_message(&stream, &message, &why)) {
		case LDAP_MORE: return TALK_MORE;
		case LDAP_BROKEN: return talk_why(t, why);
		case LDAP_WHOLE: break;
		}
		next = hear_message(t, message);
		talk_take(t, rd_left(&message));
	}
	return next;
}

const struct ask ask_ldap = {
	.name = "ldap",
	.help = "Names, domain, site and maker of a directory server",
	.sends = "One search for the rootDSE, without a bind",
	.transport = ASK_TCP,
	.ports = { LDAP_TCP_PORT },
	.begin = begin_ldap,
	.hear = hear_ldap,
};
