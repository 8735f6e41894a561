/* SPDX-License-Identifier: BSD-2-Clause */
#include "collector.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>
/* cmocka wants setjmp and stdarg first. */
#include <cmocka.h>

void collector_open(struct collector *c)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(address);

	*c = (struct collector){.fd = socket(AF_INET, SOCK_DGRAM, 0)};
	assert_true(c->fd >= 0);
	assert_int_equal(bind(c->fd, (struct sockaddr *)&address, size), 0);
	assert_int_equal(getsockname(c->fd, (struct sockaddr *)&address, &size), 0);
	snprintf(c->port, sizeof(c->port), "%u", ntohs(address.sin_port));
}

unsigned collector_read(struct collector *c)
{
	uint8_t datagram[65536];
	unsigned count = 0;
	ssize_t got;

	while ((got = recv(c->fd, datagram, sizeof(datagram), MSG_DONTWAIT)) > 0) {
		const char *wrong = decoder_read(&c->decoder, datagram, (size_t)got);

		if (wrong)
			fail_msg("%s", wrong);
		count++;
	}
	return count;
}

void collector_close(struct collector *c)
{
	close(c->fd);
}
