// SPDX-License-Identifier: BSD-2-Clause
#include "ha/peer/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

int fc_address_set(struct fc_address *out, const char *text, uint16_t port, const char *like)
{
	struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
				 .ai_socktype = SOCK_STREAM};
	struct addrinfo *found;
	char service[8];

	if (!*text)
		text = like && strchr(like, ':') ? "::" : "0.0.0.0";
	snprintf(service, sizeof(service), "%u", port);
	if (getaddrinfo(text, service, &hints, &found))
		return -EINVAL;
	memset(out, 0, sizeof(*out));
	memcpy(&out->at, found->ai_addr, found->ai_addrlen);
	out->octets = found->ai_addrlen;
	freeaddrinfo(found);
	return 0;
}

static const void *host_of(const struct fc_address *a, size_t *octets)
{
	if (a->at.ss_family == AF_INET6) {
		*octets = sizeof(struct in6_addr);
		return &((const struct sockaddr_in6 *)&a->at)->sin6_addr;
	}
	*octets = sizeof(struct in_addr);
	return &((const struct sockaddr_in *)&a->at)->sin_addr;
}

bool fc_address_same_host(const struct fc_address *a, const struct fc_address *b)
{
	size_t octets, others;
	const void *mine = host_of(a, &octets), *theirs = host_of(b, &others);

	return a->at.ss_family == b->at.ss_family && octets == others &&
	       memcmp(mine, theirs, octets) == 0;
}

bool fc_address_loopback(const struct fc_address *a)
{
	size_t octets;
	const uint8_t *host = host_of(a, &octets);

	return octets == sizeof(struct in6_addr)
		       ? IN6_IS_ADDR_LOOPBACK((const struct in6_addr *)host)
		       : host[0] == 127;
}

void fc_address_text(const struct fc_address *a, char out[FC_ADDRESS_TEXT])
{
	if (getnameinfo((const struct sockaddr *)&a->at, a->octets, out, FC_ADDRESS_TEXT, NULL, 0,
			NI_NUMERICHOST))
		snprintf(out, FC_ADDRESS_TEXT, "?");
}
