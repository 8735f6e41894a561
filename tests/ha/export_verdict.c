// SPDX-License-Identifier: BSD-2-Clause
/* What had to arrive, and what the counters say. */
#include "export_world.h"

#include <setjmp.h>
#include <stdarg.h>
/* cmocka wants setjmp and stdarg first. */
#include <cmocka.h>

/* A unit that is still there, or a standby, had it. */
static bool was_had(const struct world *w, unsigned n)
{
	const struct fate *f = &w->fate[n];

	return f->incarnation &&
	       (!w->ended[f->incarnation] ||
		(w->committed[f->incarnation] && w->committed[f->incarnation] >= f->cut));
}

unsigned world_void(const struct world *w)
{
	unsigned count = 0;

	for (unsigned n = 1; n <= w->flows; n++)
		count += w->fate[n].incarnation && !was_had(w, n);
	return count;
}

static void judge_flow(const struct world *w, unsigned exporter, unsigned n, unsigned seen)
{
	const struct fate *f = &w->fate[n];
	bool had = was_had(w, n);

	if (seen > 1 && !w->may_repeat)
		fail_msg("exporter %u: flow %u arrived %u times", exporter, n, seen);
	if (had && !seen && !w->may_lack)
		fail_msg("exporter %u: flow %u of cut %lu of %lu is lost; %lu was committed",
			 exporter, n, (unsigned long)f->cut, (unsigned long)f->incarnation,
			 (unsigned long)w->committed[f->incarnation]);
	if (!had && seen && (!f->incarnation || w->gated[f->incarnation]))
		fail_msg("exporter %u: flow %u of cut %lu arrived, which nobody has acknowledged",
			 exporter, n, (unsigned long)f->cut);
}

void world_judge(struct world *w)
{
	for (unsigned e = 0; e < w->exporters; e++) {
		struct judge *j = &w->judge[e];

		for (unsigned n = 1; n <= w->flows; n++)
			judge_flow(w, e, n, j->seen[n]);
		if (j->conflicts)
			fail_msg("exporter %u: %u numbers with two contents", e, j->conflicts);
		if (!w->may_lack && !w->remote)
			assert_int_equal(judge_gaps(j), 0);
	}
}

static void line_books(const struct fc_exporter *e)
{
	struct fc_exporter_datagram d;
	struct fc_exporter_stats s;
	uint64_t queued = 0;

	fc_exporter_stats(e, &s);
	for (uint64_t n = 0; !fc_exporter_sealed(e, n, &d); n = d.number + 1)
		queued += d.records;
	assert_int_equal(s.datagrams_sealed, s.datagrams_sent + s.datagrams_queued +
						     s.dropped_datagrams + s.datagrams_skipped);
	assert_int_equal(s.records_sealed, s.records_sent + queued + s.dropped_flows -
						   s.inexpressible + s.records_skipped);
}

void world_books(struct world *w)
{
	for (unsigned i = 0; i < 2; i++) {
		struct fc_export_line *line;
		unsigned at = 0;

		while (w->unit[i].there && (line = fc_export_next_line(w->unit[i].export, &at)))
			line_books(line->exporter);
	}
}
