/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sb.h - a growing string with a limit
 *
 * Appending past the limit (or out of memory) sets `bad` and drops what was to be added;
 * check `bad` once, at the end.  Text is always NUL-terminated.
 *
 * The escape functions are the only ones in the program: every string that came from
 * outside passes exactly one of them on its way out.
 */
#ifndef BASE_SB_H
#define BASE_SB_H

#include <stdbool.h>
#include <stddef.h>

struct sb {
	char *text;       /* "" when nothing was added; owned */
	size_t len, room; /* room: bytes allocated */
	size_t limit;     /* bytes of text at most */
	bool bad;
};

void sb_init(struct sb *, size_t limit);
void sb_done(struct sb *); /* frees; the sb may be used again after sb_init */
void sb_clear(struct sb *);

void sb_add(struct sb *, const char *);
void sb_add_n(struct sb *, const char *, size_t);
/* Room for n bytes more, which count already and are the caller's to fill; NULL: there is none. */
char *sb_extend(struct sb *, size_t n);
void sb_cut(struct sb *, size_t len); /* drops all after that; len: at most its own */
void sb_printf(struct sb *, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* For people (terminal, log): control characters and bytes that are not UTF-8 become
 * "\xNN", a backslash "\\"; bidirectional overrides are escaped too. */
void sb_add_plain(struct sb *, const char *, size_t);
/* One CSV field (RFC 4180 §2), always quoted when needed; a field that a spreadsheet would
 * run as a formula (= + - @, tab, CR first) gets a leading apostrophe.  Controls but tab, LF
 * and CR, and bidirectional overrides, become U+FFFD: it may be printed to a terminal. */
void sb_add_csv(struct sb *, const char *, size_t);
/* XML 1.0 text or attribute value; characters XML forbids become U+FFFD, what would move the
 * cursor or other text a reference. */
void sb_add_xml(struct sb *, const char *, size_t);
/* One YAML scalar, plain or double-quoted, in flow and block context alike.  Bytes that are not
 * UTF-8 become U+FFFD, what would move the cursor or other text is escaped. */
void sb_add_yaml(struct sb *, const char *);
/* Running text of a man page source (scdoc(5)): no character starts a format. */
void sb_add_scdoc(struct sb *, const char *);

/* Length of the well-formed UTF-8 character at s (1..4), or 0 (Unicode ch. 3 table 3-7). */
size_t utf8_char(const char *s, size_t n);
unsigned utf8_code(const char *s, size_t len); /* the code point of such a character */
/* C1 controls, bidirectional overrides and line separators, which move the cursor or other
 * text where they are printed. */
bool utf8_is_deceptive(const char *s, size_t len);

#endif
