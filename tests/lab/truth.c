/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads truth files into a sorted table.  Trusts their writer for the format, not
 * for the lengths.
 */
#include "truth.h"

#include <arpa/inet.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HOSTS_MAX = 1 << 20 };

static int
parse_host(const char *line, struct truth_host *h)
{
	char addr[16], mac[18];
	struct in_addr in;
	uint8_t *m = h->mac;

	memset(h, 0, sizeof(*h));
	if (sscanf(line, "%15s %17s %*s %15s %15s", addr, mac, h->netbios,
		    h->workgroup) != 4 ||
		inet_pton(AF_INET, addr, &in) != 1)
		return -1;
	if (strcmp(mac, "-") != 0 &&
		sscanf(mac, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx", m, m + 1, m + 2,
			m + 3, m + 4, m + 5) != 6)
		return -1;
	if (strcmp(h->netbios, "-") == 0)
		h->netbios[0] = '\0';
	h->addr = ntohl(in.s_addr);
	return 0;
}

static int
compare_hosts(const void *a, const void *b)
{
	uint32_t x = ((const struct truth_host *)a)->addr;
	uint32_t y = ((const struct truth_host *)b)->addr;

	return (x > y) - (x < y);
}

void
truth_load(struct truth *t, const char *path)
{
	char line[256];
	size_t room = t->n;
	FILE *f = fopen(path, "r");

	if (!f)
		err(1, "%s", path);
	while (fgets(line, sizeof(line), f)) {
		if (t->n == room) {
			room = room ? 2 * room : 1024;
			t->host = realloc(t->host, room * sizeof(*t->host));
			if (!t->host || room > HOSTS_MAX)
				errx(1, "%s: too many hosts", path);
		}
		if (parse_host(line, &t->host[t->n]) == -1)
			errx(1, "%s: not a host: %s", path, line);
		t->n++;
	}
	if (ferror(f))
		err(1, "%s", path);
	fclose(f);
	qsort(t->host, t->n, sizeof(*t->host), compare_hosts);
}

const struct truth_host *
truth_find(const struct truth *t, uint32_t addr)
{
	size_t lo = 0, hi = t->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (t->host[mid].addr == addr)
			return &t->host[mid];
		if (t->host[mid].addr < addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

uint16_t
get_be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

uint32_t
get_be32(const uint8_t *p)
{
	return (uint32_t)get_be16(p) << 16 | get_be16(p + 2);
}

void
put_be16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

void
put_be32(uint8_t *p, uint32_t v)
{
	put_be16(p, (uint16_t)(v >> 16));
	put_be16(p + 2, (uint16_t)v);
}
