/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What must have been reported, to the packet, worked out from what the cards were fed and from
 * what the units said to each other; never from a sum of the modules under test.
 *
 *   for every flow and monitor   low <= reported by distinct records <= high
 *   high = what cards of an active unit accounted, and what cannot be told
 *   low  = the same without what cannot be told
 *
 * Epochs of a card are selected, gone (accounted after the last commit, and its unit has lost the
 * part of the active one) or may be either. A unit that becomes active without having been hot
 * has nothing of what was: all up to then is reported or lost (`judge_lost_all`).
 */
#ifndef FC_TEST_PAIR_JUDGE_H
#define FC_TEST_PAIR_JUDGE_H

#include "card.h"

#define SIM_SLOTS 2

/* The schedule has failed: the first sentence is kept, time stops. */
void sim_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
const char *sim_failure(void); /* NULL: none */

void judge_begin(void);
void judge_end(void); /* cards are freed */
/* A card comes; it is the judge's to free. */
void judge_card(struct sim_card *card);

/* What the vector of a commit says. */
struct judge_place {
	unsigned slot, ring;
	uint32_t generation, epoch;
	uint64_t cut_ns;
};
struct judge_vector {
	unsigned places;
	struct judge_place place[4 * SIM_SLOTS * SIM_RINGS];
};
/* Unit `standby` (0, 1) has acknowledged a commit of its peer with this vector; dual: it trusts
 * the feed to be dual. */
void judge_committed(unsigned standby, const struct judge_vector *vector, bool dual);
/* Its base is empty. */
void judge_base_cleared(unsigned standby);

/* `unit` becomes active: from hot standby; planned: the peer handed over; refused: the units do not
 * trust their dual feed. */
void judge_takes_over(unsigned unit, bool hot, bool dual, bool planned, bool refused);
/* `unit` is active no more. Without fencing both may have been, and the one that stays has the part
 * though it took over first. */
void judge_yields(unsigned unit, bool peer_active);
/* The other unit has taken over: what this one does with its flows does not count. */
bool judge_deposed(unsigned unit);

/* All that was selected has been reported. */
void judge_reported(void);
/* `have`: flows that live still, as the base has them; with what was reported they are all up to
 * the last commit that `standby` acknowledged. */
void judge_base(unsigned standby, const struct sim_sum have[SIM_MONITORS][SIM_FLOWS]);

struct judge_stats {
	uint64_t takeovers, planned, lost_all, lost_packets, maybe_packets, packets;
};
extern struct judge_stats judge_stats;

#endif
