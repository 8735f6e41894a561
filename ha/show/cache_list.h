/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The listing of a flow monitor's cache. Pure: flows come out of a source in batches, text or JSON
 * goes into a stream.
 *
 *   source --> filter --+-- (sort or aggregate) --> rows.h --+--> columns.h --> out
 *                       +------------- else -----------------+
 *
 * Without sort and aggregate nothing is kept: a listing of any length needs one batch of flows.
 */
#ifndef FC_SHOW_CACHE_LIST_H
#define FC_SHOW_CACHE_LIST_H

#include <ha/show/columns.h>

#define FC_SHOW_BATCH 256

/* What a cache has seen, over all cards and rings. */
struct fc_show_counts {
	uint64_t current, high_watermark, added, not_added;
	uint64_t active, inactive, event, watermark, emergency; /* aged by */
	uint64_t other; /* aged: immediate, synchronized: no line of their own */
};

struct fc_show_source {
	/* Return how many flows were copied to `out`, 0 at the end, -errno. */
	int (*next)(void *context, struct fc_flow *out, size_t room);
	bool (*gone)(void *context); /* the reader: stop. May be NULL */
	void *context;
};

struct fc_show_cache {
	const struct fc_fnf_monitor *monitor;
	const struct fc_fnf_record *record;
	struct fc_show_counts counts;
	struct fc_show_source source;
	bool json;
};

/* The block of `show flow monitor NAME statistics`, which begins a listing too. */
void fc_show_counts_text(const struct fc_fnf_monitor *monitor, const struct fc_show_counts *counts,
			 FILE *out);
/* Its members, without braces: "cache_type": ..., */
void fc_show_counts_json(const struct fc_fnf_monitor *monitor, const struct fc_show_counts *counts,
			 FILE *out);

/*
 * Write the listing. Return 0; -EPIPE: the reader is gone; -ENOMEM, -E2BIG or the source's error,
 * after a sentence that begins with "% " was written.
 */
int fc_show_cache_list(const struct fc_show_cache *cache, const struct fc_show_query *query,
		       FILE *out);

#endif
