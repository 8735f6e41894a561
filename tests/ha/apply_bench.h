/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A slot with its thread and worker over a fake card. The test writes what the card writes, gives
 * plans to the slot's thread and waits for what came of them; each COMMAND.flush is answered by a
 * barrier meanwhile.
 */
#ifndef FC_APPLY_BENCH_H
#define FC_APPLY_BENCH_H

#include "tests/ha/await.h"
#include "tests/ha/card_ring.h"

#include <ha/slot.h>
#include <pthread.h>

#define SECOND UINT64_C(1000000000)
enum { SLOT = 7, RING_LOG2 = 10, LIMIT_MS = 8000 };

struct apply_card {
	struct fake_card card;
	struct fc_transport_ops ops;
	int (*reg_write)(struct fc_transport *t, uint32_t offset, uint32_t value);
	uint32_t written, epoch;
	unsigned flushes;    /* COMMAND.flush seen and not answered */
	uint32_t mute_flush; /* so many of them bring no barrier */
	bool empty;          /* the slot */
};

/* What the slot's thread is to apply, and what came of it. */
struct apply_order {
	pthread_mutex_t lock;
	struct fc_card_plan plan;
	struct fc_plan_outcome outcome[FC_CARD_MONITORS_MAX];
	bool wanted, done;
	int err;
};

extern struct apply_card fake;
extern struct apply_order order;
extern struct fc_slot *slot;
extern struct fc_monitor_book *book;
extern const uint8_t *secret; /* that setup gives to the slot; NULL: none */

int setup(void **state);
int teardown(void **state);

void insert(void);
void flows_of(unsigned monitor, uint32_t epoch, uint32_t flows);
void barrier(void);

bool answered(void);
int apply(const struct fc_card_plan *plan);
struct fc_slot_status status(void);

#endif
