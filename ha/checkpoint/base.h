/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The base: what a standby holds of the active unit's flows. Every flow has two halves; a half is
 * visible if its cut is at most the last committed one. A commit is one number.
 *
 *   FLOWS, CLOSED, RESEND of cut c --> building halves      COMMIT c --> committed = c --> ACK c
 *   the link breaks, another term  --> building halves are void
 *   takeover --> each worker takes the flows of its ring over; what nobody takes is closed
 */
#ifndef FC_CHECKPOINT_BASE_H
#define FC_CHECKPOINT_BASE_H

#include <ha/checkpoint/cuts.h>

struct fc_base;

/* All functions may be called by any thread. Addresses are reserved for `flows_max` flows, memory
 * is taken as they come. Return 0, -EINVAL (0, or above 2^30), -ENOMEM. */
int fc_base_create(size_t flows_max, struct fc_base **out);
void fc_base_destroy(struct fc_base *base);

/*
 * One message FLOWS, CLOSED, RESEND or COMMIT; EXPORTER and DATAGRAM, too, which are only counted.
 * Return 0; 1: a commit, *ack is to be sent; -EPROTO with why: it breaks the rules and nothing of
 * it was taken; -ENOMEM with why, likewise: no memory, or more than flows_max.
 */
int fc_base_message(struct fc_base *base, const struct fc_message *m, struct fc_message **ack,
		    char why[FC_CUT_TEXT]);
/* Nothing more comes of this cut: what is not committed is gone. The next one must begin with
 * RESEND of everything. */
void fc_base_rollback(struct fc_base *base);
/* Empty, as for a standby that begins anew. */
void fc_base_clear(struct fc_base *base);

struct fc_base_look {
	uint64_t term, committed, cut_ns; /* cut_ns: the newest card time in the vector */
	uint64_t flows, building, octets; /* live, changed by the cut being built; memory */
	size_t octets_per_flow;
	uint64_t commits, bulks;
	uint64_t digests, mismatches; /* members compared in a slice; that differed */
	bool synced;                  /* the active unit said so with its last commit */
};
void fc_base_look(struct fc_base *base, struct fc_base_look *out);

/*
 * Committed flows from place *at on, until `most` were copied or the end is reached. Return how
 * many; 0: the end. For listings and for takeover; `taken` flows are left out.
 */
size_t fc_base_next(struct fc_base *base, size_t *at, struct fc_cut_flow *out, size_t most);
/* The vector of the last commit. Return how many places were written, at most `most`. */
size_t fc_base_vector(struct fc_base *base, struct fc_cut_place *out, size_t most);
/* Card time at the end of the last committed epoch of this slot; 0: not known. */
uint64_t fc_base_cut_ns(struct fc_base *base, unsigned slot);
/* After a rollback. True: it was there and is the caller's now. */
bool fc_base_take(struct fc_base *base, uint64_t instance);

#endif
