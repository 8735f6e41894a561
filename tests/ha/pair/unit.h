/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One unit, put together from the daemon's own modules and stepped by hand: cards, workers, export
 * thread, the pair's engine. What the daemon's threads do, events of the clock do here.
 */
#ifndef FC_TEST_PAIR_UNIT_H
#define FC_TEST_PAIR_UNIT_H

#include "world.h"

#include <ha/export_impl.h>
#include <ha/orphans.h>
#include <ha/worker_impl.h>

#define SIM_HELD 512

struct sim_slot {
	struct sim_card *card; /* NULL: none here */
	bool working;          /* workers are there */
	struct fc_worker *worker[SIM_RINGS];
	struct fc_flow_queue *queue[SIM_RINGS];
	uint64_t held_until[SIM_RINGS]; /* a worker is held up so long */
	uint64_t void_flows[SIM_RINGS]; /* dropped after the other unit had taken over */
	uint32_t generation;
};

/* What a unit that was stopped in the midst of a turn does when it goes on. */
struct sim_held {
	void (*go)(unsigned unit, void *content, uint64_t value);
	void (*drop)(void *content);
	void *content;
	uint64_t value;
};

struct sim_unit {
	unsigned number; /* 0, 1 */
	unsigned life;   /* events of an earlier one are void */
	bool up, poked;
	uint64_t frozen_until; /* 0: it runs */
	unsigned freeze_in;    /* outputs until it is stopped; 0: not at all */
	uint64_t freeze_ns;
	unsigned stream; /* of the sink */
	struct fc_config *config;
	struct fc_export_thread *export;
	struct fc_orphans *orphans; /* NULL: this schedule has no pair */
	struct fc_flow_queue *orphans_queue;
	struct sim_slot slot[SIM_SLOTS];
	struct sim_held held[SIM_HELD];
	unsigned holds;
};
extern struct sim_unit sim_unit[SIM_UNITS];

void unit_boot(unsigned unit);
/* All that it knew is gone. Its cards go on until somebody resets them. */
void unit_crash(unsigned unit);
/* As by SIGSTOP: after `outputs` more datagrams or messages, for so long. */
void unit_freeze(unsigned unit, unsigned outputs, uint64_t ns);
/* One worker is held up, unless one of this card is. */
void unit_hold(unsigned unit, unsigned slot, unsigned ring, uint64_t ns);
bool unit_runs(unsigned unit);
/* Look soon. */
void unit_poke(unsigned unit);
void unit_card_dies(unsigned unit, unsigned slot);
void unit_card_returns(unsigned unit, unsigned slot);
/* What leaves a unit; while it is stopped, or if it is stopped by it, later. */
void unit_output(unsigned unit, const struct sim_held *what);
/* An event that belongs to this life of a unit, and waits while it is stopped. `content`: NULL, or
 * of the heap: `run` owns it. */
void unit_after(unsigned unit, uint64_t delay_ns,
		void (*run)(unsigned unit, void *content, uint64_t value), void *content,
		uint64_t value);

/* Nothing waits in rings, queues and exporters. */
bool unit_idle(unsigned unit);
/* Live flows of its shards. */
void unit_flows(unsigned unit, struct sim_sum have[SIM_MONITORS][SIM_FLOWS]);

#endif
