/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * show redundancy [clients|config-sync|counters|history|states|switchover history], show
 * checkpoint: pure functions of a view, as text in the layout of IOS-XE or as JSON, and the rows of
 * EXEC that print them.
 */
#ifndef FC_SHOW_REDUNDANCY_H
#define FC_SHOW_REDUNDANCY_H

#include <ha/cli/command.h>
#include <ha/export_thread.h>
#include <ha/orphans.h>
#include <ha/pair/pair.h>
#include <stdio.h>

struct fc_show_processor {
	char image[96];         /* "flowcard, Version 0.1.0"; "": not known */
	char config_file[128];  /* "": none */
	bool config_file_known; /* of the peer it is not: its CLI says it */
};

struct fc_show_vector {
	size_t places;
	struct fc_cut_place place[FC_CUT_MEMBERS];
};

struct fc_show_pair {
	bool there; /* the pair's engine runs; else all of this is 0 */
	struct fc_pair_look look;
	struct fc_link_config ends; /* of it: addresses, ports, heartbeats */
	struct fc_link_stats link;
	struct fc_cuts_look cuts;
	struct fc_base_look base;
	struct fc_orphans_stats orphans;        /* flows taken over for slots without a card here */
	struct fc_export_pairing exports;       /* what the exporters of both tell each other */
	struct fc_show_vector acked, committed; /* of the cuts, of the base */
};

struct fc_show_redundancy {
	uint64_t now_ms; /* of the facility's clock */
	struct fc_show_processor mine, peer;
	char fencing[128]; /* as configured, "witness file /mnt/pair" */
	char waits[96];    /* what keeps the peer, or this unit, from STANDBY HOT; "": nothing */
	struct fc_show_pair pair;
	struct fc_rf rf; /* a copy */
};

/* All return 0 or -EIO. */
int fc_show_redundancy(const struct fc_show_redundancy *v, bool json, FILE *out);
int fc_show_redundancy_states(const struct fc_show_redundancy *v, bool json, FILE *out);
/* Is the shared configuration the same, and if not, why the standby unit did not take it. */
int fc_show_redundancy_config_sync(const struct fc_show_redundancy *v, bool json, FILE *out);
/* The line that it refused, in the form of IOS-XE's list of mismatched commands. */
int fc_show_redundancy_mcl(const struct fc_show_redundancy *v, bool json, FILE *out);
int fc_show_redundancy_clients(const struct fc_show_redundancy *v, bool json, FILE *out);
int fc_show_redundancy_counters(const struct fc_show_redundancy *v, bool json, FILE *out);
int fc_show_redundancy_history(const struct fc_show_redundancy *v, bool json, FILE *out);
int fc_show_redundancy_switchovers(const struct fc_show_redundancy *v, bool json, FILE *out);

/* Cuts, what the standby unit holds, and where each ring stood at the last cut that both have. */
int fc_show_checkpoint(const struct fc_show_redundancy *v, bool json, FILE *out);
int fc_show_checkpoint_statistics(const struct fc_show_redundancy *v, bool json, FILE *out);
int fc_show_checkpoint_clients(const struct fc_show_redundancy *v, bool json, FILE *out);

/* "1 week, 2 days, 3 hours, 0 minutes" */
void fc_show_duration(uint64_t ms, char text[FC_RF_TEXT]);

/* ------------------------------------------------------------------ rows of EXEC */
extern const struct fc_cli_command fc_cli_redundancy[];

enum fc_redundancy_order {
	FC_REDUNDANCY_FORCE,
	FC_REDUNDANCY_RELOAD_PEER,
	FC_REDUNDANCY_CLEAR_HISTORY,
	FC_REDUNDANCY_CLEAR_COUNTERS
};

/*
 * What the rows want of a unit. view: a copy of how things are, in *view, to be freed. Return 0 or
 * -ENOMEM. order: return 0, or -errno with a sentence that begins with "% " in text.
 */
int fc_unit_redundancy_view(struct fc_unit *unit, struct fc_show_redundancy **view);
int fc_unit_redundancy_order(struct fc_unit *unit, enum fc_redundancy_order order,
			     char text[FC_RF_TEXT]);

#endif
