/* SPDX-License-Identifier: BSD-2-Clause */
/* A unit's half of the pair: the engine with everything around it that the daemon gives it. */
#ifndef FC_TEST_PAIR_PEER_H
#define FC_TEST_PAIR_PEER_H

#include "unit.h"

#include <ha/pair/pair.h>
#include <ha/redundancy/claim.h>

/* What the net and the witness have for a unit. */
void peer_link(unsigned unit, struct fc_link_report *report);
void peer_claimed(unsigned unit, int err, uint64_t term, const struct fc_claim_answer *answer);

/* With the unit's boot and crash. */
void peer_open(unsigned unit);
void peer_begin(unsigned unit);
void peer_close(unsigned unit);
struct fc_cuts *peer_cuts(unsigned unit); /* NULL: this schedule has no pair */
/* Look soon. */
void peer_poke(unsigned unit);
/* A datagram leaves: may it? */
void peer_check_datagram(unsigned unit);

/* The traffic follows the active unit, late, where the unit has no hook for it. */
void peer_traffic(void);

/* Orders. */
void peer_force(unsigned unit);
void peer_reload(unsigned unit);
void peer_config_line(unsigned unit);

enum fc_rf_state peer_state(unsigned unit);
bool peer_active(unsigned unit);
/* A card that comes to this unit now is metered. */
bool peer_selected(unsigned unit);

/* Both are as they should be when nothing disturbs them: why not, or NULL. */
const char *peer_unsettled(void);
/* How both stand, for the trace. */
void peer_story(void);
/* Settled, no cut is on its way, and all that may leave has left: the last cut; else 0. */
uint64_t peer_quiet(void);
/* The standby's base, the active unit's table and what was reported, against the truth. */
void peer_judge_base(void);

#endif
