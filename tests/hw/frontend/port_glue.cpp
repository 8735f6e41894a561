// SPDX-License-Identifier: BSD-2-Clause
// Built once for each HeaderWindow: Vfc_port comes from that build's folder.
#include "port_glue.h"
#include "../coverage.h"

#include <cstring>
#include <new>

#include "Vfc_port.h"

struct fc_port {
	VerilatedContext context;
	Vfc_port top{&context};
};

unsigned fc_port_window(void)
{
	return FC_WINDOW;
}

unsigned fc_port_number(void)
{
	return FC_PORT_NUMBER;
}

unsigned fc_port_fifo_log2(void)
{
	return FC_FIFO_LOG2;
}

void fc_port_mac(struct fc_port *p, const struct fc_beat *beat)
{
	Vfc_port &t = p->top;

	t.s_axis_rx_tvalid_i = 0;
	if (beat != nullptr && beat->valid) {
		t.s_axis_rx_tvalid_i = 1;
		memcpy(t.s_axis_rx_tdata_i.m_storage, beat->data, 64);
		t.s_axis_rx_tkeep_i = beat->keep;
		t.s_axis_rx_tlast_i = beat->last;
		t.s_axis_rx_tuser_err_i = beat->error;
		t.s_axis_rx_tuser_time_ns_i = beat->time_ns;
	}
	t.clk_mac_i = 1;
	t.eval();
	t.clk_mac_i = 0;
	t.eval();
}

void fc_port_core(struct fc_port *p, const struct fc_core_in *in)
{
	Vfc_port &t = p->top;

	t.enable_i = in->enable;
	t.desc_ready_i = in->ready;
	t.latch_i = in->latch;
	t.clk_core_i = 1;
	t.eval();
	t.clk_core_i = 0;
	t.eval();
}

void fc_port_reset(struct fc_port *p, const struct fc_beat *beat)
{
	const struct fc_core_in idle = {};

	p->top.rst_mac_ni = 0;
	p->top.rst_core_ni = 0;
	for (int i = 0; i < 4; i++) {
		fc_port_mac(p, beat);
		fc_port_core(p, &idle);
	}
	p->top.rst_mac_ni = 1;
	p->top.rst_core_ni = 1;
}

struct fc_port *fc_port_new(void)
{
	struct fc_port *p = new (std::nothrow) fc_port;

	if (p != nullptr)
		fc_port_reset(p, nullptr);
	return p;
}

void fc_port_free(struct fc_port *p)
{
	if (p == nullptr)
		return;
	p->top.final();
	fc_coverage_write(p->top.contextp());
	delete p;
}

void fc_port_see(const struct fc_port *p, struct fc_core_out *out)
{
	out->desc_valid = p->top.desc_valid_o;
	out->latch_done = p->top.latch_done_o;
	out->busy = p->top.busy_o;
	out->mac_busy = p->top.mac_busy_o;
}

// desc_t from the low end: vector 544 bits, l3_len 17, frame_len 20, time 64.
void fc_port_desc(const struct fc_port *p, struct fc_desc *out)
{
	uint32_t w[21];

	memcpy(w, p->top.desc_o.m_storage, sizeof(w));
	memcpy(out->vec, w, sizeof(out->vec));
	out->l3_len = w[17] & 0x1ffff;
	out->frame_len = (w[17] >> 17 | w[18] << 15) & 0xfffff;
	out->time_ns = (uint64_t)w[18] >> 5 | (uint64_t)w[19] << 27 | (uint64_t)w[20] << 59;
}

uint64_t fc_port_counter(struct fc_port *p, unsigned index)
{
	p->top.counter_index_i = (uint8_t)index;
	p->top.eval();
	return p->top.counter_o;
}
