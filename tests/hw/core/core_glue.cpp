// SPDX-License-Identifier: BSD-2-Clause
#include "core_glue.h"
#include "../coverage.h"

#include "Vfc_core.h"
#include "verilated.h"

static VerilatedContext *context;
static Vfc_core *model;

double sc_time_stamp()
{
	return 0;
}

// Writes `bits` bits of value at bit `at` of a little-endian word vector.
static void put(uint32_t *words, unsigned int at, unsigned int bits, uint64_t value)
{
	for (unsigned int i = 0; i < bits; i++) {
		unsigned int b = at + i;
		words[b / 32] &= ~(1u << (b % 32));
		words[b / 32] |= static_cast<uint32_t>((value >> i) & 1) << (b % 32);
	}
}

void core_new(uint32_t seed)
{
	context = new VerilatedContext;
	context->randReset(2);
	context->randSeed(static_cast<int>(seed & 0x7fffffff) | 1);
	model = new Vfc_core(context);
	model->clk_i = 0;
	model->sampler_we_i = 0;
	for (unsigned int i = 0; i < CORE_SAMPLERS / 32; i++)
		model->sampler_on_i[i] = 0;
}

void core_free(void)
{
	model->final();
	fc_coverage_write(context);
	delete model;
	delete context;
}

void core_set_monitors(const struct core_monitor *monitors)
{
	model->monitor_enable_i = model->monitor_ipv4_i = 0;
	model->monitor_ipv6_i = model->monitor_immediate_i = 0;
	for (unsigned int m = 0; m < CORE_MONITORS; m++) {
		model->monitor_enable_i |= monitors[m].enable << m;
		model->monitor_ipv4_i |= monitors[m].ipv4 << m;
		model->monitor_ipv6_i |= monitors[m].ipv6 << m;
		model->monitor_immediate_i |= monitors[m].immediate << m;
		model->monitor_ports_i[m] = monitors[m].ports;
		model->monitor_ports_out_i[m] = monitors[m].ports_out;
		for (unsigned int i = 0; i < CORE_VEC_WORDS; i++)
			model->monitor_mask_i[m * CORE_VEC_WORDS + i] = monitors[m].mask[i];
	}
}

// As the register block does it: the word is on offer for one clock, the mode with it.
void core_set_sampler(unsigned int at, uint32_t control)
{
	model->sampler_we_i = 1;
	model->sampler_i = at;
	model->sampler_control_i = control;
}

// Descriptor bits, lowest first: vector 544, l3_len 17, frame_len 20, time 64.
void core_set_desc(unsigned int port, const struct core_packet *packet)
{
	uint32_t *words = &model->desc_i[0];
	unsigned int at = port * 645;

	if (at == 0) {
		for (unsigned int i = 0; i < CORE_VEC_WORDS; i++)
			words[i] = packet->vec[i];
	} else {
		for (unsigned int i = 0; i < CORE_VEC_WORDS; i++)
			put(words, at + 32 * i, 32, packet->vec[i]);
	}
	put(words, at + 544, 17, packet->l3_len);
	put(words, at + 561, 20, packet->frame_len);
	put(words, at + 581, 64, packet->time_ns);
}

void core_settle(struct core_pins *pins)
{
	model->rst_ni = !pins->reset;
	model->time_ns_i = pins->time_ns;
	model->enable_i = pins->enable;
	model->epoch_shift_i = pins->epoch_shift;
	model->epoch_guard_ns_i = pins->guard_ns;
	model->flush_i = pins->flush;
	model->flush_monitor_i = pins->flush_monitor;
	model->snapshot_i = pins->snapshot;
	model->command_monitor_i = pins->command_monitor;
	model->sampler_index_i = pins->sampler_index;
	model->latch_i = pins->latch;
	model->ledger_index_i = pins->ledger_index;
	model->hash_we_i = pins->hash_we;
	model->hash_position_i = pins->hash_position;
	model->hash_value_i = pins->hash_value;
	model->hash_word_i = pins->hash_word;
	model->desc_valid_i = pins->desc_valid;
	model->rec_ready_i = pins->rec_ready;
	model->clk_i = 0;
	model->eval();
	pins->desc_ready = model->desc_ready_o;
	pins->rec_valid = model->rec_valid_o;
	pins->ledger = model->ledger_o;
	pins->clearing = model->clearing_o;
	pins->busy = model->busy_o;
	pins->closing = model->closing_o;
	pins->flushing = model->flushing_o;
	pins->epoch_open = model->epoch_open_o;
	pins->sampler_counter = model->sampler_counter_o;
	pins->sampler_latched = model->sampler_latched_o;
	pins->flushing_monitor = model->flushing_monitor_o;
	pins->snapshotting = model->snapshotting_o;
	pins->unaccounted = model->unaccounted_o;
	pins->present = model->monitor_present_o;
}

void core_get_record(unsigned int ring, uint32_t *rec)
{
	for (unsigned int i = 0; i < CORE_REC_WORDS; i++)
		rec[i < 15 ? i : i + 1] = model->rec_o[ring * CORE_REC_WORDS + i];
	rec[15] = rec[31] = 0;
}

void core_edge(void)
{
	const bool sampler = model->sampler_we_i;

	model->clk_i = 1;
	model->eval();
	if (!sampler)
		return;
	put(&model->sampler_on_i[0], model->sampler_i, 1, (model->sampler_control_i & 3) != 0);
	model->sampler_we_i = 0;
}
