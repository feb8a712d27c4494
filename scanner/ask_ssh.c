/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SSH: the version of the server and its host keys, each proved by a signature.
 *
 * A server shows one host key in one connection.  The first conversation takes the kind we
 * like best and sees in KEXINIT which others there are; those are asked for in more
 * conversations, one after the other: the argument of each is the list of what is left.
 */
#include "scanner/ask.h"
#include "scanner/ssh_kex.h"
#include "scanner/ssh_key.h"

#include <string.h>

#include <openssl/rand.h>

extern const struct ask ask_ssh;

static const char our_ident[] = "SSH-2.0-muster_" MUSTER_VERSION;

enum {
	OTHERS_MAX = 2
}; /* more conversations: three kinds of keys are all that is common */

enum step { STEP_IDENT, STEP_KEXINIT, STEP_GROUP, STEP_REPLY };

struct ssh_talk {
	enum step step;
	bool ignores_next;     /* RFC 4253 §7: a guess that is wrong */
	const char *algorithm; /* of the host key we agreed on */
	struct ssh_kex kex;
	size_t n_ident, n_kexinit;
	uint8_t ident[SSH_IDENT_MAX];      /* theirs */
	uint8_t kexinit[SSH_KEXINIT_ROOM]; /* ours */
	char others[SSH_ALGORITHMS_ROOM]; /* kinds of keys that it has beside this one */
};

/* "a,b,c": the first, and what is behind it. */
static void
split_arg(const char *arg, char first[static SSH_ALGORITHMS_ROOM], const char **rest)
{
	size_t n = strcspn(arg, ",");

	*rest = arg + n + (arg[n] == ',');
	if (n >= SSH_ALGORITHMS_ROOM)
		n = 0;
	memcpy(first, arg, n);
	first[n] = '\0';
}

/* What this conversation would take for a host key. */
static const char *
wanted_keys(const struct talk *t, char room[static SSH_ALGORITHMS_ROOM])
{
	const char *rest;

	split_arg(talk_arg(t), room, &rest);
	return room[0] ? room : ssh_key_list();
}

static void
say_packet(struct talk *t, const void *payload, size_t n)
{
	uint8_t room[SSH_KEXINIT_ROOM + 16];
	struct wr w = wr_to(room, sizeof(room));

	ssh_write_packet(&w, payload, n);
	talk_say(t, room, w.bad ? 0 : wr_used(&w));
}

static void
say_kexinit(struct talk *t, struct ssh_talk *s)
{
	char room[SSH_ALGORITHMS_ROOM];
	uint8_t cookie[SSH_COOKIE_SIZE] = { 0 };
	struct wr w = wr_to(s->kexinit, sizeof(s->kexinit));

	(void)RAND_bytes(cookie, sizeof(cookie)); /* the proof rests on the other half */
	ssh_write_kexinit(&w, cookie, ssh_kex_list(), wanted_keys(t, room));
	s->n_kexinit = wr_used(&w);
	say_packet(t, s->kexinit, s->n_kexinit);
}

static enum talk_next
hear_ident(struct talk *t, struct ssh_talk *s, struct rd *stream)
{
	struct ssh_ident ident;
	const char *why = NULL;

	switch (ssh_read_ident(stream, &ident, &why)) {
	case SSH_MORE: return TALK_MORE;
	case SSH_BROKEN: return talk_why(t, why);
	case SSH_WHOLE: break;
	}
	s->n_ident = rd_left(&ident.line);
	rd_copy(&ident.line, s->ident, s->n_ident);
	talk_text(t, "ssh.banner", s->ident, s->n_ident);
	if (!ident.is_version2)
		return TALK_DONE;
	talk_say(t, our_ident, sizeof(our_ident) - 1);
	talk_say(t, "\r\n", 2);
	say_kexinit(t, s);
	s->step = STEP_KEXINIT;
	return TALK_MORE;
}

/* §7: they guessed if their dearest methods are not the ones agreed on. */
static bool
guessed_wrong(const struct ssh_kexinit *k, const char *algorithm)
{
	struct rd kex = k->kex, ours = rd_from(ssh_kex_list(), strlen(ssh_kex_list()));
	struct rd keys = k->host_keys, first, dearest;

	if (!k->guess_follows)
		return false;
	return !ssh_list_next(&kex, &first) || !ssh_list_next(&ours, &dearest) ||
		rd_left(&first) != rd_left(&dearest) ||
		memcmp(first.p, dearest.p, rd_left(&first)) != 0 ||
		!ssh_list_next(&keys, &first) || !ssh_is(first, algorithm);
}

static enum talk_next
say_half(struct talk *t, struct ssh_talk *s)
{
	uint8_t init[SSH_KEX_INIT_ROOM];
	struct wr w = wr_to(init, sizeof(init));

	ssh_write_kex_init(&w,
		ssh_kex_asks_group(&s->kex) ? SSH_MSG_GEX_INIT : SSH_MSG_KEX_INIT,
		s->kex.ours, s->kex.n_ours);
	say_packet(t, init, wr_used(&w));
	s->step = STEP_REPLY;
	return TALK_MORE;
}

static enum talk_next
ask_group(struct talk *t, struct ssh_talk *s)
{
	uint8_t request[1 + 3 * 4];
	struct wr w = wr_to(request, sizeof(request));

	ssh_write_gex_request(&w, SSH_GROUP_LEAST, SSH_GROUP_WANTED, SSH_GROUP_MOST);
	say_packet(t, request, wr_used(&w));
	s->step = STEP_GROUP;
	return TALK_MORE;
}

static enum talk_next
hear_group(struct talk *t, struct ssh_talk *s, struct rd payload)
{
	struct ssh_group group;
	const char *why = ssh_read_gex_group(payload, &group);

	if (!why)
		why = ssh_kex_group(&s->kex, &group);
	return why ? talk_why(t, why) : say_half(t, s);
}

static enum talk_next
hear_kexinit(struct talk *t, struct ssh_talk *s, struct rd payload)
{
	char room[SSH_ALGORITHMS_ROOM];
	struct ssh_kexinit theirs;
	const char *why = ssh_read_kexinit(payload, &theirs);

	if (!why)
		why = ssh_kex_choose(&s->kex, theirs.kex);
	if (why)
		return talk_why(t, why);
	s->algorithm = ssh_key_choose(wanted_keys(t, room), theirs.host_keys);
	if (!s->algorithm)
		return talk_why(t, "it has no host key of a kind that we know");
	ssh_key_others(theirs.host_keys, s->algorithm, OTHERS_MAX, s->others);
	s->ignores_next = guessed_wrong(&theirs, s->algorithm);
	ssh_kex_say(&s->kex, our_ident, sizeof(our_ident) - 1);
	ssh_kex_say(&s->kex, s->ident, s->n_ident);
	ssh_kex_say(&s->kex, s->kexinit, s->n_kexinit);
	ssh_kex_say(&s->kex, payload.p, rd_left(&payload));
	return ssh_kex_asks_group(&s->kex) ? ask_group(t, s) : say_half(t, s);
}

static void
ask_for_others(struct talk *t, const struct ssh_talk *s)
{
	char first[SSH_ALGORITHMS_ROOM];
	const char *left = s->others;

	if (talk_arg(t)[0])
		split_arg(talk_arg(t), first, &left);
	if (left[0])
		talk_follow(t, &ask_ssh, talk_port(t), left);
}

static enum talk_next
hear_reply(struct talk *t, struct ssh_talk *s, struct rd payload)
{
	char fingerprint[SSH_FINGERPRINT_SIZE];
	uint8_t hash[SSH_HASH_MAX];
	struct ssh_kex_reply reply;
	size_t n = 0;
	const char *why = ssh_read_kex_reply(payload,
		ssh_kex_asks_group(&s->kex) ? SSH_MSG_GEX_REPLY : SSH_MSG_KEX_REPLY,
		&reply);

	if (!why)
		why = ssh_kex_hash(&s->kex, &reply, hash, &n);
	if (!why)
		why = ssh_key_check(s->algorithm, &reply, hash, n);
	if (why)
		return talk_why(t, why);
	ssh_key_print(reply.host_key, fingerprint);
	talk_add(t, "ssh.hostkey", fingerprint, strlen(fingerprint));
	ask_for_others(t, s);
	return TALK_DONE;
}

static enum talk_next
hear_payload(struct talk *t, struct ssh_talk *s, struct rd payload)
{
	struct rd first = payload;

	switch (rd_u8(&first)) {
	case SSH_MSG_DISCONNECT: return talk_why(t, "it ended the key exchange");
	case SSH_MSG_IGNORE:
	case SSH_MSG_UNIMPLEMENTED:
	case SSH_MSG_DEBUG: return TALK_MORE;
	default: break;
	}
	if (s->step == STEP_KEXINIT)
		return hear_kexinit(t, s, payload);
	if (s->ignores_next) {
		s->ignores_next = false;
		return TALK_MORE;
	}
	return s->step == STEP_GROUP ? hear_group(t, s, payload)
				     : hear_reply(t, s, payload);
}

/* One piece of the stream; stays TALK_MORE with nothing taken when there is no whole one. */
static enum talk_next
hear_piece(struct talk *t, struct ssh_talk *s, struct rd *stream)
{
	struct rd payload;
	const char *why = NULL;

	if (s->step == STEP_IDENT)
		return hear_ident(t, s, stream);
	switch (ssh_read_packet(stream, &payload, &why)) {
	case SSH_MORE: return TALK_MORE;
	case SSH_BROKEN: return talk_why(t, why);
	case SSH_WHOLE: break;
	}
	return hear_payload(t, s, payload);
}

static enum talk_next
hear_ssh(struct talk *t)
{
	enum talk_next next;
	size_t taken;

	do {
		struct rd stream = talk_unread(t);
		size_t before = rd_left(&stream);
		next = hear_piece(t, talk_state(t), &stream);
		taken = before - rd_left(&stream);
		talk_take(t, taken);
	} while (next == TALK_MORE && taken > 0);
	return next;
}

/* The server speaks first: who is silent or says something else is not talked to. */
static enum talk_next
begin_ssh(struct talk *t)
{
	(void)t;
	return TALK_MORE;
}

static void
end_ssh(struct talk *t)
{
	struct ssh_talk *s = talk_state(t);

	ssh_kex_end(&s->kex);
}

const struct ask ask_ssh = {
	.name = "ssh",
	.help = "Version and host keys of an SSH server; each key is proved",
	.sends = "A version line, KEXINIT and one or two key exchange messages; no login. Once "
		 "for each kind of host key, three at most",
	.transport = ASK_TCP,
	.ports = { SSH_PORT },
	.state_size = sizeof(struct ssh_talk),
	.begin = begin_ssh,
	.hear = hear_ssh,
	.end = end_ssh,
};
