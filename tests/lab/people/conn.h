/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * conn.h - one connection, as the services see it: bytes in, bytes out
 *
 * A service is a row in services.c.  It reads c->in, drops with bytes_take() what it has
 * done with, and puts its answer into c->out.
 */
#ifndef PEOPLE_CONN_H
#define PEOPLE_CONN_H

#include <openssl/ssl.h>
#include <time.h>

#include "bytes.h"
#include "person.h"

enum next {
	MORE,      /* wait for more */
	START_TLS, /* once what is in out was sent: TLS, and hear goes on inside it */
	END,       /* close once what is in out was sent */
};

struct conn;

struct service {
	const char *name;
	enum service_bit bit;
	uint16_t port;
	bool tls;                          /* from the first byte */
	enum next (*begin)(struct conn *); /* may be NULL */
	enum next (*hear)(
		struct conn *); /* something came; called until nothing changes */
	void (*finish)(struct conn *); /* frees state; may be NULL */
	/* Where a length stands in the first answer, for those who lie about it. */
	unsigned length_at, length_size;
};

struct conn {
	int fd;
	const struct person *who;
	const struct service *service;
	struct bytes in, out;
	SSL *ssl;
	bool tls_stands;
	bool ends;      /* when out is empty */
	bool wants_tls; /* the same */
	bool is_faulty; /* its fault has shown already: fault.c */
	bool waits_for_room;
	unsigned stage; /* the service's own */
	void *state;    /* the same; allocated */
	time_t since, next_drip;
	struct conn *before, *after; /* all connections, the oldest first */
};

/* The services by TCP port, up to a name of NULL. */
extern const struct service services[];

void snmp_begin(void); /* once, before the first */
/* One datagram to SNMP; leaves out empty when there is nothing to say. */
void snmp_answer(const struct person *, const uint8_t *p, size_t n, struct bytes *out);

/* The fault of who lives there, applied to what would have been said: see fault.c.  Called
 * when a connection was made, and each time a service has put something into out. */
void fault_begin(struct conn *);
void fault_speak(struct conn *);
/* What an endless talker adds when there is room again. */
void fault_go_on(struct conn *);
bool fault_instead_of_tls(
	struct conn *); /* true: no TLS, and this was said in its place */
void fault_datagram(const struct person *, struct bytes *out);

/* NTLMSSP (ntlm.c): the challenge of this host, and whether p asks for one. */
void ntlm_put_challenge(struct bytes *, const struct person *);
/* The NTLMSSP message within p: 1 negotiate, 3 authenticate, 0 none. */
unsigned ntlm_find(const uint8_t *p, size_t n);

enum next ssh_begin(struct conn *);
enum next ssh_hear(struct conn *);
void ssh_finish(struct conn *);
enum next http_hear(struct conn *);
enum next smb_hear(struct conn *);
enum next rdp_hear(struct conn *);
enum next ldap_hear(struct conn *);

/* What a host says on the web, also for the truth. */
const char *http_server(const struct person *);
void snmp_descr(const struct person *, char *out, size_t size);

#endif
