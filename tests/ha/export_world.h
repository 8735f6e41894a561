/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two export threads with their cuts and bases, a link between them, a collector, and virtual time;
 * no cards, no workers, no pair engine. The active one's "workers" are two queues into which flows
 * go at each cut.
 */
#ifndef FC_TESTS_EXPORT_WORLD_H
#define FC_TESTS_EXPORT_WORLD_H

#include "export_judge.h"

#include <ha/checkpoint/base.h>
#include <ha/export_impl.h>

#define WORLD_RINGS 2
#define WORLD_EXPORTERS 4
#define STEP_NS UINT64_C(1000000)
#define EPOCH_STEPS 20
#define DELAY_STEPS 5

struct world;

struct packet {
	struct packet *next;
	struct fc_message *message;
	uint64_t due_ns;
};

struct unit {
	struct world *world;
	unsigned index;
	struct fc_export_thread *export;
	struct fc_cuts *cuts;
	struct fc_base *base;
	struct fc_flow_queue *queue[WORLD_RINGS];
	struct fc_cut_member *member[WORLD_RINGS];
	unsigned first[WORLD_RINGS], next[WORLD_RINGS]; /* flows that wait for the ring's cut */
	bool late[WORLD_RINGS];                         /* its worker is held up */
	uint32_t epoch;
	struct packet *out, **out_end; /* on their way to the peer */
	uint64_t last_due_ns;
	uint64_t incarnation;
	bool there, active, hot, stopped;
};

/* What became of a flow. */
struct fate {
	uint64_t incarnation; /* of the unit that closed it; 0: nobody yet */
	uint64_t cut;         /* 0: alone */
};

struct world {
	uint64_t random, now_ns;
	struct unit unit[2];
	struct fc_config *config;
	struct judge judge[WORLD_EXPORTERS];
	unsigned exporters, monitor;
	unsigned flows; /* numbers given out, from 1 */
	unsigned per_epoch;
	size_t queue; /* datagrams an exporter keeps; 0: as configured */
	uint64_t term, incarnations, step;
	struct fate fate[JUDGE_FLOWS];
	uint64_t committed[64];    /* by incarnation: the last cut that a standby had */
	bool ended[64], gated[64]; /* it is not active any more; nothing left ungated by then */
	bool deaf;                 /* the collector takes nothing now */
	bool may_lack;             /* queues are small: drops are expected */
	/* Exporters have sockets, as configured; this one looks after their other ends, once a
	 * step. NULL: datagrams go to the judges. */
	void (*remote)(void *context);
	void *remote_context;
	bool may_repeat; /* a flow may arrive more than once */
	bool cut_off;    /* a crash takes along what is on its way to the peer */
};

struct world *world_open(uint64_t seed, unsigned exporters);
void world_close(struct world *w);
uint64_t world_random(struct world *w, uint64_t below);

/* Flows in a unit's queue that belong to the cut after this one, before it has begun. */
void world_early(struct world *w, unsigned unit, unsigned ring, uint64_t cut, unsigned flows);
/* A unit begins, as a standby or (alone) active. */
void world_start(struct world *w, unsigned unit, bool active);
/* It is gone from now on; a part of what was on its way still arrives. */
void world_crash(struct world *w, unsigned unit);
/* The active one loses its claim, and stands by. */
void world_step_down(struct world *w, unsigned unit);
/* Both units are there; the active one hands over: nothing is lost or repeated. */
void world_hand_over(struct world *w, unsigned from);
/* Datagrams that were sent, as the peer does not know yet. */
uint64_t world_unknown(const struct world *w, unsigned active, unsigned exporter);
/* Flows that were closed by a unit that ended before they were committed. */
unsigned world_void(const struct world *w);
/* The standby takes over. */
void world_take_over(struct world *w, unsigned unit);
/* What the configuration says now goes to a unit. */
void world_configure(struct world *w, unsigned unit);

void world_run(struct world *w, unsigned steps);
/* Until the standby is hot; then everything is gated. */
void world_until_hot(struct world *w);
/* No more flows, until everything that may leave has left. */
void world_drain(struct world *w);

/* Everything that had to arrive has, once, and nothing else. */
void world_judge(struct world *w);
/* The counters of every exporter agree. */
void world_books(struct world *w);

#endif
