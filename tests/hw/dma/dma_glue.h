/* SPDX-License-Identifier: BSD-2-Clause */
/* The Verilated fc_dma with two rings, as plain C structures of its pins. */
#ifndef TESTS_HW_DMA_GLUE_H
#define TESTS_HW_DMA_GLUE_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DMA_RINGS 2
#define DMA_PAYLOAD_WORDS 30
#define DMA_BEAT_WORDS 16

struct dma_in {
	bool rst_n, stop, bus_master;
	bool rec_valid[DMA_RINGS], enable[DMA_RINGS], arm[DMA_RINGS], irq_ack[DMA_RINGS];
	uint32_t rec[DMA_RINGS][DMA_PAYLOAD_WORDS];
	uint8_t size_log2[DMA_RINGS];
	uint64_t base[DMA_RINGS], status[DMA_RINGS];
	uint32_t consumer[DMA_RINGS], moderation[DMA_RINGS], faults;
	bool awready, wready, bvalid;
	uint8_t bresp;
};

struct dma_out {
	bool idle, busy, timing, axi_error, no_bus_master;
	bool rec_ready[DMA_RINGS], irq_req[DMA_RINGS];
	uint32_t producer[DMA_RINGS], issued[DMA_RINGS], errors[DMA_RINGS];
	bool awvalid, wvalid, wlast, bready;
	uint64_t awaddr, wstrb;
	uint8_t awid, awlen, awsize, awburst;
	uint32_t wdata[DMA_BEAT_WORDS];
};

struct dma_model;

/* Seed of the values that registers hold before reset. NULL: no memory. */
struct dma_model *dma_model_create(int seed);
void dma_model_destroy(struct dma_model *m);
/* Outputs for these inputs, before the clock edge. */
void dma_model_eval(struct dma_model *m, const struct dma_in *in, struct dma_out *out);
/* The clock edge. */
void dma_model_tick(struct dma_model *m);

#ifdef __cplusplus
}
#endif
#endif
