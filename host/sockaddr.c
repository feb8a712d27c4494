/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Both families in one storage. */
#include "host/sockaddr.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

socklen_t
sockaddr_from(const struct addr *a, uint16_t port, struct sockaddr_storage *out)
{
	memset(out, 0, sizeof(*out));
	if (a->family == ADDR_IP6) {
		struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)out;
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(port);
		memcpy(&in6->sin6_addr, a->bytes, 16);
		return sizeof(*in6);
	}
	struct sockaddr_in *in = (struct sockaddr_in *)out;
	in->sin_family = AF_INET;
	in->sin_port = htons(port);
	memcpy(&in->sin_addr, a->bytes, 4);
	return sizeof(*in);
}

struct addr
sockaddr_addr(const struct sockaddr_storage *s)
{
	if (s->ss_family == AF_INET6)
		return addr_ip6(((const struct sockaddr_in6 *)s)->sin6_addr.s6_addr);
	return addr_ip4(ntohl(((const struct sockaddr_in *)s)->sin_addr.s_addr));
}

uint16_t
sockaddr_port(const struct sockaddr_storage *s)
{
	return ntohs(s->ss_family == AF_INET6
			? ((const struct sockaddr_in6 *)s)->sin6_port
			: ((const struct sockaddr_in *)s)->sin_port);
}
