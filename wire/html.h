/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * html.h - the title of a page, and nothing else of it
 *
 * Bytes go in as they come, in pieces of any size; nothing is kept but the title.  As a
 * browser would (HTML Standard §13.2), but without its tree: the first <title> outside of
 * comments, scripts and styles.  Any character set that has ASCII in it.
 */
#ifndef WIRE_HTML_H
#define WIRE_HTML_H

#include "base/buf.h"

enum {
	HTML_TITLE_RAW = 512, /* bytes of a title that are looked at */
	HTML_TITLE_SIZE = HTML_TITLE_RAW + 1,
	HTML_WORD_MAX = 9,
};

enum html_where {
	HTML_TEXT,
	HTML_TAG,     /* behind '<', in the name of a tag */
	HTML_INSIDE,  /* behind that name */
	HTML_QUOTED,  /* in the value of an attribute */
	HTML_COMMENT, /* behind "<!--" */
	HTML_RAW,     /* in a script or the like: all is text up to its end tag */
	HTML_IN_TITLE,
	HTML_FOUND,
};

/* All zero: before the first byte. */
struct html_title {
	enum html_where where;
	uint8_t n_word;           /* of the tag's name */
	uint8_t matched;          /* of what ends a comment or a script */
	char word[HTML_WORD_MAX]; /* in lower case */
	char quote, last;         /* last: the byte before, blanks left out */
	size_t n_raw;
	char raw[HTML_TITLE_RAW];
};

/* true: the title is found, more bytes are of no use. */
bool html_title_feed(struct html_title *, struct rd bytes);

/* With references decoded (&amp; &lt; &gt; &quot; &apos; &#39; &#x27;, the latter as UTF-8)
 * and runs of blanks as one; ends with a NUL.  0: there is none, or not its end. */
size_t html_title_text(const struct html_title *, char out[static HTML_TITLE_SIZE]);

#endif
