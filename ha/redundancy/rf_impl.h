/* SPDX-License-Identifier: BSD-2-Clause */
/* Between rf.c (decisions), rf_claim.c (terms) and rf_step.c (transitions and clients). */
#ifndef FC_REDUNDANCY_RF_IMPL_H
#define FC_REDUNDANCY_RF_IMPL_H

#include <ha/redundancy/rf.h>

/* ------------------------------------------------------------------ what is true of the two */
/* What leaves, or is to leave by the peer, is what it has acknowledged. */
static inline bool fc_rf_waits_for_peer(const struct fc_rf *rf)
{
	return rf->gate == FC_RF_GATE_ACKED || rf->handover == FC_RF_HANDOVER_OFFERED;
}

static inline bool fc_rf_has_witness(const struct fc_rf *rf)
{
	return rf->options.fencing == FC_RF_FENCING_FILE ||
	       rf->options.fencing == FC_RF_FENCING_ETCD;
}

/* Nobody can be asked who has a term: the peer is put out of action. */
static inline bool fc_rf_fences_peer(const struct fc_rf *rf)
{
	return rf->options.fencing == FC_RF_FENCING_PEER;
}

static inline void fc_rf_see(struct fc_rf *rf, uint64_t term, uint32_t holder)
{
	if (term > rf->seen || (term == rf->seen && holder))
		rf->holder = holder;
	if (term > rf->seen)
		rf->seen = term;
}

static inline bool fc_rf_heard(const struct fc_rf *rf)
{
	return rf->comm && rf->heard;
}

static inline bool fc_rf_peer_active(const struct fc_rf *rf)
{
	return fc_rf_heard(rf) && fc_rf_is_active(rf->peer.state);
}

/* Can the active unit count on acknowledgements of its own term? */
static inline bool fc_rf_peer_acks(const struct fc_rf *rf)
{
	return fc_rf_heard(rf) && rf->peer.term == rf->term &&
	       (rf->peer.state == FC_RF_STANDBY_HOT ||
		(rf->peer.state == FC_RF_STANDBY_BULK && rf->peer.ready));
}

/* The better right of two units that negotiate, or that are both active. */
static inline bool fc_rf_peer_first(const struct fc_rf *rf)
{
	uint64_t mine = fc_rf_is_active(rf->state) ? rf->term : rf->seen;
	uint64_t theirs = fc_rf_is_active(rf->peer.state) ? rf->peer.term : rf->peer.seen;

	return theirs != mine ? theirs > mine : rf->peer.unit < rf->options.unit;
}

/* ------------------------------------------------------------------ rf_claim.c */
/* Claim a term if there is a right to it and a use for it; one that the peer gives is won at once.
 */
void fc_rf_claim_follow(struct fc_rf *rf, struct fc_rf_time now, struct fc_rf_out *out);
void fc_rf_claim_answer(struct fc_rf *rf, const struct fc_rf_input *in, struct fc_rf_time now,
			struct fc_rf_out *out);
/* Nobody else has a term newer than the one that this unit stands by in. */
bool fc_rf_entitled(const struct fc_rf *rf);

/* ------------------------------------------------------------------ rf_step.c */
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
/* This unit was (previous) or becomes (current) active. */
void fc_rf_switched(struct fc_rf *rf, bool to_me, enum fc_rf_reason reason, struct fc_rf_time now);

#endif
