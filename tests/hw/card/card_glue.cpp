// SPDX-License-Identifier: BSD-2-Clause
#include "card_glue.h"
#include "../coverage.h"
#include "Vfc_card.h"
#include <cstring>
#include <memory>
#include <new>

struct card_model {
	VerilatedContext context;
	std::unique_ptr<Vfc_card> top;
};

struct card_model *card_model_create(int seed)
{
	auto *m = new (std::nothrow) card_model;

	if (!m)
		return nullptr;
	m->context.randSeed(seed);
	m->context.randReset(2);
	m->context.assertOn(false); // noise breaks them, until reset is over
	m->top.reset(new (std::nothrow) Vfc_card(&m->context, "card"));
	if (m->top) {
		m->top->clk_i = 0;
		m->top->clk_mac_i = 0;
		return m;
	}
	delete m;
	return nullptr;
}

void card_model_destroy(struct card_model *m)
{
	m->top->final();
	fc_coverage_write(&m->context);
	delete m;
}

void card_model_judge(struct card_model *m, bool on)
{
	m->context.assertOn(on);
}

static void drive_ports(Vfc_card *card, const struct card_in *in)
{
	card->rst_mac_ni = 0;
	card->s_axis_rx_tvalid_i = card->s_axis_rx_tlast_i = card->s_axis_rx_tuser_err_i = 0;
	for (unsigned p = 0; p < CARD_PORTS; p++) {
		const struct card_beat *rx = &in->rx[p];

		card->rst_mac_ni |= in->rst_mac_n[p] << p;
		card->s_axis_rx_tvalid_i |= rx->valid << p;
		card->s_axis_rx_tlast_i |= rx->last << p;
		card->s_axis_rx_tuser_err_i |= rx->error << p;
		memcpy(&card->s_axis_rx_tkeep_i[2 * p], &rx->keep, sizeof(rx->keep));
		memcpy(&card->s_axis_rx_tuser_time_ns_i[2 * p], &in->rx_time_ns[p],
		       sizeof(in->rx_time_ns[p]));
		memcpy(&card->s_axis_rx_tdata_i[CARD_BEAT_WORDS * p], rx->data, CARD_BEAT);
	}
}

static void drive(Vfc_card *card, const struct card_in *in)
{
	card->rst_ni = in->rst_n;
	card->time_ns_i = in->time_ns;
	card->s_axil_awaddr_i = in->awaddr;
	card->s_axil_awprot_i = card->s_axil_arprot_i = 0;
	card->s_axil_awvalid_i = in->awvalid;
	card->s_axil_wdata_i = in->wdata;
	card->s_axil_wstrb_i = 0xf;
	card->s_axil_wvalid_i = in->wvalid;
	card->s_axil_bready_i = in->bready;
	card->s_axil_araddr_i = in->araddr;
	card->s_axil_arvalid_i = in->arvalid;
	card->s_axil_rready_i = in->rready;
	card->m_axi_host_awready_i = in->host_awready;
	card->m_axi_host_wready_i = in->host_wready;
	card->m_axi_host_bvalid_i = in->host_bvalid;
	card->m_axi_host_bresp_i = in->host_bresp;
	card->m_axi_host_bid_i = 0;
	card->irq_ack_i = in->irq_ack;
	card->cfg_max_payload_i = in->max_payload;
	card->cfg_bus_master_i = in->bus_master;
	card->cfg_link_up_i = in->link_up;
}

static void sample_ports(const Vfc_card *card, struct card_out *out)
{
	for (unsigned p = 0; p < CARD_PORTS; p++) {
		struct card_beat *tx = &out->tx[p];

		tx->valid = card->m_axis_tx_tvalid_o >> p & 1;
		tx->last = card->m_axis_tx_tlast_o >> p & 1;
		tx->error = card->m_axis_tx_tuser_err_o >> p & 1;
		memcpy(&tx->keep, &card->m_axis_tx_tkeep_o[2 * p], sizeof(tx->keep));
		memcpy(tx->data, &card->m_axis_tx_tdata_o[CARD_BEAT_WORDS * p], CARD_BEAT);
	}
}

static void sample(const Vfc_card *card, struct card_out *out)
{
	out->awready = card->s_axil_awready_o;
	out->wready = card->s_axil_wready_o;
	out->bvalid = card->s_axil_bvalid_o;
	out->bresp = card->s_axil_bresp_o;
	out->arready = card->s_axil_arready_o;
	out->rvalid = card->s_axil_rvalid_o;
	out->rresp = card->s_axil_rresp_o;
	out->rdata = card->s_axil_rdata_o;
	out->host_awvalid = card->m_axi_host_awvalid_o;
	out->host_awaddr = card->m_axi_host_awaddr_o;
	out->host_awid = card->m_axi_host_awid_o;
	out->host_awlen = card->m_axi_host_awlen_o;
	out->host_awsize = card->m_axi_host_awsize_o;
	out->host_awburst = card->m_axi_host_awburst_o;
	out->host_wvalid = card->m_axi_host_wvalid_o;
	out->host_wlast = card->m_axi_host_wlast_o;
	out->host_wstrb = card->m_axi_host_wstrb_o;
	out->host_bready = card->m_axi_host_bready_o;
	memcpy(out->host_wdata, &card->m_axi_host_wdata_o[0], sizeof(out->host_wdata));
	out->irq_req = card->irq_req_o;
}

void card_model_eval(struct card_model *m, const struct card_in *in, struct card_out *out)
{
	drive_ports(m->top.get(), in);
	drive(m->top.get(), in);
	m->top->eval();
	sample_ports(m->top.get(), out);
	sample(m->top.get(), out);
}

void card_model_core_edge(struct card_model *m)
{
	m->top->clk_i = 1;
	m->top->eval();
	m->top->clk_i = 0;
}

void card_model_mac_edge(struct card_model *m, unsigned port)
{
	m->top->clk_mac_i = 1u << port;
	m->top->eval();
	m->top->clk_mac_i = 0;
}
