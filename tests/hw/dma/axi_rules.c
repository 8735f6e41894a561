/* SPDX-License-Identifier: BSD-2-Clause */
#include "axi_rules.h"
#include <string.h>

#define OCTETS_PER_BEAT 64u
#define BURST_INCR 1
#define SIZE_64_OCTETS 6
#define PAGE 4096u

void axi_rules_init(struct axi_rules *r, unsigned outstanding_max)
{
	memset(r, 0, sizeof(*r));
	r->outstanding_max = outstanding_max;
}

static void must(struct axi_rules *r, bool holds, const char *rule)
{
	r->checks++;
	if (!holds && !r->broken)
		r->broken = rule;
}

/* A3.2.1: once valid is up, nothing changes until ready. */
static void check_stable(struct axi_rules *r, const struct axi_pins *p)
{
	const struct axi_pins *l = &r->last;

	if (l->awvalid && !l->awready)
		must(r,
		     p->awvalid && p->awaddr == l->awaddr && p->awlen == l->awlen &&
			     p->awid == l->awid,
		     "AW changed before it was taken");
	if (l->wvalid && !l->wready)
		must(r,
		     p->wvalid && p->wlast == l->wlast && p->wstrb == l->wstrb &&
			     !memcmp(p->wdata, l->wdata, sizeof(p->wdata)),
		     "W changed before it was taken");
	if (l->wvalid && l->wready && !l->wlast)
		must(r, p->wvalid, "a gap between the beats of a burst");
}

static void check_address(struct axi_rules *r, const struct axi_pins *p)
{
	unsigned octets = (p->awlen + 1u) * OCTETS_PER_BEAT;

	must(r, p->awsize == SIZE_64_OCTETS, "AWSIZE is not the width of the bus");
	must(r, p->awburst == BURST_INCR, "AWBURST is not INCR");
	must(r, p->awid == 0, "more than one AWID");
	must(r, p->awaddr % octets == 0, "a burst that is not aligned to its size");
	must(r, p->awaddr % PAGE + octets <= PAGE, "a burst across 4 KiB");
	if (r->queued < AXI_QUEUE)
		r->len[(r->head + r->queued++) % AXI_QUEUE] = p->awlen;
	else
		must(r, false, "addresses run far ahead of their data");
}

static void check_data(struct axi_rules *r, const struct axi_pins *p)
{
	must(r, r->queued > 0, "W without an address");
	must(r, p->wstrb == UINT64_MAX, "a beat without full strobes");
	if (!r->queued)
		return;
	must(r, p->wlast == (r->beat == r->len[r->head]), "WLAST not on the last beat");
	if (!p->wready)
		return;
	r->beat++;
	if (p->wlast) {
		r->beat = 0;
		r->whole++;
		r->head = (r->head + 1) % AXI_QUEUE;
		r->queued--;
	}
}

void axi_rules_clock(struct axi_rules *r, const struct axi_pins *p)
{
	if (r->have_last)
		check_stable(r, p);
	if (p->awvalid && !r->aw_offered) {
		check_address(r, p);
		r->aw_offered = true;
		must(r, p->wvalid && r->queued == 1, "an address without its data");
	}
	if (p->wvalid)
		check_data(r, p);
	if (p->awvalid && p->awready) {
		r->taken++;
		r->aw_offered = false;
	}
	if (p->bvalid && p->bready)
		r->answered++;
	if (r->outstanding_max)
		must(r, r->taken - r->answered <= r->outstanding_max,
		     "more bursts under way than allowed");
	r->last = *p;
	r->have_last = true;
}
