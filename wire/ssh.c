/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SSH before encryption (RFC 4253, RFC 5656, RFC 8731).  What comes is checked as far as
 * the proof of a host key needs it; lists are kept as they came and walked name by name.
 */
#include "wire/ssh.h"

#include <string.h>

static const char ssh_prefix[] = "SSH-";
enum {
	PREFIX = sizeof(ssh_prefix) - 1,
	/* §6: the length field, padding_length, and padding of at least four bytes to a
	 * multiple of eight while there is no cipher */
	LENGTH_FIELD = 4,
	PADDING_MIN = 4,
	BLOCK = 8,
	LISTS = 10, /* §7.1: name-lists in KEXINIT */
};

static enum ssh_part
broken(const char **why, const char *clause)
{
	*why = clause;
	return SSH_BROKEN;
}

/* --- identification ----------------------------------------------------------------------- */

/* Up to LF; false when there is none yet.  The line is without its CR LF: §4.2 asks for
 * both, but old servers send LF alone. */
static bool
take_line(struct rd *stream, struct rd *line)
{
	size_t n = rd_left(stream);
	const uint8_t *lf = n ? memchr(stream->p, '\n', n) : NULL;

	if (!lf)
		return false;
	*line = rd_sub(stream, (size_t)(lf - stream->p));
	rd_skip(stream, 1);
	if (rd_left(line) && line->end[-1] == '\r')
		line->end--;
	return true;
}

static bool
begins_with(struct rd text, const char *start, size_t n)
{
	const uint8_t *p = rd_take(&text, n);

	return p && memcmp(p, start, n) == 0;
}

static enum ssh_part
parse_ident(struct rd line, struct ssh_ident *ident, const char **why)
{
	struct rd version = line;

	ident->line = line;
	if (rd_left(&line) + 2 > SSH_IDENT_MAX)
		return broken(why, "RFC 4253 §4.2: identification too long");
	rd_skip(&version, PREFIX);
	size_t n = rd_left(&version);
	const uint8_t *dash = n ? memchr(version.p, '-', n) : NULL;
	if (!dash || dash == version.p || memchr(line.p, '\0', rd_left(&line)))
		return broken(why, "RFC 4253 §4.2: broken identification");
	struct rd protocol = rd_sub(&version, (size_t)(dash - version.p));
	ident->is_version2 = ssh_is(protocol, "2.0") || ssh_is(protocol, "1.99");
	return SSH_WHOLE;
}

enum ssh_part
ssh_read_ident(struct rd *stream, struct ssh_ident *ident, const char **why)
{
	struct rd start = *stream, line;

	while (take_line(stream, &line))
		if (begins_with(line, ssh_prefix, PREFIX))
			return parse_ident(line, ident, why);
	if (rd_left(&start) > SSH_GREETING_MAX)
		return broken(why, "RFC 4253 §4.2: no identification in 8 KiB");
	if (begins_with(*stream, ssh_prefix, PREFIX) && rd_left(stream) > SSH_IDENT_MAX)
		return broken(why, "RFC 4253 §4.2: identification too long");
	*stream = start;
	return SSH_MORE;
}

/* --- packets -------------------------------------------------------------------------------- */

enum ssh_part
ssh_read_packet(struct rd *stream, struct rd *payload, const char **why)
{
	struct rd r = *stream;
	size_t length = rd_be32(&r);

	if (r.bad)
		return SSH_MORE;
	if (length > SSH_PACKET_MAX - LENGTH_FIELD ||
		(length + LENGTH_FIELD) % BLOCK != 0)
		return broken(why, "RFC 4253 §6: bad packet_length");
	struct rd packet = rd_sub(&r, length);
	if (r.bad)
		return SSH_MORE;
	size_t padding = rd_u8(&packet), left = rd_left(&packet);
	if (padding < PADDING_MIN || padding >= left)
		return broken(why, "RFC 4253 §6: bad padding_length, or no payload");
	*payload = rd_sub(&packet, left - padding);
	*stream = r;
	return SSH_WHOLE;
}

void
ssh_write_packet(struct wr *w, const void *payload, size_t n)
{
	size_t padding = BLOCK - (LENGTH_FIELD + 1 + n) % BLOCK;

	if (padding < PADDING_MIN)
		padding += BLOCK;
	wr_be32(w, (uint32_t)(1 + n + padding));
	wr_u8(w, (uint8_t)padding);
	wr_bytes(w, payload, n);
	wr_zero(w, padding); /* §6 wants it random for the cipher, which there is not */
}

/* --- types of RFC 4251 §5 --------------------------------------------------------------------- */

void
ssh_write_string(struct wr *w, const void *p, size_t n)
{
	wr_be32(w, (uint32_t)n);
	wr_bytes(w, p, n);
}

struct rd
ssh_read_string(struct rd *r)
{
	size_t n = rd_be32(r);

	return rd_sub(r, n);
}

void
ssh_write_mpint(struct wr *w, const uint8_t *p, size_t n)
{
	while (n > 0 && *p == 0) {
		p++;
		n--;
	}
	bool sign = n > 0 && *p & 0x80; /* a zero keeps it from being negative */
	wr_be32(w, (uint32_t)(n + sign));
	if (sign)
		wr_u8(w, 0);
	wr_bytes(w, p, n);
}

/* Without the zero before it; a negative one makes the cursor bad. */
static struct rd
read_mpint(struct rd *r)
{
	struct rd n = ssh_read_string(r);

	if (rd_left(&n) && *n.p & 0x80)
		r->bad = true;
	while (rd_left(&n) && *n.p == 0)
		rd_skip(&n, 1);
	return n;
}

bool
ssh_is(struct rd text, const char *name)
{
	size_t n = strlen(name);

	return rd_left(&text) == n && begins_with(text, name, n);
}

bool
ssh_list_next(struct rd *list, struct rd *name)
{
	size_t left;

	while ((left = rd_left(list)) > 0) {
		const uint8_t *comma = memchr(list->p, ',', left);
		*name = rd_sub(list, comma ? (size_t)(comma - list->p) : left);
		if (comma)
			rd_skip(list, 1);
		if (rd_left(name))
			return true;
	}
	return false;
}

bool
ssh_list_has(struct rd list, const char *name)
{
	struct rd one;

	while (ssh_list_next(&list, &one))
		if (ssh_is(one, name))
			return true;
	return false;
}

/* --- KEXINIT ------------------------------------------------------------------------------------ */

const char *
ssh_read_kexinit(struct rd payload, struct ssh_kexinit *k)
{
	struct rd lists[LISTS];

	if (rd_u8(&payload) != SSH_MSG_KEXINIT)
		return "RFC 4253 §7.1: no KEXINIT";
	rd_skip(&payload, SSH_COOKIE_SIZE);
	for (size_t i = 0; i < LISTS; i++)
		lists[i] = ssh_read_string(&payload);
	k->kex = lists[0];
	k->host_keys = lists[1];
	k->guess_follows = rd_u8(&payload) != 0;
	(void)rd_be32(&payload); /* reserved */
	return payload.bad ? "RFC 4253 §7.1: KEXINIT is cut" : NULL;
}

static void
write_list(struct wr *w, const char *names)
{
	ssh_write_string(w, names, strlen(names));
}

void
ssh_write_kexinit(struct wr *w, const uint8_t cookie[static SSH_COOKIE_SIZE],
	const char *kex, const char *host_keys)
{
	static const char ciphers[] =
		"aes128-ctr,aes256-ctr,aes128-gcm@openssh.com,"
		"aes256-gcm@openssh.com,chacha20-poly1305@openssh.com,aes128-cbc,"
		"aes256-cbc,3des-cbc";
	static const char macs[] =
		"hmac-sha2-256,hmac-sha2-512,hmac-sha2-256-etm@openssh.com,"
		"hmac-sha2-512-etm@openssh.com,umac-128-etm@openssh.com,hmac-sha1";
	static const char compression[] = "none,zlib@openssh.com,zlib";

	wr_u8(w, SSH_MSG_KEXINIT);
	wr_bytes(w, cookie, SSH_COOKIE_SIZE);
	write_list(w, kex);
	write_list(w, host_keys);
	/* to the server, then from it */
	write_list(w, ciphers);
	write_list(w, ciphers);
	write_list(w, macs);
	write_list(w, macs);
	write_list(w, compression);
	write_list(w, compression);
	write_list(w, ""); /* languages */
	write_list(w, "");
	wr_u8(w, 0);   /* no guess follows */
	wr_be32(w, 0); /* reserved */
}

/* --- the exchange --------------------------------------------------------------------------------- */

void
ssh_write_kex_init(struct wr *w, enum ssh_message which, const void *ours, size_t n)
{
	wr_u8(w, (uint8_t)which);
	ssh_write_string(w, ours, n);
}

void
ssh_write_gex_request(
	struct wr *w, uint32_t least_bits, uint32_t bits, uint32_t most_bits)
{
	wr_u8(w, SSH_MSG_GEX_REQUEST);
	wr_be32(w, least_bits);
	wr_be32(w, bits);
	wr_be32(w, most_bits);
}

const char *
ssh_read_gex_group(struct rd payload, struct ssh_group *g)
{
	if (rd_u8(&payload) != SSH_MSG_GEX_GROUP)
		return "RFC 4419 §3: no group";
	g->prime = read_mpint(&payload);
	g->generator = read_mpint(&payload);
	return payload.bad ? "RFC 4419 §3: broken group" : NULL;
}

const char *
ssh_read_kex_reply(struct rd payload, enum ssh_message which, struct ssh_kex_reply *k)
{
	if (rd_u8(&payload) != which)
		return "RFC 4253 §8: no key exchange reply";
	k->host_key = ssh_read_string(&payload);
	k->theirs = ssh_read_string(&payload);
	k->signature = ssh_read_string(&payload);
	return payload.bad ? "RFC 4253 §8: key exchange reply is cut" : NULL;
}

const char *
ssh_read_public_key(struct rd blob, struct ssh_public_key *k)
{
	k->type = ssh_read_string(&blob);
	k->second = rd_from(NULL, 0);
	if (ssh_is(k->type, "ssh-rsa")) {
		k->first = read_mpint(&blob);
		k->second = read_mpint(&blob);
	} else {
		k->first = ssh_read_string(&blob);
		if (rd_left(&blob))
			k->second = ssh_read_string(&blob);
	}
	return blob.bad || rd_left(&blob) ? "RFC 4253 §6.6: broken host key" : NULL;
}

const char *
ssh_read_signature(struct rd blob, struct ssh_signature *s)
{
	s->algorithm = ssh_read_string(&blob);
	s->bytes = ssh_read_string(&blob);
	return blob.bad || rd_left(&blob) ? "RFC 4253 §6.6: broken signature" : NULL;
}

const char *
ssh_read_ecdsa(struct rd bytes, struct rd *r, struct rd *s)
{
	*r = read_mpint(&bytes);
	*s = read_mpint(&bytes);
	return bytes.bad || rd_left(&bytes) ? "RFC 5656 §3.1.2: broken signature"
					    : NULL;
}
