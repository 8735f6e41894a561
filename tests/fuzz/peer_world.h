/* SPDX-License-Identifier: BSD-2-Clause */
/* Where a fuzzed peer meets a base and a pair's engine: their host, which does nothing but check.
 */
#ifndef TESTS_FUZZ_PEER_WORLD_H
#define TESTS_FUZZ_PEER_WORLD_H

#include <ha/checkpoint/wire.h>
#include <ha/pair/pair_impl.h>
#include <ha/peer/stream.h>

enum { FLOWS_MAX = 64 }; /* of the base */

struct world {
	const uint8_t *at;
	size_t left;
	unsigned messages;
	struct fc_stream stream;
	uint64_t number; /* of the newest message that was made */
	struct fc_base *base;
	struct fc_pair *pair;
	uint64_t now_ms, asked, granted; /* asked: term, 0: none */
	bool up, hung_up;
	/* what this unit has said last */
	struct pair_says said;
	struct fc_cut_id committed;
	uint64_t config_serial;
	/* how the peer behaves when it behaves */
	bool peer_active;
	uint64_t told;  /* the configuration was sent for this `want` */
	unsigned steps; /* of a standby */
	/* the cut that the peer is building */
	struct fc_cut_id cut;
	struct fc_cut_counts counts;
};

/* The context is a struct world. */
extern const struct fc_pair_host world_host;

/* Each aborts at what must not be. */
void world_read_fields(const struct fc_message *m);
void world_give_base(struct world *w, const struct fc_message *m);
/* At the end: what is not committed is gone, and the rest can be walked. */
void world_check_base(struct world *w);

#endif
