/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libpcap knows the blocks of pcapng, their byte orders, clocks and interfaces; one file has one
 * link type for it. */
#include "scanner/capture_ng.h"

#include <pcap/pcap.h>
#include <stdlib.h>

#include "base/late.h"

#define FUNCTIONS(X) \
	X(pcap_close) \
	X(pcap_datalink) \
	X(pcap_fopen_offline) \
	X(pcap_geterr) \
	X(pcap_next_ex)

static struct {
	FUNCTIONS(LATE_POINTER)
} lib;
static const struct late_symbol symbols[] = { FUNCTIONS(LATE_SYMBOL) };
static struct late library = LATE("libpcap.so.0.8", "libpcap0.8", symbols);

enum { AT_END = -2 }; /* of pcap_next_ex(3) */

struct capture_ng {
	pcap_t *pcap;
	uint64_t n; /* frames read */
};

int
capture_ng_load(struct err *e)
{
	return late_load(&library, e);
}

int
capture_ng_new(struct capture_ng **out, FILE *file, struct err *e)
{
	char why[PCAP_ERRBUF_SIZE] = "";
	struct capture_ng *c = library.loaded ? calloc(1, sizeof(*c)) : NULL;

	if (!c) {
		(void)fclose(file);
		return library.loaded
			? err_nomem(e)
			: err_set(e, ERR_PROTO,
				  "is pcapng: \"editcap -F pcap\" makes a pcap file of it");
	}
	c->pcap = lib.pcap_fopen_offline(file, why);
	if (!c->pcap) {
		(void)fclose(file);
		free(c);
		return err_set(
			e, ERR_PROTO, "is no pcapng file that libpcap reads: %s", why);
	}
	*out = c;
	return 0;
}

void
capture_ng_free(struct capture_ng *c)
{
	if (!c)
		return;
	lib.pcap_close(c->pcap); /* with the file */
	free(c);
}

uint32_t
capture_ng_link(const struct capture_ng *c)
{
	return (uint32_t)lib.pcap_datalink(c->pcap);
}

int
capture_ng_read(
	struct capture_ng *c, struct capture_frame *out, bool *more, struct err *e)
{
	struct pcap_pkthdr *head;
	const uint8_t *bytes;
	int rc = lib.pcap_next_ex(c->pcap, &head, &bytes);

	*more = rc != AT_END;
	if (rc == AT_END)
		return 0;
	c->n++;
	if (rc != 1)
		return err_set(e, ERR_PROTO, "frame %ju: %s", (uintmax_t)c->n,
			lib.pcap_geterr(c->pcap));
	if (head->caplen > CAPTURE_FRAME_MAX)
		return err_set(e, ERR_PROTO, "frame %ju has %u bytes, the limit is %d",
			(uintmax_t)c->n, head->caplen, CAPTURE_FRAME_MAX);
	*out = (struct capture_frame){ .bytes = bytes,
		.n = head->caplen,
		.at_us = (int64_t)head->ts.tv_sec * 1000000 + head->ts.tv_usec };
	return 0;
}
