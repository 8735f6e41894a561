/* SPDX-License-Identifier: BSD-2-Clause */
/* Which packet comes next: flows with their sizes and times, merged in order of time. */
#ifndef FC_GEN_TRAFFIC_H
#define FC_GEN_TRAFFIC_H

#include "tools/gen_packet.h"
#include <stdint.h>

#define GEN_START_NS UINT64_C(1700000000000000000)

struct gen_options {
	uint32_t flows;   /* keys, exactly */
	uint64_t packets; /* frames, exactly; not with gaps */
	uint64_t
		length_ns; /* every frame's time lies in [GEN_START_NS, GEN_START_NS + length_ns) */
	uint64_t seed;
	enum gen_mix mix;
	int gaps;
};

struct gen_flow {
	uint64_t start_ns, duration_ns; /* with gaps: of the pause between two bursts */
	uint32_t conversation, packets, sent;
	uint8_t kind, reverse;
};

struct gen_event {
	uint64_t time_ns;
	uint32_t flow;
};

struct gen_traffic {
	struct gen_options options;
	struct gen_flow *flow;
	uint32_t flow_count; /* the last may be the one of noise */
	struct gen_event *heap;
	uint32_t heap_count;
};

/* Return 0, -ENOMEM, -EINVAL (flows, packets or length out of what gen_traffic_refusal allows). */
int gen_traffic_create(struct gen_traffic *t, const struct gen_options *options);
void gen_traffic_destroy(struct gen_traffic *t);

/* Why these options cannot be served; NULL: they can. */
const char *gen_traffic_refusal(const struct gen_options *options);

/* The next packet in order of time. Return 1, or 0 after the last. */
int gen_traffic_next(struct gen_traffic *t, struct gen_packet *p, uint64_t *time_ns);

/* When packet `index` of a flow is sent. */
uint64_t gen_flow_time(const struct gen_options *options, const struct gen_flow *flow,
		       uint32_t index);

#endif
