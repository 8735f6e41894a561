/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Token bucket kept as one time stamp (`due`: when the bucket would be full again). A default
 * collector socket holds 212,992 octets, which is some 50 datagrams with the kernel's overhead:
 * hence short bursts.
 */
#ifndef FC_EXPORT_PACE_H
#define FC_EXPORT_PACE_H

#include <stdint.h>

#define FC_PACE_BURST 8

struct fc_pace {
	uint64_t interval_ns, due_ns;
};

static inline void fc_pace_init(struct fc_pace *p, unsigned per_second)
{
	p->interval_ns = UINT64_C(1000000000) / per_second;
	if (!p->interval_ns)
		p->interval_ns = 1;
	p->due_ns = 0;
}

/* How many may leave at `now_ns`, 0..FC_PACE_BURST. */
static inline unsigned fc_pace_allowed(const struct fc_pace *p, uint64_t now_ns)
{
	uint64_t full_ns = FC_PACE_BURST * p->interval_ns;
	uint64_t debt_ns = p->due_ns > now_ns ? p->due_ns - now_ns : 0;

	return debt_ns >= full_ns ? 0 : (unsigned)((full_ns - debt_ns) / p->interval_ns);
}

static inline void fc_pace_take(struct fc_pace *p, uint64_t now_ns, unsigned count)
{
	if (p->due_ns < now_ns)
		p->due_ns = now_ns;
	p->due_ns += count * p->interval_ns;
}

/* When `count` (at most FC_PACE_BURST) may leave. */
static inline uint64_t fc_pace_ready_ns(const struct fc_pace *p, unsigned count)
{
	uint64_t early_ns = (FC_PACE_BURST - count) * p->interval_ns;

	return p->due_ns > early_ns ? p->due_ns - early_ns : 0;
}

#endif
