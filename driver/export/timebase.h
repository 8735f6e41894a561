/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Times relative to a boot time, as v5 and the v9 sys-uptime fields need them: 32-bit milliseconds.
 *
 *            base                first      last        header
 *   ----------|--------------------|----------|-----------|-----> ms since 1970
 *             <-------------------- at most SPAN --------->
 *
 * A collector computes boot = header time - uptime and adds first and last to it. So every datagram
 * has one base, all its times lie in base .. header, and header - base fits 32 bits. Flows that do
 * not share a window get datagrams of their own.
 */
#ifndef FC_EXPORT_TIMEBASE_H
#define FC_EXPORT_TIMEBASE_H

#include <stdbool.h>
#include <stdint.h>

/* 49.7 days, less a second for rounding the header time up. */
#define FC_TIMEBASE_SPAN ((uint64_t)UINT32_MAX - 999)
/* Latest instant a header of 32-bit seconds can say: 2106-02-07. */
#define FC_TIMEBASE_LATEST ((uint64_t)UINT32_MAX * 1000)

struct fc_timebase {
	uint64_t boot_ms; /* moves forward before now - boot can exceed the span */
};

/* Bring a flow's times to what is expressible at all: not after LATEST, not further apart than SPAN
 * (first gives way). Return true when one changed. */
bool fc_timebase_clamp(uint64_t *first_ms, uint64_t *last_ms);

/* Base for a datagram that begins with a (clamped) flow at `now_ms`. */
uint64_t fc_timebase_choose(struct fc_timebase *tb, uint64_t now_ms, uint64_t first_ms,
			    uint64_t last_ms);

/* Can a flow join a datagram of this base? */
static inline bool fc_timebase_fits(uint64_t base_ms, uint64_t first_ms, uint64_t last_ms)
{
	return first_ms >= base_ms && last_ms >= base_ms &&
	       first_ms - base_ms <= FC_TIMEBASE_SPAN && last_ms - base_ms <= FC_TIMEBASE_SPAN;
}

/* Header time nearest to `now_ms` that makes all times up to `latest_ms` come out right; a full
 * second if asked for. */
uint64_t fc_timebase_header(uint64_t base_ms, uint64_t now_ms, uint64_t latest_ms,
			    bool whole_seconds);

#endif
