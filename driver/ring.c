// SPDX-License-Identifier: BSD-2-Clause
#include <endian.h>
#include <errno.h>
#include <flowcard/registers.h>
#include <flowcard/ring.h>
#include <string.h>

/* addrmap fc_record, reg fc_rec_trailer; the tests write records with the generated setters. */
enum { TRAILER0 = 15, TRAILER1 = 31 };
#define SEQUENCE_MASK 0x3fffffffu
#define SECOND_HALF (1u << 30)
#define PHASE_SHIFT 31

enum look { LOOK_OLD, LOOK_THERE, LOOK_WRONG };

static uint32_t ring_size(const struct fc_ring *ring)
{
	return (uint32_t)1 << ring->size_log2;
}

void fc_ring_init(struct fc_ring *ring, struct fc_transport *transport, unsigned number,
		  const void *mem, unsigned size_log2, uint32_t index)
{
	*ring = (struct fc_ring){
		.transport = transport,
		.mem = mem,
		.size_log2 = size_log2,
		.number = number,
		.read = index,
		.released = index,
		.doorbell = index,
		.doorbell_batch = FC_RING_DOORBELL_BATCH,
	};
}

/* What the first trailer of record `index` must read; the second has SECOND_HALF besides. */
static uint32_t trailer_of(const struct fc_ring *ring, uint32_t index)
{
	uint32_t lap = index >> ring->size_log2;

	return ((lap & 1) ^ 1) << PHASE_SHIFT | (index & SEQUENCE_MASK);
}

static enum look judge(uint32_t trailer, uint32_t want)
{
	if (trailer == want)
		return LOOK_THERE;
	return (trailer ^ want) >> PHASE_SHIFT ? LOOK_OLD : LOOK_WRONG;
}

static uint32_t load_trailer(const volatile uint32_t *record, unsigned word)
{
	return le32toh(__atomic_load_n(record + word, __ATOMIC_ACQUIRE));
}

/*
 * Neither half has the phase of this lap. Usually the place holds the lap before, or zeros; but if
 * it holds the lap after, the card has passed the host by a whole ring, and phase alone would never
 * say so. The second trailer decides: its half bit keeps it from being zero by chance.
 */
static bool lapped(const struct fc_ring *ring, uint32_t index, uint32_t trailer1)
{
	return trailer1 == (trailer_of(ring, index + ring_size(ring)) | SECOND_HALF);
}

static int look(struct fc_ring *ring, uint32_t index, const volatile uint32_t *record)
{
	uint32_t want = trailer_of(ring, index);
	uint32_t trailer1 = load_trailer(record, TRAILER1);
	enum look second = judge(trailer1, want | SECOND_HALF);
	enum look first = judge(load_trailer(record, TRAILER0), want);

	if (first == LOOK_THERE && second == LOOK_THERE)
		return 0;
	if (first == LOOK_WRONG || second == LOOK_WRONG || lapped(ring, index, trailer1)) {
		ring->stats.gaps++;
		return -EILSEQ;
	}
	if (first != second)
		ring->stats.torn++;
	return -EAGAIN;
}

/*
 * Why twice: a half is written by one bus write, whose trailer is its last word, so a trailer that
 * is there vouches for the words before it, if those are read after it: hence the acquire loads in
 * look(). Without them the copy may be made of what stood there before the trailers arrived.
 * Nothing stops a broken card from writing into a place that is held, or a caller from
 * looking at one that it has released; the copy would then be of two records. So the trailers are
 * read again after the copy, as in a sequence lock; the fence keeps those loads behind the copy.
 * Trailers in the copy cannot serve for that: nothing says when within the copy they were read.
 */
int fc_ring_peek(struct fc_ring *ring, uint32_t index, uint32_t record[FC_RECORD_WORDS])
{
	uint32_t place = index & (ring_size(ring) - 1);
	const volatile uint32_t *source = ring->mem + (size_t)place * FC_RECORD_WORDS;
	uint32_t want = trailer_of(ring, index);
	int err;

	if (index - ring->released >= ring_size(ring))
		return -EINVAL;
	err = look(ring, index, source);
	if (err)
		return err;
	memcpy(record, (const void *)(uintptr_t)source, FC_RECORD_OCTETS);
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	if (load_trailer(source, TRAILER0) != want ||
	    load_trailer(source, TRAILER1) != (want | SECOND_HALF)) {
		ring->stats.gaps++;
		return -EILSEQ;
	}
	return 0;
}

int fc_ring_next(struct fc_ring *ring, uint32_t record[FC_RECORD_WORDS])
{
	int err;

	if (ring->read - ring->released == ring_size(ring))
		return -EAGAIN;
	err = fc_ring_peek(ring, ring->read, record);
	if (err)
		return err;
	ring->read++;
	ring->stats.records++;
	return 0;
}

static int ring_doorbell(struct fc_ring *ring)
{
	uint32_t value = ring->released & FC_REG_RING_CONSUMER_INDEX_MASK;
	int err;

	/* The card may write into what is given back at once: every load from it comes first. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	err = fc_transport_write(ring->transport, FC_REG_RING_CONSUMER(ring->number), value);
	if (err)
		return err;
	ring->doorbell = ring->released;
	ring->stats.doorbells++;
	return 0;
}

int fc_ring_release(struct fc_ring *ring, uint32_t index, bool force)
{
	uint32_t forward = index - ring->released;

	if (forward > ring_size(ring))
		return -EINVAL;
	if (ring->read - ring->released < forward)
		ring->read = index;
	ring->released = index;
	if (!force && ring->released - ring->doorbell < ring->doorbell_batch)
		return 0;
	return ring_doorbell(ring);
}
