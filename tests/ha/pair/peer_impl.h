/* SPDX-License-Identifier: BSD-2-Clause */
/* A unit's half of the pair, for its two files: peer.c (what the engine is given), peer_look.c
 * (orders, and what is asked about it). */
#ifndef FC_TEST_PAIR_PEER_IMPL_H
#define FC_TEST_PAIR_PEER_IMPL_H

#include "peer.h"

struct sim_peer {
	struct fc_pair *pair;
	enum fc_rf_state state; /* after the last call */
	enum fc_rf_gate gate;
	enum fc_pair_role role;
	uint64_t born, tick_at;
	uint64_t serial;            /* of the tick that is awaited */
	bool handed;                /* the peer has handed over */
	bool hooked;                /* the hook was asked to move the traffic away */
	struct judge_vector vector; /* of the last commit that came */
};
extern struct sim_peer sim_peer[SIM_UNITS];

struct fc_rf_time sim_peer_time(unsigned unit);
extern const char *const sim_gates[];

/* As struct fc_pair_host has them. */
unsigned sim_peer_healthy(void *context);
uint64_t sim_peer_card_ns(void *context, unsigned slot);
uint64_t sim_peer_guard_ns(void *context);

#endif
