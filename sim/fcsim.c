/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/fcsim_private.h"

#include <errno.h>
#include <flowcard/registers.h>
#include <stdlib.h>

#define FCSIM_RESET_CLOCKS 16
#define FCSIM_CLEAR_CLOCKS 1000000
#define FCSIM_CLEAR_STEP 64
#define FCSIM_QUIET_CLOCKS 8 /* all busy nets low so long: nothing is between the clocks either */
#define FCSIM_STALL_MAX 95
#define FCSIM_MAX_PAYLOAD 1 /* as PCIe encodes it: 128 << n octets */
#define FCSIM_MAX_PAYLOAD_CODE 5

/* FCSIM_MODELS is MODEL(e12) MODEL(e9) ...: each fc_verilate() of sim/CMakeLists.txt. */
#define MODEL(name) extern const struct fcsim_model fcsim_model_##name;
FCSIM_MODELS
#undef MODEL
#define MODEL(name) &fcsim_model_##name,
static const struct fcsim_model *const fcsim_models[] = {FCSIM_MODELS};
#undef MODEL

const unsigned *fcsim_sizes(void)
{
	static const unsigned sizes[] = {64, 512, 4096, 0};

	return sizes;
}

static const struct fcsim_model *fcsim_model_of(const struct fcsim_config *config)
{
	const unsigned ports = config->ports ? config->ports : 1;
	const unsigned rings = config->rings ? config->rings : 1;

	for (size_t i = 0; i < sizeof(fcsim_models) / sizeof(fcsim_models[0]); i++) {
		const struct fcsim_model *m = fcsim_models[i];

		if (m->entries == config->entries && m->ports == ports && m->rings == rings &&
		    m->traced == (config->trace_path != NULL))
			return m;
	}
	return NULL;
}

int fcsim_built(unsigned index, struct fcsim_build *out)
{
	if (index >= sizeof(fcsim_models) / sizeof(fcsim_models[0]))
		return -ENOENT;
	*out = (struct fcsim_build){
		.entries = fcsim_models[index]->entries,
		.ports = fcsim_models[index]->ports,
		.rings = fcsim_models[index]->rings,
		.traced = fcsim_models[index]->traced,
		.checked = fcsim_models[index]->checked,
	};
	return 0;
}

/* The trace library does not say why a file cannot be written; the C library does. */
static int fcsim_trace_open(struct fcsim *s, const struct fcsim_config *config)
{
	FILE *f;
	int err;

	f = fopen(config->trace_path, "wb");
	if (!f)
		return -errno;
	fclose(f);
	err = s->model->trace_open(s->card, config->trace_path);
	if (err)
		return err;
	s->trace.on = true;
	s->trace.from = config->trace_from;
	s->trace.to = config->trace_to;
	return 0;
}

static void fcsim_slot_init(struct fcsim *s)
{
	s->mac_clocks_mask = (uint8_t)((1u << s->model->ports) - 1);
	*s->pins.max_payload = FCSIM_MAX_PAYLOAD;
	*s->pins.bus_master = 1;
	*s->pins.link_up = 1;
}

/* Both resets are over at once; the register accesses that follow let them cross. */
static void fcsim_reset(struct fcsim *s)
{
	*s->pins.rst_n = 0;
	*s->pins.rst_mac_n = 0;
	fcsim_run(s, FCSIM_RESET_CLOCKS);
	*s->pins.rst_n = 1;
	*s->pins.rst_mac_n = s->mac_clocks_mask;
	s->model->judge(s->card);
}

/* Wait until the card's memories are clear, and learn what it reads of a frame. */
static int fcsim_bring_up(struct fcsim *s)
{
	uint64_t end = s->core_clocks + FCSIM_CLEAR_CLOCKS;
	uint32_t value;
	int err;

	for (;;) {
		err = fcsim_reg_read(s, FC_REG_STATUS, &value);
		if (err)
			return err;
		if (!(value & FC_REG_STATUS_CLEARING_MASK))
			break;
		if (s->core_clocks >= end)
			return -ETIMEDOUT;
		fcsim_run(s, FCSIM_CLEAR_STEP);
	}
	err = fcsim_reg_read(s, FC_REG_BUILD1, &value);
	s->window = (value & FC_REG_BUILD1_HEADER_WINDOW_MASK) >> FC_REG_BUILD1_HEADER_WINDOW_SHIFT;
	return err;
}

static int fcsim_start(struct fcsim *s, const struct fcsim_config *config)
{
	int err;

	if (config->trace_path) {
		err = fcsim_trace_open(s, config);
		if (err)
			return err;
	}
	fcsim_axi_init(&s->axi, &s->pins.host, config->seed, config->stall_percent,
		       128u << FCSIM_MAX_PAYLOAD);
	s->axi.check_combinational = s->model->checked;
	s->settle_low = s->model->checked || s->model->traced || !s->model->quick;
	fcsim_slot_init(s);
	fcsim_reset(s);
	return fcsim_bring_up(s);
}

int fcsim_create(const struct fcsim_config *config, struct fcsim **out)
{
	const struct fcsim_model *model = fcsim_model_of(config);
	struct fcsim *s;
	int err;

	if (!model || config->stall_percent > FCSIM_STALL_MAX)
		return -EINVAL;
	s = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	s->model = model;
	s->card = model->create(config->seed, &s->pins);
	if (!s->card) {
		err = -ENOMEM;
		goto free_sim;
	}
	err = fcsim_start(s, config);
	if (err)
		goto destroy_card;
	*out = s;
	return 0;

destroy_card:
	model->destroy(s->card);
free_sim:
	free(s);
	return err;
}

int fcsim_power_cycle(struct fcsim *s)
{
	fcsim_axi_forget(&s->axi);
	*s->pins.irq_ack = 0;
	s->irq_acking = s->irq_pending = 0;
	fcsim_reset(s);
	return fcsim_bring_up(s);
}

void fcsim_destroy(struct fcsim *s)
{
	if (!s)
		return;
	s->model->destroy(s->card);
	free(s);
}

int fcsim_dma_map(struct fcsim *s, uint64_t iova, void *mem, size_t octets)
{
	return fcsim_region_add(&s->axi.regions, iova, mem, octets);
}

void fcsim_dma_unmap(struct fcsim *s, uint64_t iova)
{
	fcsim_region_remove(&s->axi.regions, iova);
}

void fcsim_time_set(struct fcsim *s, uint64_t time_ns)
{
	*s->pins.time_ns = time_ns;
}

void fcsim_run(struct fcsim *s, uint64_t clocks)
{
	while (clocks--)
		fcsim_tick(s, true, true);
}

int fcsim_settle(struct fcsim *s, uint64_t max_clocks)
{
	uint64_t end = s->core_clocks + max_clocks;
	unsigned quiet = 0;

	while (quiet < FCSIM_QUIET_CLOCKS) {
		if (s->core_clocks >= end)
			return -ETIMEDOUT;
		fcsim_tick(s, true, fcsim_mac_work(s));
		quiet = fcsim_core_work(s) ? 0 : quiet + 1;
	}
	return 0;
}

bool fcsim_irq_take(struct fcsim *s)
{
	return fcsim_irq_take_rings(s) != 0;
}

uint32_t fcsim_irq_take_rings(struct fcsim *s)
{
	uint32_t pending = s->irq_pending;

	s->irq_pending = 0;
	return pending;
}

bool fcsim_busy(const struct fcsim *s)
{
	return fcsim_core_work(s);
}

void fcsim_link_set(struct fcsim *s, bool up)
{
	*s->pins.link_up = up;
}

void fcsim_bus_master_set(struct fcsim *s, bool on)
{
	*s->pins.bus_master = on;
}

int fcsim_max_payload_set(struct fcsim *s, unsigned code)
{
	if (code > FCSIM_MAX_PAYLOAD_CODE)
		return -EINVAL;
	*s->pins.max_payload = (uint8_t)code;
	s->axi.max_burst_octets = 128u << code;
	return 0;
}

void fcsim_axi_fail(struct fcsim *s, unsigned bursts)
{
	s->axi.fail = bursts;
}

void fcsim_record_corrupt(struct fcsim *s, unsigned records)
{
	s->axi.corrupt = records;
}

void fcsim_dma_freeze(struct fcsim *s, bool frozen)
{
	s->axi.frozen = frozen;
}

void fcsim_stats(const struct fcsim *s, struct fcsim_stats *out)
{
	*out = (struct fcsim_stats){
		.core_clocks = s->core_clocks,
		.mac_clocks = s->mac_clocks,
		.frames = s->frames,
		.axi_bursts = s->axi.bursts,
		.axi_beats = s->axi.beats,
		.axi_violations = s->axi.violations,
	};
}
