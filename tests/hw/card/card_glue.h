/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A small Verilated fc_card (64 entries, 2 ports, 2 rings, 2 monitors) as plain C structures of its
 * pins. Each clock is raised by itself: the three have nothing to do with each other.
 */
#ifndef TESTS_HW_CARD_GLUE_H
#define TESTS_HW_CARD_GLUE_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CARD_PORTS 2
#define CARD_RINGS 2
#define CARD_MONITORS 2
#define CARD_BEAT 64 /* octets */
#define CARD_BEAT_WORDS 16

struct card_beat {
	bool valid, last, error;
	uint64_t keep;
	uint8_t data[CARD_BEAT];
};

struct card_in {
	bool rst_n, rst_mac_n[CARD_PORTS];
	struct card_beat rx[CARD_PORTS];
	uint64_t rx_time_ns[CARD_PORTS], time_ns;
	bool awvalid, wvalid, bready, arvalid, rready; /* AXI4-Lite */
	uint16_t awaddr, araddr;
	uint32_t wdata;
	bool host_awready, host_wready, host_bvalid;
	uint8_t host_bresp;
	uint8_t irq_ack, max_payload;
	bool bus_master, link_up;
};

struct card_out {
	struct card_beat tx[CARD_PORTS];
	bool awready, wready, bvalid, arready, rvalid;
	uint8_t bresp, rresp;
	uint32_t rdata;
	bool host_awvalid, host_wvalid, host_wlast, host_bready;
	uint8_t host_awid, host_awlen, host_awsize, host_awburst;
	uint64_t host_awaddr, host_wstrb;
	uint32_t host_wdata[CARD_BEAT_WORDS];
	uint8_t irq_req;
};

struct card_model;

/* Registers hold noise drawn from the seed until they are reset. NULL: no memory. */
struct card_model *card_model_create(int seed);
void card_model_destroy(struct card_model *m);
/* From now on a broken assertion ends the process. */
void card_model_judge(struct card_model *m, bool on);
/* Outputs for these inputs, all clocks low. */
void card_model_eval(struct card_model *m, const struct card_in *in, struct card_out *out);
/* One edge of the core clock, or of the MAC clock of a port. */
void card_model_core_edge(struct card_model *m);
void card_model_mac_edge(struct card_model *m, unsigned port);

#ifdef __cplusplus
}
#endif
#endif
