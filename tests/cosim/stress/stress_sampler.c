/* SPDX-License-Identifier: BSD-2-Clause */
#include "stress_sampler.h"

#include <flowcard/registers.h>
#include <string.h>

struct sampler_state {
	uint64_t observed, selected;
	uint32_t at, chosen; /* packets and choices of the running window */
};

static struct sampler_state samplers[STRESS_MONITORS][2][STRESS_PORTS];

void stress_sampler_forget(void)
{
	memset(samplers, 0, sizeof(samplers));
}

void stress_sampler_renew(unsigned int monitor)
{
	memset(samplers[monitor], 0, sizeof(samplers[monitor]));
}

void stress_sampler_pass(const struct stress_config *config, const struct stress_op *op,
			 bool chosen)
{
	const struct stress_sampler *rule = &config->sampler[op->monitor][op->output][op->port];
	struct sampler_state *s = &samplers[op->monitor][op->output][op->port];

	stress_totals.unsampled += !chosen;
	if (rule->mode == FC_SAMPLER_MODE_OFF) {
		stress_check(chosen, "a packet without a sampler is selected", chosen, 1);
		return;
	}
	s->observed++;
	s->selected += chosen;
	s->at++;
	s->chosen += chosen;
	stress_check(s->chosen <= 1, "one packet of a window", s->chosen, 1);
	if (rule->mode == FC_SAMPLER_MODE_DETERMINISTIC)
		stress_same("the last packet of a window", chosen, s->at == rule->window);
	if (s->at == rule->window) {
		stress_same("one packet of each window", s->chosen, 1);
		s->at = s->chosen = 0;
	}
}

void stress_ref_end_sampler(unsigned int m, unsigned int output, unsigned int port,
			    uint64_t observed, uint64_t selected)
{
	stress_same("end: packets that a sampler observed", observed,
		    samplers[m][output][port].observed);
	stress_same("end: packets that it selected", selected, samplers[m][output][port].selected);
}
