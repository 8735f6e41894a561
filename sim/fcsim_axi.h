/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * AXI4 write slave before a table of host memory, with seeded stalls and a judge of the master's
 *manners. It sees the bus as pointers to levels, so tests drive it without a card. One clock is:
 *	fcsim_axi_drive()   sets AWREADY, WREADY and B for the coming edge
 *	fcsim_axi_sample()  takes what is handshaken at that edge, just before it
 */
#ifndef FCSIM_AXI_H
#define FCSIM_AXI_H

#include "sim/fcsim_region.h"

#include <stdbool.h>
#include <stdint.h>

#define FCSIM_AXI_OUTSTANDING 16
#define FCSIM_AXI_BEAT 64 /* octets */

enum fcsim_axi_resp { FCSIM_AXI_OKAY = 0, FCSIM_AXI_SLVERR = 2, FCSIM_AXI_DECERR = 3 };

struct fcsim_axi_pins {
	/* of the master */
	const uint8_t *awid, *awlen, *awsize, *awburst, *awvalid;
	const uint64_t *awaddr;
	const uint32_t *wdata; /* 16 words */
	const uint64_t *wstrb;
	const uint8_t *wlast, *wvalid, *bready;
	/* of the slave */
	uint8_t *awready, *wready, *bid, *bresp, *bvalid;
};

struct fcsim_axi_burst {
	uint64_t addr;
	unsigned beats, done; /* asked for, taken */
	uint8_t id;
	enum fcsim_axi_resp resp;
};

struct fcsim_axi {
	struct fcsim_axi_pins pins;
	struct fcsim_regions regions;
	uint64_t rng;
	unsigned stall_percent;
	unsigned max_burst_octets;
	unsigned fail;            /* bursts still to answer SLVERR */
	unsigned corrupt;         /* records still to damage */
	bool frozen;              /* take nothing */
	bool check_combinational; /* between drive and sample the design was evaluated */

	/* A ring of bursts in order: [head, +complete) wait for B, [.., +count) still for data. */
	struct fcsim_axi_burst burst[FCSIM_AXI_OUTSTANDING];
	unsigned head, complete, count;

	uint8_t id; /* of the first burst */
	bool id_known, early_data;
	bool answered;        /* B is taken at the coming edge */
	bool aw_held, w_held; /* valid without ready at the last edge, with this payload: */
	uint64_t held_awaddr, held_wstrb;
	uint32_t held_wdata[FCSIM_AXI_BEAT / 4];
	uint8_t held_awid, held_awlen, held_awsize, held_awburst, held_wlast;
	uint8_t driven_awvalid, driven_wvalid; /* seen by drive */

	uint64_t clocks, bursts, beats, violations;
};

void fcsim_axi_init(struct fcsim_axi *axi, const struct fcsim_axi_pins *pins, uint64_t seed,
		    unsigned stall_percent, unsigned max_burst_octets);
/* The master was reset: no burst is under way. Regions, faults and counters stay. */
void fcsim_axi_forget(struct fcsim_axi *axi);
void fcsim_axi_drive(struct fcsim_axi *axi);
void fcsim_axi_sample(struct fcsim_axi *axi);

/* Something is offered, or answers are outstanding. */
static inline bool fcsim_axi_active(const struct fcsim_axi *axi)
{
	return axi->count > 0 || *axi->pins.awvalid || *axi->pins.wvalid;
}

/* One draw of the stall generator: hold back? Never with stall_percent 0. */
bool fcsim_axi_stall(struct fcsim_axi *axi);

#endif
