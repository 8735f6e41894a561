/* SPDX-License-Identifier: BSD-2-Clause */
/* A collector on the loopback that only counts: data records of IPFIX, and what is missing between
 * the sequence numbers. */
#ifndef FC_TEST_WIRE_SINK_H
#define FC_TEST_WIRE_SINK_H

#include <stdint.h>

struct wire_sink {
	int fd;
	char port[8];
	uint16_t record_octets[2]; /* of the two template ids, as last announced */
	uint64_t datagrams, records, bad;
	uint64_t missing;  /* records that sequence numbers skip */
	uint32_t sequence; /* expected next */
};

/* Return 0 or -errno. */
int wire_sink_open(struct wire_sink *sink);

/* Take what is there; never waits. */
void wire_sink_drain(struct wire_sink *sink);
void wire_sink_close(struct wire_sink *sink);

#endif
