/* SPDX-License-Identifier: BSD-2-Clause */
/* Closed flows on their way from one worker to the export thread: one producer, one consumer,
 * bounded, no lock. */
#ifndef FC_FLOW_QUEUE_H
#define FC_FLOW_QUEUE_H

#include <flowcard/flow.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fc_flow_message {
	bool cut;        /* no flow: the cut at cut_ns is complete */
	uint8_t monitor; /* flow monitor of the unit */
	uint64_t cut_ns;
	uint8_t slot; /* of a cut with a number: whose part of it ends */
	uint16_t ring;
	uint64_t number; /* of a cut: the unit's, to which it belongs; 0: alone, safe at once */
	struct fc_flow flow;
};

struct fc_flow_queue;

/* Room for 2^log2 messages. Return 0 or -ENOMEM. */
int fc_flow_queue_create(unsigned log2, struct fc_flow_queue **out);
void fc_flow_queue_destroy(struct fc_flow_queue *queue);

/* Producer. Would a put succeed now? */
bool fc_flow_queue_room(struct fc_flow_queue *queue);
/* Producer. False: full. */
bool fc_flow_queue_put(struct fc_flow_queue *queue, const struct fc_flow_message *message);

/* Consumer. NULL: empty. The message stays there until fc_flow_queue_pop. */
const struct fc_flow_message *fc_flow_queue_head(struct fc_flow_queue *queue);
void fc_flow_queue_pop(struct fc_flow_queue *queue);
/* Consumer. Messages of cuts that are complete, the newest one's message included; where more than
 * half of the queue is full, at least as many as there are above that. */
size_t fc_flow_queue_whole(struct fc_flow_queue *queue);

#endif
