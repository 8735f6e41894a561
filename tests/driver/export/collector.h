/* SPDX-License-Identifier: BSD-2-Clause */
/* A UDP socket on the loopback with a decoder behind it. */
#ifndef FC_TESTS_EXPORT_COLLECTOR_H
#define FC_TESTS_EXPORT_COLLECTOR_H

#include "decoder.h"

struct collector {
	int fd;
	char port[8];
	struct decoder decoder;
};

void collector_open(struct collector *c);
void collector_close(struct collector *c);
/* What has arrived goes through the decoder, which must like it. Return how many datagrams. */
unsigned collector_read(struct collector *c);

#endif
