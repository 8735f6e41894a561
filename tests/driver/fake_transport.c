// SPDX-License-Identifier: BSD-2-Clause
#include "tests/driver/fake_transport.h"

#include <errno.h>
#include <flowcard/registers.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* ------------------------------------------------------------------------------ script */

static int script_access(struct fc_transport *t, bool write, uint32_t offset, uint32_t *value)
{
	struct fake_script *s = (struct fake_script *)t;
	const struct fake_step *step = &s->step[s->at];

	if (s->at == s->count)
		fail_msg("%s 0x%04x: nothing more was expected", write ? "write" : "read", offset);
	if (step->write != write || step->offset != offset || (write && step->value != *value))
		fail_msg("step %u: %s 0x%04x (0x%x), expected %s 0x%04x (0x%x)", s->at,
			 write ? "write" : "read", offset, write ? *value : 0,
			 step->write ? "write" : "read", step->offset, step->value);
	if (!write)
		*value = step->value;
	s->at++;
	return 0;
}

static int script_read(struct fc_transport *t, uint32_t offset, uint32_t *value)
{
	return script_access(t, false, offset, value);
}

static int script_write(struct fc_transport *t, uint32_t offset, uint32_t value)
{
	return script_access(t, true, offset, &value);
}

static void script_relax(struct fc_transport *t)
{
	((struct fake_script *)t)->now_ns += FAKE_RELAX_NS;
}

static uint64_t script_now(struct fc_transport *t)
{
	return ((struct fake_script *)t)->now_ns;
}

void fake_script_init(struct fake_script *s)
{
	static const struct fc_transport_ops ops = {
		.reg_read = script_read,
		.reg_write = script_write,
		.relax = script_relax,
		.now = script_now,
	};

	memset(s, 0, sizeof(*s));
	s->transport.ops = &ops;
	s->transport.name = "script";
}

static void script_add(struct fake_script *s, struct fake_step step)
{
	assert_in_range(s->count, 0, FAKE_STEPS_MAX - 1);
	s->step[s->count++] = step;
}

void expect_read(struct fake_script *s, uint32_t offset, uint32_t value)
{
	script_add(s, (struct fake_step){false, offset, value});
}

void expect_write(struct fake_script *s, uint32_t offset, uint32_t value)
{
	script_add(s, (struct fake_step){true, offset, value});
}

void fake_script_done(const struct fake_script *s)
{
	assert_int_equal(s->at, s->count);
}

/* -------------------------------------------------------------------------------- card */

static bool within(uint32_t offset, uint32_t first, uint32_t end)
{
	return offset >= first && offset < end;
}

/* A bit that reads 1 for so many reads. */
static bool count_down(unsigned *reads)
{
	if (*reads == 0)
		return false;
	if (*reads != FAKE_FOREVER)
		(*reads)--;
	return true;
}

static bool enabled(const struct fake_card *c)
{
	return c->reg[FC_REG_CONTROL / 4] & FC_REG_CONTROL_ENABLE_MASK;
}

static void latch_done(struct fake_card *c)
{
	c->reg[FC_REG_LATCH_SEQ / 4]++;
}

static uint32_t status_read(struct fake_card *c)
{
	uint32_t status = FC_REG_STATUS_LINK_UP_MASK;

	if (count_down(&c->clearing))
		status |= FC_REG_STATUS_CLEARING_MASK;
	else if (enabled(c) && !c->never_enabled)
		status |= FC_REG_STATUS_ENABLED_MASK;
	if (count_down(&c->latching))
		status |= FC_REG_STATUS_LATCHING_MASK;
	if (count_down(&c->flushing))
		status |= FC_REG_STATUS_FLUSHING_MASK;
	if (count_down(&c->walking))
		status |= c->walk & FC_REG_COMMAND_SNAPSHOT_MASK
				  ? FC_REG_STATUS_SNAPSHOTTING_MASK
				  : FC_REG_STATUS_FLUSHING_MONITOR_MASK;
	if (!c->restless && !c->restless_until_reset)
		status |= FC_REG_STATUS_IDLE_MASK;
	if (!c->no_bus_master)
		status |= FC_REG_STATUS_BUS_MASTER_MASK;
	return status;
}

static int card_read(struct fc_transport *t, uint32_t offset, uint32_t *value)
{
	struct fake_card *c = (struct fake_card *)t;

	assert_in_range(offset, 0, FAKE_MAP_OCTETS - 4);
	if (c->broken)
		return -EIO;
	*value = offset == FC_REG_STATUS ? status_read(c) : c->reg[offset / 4];
	if (offset == FC_REG_LEDGER_SELECTED_PACKETS(0) && count_down(&c->foreign_latches))
		latch_done(c);
	if (c->gone)
		*value = 0xffffffff;
	return 0;
}

static void card_command(struct fake_card *c, uint32_t value)
{
	if (value & FC_REG_COMMAND_RESET_MASK) {
		c->resets++;
		c->clearing = c->clear_reads;
		c->restless_until_reset = false;
		for (unsigned r = 0; r < FC_REG_RING_COUNT; r++)
			if (c->deaf != FC_REG_RING_PRODUCER(r))
				c->reg[FC_REG_RING_PRODUCER(r) / 4] = 0;
	}
	if (value & FC_REG_COMMAND_FLUSH_MASK)
		c->flushing = c->flush_reads;
	if (value & (FC_REG_COMMAND_FLUSH_MONITOR_MASK | FC_REG_COMMAND_SNAPSHOT_MASK)) {
		c->walk = value;
		c->walking = c->walk_reads;
		/* What stands on the mask is gone when the walk is over. */
		if (value & FC_REG_COMMAND_FLUSH_MONITOR_MASK && c->walk_reads != FAKE_FOREVER)
			c->present &= ~(1u << ((value & FC_REG_COMMAND_MONITOR_MASK) >>
					       FC_REG_COMMAND_MONITOR_SHIFT));
	}
	if (value & FC_REG_COMMAND_LATCH_MASK) {
		c->latching = c->latch_reads;
		if (c->latch_reads != FAKE_FOREVER)
			latch_done(c);
	}
}

static void hash_store(struct fake_card *c, uint32_t high)
{
	uint32_t *address = &c->reg[FC_REG_HASH_ADDR / 4];

	if (*address < FC_HASH_WORDS)
		c->hash[*address] = (uint64_t)high << 32 | c->hash_low;
	(*address)++;
}

/* Registers that the card's state locks, as the register page says. */
static bool locked(const struct fake_card *c, uint32_t offset)
{
	if (within(offset, FC_REG_HASH_ADDR, FC_REG_HASH_HIGH + 4))
		return enabled(c);
	for (unsigned r = 0; r < FC_REG_RING_COUNT; r++)
		if (offset == FC_REG_RING_BASE_LOW(r) || offset == FC_REG_RING_BASE_HIGH(r))
			return c->reg[FC_REG_RING_CONTROL(r) / 4] & 1;
	for (unsigned m = 0; m < FC_REG_MONITOR_COUNT; m++)
		if (within(offset, FC_REG_MONITOR_MASK(m, 0), FC_REG_MONITOR_MASK(m, 17)))
			return (c->reg[FC_REG_MONITOR_CONTROL(m) / 4] & 1) || (c->present >> m & 1);
	return false;
}

static bool read_only(uint32_t offset)
{
	for (unsigned r = 0; r < FC_REG_RING_COUNT; r++)
		if (offset == FC_REG_RING_PRODUCER(r) || offset == FC_REG_RING_ERRORS(r))
			return true;
	return offset < FC_REG_SCRATCH || offset == FC_REG_STATUS || offset == FC_REG_LATCH_SEQ ||
	       within(offset, FC_REG_EPOCH_OPEN, FC_REG_HASH_ADDR) ||
	       within(offset, FC_REG_LEDGER_SELECTED_PACKETS(0), FC_REG_PORT_CONTROL(0));
}

static void card_store(struct fake_card *c, uint32_t offset, uint32_t value)
{
	if (read_only(offset))
		c->reg[FC_REG_FAULT / 4] |= FC_REG_FAULT_BAD_ADDRESS_MASK;
	else if (locked(c, offset))
		c->reg[FC_REG_FAULT / 4] |= FC_REG_FAULT_WRONG_STATE_MASK;
	else if (offset == FC_REG_COMMAND)
		card_command(c, value);
	else if (offset == FC_REG_FAULT)
		c->reg[FC_REG_FAULT / 4] &= ~value;
	else if (offset == FC_REG_HASH_LOW)
		c->hash_low = value;
	else if (offset == FC_REG_HASH_HIGH)
		hash_store(c, value);
	else
		c->reg[offset / 4] = value;
}

static int card_write(struct fc_transport *t, uint32_t offset, uint32_t value)
{
	struct fake_card *c = (struct fake_card *)t;

	assert_in_range(offset, 0, FAKE_MAP_OCTETS - 4);
	if (c->broken)
		return -EIO;
	c->writes++;
	if (c->gone_at_write && offset == c->gone_at_write)
		c->gone = true;
	if (!c->gone && (!c->deaf || offset != c->deaf))
		card_store(c, offset, value);
	return 0;
}

static int card_dma_map(struct fc_transport *t, struct fc_dma *dma)
{
	struct fake_card *c = (struct fake_card *)t;

	assert_in_range(c->maps, 0, FAKE_MAPS_MAX - 1);
	if (c->fail_map_at && c->maps + 1 == c->fail_map_at)
		return -ENOMEM;
	dma->iova = UINT64_C(0x700000000) + ((uint64_t)c->maps << 32);
	c->mapped[c->maps++] = *dma;
	return 0;
}

static void card_dma_unmap(struct fc_transport *t, struct fc_dma *dma)
{
	struct fake_card *c = (struct fake_card *)t;

	for (unsigned i = 0; i < c->maps; i++)
		if (c->mapped[i].mem == dma->mem && c->mapped[i].iova == dma->iova) {
			c->mapped[i].mem = NULL;
			c->unmaps++;
			return;
		}
	fail_msg("unmap of memory that is not mapped");
}

static void card_relax(struct fc_transport *t)
{
	((struct fake_card *)t)->now_ns += FAKE_RELAX_NS;
}

static uint64_t card_now(struct fc_transport *t)
{
	return ((struct fake_card *)t)->now_ns;
}

void fake_card_init(struct fake_card *c, unsigned rings)
{
	static const struct fc_transport_ops ops = {
		.reg_read = card_read,
		.reg_write = card_write,
		.dma_map = card_dma_map,
		.dma_unmap = card_dma_unmap,
		.relax = card_relax,
		.now = card_now,
	};

	memset(c, 0, sizeof(*c));
	c->transport.ops = &ops;
	c->transport.name = "fake";
	c->clear_reads = 3;
	c->latch_reads = 2;
	c->flush_reads = 2;
	c->walk_reads = 2;
	c->reg[FC_REG_MAGIC / 4] = FC_MAGIC;
	c->reg[FC_REG_ABI / 4] = FC_REG_ABI_RESET;
	c->reg[FC_REG_MAP_HASH / 4] = FC_MAP_HASH;
	c->reg[FC_REG_BUILD0 / 4] = 12 | 2u << 8 | rings << 16 | 4u << 24;
	c->reg[FC_REG_BUILD1 / 4] = 4 | 2u << 4 | 192u << 8 | 24u << 24;
	c->reg[FC_REG_BUILD2 / 4] = 68 | 9u << 8 | 2u << 16;
}

uint32_t fake_card_reg(const struct fake_card *c, uint32_t offset)
{
	return c->reg[offset / 4];
}

void fake_card_set_u64(struct fake_card *c, uint32_t offset, uint64_t value)
{
	c->reg[offset / 4] = (uint32_t)value;
	c->reg[offset / 4 + 1] = (uint32_t)(value >> 32);
}

void *fake_card_memory(const struct fake_card *c, uint64_t iova, size_t octets)
{
	for (unsigned i = 0; i < c->maps; i++) {
		const struct fc_dma *dma = &c->mapped[i];

		if (dma->mem && iova >= dma->iova && iova - dma->iova + octets <= dma->octets)
			return (char *)dma->mem + (iova - dma->iova);
	}
	return NULL;
}

unsigned fake_card_mapped(const struct fake_card *c)
{
	return c->maps - c->unmaps;
}
