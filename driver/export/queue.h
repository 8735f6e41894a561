/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bounded queue of sealed datagrams. Each has a number that only grows; the gate is such a number.
 * One slot more than the capacity holds the datagram being built, so sealing copies nothing. When
 * it is full the oldest gives way.
 *
 *      head             tail
 *   ----[sealed ... sealed][being built]----
 */
#ifndef FC_EXPORT_QUEUE_H
#define FC_EXPORT_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fc_datagram {
	size_t length;
	unsigned records;
};

struct fc_queue {
	uint8_t *octets;
	struct fc_datagram *datagrams;
	size_t slot_size, capacity;
	uint64_t head, tail; /* numbers: oldest sealed, being built */
};

/* Return 0, -ENOMEM. */
int fc_queue_init(struct fc_queue *q, size_t capacity, size_t slot_size);
void fc_queue_free(struct fc_queue *q);

/* Buffer of the datagram being built. */
uint8_t *fc_queue_building(struct fc_queue *q);

/* Seal it. Return true when the oldest was dropped for it; its description goes to `dropped`. */
bool fc_queue_seal(struct fc_queue *q, size_t length, unsigned records,
		   struct fc_datagram *dropped);

/* Datagram number `number` (head <= number < tail). */
const struct fc_datagram *fc_queue_at(const struct fc_queue *q, uint64_t number,
				      const uint8_t **octets);

/* Forget the oldest. */
void fc_queue_pop(struct fc_queue *q);

#endif
