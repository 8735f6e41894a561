/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/fcsim_private.h"

#define FCSIM_TICK_NS 4

/* Levels for the coming core edge; what they answer was settled by the last one. */
static void fcsim_drive(struct fcsim *s)
{
	fcsim_axi_drive(&s->axi);
	s->irq_acking = *s->pins.irq_req & (uint8_t)~s->irq_acking;
	*s->pins.irq_ack = s->irq_acking;
	s->irq_pending |= s->irq_acking;
}

static void fcsim_sample(struct fcsim *s)
{
	const struct fcsim_axil_pins *p = &s->pins.axil;

	fcsim_axi_sample(&s->axi);
	if (!s->access)
		return;
	s->aw_taken = *p->awvalid && *p->awready;
	s->w_taken = *p->wvalid && *p->wready;
	s->ar_taken = *p->arvalid && *p->arready;
	s->b_taken = *p->bvalid && *p->bready;
	s->r_taken = *p->rvalid && *p->rready;
	s->write_resp = *p->bresp;
	s->read_resp = *p->rresp;
	s->read_data = *p->rdata;
}

static bool fcsim_traces(const struct fcsim *s)
{
	return s->trace.on && s->core_clocks >= s->trace.from &&
	       (s->trace.to == 0 || s->core_clocks < s->trace.to);
}

void fcsim_tick(struct fcsim *s, bool core, bool mac)
{
	bool traces = fcsim_traces(s), bus = core && *s->pins.rst_n;

	if (bus)
		fcsim_drive(s);
	if (s->settle_low || s->access) {
		s->model->eval(s->card);
		if (traces)
			s->model->trace_dump(s->card, s->ticks * FCSIM_TICK_NS);
	}
	if (bus)
		fcsim_sample(s);
	*s->pins.clk = core;
	*s->pins.clk_mac = mac ? s->mac_clocks_mask : 0;
	s->model->eval(s->card);
	if (traces)
		s->model->trace_dump(s->card, s->ticks * FCSIM_TICK_NS + FCSIM_TICK_NS / 2);
	s->model->lower(s->card);
	s->ticks++;
	s->core_clocks += core;
	s->mac_clocks += mac;
}
