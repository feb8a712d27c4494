/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Host keys: what sshd has signed is right, and with one bit changed it is not.  The files
 * hold key, signature and exchange hash of a real exchange.
 */
#include "packet.h"

#include "scanner/ssh_key.h"

struct proof {
	struct packet file;
	struct ssh_kex_reply reply;
	struct rd hash;
};

static struct proof
read_proof(const char *path)
{
	struct proof p = { .file = packet_file(path) };
	struct rd r = packet_rd(&p.file);

	p.reply.host_key = ssh_read_string(&r);
	p.reply.signature = ssh_read_string(&r);
	p.hash = ssh_read_string(&r);
	assert_false(r.bad);
	return p;
}

static bool
is_right(const char *algorithm, const struct proof *p)
{
	struct rd hash = p->hash;
	size_t n = rd_left(&hash);

	return ssh_key_check(algorithm, &p->reply, hash.p, n) == NULL;
}

/* Fingerprints as ssh-keygen -l printed them. */
static const struct row {
	const char *algorithm, *path, *fingerprint;
} rows[] = {
	{ "ssh-ed25519", "tests/data/ssh/proof_ssh_ed25519.hex",
		"SHA256:nukPCMoR3gY45WJ3OUg0AQJI2GiBWh5d+dDEvmbtfQw" },
	{ "ecdsa-sha2-nistp256", "tests/data/ssh/proof_ecdsa_sha2_nistp256.hex",
		"SHA256:nhUEKnWcFTw9YSWsc4DO7M7E65UK2+krtW6xPFVleTY" },
	{ "ecdsa-sha2-nistp384", "tests/data/ssh/proof_ecdsa_sha2_nistp384.hex",
		"SHA256:qX1DqftwtOAb4M58t/kRlHvainr8YFiDysW2AL863tU" },
	{ "ecdsa-sha2-nistp521", "tests/data/ssh/proof_ecdsa_sha2_nistp521.hex",
		"SHA256:S00y4AimggU/f6nSeSPwzwiL/qMAMH0wp37aVGBUj2o" },
	{ "rsa-sha2-512", "tests/data/ssh/proof_rsa_sha2_512.hex",
		"SHA256:zR160BsTk9UoUJ7ZN/cgtUjZqwr/RYOu8cPmCJ/Uh/I" },
	{ "rsa-sha2-256", "tests/data/ssh/proof_rsa_sha2_256.hex",
		"SHA256:zR160BsTk9UoUJ7ZN/cgtUjZqwr/RYOu8cPmCJ/Uh/I" },
	{ "ssh-rsa", "tests/data/ssh/proof_ssh_rsa.hex",
		"SHA256:zR160BsTk9UoUJ7ZN/cgtUjZqwr/RYOu8cPmCJ/Uh/I" },
};
enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static void
what_sshd_signed_is_right(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		struct proof p = read_proof(rows[i].path);
		char fingerprint[SSH_FINGERPRINT_SIZE];
		print_message("  %s\n", rows[i].algorithm);
		assert_true(is_right(rows[i].algorithm, &p));
		ssh_key_print(p.reply.host_key, fingerprint);
		assert_string_equal(rows[i].fingerprint, fingerprint);
		packet_free(&p.file);
	}
}

/* Any bit of key, signature or hash; lengths too. */
static void
a_changed_bit_proves_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		struct proof p = read_proof(rows[i].path);
		print_message("  %s\n", rows[i].algorithm);
		uint8_t *first = p.file.bytes + 4;
		size_t n = p.file.n - 4;
		for (size_t at = 0; at < n; at++) {
			uint8_t *byte = first + at;
			if (byte >= p.reply.host_key.end && byte < p.reply.signature.p)
				continue; /* lengths of the file, not of the key */
			if (byte >= p.reply.signature.end && byte < p.hash.p)
				continue;
			*byte ^= (uint8_t)(1 << at % 8);
			if (is_right(rows[i].algorithm, &p))
				fail_msg("byte %zu", at);
			*byte ^= (uint8_t)(1 << at % 8);
		}
		assert_true(is_right(rows[i].algorithm, &p));
		packet_free(&p.file);
	}
}

static void
a_key_of_another_kind_proves_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++)
		for (size_t k = 0; k < ROWS; k++) {
			struct proof p = read_proof(rows[i].path);
			assert_int_equal(i == k, is_right(rows[k].algorithm, &p));
			packet_free(&p.file);
		}
}

static void
another_signature_of_the_same_key_proves_nothing(void **state)
{
	struct proof a = read_proof("tests/data/ssh/proof_rsa_sha2_512.hex"),
		     b = read_proof("tests/data/ssh/proof_rsa_sha2_256.hex");

	(void)state;
	a.hash = b.hash; /* a right signature, repeated in another exchange */
	assert_false(is_right("rsa-sha2-512", &a));
	packet_free(&a.file);
	packet_free(&b.file);
}

/* Numbers that would keep us busy, or that anybody can take apart. */
static void
keys_of_strange_sizes_are_none(void **state)
{
	static const struct {
		const char *label;
		size_t exponent, modulus; /* bytes */
	} sizes[] = {
		{ "512 bits", 3, 64 },
		{ "1023 bits and less", 3, 127 },
		{ "more than 16384 bits", 3, 2049 },
		{ "an exponent as long as the modulus", 256, 256 },
		{ "no exponent", 0, 256 },
		{ "no modulus", 3, 0 },
	};
	static uint8_t blob[8192], ones[4096];
	struct packet signature = packet_hex(
		"0000000c 7273612d736861322d353132 00000004 01020304");

	(void)state;
	memset(ones, 0x7f, sizeof(ones));
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct wr w = wr_to(blob, sizeof(blob));
		print_message("  %s\n", sizes[i].label);
		ssh_write_string(&w, "ssh-rsa", 7);
		ssh_write_mpint(&w, ones, sizes[i].exponent);
		ssh_write_mpint(&w, ones, sizes[i].modulus);
		struct ssh_kex_reply reply = { .host_key = rd_from(blob, wr_used(&w)),
			.signature = packet_rd(&signature) };
		assert_string_equal("its host key is none",
			ssh_key_check("rsa-sha2-512", &reply, ones, 32));
	}
	packet_free(&signature);
}

static struct rd
text(const char *s)
{
	return rd_from(s, strlen(s));
}

static const struct choice {
	const char *label, *theirs, *but, *others;
	size_t max;
} choices[] = {
	{ "OpenSSH 9.2", "rsa-sha2-512,rsa-sha2-256,ecdsa-sha2-nistp256,ssh-ed25519",
		"ssh-ed25519", "ecdsa-sha2-nistp256,rsa-sha2-512", 2 },
	{ "only one", "rsa-sha2-512,rsa-sha2-256,ecdsa-sha2-nistp256,ssh-ed25519",
		"ssh-ed25519", "ecdsa-sha2-nistp256", 1 },
	{ "of RSA one is enough", "rsa-sha2-256,ssh-rsa", NULL, "rsa-sha2-256", 3 },
	{ "not the kind we have", "rsa-sha2-256,ssh-rsa", "rsa-sha2-256", "", 2 },
	{ "all", "ssh-rsa,ecdsa-sha2-nistp521,ecdsa-sha2-nistp384,ssh-ed25519", NULL,
		"ssh-ed25519,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,ssh-rsa", 9 },
	{ "what we cannot check", "ssh-dss,ssh-rsa-cert-v01@openssh.com", NULL, "", 3 },
	{ "nothing", "", NULL, "", 3 },
};

static void
each_kind_of_key_is_asked_for_once(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++) {
		const struct choice *c = &choices[i];
		char out[SSH_ALGORITHMS_ROOM];
		print_message("  %s\n", c->label);
		ssh_key_others(text(c->theirs), c->but, c->max, out);
		assert_string_equal(c->others, out);
	}
}

/* RFC 4253 §7.1: the client's first that the server has too. */
static void
the_first_of_ours_counts(void **state)
{
	static const char theirs[] = "ssh-rsa,rsa-sha2-256,ssh-ed25519";

	(void)state;
	assert_string_equal("ssh-ed25519", ssh_key_choose(ssh_key_list(), text(theirs)));
	assert_string_equal(
		"ssh-rsa", ssh_key_choose("ssh-rsa,ssh-ed25519", text(theirs)));
	assert_null(ssh_key_choose("ecdsa-sha2-nistp256", text(theirs)));
	assert_null(ssh_key_choose("unknown", text("unknown")));
	char out[SSH_ALGORITHMS_ROOM];
	ssh_key_others(text(ssh_key_list()), NULL, 9, out);
	assert_string_equal("ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,"
			    "ecdsa-sha2-nistp521,rsa-sha2-512",
		out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_sshd_signed_is_right),
		cmocka_unit_test(a_changed_bit_proves_nothing),
		cmocka_unit_test(a_key_of_another_kind_proves_nothing),
		cmocka_unit_test(another_signature_of_the_same_key_proves_nothing),
		cmocka_unit_test(keys_of_strange_sizes_are_none),
		cmocka_unit_test(each_kind_of_key_is_asked_for_once),
		cmocka_unit_test(the_first_of_ours_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
