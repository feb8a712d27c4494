/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * place.h - how far a sweep has come, as the text that a later run goes on from
 *
 * One line of "key=value" words, at most PLACE_TEXT_MAX bytes:
 *
 *	muster-sweep=1 plan=0123456789abcdef seed=00112233445566778899aabbccddeeff
 *	done=0-3,7			waves that are over
 *	wave=4 rounds=0 from=0 to=65536 pass=0 position=4711 again=0 asked=12 lost=0 found=7/0
 *	wave=5 ...			one for each wave that was being asked
 *
 * The seed gives the same order again.  The plan is a digest of the waves: where routes or
 * targets have changed meanwhile, the text is of no use.
 */
#ifndef SCANNER_PLACE_H
#define SCANNER_PLACE_H

#include "base/sb.h"
#include "scanner/recall.h"
#include "scanner/target.h"

enum { PLACE_TEXT_MAX = 4096, PLACE_WAVES_MAX = 16 };

/* A wave on its way; the fields of its walk (walk.h). */
struct place_wave {
	uint32_t wave;
	uint32_t rounds; /* whole ones that are over */
	uint32_t from, to, pass, position;
	bool again; /* answers were held back: what they were is not known */
	struct recall_counts counts;
};

struct place {
	uint64_t plan;
	uint8_t seed[16];
	const bool *done; /* by wave */
	size_t n_done;
	struct place_wave waves[PLACE_WAVES_MAX];
	size_t n_waves;
};

/* The digest of a list of waves. */
uint64_t place_digest(const struct wave *, size_t n);

/* done is cut when the text would be too long: what it leaves out is asked again. */
void place_print(const struct place *, struct sb *);
/* ERR_PROTO names the word.  done: n_waves of them, filled. */
int place_parse(
	const char *text, bool *done, size_t n_waves, struct place *out, struct err *);

#endif
