/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The recording collector: reads version 5, 9 and IPFIX from the RFCs' pages and shares nothing
 * with the encoder. A datagram is known by its sequence number; the first one counts, one that
 * comes again must be the same to the bit.
 *
 * A stream is what one unit began and its hot standbys went on with. When all state of a pair is
 * lost the next active unit begins another one, from sequence number 0.
 */
#ifndef FC_TEST_PAIR_SINK_H
#define FC_TEST_PAIR_SINK_H

#include "card.h"

#define SIM_DOMAINS SIM_MONITORS

void sink_begin(void);
void sink_end(void);
/* As it arrives. `stream`: the sender's. */
void sink_take(unsigned stream, const uint8_t *octets, size_t length);
/* What distinct records have said. */
struct sim_sum sink_reported(unsigned domain, unsigned flow);
/* No number is missing between the first and the last of a stream. */
void sink_check_gaps(void);

struct sink_stats {
	uint64_t datagrams, again, records, templates, options;
};
extern struct sink_stats sink_stats;

#endif
