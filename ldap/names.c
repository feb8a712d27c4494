/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ldap/names.h"

#include <ldap.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/late.h"

#define FUNCTIONS(X) \
	X(ldap_bv2escaped_filter_value) \
	X(ldap_dnfree) \
	X(ldap_str2dn)

static struct {
	FUNCTIONS(LATE_POINTER)
} lib;
static const struct late_symbol symbols[] = { FUNCTIONS(LATE_SYMBOL) };
static struct late library = LATE("libldap-2.5.so.0", "libldap-2.5-0", symbols);

/* NULL: no such name. */
static LDAPDN
parse(const char *dn)
{
	LDAPDN parts = NULL;
	struct err ignored; /* without it there is no session that gives names */

	if (late_load(&library, &ignored) == -1 ||
		strnlen(dn, NAMES_DN_MAX + 1) > NAMES_DN_MAX ||
		lib.ldap_str2dn(dn, &parts, LDAP_DN_FORMAT_LDAPV3) != LDAP_SUCCESS)
		return NULL;
	return parts;
}

static size_t
count(LDAPDN parts)
{
	size_t n = 0;

	while (parts && parts[n])
		n++;
	return n;
}

static bool
is_dc(const LDAPAVA *a)
{
	return a->la_attr.bv_len == 2 && strncasecmp(a->la_attr.bv_val, "dc", 2) == 0;
}

/* How many parts stand before those that name the domain; SIZE_MAX: none do, or one of them is
 * no label, which would make another name of it. */
static size_t
before_domain(LDAPDN parts)
{
	size_t at = count(parts);
	bool named = false;

	for (; at > 0 && is_dc(parts[at - 1][0]); at--) {
		const struct berval *v = &parts[at - 1][0]->la_value;
		if (v->bv_len == 0 || memchr(v->bv_val, '.', v->bv_len) ||
			memchr(v->bv_val, '\0', v->bv_len) ||
			memchr(v->bv_val, '/', v->bv_len))
			return SIZE_MAX;
		named = true;
	}
	return named ? at : SIZE_MAX;
}

static void
add_domain(LDAPDN parts, size_t at, struct sb *out)
{
	for (size_t i = at; parts[i]; i++) {
		if (i > at)
			sb_add(out, ".");
		sb_add_n(out, parts[i][0]->la_value.bv_val,
			parts[i][0]->la_value.bv_len);
	}
}

static void
add_canonical(const struct berval *v, struct sb *out)
{
	for (size_t i = 0; i < v->bv_len && v->bv_val[i]; i++) {
		if (v->bv_val[i] == '/' || v->bv_val[i] == '\\')
			sb_add(out, "\\");
		sb_add_n(out, v->bv_val + i, 1);
	}
}

bool
names_container(const char *dn, struct sb *out)
{
	LDAPDN parts = parse(dn);
	size_t at = before_domain(parts);
	bool is_one = at != SIZE_MAX && at > 0;

	if (is_one)
		add_domain(parts, at, out);
	for (size_t i = at; is_one && i > 1; i--) {
		sb_add(out, "/");
		add_canonical(&parts[i - 1][0]->la_value, out);
	}
	if (parts)
		lib.ldap_dnfree(parts);
	return is_one && !out->bad;
}

bool
names_leaf(const char *dn, struct sb *out)
{
	LDAPDN parts = parse(dn);
	bool is_one = count(parts) > 0;

	if (is_one) {
		const struct berval *v = &parts[0][0]->la_value;
		is_one = v->bv_len > 0 && !memchr(v->bv_val, '\0', v->bv_len);
		if (is_one)
			sb_add_n(out, v->bv_val, v->bv_len);
	}
	if (parts)
		lib.ldap_dnfree(parts);
	return is_one && !out->bad;
}

bool
names_domain(const char *dn, struct sb *out)
{
	LDAPDN parts = parse(dn);
	size_t at = before_domain(parts);

	if (at != SIZE_MAX)
		add_domain(parts, at, out);
	if (parts)
		lib.ldap_dnfree(parts);
	return at != SIZE_MAX && !out->bad;
}

void
names_add_filter(struct sb *out, const char *value)
{
	struct berval in = { strlen(value), (char *)(uintptr_t)value },
		      escaped = { 0, NULL };
	struct err ignored;

	if (late_load(&library, &ignored) == -1 ||
		lib.ldap_bv2escaped_filter_value(&in, &escaped) != 0) {
		out->bad = true;
		return;
	}
	sb_add_n(out, escaped.bv_val ? escaped.bv_val : "", escaped.bv_len);
	if (escaped.bv_val != in.bv_val) /* it hands back what needs no escape */
		ber_memfree(escaped.bv_val);
}
