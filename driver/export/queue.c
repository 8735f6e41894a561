/* SPDX-License-Identifier: BSD-2-Clause */
#include "queue.h"

#include <errno.h>
#include <stdlib.h>

int fc_queue_init(struct fc_queue *q, size_t capacity, size_t slot_size)
{
	*q = (struct fc_queue){.capacity = capacity, .slot_size = slot_size};
	q->octets = calloc(capacity + 1, slot_size);
	if (!q->octets)
		return -ENOMEM;
	q->datagrams = calloc(capacity + 1, sizeof(*q->datagrams));
	if (!q->datagrams)
		goto free_octets;
	return 0;

free_octets:
	free(q->octets);
	return -ENOMEM;
}

void fc_queue_free(struct fc_queue *q)
{
	free(q->datagrams);
	free(q->octets);
}

static size_t slot(const struct fc_queue *q, uint64_t number)
{
	return (size_t)(number % (q->capacity + 1));
}

uint8_t *fc_queue_building(struct fc_queue *q)
{
	return q->octets + slot(q, q->tail) * q->slot_size;
}

bool fc_queue_seal(struct fc_queue *q, const struct fc_datagram *sealed,
		   struct fc_datagram *dropped)
{
	bool full = q->tail - q->head == q->capacity;

	if (full && q->claimed) {
		*dropped = *sealed;
		return true;
	}
	q->datagrams[slot(q, q->tail++)] = *sealed;
	if (full)
		*dropped = q->datagrams[slot(q, q->head++)];
	return full;
}

const struct fc_datagram *fc_queue_at(const struct fc_queue *q, uint64_t number,
				      const uint8_t **octets)
{
	*octets = q->octets + slot(q, number) * q->slot_size;
	return &q->datagrams[slot(q, number)];
}

uint8_t *fc_queue_octets(struct fc_queue *q, uint64_t number)
{
	return q->octets + slot(q, number) * q->slot_size;
}

void fc_queue_jump(struct fc_queue *q, uint64_t number)
{
	q->head = q->tail = number;
	q->oldest = number;
}

bool fc_queue_remembers(const struct fc_queue *q, uint64_t number)
{
	return number >= q->oldest && number < q->tail && q->tail - number <= q->capacity;
}

void fc_queue_pop(struct fc_queue *q)
{
	q->head++;
}

void fc_queue_disown(struct fc_queue *q, unsigned client)
{
	for (uint64_t n = q->head; n < q->tail; n++)
		for (unsigned i = 0; i < FC_SHARES; i++)
			if (q->datagrams[slot(q, n)].share[i].client == client)
				q->datagrams[slot(q, n)].share[i].client = 0;
}
