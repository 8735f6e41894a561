/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One flow as the host knows it: what the shadow table closes and what the exporters encode.
 */
#ifndef FLOWCARD_FLOW_H
#define FLOWCARD_FLOW_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define FC_VECTOR_WORDS 17 /* 68 octets, layout fc_vector in hw/regs/flowcard.rdl */

/* IPFIX flowEndReason (element 136, RFC 5102 5.11.3). */
enum fc_end_reason {
	FC_END_IDLE = 1,     /* inactive timeout */
	FC_END_ACTIVE = 2,   /* active timeout */
	FC_END_DETECTED = 3, /* end of flow detected (transaction end) */
	FC_END_FORCED = 4,   /* metering stops, or the operator asked */
	FC_END_RESOURCES = 5 /* early ageing: no room */
};

struct fc_flow {
	uint32_t vector[FC_VECTOR_WORDS]; /* of the first packet; read with fc_vec_*() of
					     registers.h */
	uint32_t interface_first; /* number of the card's port 0; a port's is this plus the port */
	uint8_t monitor;
	uint8_t sampler;
	uint8_t end_reason; /* enum fc_end_reason */
	uint8_t ttl_min, ttl_max;
	uint16_t tcp_flags;        /* OR, 12 bits */
	uint32_t len_min, len_max; /* layer-3 octets */
	uint64_t packets;
	uint64_t octets; /* layer 3 */
	uint64_t l2_octets;
	uint64_t first_ns, last_ns; /* smallest, largest packet time, ns since 1970 modulo 2^64 */
};

#ifdef __cplusplus
}
#endif
#endif
