// SPDX-License-Identifier: BSD-2-Clause
/* What the export thread says of exporters. */
#include "ha/show/gather.h"

#include <errno.h>
#include <stdio.h>

/* The lists go over to the view. */
static void take_look(struct fc_show_exporter *x, struct fc_export_look *look)
{
	x->open = true;
	x->error = look->stats.wait_error;
	snprintf(x->source, sizeof(x->source), "%s", look->address.source);
	x->source_port = look->address.source_port;
	snprintf(x->destination, sizeof(x->destination), "%s", look->address.destination);
	x->cleared_seconds = look->cleared_seconds;
	x->stats = look->stats;
	x->clients = look->clients;
	x->client = look->client;
	x->templates = look->templates;
	x->template = look->template;
}

int fc_show_gather_exporters(struct fc_unit *unit, struct fc_show_gathered *g, int exporter)
{
	for (int e = 0; e < FC_FNF_EXPORTERS; e++) {
		struct fc_export_look look;
		int err;

		if (!*g->config->fnf.exporter[e].name || (exporter != FC_FNF_NONE && exporter != e))
			continue;
		err = fc_export_thread_look(unit->export, (unsigned)e, &look);
		if (err == -ENOMEM)
			return err;
		if (!err)
			take_look(&g->exporter[e], &look);
	}
	g->view.unwanted = fc_export_thread_unwanted(unit->export);
	return 0;
}
