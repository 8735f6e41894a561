/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/fcsim_axi.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define FCSIM_AXI_SIZE_64 6
#define FCSIM_AXI_BURST_INCR 1
#define FCSIM_AXI_PAGE 4096
#define FCSIM_AXI_RECORD_BEATS 2
#define FCSIM_AXI_CORRUPT_PAYLOAD 16  /* octets of a record: in the vector, */
#define FCSIM_AXI_CORRUPT_SEQUENCE 61 /* in the first trailer */

void fcsim_axi_init(struct fcsim_axi *axi, const struct fcsim_axi_pins *pins, uint64_t seed,
		    unsigned stall_percent, unsigned max_burst_octets)
{
	memset(axi, 0, sizeof(*axi));
	axi->pins = *pins;
	axi->rng = (seed ^ 0x9e3779b97f4a7c15u) | 1; /* xorshift never leaves 0 */
	axi->stall_percent = stall_percent;
	axi->max_burst_octets = max_burst_octets;
}

void fcsim_axi_forget(struct fcsim_axi *axi)
{
	const struct fcsim_axi_pins *p = &axi->pins;

	axi->head = axi->complete = axi->count = 0;
	axi->answered = axi->aw_held = axi->w_held = axi->early_data = false;
	*p->awready = *p->wready = *p->bvalid = 0;
}

bool fcsim_axi_stall(struct fcsim_axi *axi)
{
	if (axi->stall_percent == 0)
		return false;
	axi->rng ^= axi->rng << 13;
	axi->rng ^= axi->rng >> 7;
	axi->rng ^= axi->rng << 17;
	return (axi->rng >> 32) * 100 >> 32 < axi->stall_percent;
}

static void fcsim_axi_broken(struct fcsim_axi *axi, bool broken, const char *rule)
{
	if (!broken)
		return;
	if (axi->violations++ == 0)
		fprintf(stderr, "fcsim: AXI rule broken at core clock %" PRIu64 ": %s\n",
			axi->clocks, rule);
}

static struct fcsim_axi_burst *fcsim_axi_at(struct fcsim_axi *axi, unsigned i)
{
	return &axi->burst[(axi->head + i) % FCSIM_AXI_OUTSTANDING];
}

static void fcsim_axi_drive_response(struct fcsim_axi *axi)
{
	const struct fcsim_axi_pins *p = &axi->pins;

	if (axi->complete == 0 || *p->bvalid) /* once given, it stays until it is taken */
		return;
	if (fcsim_axi_stall(axi))
		return;
	*p->bvalid = 1;
	*p->bid = fcsim_axi_at(axi, 0)->id;
	*p->bresp = (uint8_t)fcsim_axi_at(axi, 0)->resp;
}

void fcsim_axi_drive(struct fcsim_axi *axi)
{
	const struct fcsim_axi_pins *p = &axi->pins;
	bool address_now;

	axi->clocks++;
	axi->driven_awvalid = *p->awvalid;
	axi->driven_wvalid = *p->wvalid;
	if (axi->answered)
		*p->bvalid = 0;
	axi->answered = false;
	if (!fcsim_axi_active(axi))
		return;
	*p->awready = !axi->frozen && axi->count < FCSIM_AXI_OUTSTANDING && !fcsim_axi_stall(axi);
	/* Data waits for its address, which may come at the same edge. */
	address_now = *p->awvalid && *p->awready;
	*p->wready = !axi->frozen && (axi->count > axi->complete || address_now) &&
		     !fcsim_axi_stall(axi);
	fcsim_axi_drive_response(axi);
}

static void fcsim_axi_judge_address(struct fcsim_axi *axi)
{
	const struct fcsim_axi_pins *p = &axi->pins;
	uint64_t octets = (*p->awlen + 1u) * (uint64_t)FCSIM_AXI_BEAT;

	fcsim_axi_broken(axi, *p->awsize != FCSIM_AXI_SIZE_64, "AWSIZE is not 64 octets");
	fcsim_axi_broken(axi, *p->awburst != FCSIM_AXI_BURST_INCR, "AWBURST is not INCR");
	fcsim_axi_broken(axi, *p->awaddr % FCSIM_AXI_BEAT, "AWADDR is not aligned to a beat");
	fcsim_axi_broken(axi, *p->awaddr % FCSIM_AXI_PAGE + octets > FCSIM_AXI_PAGE,
			 "burst crosses 4 KiB");
	fcsim_axi_broken(axi, octets > axi->max_burst_octets, "burst exceeds the maximum payload");
	fcsim_axi_broken(axi, axi->id_known && *p->awid != axi->id, "AWID changes");
	axi->id = *p->awid;
	axi->id_known = true;
}

static void fcsim_axi_judge_held_address(struct fcsim_axi *axi)
{
	const struct fcsim_axi_pins *p = &axi->pins;

	if (axi->aw_held) {
		fcsim_axi_broken(axi, !*p->awvalid, "AWVALID dropped before AWREADY");
		fcsim_axi_broken(axi,
				 *p->awaddr != axi->held_awaddr || *p->awlen != axi->held_awlen ||
					 *p->awid != axi->held_awid ||
					 *p->awsize != axi->held_awsize ||
					 *p->awburst != axi->held_awburst,
				 "address changes before AWREADY");
	}
	axi->aw_held = *p->awvalid && !*p->awready;
	if (!axi->aw_held)
		return;
	axi->held_awaddr = *p->awaddr;
	axi->held_awlen = *p->awlen;
	axi->held_awid = *p->awid;
	axi->held_awsize = *p->awsize;
	axi->held_awburst = *p->awburst;
}

static void fcsim_axi_judge_held_data(struct fcsim_axi *axi)
{
	const struct fcsim_axi_pins *p = &axi->pins;

	if (axi->w_held) {
		fcsim_axi_broken(axi, !*p->wvalid, "WVALID dropped before WREADY");
		fcsim_axi_broken(axi,
				 *p->wstrb != axi->held_wstrb || *p->wlast != axi->held_wlast ||
					 memcmp(p->wdata, axi->held_wdata, FCSIM_AXI_BEAT) != 0,
				 "data changes before WREADY");
	}
	axi->w_held = *p->wvalid && !*p->wready;
	if (!axi->w_held)
		return;
	axi->held_wstrb = *p->wstrb;
	axi->held_wlast = *p->wlast;
	memcpy(axi->held_wdata, p->wdata, FCSIM_AXI_BEAT);
}

static void fcsim_axi_take_address(struct fcsim_axi *axi)
{
	const struct fcsim_axi_pins *p = &axi->pins;

	fcsim_axi_judge_address(axi);
	*fcsim_axi_at(axi, axi->count) = (struct fcsim_axi_burst){
		.addr = *p->awaddr, .beats = *p->awlen + 1u, .id = *p->awid};
	if (axi->fail) {
		axi->fail--;
		fcsim_axi_at(axi, axi->count)->resp = FCSIM_AXI_SLVERR;
	}
	axi->count++;
	axi->bursts++;
}

/* The first half of a record, as bad memory would leave it; a status line is one beat long. */
static void fcsim_axi_corrupt(struct fcsim_axi *axi, const struct fcsim_axi_burst *burst,
			      uint8_t *mem)
{
	if (!axi->corrupt || burst->beats != FCSIM_AXI_RECORD_BEATS || burst->done)
		return;
	axi->corrupt--;
	mem[FCSIM_AXI_CORRUPT_PAYLOAD] ^= 1;
	mem[FCSIM_AXI_CORRUPT_SEQUENCE] ^= 1;
}

static void fcsim_axi_write(struct fcsim_axi *axi, struct fcsim_axi_burst *burst)
{
	const uint8_t *data = (const uint8_t *)axi->pins.wdata;
	uint64_t strobes = *axi->pins.wstrb;
	uint8_t *mem;

	if (burst->resp == FCSIM_AXI_SLVERR)
		return;
	mem = fcsim_region_find(&axi->regions, burst->addr + (uint64_t)burst->done * FCSIM_AXI_BEAT,
				FCSIM_AXI_BEAT);
	if (!mem) {
		burst->resp = FCSIM_AXI_DECERR;
		return;
	}
	if (strobes == UINT64_MAX) {
		memcpy(mem, data, FCSIM_AXI_BEAT);
		fcsim_axi_corrupt(axi, burst, mem);
		return;
	}
	for (unsigned i = 0; i < FCSIM_AXI_BEAT; i++)
		if (strobes >> i & 1)
			mem[i] = data[i];
}

static void fcsim_axi_take_data(struct fcsim_axi *axi)
{
	const struct fcsim_axi_pins *p = &axi->pins;
	struct fcsim_axi_burst *burst = fcsim_axi_at(axi, axi->complete);
	bool last = burst->done + 1 == burst->beats;

	fcsim_axi_broken(axi, *p->wstrb != UINT64_MAX, "strobes are not full");
	fcsim_axi_broken(axi, *p->wlast != last, "WLAST does not mark the last beat");
	fcsim_axi_write(axi, burst);
	burst->done++;
	axi->beats++;
	if (last)
		axi->complete++;
}

static void fcsim_axi_judge_early_data(struct fcsim_axi *axi)
{
	const struct fcsim_axi_pins *p = &axi->pins;
	bool early = *p->wvalid && !*p->awvalid && axi->count == axi->complete;

	fcsim_axi_broken(axi, early && !axi->early_data, "data is offered before its address");
	axi->early_data = early;
}

void fcsim_axi_sample(struct fcsim_axi *axi)
{
	const struct fcsim_axi_pins *p = &axi->pins;

	if (axi->check_combinational)
		fcsim_axi_broken(
			axi, *p->awvalid != axi->driven_awvalid || *p->wvalid != axi->driven_wvalid,
			"a valid follows a ready within the clock");
	if (!fcsim_axi_active(axi) && !axi->aw_held && !axi->w_held)
		return;
	fcsim_axi_judge_early_data(axi);
	fcsim_axi_judge_held_address(axi);
	fcsim_axi_judge_held_data(axi);
	if (*p->awvalid && *p->awready)
		fcsim_axi_take_address(axi);
	if (*p->wvalid && *p->wready)
		fcsim_axi_take_data(axi);
	axi->answered = *p->bvalid && *p->bready; /* the level stays until the edge has passed */
	if (axi->answered) {
		axi->head = (axi->head + 1) % FCSIM_AXI_OUTSTANDING;
		axi->complete--;
		axi->count--;
	}
}
