/* SPDX-License-Identifier: BSD-2-Clause */
/* Octet by octet what fc_config_shared_take gives: objects, ids and places, interfaces. */
#ifndef FC_TEST_CONFIG_SHARED_SAME_H
#define FC_TEST_CONFIG_SHARED_SAME_H

#include <ha/config.h>
#include <string.h>

static inline bool config_shared_same(const struct fc_config *a, const struct fc_config *b)
{
	bool same = !memcmp((const void *)&a->fnf, (const void *)&b->fnf, sizeof(a->fnf));

	for (unsigned s = 0; s < FC_CONFIG_SLOTS; s++)
		same &= !memcmp((const void *)a->card[s].port, (const void *)b->card[s].port,
				sizeof(a->card[s].port));
	return same;
}

#endif
