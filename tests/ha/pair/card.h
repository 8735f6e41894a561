/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A card of the simulation: packets into deltas, deltas into ring records, an epoch a label of its
 * clock. It keeps the truth: how much of which flow it accounted in which epoch.
 *
 *   packet --> resident delta --evicted early, or swept at the epoch's end--> ring --> worker
 *          \-> truth[epoch][flow]
 */
#ifndef FC_TEST_PAIR_CARD_H
#define FC_TEST_PAIR_CARD_H

#include "clock.h"

#include <flowcard/ring.h>
#include <tests/ha/fake_card.h>

#define SIM_FLOWS 20
#define SIM_MONITORS 2
#define SIM_RINGS 2
#define SIM_EPOCHS 2500                        /* of one presence */
#define SIM_BORN UINT64_C(1795348800000000000) /* card time when a schedule begins */

struct sim_sum {
	uint64_t packets, octets;
};

/* Does an epoch belong to what must be reported? */
enum sim_mark { SIM_GONE, SIM_MAYBE, SIM_SELECTED };

struct sim_epoch {
	uint64_t start_ns, end_ns;     /* card time; end 0: open */
	uint64_t open_at;              /* the world's time when it began */
	enum sim_mark mark[SIM_RINGS]; /* of the flows of each ring */
	struct sim_sum flow[SIM_MONITORS][SIM_FLOWS];
};

struct sim_ring {
	struct fc_ring ring;
	uint32_t *mem;
	unsigned log2;
	uint32_t producer, consumer;
	uint32_t (*waits)[FC_RECORD_WORDS]; /* no room in the ring: still in the card */
	size_t waiting, room;
	int64_t let_go; /* newest epoch of what went back since more than half was held; -1 */
};

struct sim_resident {
	bool there;
	struct fake_delta delta;
};

/* One presence of a card, from reset to reset. */
struct sim_card {
	struct fc_transport transport;
	struct sim_card *next; /* all of a schedule's, for the judge */
	unsigned unit, slot, rings;
	uint32_t generation;
	bool alive;            /* it meters; else it died, or was reset */
	bool closed;           /* dead, and its unit has seen it */
	bool selected;         /* its open epoch counts */
	struct {               /* the judge's */
		bool given;    /* dead, and what it left belongs to an acknowledged cut */
		bool resolved; /* its unit has lost the active part: marks are final */
		int64_t epoch[SIM_RINGS]; /* the last one that the standby has; -1: none */
	} covered;
	int64_t shift_ns, drift_ppb; /* its clock against the world's */
	uint64_t epoch_ns;
	struct sim_ring ring[SIM_RINGS];
	struct sim_resident resident[2][SIM_MONITORS][SIM_FLOWS]; /* by epoch modulo 2 */
	uint32_t epoch;                                           /* open */
	bool closing;       /* the one before is still being swept */
	unsigned evict;     /* percent of packets that make their flow leave early */
	unsigned immediate; /* monitors that report each packet by itself, a bit each */
	uint64_t emitted_packets[SIM_MONITORS], emitted_octets[SIM_MONITORS];
	struct sim_epoch *truth; /* SIM_EPOCHS */
	/* A record or a doorbell: the unit should look. */
	void (*moved)(struct sim_card *card);
	unsigned (*ring_of)(struct sim_card *card, unsigned monitor, unsigned flow);
	void *context;
};

struct sim_card *sim_card_create(unsigned rings, unsigned ring_log2, uint64_t epoch_ns);
void sim_card_free(struct sim_card *card);
/* Of all rings, in an epoch. */
void sim_card_mark(struct sim_epoch *epoch, enum sim_mark mark);
uint64_t sim_card_time(const struct sim_card *card);
/* First event: the end of its first epoch. */
void sim_card_start(struct sim_card *card);
void sim_card_packet(struct sim_card *card, unsigned flow, unsigned octets, unsigned flags);
/* Close the open epoch now. */
void sim_card_flush(struct sim_card *card);
/* No more records; what was not in a ring was never accounted. */
void sim_card_kill(struct sim_card *card);

#endif
