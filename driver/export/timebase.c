/* SPDX-License-Identifier: BSD-2-Clause */
#include "timebase.h"

#define DAY_MS UINT64_C(86400000)

static uint64_t smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

bool fc_timebase_clamp(uint64_t *first_ms, uint64_t *last_ms)
{
	uint64_t first = smaller(*first_ms, FC_TIMEBASE_LATEST);
	uint64_t last = smaller(*last_ms, FC_TIMEBASE_LATEST);
	bool changed;

	if (last > first && last - first > FC_TIMEBASE_SPAN)
		first = last - FC_TIMEBASE_SPAN;
	else if (first > last && first - last > FC_TIMEBASE_SPAN)
		last = first - FC_TIMEBASE_SPAN;
	changed = first != *first_ms || last != *last_ms;
	*first_ms = first;
	*last_ms = last;
	return changed;
}

uint64_t fc_timebase_choose(struct fc_timebase *tb, uint64_t now_ms, uint64_t first_ms,
			    uint64_t last_ms)
{
	uint64_t now = smaller(now_ms, FC_TIMEBASE_LATEST);
	uint64_t earliest = smaller(first_ms, last_ms);
	uint64_t latest = larger(now, larger(first_ms, last_ms));
	uint64_t middle = latest > FC_TIMEBASE_SPAN / 2 ? latest - FC_TIMEBASE_SPAN / 2 : 0;

	/* Long before the wrap: the new uptime is one day, so flows of the last day keep sharing
	 * datagrams. */
	if (now > tb->boot_ms && now - tb->boot_ms > FC_TIMEBASE_SPAN - DAY_MS)
		tb->boot_ms = now - DAY_MS;
	if (earliest >= tb->boot_ms && latest - tb->boot_ms <= FC_TIMEBASE_SPAN)
		return tb->boot_ms;
	return smaller(middle, earliest);
}

uint64_t fc_timebase_header(uint64_t base_ms, uint64_t now_ms, uint64_t latest_ms,
			    bool whole_seconds)
{
	uint64_t time = larger(larger(now_ms, latest_ms), base_ms);

	time = smaller(smaller(time, base_ms + FC_TIMEBASE_SPAN), FC_TIMEBASE_LATEST);
	return whole_seconds ? (time + 999) / 1000 * 1000 : time;
}
