/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The lab's truth files: what lives at which address.  One line a host:
 *
 *	address mac|- name|- netbios|- workgroup|- ports|- onlink|routed answers
 *
 * `population` writes them; the responders read them and answer accordingly.
 */
#ifndef LAB_TRUTH_H
#define LAB_TRUTH_H

#include <stddef.h>
#include <stdint.h>

struct truth_host {
	uint32_t addr;    /* host order */
	uint8_t mac[6];   /* zeros where the file has "-" */
	char netbios[16]; /* empty where the file has "-" */
	char workgroup[16];
};

struct truth {
	struct truth_host *host; /* sorted by addr */
	size_t n;
};

/* Adds the hosts of a file; exits with a message when it cannot be read. */
void truth_load(struct truth *, const char *path);

/* The host that has this address, or NULL. */
const struct truth_host *truth_find(const struct truth *, uint32_t addr);

/* Bytes of packets, in network order. */
uint16_t get_be16(const uint8_t *);
uint32_t get_be32(const uint8_t *);
void put_be16(uint8_t *, uint16_t);
void put_be32(uint8_t *, uint32_t);

#endif
