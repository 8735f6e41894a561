/* SPDX-License-Identifier: BSD-2-Clause */
/* What a number of packets amount to, as a flow record says it. */
#ifndef CORE_REF_CONTENT_H
#define CORE_REF_CONTENT_H

#include "core_ref.h"

struct core_content {
	uint64_t bytes, l2, first, last;
	uint32_t flags, len_min, len_max, ttl_min, ttl_max;
};

extern const struct core_content core_nothing;

void core_content_add(struct core_content *content, const struct core_packet *packet);
void core_content_compare(const struct core_content *content, const uint32_t *rec);

#endif
