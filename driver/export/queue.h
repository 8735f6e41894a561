/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bounded queue of sealed datagrams. Each has a number that only grows; the gate is such a number.
 * One slot more than the capacity holds the datagram being built, so sealing copies nothing. When
 * it is full the oldest gives way; but while a sender is in the middle of the oldest, the newest.
 *
 *      head             tail
 *   ----[sealed ... sealed][being built]----
 */
#ifndef FC_EXPORT_QUEUE_H
#define FC_EXPORT_QUEUE_H

#include <flowcard/export.h>
#include <stddef.h>
#include <stdint.h>

#define FC_SHARES FC_EXPORTER_SHARES /* clients with records in one datagram */

/* What a client has in a datagram. */
struct fc_share {
	uint16_t client; /* 0: a client that is gone, or nobody */
	uint16_t records;
	uint32_t octets;
};

struct fc_datagram {
	uint32_t length;
	uint32_t sequence;
	unsigned records;   /* of all shares */
	unsigned templates; /* template records in it */
	struct fc_share share[FC_SHARES];
	bool later; /* lost: a line of a text behind its first, which stands for the datagram */
};

struct fc_queue {
	uint8_t *octets;
	struct fc_datagram *datagrams;
	size_t slot_size, capacity;
	uint64_t head, tail; /* numbers: oldest sealed, being built */
	uint64_t oldest;     /* since the numbers jumped last */
	bool claimed;        /* the oldest has left in part; the sender says so */
};

/* Return 0, -ENOMEM. */
int fc_queue_init(struct fc_queue *q, size_t capacity, size_t slot_size);
void fc_queue_free(struct fc_queue *q);

/* Buffer of the datagram being built. */
uint8_t *fc_queue_building(struct fc_queue *q);

/* Seal it. Return true when one was dropped for it; its description goes to `dropped`. */
bool fc_queue_seal(struct fc_queue *q, const struct fc_datagram *sealed,
		   struct fc_datagram *dropped);

/* Datagram number `number` (head <= number < tail). */
const struct fc_datagram *fc_queue_at(const struct fc_queue *q, uint64_t number,
				      const uint8_t **octets);

/* The octets, for who changes them on their way out. */
uint8_t *fc_queue_octets(struct fc_queue *q, uint64_t number);

/* An empty queue goes on with this number. */
void fc_queue_jump(struct fc_queue *q, uint64_t number);

/* Is the description of a datagram that was popped (or is there) still in its place? */
bool fc_queue_remembers(const struct fc_queue *q, uint64_t number);

/* Forget the oldest. */
void fc_queue_pop(struct fc_queue *q);

/* Shares of a client that goes belong to nobody from now on. */
void fc_queue_disown(struct fc_queue *q, unsigned client);

#endif
