/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Listings of Flexible NetFlow's objects, as text in IOS-XE's layout or as JSON. Pure functions of
 * a view: what is configured and what was counted, gathered by the caller (ha/show/flow.c).
 *
 * With a name only that object is listed; whether it exists is the caller's question.
 */
#ifndef FC_SHOW_OBJECTS_H
#define FC_SHOW_OBJECTS_H

#include <ha/show/cache_list.h>
#include <ha/show/json.h>

/* A flow monitor on an interface. */
struct fc_show_binding {
	uint32_t interface; /* ifIndex */
	bool output, ipv6;
	int monitor, sampler;        /* indices; sampler may be FC_FNF_NONE */
	bool counted;                /* a card runs it, and told: */
	uint64_t observed, selected; /* by its sampler */
};

#define FC_SHOW_FIELD 128 /* a field and its argument, in words */

struct fc_show_exporter; /* ha/show/exporters.h */

struct fc_show_view {
	const struct fc_fnf *fnf;
	const struct fc_show_binding *binding; /* by interface */
	unsigned bindings;
	const struct fc_show_counts *counts;     /* by monitor */
	const struct fc_show_exporter *exporter; /* by exporter */
	uint64_t unwanted;                       /* flows of monitors that have no exporter */
};

/* Everything below: -1 for all objects, or the index of one. Return 0 or -EIO. */
int fc_show_records(const struct fc_show_view *view, int record, bool json, FILE *out);
int fc_show_monitors(const struct fc_show_view *view, int monitor, bool json, FILE *out);
int fc_show_monitor_statistics(const struct fc_show_view *view, int monitor, bool json, FILE *out);
/* Of one interface, by its ifIndex, or (0) of all. */
int fc_show_interfaces(const struct fc_show_view *view, uint32_t interface, bool json, FILE *out);
/* One sampler is listed as a line of a table, all of them as blocks: docs/show.md says why. */
int fc_show_samplers(const struct fc_show_view *view, int sampler, bool json, FILE *out);

/* "ipv4 source prefix minimum-mask 24": as the field was given to match or collect. */
void fc_show_field_name(const struct fc_fnf_record_field *field, char text[FC_SHOW_FIELD]);
/* hh:mm:ss, hours without bound. */
void fc_show_elapsed(unsigned long seconds, char text[FC_SHOW_VALUE]);
const char *fc_show_description(const char *description);
const char *fc_show_protocol(enum fc_protocol protocol);

#endif
