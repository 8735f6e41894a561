/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one thread that seals and sends: it takes closed flows from every worker's queue, gives each
 * to the exporters of its monitor, seals at cuts, and sends what a cut has sealed evenly until the
 * next one.
 *
 *   worker 0 --queue--+                         +--> exporter A: a client for each monitor and
 *   worker 1 --queue--+--> export thread -------+              option table
 *                                               +--> exporter B
 *
 * Nothing in it waits for a collector: an exporter that cannot send fills its queue and then drops,
 * counted. All functions but start and stop may be called by any thread.
 */
#ifndef FC_EXPORT_THREAD_H
#define FC_EXPORT_THREAD_H

#include <flowcard/export.h>
#include <ha/checkpoint/cuts.h>
#include <ha/config.h>
#include <ha/flow_queue.h>
#include <ha/redundancy/rf.h>

struct fc_export_thread;

/* Return 0, -ENOMEM or -errno of the thread. */
int fc_export_thread_start(struct fc_export_thread **out);

/*
 * Make exporters, their clients and option tables what `config` says. Exporters that stay the same
 * keep their queue and sequence; one that changed or went away sends what it has, in the
 * background, for two seconds at most; its successor goes on with its sequence and template ids. A
 * monitor that is gone, or has lost its exporter, is still exported for five seconds, since its
 * last flows are on their way. Return 0, or -errno with a sentence (which names the exporter) for
 * the first that could not be opened; the others are in use.
 */
int fc_export_thread_configure(struct fc_export_thread *t, const struct fc_config *config,
			       char *error, size_t error_octets);

/* Take a queue in, or out again: what is in it is exported before fc_export_thread_remove returns.
 */
int fc_export_thread_add(struct fc_export_thread *t, struct fc_flow_queue *queue);
void fc_export_thread_remove(struct fc_export_thread *t, struct fc_flow_queue *queue);

/* Of the exporter with this number in the configuration. Return 0 or -ENOENT (it is not open). */
int fc_export_thread_stats(struct fc_export_thread *t, unsigned exporter,
			   struct fc_exporter_stats *out);

/* All that can be said of an exporter; a copy. */
struct fc_export_look {
	struct fc_exporter_address address;
	unsigned long cleared_seconds; /* since the statistics began */
	struct fc_exporter_stats stats;
	unsigned clients, templates;
	struct fc_exporter_client_stats *client;
	struct fc_exporter_template *template;
};

/* Return 0, -ENOENT, -ENOMEM. */
int fc_export_thread_look(struct fc_export_thread *t, unsigned exporter,
			  struct fc_export_look *out);
void fc_export_look_free(struct fc_export_look *look);

/* Statistics begin at nothing. Return 0 or -ENOENT. */
int fc_export_thread_clear(struct fc_export_thread *t, unsigned exporter);

/* Flows of monitors that have no exporter: given up, counted. */
uint64_t fc_export_thread_unwanted(struct fc_export_thread *t);

/* ------------------------------------------------------------------ of a pair */
/*
 * What is sealed at a cut goes to the peer and leaves when that cut is acknowledged; a standby's
 * exporters are open, hold what was committed, and send nothing. None of these waits: what they
 * order is done by the thread's next turn, in the order of the calls.
 */

/* Before any queue is added. Without it each cut is safe at once. */
void fc_export_thread_cuts(struct fc_export_thread *t, struct fc_cuts *cuts);

/* What may leave. Holds before it returns: a burst under way is waited for, if the gate closes. */
void fc_export_thread_gate(struct fc_export_thread *t, enum fc_rf_gate gate);

/*
 * The unit is active or not. One that is not any more gives up what it has not sent, counted as
 * dropped, and follows the peer's; it begins to send when the gate opens: what the peer has not
 * sent, all templates, then its own.
 */
void fc_export_thread_role(struct fc_export_thread *t, bool active);

/* EXPORTER, DATAGRAM, CURSOR of the active peer. Return 0, -ENOMEM, or -EPROTO with why. */
int fc_export_thread_message(struct fc_export_thread *t, const struct fc_message *m,
			     char why[FC_CUT_TEXT]);
/* What came since the last one belongs to this cut, which is committed; or it is void. */
void fc_export_thread_commit(struct fc_export_thread *t, uint64_t cut);
void fc_export_thread_rollback(struct fc_export_thread *t);

/* Everything that is sealed has left, as far as its collector is there, and the peer knows it. */
bool fc_export_thread_drained(struct fc_export_thread *t);

struct fc_export_pairing {
	bool following;             /* the peer's datagrams are kept, nothing is sent */
	uint64_t cut;               /* sealed (active), committed (standby) last */
	uint64_t datagrams, octets; /* given to the peer; of a standby: restored */
	uint64_t cursors;           /* sent, or received */
	uint64_t waiting;           /* messages for an exporter that is not configured here yet */
	uint64_t lost;              /* datagrams of the peer that no exporter here could keep */
	uint64_t given_up;          /* own datagrams that had not left when the peer took over */
	uint64_t void_flows;        /* flows that came while the unit was not active */
	uint64_t takeovers, sent_again; /* datagrams that the peer may have sent, too */
};

void fc_export_thread_pairing(struct fc_export_thread *t, struct fc_export_pairing *out);

/* Seal, send for at most `deadline_ms`, end. Return datagrams that could not be sent. */
unsigned fc_export_thread_stop(struct fc_export_thread *t, unsigned deadline_ms);

#endif
