// SPDX-License-Identifier: BSD-2-Clause
#include "regs_glue.h"
#include "../coverage.h"
#include "Vfc_regs.h"
#include <memory>

struct regs_model {
	std::unique_ptr<VerilatedContext> context;
	std::unique_ptr<Vfc_regs> card;
};

struct regs_model *regs_model_create(int seed)
{
	auto *m = new regs_model;
	m->context = std::make_unique<VerilatedContext>();
	m->context->randSeed(seed);
	m->context->randReset(2);
	m->card = std::make_unique<Vfc_regs>(m->context.get());
	return m;
}

void regs_model_destroy(struct regs_model *m)
{
	m->card->final();
	fc_coverage_write(m->context.get());
	delete m;
}

static uint64_t join(uint32_t low, uint32_t high)
{
	return (uint64_t)high << 32 | low;
}

static void drive(Vfc_regs *card, const struct regs_in *in)
{
	card->rst_ni = in->rst_n;
	card->resetting_i = in->resetting;
	card->clearing_i = in->clearing;
	card->idle_i = in->idle;
	card->closing_i = in->closing;
	card->flushing_i = in->flushing;
	card->flushing_monitor_i = in->flushing_monitor;
	card->snapshotting_i = in->snapshotting;
	card->monitor_present_i = in->monitor_present;
	card->sampler_latched_i = in->sampler_latched;
	card->sampler_counter_i = in->sampler_counter;
	card->bus_master_i = in->bus_master;
	card->link_up_i = in->link_up;
	card->axi_error_i = in->axi_error;
	card->no_bus_master_i = in->no_bus_master;
	card->unaccounted_i = in->unaccounted;
	card->missed_i = in->missed;
	card->epoch_late_i = in->epoch_late;
	card->max_payload_i = in->max_payload;
	card->epoch_open_i = in->epoch_open;
	card->time_ns_i = in->time_ns;
	card->port_latched_i = in->port_latched;
	card->ledger_i = in->ledger;
	card->ring_producer_i = join(in->producer[0], in->producer[1]);
	card->ring_issued_i =
		(in->issued[0] & 0x7fffffffu) | (uint64_t)(in->issued[1] & 0x7fffffffu) << 31;
	card->ring_errors_i = join(in->errors[0], in->errors[1]);
	for (unsigned p = 0; p < REGS_PORTS; p++) {
		card->counter_i[2 * p] = (uint32_t)in->counter[p];
		card->counter_i[2 * p + 1] = (uint32_t)(in->counter[p] >> 32);
	}
}

static void drive_bus(Vfc_regs *card, const struct regs_in *in)
{
	card->s_axil_awaddr_i = in->awaddr;
	card->s_axil_awvalid_i = in->awvalid;
	card->s_axil_wdata_i = in->wdata;
	card->s_axil_wstrb_i = in->wstrb;
	card->s_axil_wvalid_i = in->wvalid;
	card->s_axil_bready_i = in->bready;
	card->s_axil_araddr_i = in->araddr;
	card->s_axil_arvalid_i = in->arvalid;
	card->s_axil_rready_i = in->rready;
}

static void sample_bus(const Vfc_regs *card, struct regs_out *out)
{
	out->awready = card->s_axil_awready_o;
	out->wready = card->s_axil_wready_o;
	out->bvalid = card->s_axil_bvalid_o;
	out->bresp = card->s_axil_bresp_o;
	out->arready = card->s_axil_arready_o;
	out->rvalid = card->s_axil_rvalid_o;
	out->rresp = card->s_axil_rresp_o;
	out->rdata = card->s_axil_rdata_o;
}

static void sample(const Vfc_regs *card, struct regs_out *out)
{
	out->reset = card->reset_o;
	out->flush = card->flush_o;
	out->flush_monitor = card->flush_monitor_o;
	out->snapshot = card->snapshot_o;
	out->command_monitor = card->command_monitor_o;
	out->enable = card->enable_o;
	out->latch = card->latch_o;
	out->latching = card->latching_o;
	out->busy = card->busy_o;
	out->port_enable = card->port_enable_o;
	out->epoch_shift = card->epoch_shift_o;
	out->epoch_guard_ns = card->epoch_guard_ns_o;
	out->faults = card->faults_o;
	out->ledger_index = card->ledger_index_o;
	out->counter_index = card->counter_index_o;
	out->hash_we = card->hash_we_o;
	out->hash_position = card->hash_position_o;
	out->hash_value = card->hash_value_o;
	out->hash_word = card->hash_word_o;
}

static void sample_arrays(const Vfc_regs *card, struct regs_out *out)
{
	out->ring_enable = card->ring_enable_o;
	out->ring_arm = card->ring_arm_o;
	out->monitor_enable = card->monitor_enable_o;
	out->monitor_ipv4 = card->monitor_ipv4_o;
	out->monitor_ipv6 = card->monitor_ipv6_o;
	out->monitor_immediate = card->monitor_immediate_o;
	for (unsigned r = 0; r < REGS_RINGS; r++) {
		out->ring_size_log2[r] = card->ring_size_log2_o >> 5 * r & 31;
		out->ring_consumer[r] = card->ring_consumer_o >> 31 * r & 0x7fffffff;
		out->ring_moderation[r] = (uint32_t)(card->ring_moderation_o >> 32 * r);
		out->ring_base[r] = join(card->ring_base_o[2 * r], card->ring_base_o[2 * r + 1]);
		out->ring_status[r] =
			join(card->ring_status_o[2 * r], card->ring_status_o[2 * r + 1]);
	}
	for (unsigned m = 0; m < REGS_MONITORS; m++) {
		out->monitor_ports[m] = card->monitor_ports_o[m];
		out->monitor_ports_out[m] = card->monitor_ports_out_o[m];
		for (unsigned w = 0; w < REGS_MASK_WORDS; w++)
			out->monitor_mask[m][w] = card->monitor_mask_o[REGS_MASK_WORDS * m + w];
	}
}

static void sample_samplers(const Vfc_regs *card, struct regs_out *out)
{
	out->sampler_we = card->sampler_we_o;
	out->sampler = card->sampler_o;
	out->sampler_control = card->sampler_control_o;
	out->sampler_index = card->sampler_index_o;
	for (unsigned w = 0; w < 4; w++)
		out->sampler_on[w] = card->sampler_on_o[w];
}

void regs_model_eval(struct regs_model *m, const struct regs_in *in, struct regs_out *out)
{
	Vfc_regs *card = m->card.get();

	drive(card, in);
	drive_bus(card, in);
	card->clk_i = 0;
	card->eval();
	sample_bus(card, out);
	sample(card, out);
	sample_arrays(card, out);
	sample_samplers(card, out);
}

void regs_model_tick(struct regs_model *m)
{
	m->card->clk_i = 1;
	m->card->eval();
}
