/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * person.h - who lives at an address: names, system, keys, services
 *
 * All follows from the seed and the address, so a network is the same at each start.
 */
#ifndef PEOPLE_PERSON_H
#define PEOPLE_PERSON_H

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum service_bit {
	SSH = 1,
	HTTP = 2,
	HTTPS = 4,
	SMB = 8,
	RDP = 16,
	SNMP = 32,
	LDAP = 64,
};

/* What is wrong with who lives in people-bad; see fault.c. */
enum fault {
	SOUND,
	SILENT,   /* accepts and says nothing */
	DRIP,     /* one byte a second */
	ENDLESS,  /* never comes to an end */
	LENGTHS,  /* its messages lie about their lengths */
	GARBAGE,  /* random bytes, also where TLS should be */
	RESET,    /* a reset instead of the first answer */
	CLOSES,   /* ends each connection at once */
	FLOOD,    /* 1 MiB where an answer should be */
	HALF,     /* half of the first answer, then the end */
	STALLS,   /* half of the first answer, then nothing */
	NAMES,    /* control characters and escapes in every text */
	REDIRECT, /* its web pages lead to themselves */
	FAULTS,
};

/* A Windows, as it tells itself in NTLM and in SMB1. */
struct windows {
	const char *product;
	unsigned major, minor, build;
	uint16_t dialect; /* the newest SMB2 dialect */
	bool server, smb1, must_sign;
};

struct domain {
	const char *netbios, *dns, *forest;
};

struct profile {
	const char *name;
	unsigned services;
	unsigned share;     /* of 100 in a mixed population */
	const char *prefix; /* of names */
	const char *banner; /* of SSH */
	const char *web;    /* the Server field; NULL: by the Windows */
	unsigned status;    /* of the page on port 80 */
	const char *descr;  /* sysDescr */
	const char *object; /* sysObjectID, as numbers with dots */
	unsigned layers;    /* sysServices */
	bool forwards;
};

struct person {
	uint32_t addr; /* host order */
	const struct profile *profile;
	const struct windows *windows; /* NULL: none */
	const struct domain *domain;   /* NULL: a machine of its own */
	enum fault fault;
	char name[16];      /* NetBIOS: capitals */
	char dns[64];       /* lower case, whole */
	char title[64];     /* of its web pages */
	char location[64];  /* of SNMP */
	char lie[64];       /* a PTR that does not lead back; empty: none */
	bool is_only_a_lie; /* and there is no other PTR */
	uint8_t mac[6], guid[16], engine[11];
	EVP_PKEY *ssh, *tls;
	bool ssh_is_ec;
	X509 *cert;
};

struct people {
	struct person *all; /* sorted by address */
	size_t n;
};

/* Adds the living of a network; exits when there is none of that name. */
void people_add(struct people *, const char *network, uint64_t seed);
/* Keys and certificates, kept in this file (NULL: not kept) for the next start. */
void people_make_keys(struct people *, uint64_t seed, const char *file);
const struct person *people_find(const struct people *, uint32_t addr);
uint64_t keyed_hash(uint64_t seed, uint32_t addr, unsigned purpose);

/* What nft, the name server and people need to know of them: see truth.c. */
void truth_print_facts(const struct people *, FILE *);
void truth_print_rows(const struct people *, FILE *);
void truth_print_names(const struct people *, FILE *);

/* The host key as SSH sends it, the certificate's text: also for the truth. */
struct bytes;
void ssh_put_public_key(struct bytes *, const struct person *);
const char *smb_dialect_text(uint16_t dialect);
bool smb_must_sign(const struct person *);

#endif
