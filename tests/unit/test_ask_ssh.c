/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The SSH conversation with a server that the test plays: its key exchange is written from
 * RFC 4253 §8 once more, so that both sides can be wrong only in different ways.  Real sshd
 * are asked in tests/e2e/ask_web.sh.
 */
#include "packet.h"

#include <openssl/evp.h>

#include "scanner/ssh_kex.h"
#include "scanner/ssh_key.h"
#include "talk_drive.h"

extern const struct ask ask_ssh;

static const char banner[] = "SSH-2.0-test_1.0";

/* What the server does; zero: as it should. */
struct play {
	const char *kex, *host_keys; /* what it offers */
	const char *group;           /* of OpenSSL */
	const char *digest;
	bool is_number;                /* halves are mpint */
	bool chooses;                  /* the group: RFC 4419 */
	const char *prime, *generator; /* hexadecimal: instead of those of the group */
	bool other_signer;             /* shows a key that it does not have */
	bool other_hash;               /* signs another exchange */
	bool chatter;                  /* says IGNORE and DEBUG in between */
	bool guess;                    /* sends a guess, which is wrong */
	const char *half;              /* hexadecimal: instead of its own half */
	const char *signed_by;         /* the algorithm in its signature */
};

static const struct play plain = { .kex = "curve25519-sha256",
	.host_keys = "ssh-ed25519",
	.group = "X25519",
	.digest = "SHA256" };

struct server {
	const struct play *play;
	EVP_PKEY *key, *shown, *pair;
	uint8_t blob[128], kexinit[512], half[600], out[8192];
	size_t n_blob, n_kexinit, n_half;
	uint8_t group[1 + 2 * 600]; /* the payload that tells it */
	size_t n_group;
	struct wr w; /* out */
};

/* --- the server ------------------------------------------------------------------------------ */

static EVP_PKEY *
make_group(const char *name)
{
	if (strncmp(name, "P-", 2) == 0)
		return EVP_PKEY_Q_keygen(NULL, NULL, "EC", name);
	if (strcmp(name, "X25519") == 0)
		return EVP_PKEY_Q_keygen(NULL, NULL, name);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "DH", NULL);
	EVP_PKEY *pair = NULL;
	assert_true(EVP_PKEY_keygen_init(ctx) > 0 &&
		EVP_PKEY_CTX_set_group_name(ctx, name) > 0 &&
		EVP_PKEY_generate(ctx, &pair) > 0);
	EVP_PKEY_CTX_free(ctx);
	return pair;
}

static struct server *
server_new(const struct play *play)
{
	struct server *s = calloc(1, sizeof(*s));
	uint8_t point[32];
	size_t n = sizeof(point);

	assert_non_null(s);
	s->play = play;
	s->key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	s->shown = play->other_signer ? EVP_PKEY_Q_keygen(NULL, NULL, "ED25519")
				      : s->key;
	s->pair = make_group(play->group);
	assert_true(EVP_PKEY_get_raw_public_key(s->shown, point, &n) > 0);
	struct wr w = wr_to(s->blob, sizeof(s->blob));
	ssh_write_string(&w, "ssh-ed25519", 11);
	ssh_write_string(&w, point, n);
	s->n_blob = wr_used(&w);
	return s;
}

static void
server_free(struct server *s)
{
	if (s->shown != s->key)
		EVP_PKEY_free(s->shown);
	EVP_PKEY_free(s->key);
	EVP_PKEY_free(s->pair);
	free(s);
}

static void
server_chatter(struct server *s)
{
	static const uint8_t ignore[] = { SSH_MSG_IGNORE, 0, 0, 0, 1, 'x' },
			     debug[] = { SSH_MSG_DEBUG, 1, 0, 0, 0, 0, 0, 0, 0, 0 };

	if (s->play->chatter) {
		ssh_write_packet(&s->w, ignore, sizeof(ignore));
		ssh_write_packet(&s->w, debug, sizeof(debug));
	}
}

/* Identification and KEXINIT. */
static struct rd
server_hello(struct server *s)
{
	uint8_t cookie[SSH_COOKIE_SIZE] = { 9 };
	struct wr w = wr_to(s->kexinit, sizeof(s->kexinit));
	static const uint8_t guess[] = { SSH_MSG_KEX_REPLY, 1, 2, 3 };

	s->w = wr_to(s->out, sizeof(s->out));
	wr_bytes(&s->w, banner, strlen(banner));
	wr_bytes(&s->w, "\r\n", 2);
	server_chatter(s);
	wr_u8(&w, SSH_MSG_KEXINIT);
	wr_bytes(&w, cookie, sizeof(cookie));
	ssh_write_string(&w, s->play->kex, strlen(s->play->kex));
	ssh_write_string(&w, s->play->host_keys, strlen(s->play->host_keys));
	for (int i = 0; i < 8; i++)
		ssh_write_string(&w, "none", 4);
	wr_u8(&w, s->play->guess);
	wr_be32(&w, 0);
	s->n_kexinit = wr_used(&w);
	ssh_write_packet(&s->w, s->kexinit, s->n_kexinit);
	if (s->play->guess)
		ssh_write_packet(&s->w, guess, sizeof(guess));
	assert_false(s->w.bad);
	return rd_from(s->out, wr_used(&s->w));
}

static void
write_number(struct wr *w, EVP_PKEY *group, const char *name, const char *instead)
{
	uint8_t bytes[600];
	BIGNUM *n = NULL;

	if (instead) {
		struct packet p = packet_hex(instead);
		ssh_write_string(w, p.bytes, p.n);
		packet_free(&p);
		return;
	}
	assert_true(EVP_PKEY_get_bn_param(group, name, &n) > 0);
	ssh_write_mpint(w, bytes, (size_t)BN_bn2bin(n, bytes));
	BN_free(n);
}

static struct rd
server_group(struct server *s)
{
	struct wr w = wr_to(s->group, sizeof(s->group));

	wr_u8(&w, 31); /* RFC 4419 §5 */
	write_number(&w, s->pair, "p", s->play->prime);
	write_number(&w, s->pair, "g", s->play->generator);
	s->n_group = wr_used(&w);
	s->w = wr_to(s->out, sizeof(s->out));
	server_chatter(s);
	ssh_write_packet(&s->w, s->group, s->n_group);
	assert_false(s->w.bad || w.bad);
	return rd_from(s->out, wr_used(&s->w));
}

static void
server_half(struct server *s)
{
	struct packet own = { NULL, 0 };
	unsigned char *p = NULL;
	size_t n = EVP_PKEY_get1_encoded_public_key(s->pair, &p);
	uint8_t room[600];
	struct wr w = wr_to(room, sizeof(room));

	if (s->play->is_number)
		ssh_write_mpint(&w, p, n);
	else
		ssh_write_string(&w, p, n);
	OPENSSL_free(p);
	s->n_half = wr_used(&w) - 4;
	memcpy(s->half, room + 4, s->n_half);
	if (s->play->half) {
		own = packet_hex(s->play->half);
		memcpy(s->half, own.bytes, own.n);
		s->n_half = own.n;
		packet_free(&own);
	}
}

static size_t
server_secret(struct server *s, struct rd theirs, uint8_t secret[static 512])
{
	EVP_PKEY *peer = EVP_PKEY_new();
	uint8_t half[512] = { 0 };
	size_t n = 512, width;

	while (s->play->is_number && rd_left(&theirs) && *theirs.p == 0)
		rd_skip(&theirs, 1);
	width = s->play->is_number ? (size_t)EVP_PKEY_get_size(s->pair)
				   : rd_left(&theirs);
	assert_true(width <= sizeof(half) && rd_left(&theirs) <= width);
	memcpy(half + width - rd_left(&theirs), theirs.p, rd_left(&theirs));
	assert_true(EVP_PKEY_copy_parameters(peer, s->pair) > 0);
	assert_true(EVP_PKEY_set1_encoded_public_key(peer, half, width) > 0);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(s->pair, NULL);
	assert_true(EVP_PKEY_derive_init(ctx) > 0 &&
		EVP_PKEY_derive_set_peer(ctx, peer) > 0 &&
		EVP_PKEY_derive(ctx, secret, &n) > 0);
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(peer);
	return n;
}

struct said {
	struct rd ident, kexinit, half; /* the client's */
};

/* RFC 4419 §3: the sizes that we ask for. */
static const uint8_t request[] = { 34, 0, 0, 4, 0, 0, 0, 8, 0, 0, 0, 16, 0 };

/* What the client has said up to its half. */
static struct said
take_apart(struct rd stream, bool chooses)
{
	struct ssh_ident ident;
	struct said said;
	struct rd init;
	const char *why = NULL;

	assert_int_equal(SSH_WHOLE, ssh_read_ident(&stream, &ident, &why));
	said.ident = ident.line;
	assert_int_equal(SSH_WHOLE, ssh_read_packet(&stream, &said.kexinit, &why));
	assert_int_equal(SSH_WHOLE, ssh_read_packet(&stream, &init, &why));
	if (chooses) {
		assert_int_equal(sizeof(request), rd_left(&init));
		assert_memory_equal(request, init.p, sizeof(request));
		assert_int_equal(SSH_WHOLE, ssh_read_packet(&stream, &init, &why));
	}
	assert_int_equal(chooses ? 32 : 30, rd_u8(&init));
	said.half = ssh_read_string(&init);
	assert_false(init.bad);
	assert_int_equal(0, rd_left(&init));
	assert_int_equal(0, rd_left(&stream));
	return said;
}

static void
add_rd(struct wr *w, struct rd r)
{
	size_t n = rd_left(&r);

	ssh_write_string(w, r.p, n);
}

/* RFC 4253 §8: H = hash(V_C || V_S || I_C || I_S || K_S || e || f || K); before e, of a
 * group of the server's, the sizes asked for and its numbers (RFC 4419 §3) */
static size_t
server_hash(struct server *s, const struct said *said, uint8_t hash[static 64])
{
	static uint8_t all[8192];
	uint8_t secret[512];
	unsigned n = 0;
	struct wr w = wr_to(all, sizeof(all));
	size_t n_secret = server_secret(s, said->half, secret);

	add_rd(&w, said->ident);
	ssh_write_string(&w, banner, strlen(banner));
	add_rd(&w, said->kexinit);
	ssh_write_string(&w, s->kexinit, s->n_kexinit);
	ssh_write_string(&w, s->blob, s->n_blob);
	if (s->play->chooses) {
		wr_bytes(&w, request + 1, sizeof(request) - 1);
		wr_bytes(&w, s->group + 1, s->n_group - 1);
	}
	add_rd(&w, said->half);
	ssh_write_string(&w, s->half, s->n_half);
	ssh_write_mpint(&w, secret, n_secret);
	assert_false(w.bad);
	assert_true(EVP_Digest(all, wr_used(&w), hash, &n,
			    EVP_get_digestbyname(s->play->digest), NULL) > 0);
	hash[0] ^= s->play->other_hash;
	return n;
}

static struct rd
server_reply(struct server *s, struct rd client)
{
	struct said said = take_apart(client, s->play->chooses);
	uint8_t hash[64], payload[2048], signature[64], blob[128];
	const char *by = s->play->signed_by ? s->play->signed_by : "ssh-ed25519";
	size_t n = sizeof(signature);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	server_half(s);
	size_t n_hash = server_hash(s, &said, hash);
	assert_true(
		EVP_DigestSignInit_ex(ctx, NULL, NULL, NULL, NULL, s->key, NULL) > 0 &&
		EVP_DigestSign(ctx, signature, &n, hash, n_hash) > 0);
	EVP_MD_CTX_free(ctx);
	struct wr sig = wr_to(blob, sizeof(blob));
	ssh_write_string(&sig, by, strlen(by));
	ssh_write_string(&sig, signature, n);
	struct wr w = wr_to(payload, sizeof(payload));
	wr_u8(&w, s->play->chooses ? 33 : 31);
	ssh_write_string(&w, s->blob, s->n_blob);
	ssh_write_string(&w, s->half, s->n_half);
	ssh_write_string(&w, blob, wr_used(&sig));
	s->w = wr_to(s->out, sizeof(s->out));
	server_chatter(s);
	ssh_write_packet(&s->w, payload, wr_used(&w));
	assert_false(s->w.bad || w.bad);
	return rd_from(s->out, wr_used(&s->w));
}

/* --- what is learnt ---------------------------------------------------------------------------- */

typedef enum talk_next hear(struct drive *, const void *, size_t);

static enum talk_next
hear_all(hear *how, struct drive *d, struct rd bytes)
{
	size_t n = rd_left(&bytes);

	return how(d, bytes.p, n);
}

/* What it has said since, behind what it said before. */
static void
take_said(struct drive *d, uint8_t *all, size_t *n_all)
{
	size_t n;
	const uint8_t *said = drive_said(d, &n);

	assert_true(*n_all + n <= TALK_OUT_MAX);
	memcpy(all + *n_all, said, n);
	*n_all += n;
}

/* The whole exchange; the facts that must come of it. */
static enum talk_next
play_it(struct server *s, struct drive *d, hear *how)
{
	size_t n = 0;

	assert_int_equal(TALK_MORE, talk_connected(&d->talk));
	(void)drive_said(d, &n);
	assert_int_equal(0, n); /* the server speaks first */
	assert_int_equal(TALK_MORE, hear_all(how, d, server_hello(s)));
	uint8_t said[TALK_OUT_MAX];
	size_t n_said = 0;
	enum talk_next next = TALK_MORE;

	take_said(d, said, &n_said);
	if (s->play->chooses)
		next = hear_all(how, d, server_group(s));
	if (next != TALK_MORE)
		return next;
	take_said(d, said, &n_said);
	struct packet client = packet_of(said, n_said);
	next = hear_all(how, d, server_reply(s, packet_rd(&client)));
	packet_free(&client);
	return next;
}

static void
assert_facts(const struct server *s, struct drive *d)
{
	char fingerprint[SSH_FINGERPRINT_SIZE], want[256];

	ssh_key_print(rd_from(s->blob, s->n_blob), fingerprint);
	(void)snprintf(want, sizeof(want), "ssh.banner=%s\nssh.hostkey=%s\n", banner,
		fingerprint);
	assert_string_equal(want, drive_facts(d));
}

static const struct play methods[] = {
	{ "curve25519-sha256", "ssh-ed25519", "X25519", "SHA256", .half = NULL },
	{ "curve25519-sha256@libssh.org", "ssh-ed25519", "X25519", "SHA256",
		.half = NULL },
	{ "ecdh-sha2-nistp256", "ssh-ed25519", "P-256", "SHA256", .half = NULL },
	{ "ecdh-sha2-nistp384", "ssh-ed25519", "P-384", "SHA384", .half = NULL },
	{ "ecdh-sha2-nistp521", "ssh-ed25519", "P-521", "SHA512", .half = NULL },
	{ "diffie-hellman-group14-sha256", "ssh-ed25519", "modp_2048", "SHA256",
		.is_number = true },
	{ "diffie-hellman-group14-sha1", "ssh-ed25519", "modp_2048", "SHA1",
		.is_number = true },
	{ "diffie-hellman-group16-sha512", "ssh-ed25519", "modp_4096", "SHA512",
		.is_number = true },
	{ "diffie-hellman-group-exchange-sha256", "ssh-ed25519", "modp_2048", "SHA256",
		.is_number = true, .chooses = true },
	{ "diffie-hellman-group-exchange-sha256", "ssh-ed25519", "modp_4096", "SHA256",
		.is_number = true, .chooses = true, .chatter = true },
	{ "diffie-hellman-group-exchange-sha1", "ssh-ed25519", "modp_3072", "SHA1",
		.is_number = true, .chooses = true },
	/* what both sides like: ours first (RFC 4253 §7.1) */
	{ "x,ecdh-sha2-nistp256,curve25519-sha256", "x,ssh-ed25519", "X25519", "SHA256",
		.half = NULL },
	{ "curve25519-sha256", "ssh-ed25519", "X25519", "SHA256", .chatter = true },
	{ "ecdh-sha2-nistp256,curve25519-sha256", "ssh-ed25519", "X25519", "SHA256",
		.guess = true },
};

static void
a_host_key_that_is_proved_is_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		for (int slowly = 0; slowly < 2; slowly++) {
			struct server *s = server_new(&methods[i]);
			struct drive *d = drive_new(&ask_ssh, "192.0.2.1", 22, "");
			print_message("  %s\n", methods[i].kex);
			assert_int_equal(TALK_DONE,
				play_it(s, d, slowly ? drive_hear_slowly : drive_hear));
			assert_facts(s, d);
			assert_string_equal("", drive_follows(d));
			drive_free(d);
			server_free(s);
		}
}

#define ZEROES8  "0000000000000000"
#define ZEROES32 ZEROES8 ZEROES8 ZEROES8 ZEROES8

#define ONES8   "ffffffffffffffff"
#define ONES32  ONES8 ONES8 ONES8 ONES8
#define ONES128 ONES32 ONES32 ONES32 ONES32
#define CHOSEN(...) \
	{ \
		"diffie-hellman-group-exchange-sha256", "ssh-ed25519", "modp_2048", \
			"SHA256", .is_number = true, .chooses = true, __VA_ARGS__ \
	}

static const struct lie {
	const char *label;
	struct play play;
	const char *why;
} lies[] = {
	{ "a key of somebody else",
		{ "curve25519-sha256", "ssh-ed25519", "X25519", "SHA256",
			.other_signer = true },
		"it could not prove its host key" },
	{ "a signature of another exchange",
		{ "curve25519-sha256", "ssh-ed25519", "X25519", "SHA256",
			.other_hash = true },
		"it could not prove its host key" },
	{ "a signature of another kind",
		{ "curve25519-sha256", "ssh-ed25519", "X25519", "SHA256",
			.signed_by = "ssh-rsa" },
		"its host key is not of the kind agreed on" },
	{ "a key of another kind",
		{ "curve25519-sha256", "rsa-sha2-512", "X25519", "SHA256",
			.half = NULL },
		"its host key is not of the kind agreed on" },
	{ "a half that makes the secret zero (RFC 8731 §3)",
		{ "curve25519-sha256", "ssh-ed25519", "X25519", "SHA256",
			.half = ZEROES32 },
		"its half of the key exchange is none" },
	{ "half a half",
		{ "curve25519-sha256", "ssh-ed25519", "X25519", "SHA256",
			.half = "0102" },
		"its half of the key exchange is none" },
	{ "no half",
		{ "curve25519-sha256", "ssh-ed25519", "X25519", "SHA256", .half = "" },
		"its half of the key exchange is none" },
	{ "a point off the curve",
		{ "ecdh-sha2-nistp256", "ssh-ed25519", "P-256", "SHA256",
			.half = "04" ZEROES32 ZEROES32 },
		"its half of the key exchange is none" },
	{ "the point at infinity",
		{ "ecdh-sha2-nistp256", "ssh-ed25519", "P-256", "SHA256", .half = "00" },
		"its half of the key exchange is none" },
	{ "f is 0 (RFC 4253 §8)",
		{ "diffie-hellman-group14-sha256", "ssh-ed25519", "modp_2048", "SHA256",
			.is_number = true, .half = "" },
		"its half of the key exchange is none" },
	{ "a group of zero bits", CHOSEN(.prime = ""),
		"RFC 4419 §3: its group is none" },
	{ "an even prime", CHOSEN(.prime = "00" ONES32 ONES32 ONES32 ONES32 "fe"),
		"RFC 4419 §3: its group is none" },
	{ "a prime of 1016 bits",
		CHOSEN(.prime = "00" ONES32 ONES32 ONES32 ONES8 ONES8 ONES8
				"ffffffffffffff"),
		"RFC 4419 §3: its group is none" },
	{ "a prime of 4104 bits",
		CHOSEN(.prime = "00" ONES128 ONES128 ONES128 ONES128 "ff"),
		"RFC 4419 §3: its group is none" },
	{ "a negative prime", CHOSEN(.prime = ONES128), "RFC 4419 §3: broken group" },
	{ "g is 0", CHOSEN(.generator = ""), "RFC 4419 §3: its group is none" },
	{ "g is 1", CHOSEN(.generator = "01"), "RFC 4419 §3: its group is none" },
	{ "f is 1 in a group of its own", CHOSEN(.half = "01"),
		"its half of the key exchange is none" },
	{ "a signature of another exchange in a group of its own",
		CHOSEN(.other_hash = true), "it could not prove its host key" },
	{ "f is 1",
		{ "diffie-hellman-group14-sha256", "ssh-ed25519", "modp_2048", "SHA256",
			.is_number = true, .half = "01" },
		"its half of the key exchange is none" },
};

static void
a_host_key_that_is_not_proved_is_not_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		struct server *s = server_new(&lies[i].play);
		struct drive *d = drive_new(&ask_ssh, "192.0.2.1", 22, "");
		print_message("  %s\n", lies[i].label);
		assert_int_equal(TALK_GARBAGE, play_it(s, d, drive_hear));
		assert_string_equal(lies[i].why, d->talk.why);
		assert_string_equal("ssh.banner=SSH-2.0-test_1.0\n", drive_facts(d));
		assert_string_equal("", drive_follows(d));
		drive_free(d);
		server_free(s);
	}
}

static const struct chain_row {
	const char *label, *host_keys, *arg, *follows;
} chain_rows[] = {
	{ "three kinds", "rsa-sha2-512,rsa-sha2-256,ecdsa-sha2-nistp256,ssh-ed25519",
		"", "ssh 22 ecdsa-sha2-nistp256,rsa-sha2-512" },
	{ "four kinds", "ecdsa-sha2-nistp521,ecdsa-sha2-nistp256,ssh-ed25519,ssh-rsa",
		"", "ssh 22 ecdsa-sha2-nistp256,ecdsa-sha2-nistp521" },
	{ "one kind", "ssh-ed25519,ssh-dss", "", "" },
	{ "the second of three", "ssh-rsa,ssh-ed25519", "ssh-ed25519,rsa-sha2-512",
		"ssh 22 rsa-sha2-512" },
	{ "the last", "ssh-rsa,ssh-ed25519", "ssh-ed25519", "" },
};

static void
each_kind_of_key_has_a_conversation(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(chain_rows) / sizeof(chain_rows[0]); i++) {
		const struct chain_row *row = &chain_rows[i];
		struct play play = plain;
		play.host_keys = row->host_keys;
		struct server *s = server_new(&play);
		struct drive *d = drive_new(&ask_ssh, "192.0.2.1", 22, row->arg);
		print_message("  %s\n", row->label);
		assert_int_equal(TALK_DONE, play_it(s, d, drive_hear));
		assert_string_equal(row->follows, drive_follows(d));
		drive_free(d);
		server_free(s);
	}
}

/* §7.1: then the server cannot but take it. */
static void
a_conversation_for_one_kind_offers_no_other(void **state)
{
	struct server *s = server_new(&plain);
	struct drive *d = drive_new(
		&ask_ssh, "192.0.2.1", 22, "rsa-sha2-512,ssh-ed25519");
	struct ssh_ident ident;
	struct ssh_kexinit k;
	struct rd payload;
	const char *why = NULL;
	size_t n;

	(void)state;
	(void)talk_connected(&d->talk);
	assert_int_equal(TALK_GARBAGE, hear_all(drive_hear, d, server_hello(s)));
	assert_string_equal("it has no host key of a kind that we know", d->talk.why);
	const uint8_t *said = drive_said(d, &n);
	struct rd stream = rd_from(said, n);
	assert_int_equal(SSH_WHOLE, ssh_read_ident(&stream, &ident, &why));
	assert_int_equal(SSH_WHOLE, ssh_read_packet(&stream, &payload, &why));
	assert_null(ssh_read_kexinit(payload, &k));
	assert_true(ssh_is(k.host_keys, "rsa-sha2-512"));
	drive_free(d);
	server_free(s);
}

static const struct word_row {
	const char *label, *hex; /* what the server says */
	enum talk_next next;
	const char *why, *facts;
} word_rows[] = {
	{ "SSH 1", "5353482d312e352d78 0a", TALK_DONE, NULL, "ssh.banner=SSH-1.5-x\n" },
	{ "another protocol", "32323020 0a", TALK_MORE, NULL, "" },
	{ "a banner with colours", "5353482d322e302d1b5b316d78 0d0a", TALK_MORE, NULL,
		"ssh.banner=SSH-2.0- [1mx\n" },
	{ "a packet that is none", "5353482d322e302d78 0a ffffffff", TALK_GARBAGE,
		"RFC 4253 §6: bad packet_length", "ssh.banner=SSH-2.0-x\n" },
	{ "it disconnects", "5353482d322e302d78 0a 0000000c 0a 01 00000000000000000000",
		TALK_GARBAGE, "it ended the key exchange", "ssh.banner=SSH-2.0-x\n" },
	{ "no KEXINIT", "5353482d322e302d78 0a 0000000c 0a 1f 00000000000000000000",
		TALK_GARBAGE, "RFC 4253 §7.1: no KEXINIT", "ssh.banner=SSH-2.0-x\n" },
};

static void
what_was_learnt_before_it_ended_is_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(word_rows) / sizeof(word_rows[0]); i++) {
		const struct word_row *row = &word_rows[i];
		struct packet p = packet_hex(row->hex);
		struct drive *d = drive_new(&ask_ssh, "192.0.2.1", 22, "");
		print_message("  %s\n", row->label);
		(void)talk_connected(&d->talk);
		assert_int_equal(row->next, drive_hear_slowly(d, p.bytes, p.n));
		if (row->why)
			assert_string_equal(row->why, d->talk.why);
		assert_string_equal(row->facts, drive_facts(d));
		drive_free(d);
		packet_free(&p);
	}
}

static void
a_server_that_can_nothing_of_ours_says_so(void **state)
{
	struct play play = plain;
	struct drive *d = drive_new(&ask_ssh, "192.0.2.1", 22, "");

	(void)state;
	play.kex = "sntrup761x25519-sha512";
	struct server *s = server_new(&play);
	(void)talk_connected(&d->talk);
	assert_int_equal(TALK_GARBAGE, hear_all(drive_hear, d, server_hello(s)));
	assert_string_equal("it has no key exchange that we know", d->talk.why);
	drive_free(d);
	server_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_host_key_that_is_proved_is_told),
		cmocka_unit_test(a_host_key_that_is_not_proved_is_not_told),
		cmocka_unit_test(each_kind_of_key_has_a_conversation),
		cmocka_unit_test(a_conversation_for_one_kind_offers_no_other),
		cmocka_unit_test(what_was_learnt_before_it_ended_is_told),
		cmocka_unit_test(a_server_that_can_nothing_of_ours_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
