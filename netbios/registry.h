/* SPDX-License-Identifier: GPL-3.0-or-later */
/* registry.h - what the registry of a machine says of its Windows and its maker, where an account
 * may read it */
#ifndef NETBIOS_REGISTRY_H
#define NETBIOS_REGISTRY_H

#include "inventory/tell.h"
#include "netbios/samba.h"

/* Over a connection to SAMBA_WINREG.  An NTSTATUS: 0 when the registry could be opened; what is
 * not in it is no fact. */
uint32_t registry_ask(struct samba *, struct tell *);

#endif
