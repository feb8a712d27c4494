/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * roles.h - what a machine says that it is by the names it has, and by its entry in a browse
 * list
 *
 * Tables; the words are stable, and what netbios.roles and browse.types hold.
 */
#ifndef NETBIOS_ROLES_H
#define NETBIOS_ROLES_H

#include "wire/nbns.h"

/* What is done differently for some of them. */
enum nb_role {
	NB_MASTER = 1,        /* local master browser: <1d> */
	NB_DOMAIN_MASTER = 2, /* domain master browser: <1b> */
	NB_CONTROLLER = 4,    /* domain controller: <1c> */
};

/* The word for a name of this suffix: "file-server", "master-browser"; NULL: not known. */
const char *nb_role_word(uint8_t suffix, bool group);
/* nb_role of a name of this suffix. */
unsigned nb_role(uint8_t suffix, bool group);
/* nb_role of all active names together. */
unsigned nb_roles(const struct nbns_status *);

/* The words of the ServerType bits of a browse list ([MS-BRWS] 2.2.6, [MS-RAP] 2.5.5.2.1):
 * the word of bit i, or NULL when it has none. */
const char *nb_type_word(unsigned bit);
unsigned nb_type_roles(uint32_t types);

#endif
