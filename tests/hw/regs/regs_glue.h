/* SPDX-License-Identifier: BSD-2-Clause */
/* The Verilated fc_regs (2 ports, 2 rings, 3 monitors) as plain C structures of its pins. */
#ifndef TESTS_HW_REGS_GLUE_H
#define TESTS_HW_REGS_GLUE_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define REGS_PORTS 2
#define REGS_RINGS 2
#define REGS_MONITORS 3
#define REGS_MASK_WORDS 17

struct regs_in {
	bool rst_n, resetting, clearing, idle, closing, flushing, bus_master, link_up, axi_error,
		no_bus_master, unaccounted, missed, epoch_late, flushing_monitor, snapshotting,
		sampler_latched;
	bool awvalid, wvalid, bready, arvalid, rready;
	uint16_t awaddr, araddr;
	uint32_t wdata;
	uint8_t wstrb, port_latched, max_payload, monitor_present;
	uint32_t epoch_open, producer[REGS_RINGS], issued[REGS_RINGS], errors[REGS_RINGS];
	uint64_t time_ns, ledger, sampler_counter, counter[REGS_PORTS];
};

struct regs_out {
	bool awready, wready, bvalid, arready, rvalid;
	uint8_t bresp, rresp;
	uint32_t rdata;
	bool flush_monitor, snapshot, sampler_we;
	uint8_t command_monitor, sampler, sampler_index;
	uint32_t sampler_control, sampler_on[4], monitor_ports_out[REGS_MONITORS];
	bool reset, flush, enable, latch, latching, hash_we, busy;
	uint8_t port_enable, epoch_shift, ledger_index, counter_index, hash_position, hash_value,
		ring_enable, ring_arm;
	uint8_t monitor_enable, monitor_ipv4, monitor_ipv6, monitor_immediate;
	uint32_t epoch_guard_ns, faults, ring_consumer[REGS_RINGS], ring_moderation[REGS_RINGS];
	uint32_t monitor_ports[REGS_MONITORS];
	uint32_t monitor_mask[REGS_MONITORS][REGS_MASK_WORDS];
	uint8_t ring_size_log2[REGS_RINGS];
	uint64_t hash_word, ring_base[REGS_RINGS], ring_status[REGS_RINGS];
};

struct regs_model;

struct regs_model *regs_model_create(int seed);
void regs_model_destroy(struct regs_model *m);
void regs_model_eval(struct regs_model *m, const struct regs_in *in, struct regs_out *out);
void regs_model_tick(struct regs_model *m);

#ifdef __cplusplus
}
#endif
#endif
