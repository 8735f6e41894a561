/* SPDX-License-Identifier: BSD-2-Clause */
/* Objects, flows and counts for tests of the listings: the same on every run. */
#ifndef FC_TESTS_SHOW_FIXTURE_H
#define FC_TESTS_SHOW_FIXTURE_H

#include <ha/show/objects.h>

#define SHOW_NOW_MS UINT64_C(1767323045678) /* 2026-01-02 03:04:05.678 UTC */
#define SHOW_LONG_NAME "A-NAME-OF-SIXTY-FOUR-CHARACTERS-AS-LONG-AS-THE-ROUTER-TAKES-THEM"

struct show_fixture {
	struct fc_fnf fnf;
	struct fc_show_binding binding[16];
	struct fc_show_counts counts[FC_FNF_MONITORS];
	struct fc_show_view view;
};

/*
 * Records: V4 (IPv4 keys, long counters), V6, BOTH, L2, NARROW, and one with a long name. Monitors
 * of the same names; records and monitors PARSERS-...; WITHOUT (no record), PERMANENT, IMMEDIATE,
 * SYNCHRONIZED. Samplers RANDOM and EXACT (not used).
 */
void show_fixture_init(struct show_fixture *f);

/* Flow number `index` of `version`; of 8 flows, two have the same addresses. */
struct fc_flow show_flow(unsigned version, unsigned index);

/* A source of `count` flows: IPv4, IPv6 or (0) both in turn. */
struct show_flows {
	unsigned version, count, next, batches;
	unsigned error_after, gone_after; /* batches; 0: never */
};
struct fc_show_source show_source(struct show_flows *flows);

/* Call `write` with a stream and return what it wrote; the caller frees it. */
char *show_text(int (*write)(void *context, FILE *out), void *context, int *result);

/* Every number but 0 in a JSON value stands in the text too, but for members that the text does not
 * have. Return how many were compared. */
unsigned show_numbers(const json_t *value, const char *text, const char *const *but);

/* Compare with the golden of that name, or write it anew: FC_UPDATE_GOLDENS. */
void show_golden(const char *name, const char *text);

#endif
