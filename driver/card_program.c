// SPDX-License-Identifier: BSD-2-Clause
#include "driver/card_private.h"
#include "driver/hash_tables.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#define CLEAR_LIMIT_NS (100 * FC_MS) /* a clock an entry would be 70 ms for 16 Mi of them */
#define REST_LIMIT_NS (1 * FC_MS)
#define STATUS_LINE_OCTETS 64

#define ALL_FAULTS                                                                                 \
	(FC_REG_FAULT_BAD_ADDRESS_MASK | FC_REG_FAULT_WRONG_STATE_MASK |                           \
	 FC_REG_FAULT_AXI_ERROR_MASK | FC_REG_FAULT_BAD_CONSUMER_MASK |                            \
	 FC_REG_FAULT_NO_BUS_MASTER_MASK | FC_REG_FAULT_UNACCOUNTED_MASK |                         \
	 FC_REG_FAULT_MISSED_MASK | FC_REG_FAULT_EPOCH_LATE_MASK | FC_REG_FAULT_LINK_DOWN_MASK)

_Static_assert(FC_CARD_HASH_KEY_OCTETS == FC_CHACHA_KEY_OCTETS, "one key");
_Static_assert(FC_CARD_PORTS_MAX == FC_REG_PORT_COUNT, "ports of the map");
_Static_assert(FC_CARD_RINGS_MAX == FC_REG_RING_COUNT, "rings of the map");
_Static_assert(FC_CARD_MONITORS_MAX == FC_REG_MONITOR_COUNT, "monitors of the map");
_Static_assert(FC_CARD_VERDICTS == FC_REG_PORT_VERDICT_COUNT, "verdicts of the map");

/* Does not stop at an error: whatever still can be switched off is. */
bool fc_card_quiesce(struct fc_card *card)
{
	struct fc_transport *t = card->transport;
	int err = 0;

	for (unsigned p = 0; p < card->build.ports; p++)
		err |= fc_transport_write(t, FC_REG_PORT_CONTROL(p), 0);
	err |= fc_transport_write(t, FC_REG_CONTROL, 0);
	for (unsigned m = 0; m < card->build.monitors; m++)
		err |= fc_transport_write(t, FC_REG_MONITOR_CONTROL(m), 0);
	for (unsigned r = 0; r < card->build.rings; r++)
		err |= fc_transport_write(t, FC_REG_RING_CONTROL(r), 0);
	return !err && !fc_card_wait(card, FC_REG(STATUS), FC_REG_STATUS_IDLE_MASK,
				     FC_REG_STATUS_IDLE_MASK, REST_LIMIT_NS, "idle is still 0");
}

int fc_card_reset(struct fc_card *card)
{
	int err = fc_card_write(card, FC_REG(COMMAND), FC_REG_COMMAND_RESET_MASK);

	if (!err)
		err = fc_card_wait(card, FC_REG(STATUS), FC_REG_STATUS_CLEARING_MASK, 0,
				   CLEAR_LIMIT_NS, "clearing is still 1");
	/* What an earlier owner did is not our fault. */
	return err ? err : fc_card_write(card, FC_REG(FAULT), ALL_FAULTS);
}

int fc_card_link_test(struct fc_card *card)
{
	int err = fc_card_set(card, FC_REG(SCRATCH), 0xa5c35a3c);

	return err ? err : fc_card_set(card, FC_REG(SCRATCH), 0x5a3ca5c3);
}

static int hash_block_load(struct fc_card *card, const uint64_t words[FC_HASH_BLOCK_WORDS])
{
	int err = 0;

	for (unsigned i = 0; !err && i < FC_HASH_BLOCK_WORDS; i++) {
		err = fc_card_write(card, FC_REG(HASH_LOW), (uint32_t)words[i]);
		if (!err)
			err = fc_card_write(card, FC_REG(HASH_HIGH), (uint32_t)(words[i] >> 32));
	}
	return err;
}

/* The words cannot be read back (they are secret); the address tells whether all were taken. */
static int hash_tables_load(struct fc_card *card, const uint8_t *key)
{
	uint64_t words[FC_HASH_BLOCK_WORDS];
	uint32_t address;
	int err = fc_card_set(card, FC_REG(HASH_ADDR), 0);

	for (uint32_t b = 0; !err && b < FC_HASH_WORDS / FC_HASH_BLOCK_WORDS; b++) {
		fc_hash_block(key, b, words);
		err = hash_block_load(card, words);
	}
	explicit_bzero(words, sizeof(words));
	if (!err)
		err = fc_card_read(card, FC_REG(HASH_ADDR), &address);
	if (err)
		return err;
	if (address != FC_HASH_WORDS)
		return fc_card_fail(card, -EIO, &FC_REG(HASH_ADDR), "reads 0x%x after %u words",
				    (unsigned)address, FC_HASH_WORDS);
	return 0;
}

int fc_card_hash_load(struct fc_card *card, const uint8_t *key)
{
	uint8_t drawn[FC_CHACHA_KEY_OCTETS];
	int err;

	if (key)
		return hash_tables_load(card, key);
	/* Up to 256 octets come whole, or not at all: getrandom(2). */
	if (getrandom(drawn, sizeof(drawn), 0) != sizeof(drawn))
		return fc_card_fail(card, -errno, NULL, "no hash key: getrandom: %s",
				    strerror(errno));
	err = hash_tables_load(card, drawn);
	explicit_bzero(drawn, sizeof(drawn));
	return err;
}

int fc_card_epoch_set(struct fc_card *card, const struct fc_card_config *config)
{
	int err = fc_card_set(card, FC_REG(EPOCH_SHIFT), config->epoch_shift);

	return err ? err : fc_card_set(card, FC_REG(EPOCH_GUARD), config->epoch_guard_ns);
}

/* The ring's memory is zero, so it can only be read from index 0. */
static int ring_check_start(struct fc_card *card, unsigned r)
{
	uint32_t producer;
	int err = fc_card_read(card, FC_REG_IN(RING, r, PRODUCER), &producer);

	if (!err && producer)
		err = fc_card_fail(card, -EIO, &FC_REG_IN(RING, r, PRODUCER),
				   "reads %u after a reset, not 0", (unsigned)producer);
	return err;
}

static int ring_enable(struct fc_card *card, unsigned r, uint64_t status_iova)
{
	uint32_t size = card->ring[r].size_log2 << FC_REG_RING_CONTROL_SIZE_LOG2_SHIFT;
	int err = fc_card_set(card, FC_REG_IN(RING, r, CONTROL), size);

	if (!err)
		err = fc_card_set_64(card, FC_REG_IN(RING, r, BASE_LOW),
				     FC_REG_IN(RING, r, BASE_HIGH), card->ring_dma[r].iova);
	if (!err)
		err = fc_card_set_64(card, FC_REG_IN(RING, r, STATUS_LOW),
				     FC_REG_IN(RING, r, STATUS_HIGH), status_iova);
	if (!err)
		err = fc_card_set(card, FC_REG_IN(RING, r, CONSUMER), 0);
	if (!err)
		err = ring_check_start(card, r);
	return err ? err
		   : fc_card_set(card, FC_REG_IN(RING, r, CONTROL),
				 size | FC_REG_RING_CONTROL_ENABLE_MASK);
}

int fc_card_rings_enable(struct fc_card *card, const struct fc_card_config *config)
{
	int err = 0;

	for (unsigned r = 0; !err && r < card->build.rings; r++) {
		struct fc_ring *ring = &card->ring[r];

		fc_ring_init(ring, card->transport, r, card->ring_dma[r].mem, config->ring_log2, 0);
		if (config->doorbell_batch)
			ring->doorbell_batch = config->doorbell_batch;
		err = ring_enable(card, r,
				  card->status_dma.iova + (uint64_t)r * STATUS_LINE_OCTETS);
	}
	return err;
}
