/* SPDX-License-Identifier: BSD-2-Clause */
/* A Verilated fc_card with STRESS_PORTS ports and STRESS_RINGS rings as pins, and what its probes
 * call. A level that is written is seen by the next eval. */
#ifndef STRESS_GLUE_H
#define STRESS_GLUE_H

#include "sim/fcsim_axi.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { STRESS_PORTS = 2, STRESS_RINGS = 4, STRESS_MONITORS = 8, STRESS_DESC_WORDS = 21 };

struct stress_axil_pins {
	uint16_t *awaddr, *araddr;
	uint8_t *awvalid, *wvalid, *wstrb, *bready, *arvalid, *rready;
	uint32_t *wdata;
	const uint8_t *awready, *wready, *bresp, *bvalid, *arready, *rresp, *rvalid;
	const uint32_t *rdata;
};

struct stress_pins {
	uint8_t *clk, *rst_n, *clk_mac, *rst_mac_n; /* a bit a port in the MAC's */
	uint32_t *rx_data, *rx_keep, *rx_time;      /* port p: from word 16 p, 2 p, 2 p on */
	uint8_t *rx_valid, *rx_last, *rx_err;
	struct stress_axil_pins axil;
	struct fcsim_axi_pins host;
	const uint8_t *irq_req;
	uint8_t *irq_ack, *max_payload, *bus_master, *link_up;
	uint64_t *time_ns;
	const uint32_t *epoch_open; /* inside the card */
};

unsigned int stress_entries_log2(void);
/* One card at a time; it starts from contents drawn from `seed`. */
void stress_model_new(uint64_t seed, struct stress_pins *pins);
void stress_model_free(void);
/* From now on a broken assertion ends the process. */
void stress_model_judge(void);
void stress_model_eval(void);

/* Called by the probes at a rising edge of the core clock. */
void stress_on_reset(void);
void stress_on_accept(int port, int enabled, int on, const uint32_t *desc); /* on: of monitors */
void stress_on_issue(const uint32_t *desc, int monitor, int tag);
void stress_on_done(int refused);

#ifdef __cplusplus
}
#endif
#endif
