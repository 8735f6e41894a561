/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What card_glue.cpp (the only C++) gives the C: one Verilated card as pins and a few functions.
 * Pins point into the model; a level written is seen by the next eval, a level read is that after
 * the last one.
 */
#ifndef FCSIM_MODEL_H
#define FCSIM_MODEL_H

#include "sim/fcsim_axi.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct fcsim_axil_pins {
	uint16_t *awaddr, *araddr;
	uint8_t *awprot, *arprot, *awvalid, *wvalid, *wstrb, *bready, *arvalid, *rready;
	uint32_t *wdata;
	const uint8_t *awready, *wready, *bresp, *bvalid, *arready, *rresp, *rvalid;
	const uint32_t *rdata;
};

/* All ports side by side, as the card has them: 64 octets of tdata and 8 of tkeep and time_ns each
 * (not aligned to 8), a bit each in the others. */
struct fcsim_rx_pins {
	uint8_t *tdata, *tkeep, *time_ns;
	uint8_t *tvalid, *tlast, *err;
};

struct fcsim_pins {
	uint8_t *clk, *rst_n, *clk_mac, *rst_mac_n; /* the MAC's: a bit a port */
	struct fcsim_rx_pins rx;
	struct fcsim_axil_pins axil;
	struct fcsim_axi_pins host;
	const uint8_t *irq_req; /* a bit a ring */
	uint8_t *irq_ack, *max_payload, *bus_master, *link_up;
	uint64_t *time_ns;
	const uint8_t *card_busy, *mac_busy;
};

struct fcsim_model {
	unsigned entries, ports, rings;
	bool traced;
	bool checked;                                            /* built with assertions */
	bool quick;                                              /* lower() needs no evaluation */
	void *(*create)(uint64_t seed, struct fcsim_pins *pins); /* NULL: no memory */
	void (*destroy)(void *card);
	void (*judge)(void *card); /* from now on a broken assertion ends the process */
	void (*eval)(void *card);
	void (*lower)(
		void *card); /* both clocks go low, unseen if `quick`, else at the next eval */
	int (*trace_open)(void *card, const char *path); /* 0, -ENOTSUP (not traced) or -EIO */
	void (*trace_dump)(void *card, uint64_t time_ns);
};

#ifdef __cplusplus
}
#endif
#endif
