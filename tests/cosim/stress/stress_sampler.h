/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether the samplers chose as they must; which packet a random one chooses is its own business.
 */
#ifndef STRESS_SAMPLER_H
#define STRESS_SAMPLER_H

#include "stress_flow.h"

/* One packet has passed its sampler, in order. */
void stress_sampler_pass(const struct stress_config *config, const struct stress_op *op,
			 bool chosen);
/* All of them, or those of one monitor, start anew. */
void stress_sampler_forget(void);
void stress_sampler_renew(unsigned int monitor);

#endif
