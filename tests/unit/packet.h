/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * packet.h - packets for tests, written as hexadecimal text
 *
 * Bytes lie in a heap block of their exact size, so that AddressSanitizer sees a read of
 * one byte too many.  In a file, lines that begin with '#' say where the packet is from.
 * Paths are relative to the top of the sources, where tests run.
 */
#ifndef UNIT_PACKET_H
#define UNIT_PACKET_H

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"

enum { PACKET_MAX = 4096 };

struct packet {
	uint8_t *bytes; /* free with packet_free */
	size_t n;
};

static inline struct packet
packet_of(const void *bytes, size_t n)
{
	struct packet p = { malloc(n ? n : 1), n };

	assert_non_null(p.bytes);
	if (n)
		memcpy(p.bytes, bytes, n);
	return p;
}

static inline void
packet_free(struct packet *p)
{
	free(p->bytes);
	p->bytes = NULL;
}

static inline struct rd
packet_rd(const struct packet *p)
{
	return rd_from(p->bytes, p->n);
}

/* Two digits make a byte; blanks are for the reader. */
static inline struct packet
packet_hex(const char *text)
{
	uint8_t bytes[PACKET_MAX];
	size_t n = 0;

	for (; *text; text++) {
		if (isspace((unsigned char)*text))
			continue;
		char pair[3] = { text[0], text[1], '\0' };
		char *end = NULL;
		assert_true(n < sizeof(bytes));
		bytes[n++] = (uint8_t)strtoul(pair, &end, 16);
		assert_ptr_equal(end, pair + 2);
		text++;
	}
	return packet_of(bytes, n);
}

static inline struct packet
packet_file(const char *path)
{
	static char text[PACKET_MAX * 4];
	char line[256];
	size_t len = 0;
	FILE *f = fopen(path, "r");

	if (!f)
		fail_msg("cannot open %s: run from the top of the sources", path);
	while (fgets(line, sizeof(line), f)) {
		size_t n = line[0] == '#' ? 0 : strlen(line);
		assert_true(len + n < sizeof(text));
		memcpy(text + len, line, n);
		len += n;
	}
	text[len] = '\0';
	(void)fclose(f);
	return packet_hex(text);
}

/* What a cursor leads to is exactly this text. */
static inline void
assert_rd(struct rd text, const char *want)
{
	size_t n = rd_left(&text);

	assert_int_equal(n, strlen(want));
	if (n)
		assert_memory_equal(rd_take(&text, n), want, n);
}

/* What a writer wrote is exactly these bytes. */
static inline void
assert_wrote(const struct wr *w, const void *want, size_t n)
{
	assert_false(w->bad);
	assert_int_equal(n, wr_used(w));
	assert_memory_equal(want, w->start, n);
}

static inline void
assert_wrote_hex(const struct wr *w, const char *hex)
{
	struct packet want = packet_hex(hex);

	assert_wrote(w, want.bytes, want.n);
	packet_free(&want);
}

#endif
