/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SSH: a whole conversation with the input as the server, and the parts that a random
 * server does not come to: host keys and signatures.
 */
#include "converse.h"
#include "scanner/ssh_kex.h"
#include "scanner/ssh_key.h"

extern const struct ask ask_ssh;

/* Nobody can sign what he does not know. */
static void
check_proof(const struct talk *t)
{
	for (size_t i = 0; i < t->n_facts; i++)
		MUST(strcmp(t->facts[i].fact.key, "ssh.hostkey") != 0);
}

static void
try_lists(struct rd payload, const uint8_t *data, size_t size)
{
	struct ssh_kexinit k;
	char others[SSH_ALGORITHMS_ROOM];

	if (ssh_read_kexinit(payload, &k))
		return;
	must_be_within(&k.kex, data, size);
	must_be_within(&k.host_keys, data, size);
	const char *algorithm = ssh_key_choose(ssh_key_list(), k.host_keys);
	ssh_key_others(k.host_keys, algorithm, 2, others);
	MUST(algorithm || !others[0]);
	MUST(strlen(others) < sizeof(others));
}

static void
try_reply(struct rd payload, const uint8_t *data, size_t size)
{
	static const char *const algorithms[] = { "ssh-ed25519", "ecdsa-sha2-nistp256",
		"ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "rsa-sha2-512",
		"rsa-sha2-256", "ssh-rsa", "unknown" };
	struct ssh_kex_reply reply;
	char text[SSH_FINGERPRINT_SIZE];
	uint8_t hash[32] = { 0 };

	if (ssh_read_kex_reply(payload, SSH_MSG_KEX_REPLY, &reply))
		return;
	must_be_within(&reply.host_key, data, size);
	must_be_within(&reply.theirs, data, size);
	must_be_within(&reply.signature, data, size);
	for (size_t i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++)
		MUST(ssh_key_check(algorithms[i], &reply, hash, sizeof(hash)));
	ssh_key_print(reply.host_key, text);
	MUST(strlen(text) == SSH_FINGERPRINT_SIZE - 1);
}

/* A group that is the input; of few, for each costs milliseconds. */
static void
try_group(struct rd payload, const uint8_t *data, size_t size)
{
	static const char method[] = "diffie-hellman-group-exchange-sha256";
	struct ssh_kex k = { .method = NULL };
	struct ssh_group group;

	if (ssh_read_gex_group(payload, &group))
		return;
	must_be_within(&group.prime, data, size);
	must_be_within(&group.generator, data, size);
	MUST(!ssh_kex_choose(&k, rd_from(method, strlen(method))));
	MUST(ssh_kex_asks_group(&k));
	const char *why = ssh_kex_group(&k, &group);
	MUST(why || (k.n_ours > 0 && k.n_ours <= sizeof(k.ours)));
	ssh_kex_end(&k);
}

/* A half of a key exchange that is the input. */
static void
try_half(const char *method, struct rd half)
{
	struct ssh_kex k = { .method = NULL };
	struct ssh_kex_reply reply = { .host_key = half, .theirs = half };
	uint8_t hash[SSH_HASH_MAX];
	size_t n = 0;

	MUST(!ssh_kex_choose(&k, rd_from(method, strlen(method))));
	const char *why = ssh_kex_hash(&k, &reply, hash, &n);
	MUST(why || (n > 0 && n <= sizeof(hash)));
	ssh_kex_end(&k);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rd payload = rd_from(data, size);

	converse(&ask_ssh, SSH_PORT, data, size, check_proof);
	try_lists(payload, data, size);
	try_reply(payload, data, size);
	try_group(payload, data, size);
	if (size > 0 && size <= 70 && data[0] == 4)
		try_half("ecdh-sha2-nistp256", payload);
	if (size == 32 && data[0] % 8 == 0)
		try_half("curve25519-sha256", payload);
	return 0;
}
