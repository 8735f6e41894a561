/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Token bucket for datagrams: no more than FC_PACE_BURST at a time, no faster than the rate, and
 * not faster than is needed to be done by `done_ns`: what a cut has sealed leaves evenly until the
 * next one. A collector's default socket buffer is 212,992 octets, which is some 50 datagrams with
 * the kernel's overhead: hence short bursts.
 */
#ifndef FC_EXPORT_PACE_H
#define FC_EXPORT_PACE_H

#include <stdint.h>

#define FC_PACE_BURST 8

struct fc_pace {
	uint64_t fastest_ns;  /* between two, by the rate */
	uint64_t interval_ns; /* in force */
	uint64_t due_ns, done_ns;
};

static inline void fc_pace_init(struct fc_pace *p, unsigned per_second)
{
	p->fastest_ns = UINT64_C(1000000000) / per_second;
	if (!p->fastest_ns)
		p->fastest_ns = 1;
	p->interval_ns = p->fastest_ns;
	p->due_ns = p->done_ns = 0;
}

/* Be done with what is there at `done_ns`. */
static inline void fc_pace_until(struct fc_pace *p, uint64_t done_ns)
{
	p->done_ns = done_ns;
}

/* So many are waiting: how far apart must they leave? */
static inline void fc_pace_look(struct fc_pace *p, uint64_t now_ns, uint64_t waiting)
{
	uint64_t room_ns = p->done_ns > now_ns ? p->done_ns - now_ns : 0;
	uint64_t even_ns = waiting ? room_ns / waiting : 0;
	uint64_t interval_ns = even_ns > p->fastest_ns ? even_ns : p->fastest_ns;

	/* A debt made at a slower pace is not waited for at a faster one. */
	if (interval_ns < p->interval_ns && p->due_ns > now_ns)
		p->due_ns = now_ns + (uint64_t)((double)(p->due_ns - now_ns) * (double)interval_ns /
						(double)p->interval_ns);
	p->interval_ns = interval_ns;
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
