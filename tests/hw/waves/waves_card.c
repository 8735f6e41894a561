/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/hw/waves/waves_card.h"

#include <errno.h>
#include <flowcard/registers.h>
#include <stdlib.h>

#define ENTRIES 64
#define RING_LOG2 10
#define RING_OCTETS ((size_t)128 << RING_LOG2)
#define RING_IOVA 0x340000000u
#define STATUS_IOVA 0x350000000u
#define KEY_OCTETS 69
#define SPORT_OCTET 32

struct setting {
	uint32_t offset, value;
};

static int waves_write_all(const struct waves_card *card, const struct setting *setting,
			   size_t count)
{
	int err = 0;

	for (size_t i = 0; i < count && !err; i++)
		err = waves_write(card, setting[i].offset, setting[i].value);
	return err;
}

static int waves_hash_word(const struct waves_card *card, unsigned position, unsigned value,
			   uint64_t word)
{
	const struct setting setting[] = {
		{FC_REG_HASH_ADDR, position << FC_REG_HASH_ADDR_POSITION_SHIFT | value},
		{FC_REG_HASH_LOW, (uint32_t)word},
		{FC_REG_HASH_HIGH, (uint32_t)(word >> 32)},
	};

	return waves_write_all(card, setting, 3);
}

/* Only what this key can ask for: octet 0 at every place, any octet at the low one of the port. */
static int waves_hash(const struct waves_card *card)
{
	uint64_t word = 0x2545f4914f6cdd1d;
	int err = 0;

	for (unsigned i = 0; i < KEY_OCTETS && !err; i++)
		err = waves_hash_word(card, i, 0, 0);
	for (unsigned value = 1; value < 256 && !err; value++) {
		word = word * 6364136223846793005u + 1442695040888963407u;
		err = waves_hash_word(card, SPORT_OCTET, value, word ^ word >> 29);
	}
	return err;
}

static int waves_program(const struct waves_card *card)
{
	const struct setting setting[] = {
		{FC_REG_EPOCH_SHIFT, WAVES_EPOCH_SHIFT},
		{FC_REG_EPOCH_GUARD, WAVES_GUARD_NS},
		{FC_REG_RING_BASE_LOW(0), (uint32_t)RING_IOVA},
		{FC_REG_RING_BASE_HIGH(0), (uint32_t)((uint64_t)RING_IOVA >> 32)},
		{FC_REG_RING_STATUS_LOW(0), (uint32_t)STATUS_IOVA},
		{FC_REG_RING_STATUS_HIGH(0), (uint32_t)((uint64_t)STATUS_IOVA >> 32)},
		{FC_REG_RING_CONTROL(0), RING_LOG2 << FC_REG_RING_CONTROL_SIZE_LOG2_SHIFT |
						 FC_REG_RING_CONTROL_ENABLE_MASK},
		{FC_REG_MONITOR_PORTS(0), 1},
		{FC_REG_MONITOR_CONTROL(0),
		 FC_REG_MONITOR_CONTROL_ENABLE_MASK | FC_REG_MONITOR_CONTROL_IPV4_MASK},
		{FC_REG_CONTROL, FC_REG_CONTROL_ENABLE_MASK},
		{FC_REG_PORT_CONTROL(0), FC_REG_PORT_CONTROL_ENABLE_MASK},
	};
	int err = waves_hash(card);

	for (unsigned word = 0; word < 17 && !err; word++)
		err = waves_write(card, FC_REG_MONITOR_MASK(0, word),
				  word == SPORT_OCTET / 4 ? 0xffff : 0);
	if (!err)
		err = waves_write_all(card, setting, sizeof(setting) / sizeof(setting[0]));
	return err ? err : waves_settle(card);
}

static int waves_build(struct waves_card *card, const struct fcsim_config *config)
{
	int err = fcsim_create(config, &card->sim);

	if (err)
		return err;
	err = fcsim_dma_map(card->sim, RING_IOVA, card->ring, RING_OCTETS);
	if (!err)
		err = fcsim_dma_map(card->sim, STATUS_IOVA, card->status, 4096);
	waves_time(card, WAVES_START_NS);
	if (!err)
		err = waves_program(card);
	if (err)
		fcsim_destroy(card->sim);
	return err;
}

int waves_open(struct waves_card *card, const char *path)
{
	struct fcsim_config config = {.entries = ENTRIES, .seed = 1};
	struct fcsim_stats stats;
	int err = -ENOMEM;

	card->ring = calloc(1, RING_OCTETS);
	card->status = calloc(1, 4096);
	if (!card->ring || !card->status)
		goto free_memory;
	/* Setting up is the same each time, so a card without a trace says how long it takes. */
	err = waves_build(card, &config);
	if (err)
		goto free_memory;
	fcsim_stats(card->sim, &stats);
	fcsim_destroy(card->sim);
	config.trace_path = path;
	config.trace_from = stats.core_clocks;
	err = waves_build(card, &config);
	if (err)
		goto free_memory;
	return 0;

free_memory:
	free(card->ring);
	free(card->status);
	return err;
}

void waves_close(struct waves_card *card)
{
	fcsim_destroy(card->sim);
	free(card->ring);
	free(card->status);
}

/* Ethernet, IPv4 without options (46 octets), UDP to port 53: 60 octets, one beat. */
int waves_packet(const struct waves_card *card, unsigned flow, int64_t after)
{
	uint8_t frame[60] = {
		0x02, 0,    0,    0,    0,    0x0b, 0x02, 0,    0,    0,    0,    0x0a, 0x08, 0x00,
		0x45, 0x00, 0x00, 0x2e, 0x12, 0x34, 0x40, 0x00, 0x3f, 0x11, 0x00, 0x00, 192,  0,
		2,    1,    198,  51,   100,  7,    0x00, 0x00, 0x00, 0x35, 0x00, 0x1a,
	};

	frame[35] = (uint8_t)flow;
	return fcsim_frame(card->sim, 0, frame, sizeof(frame), card->now + (uint64_t)after, false);
}

int waves_write(const struct waves_card *card, uint32_t offset, uint32_t value)
{
	return fcsim_reg_write(card->sim, offset, value);
}

int waves_settle(const struct waves_card *card)
{
	return fcsim_settle(card->sim, WAVES_SETTLE);
}

void waves_time(struct waves_card *card, uint64_t ns)
{
	card->now = ns;
	fcsim_time_set(card->sim, ns);
}
