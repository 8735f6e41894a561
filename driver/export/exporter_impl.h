/* SPDX-License-Identifier: BSD-2-Clause */
/* One exporter, for its parts: exporter.c (opening, flows, sealing), exporter_options.c (option
 * tables), exporter_send.c (sending), exporter_stats.c (what it has done), exporter_replica.c (the
 * same datagrams elsewhere), exporter_state.c (to go on from there). */
#ifndef FC_EXPORT_EXPORTER_IMPL_H
#define FC_EXPORT_EXPORTER_IMPL_H

#include "encoder.h"
#include "pace.h"
#include "queue.h"
#include "sender.h"

struct fc_client {
	bool there;
	struct fc_exporter_client_stats stats;
};

struct fc_option_table {
	unsigned client; /* 0: not sent */
	uint64_t every_ms, last_ms;
	bool due; /* at once */
	struct fc_option_row *rows;
	size_t count;
};

/* Of the exporter-statistics table. */
struct fc_totals {
	uint64_t octets, datagrams, records, dropped;
};

struct fc_exporter {
	struct fc_encoder encoder;
	struct fc_queue queue;
	struct fc_pace pace;
	struct fc_sender *sender;
	struct fc_template_ids *own_ids;
	struct fc_exporter_stats stats;
	struct fc_client client[FC_EXPORTER_CLIENTS];
	struct fc_option_table option[FC_OPTIONS];
	bool whole; /* rows go with their template: whoever reads one message can read it */
	bool templates_lost; /* with sessions: they must be given again before the next message */
	uint64_t now_ns;     /* card time of the last cut, for messages that no flow causes */
	uint64_t gate;       /* datagrams below this number may leave */
	struct fc_exporter_guard guard; /* no functions: none */
	void *guard_context;
	struct fc_totals carried;               /* of the exporter that this one goes on for */
	uint8_t elsewhere[FC_EXPORTER_CLIENTS]; /* its clients' numbers here; 0: nobody's */
};

/* A datagram is one of the sealed. */
void fc_exporter_count_sealed(struct fc_exporter *e, const struct fc_datagram *d);

/* Begin a datagram without a flow, if none is being built. */
void fc_exporter_begin_empty(struct fc_exporter *e, uint64_t now_ns);

/* Seal what is being built. Return 0, or -ENOBUFS when a datagram had to give way. */
int fc_exporter_seal_open(struct fc_exporter *e, uint64_t now_ns);

/* Send the option tables that are due; seals before and after. Return 0 or -ENOBUFS. */
int fc_exporter_put_options(struct fc_exporter *e, uint64_t now_ns);
bool fc_exporter_options_due(const struct fc_exporter *e, uint64_t now_ns);

/* A free client number with this name; 0: none. */
unsigned fc_exporter_take_client(struct fc_exporter *e, const char *kind, const char *name);

/* A datagram that never leaves. */
void fc_exporter_drop(struct fc_exporter *e, const struct fc_datagram *d,
		      enum fc_exporter_reason reason);

#endif
