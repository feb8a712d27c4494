/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names and filters of a directory: what they say, and that no text becomes more than a text. */
#include "packet.h"

#include "ldap/containers.h"
#include "ldap/names.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct name_row {
	const char *dn, *container, *leaf, *domain; /* NULL: refused */
} name_rows[] = {
	/* canonicalName of [MS-ADTS] 3.1.1.4.5.4 without the object */
	{ "CN=WS1,OU=Desktops,OU=Berlin,DC=corp,DC=example",
		"corp.example/Berlin/Desktops", "WS1", "corp.example" },
	{ "CN=DC1,OU=Domain Controllers,DC=corp,DC=example",
		"corp.example/Domain Controllers", "DC1", "corp.example" },
	{ "cn=ws1,dc=example", "example", "ws1", "example" },
	{ "CN=A/B\\\\C,OU=D/E,DC=corp,DC=example", "corp.example/D\\/E", "A/B\\C",
		"corp.example" },
	{ "CN=Doe\\, John,OU=a\\+b\\=c,DC=corp,DC=example", "corp.example/a+b=c",
		"Doe, John", "corp.example" },
	{ "CN=WS1\\0ACNF:8a2f0000,CN=Computers,DC=corp,DC=example",
		"corp.example/Computers", "WS1\nCNF:8a2f0000", "corp.example" },
	{ "CN=\\C3\\84,OU=\\C3\\96,DC=corp,DC=example", "corp.example/\xc3\x96",
		"\xc3\x84", "corp.example" },
	{ "OU=a+CN=b,DC=corp", "corp", "a", "corp" },
	{ "DC=corp,DC=example", NULL, "corp", "corp.example" },
	{ "CN=x,O=Example", NULL, "x", NULL },
	{ "CN=x,DC=a.b,DC=c", NULL, "x", NULL },
	{ "CN=x,DC=a\\2Fb", NULL, "x", NULL },
	{ "CN=x\\00y,DC=corp", "corp", NULL, "corp" },
	{ "WS1", NULL, NULL, NULL },
	{ "CN=,DC=corp", "corp", NULL, "corp" },
	{ "CN=a,,DC=corp", NULL, NULL, NULL },
	{ "", NULL, NULL, NULL },
};

static void
check(bool (*print)(const char *, struct sb *), const char *dn, const char *want)
{
	struct sb out;

	sb_init(&out, 1 << 16);
	assert_int_equal(want != NULL, print(dn, &out));
	if (want)
		assert_string_equal(want, out.text);
	sb_done(&out);
}

static void
check_container(
	struct containers *c, const char *dn, const char *want, struct arena *mem)
{
	const char *is = containers_of(c, dn, mem);

	print_message("  %s\n", dn);
	if (want)
		assert_string_equal(want, is ? is : "(none)");
	else
		assert_null(is);
}

static void
names_say_where_an_object_stands(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(name_rows); i++) {
		print_message("  %s\n", name_rows[i].dn);
		check(names_container, name_rows[i].dn, name_rows[i].container);
		check(names_leaf, name_rows[i].dn, name_rows[i].leaf);
		check(names_domain, name_rows[i].dn, name_rows[i].domain);
	}
}

/* What is kept of one object is no other's: as often as it is asked, in any order. */
static void
containers_are_the_same_when_they_are_kept(void **state)
{
	static const char *const more[][2] = {
		{ "CN=a,OU=Kept,DC=corp,DC=example", "corp.example/Kept" },
		{ "CN=b,OU=Kept,DC=corp,DC=example", "corp.example/Kept" },
		{ "CN=c\\,OU=Kept,DC=corp,DC=example", "corp.example" },
		{ "CN=d+OU=Kept,DC=corp,DC=example", "corp.example" },
		{ "d,OU=Kept,DC=corp,DC=example", NULL },
		{ "OU=Kept,DC=corp,DC=example", "corp.example" },
		{ "CN=,", NULL },
		{ "", NULL },
	};
	struct containers *c = containers_new();
	struct arena *mem = arena_new(1 << 20);

	(void)state;
	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < COUNT(name_rows); i++) {
			const char *dn = name_rows[i].dn;
			check_container(c, dn, name_rows[i].container, mem);
			check_container(NULL, dn, name_rows[i].container, mem);
		}
		for (size_t i = 0; i < COUNT(more); i++)
			check_container(c, more[i][0], more[i][1], mem);
	}
	arena_free(mem);
	containers_free(c);
}

static void
endless_names_are_none(void **state)
{
	static char dn[3 * NAMES_DN_MAX];
	size_t n = 0;

	(void)state;
	while (n < NAMES_DN_MAX)
		n += (size_t)snprintf(dn + n, sizeof(dn) - n, "OU=aaaa,");
	(void)snprintf(dn + n, sizeof(dn) - n, "DC=corp");
	check(names_container, dn, NULL);
	check(names_leaf, dn, NULL);
}

/* --- injection: RFC 4515 §3 --------------------------------------------------------------------- */

static const struct escape_row {
	const char *text, *filter;
} escape_rows[] = {
	{ "WS1", "WS1" },
	{ "*)(objectClass=*", "\\2A\\29\\28objectClass=\\2A" },
	{ "*)(objectClass=*\\", "\\2A\\29\\28objectClass=\\2A\\5C" },
	{ "a,DC=evil", "a,DC=evil" },
	{ "a b", "a b" },
	{ "\\2A", "\\5C2A" },
	{ "", "" },
};

static void
escaped(void (*add)(struct sb *, const char *), const char *text, const char *want)
{
	struct sb out;

	sb_init(&out, 1 << 16);
	add(&out, text);
	assert_false(out.bad);
	assert_string_equal(want, out.text);
	sb_done(&out);
}

static void
what_has_a_meaning_is_escaped(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(escape_rows); i++) {
		print_message("  %s\n", escape_rows[i].text);
		escaped(names_add_filter, escape_rows[i].text, escape_rows[i].filter);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_say_where_an_object_stands),
		cmocka_unit_test(containers_are_the_same_when_they_are_kept),
		cmocka_unit_test(endless_names_are_none),
		cmocka_unit_test(what_has_a_meaning_is_escaped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
