// SPDX-License-Identifier: BSD-2-Clause
#include "dma_glue.h"
#include "../coverage.h"
#include "Vfc_dma.h"
#include <cstring>
#include <memory>

struct dma_model {
	std::unique_ptr<VerilatedContext> context;
	std::unique_ptr<Vfc_dma> card;
};

struct dma_model *dma_model_create(int seed)
{
	auto *m = new dma_model;
	m->context = std::make_unique<VerilatedContext>();
	m->context->randSeed(seed);
	m->context->randReset(2);
	m->card = std::make_unique<Vfc_dma>(m->context.get());
	return m;
}

void dma_model_destroy(struct dma_model *m)
{
	m->card->final();
	fc_coverage_write(m->context.get());
	delete m;
}

static unsigned bits(const bool *flag)
{
	return (unsigned)flag[0] | (unsigned)flag[1] << 1;
}

static void drive_rings(Vfc_dma *card, const struct dma_in *in)
{
	card->rec_valid_i = bits(in->rec_valid);
	card->enable_i = bits(in->enable);
	card->arm_i = bits(in->arm);
	card->irq_ack_i = bits(in->irq_ack);
	card->size_log2_i = (unsigned)in->size_log2[0] | (unsigned)in->size_log2[1] << 5;
	card->consumer_i = (uint64_t)in->consumer[0] | (uint64_t)in->consumer[1] << 31;
	card->moderation_i = (uint64_t)in->moderation[0] | (uint64_t)in->moderation[1] << 32;
	for (unsigned r = 0; r < DMA_RINGS; r++) {
		for (unsigned w = 0; w < DMA_PAYLOAD_WORDS; w++)
			card->rec_i[DMA_PAYLOAD_WORDS * r + w] = in->rec[r][w];
		card->base_i[2 * r] = (uint32_t)in->base[r];
		card->base_i[2 * r + 1] = (uint32_t)(in->base[r] >> 32);
		card->status_i[2 * r] = (uint32_t)in->status[r];
		card->status_i[2 * r + 1] = (uint32_t)(in->status[r] >> 32);
	}
}

static void sample(const Vfc_dma *card, struct dma_out *out)
{
	out->idle = card->idle_o;
	out->busy = card->busy_o;
	out->timing = card->timing_o;
	out->axi_error = card->axi_error_o;
	out->no_bus_master = card->no_bus_master_o;
	for (unsigned r = 0; r < DMA_RINGS; r++) {
		out->rec_ready[r] = card->rec_ready_o >> r & 1;
		out->irq_req[r] = card->irq_req_o >> r & 1;
		out->producer[r] = (uint32_t)(card->producer_o >> 32 * r);
		out->issued[r] = (uint32_t)(card->issued_o >> 31 * r & 0x7fffffffu);
		out->errors[r] = (uint32_t)(card->errors_o >> 32 * r);
	}
	out->awvalid = card->m_axi_host_awvalid_o;
	out->awaddr = card->m_axi_host_awaddr_o;
	out->awid = card->m_axi_host_awid_o;
	out->awlen = card->m_axi_host_awlen_o;
	out->awsize = card->m_axi_host_awsize_o;
	out->awburst = card->m_axi_host_awburst_o;
	out->wvalid = card->m_axi_host_wvalid_o;
	out->wlast = card->m_axi_host_wlast_o;
	out->wstrb = card->m_axi_host_wstrb_o;
	out->bready = card->m_axi_host_bready_o;
	for (unsigned w = 0; w < DMA_BEAT_WORDS; w++)
		out->wdata[w] = card->m_axi_host_wdata_o[w];
}

void dma_model_eval(struct dma_model *m, const struct dma_in *in, struct dma_out *out)
{
	Vfc_dma *card = m->card.get();

	card->rst_ni = in->rst_n;
	card->stop_i = in->stop;
	card->cfg_bus_master_i = in->bus_master;
	card->cfg_max_payload_i = 0;
	card->faults_i = in->faults;
	card->m_axi_host_awready_i = in->awready;
	card->m_axi_host_wready_i = in->wready;
	card->m_axi_host_bvalid_i = in->bvalid;
	card->m_axi_host_bresp_i = in->bresp;
	card->m_axi_host_bid_i = 0;
	drive_rings(card, in);
	card->clk_i = 0;
	card->eval();
	sample(card, out);
}

void dma_model_tick(struct dma_model *m)
{
	m->card->clk_i = 1;
	m->card->eval();
}
