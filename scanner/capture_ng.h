/* SPDX-License-Identifier: GPL-3.0-or-later */
/* capture_ng.h - capture files in the form pcapng (draft-ietf-opsawg-pcapng), read by libpcap */
#ifndef SCANNER_CAPTURE_NG_H
#define SCANNER_CAPTURE_NG_H

#include "scanner/capture.h"

enum { CAPTURE_NG_FIRST = 0x0a }; /* byte of such a file, and of no pcap */

struct capture_ng;

int capture_ng_load(struct err *);
/* Takes the file over, also when it fails. */
int capture_ng_new(struct capture_ng **out, FILE *file, struct err *);
void capture_ng_free(struct capture_ng *);           /* NULL is fine */
uint32_t capture_ng_link(const struct capture_ng *); /* LINKTYPE_… */
/* As capture_read, without notes. */
int capture_ng_read(
	struct capture_ng *, struct capture_frame *out, bool *more, struct err *);

#endif
