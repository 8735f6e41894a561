/* SPDX-License-Identifier: BSD-2-Clause */
/* What the directed cases begin with: one monitor of IPv4, keyed by the first word of the source.
 */
#ifndef CORE_CASES_H
#define CORE_CASES_H

#include "core_run.h"

#define SHIFT 20

void core_plain_run(struct core_run *run, uint32_t guard);
struct core_packet core_packet_of(uint32_t src, uint64_t time_ns);
void core_clocks(struct core_run *run, unsigned int n);

#endif
