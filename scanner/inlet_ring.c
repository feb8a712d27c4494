/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libpcap's ring (packet(7), PACKET_RX_RING). */
#include "scanner/inlet.h"

#include <errno.h>
#include <linux/if_packet.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/late.h"
#include "scanner/packet.h"

#define FUNCTIONS(X) \
	X(pcap_activate) \
	X(pcap_breakloop) \
	X(pcap_close) \
	X(pcap_compile) \
	X(pcap_create) \
	X(pcap_datalink) \
	X(pcap_dispatch) \
	X(pcap_fileno) \
	X(pcap_freecode) \
	X(pcap_get_selectable_fd) \
	X(pcap_geterr) \
	X(pcap_set_buffer_size) \
	X(pcap_set_promisc) \
	X(pcap_set_snaplen) \
	X(pcap_set_timeout) \
	X(pcap_setdirection) \
	X(pcap_setfilter) \
	X(pcap_setnonblock) \
	X(pcap_statustostr)

static struct {
	FUNCTIONS(LATE_POINTER)
} lib;
static const struct late_symbol symbols[] = { FUNCTIONS(LATE_SYMBOL) };
static struct late library = LATE("libpcap.so.0.8", "libpcap0.8", symbols);

enum {
	HANDOVER_MS = 1, /* the kernel hands over a part-filled block after this */
};

struct ring_inlet {
	struct inlet inlet; /* first */
	pcap_t *pcap;
};

/* --- reading ---------------------------------------------------------------------------- */

struct handover {
	pcap_t *pcap;
	port_heard *heard;
	void *arg;
	struct err *e;
	int rc;
};

static void
hand_over(u_char *user, const struct pcap_pkthdr *head, const u_char *bytes)
{
	struct handover *h = (struct handover *)(void *)user;

	if (h->rc == -1)
		return;
	int64_t at = (int64_t)head->ts.tv_sec * SECOND + head->ts.tv_usec;
	h->rc = h->heard(h->arg, bytes, head->caplen, at, h->e);
	if (h->rc == -1)
		lib.pcap_breakloop(h->pcap);
}

static int
ring_read(struct inlet *in, port_heard *heard, void *arg, struct err *e)
{
	struct ring_inlet *r = (struct ring_inlet *)in;
	struct handover h = { r->pcap, heard, arg, e, 0 };
	int n = lib.pcap_dispatch(
		r->pcap, INLET_FRAMES, hand_over, (u_char *)(void *)&h);

	if (h.rc == -1)
		return -1;
	return n == PCAP_ERROR ? err_set(e, ERR_SYS, "listen on %s: %s", in->name,
					 lib.pcap_geterr(r->pcap))
			       : 0;
}

static void
ring_close(struct inlet *in)
{
	struct ring_inlet *r = (struct ring_inlet *)in;

	if (r->pcap)
		lib.pcap_close(r->pcap);
	free(r);
}

/* --- opening ---------------------------------------------------------------------------- */

static int
failed(struct ring_inlet *r, int code, struct err *e)
{
	bool rights = code == PCAP_ERROR_PERM_DENIED;

	return err_set(e, rights ? ERR_AUTH : ERR_SYS, "listen on %s: %s", r->inlet.name,
		*lib.pcap_geterr(r->pcap) ? lib.pcap_geterr(r->pcap)
					  : lib.pcap_statustostr(code));
}

static int
set_filter(struct ring_inlet *r, const char *text, struct err *e)
{
	struct bpf_program program;

	if (lib.pcap_compile(r->pcap, &program, text, 1, PCAP_NETMASK_UNKNOWN) != 0)
		return err_set(e, ERR_ARG, "filter on %s: %s", r->inlet.name,
			lib.pcap_geterr(r->pcap));
	int rc = lib.pcap_setfilter(r->pcap, &program);
	lib.pcap_freecode(&program);
	return rc == 0 ? 0 : failed(r, rc, e);
}

static int
set_up(struct ring_inlet *r, const struct inlet_input *in, struct err *e)
{
	char text[PCAP_ERRBUF_SIZE] = "";
	int on = 1, rc;

	r->pcap = lib.pcap_create(r->inlet.name, text);
	if (!r->pcap)
		return err_set(e, ERR_SYS, "listen on %s: %s", r->inlet.name, text);
	if ((rc = lib.pcap_set_snaplen(r->pcap, PACKET_MAX)) != 0 ||
		(rc = lib.pcap_set_promisc(r->pcap, in->promiscuous)) != 0 ||
		(rc = lib.pcap_set_timeout(r->pcap, HANDOVER_MS)) != 0 ||
		(rc = lib.pcap_set_buffer_size(r->pcap, in->ring)) != 0 ||
		(rc = lib.pcap_activate(r->pcap)) < 0)
		return failed(r, rc, e);
	if (lib.pcap_datalink(r->pcap) != DLT_EN10MB)
		return err_set(e, ERR_ARG, "%s is no Ethernet", r->inlet.name);
	/*
	 * Our own frames must not fill the ring: the kernel keeps them out (Linux 4.20), and
	 * libpcap drops them where it cannot.  Never by "inbound" in the filter: libpcap 1.10
	 * judges the first blocks again by itself, where that word matches nothing.
	 */
	(void)setsockopt(lib.pcap_fileno(r->pcap), SOL_PACKET, PACKET_IGNORE_OUTGOING,
		&on, sizeof(on));
	if ((rc = lib.pcap_setdirection(r->pcap, PCAP_D_IN)) != 0)
		return failed(r, rc, e);
	if (set_filter(r, in->filter, e) == -1)
		return -1;
	if (lib.pcap_setnonblock(r->pcap, 1, text) != 0)
		return err_set(e, ERR_SYS, "listen on %s: %s", r->inlet.name, text);
	r->inlet.fd = lib.pcap_get_selectable_fd(r->pcap);
	return 0;
}

int
inlet_ring_open(struct inlet **out, const struct inlet_input *input, struct err *e)
{
	static const struct inlet_driver driver = { ring_read, ring_close };
	struct ring_inlet *r = calloc(1, sizeof(*r));

	*out = NULL;
	if (!r)
		return err_nomem(e);
	if (late_load(&library, e) == -1) {
		free(r);
		return -1;
	}
	r->inlet = (struct inlet){
		.driver = &driver, .name = input->link->name, .fd = -1
	};
	if (set_up(r, input, e) == -1) {
		ring_close(&r->inlet);
		return -1;
	}
	*out = &r->inlet;
	return 0;
}
