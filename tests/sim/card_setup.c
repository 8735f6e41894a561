/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/sim/card_setup.h"

#include <flowcard/registers.h>

#define KEY_OCTETS 69
#define SETTLE 1000000

struct setting {
	uint32_t offset, value;
};

static int card_write(struct fcsim *sim, const struct setting *setting, size_t count)
{
	int err = 0;

	for (size_t i = 0; i < count && !err; i++)
		err = fcsim_reg_write(sim, setting[i].offset, setting[i].value);
	return err;
}

static int card_load_hash(struct fcsim *sim)
{
	uint64_t word = 0x2545f4914f6cdd1d;
	int err = fcsim_reg_write(sim, FC_REG_HASH_ADDR, 0);

	for (unsigned i = 0; i < KEY_OCTETS * 256 && !err; i++) {
		word = word * 6364136223846793005u + 1442695040888963407u;
		err = card_write(sim,
				 (struct setting[]){{FC_REG_HASH_LOW, (uint32_t)(word >> 32)},
						    {FC_REG_HASH_HIGH, (uint32_t)(word >> 16)}},
				 2);
	}
	return err;
}

int card_setup(struct fcsim *sim, unsigned ring_log2, uint32_t mask)
{
	const struct setting setting[] = {
		{FC_REG_EPOCH_SHIFT, CARD_EPOCH_SHIFT},
		{FC_REG_EPOCH_GUARD, 0},
		{FC_REG_RING_BASE_LOW(0), (uint32_t)CARD_RING_IOVA},
		{FC_REG_RING_BASE_HIGH(0), (uint32_t)(CARD_RING_IOVA >> 32)},
		{FC_REG_RING_STATUS_LOW(0), (uint32_t)CARD_STATUS_IOVA},
		{FC_REG_RING_STATUS_HIGH(0), (uint32_t)(CARD_STATUS_IOVA >> 32)},
		{FC_REG_RING_CONTROL(0), ring_log2 << FC_REG_RING_CONTROL_SIZE_LOG2_SHIFT |
						 FC_REG_RING_CONTROL_ENABLE_MASK},
		{FC_REG_MONITOR_PORTS(0), 1},
		{FC_REG_MONITOR_CONTROL(0), FC_REG_MONITOR_CONTROL_ENABLE_MASK |
						    FC_REG_MONITOR_CONTROL_IPV4_MASK |
						    FC_REG_MONITOR_CONTROL_IPV6_MASK},
		{FC_REG_CONTROL, FC_REG_CONTROL_ENABLE_MASK},
		{FC_REG_PORT_CONTROL(0), FC_REG_PORT_CONTROL_ENABLE_MASK},
	};
	int err = card_load_hash(sim);

	for (unsigned i = 0; i < 17 && !err; i++)
		err = fcsim_reg_write(sim, FC_REG_MONITOR_MASK(0, i), mask);
	if (!err)
		err = card_write(sim, setting, sizeof(setting) / sizeof(setting[0]));
	return err ? err : fcsim_settle(sim, SETTLE);
}
