/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages of DNS with flags of their own, of which none matters here. */
#include "wire/llmnr.h"

#include <string.h>

#include "base/hostname.h"

enum { RECORDS_MAX = 64 };

/* Single labels are what is resolved here (RFC 4795 §3); a name with dots is DNS's. */
static bool
is_label(const char *name)
{
	return !strchr(name, '.') && hostname_is_valid(name);
}

static int
read_question(struct dns_message *m, char out[static DNS_NAME_TEXT], struct err *e)
{
	char name[DNS_NAME_TEXT];
	uint16_t type, class;

	if (!dns_next_question(m, name, &type, &class))
		return err_set(e, ERR_PROTO, "RFC 1035 §4.1.2: bad question");
	if (type == DNS_ANY && class == DNS_IN && is_label(name))
		memcpy(out, name, strlen(name) + 1);
	return 0;
}

static int
read_answers(struct dns_message *m, const struct addr *about,
	char out[static DNS_NAME_TEXT], struct err *e)
{
	struct dns_record r;

	for (unsigned i = 0; i < m->n_questions; i++)
		if (!dns_skip_question(m))
			return err_set(e, ERR_PROTO, "RFC 1035 §4.1.2: bad question");
	for (unsigned i = 0; i < m->n_answers && i < RECORDS_MAX; i++) {
		if (!dns_next_record(m, &r))
			return err_set(
				e, ERR_PROTO, "RFC 1035 §4.1.3: bad record %u", i + 1);
		if (!*out && r.class == DNS_IN && dns_is_address(&r, about) &&
			is_label(r.owner))
			memcpy(out, r.owner, strlen(r.owner) + 1);
	}
	return 0;
}

int
llmnr_read_name(struct rd datagram, const struct addr *about,
	char out[static DNS_NAME_TEXT], struct err *e)
{
	struct dns_message m;

	out[0] = '\0';
	if (!dns_open(datagram, &m))
		return err_set(e, ERR_PROTO, "RFC 1035 §4.1.1: header is cut");
	if (m.flags & DNS_OPCODE || m.n_questions != 1) /* RFC 4795 §2.1.1 */
		return err_set(e, ERR_PROTO, "RFC 4795 §2.1.1: no standard query");
	return m.flags & DNS_RESPONSE ? read_answers(&m, about, out, e)
				      : read_question(&m, out, e);
}
