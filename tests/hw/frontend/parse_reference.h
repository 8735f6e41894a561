/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The parse rules of the card for Ethernet frames, in plain C, one octet at a time: the judge of
 * hw/rtl/fc_frontend.sv.
 */
#ifndef FC_PARSE_REFERENCE_H
#define FC_PARSE_REFERENCE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct fc_reference {
	uint32_t vec[17]; /* meaningful with the verdict flow */
	uint32_t l3_len;
	uint32_t frame_len; /* saturated at 20 bits */
	unsigned verdict;   /* enum fc_verdict */
};

/* Judge one frame of `octets` octets as a card with that header window and port number must. */
void fc_reference_parse(const uint8_t *frame, size_t octets, size_t window, unsigned port,
			struct fc_reference *out);

#ifdef __cplusplus
}
#endif
#endif
