/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * capture.h - capture files of a sweep: pcap, with notes of our own between the packets
 *
 * Any tool reads them (link type Ethernet, microseconds).  Read are also other byte orders and
 * nanoseconds, captures of all interfaces at once (cooked.h), and pcapng, by libpcap.  Notes are frames of an experimental ethertype (IEEE 802 §9.2.4) from and
 * to MAC 0, whose first byte is the kind: the settings that a replay needs and what
 * multicast found, both in pieces, the start of each wave, and when its answers were
 * judged.  Order in the file is the order in which things happened.
 */
#ifndef SCANNER_CAPTURE_H
#define SCANNER_CAPTURE_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum {
	CAPTURE_FRAME_MAX = 32768,    /* bytes of one frame */
	CAPTURE_NOTES_MAX = 16 << 20, /* bytes of all settings together */
};

enum capture_note {
	NOTE_SETTINGS = 'S',
	NOTE_FOUND = 'F',
	NOTE_WAVE = 'W',
	NOTE_RIPEN = 'R',
	NOTE_CLEAR = 'C',
	NOTE_JUDGE = 'J',
	NOTE_DECIDE = 'D',
};

struct capture_writer;

/* Takes the file over. */
int capture_writer_new(struct capture_writer **out, FILE *file, struct err *);
void capture_write(
	struct capture_writer *, const uint8_t *frame, size_t n, int64_t at_us);
/* Cut into several frames when long. */
void capture_write_note(struct capture_writer *, enum capture_note, const void *,
	size_t n, int64_t at_us);
/* -1: something could not be written; the first cause.  Frees either way; NULL is fine. */
int capture_writer_close(struct capture_writer *, struct err *);

struct capture_frame {
	const uint8_t *bytes; /* until the next one is read */
	size_t n; /* bytes there; a frame that was cut is shorter than it was */
	int64_t at_us;
	bool is_note; /* then without its head: */
	enum capture_note note;
};

struct capture_reader;

/* Loads what reads pcapng, for which it is too late inside the sandbox. */
int capture_load(struct err *);
/* Takes the file over, also when it fails.  ERR_PROTO: it is no capture of Ethernet frames, or
 * is pcapng and nothing was loaded. */
int capture_reader_new(struct capture_reader **out, FILE *file, struct err *);
void capture_reader_free(struct capture_reader *); /* NULL is fine */
/* *more is false at the end.  ERR_PROTO names the frame and what is wrong with it. */
int capture_read(
	struct capture_reader *, struct capture_frame *out, bool *more, struct err *);

#endif
