/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Plays one scene on a traced card: waves_run SCENE TRACE.fst
 * Exit status: 0, 1 the scene did not play, 2 wrong usage.
 */
#include "tests/hw/waves/waves_card.h"

#include <errno.h>
#include <flowcard/registers.h>
#include <stdio.h>
#include <string.h>

static int packets(const struct waves_card *card, unsigned from, unsigned count)
{
	int err = 0;

	for (unsigned i = 0; i < count && !err; i++)
		err = waves_packet(card, from + i, 0);
	return err;
}

/* A flow's second packet finds its entry. */
static int scene_hit(struct waves_card *card)
{
	int err = waves_packet(card, 1, 0);

	if (!err)
		err = waves_settle(card);
	if (!err)
		err = waves_packet(card, 1, 0);
	return err ? err : waves_settle(card);
}

/* Eight frames of one beat, one behind the other. */
static int scene_frames(struct waves_card *card)
{
	int err = packets(card, 1, 8);

	return err ? err : waves_settle(card);
}

/* Card time opens an epoch; within the guard time come the first packet of the new one, and one
 * that was stamped before. */
static int scene_epoch(struct waves_card *card)
{
	int err = waves_packet(card, 1, 0);

	if (!err)
		err = waves_settle(card);
	waves_time(card, WAVES_START_NS + WAVES_EPOCH_NS);
	fcsim_run(card->sim, 8);
	if (!err)
		err = waves_packet(card, 1, 10);
	fcsim_run(card->sim, 60);
	if (!err)
		err = waves_packet(card, 1, -10);
	fcsim_run(card->sim, 60);
	return err;
}

/* More flows than entries: one has to go. */
static int scene_evict(struct waves_card *card)
{
	int err = packets(card, 1, 100);

	return err ? err : waves_settle(card);
}

/* The host takes nothing, and the record FIFO fills. */
static int scene_refused(struct waves_card *card)
{
	fcsim_dma_freeze(card->sim, true);
	return packets(card, 1, 200);
}

/* Three flows, then card time closes their epoch: sweep, ledger, barrier, and what the host sees
 * of it, since it has armed the interrupt. */
static int scene_close(struct waves_card *card)
{
	int err = packets(card, 1, 3);

	if (!err)
		err = waves_settle(card);
	if (!err)
		err = waves_write(card, FC_REG_RING_CONSUMER(0), FC_REG_RING_CONSUMER_ARM_MASK);
	waves_time(card, WAVES_START_NS + WAVES_EPOCH_NS);
	fcsim_run(card->sim, 20);
	waves_time(card, WAVES_START_NS + WAVES_EPOCH_NS + WAVES_GUARD_NS);
	return err ? err : waves_settle(card);
}

static int scene_registers(struct waves_card *card)
{
	uint32_t value = 0;
	int err;

	fcsim_run(card->sim, 2);
	err = waves_write(card, FC_REG_EPOCH_GUARD, 0x1234);
	fcsim_run(card->sim, 2);
	if (!err)
		err = fcsim_reg_read(card->sim, FC_REG_EPOCH_GUARD, &value);
	fcsim_run(card->sim, 2);
	return err || value == 0x1234 ? err : -EIO;
}

/* One in four at random, twelve packets of a flow. */
static int scene_sampler(struct waves_card *card)
{
	int err = waves_write(card, FC_REG_SAMPLER_CONTROL(0),
			      FC_SAMPLER_MODE_RANDOM << FC_REG_SAMPLER_CONTROL_MODE_SHIFT |
				      3u << FC_REG_SAMPLER_CONTROL_WINDOW_SHIFT);

	if (!err)
		err = waves_settle(card);
	for (unsigned i = 0; i < 12 && !err; i++)
		err = waves_packet(card, 1, 0);
	return err ? err : waves_settle(card);
}

/* Two flows are copied and stay. */
static int scene_snapshot(struct waves_card *card)
{
	int err = packets(card, 1, 2);

	if (!err)
		err = waves_settle(card);
	if (!err)
		err = waves_write(card, FC_REG_COMMAND, FC_REG_COMMAND_SNAPSHOT_MASK);
	return err ? err : waves_settle(card);
}

static const struct scene {
	const char *name;
	int (*play)(struct waves_card *card);
} scenes[] = {
	{"hit", scene_hit},
	{"frames", scene_frames},
	{"epoch", scene_epoch},
	{"evict", scene_evict},
	{"refused", scene_refused},
	{"close", scene_close},
	{"registers", scene_registers},
	{"sampler", scene_sampler},
	{"snapshot", scene_snapshot},
};

int main(int argc, char **argv)
{
	struct waves_card card = {0};
	int err = -ENOENT;

	if (argc != 3) {
		fprintf(stderr, "usage: waves_run SCENE TRACE.fst\n");
		return 2;
	}
	for (size_t i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++) {
		if (strcmp(scenes[i].name, argv[1]) != 0)
			continue;
		err = waves_open(&card, argv[2]);
		if (err)
			break;
		err = scenes[i].play(&card);
		waves_close(&card);
		break;
	}
	if (err)
		fprintf(stderr, "waves_run: scene %s: %s\n", argv[1], strerror(-err));
	return err ? 1 : 0;
}
