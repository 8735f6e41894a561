/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two workers without threads, each with a card's ring in memory, the unit's cuts and a queue; the
 * standby has a base. What would leave the unit is noted per flow when its cut is committed.
 */
#ifndef FC_TEST_MEMBER_RIG_H
#define FC_TEST_MEMBER_RIG_H

#include "fake_card.h"

#include "checkpoint/bay.h"

#include <ha/worker_impl.h>

#define SECOND UINT64_C(1000000000)
enum { RIG_FLOWS = 96, RIG_MONITORS = 3, RIG_PERMANENT = 2, RIG_SLOT = 3, RIG_PENDING = 65536 };

struct rig_counts {
	uint64_t packets[RIG_MONITORS][RIG_FLOWS];
};

struct rig_pending {
	uint64_t number; /* of its cut; 0: it has left */
	unsigned monitor;
	uint32_t flow;
	uint64_t packets;
};

struct rig_side {
	struct bay bay;
	struct fc_base *base;
	struct fake_ring fake;
	struct fc_flow_queue *queue;
	struct fc_worker *worker;
	uint32_t epoch; /* this card's number of the open epoch */
	struct rig_pending pending[RIG_PENDING];
	size_t count, unmarked; /* from there on: its marker has not come */
	unsigned forced, markers;
};

/* The active one and its standby. */
extern struct rig_side a, b;

/* Both, with rings of 2^log2 places; the standby's card numbers its epochs from 1000 on. */
void rig_begin(unsigned log2, bool dual);
void rig_end(void);
/* Some packets of a flow in the open epoch. */
struct fake_delta rig_delta(uint32_t flow, unsigned monitor, uint64_t at_ns, uint32_t packets);

/* `log2`: of the ring. `first`: the card's number of its first epoch. */
void rig_open(struct rig_side *side, unsigned log2, uint32_t first);
void rig_close(struct rig_side *side);
/* One packet or more of one flow in the card's open epoch. */
void rig_write(struct rig_side *side, const struct fake_delta *delta);
void rig_barrier(struct rig_side *side, uint64_t start_ns, uint64_t end_ns);
void rig_ledgers(struct rig_side *side);
/* Turns until nothing moves; the queue is emptied and cuts are sealed. */
void rig_run(struct rig_side *side);
/* One turn of worker and export thread. */
void rig_turn(struct rig_side *side);
/* Give up to `most` messages of `from` to the base of `to`; acknowledgements go back if `ack`. */
void rig_deliver(struct rig_side *from, struct rig_side *to, unsigned most, bool ack);
/* The end of the ring: all flows are closed. */
void rig_finish(struct rig_side *side, enum fc_worker_end end);
/* What has left, or will because its cut is at most `committed`. */
void rig_reported(const struct rig_side *side, uint64_t committed, struct rig_counts *sum);
struct fc_worker_stats rig_stats(struct rig_side *side);

#endif
