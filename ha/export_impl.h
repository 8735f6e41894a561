/* SPDX-License-Identifier: BSD-2-Clause */
/* The export thread, for its parts: export_thread.c (flows and cuts to exporters),
 * export_outputs.c (exporters as configured), export_look.c (what they have done). */
#ifndef FC_EXPORT_IMPL_H
#define FC_EXPORT_IMPL_H

#include <driver/export/monotonic.h>
#include <ha/export_thread.h>
#include <pthread.h>
#include <stdatomic.h>

#define FC_EXPORT_QUEUES (FC_CONFIG_SLOTS * FC_CARD_RINGS_MAX)
#define FC_EXPORT_RETIRED 64
#define FC_EXPORT_ROWS (FC_CONFIG_SLOTS * FC_CARD_PORTS_MAX)

/* A monitor as a client of an exporter. */
struct fc_export_use {
	int client;          /* 0: none */
	uint32_t id;         /* of the monitor */
	uint64_t leaving_ns; /* CLOCK_MONOTONIC when it goes; 0: stays */
	struct fc_fnf_record record;
};

struct fc_export_output {
	struct fc_fnf_exporter config;
	struct fc_exporter *exporter; /* NULL: none */
	struct fc_template_ids *ids;  /* outlive it; NULL: none needed yet */
	uint64_t cleared_ns;          /* CLOCK_MONOTONIC */
	int told;                     /* errno that the log has; 0: it works */
	struct fc_export_use use[FC_FNF_MONITORS];
};

/* An exporter that is not configured any more and sends its last datagrams. */
struct fc_export_retired {
	struct fc_exporter *exporter;
	uint64_t until_ns; /* CLOCK_MONOTONIC */
};

/* In place of the world, for a simulation. */
struct fc_export_seams {
	/* Not NULL: gets the datagrams of the exporter with this number in the configuration,
	 * whatever its transport. As struct fc_exporter_config's. */
	int (*deliver)(void *context, unsigned exporter, const uint8_t *octets, size_t length);
	void *context;
};

/* What an exporter's datagrams come with. */
struct fc_export_sink {
	struct fc_export_thread *thread;
	unsigned exporter;
};

struct fc_export_thread {
	pthread_t thread;
	struct fc_export_seams seams;
	pthread_mutex_t change; /* one configuration at a time; taken before `lock` */
	pthread_mutex_t lock;   /* all below; held while a batch is worked on */
	struct fc_export_sink sink[FC_FNF_EXPORTERS];
	struct fc_export_output output[FC_FNF_EXPORTERS];
	struct fc_export_retired retired[FC_EXPORT_RETIRED];
	unsigned retired_count;
	struct fc_flow_queue *queue[FC_EXPORT_QUEUES];
	unsigned queues;
	uint64_t unwanted;
	uint64_t cut_ns;          /* the last one of any worker, card time */
	uint64_t cut_at_ns;       /* when it came, CLOCK_MONOTONIC */
	uint64_t full_since_ns;   /* an exporter's queue is long; 0: none */
	uint64_t housekeeping_ns; /* next look at what is idle or leaves */
	atomic_bool stop;
};

/*
 * An export thread without a thread, for whoever steps it: fc_export_thread_start's thread calls
 * the same turn, fc_export_thread_stop the same end. Time is fc_monotonic_ns. `seams`: copied;
 * NULL: the world. Return 0, -ENOMEM.
 */
int fc_export_thread_create(const struct fc_export_seams *seams, struct fc_export_thread **out);
/* Return whether there was something to do. */
bool fc_export_thread_turn(struct fc_export_thread *t);
/* What has not left is given up. Return datagrams. */
unsigned fc_export_thread_free(struct fc_export_thread *t);

/* Clients whose time is over go. Lock held. */
void fc_export_drop_leaving(struct fc_export_thread *t, uint64_t now_ns);

/* An exporter that lost its collector, or has it again, since the last call; for the log. Lock
 * held.
 */
struct fc_export_news {
	char name[FC_FNF_NAME], destination[FC_FNF_TEXT];
	int error; /* errno; 0: it can send again */
};

bool fc_export_news(struct fc_export_thread *t, struct fc_export_news *out);

/* Retired exporters send; those that are done or too late are taken out into `done`, for the caller
 * to close without the lock. Return how many. */
unsigned fc_export_send_retired(struct fc_export_thread *t, uint64_t now_ns,
				struct fc_exporter *done[FC_EXPORT_RETIRED]);

#endif
