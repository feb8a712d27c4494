/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A table where a name has one place, and takes it from the one before. */
#include "ldap/containers.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ldap/clean.h"
#include "ldap/names.h"

enum { SLOTS = 512, NAME_ROOM = 512 };

struct containers {
	struct slot {
		char dn[NAME_ROOM], text[NAME_ROOM];
	} slots[SLOTS];
};

struct containers *
containers_new(void)
{
	return calloc(1, sizeof(struct containers));
}

void
containers_free(struct containers *c)
{
	free(c);
}

/* The name behind the first part, when that is as plain as nearly all are, so that nobody would
 * read it in another way (RFC 4514 §3); else NULL. */
static const char *
parent_of(const char *dn)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz0123456789-_.()$";

	if (strncasecmp(dn, "CN=", 3) != 0)
		return NULL;
	size_t n = strspn(dn + 3, plain);
	return n && dn[3 + n] == ',' ? dn + 3 + n + 1 : NULL;
}

static struct slot *
slot_of(struct containers *c, const char *parent)
{
	uint64_t h = 14695981039346656037u; /* FNV-1a */

	for (; *parent; parent++)
		h = (h ^ (unsigned char)*parent) * 1099511628211u;
	return &c->slots[(h ^ h >> 32) % SLOTS];
}

static const char *
read_container(const char *dn, struct arena *mem)
{
	const char *copy, *text = NULL;
	struct sb out;

	sb_init(&out, NAMES_DN_MAX);
	if (names_container(dn, &out) && (copy = arena_strdup(mem, out.text)))
		text = clean_text(copy, mem);
	sb_done(&out);
	return text;
}

const char *
containers_of(struct containers *c, const char *dn, struct arena *mem)
{
	const char *parent = c ? parent_of(dn) : NULL;
	struct slot *s = parent && *parent ? slot_of(c, parent) : NULL;

	if (s && strcmp(s->dn, parent) == 0)
		return s->text;
	const char *text = read_container(dn, mem);
	if (!s || !text || strlen(parent) >= NAME_ROOM || strlen(text) >= NAME_ROOM)
		return text;
	memcpy(s->dn, parent, strlen(parent) + 1);
	memcpy(s->text, text, strlen(text) + 1);
	return text;
}
