/* SPDX-License-Identifier: BSD-2-Clause */
/* What the property test knows of both units, the reference that the base is compared with, and the
 * link between them. */
#ifndef FC_TESTS_CHECKPOINT_PROPERTY_WORLD_H
#define FC_TESTS_CHECKPOINT_PROPERTY_WORLD_H

#include "bay.h"

#include <ha/checkpoint/base_impl.h>
#include <ha/checkpoint/cuts_impl.h>

enum { MEMBERS = 5, FLOWS = 60, QUEUE = 4096, SERIALS = 1 << 16, STEPS = 2500 };

struct shot {
	uint64_t instance, value;
	uint32_t serial;
};

struct shots {
	struct shot at[FLOWS * 4];
	unsigned count;
};

struct item {
	uint32_t serial;
	uint64_t marker; /* number of the cut, if serial is 0 */
};

struct member {
	struct fc_cut_member *m;
	unsigned slot;
	uint32_t number;
	uint64_t next, standbys;
	struct shots live, ended; /* ended: since the last cut */
	bool changed[FLOWS];
	uint64_t cut; /* joined last; 0: none is in flight */
	bool leaving, done;
	struct shots frozen, closed; /* of that cut */
	struct shots give;
	unsigned given;
	struct item queue[QUEUE];
	unsigned from, to;
};

/* What the base must hold of one who gave it. */
struct holding {
	uint32_t number;
	uint64_t gone_with; /* number of the commit; 0: it stays */
	uint64_t left_in;   /* cut that was on its way when it left, with its last part */
	struct shots shots, last;
};

struct world {
	struct bay bay;
	struct fc_base *base;
	uint64_t seed, random, term;
	struct member member[MEMBERS];
	struct holding held[MEMBERS * 64];
	unsigned holds;
	uint32_t serials;
	uint64_t sealed_in[SERIALS]; /* 0: not yet */
	uint32_t pending[QUEUE * MEMBERS];
	unsigned pendings;
	bool everything_came; /* RESEND of everything, in the cut that is on its way */
	uint64_t commits, flips, compared, checked;
};

extern struct world w;

/* End the program with the seed and this sentence. */
void world_fail(const char *what) __attribute__((noreturn));
uint64_t world_draw(void);
unsigned world_below(unsigned n);
bool world_one_in(unsigned n);
void world_put(struct shots *shots, struct shot shot);

struct holding *world_holding_of(uint32_t number);
bool world_base_is_reference(void);
/* The oldest message reaches the base; a commit is judged, its ACK goes back. */
void world_deliver_one(void);
/* What is on its way is lost; then another mode, perhaps another term. */
void world_break_link(void);

#endif
