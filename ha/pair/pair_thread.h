/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A pair's engine with sockets, a clock and a witness: one thread steps the link and the engine,
 * one asks for terms (that may block), one moves the traffic (a command that takes a while).
 *
 *   link --reports--> pair's thread --mutex--> struct fc_pair --claim--> claim thread --+
 *     ^                    ^                        |  hook --> hook's thread           |
 *     +----- messages -----|------------------------+                                   |
 *                          +---------------- answers, "moved" --------------------------+
 *
 * Lock order: the pair's mutex, then locks of cuts, base, export thread, slots. Host functions are
 * called with it held and return at once.
 */
#ifndef FC_PAIR_THREAD_H
#define FC_PAIR_THREAD_H

#include <ha/pair/pair.h>
#include <ha/redundancy/claim.h>

struct fc_pair_thread;

struct fc_pair_thread_config {
	struct fc_link_config link;
	struct fc_pair_options options; /* rf.fencing, hook, *_ms follow from the rest */
	char fencing[FC_CLAIM_TEXT];    /* words for fc_claim_init */
	char hook[256];                 /* command; "": none */
	/* The unit's part: role, gate, barrier, drained, followed, export_*, config_*, healthy,
	 * card_ns, reload; each gets the struct fc_pair_thread. The rest is filled in here. */
	struct fc_pair_host host;
	/* Packets that the ports have seen, and an epoch's duration; may take a while. */
	uint64_t (*packets)(void *context);
	uint64_t epoch_ns;
	void *context; /* fc_pair_thread_context */
};

/* Return 0, or -errno with a sentence; nothing runs then. */
int fc_pair_thread_create(const struct fc_pair_thread_config *config, struct fc_pair_thread **out,
			  char why[FC_LINK_TEXT]);
/* From now on things happen; what the host needs is there. Return 0 or -errno. */
int fc_pair_thread_start(struct fc_pair_thread *t);
/* Hand over, if the peer is hot, and say goodbye; limit_ms at most. Nothing of the pair runs after
 * it, the gate stays as it is; cuts and base can be used until fc_pair_thread_destroy. */
void fc_pair_thread_stop(struct fc_pair_thread *t, unsigned limit_ms);
void fc_pair_thread_destroy(struct fc_pair_thread *t);

void *fc_pair_thread_context(struct fc_pair_thread *t);
struct fc_link *fc_pair_thread_link(struct fc_pair_thread *t);

/* Between the two the engine is the caller's, for moments. Any thread. */
struct fc_pair *fc_pair_thread_lock(struct fc_pair_thread *t);
/* With the time of now, which the engine is to be given: it never goes back. */
struct fc_pair *fc_pair_thread_lock_at(struct fc_pair_thread *t, struct fc_rf_time *now);
void fc_pair_thread_unlock(struct fc_pair_thread *t);
struct fc_rf_time fc_pair_thread_now(const struct fc_pair_thread *t);

#endif
