/* SPDX-License-Identifier: BSD-2-Clause */
/* Samplers as docs/hw/core.md has them: which packet of a window goes on, and the draws behind it.
 */
#include "core_ref.h"

#include <string.h>

#include "flowcard/registers.h"

#define SEED 0x9e3779b97f4a7c15ull

struct sampler {
	uint32_t control, so_far, place;
	uint64_t observed, selected;
};

static struct sampler samplers[CORE_SAMPLERS];
static uint64_t seed;

static uint64_t shifted(uint64_t from)
{
	from ^= from << 13;
	from ^= from >> 7;
	return from ^ from << 17;
}

void core_ref_samplers_new(const uint32_t *controls)
{
	memset(samplers, 0, sizeof(samplers));
	for (unsigned int i = 0; i < CORE_SAMPLERS; i++)
		samplers[i].control = controls[i];
	seed = SEED;
}

void core_ref_hash_word(uint64_t word)
{
	seed = seed == word ? SEED : shifted(seed ^ word);
}

void core_ref_sampler(unsigned int at, uint32_t control)
{
	samplers[at] = (struct sampler){.control = control};
}

uint64_t core_ref_sampler_count(unsigned int at, bool selected)
{
	return selected ? samplers[at].selected : samplers[at].observed;
}

uint32_t core_ref_sampler_id(unsigned int at)
{
	uint32_t control = samplers[at].control;

	return control & FC_REG_SAMPLER_CONTROL_MODE_MASK
		       ? (control & FC_REG_SAMPLER_CONTROL_ID_MASK) >>
				 FC_REG_SAMPLER_CONTROL_ID_SHIFT
		       : 0;
}

bool core_ref_sample(unsigned int at)
{
	struct sampler *s = &samplers[at];
	uint32_t mode = s->control & FC_REG_SAMPLER_CONTROL_MODE_MASK;
	uint64_t length = (uint64_t)(s->control >> FC_REG_SAMPLER_CONTROL_WINDOW_SHIFT) + 1;
	bool taken;

	if (mode == FC_SAMPLER_MODE_OFF)
		return true;
	if (s->so_far == 0)
		s->place = (uint32_t)(length * (seed >> 32) >> 32);
	seed = shifted(seed);
	taken = s->so_far == (mode == FC_SAMPLER_MODE_RANDOM ? s->place : length - 1);
	s->so_far = (uint32_t)((s->so_far + 1) % length);
	s->observed++;
	s->selected += taken;
	return taken;
}
