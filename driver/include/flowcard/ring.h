/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A record ring in host memory, read side. Hardware owns the producer, the host the consumer.
 * A record is there when both its halves carry the phase of its lap and its sequence; nothing else
 * (no interrupt, no status line) is needed to see it. Layout: addrmap fc_record in
 * hw/regs/flowcard.rdl.
 *
 *      consumer (released)      read index            producer (card)
 *   ------|=====================|=====================|----------->  free-running 32-bit indices
 *          held for replay        not yet looked at
 *
 * One thread a ring; rings share nothing, so each may have its own thread.
 */
#ifndef FLOWCARD_RING_H
#define FLOWCARD_RING_H

#include <flowcard/transport.h>
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define FC_RECORD_WORDS 32
#define FC_RECORD_OCTETS 128
#define FC_RING_DOORBELL_BATCH 64 /* what fc_ring_init sets; the owner may change it */

struct fc_ring_stats {
	uint64_t records; /* taken in order by fc_ring_next */
	uint64_t torn;    /* looks while only one half was there */
	uint64_t gaps;    /* looks that ended in -EILSEQ: records were lost */
	uint64_t doorbells;
};

struct fc_ring {
	struct fc_transport *transport;
	const volatile uint32_t *mem; /* 2^size_log2 records */
	unsigned size_log2;
	unsigned number;         /* ring number in the card */
	uint32_t read;           /* free-running index of the next record to look at */
	uint32_t released;       /* what the caller has given back */
	uint32_t doorbell;       /* what the card knows of it */
	uint32_t doorbell_batch; /* write the register when so many records are released */
	struct fc_ring_stats stats;
};

/*
 * Look at a ring from a known place: index 0 with zeroed memory after a reset, or where an earlier
 * process stopped with the memory it had. No register is touched. `mem` is 2^size_log2 records,
 * size_log2 0..24, and stays the caller's.
 */
void fc_ring_init(struct fc_ring *ring, struct fc_transport *transport, unsigned number,
		  const void *mem, unsigned size_log2, uint32_t index);

/*
 * Copy the record at `index` (not before `released`, not beyond the ring's size from it) into
 * `record`, whose content is undefined unless 0 is returned.
 * Return 0; -EAGAIN: not there yet; -EILSEQ: the trailers belong to another record (the card
 * overran or the memory is damaged); -EINVAL: `index` is outside the ring.
 */
int fc_ring_peek(struct fc_ring *ring, uint32_t index, uint32_t record[FC_RECORD_WORDS]);

/*
 * fc_ring_peek at ring->read, and step on if it is there. Same returns, except that a ring which is
 * read and held in full gives -EAGAIN: the card cannot write until something is released.
 */
int fc_ring_next(struct fc_ring *ring, uint32_t record[FC_RECORD_WORDS]);

/*
 * The host is done with everything before `index`; ring->read moves there if it was behind.
 * The register is written when doorbell_batch records are due, or always with `force`.
 * Return 0, -EINVAL (`index` before what is released or beyond the ring's size from it; nothing
 * changes) or the transport's -errno (the release holds, the register is due again next time).
 */
int fc_ring_release(struct fc_ring *ring, uint32_t index, bool force);

#ifdef __cplusplus
}
#endif
#endif
