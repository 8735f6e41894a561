/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The card knows Ethernet only. Here a frame of another link type becomes an Ethernet frame: its
 * link-layer header is replaced by 14 octets (addresses 0, then the type), what follows is
 * unchanged. What only the old header can tell (it was cut, its family is unknown) becomes a
 * verdict that the feeder counts in the card's place.
 */
#ifndef FC_REFRAME_H
#define FC_REFRAME_H

#include "sim/capture.h"
#include <flowcard/registers.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Longest frame that a card's port takes. A longer one is cut to it: no header can lie so far in.
 */
#define FC_REFRAME_OCTETS 1048575u

enum fc_reframe_result {
	FC_REFRAME_FEED,        /* data, octets: give it to the card */
	FC_REFRAME_VERDICT,     /* verdict: the frame is judged, the card must not see it */
	FC_REFRAME_UNSUPPORTED, /* a link type that nobody here knows */
};

struct fc_reframed {
	enum fc_reframe_result result;
	enum fc_verdict verdict;
	const uint8_t *data; /* in->data (Ethernet) or buffer */
	size_t octets;
};

/* Re-frame `in`. `buffer` has FC_REFRAME_OCTETS octets, is the caller's, and is written only if
 * link is not Ethernet. */
void fc_reframe(const struct fc_frame *in, uint8_t *buffer, struct fc_reframed *out);

/* Name of a link type that fc_reframe knows, NULL for every other. */
const char *fc_reframe_link_name(uint16_t link);

#ifdef __cplusplus
}
#endif
#endif
