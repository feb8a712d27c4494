/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Certificates that openssl made, and what `openssl x509` says of them. */
#include "packet.h"

#include <openssl/x509.h>

#include "scanner/certificate.h"
#include "talk_drive.h"

static X509 *
read_file(const char *path)
{
	struct packet p = packet_file(path);
	const unsigned char *at = p.bytes;
	X509 *x = d2i_X509(NULL, &at, (long)p.n);

	assert_non_null(x);
	packet_free(&p);
	return x;
}

static const struct row {
	const char *path, *digest, *key, *issuer;
	const char *names; /* with a blank behind each */
	bool self_issued;
} rows[] = {
	{ "tests/data/certificate/self.hex",
		"61b506740975aa8f17493c8485a707c0b430f6e44d56b9a51a65aee67c1e67fb",
		"6fa6a3e457141ce5ddaec5a9ee223a8363607a351aa76a5a23eead253faaa626",
		"CN=web.lab.example,O=Lab",
		"web.lab.example www.lab.example 198.18.3.14 2001:db8::14 ", true },
	{ "tests/data/certificate/cn_only.hex",
		"79cafda08f4c7a4fa9dcbc64240e7b626c316b025767128971c420a15aa28683",
		"a79c8ea521fccbc70ea4a66ef371e18db103f6bcb6405d56bc1f84bf382c5a55",
		"CN=Lab CA,O=Lab",
		"Drucker-S\xc3\xbc"
		"d ",
		false },
	{ "tests/data/certificate/many.hex",
		"60e85bda5e7041183727bc139670c2e93b843abbf94d76bac7b36c1fb5a34941",
		"bd9d094e948fbfe2dcec87baa89f560c666b22f035ac020eb368539aaf5fb769",
		"CN=Lab CA,O=Lab",
		"n00.lab.example n01.lab.example n02.lab.example n03.lab.example n04.lab.example n05.lab.example n06.lab.example n07.lab.example n08.lab.example n09.lab.example n10.lab.example n11.lab.example n12.lab.example n13.lab.example n14.lab.example n15.lab.example ",
		false },
	{ "tests/data/certificate/nul.hex",
		"fcc5962b254d57bd11107c14a45b2b3a7dad9a2a73c9972f7f7a63572c8075f0",
		"a115d375d63de1909514ef5aef0b9a2e97a6654f039e5711c63ead5a4db4f3fe",
		"CN=Lab CA,O=Lab", "ok.a ", false },
	{ "tests/data/certificate/broken_san.hex",
		"426e48b8e46f82f82ceb84620d8bae57bb3e67405b677b1122a20fe977c4dc71",
		"3fecf113ec2f68a97973af05e8abea2e4909af116c7c270105e16da7f55a1390",
		"CN=Lab CA,O=Lab", "broken.lab.example ", false },
	{ "tests/data/certificate/nameless.hex",
		"1f780d5e0fcd0165435f8841bd954aa0482c9cf934dc467a4587f3497168d68d",
		"7301ac85e1d3a14b33fb59c86a835cc7877c0105fc0e3a0d5231047e196d8093", "",
		"", true },
};

static void
what_openssl_shows_is_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		X509 *x = read_file(row->path);
		struct certificate c;
		char names[CERTIFICATE_NAMES_MAX * CERTIFICATE_TEXT_MAX] = "";
		size_t n = 0;
		print_message("  %s\n", row->path);
		certificate_read(x, &c);
		assert_string_equal(row->digest, c.digest);
		assert_string_equal(row->key, c.key);
		assert_string_equal(row->issuer, c.issuer);
		for (size_t k = 0; k < c.n_names; k++)
			n += (size_t)snprintf(
				names + n, sizeof(names) - n, "%s ", c.names[k]);
		assert_string_equal(row->names, names);
		assert_int_equal(row->self_issued, c.self_issued);
		X509_free(x);
	}
}

static const struct ask nothing = { .name = "nothing" };

/* A key that an authority has signed may be that of a whole farm: it is told, but not as
 * tls.key, by which devices are recognised. */
static void
only_a_self_issued_key_is_an_identity(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		X509 *x = read_file(rows[i].path);
		struct drive *d = drive_new(&nothing, "192.0.2.1", 8443, "");
		char want[128];
		certificate_tell(&d->talk, x);
		const char *facts = drive_facts(d);
		(void)snprintf(
			want, sizeof(want), "tls.certs=8443 %s\n", rows[i].digest);
		assert_non_null(strstr(facts, want));
		(void)snprintf(want, sizeof(want), "tls.keys=8443 %s\n", rows[i].key);
		assert_non_null(strstr(facts, want));
		(void)snprintf(want, sizeof(want), "tls.self_issued=8443 %s\n",
			rows[i].self_issued ? "yes" : "no");
		assert_non_null(strstr(facts, want));
		(void)snprintf(want, sizeof(want), "tls.key=%s\n", rows[i].key);
		assert_int_equal(rows[i].self_issued, strstr(facts, want) != NULL);
		assert_int_equal(rows[i].self_issued, strstr(facts, "tls.key=") != NULL);
		if (rows[i].issuer[0]) {
			(void)snprintf(want, sizeof(want), "tls.issuers=8443 %s\n",
				rows[i].issuer);
			assert_non_null(strstr(facts, want));
		} else {
			assert_null(strstr(facts, "tls.issuers"));
		}
		drive_free(d);
		X509_free(x);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_openssl_shows_is_read),
		cmocka_unit_test(only_a_self_issued_key_is_an_identity),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
