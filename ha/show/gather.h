/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Views for listings out of a running unit. Locks are held for moments, none when a function has
 * returned; what was gathered is a copy, but for the configuration, which is immutable.
 */
#ifndef FC_SHOW_GATHER_H
#define FC_SHOW_GATHER_H

#include <ha/cli/command.h>
#include <ha/show/card.h>
#include <ha/show/exporters.h>

struct fc_show_gathered {
	const struct fc_config *config;
	struct fc_show_view view;
	/* What the view points to; the caller does not look. */
	struct fc_show_binding *binding;
	struct fc_show_counts counts[FC_FNF_MONITORS];
	struct fc_show_exporter exporter[FC_FNF_EXPORTERS];
};

/* Configuration and bindings; the rest of the view by the functions below. Return 0 or -ENOMEM. */
int fc_show_gather(struct fc_unit *unit, struct fc_show_gathered *g);
void fc_show_gathered_free(struct fc_show_gathered *g);

/* Counts of the cache of monitor number `monitor`, over all cards. */
void fc_show_gather_counts(struct fc_unit *unit, struct fc_show_gathered *g, int monitor);
/* What samplers saw and took, latched on the cards. */
void fc_show_gather_samplers(struct fc_unit *unit, struct fc_show_gathered *g);
/* State, statistics, clients and templates of all exporters (-1) or one. */
int fc_show_gather_exporters(struct fc_unit *unit, struct fc_show_gathered *g, int exporter);
/* A card; `ports`: with the counters of its ports. */
void fc_show_gather_card(struct fc_unit *unit, const struct fc_config *config, unsigned slot,
			 bool ports, struct fc_show_card *card);

/* ------------------------------------------------------------------ words of a command */
/* The name that a row's last value gives; "name" may stand before it. */
const char *fc_show_name(const struct fc_cli_call *call);
/* Say that there is no such object. Return -ENOENT. */
int fc_show_unknown(const struct fc_cli_call *call, const char *kind, const char *name);

#endif
