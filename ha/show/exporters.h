/* SPDX-License-Identifier: BSD-2-Clause */
/* Listings of exporters: as ha/show/objects.h, with what the export thread says of them. Pure. */
#ifndef FC_SHOW_EXPORTERS_H
#define FC_SHOW_EXPORTERS_H

#include <flowcard/export.h>
#include <ha/show/objects.h>

/* What the export thread says of an exporter. */
struct fc_show_exporter {
	bool open;
	int error;                     /* not ready: errno of the last attempt, 0: none */
	char source[FC_FNF_TEXT];      /* address that it sends from; empty: not known */
	uint16_t source_port;          /* 0: not known */
	char destination[FC_FNF_TEXT]; /* address that the name stands for; empty: not known */
	unsigned long cleared_seconds; /* since the statistics began */
	struct fc_exporter_stats stats;
	unsigned clients, templates;
	const struct fc_exporter_client_stats *client;
	const struct fc_exporter_template *template;
};

int fc_show_exporters(const struct fc_show_view *view, int exporter, bool json, FILE *out);
int fc_show_exporter_statistics(const struct fc_show_view *view, int exporter, bool json,
				FILE *out);
int fc_show_exporter_templates(const struct fc_show_view *view, int exporter, bool json, FILE *out);
/* Elements of all fields in version 9 or IPFIX. */
int fc_show_export_ids(enum fc_protocol protocol, bool json, FILE *out);

#endif
