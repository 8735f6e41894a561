/* SPDX-License-Identifier: BSD-2-Clause */
/* Addresses in numbers, with a port. */
#ifndef FC_PEER_ADDRESS_H
#define FC_PEER_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#define FC_ADDRESS_TEXT 64

struct fc_address {
	struct sockaddr_storage at;
	socklen_t octets;
};

/* "" is any address, of the family of `like` (which is then given). Return 0 or -EINVAL. */
int fc_address_set(struct fc_address *out, const char *text, uint16_t port, const char *like);
/* The same host; ports do not matter. */
bool fc_address_same_host(const struct fc_address *a, const struct fc_address *b);
bool fc_address_loopback(const struct fc_address *a);
/* Without the port. */
void fc_address_text(const struct fc_address *a, char out[FC_ADDRESS_TEXT]);

#endif
