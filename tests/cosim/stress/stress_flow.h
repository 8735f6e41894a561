/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets of each flow that are in the card, in the order of their operations. */
#ifndef STRESS_FLOW_H
#define STRESS_FLOW_H

#include "stress_ref.h"

#include <uthash.h>

struct stress_op {
	uint32_t vec[17];
	uint32_t l3_len, frame_len;
	uint64_t time_ns;
	uint32_t epoch;
	uint8_t monitor, output, port, sampler_id;
	struct stress_flow *flow;
	struct stress_op *prev, *next;
};

struct stress_key {
	uint32_t monitor;
	uint32_t vec[17];
};

struct stress_flow {
	struct stress_key key;
	struct stress_op *head, *tail;
	int ring; /* that its records come in, -1: not known yet */
	UT_hash_handle hh;
};

/* The flow of a monitor that this vector belongs to; NULL if there is none and not `create`. */
struct stress_flow *stress_flow_of(const struct stress_config *config, unsigned int monitor,
				   const uint32_t *vec, bool create);
void stress_flow_append(struct stress_flow *flow, struct stress_op *op);
/* Takes op out of its flow and frees it. */
void stress_flow_drop(struct stress_op *op);
void stress_flows_free(void);
/* Packets of all flows together. */
uint64_t stress_flows_packets(void);

/* Compares a record with the packets of its flow; `stays`: they remain (a snapshot). Each packet
 * that goes is told to `gone` first. */
void stress_flow_record(struct stress_flow *flow, const uint32_t *rec, bool stays,
			void (*gone)(const struct stress_op *op));

#endif
