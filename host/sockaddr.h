/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sockaddr.h - addresses as the system calls want them */
#ifndef HOST_SOCKADDR_H
#define HOST_SOCKADDR_H

#include <sys/socket.h>

#include "base/addr.h"

/* Returns the size. */
socklen_t sockaddr_from(const struct addr *, uint16_t port, struct sockaddr_storage *);
struct addr sockaddr_addr(const struct sockaddr_storage *); /* unset: another family */
uint16_t sockaddr_port(const struct sockaddr_storage *);

#endif
