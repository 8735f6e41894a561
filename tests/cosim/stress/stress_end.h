/* SPDX-License-Identifier: BSD-2-Clause */
/* The end of an episode: everything reaches the host, and every sum is compared. */
#ifndef STRESS_END_H
#define STRESS_END_H

#include "stress_plan.h"

/* COMMAND.latch, to its end. */
void stress_latch(struct stress_card *card);
/* Latched: eight counters of the ledger; frames, octets, missed and, from [6] on, verdicts. */
void stress_read_ledger(struct stress_card *card, unsigned int m, uint64_t *set);
void stress_read_port(struct stress_card *card, unsigned int p, uint64_t *counter);

/* A new model with cold hash tables, and what it can do. */
void stress_begin(struct stress_card *card, struct stress_plan *plan, uint64_t seed);
void stress_drain(struct stress_card *card);
void stress_compare(struct stress_card *card, const struct stress_plan *plan);

/* Prints what the card reaches with `frames` frames of each kind of load. Return 0, or 1 when a
 * figure is missed. */
int stress_figures(uint64_t frames);

#endif
