/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A host around fc_dma: sources of records, memory that answers late, out of step and sometimes
 * with an error, and a reader that gives records back. Every write is compared with what was handed
 * in; the first difference stays in `wrong`.
 */
#ifndef TESTS_HW_DMA_BENCH_H
#define TESTS_HW_DMA_BENCH_H

#include "axi_rules.h"
#include "dma_glue.h"

#define BENCH_HISTORY                                                                              \
	256 /* payloads remembered per ring: more than ring, outstanding and source together */
#define BENCH_PENDING 64 /* bursts whose answer is due */
#define BENCH_OUTSTANDING 32

struct bench_burst {
	bool status;
	unsigned ring;
	bool error;
	uint64_t due; /* clock of the answer */
};

struct bench_ring {
	uint32_t handed[BENCH_HISTORY][DMA_PAYLOAD_WORDS];
	uint32_t taken;    /* records that the DMA took */
	uint32_t written;  /* records whose burst is whole */
	uint32_t answered; /* records whose B came */
	uint32_t errors;
	uint32_t limit;          /* records to offer in all */
	uint32_t lines;          /* status lines */
	uint32_t line_producer;  /* what the last one said */
	uint32_t answered_at_aw; /* records answered when the burst on the bus was offered */
	unsigned barriers;
};

struct bench {
	struct dma_model *model;
	struct dma_in in;
	struct dma_out out;
	struct axi_rules rules;
	struct bench_ring ring[DMA_RINGS];
	struct bench_burst pending[BENCH_PENDING];
	unsigned head, waiting;
	uint64_t clock, seed;
	/* knobs, per cent a clock */
	unsigned stall, offer, consume, error;
	unsigned answer_clocks;     /* up to so many until B */
	uint64_t aw[BENCH_PENDING]; /* addresses taken or on the bus, data not complete */
	uint8_t aw_len[BENCH_PENDING];
	unsigned aw_head, aw_waiting;
	bool aw_offered, bus_master_before;
	uint32_t beats[2 * DMA_BEAT_WORDS];
	unsigned beat;
	uint64_t checks;
	char wrong[200];
};

int bench_open(struct bench *b, uint64_t seed);
void bench_close(struct bench *b);
/* Base and status line of a ring, as the bench chose them. */
uint64_t bench_base(unsigned ring);
uint64_t bench_line(unsigned ring);
void bench_run(struct bench *b, unsigned clocks);
/* Run until nothing moves for a while, or `clocks` are over. Returns whether it came to rest. */
bool bench_rest(struct bench *b, unsigned clocks);
bool bench_good(struct bench *b);

#endif
