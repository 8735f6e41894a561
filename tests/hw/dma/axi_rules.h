/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Watches the write channels of an AXI4 master, a clock at a time, and names the first broken rule.
 * References are to the AMBA AXI protocol specification, IHI 0022.
 */
#ifndef TESTS_HW_AXI_RULES_H
#define TESTS_HW_AXI_RULES_H

#include <stdbool.h>
#include <stdint.h>

#define AXI_BEAT_WORDS 16
#define AXI_QUEUE 64

struct axi_pins {
	bool awvalid, awready, wvalid, wready, wlast, bvalid, bready;
	uint64_t awaddr, wstrb;
	uint8_t awid, awlen, awsize, awburst;
	uint32_t wdata[AXI_BEAT_WORDS];
};

struct axi_rules {
	struct axi_pins last; /* pins of the clock before */
	bool have_last;
	bool aw_offered;        /* the address on the bus has been counted */
	uint8_t len[AXI_QUEUE]; /* lengths of the addresses offered whose data is not complete */
	unsigned head, queued;  /* oldest length, number of them */
	unsigned beat;          /* beats of the oldest one that were taken */
	unsigned taken, whole;  /* addresses taken; bursts whose last beat was taken */
	unsigned answered;
	unsigned outstanding_max; /* 0: not checked */
	uint64_t checks;
	const char *broken; /* first rule broken, NULL: none */
};

void axi_rules_init(struct axi_rules *r, unsigned outstanding_max);
/* One clock with reset inactive. */
void axi_rules_clock(struct axi_rules *r, const struct axi_pins *pins);

#endif
