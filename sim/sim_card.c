// SPDX-License-Identifier: BSD-2-Clause
#include "sim/sim_card.h"

#include <errno.h>
#include <flowcard/registers.h>
#include <string.h>

enum {
	READ_CLOCKS = 1024, /* before a read, if the card is busy: 4 us of a real one */
	REST_CLOCKS = 4096, /* for writes that are under way when memory is taken away */
};

#define ALL_ONES 0xffffffffu
#define FIELD(value, field) (((value)&FC_REG_##field##_MASK) >> FC_REG_##field##_SHIFT)

/* As the registers stand after a reset of the whole card. */
static void forget_writes(struct fc_sim_card *card)
{
	card->ports_enabled = 0;
	card->epoch_shift = FC_REG_EPOCH_SHIFT_RESET;
	card->epoch_guard_ns = FC_REG_EPOCH_GUARD_RESET;
	card->epoch_writes++;
	memset(card->ring, 0, sizeof(card->ring));
}

int fc_sim_card_open(struct fc_sim_card *card, const struct fcsim_config *config)
{
	int err;

	memset(card, 0, sizeof(*card));
	err = fcsim_create(config, &card->sim);
	if (err)
		return err;
	card->ports = config->ports ? config->ports : 1;
	card->rings = config->rings ? config->rings : 1;
	forget_writes(card);
	/* A slot gives bus mastering when the host says so, in configuration space. */
	fcsim_bus_master_set(card->sim, false);
	return 0;
}

void fc_sim_card_close(struct fc_sim_card *card)
{
	fcsim_destroy(card->sim);
	card->sim = NULL;
}

/* ---------------------------------------------------------------- registers */
static bool in_array(uint32_t offset, uint32_t first, uint32_t stride, unsigned count,
		     unsigned *index)
{
	if (offset < first || (offset - first) % stride || (offset - first) / stride >= count)
		return false;
	*index = (offset - first) / stride;
	return true;
}

static void watch_ring(struct fc_sim_card *card, uint32_t offset, uint32_t value)
{
	const uint32_t stride = FC_REG_RING_CONTROL(1) - FC_REG_RING_CONTROL(0);
	unsigned r;

	if (in_array(offset, FC_REG_RING_CONTROL(0), stride, card->rings, &r)) {
		card->ring[r].enabled = FIELD(value, RING_CONTROL_ENABLE);
		card->ring[r].size_log2 = FIELD(value, RING_CONTROL_SIZE_LOG2);
	} else if (in_array(offset, FC_REG_RING_CONSUMER(0), stride, card->rings, &r)) {
		card->ring[r].consumer = FIELD(value, RING_CONSUMER_INDEX);
	}
}

static void watch_write(struct fc_sim_card *card, uint32_t offset, uint32_t value)
{
	const uint32_t stride = FC_REG_PORT_CONTROL(1) - FC_REG_PORT_CONTROL(0);
	unsigned p;

	if (in_array(offset, FC_REG_PORT_CONTROL(0), stride, card->ports, &p)) {
		card->ports_enabled &= ~(1u << p);
		card->ports_enabled |= FIELD(value, PORT_CONTROL_ENABLE) << p;
	} else if (offset == FC_REG_EPOCH_SHIFT) {
		card->epoch_shift = FIELD(value, EPOCH_SHIFT_SHIFT);
		card->epoch_writes++;
	} else if (offset == FC_REG_EPOCH_GUARD) {
		card->epoch_guard_ns = value;
		card->epoch_writes++;
	} else if (offset == FC_REG_COMMAND && FIELD(value, COMMAND_RESET)) {
		for (unsigned r = 0; r < card->rings; r++)
			card->ring[r].consumer = 0;
	} else {
		watch_ring(card, offset, value);
	}
}

void fc_sim_card_work(struct fc_sim_card *card, uint64_t clocks)
{
	if (fcsim_busy(card->sim))
		fcsim_settle(card->sim, clocks);
}

static int card_bar_read(void *device, uint32_t offset, uint32_t *value)
{
	struct fc_sim_card *card = device;

	card->reads++;
	if (card->all_ones) {
		*value = ALL_ONES;
		return 0;
	}
	fc_sim_card_work(card, READ_CLOCKS);
	return fcsim_reg_read(card->sim, offset, value);
}

static int card_bar_write(void *device, uint32_t offset, uint32_t value)
{
	struct fc_sim_card *card = device;
	int err;

	card->writes++;
	if (card->all_ones)
		return 0;
	err = fcsim_reg_write(card->sim, offset, value);
	if (!err)
		watch_write(card, offset, value);
	return err;
}

/* ---------------------------------------------------------------- the slot */
static int card_dma_map(void *device, uint64_t iova, void *mem, size_t octets)
{
	return fcsim_dma_map(((struct fc_sim_card *)device)->sim, iova, mem, octets);
}

static void card_dma_unmap(void *device, uint64_t iova)
{
	struct fc_sim_card *card = device;

	fc_sim_card_work(card, REST_CLOCKS);
	fcsim_dma_unmap(card->sim, iova);
}

static void card_configured(void *device, const struct fc_pci_config *config)
{
	struct fc_sim_card *card = device;

	card->bus_master = fc_pci_config_bus_master(config);
	fcsim_bus_master_set(card->sim, card->bus_master);
	fcsim_max_payload_set(card->sim, fc_pci_config_max_payload(config));
}

static int card_reset(void *device)
{
	struct fc_sim_card *card = device;

	forget_writes(card);
	return fcsim_power_cycle(card->sim);
}

const struct fc_vfu_device_ops fc_sim_card_ops = {
	.bar_read = card_bar_read,
	.bar_write = card_bar_write,
	.dma_map = card_dma_map,
	.dma_unmap = card_dma_unmap,
	.configured = card_configured,
	.reset = card_reset,
};

uint32_t fc_sim_card_interrupts(struct fc_sim_card *card)
{
	uint32_t rings = fcsim_irq_take_rings(card->sim);

	card->raised += (unsigned)__builtin_popcount(rings);
	while (rings && card->lose) {
		rings &= rings - 1;
		card->lose--;
		card->lost++;
	}
	return rings;
}

uint32_t fc_sim_card_room(struct fc_sim_card *card)
{
	uint32_t least = UINT32_MAX;

	for (unsigned r = 0; r < card->rings; r++) {
		const struct fc_sim_ring *ring = &card->ring[r];
		uint32_t producer, held;

		if (!ring->enabled || fcsim_reg_read(card->sim, FC_REG_RING_PRODUCER(r), &producer))
			continue;
		held = (producer - ring->consumer) & FC_REG_RING_CONSUMER_INDEX_MASK;
		if (held > 1u << ring->size_log2)
			return 0;
		if ((1u << ring->size_log2) - held < least)
			least = (1u << ring->size_log2) - held;
	}
	return least;
}

void fc_sim_card_freeze(struct fc_sim_card *card, bool frozen)
{
	card->frozen = frozen;
	fcsim_dma_freeze(card->sim, frozen);
}
