/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How fast the model runs: frames of one size, of so many flows in random order, fed back to back.
 * usage: sim_speed [ENTRIES [FRAMES [FLOWS [OCTETS]]]]
 */
#include "tests/sim/card_setup.h"

#include <errno.h>
#include <flowcard/registers.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define RING_LOG2 18
#define EPOCH_NS (UINT64_C(1) << CARD_EPOCH_SHIFT)
#define FRAME_NS 20000 /* 50,000 packets a second of card time */
#define RELEASE_FRAMES 256
#define STEP_CLOCKS 1000000
#define OCTETS_MAX 65536

struct load {
	unsigned entries, frames, flows, octets;
};

static uint8_t frame[OCTETS_MAX] = {
	0x02, 0, 0, 0, 0, 0x0b, 0x02, 0, 0, 0,   0, 0x0a, 0x08, 0,   0x45, 0,   0,
	0,    0, 0, 0, 0, 0x40, 6,    0, 0, 192, 0, 2,    1,    198, 51,   100, 7,
};

static void frame_of_flow(unsigned flow, unsigned octets)
{
	unsigned ip = octets - 14;

	frame[16] = (uint8_t)(ip >> 8);
	frame[17] = (uint8_t)ip;
	frame[31] = (uint8_t)(flow >> 24);
	frame[32] = (uint8_t)(flow >> 16);
	frame[34] = (uint8_t)(flow >> 8);
	frame[35] = (uint8_t)flow;
	frame[46] = 5 << 4;
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static int consumer_follow(struct fcsim *sim)
{
	uint32_t producer;
	int err = fcsim_reg_read(sim, FC_REG_RING_PRODUCER(0), &producer);

	return err ? err
		   : fcsim_reg_write(sim, FC_REG_RING_CONSUMER(0),
				     producer & FC_REG_RING_CONSUMER_INDEX_MASK);
}

static int feed(struct fcsim *sim, const struct load *load)
{
	uint64_t random = 88172645463325252u, now = EPOCH_NS;
	int err = 0;

	for (unsigned i = 0; i < load->frames && !err; i++) {
		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		now += FRAME_NS;
		frame_of_flow((unsigned)((random >> 32) * load->flows >> 32), load->octets);
		fcsim_time_set(sim, now);
		if (now % EPOCH_NS < FRAME_NS)
			err = fcsim_settle(sim, STEP_CLOCKS);
		if (!err)
			err = fcsim_frame(sim, 0, frame, load->octets, now, false);
		if (!err && i % RELEASE_FRAMES == 0)
			err = consumer_follow(sim);
	}
	return err ? err : fcsim_settle(sim, STEP_CLOCKS);
}

static void report(const struct load *load, double took, const struct fcsim_stats *before,
		   const struct fcsim_stats *after, uint32_t records)
{
	double n = load->frames;

	printf("entries %u, %u frames of %u octets, %u flows: %.0f packets/s, %.2f us, "
	       "%.2f core and %.2f MAC clocks, %.3f records a packet\n",
	       load->entries, load->frames, load->octets, load->flows, n / took, took * 1e6 / n,
	       (double)(after->core_clocks - before->core_clocks) / n,
	       (double)(after->mac_clocks - before->mac_clocks) / n, records / n);
}

/* A figure of a run that lost packets would be worth nothing. */
static int loss(struct fcsim *sim)
{
	uint32_t missed = 1, unaccounted = 1;
	int err = fcsim_reg_write(sim, FC_REG_COMMAND, FC_REG_COMMAND_LATCH_MASK);

	if (!err)
		err = fcsim_settle(sim, STEP_CLOCKS);
	if (!err)
		err = fcsim_reg_read(sim, FC_REG_PORT_MISSED(0), &missed);
	if (!err)
		err = fcsim_reg_read(sim, FC_REG_LEDGER_UNACCOUNTED_PACKETS(0), &unaccounted);
	if (!err && (missed || unaccounted))
		err = -EOVERFLOW;
	return err;
}

static int measure(struct fcsim *sim, const struct load *load)
{
	struct fcsim_stats before, after;
	uint32_t records = 0;
	double start;
	int err;

	fcsim_stats(sim, &before);
	start = seconds();
	err = feed(sim, load);
	start = seconds() - start;
	fcsim_stats(sim, &after);
	if (!err)
		err = fcsim_reg_read(sim, FC_REG_RING_PRODUCER(0), &records);
	if (!err)
		err = loss(sim);
	if (!err)
		report(load, start, &before, &after, records);
	return err;
}

static int run(const struct load *load)
{
	const struct fcsim_config config = {.entries = load->entries, .seed = 1};
	size_t octets = (size_t)CARD_RECORD_WORDS * 4 << RING_LOG2;
	struct fcsim *sim = NULL;
	void *ring = calloc(1, octets + 4096);
	int err = -1;

	if (!ring)
		return err;
	err = fcsim_create(&config, &sim);
	if (err)
		goto free_ring;
	err = fcsim_dma_map(sim, CARD_RING_IOVA, ring, octets);
	if (!err)
		err = fcsim_dma_map(sim, CARD_STATUS_IOVA, (char *)ring + octets, 4096);
	fcsim_time_set(sim, EPOCH_NS);
	if (!err)
		err = card_setup(sim, RING_LOG2, 0xffffffff);
	if (!err)
		err = measure(sim, load);
	fcsim_destroy(sim);
free_ring:
	free(ring);
	return err;
}

static unsigned argument(int argc, char **argv, int i, unsigned otherwise)
{
	return argc > i ? (unsigned)strtoul(argv[i], NULL, 10) : otherwise;
}

int main(int argc, char **argv)
{
	const struct load load = {
		.entries = argument(argc, argv, 1, 4096),
		.frames = argument(argc, argv, 2, 200000),
		.flows = argument(argc, argv, 3, 1000),
		.octets = argument(argc, argv, 4, 100),
	};
	int err;

	if (load.octets < 60 || load.octets > OCTETS_MAX) {
		fprintf(stderr, "sim_speed: OCTETS is 60 to %d\n", OCTETS_MAX);
		return 2;
	}
	err = run(&load);
	if (err)
		fprintf(stderr, "sim_speed: %s\n", strerror(-err));
	return err ? 1 : 0;
}
