// SPDX-License-Identifier: BSD-2-Clause
#include "stress_glue.h"
#include "tests/hw/coverage.h"

#include "Vstress.h"
#include "Vstress___024root.h"
#include "verilated.h"

#include <cstring>

static VerilatedContext *context;
static Vstress *top;

double sc_time_stamp()
{
	return 0;
}

unsigned int stress_entries_log2(void)
{
	return STRESS_ENTRIES_LOG2;
}

static void axil_pins(struct stress_axil_pins *p)
{
	p->awaddr = &top->s_axil_awaddr_i;
	p->araddr = &top->s_axil_araddr_i;
	p->awvalid = &top->s_axil_awvalid_i;
	p->wvalid = &top->s_axil_wvalid_i;
	p->wstrb = &top->s_axil_wstrb_i;
	p->bready = &top->s_axil_bready_i;
	p->arvalid = &top->s_axil_arvalid_i;
	p->rready = &top->s_axil_rready_i;
	p->wdata = &top->s_axil_wdata_i;
	p->awready = &top->s_axil_awready_o;
	p->wready = &top->s_axil_wready_o;
	p->bresp = &top->s_axil_bresp_o;
	p->bvalid = &top->s_axil_bvalid_o;
	p->arready = &top->s_axil_arready_o;
	p->rresp = &top->s_axil_rresp_o;
	p->rvalid = &top->s_axil_rvalid_o;
	p->rdata = &top->s_axil_rdata_o;
}

static void host_pins(struct fcsim_axi_pins *p)
{
	p->awid = &top->m_axi_host_awid_o;
	p->awlen = &top->m_axi_host_awlen_o;
	p->awsize = &top->m_axi_host_awsize_o;
	p->awburst = &top->m_axi_host_awburst_o;
	p->awvalid = &top->m_axi_host_awvalid_o;
	p->awaddr = &top->m_axi_host_awaddr_o;
	p->wdata = top->m_axi_host_wdata_o.data();
	p->wstrb = &top->m_axi_host_wstrb_o;
	p->wlast = &top->m_axi_host_wlast_o;
	p->wvalid = &top->m_axi_host_wvalid_o;
	p->bready = &top->m_axi_host_bready_o;
	p->awready = &top->m_axi_host_awready_i;
	p->wready = &top->m_axi_host_wready_i;
	p->bid = &top->m_axi_host_bid_i;
	p->bresp = &top->m_axi_host_bresp_i;
	p->bvalid = &top->m_axi_host_bvalid_i;
}

void stress_model_new(uint64_t seed, struct stress_pins *pins)
{
	context = new VerilatedContext;
	context->randReset(2);
	context->randSeed(static_cast<int>(seed & 0x7fffffff) | 1);
	context->assertOn(false); // noise breaks them, until reset is over
	top = new Vstress(context);
	pins->clk = &top->clk_i;
	pins->rst_n = &top->rst_ni;
	pins->clk_mac = &top->clk_mac_i;
	pins->rst_mac_n = &top->rst_mac_ni;
	pins->rx_data = top->s_axis_rx_tdata_i.data();
	pins->rx_keep = top->s_axis_rx_tkeep_i.data();
	pins->rx_time = top->s_axis_rx_tuser_time_ns_i.data();
	pins->rx_valid = &top->s_axis_rx_tvalid_i;
	pins->rx_last = &top->s_axis_rx_tlast_i;
	pins->rx_err = &top->s_axis_rx_tuser_err_i;
	axil_pins(&pins->axil);
	host_pins(&pins->host);
	pins->irq_req = &top->irq_req_o;
	pins->irq_ack = &top->irq_ack_i;
	pins->max_payload = &top->cfg_max_payload_i;
	pins->bus_master = &top->cfg_bus_master_i;
	pins->link_up = &top->cfg_link_up_i;
	pins->time_ns = &top->time_ns_i;
	pins->epoch_open = &top->rootp->fc_card__DOT__epoch_open;
	top->s_axil_awprot_i = top->s_axil_arprot_i = 0;
}

void stress_model_free(void)
{
	top->final();
	fc_coverage_write(context);
	delete top;
	delete context;
}

void stress_model_judge(void)
{
	context->assertOn(true);
}

void stress_model_eval(void)
{
	top->eval();
}
