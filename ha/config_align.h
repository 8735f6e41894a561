/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FC_CONFIG_ALIGN_H
#define FC_CONFIG_ALIGN_H

#include <ha/config.h>

/*
 * Give exporters and monitors of `fresh` the numbers that those of the same name have in `running`,
 * and all references with them; others get free numbers.
 */
void fc_config_align(struct fc_config *fresh, const struct fc_config *running);

#endif
