/* SPDX-License-Identifier: BSD-2-Clause */
/* AXI4-Lite master: one access at a time, the core clock running beside it. */
#include "sim/fcsim_private.h"

#include <errno.h>

#define FCSIM_BAR_OCTETS 0x10000u

static int fcsim_axil_result(uint8_t resp)
{
	return resp == FCSIM_AXI_OKAY ? 0 : -EIO;
}

static void fcsim_axil_begin(struct fcsim *s)
{
	s->access = true;
	s->aw_taken = s->w_taken = s->ar_taken = s->b_taken = s->r_taken = false;
}

/* Nothing of the access stays on the bus, whether it was answered or not. */
static void fcsim_axil_end(struct fcsim *s)
{
	const struct fcsim_axil_pins *p = &s->pins.axil;

	s->access = false;
	*p->awvalid = *p->wvalid = *p->arvalid = 0;
	*p->bready = *p->rready = 0;
}

int fcsim_reg_read(struct fcsim *s, uint32_t offset, uint32_t *value)
{
	const struct fcsim_axil_pins *p = &s->pins.axil;
	int err = -ETIMEDOUT;

	if (offset >= FCSIM_BAR_OCTETS || offset % 4)
		return -EINVAL;
	fcsim_axil_begin(s);
	*p->araddr = (uint16_t)offset;
	*p->arvalid = 1;
	for (unsigned i = 0; i < FCSIM_ACCESS_CLOCKS && err == -ETIMEDOUT; i++) {
		*p->rready = !fcsim_axi_stall(&s->axi);
		fcsim_tick(s, true, fcsim_mac_work(s));
		if (s->ar_taken)
			*p->arvalid = 0;
		if (s->r_taken)
			err = fcsim_axil_result(s->read_resp);
	}
	fcsim_axil_end(s);
	if (!err)
		*value = s->read_data;
	return err;
}

int fcsim_reg_write(struct fcsim *s, uint32_t offset, uint32_t value)
{
	const struct fcsim_axil_pins *p = &s->pins.axil;
	int err = -ETIMEDOUT;

	if (offset >= FCSIM_BAR_OCTETS || offset % 4)
		return -EINVAL;
	fcsim_axil_begin(s);
	*p->awaddr = (uint16_t)offset;
	*p->wdata = value;
	*p->wstrb = 0xf;
	*p->awvalid = *p->wvalid = 1;
	for (unsigned i = 0; i < FCSIM_ACCESS_CLOCKS && err == -ETIMEDOUT; i++) {
		*p->bready = !fcsim_axi_stall(&s->axi);
		fcsim_tick(s, true, fcsim_mac_work(s));
		if (s->aw_taken)
			*p->awvalid = 0;
		if (s->w_taken)
			*p->wvalid = 0;
		if (s->b_taken)
			err = fcsim_axil_result(s->write_resp);
	}
	fcsim_axil_end(s);
	s->cross = FCSIM_CROSS_CLOCKS;
	return err;
}
