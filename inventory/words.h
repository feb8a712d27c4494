/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * words.h - facts that are one of few words
 *
 * What a person writes or looks for is held against them, so that a slip is told.  A source
 * may say another word, which is kept and shown as all it says.
 *
 *	if (!words_allow("kind", "prnter"))
 *		words_near("kind", "prnter");	"printer"
 */
#ifndef INVENTORY_WORDS_H
#define INVENTORY_WORDS_H

#include "base/sb.h"

/* Always true of a fact that may say anything. */
bool words_allow(const char *key, const char *value);
/* The word that was meant, perhaps; NULL: none is near. */
const char *words_near(const char *key, const char *value);
/* "server, printer or router"; nothing of a fact that may say anything. */
void words_list(const char *key, struct sb *out);

#endif
