/* SPDX-License-Identifier: BSD-2-Clause */
/* What one episode is like: drawn from the seed, written into the card. */
#ifndef STRESS_PLAN_H
#define STRESS_PLAN_H

#include "stress_card.h"
#include "stress_ref.h"

enum stress_hash { STRESS_HASH_RANDOM, STRESS_HASH_ZERO, STRESS_HASH_FEW };

struct stress_plan {
	struct stress_config config;
	enum stress_hash hash;
	bool load_hash;
	uint32_t guard_ns;
	unsigned int flows, burst, late_percent, odd_percent;
	unsigned int clocks, event_clocks; /* length; clocks between two events, about */
	unsigned int stall_percent;
};

/* Clocks, stalls, host and configuration of the next episode. */
void stress_plan_draw(struct stress_plan *plan, struct stress_card *card);
void stress_plan_print(const struct stress_plan *plan, const struct stress_card *card);
/* MONITOR.CONTROL without enable. */
void stress_plan_off(const struct stress_plan *plan, struct stress_card *card,
		     unsigned int monitor);
/* Another monitor of that number, which is off and holds nothing; on again at the end. */
void stress_plan_change(struct stress_plan *plan, struct stress_card *card, unsigned int monitor);
/* Registers, enabled at the end. */
void stress_plan_program(const struct stress_plan *plan, struct stress_card *card);

/* Frames as the plan wants them; `card` for the time. */
void stress_traffic_start(const struct stress_plan *plan, const struct stress_card *card);
size_t stress_traffic(unsigned int port, uint8_t *frame, uint64_t *time_ns, bool *bad);

#endif
