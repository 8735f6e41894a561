// SPDX-License-Identifier: BSD-2-Clause
/* Samplers: one of each monitor, direction and port. */
#include "driver/card_private.h"

#include <errno.h>

int fc_card_sampler_index(struct fc_card *card, unsigned monitor, bool output, unsigned port,
			  unsigned *index)
{
	if (monitor >= card->build.monitors || port >= card->build.ports)
		return fc_card_fail(card, -EINVAL, NULL,
				    "sampler of monitor %u, port %u: the card has %u and %u",
				    monitor, port, card->build.monitors, card->build.ports);
	*index = 16 * monitor + 8 * (output ? 1 : 0) + port;
	return 0;
}

int fc_card_sampler_set(struct fc_card *card, unsigned monitor, bool output, unsigned port,
			const struct fc_card_sampler *sampler)
{
	unsigned index = 0;
	int err = fc_card_sampler_index(card, monitor, output, port, &index);

	if (err)
		return err;
	if (sampler->mode >= FC_SAMPLER_MODE_COUNT || sampler->window < 1 ||
	    sampler->window > FC_CARD_WINDOW_MAX)
		return fc_card_fail(card, -EINVAL, NULL,
				    "sampler of monitor %u, port %u: mode %u, 1 of %u packets",
				    monitor, port, sampler->mode, (unsigned)sampler->window);
	return fc_card_set(card, FC_REG_IN(SAMPLER, index, CONTROL),
			   (uint32_t)sampler->mode << FC_REG_SAMPLER_CONTROL_MODE_SHIFT |
				   (uint32_t)sampler->id << FC_REG_SAMPLER_CONTROL_ID_SHIFT |
				   (sampler->window - 1) << FC_REG_SAMPLER_CONTROL_WINDOW_SHIFT);
}
