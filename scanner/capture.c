/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pcap file format (draft-ietf-opsawg-pcap), version 2.4, link type 1. */
#include "scanner/capture.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "scanner/capture_ng.h"
#include "scanner/cooked.h"
#include "wire/ether.h"

enum {
	FILE_HEAD = 24,
	FRAME_HEAD = 16,
	VERSION_MAJOR = 2,
	VERSION_MINOR = 4,
	LINK_ETHERNET = 1,
	BUFFER = 1 << 16,
	NOTE_TYPE = 0x88b5, /* local experimental ethertype 1 */
	NOTE_HEAD = ETHER_HEAD + 1,
	NOTE_PIECE = CAPTURE_FRAME_MAX - NOTE_HEAD,
};

#define MAGIC_US UINT32_C(0xa1b2c3d4)
#define MAGIC_NS UINT32_C(0xa1b23c4d)

struct capture_writer {
	FILE *file;
	int failed; /* errno of the first failure */
};

static void
put(struct capture_writer *c, const void *bytes, size_t n)
{
	if (!c->failed && fwrite(bytes, 1, n, c->file) != n)
		c->failed = errno ? errno : EIO;
}

int
capture_writer_new(struct capture_writer **out, FILE *file, struct err *e)
{
	struct capture_writer *c = calloc(1, sizeof(*c));
	uint8_t head[FILE_HEAD];
	struct wr w = wr_to(head, sizeof(head));

	if (!c) {
		(void)fclose(file);
		return err_nomem(e);
	}
	c->file = file;
	/* Packets come by the thousand; on failure the library's own buffer stays. */
	(void)setvbuf(file, NULL, _IOFBF, BUFFER);
	wr_le32(&w, MAGIC_US);
	wr_le16(&w, VERSION_MAJOR);
	wr_le16(&w, VERSION_MINOR);
	wr_zero(&w, 8); /* time zone, accuracy */
	wr_le32(&w, CAPTURE_FRAME_MAX);
	wr_le32(&w, LINK_ETHERNET);
	put(c, head, sizeof(head));
	*out = c;
	return 0;
}

static void
put_frame_head(struct capture_writer *c, size_t n, int64_t at_us)
{
	uint8_t head[FRAME_HEAD];
	struct wr w = wr_to(head, sizeof(head));

	wr_le32(&w, (uint32_t)(at_us / 1000000));
	wr_le32(&w, (uint32_t)(at_us % 1000000));
	wr_le32(&w, (uint32_t)n);
	wr_le32(&w, (uint32_t)n);
	put(c, head, sizeof(head));
}

void
capture_write(struct capture_writer *c, const uint8_t *frame, size_t n, int64_t at_us)
{
	if (n > CAPTURE_FRAME_MAX)
		n = CAPTURE_FRAME_MAX;
	put_frame_head(c, n, at_us);
	put(c, frame, n);
}

void
capture_write_note(struct capture_writer *c, enum capture_note kind, const void *bytes,
	size_t n, int64_t at_us)
{
	static const struct ether ether = { .type = NOTE_TYPE };
	const uint8_t *p = bytes;

	do {
		uint8_t head[NOTE_HEAD];
		struct wr w = wr_to(head, sizeof(head));
		size_t piece = n < NOTE_PIECE ? n : NOTE_PIECE;
		ether_write(&w, &ether);
		wr_u8(&w, (uint8_t)kind);
		put_frame_head(c, sizeof(head) + piece, at_us);
		put(c, head, sizeof(head));
		put(c, p, piece);
		p += piece;
		n -= piece;
	} while (n > 0);
}

int
capture_writer_close(struct capture_writer *c, struct err *e)
{
	int failed;

	if (!c)
		return 0;
	failed = c->failed;
	if (fclose(c->file) == EOF && !failed)
		failed = errno;
	free(c);
	if (!failed)
		return 0;
	errno = failed;
	return err_sys(e, "write the capture file");
}

struct capture_reader {
	FILE *file;            /* of pcap; owned */
	struct capture_ng *ng; /* of pcapng */
	uint32_t link;
	bool swapped;   /* big-endian */
	int64_t per_us; /* fractions of a second in a microsecond: 1 or 1000 */
	uint64_t n;     /* frames read */
	uint8_t frame[CAPTURE_FRAME_MAX];
};

static uint32_t
number(const struct capture_reader *c, struct rd *r)
{
	return c->swapped ? rd_be32(r) : rd_le32(r);
}

static bool
is_magic(struct capture_reader *c, uint32_t magic)
{
	c->per_us = magic == MAGIC_NS ? 1000 : 1;
	return magic == MAGIC_US || magic == MAGIC_NS;
}

static int
read_file_head(struct capture_reader *c, struct err *e)
{
	uint8_t head[FILE_HEAD] = { 0 };
	struct rd r = rd_from(head, sizeof(head)), again = r;

	if (fread(head, 1, sizeof(head), c->file) != sizeof(head))
		return err_set(e, ERR_PROTO, "is no pcap file: too short");
	if (!is_magic(c, number(c, &r))) {
		c->swapped = true;
		if (!is_magic(c, number(c, &again)))
			return err_set(e, ERR_PROTO, "is no pcap file");
	}
	r = rd_from(head + 20, 4);
	c->link = number(c, &r) & 0xffff; /* above: bits about the checksum */
	return 0;
}

static int
open_ng(struct capture_reader *c, FILE *file, struct err *e)
{
	if (capture_ng_new(&c->ng, file, e) == -1)
		return -1;
	c->link = capture_ng_link(c->ng);
	return 0;
}

static int
open_file(struct capture_reader *c, FILE *file, struct err *e)
{
	int first = getc(file);

	(void)ungetc(first, file); /* one is always allowed; EOF is none */
	if (first == CAPTURE_NG_FIRST)
		return open_ng(c, file, e);
	c->file = file;
	return read_file_head(c, e);
}

int
capture_load(struct err *e)
{
	return capture_ng_load(e);
}

int
capture_reader_new(struct capture_reader **out, FILE *file, struct err *e)
{
	struct capture_reader *c = calloc(1, sizeof(*c));

	if (!c) {
		(void)fclose(file);
		return err_nomem(e);
	}
	int rc = open_file(c, file, e);
	if (rc == 0 && c->link != LINK_ETHERNET && !cooked_is(c->link))
		rc = err_set(e, ERR_PROTO,
			"holds frames of link type %u, not Ethernet (1)", c->link);
	if (rc == -1) {
		capture_reader_free(c);
		return -1;
	}
	*out = c;
	return 0;
}

void
capture_reader_free(struct capture_reader *c)
{
	if (!c)
		return;
	if (c->file)
		(void)fclose(c->file); /* only read */
	capture_ng_free(c->ng);
	free(c);
}

static bool
is_note_kind(uint8_t kind)
{
	static const char kinds[] = { NOTE_SETTINGS, NOTE_FOUND, NOTE_WAVE, NOTE_RIPEN,
		NOTE_CLEAR, NOTE_JUDGE, NOTE_DECIDE };

	return memchr(kinds, kind, sizeof(kinds)) != NULL;
}

static void
split_note(struct capture_frame *f)
{
	struct rd r = rd_from(f->bytes, f->n);
	struct ether ether;

	f->is_note = false;
	if (!ether_read(&r, &ether) || ether.type != NOTE_TYPE ||
		!mac_is_zero(&ether.src) || !mac_is_zero(&ether.dst))
		return;
	uint8_t kind = rd_u8(&r);
	if (r.bad || !is_note_kind(kind))
		return;
	f->is_note = true;
	f->note = kind;
	f->n = rd_left(&r);
	f->bytes = rd_take(&r, f->n);
}

static int
read_pcap(struct capture_reader *c, struct capture_frame *out, bool *more, struct err *e)
{
	uint8_t head[FRAME_HEAD] = { 0 };
	struct rd r = rd_from(head, sizeof(head));
	size_t got = fread(head, 1, sizeof(head), c->file);

	*more = got > 0;
	if (got == 0 && !ferror(c->file))
		return 0;
	c->n++;
	if (got != sizeof(head))
		return err_set(e, ERR_PROTO, "frame %ju is cut", (uintmax_t)c->n);
	int64_t seconds = number(c, &r), fraction = number(c, &r);
	size_t n = number(c, &r);
	if (fraction >= c->per_us * 1000000)
		return err_set(e, ERR_PROTO, "frame %ju has no time", (uintmax_t)c->n);
	if (n > sizeof(c->frame))
		return err_set(e, ERR_PROTO, "frame %ju has %zu bytes, the limit is %zu",
			(uintmax_t)c->n, n, sizeof(c->frame));
	if (fread(c->frame, 1, n, c->file) != n)
		return err_set(e, ERR_PROTO, "frame %ju is cut", (uintmax_t)c->n);
	*out = (struct capture_frame){ .bytes = c->frame,
		.n = n,
		.at_us = seconds * 1000000 + fraction / c->per_us };
	return 0;
}

/* false: it is no frame of Ethernet. */
static bool
uncook(struct capture_reader *c, struct capture_frame *f)
{
	size_t at;

	if (f->bytes != c->frame)
		memcpy(c->frame, f->bytes, f->n);
	if (!cooked_to_ether(c->link, c->frame, &at, &f->n))
		return false;
	f->bytes = c->frame + at;
	return true;
}

int
capture_read(
	struct capture_reader *c, struct capture_frame *out, bool *more, struct err *e)
{
	do {
		int rc = c->ng ? capture_ng_read(c->ng, out, more, e)
			       : read_pcap(c, out, more, e);
		if (rc == -1 || !*more)
			return rc;
	} while (cooked_is(c->link) && !uncook(c, out));
	split_note(out);
	return 0;
}
