/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one thread that seals and sends: it takes closed flows from every worker's queue, gives each
 * to the exporters of its monitor, seals at cuts, and sends at each exporter's rate.
 *
 *   worker 0 --queue--+                        +--> exporter A --> UDP
 *   worker 1 --queue--+--> export thread ------+--> exporter B --> UDP
 */
#ifndef FC_EXPORT_THREAD_H
#define FC_EXPORT_THREAD_H

#include <flowcard/export.h>
#include <ha/config.h>
#include <ha/flow_queue.h>

struct fc_export_thread;

/* Return 0, -ENOMEM or -errno of the thread. */
int fc_export_thread_start(struct fc_export_thread **out);

/*
 * Make exporters and the monitors' use of them what `config` says. Exporters that stay the same
 * keep their sequence numbers; one that changed or went away first seals and sends what it has, for
 * two seconds at most. Return 0, or -errno with a sentence (which names the exporter) for the first
 * that could not be opened; the others are in use.
 */
int fc_export_thread_configure(struct fc_export_thread *t, const struct fc_config *config,
			       char *error, size_t error_octets);

/* Take a queue in, or out again: what is in it is exported before fc_export_thread_remove returns.
 */
int fc_export_thread_add(struct fc_export_thread *t, struct fc_flow_queue *queue);
void fc_export_thread_remove(struct fc_export_thread *t, struct fc_flow_queue *queue);

/* Of the exporter with this number in the configuration. Return 0 or -ENOENT. */
int fc_export_thread_stats(struct fc_export_thread *t, unsigned exporter,
			   struct fc_exporter_stats *out);

/* Flows of monitors that have no exporter: given up, counted. */
uint64_t fc_export_thread_unwanted(struct fc_export_thread *t);

/* Seal, send for at most `deadline_ms`, end. Return datagrams that could not be sent. */
unsigned fc_export_thread_stop(struct fc_export_thread *t, unsigned deadline_ms);

#endif
