/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two engines (ha/pair) joined by queues in memory, under a clock that the test turns: a link that
 * breaks, a witness, one ring with a few flows and one exporter each, both small fakes. What leaves
 * goes to one collector, which knows what every sequence number must hold.
 */
#ifndef FC_TESTS_PAIR_ENGINE_BENCH_H
#define FC_TESTS_PAIR_ENGINE_BENCH_H

#include <ha/pair/pair_impl.h>

#define DATAGRAMS 4096
#define EPOCH_MS 50

struct datagram {
	uint64_t sequence, content, cut; /* cut 0: leaves as soon as the gate is open */
};

struct exporter {
	struct datagram d[DATAGRAMS];
	unsigned count;
	uint64_t next, cursor; /* sequence to be given; all before it has left */
};

struct end {
	struct fc_pair *pair;
	unsigned index;
	uint64_t born_ms, wake_ms;
	bool moved;
	/* the link's end */
	bool up;
	struct fc_message *first, **last; /* on their way to this end */
	enum fc_link_down down;           /* reported when `first` is empty */
	bool down_due, up_due;
	/* the witness */
	uint64_t asked, asked_at_ms;
	/* card and exporter */
	struct fc_cut_member *member;
	uint64_t instances, epoch;
	unsigned flows, healthy;
	struct {
		bool there;
		uint64_t ahead_ns;
	} card[2]; /* in slots 1 and 2; their clocks */
	uint64_t guard_ns;
	bool coming_up; /* its card */
	bool silent;    /* its card gives no barriers */
	bool undrained; /* its collector takes nothing */
	bool deaf;      /* its process is stopped */
	struct exporter own, building;
	enum fc_rf_gate gate;
	enum fc_pair_role role;
	/* configuration */
	char config[64];
	bool refuses, too_large;
	/* what it did */
	uint64_t sent;
	unsigned hooks_to_me, hooks_to_peer, reloads, switchovers_logged, refused_logged,
		large_logged, cards_logged;
	char last_log[256];
};

struct bench {
	struct end end[2];
	uint64_t now_ms;
	bool net;            /* the units can reach each other */
	uint64_t connect_ms; /* not before */
	unsigned delay_ms;   /* of a message */
	bool witness_away, drop_acks;
	unsigned mute; /* nothing that this unit says arrives; 0: all does */
	/* of FC_RF_FENCING_PEER: that were run, and how long one takes. It fails with the witness.
	 */
	unsigned commands, command_ms;
	enum fc_rf_fencing fencing;
	enum fc_pair_feed feed;
	enum fc_pair_fencing words; /* of `redundancy fencing`, and their sum */
	uint64_t words_sum;
	uint64_t skew_max_ns; /* of units that boot */
	bool hook;
	uint64_t newest;
	uint32_t holder;
	/* the collector */
	uint64_t seen[DATAGRAMS]; /* content by sequence; 0: not seen */
	uint64_t repeated, conflicts, records;
	uint64_t random;
};

struct bench *bench_open(void);
void bench_close(struct bench *b);
void bench_boot(struct bench *b, unsigned u);
void bench_crash(struct bench *b, unsigned u);
void bench_run(struct bench *b, unsigned ms);
/* Until one is active and the other hot; false: not within 20 s. */
bool bench_settle(struct bench *b);
/* The link ends; the two notice it `notice_ms` later. */
void bench_cut(struct bench *b, enum fc_link_down reason);
/* A message to `u`, as if of its peer. */
void bench_inject(struct bench *b, unsigned u, struct fc_message *m);
/* Index of the active end with the newest term, -1: none. */
int bench_active(const struct bench *b);
enum fc_rf_state bench_state(const struct bench *b, unsigned u);
/* Sequence numbers below the newest one that the collector has not seen. */
uint64_t bench_gaps(const struct bench *b);
void bench_look(struct bench *b, unsigned u, struct fc_pair_look *look);
struct fc_rf_time bench_now(const struct bench *b, unsigned u);

#endif
