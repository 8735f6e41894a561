/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a schedule is about, drawn from its seed: how many slots and rings, which feed, protocols,
 * caches, delays; and the traffic.
 */
#ifndef FC_TEST_PAIR_WORLD_H
#define FC_TEST_PAIR_WORLD_H

#include "judge.h"

#include <ha/config.h>
#include <ha/shadow.h>

#define SIM_UNITS 2
#define SIM_NOWHERE SIM_UNITS

struct sim_world {
	uint64_t seed;
	bool pair;    /* two units; else one that is alone */
	bool dual;    /* both cards see every packet */
	bool hook;    /* a single feed is moved by the active unit */
	bool fencing; /* a witness or a command; else nobody */
	bool command; /* a command that puts the other unit out of action */
	unsigned slots, rings, flows;
	uint64_t epoch_ns;
	unsigned ring_log2;
	unsigned evict;     /* percent */
	uint64_t packet_ns; /* between two, on average */
	uint64_t delay_ns;  /* of a message, at most */
	uint64_t octet_ns;  /* and for each octet */
	uint64_t collector_ns[SIM_UNITS];
	/* Of the cards' clocks */
	int64_t shift_ns[SIM_UNITS][SIM_SLOTS], drift_ppb[SIM_UNITS][SIM_SLOTS];
	bool apart;  /* dual: of one slot they are so much that it must be refused */
	bool skewed; /* dual: two cards give one packet two times */
	struct fc_shadow_monitor monitor[SIM_MONITORS];
	struct fc_config *config;    /* the shared part, and cards */
	unsigned feed;               /* single: unit whose cards get the packets; SIM_NOWHERE */
	bool silent;                 /* no packets */
	bool calm;                   /* no more faults: delays are short, everything answers */
	uint64_t moved_at;           /* when the feed has moved last */
	uint64_t traffic[SIM_FLOWS]; /* weight; a flow rests for a while */
};
extern struct sim_world sim_world;

/* Options of a schedule. */
void world_begin(uint64_t seed, bool pair);
void world_end(void);
/* In words. */
void world_describe(char *text, size_t octets);
/* Packets begin to come. */
void world_traffic(void);
/* The feed moves to this unit after `delay_ns`; a later order replaces it. */
void world_feed(unsigned unit, uint64_t delay_ns);
/* Packets of a flow that came within `window_ns` of a time of the world. */
struct sim_sum world_packets(unsigned flow, uint64_t at, uint64_t window_ns);
/* A packet of this flow comes in: of the units, into which card? NULL: none. */
struct sim_card *unit_card(unsigned unit, unsigned slot);

#endif
