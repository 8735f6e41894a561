// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <ha/flow_queue.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdlib.h>

struct fc_flow_queue {
	alignas(64) atomic_size_t put;    /* counts up for ever; the producer's line */
	atomic_size_t whole;              /* put, behind the newest cut */
	alignas(64) atomic_size_t popped; /* the consumer's */
	struct fc_flow_message *message;
	size_t mask;
};

int fc_flow_queue_create(unsigned log2, struct fc_flow_queue **out)
{
	struct fc_flow_queue *q = aligned_alloc(64, sizeof(*q));

	if (!q)
		return -ENOMEM;
	q->message = calloc((size_t)1 << log2, sizeof(*q->message));
	if (!q->message) {
		free(q);
		return -ENOMEM;
	}
	q->mask = ((size_t)1 << log2) - 1;
	atomic_init(&q->put, 0);
	atomic_init(&q->whole, 0);
	atomic_init(&q->popped, 0);
	*out = q;
	return 0;
}

void fc_flow_queue_destroy(struct fc_flow_queue *q)
{
	if (!q)
		return;
	free(q->message);
	free(q);
}

bool fc_flow_queue_room(struct fc_flow_queue *q)
{
	return atomic_load_explicit(&q->put, memory_order_relaxed) -
		       atomic_load_explicit(&q->popped, memory_order_acquire) <=
	       q->mask;
}

bool fc_flow_queue_put(struct fc_flow_queue *q, const struct fc_flow_message *message)
{
	size_t put = atomic_load_explicit(&q->put, memory_order_relaxed);

	if (!fc_flow_queue_room(q))
		return false;
	q->message[put & q->mask] = *message;
	atomic_store_explicit(&q->put, put + 1, memory_order_release);
	if (message->cut)
		atomic_store_explicit(&q->whole, put + 1, memory_order_release);
	return true;
}

const struct fc_flow_message *fc_flow_queue_head(struct fc_flow_queue *q)
{
	size_t popped = atomic_load_explicit(&q->popped, memory_order_relaxed);

	if (popped == atomic_load_explicit(&q->put, memory_order_acquire))
		return NULL;
	return &q->message[popped & q->mask];
}

void fc_flow_queue_pop(struct fc_flow_queue *q)
{
	size_t popped = atomic_load_explicit(&q->popped, memory_order_relaxed);

	atomic_store_explicit(&q->popped, popped + 1, memory_order_release);
}

size_t fc_flow_queue_whole(struct fc_flow_queue *q)
{
	size_t popped = atomic_load_explicit(&q->popped, memory_order_relaxed);
	size_t whole = atomic_load_explicit(&q->whole, memory_order_acquire) - popped;
	size_t all = atomic_load_explicit(&q->put, memory_order_acquire) - popped;
	size_t half = q->mask / 2 + 1, pressed = all > half ? all - half : 0;

	/* Popped beyond the newest cut, as what presses is: nothing of a whole one is left. */
	if (whole > all)
		whole = 0;
	return whole > pressed ? whole : pressed;
}
