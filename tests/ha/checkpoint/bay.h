/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A bay for tests: cuts whose messages are kept in order until the test delivers them, and a clock
 * that the test turns.
 */
#ifndef FC_TESTS_CHECKPOINT_BAY_H
#define FC_TESTS_CHECKPOINT_BAY_H

#include <ha/checkpoint/base.h>
#include <ha/checkpoint/wire.h>

struct bay {
	struct fc_cuts *cuts;
	struct fc_message *first, **end;
	unsigned waiting;
	size_t queued; /* what queued() says besides the messages; SIZE_MAX / 2: no room */
	uint64_t now_ms;
	unsigned moved;
};

void bay_open(struct bay *bay, const struct fc_cuts_options *options);
void bay_close(struct bay *bay);
/* The oldest message, to be freed; NULL: none. */
struct fc_message *bay_next(struct bay *bay);
/* Messages of this type among those that wait. */
unsigned bay_count(const struct bay *bay, enum fc_message_type type);
void bay_drop_all(struct bay *bay);

/* Give all that waits to the base; ACKs go back at once. Return the last error, *why with it. */
int bay_deliver(struct bay *bay, struct fc_base *base, char why[FC_CUT_TEXT]);
/* What the export thread does when nothing is exported: markers, seal. */
void bay_seal(struct bay *bay);
void bay_marker(struct bay *bay, unsigned slot, unsigned ring);

/* A flow whose every value is drawn from `seed`. */
struct fc_cut_flow bay_flow(uint64_t instance, uint64_t seed);

#endif
