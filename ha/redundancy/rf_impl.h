/* SPDX-License-Identifier: BSD-2-Clause */
/* Between rf.c (decisions) and rf_step.c (transitions and clients). */
#ifndef FC_REDUNDANCY_RF_IMPL_H
#define FC_REDUNDANCY_RF_IMPL_H

#include <ha/redundancy/rf.h>

/* Apply an event: new state, line of the history, clients' step begun. */
void fc_rf_move(struct fc_rf *rf, enum fc_rf_event event, struct fc_rf_time now,
		struct fc_rf_out *out);
void fc_rf_gate_set(struct fc_rf *rf, enum fc_rf_gate gate, struct fc_rf_out *out);
/* Tell clients until one is to be waited for; at the end, at most one transition. */
void fc_rf_step_run(struct fc_rf *rf, struct fc_rf_time now, struct fc_rf_out *out);
/* The client's answer came, or (late) did not. */
void fc_rf_step_answer(struct fc_rf *rf, enum fc_rf_rc rc, struct fc_rf_time now,
		       struct fc_rf_out *out);
/* Tell every client but the two at the ends of a change that is no step. */
void fc_rf_status(struct fc_rf *rf, enum fc_rf_code code, uint32_t op, struct fc_rf_time now);
void fc_rf_line_states(struct fc_rf *rf, bool my, bool peer, struct fc_rf_time now);
/* Nobody else has a term newer than the one that this unit stands by in. */
bool fc_rf_entitled(const struct fc_rf *rf);
/* This unit was (previous) or becomes (current) active. */
void fc_rf_switched(struct fc_rf *rf, bool to_me, enum fc_rf_reason reason, struct fc_rf_time now);

#endif
