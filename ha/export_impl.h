/* SPDX-License-Identifier: BSD-2-Clause */
/* The export thread, for its parts: export_thread.c (flows and cuts to exporters),
 * export_outputs.c (exporters as configured), export_look.c (what they have done); of a pair:
 * export_seal.c (the active unit's side), export_follow.c (the standby's), export_wire.h (what they
 * say). */
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

/* An open exporter, and where it stands with the peer. Outlives its place in the configuration. */
struct fc_export_line {
	struct fc_export_thread *thread;
	struct fc_exporter *exporter;
	unsigned place;       /* number in the configuration */
	uint64_t number;      /* from 1, of this thread: never used again */
	uint64_t fingerprint; /* of what it was opened with */
	uint16_t source_port; /* 0: any */
	/* Active. */
	uint64_t replicated; /* datagrams below were given to the peer */
	uint64_t cut, mark;  /* the last cut that it was sealed for, its mark */
	uint64_t safe;       /* below may leave, whatever comes of that cut */
	uint64_t told, told_ns;
	uint64_t cursor_was, moved_ns; /* when it moved last */
	/* Standby. */
	uint64_t peer;   /* number there; 0: not known to be the same as one */
	uint64_t next;   /* number after this commit's datagrams */
	uint64_t cursor; /* of the peer: may be beyond what has been committed */
	bool stated;     /* its state has come */
	bool complained; /* the log has why not */
	bool gone;       /* the peer's is closed */
};

struct fc_export_output {
	struct fc_fnf_exporter config;
	struct fc_exporter *exporter; /* NULL: none */
	struct fc_export_line *line;  /* its */
	struct fc_template_ids *ids;  /* outlive it; NULL: none needed yet */
	uint64_t cleared_ns;          /* CLOCK_MONOTONIC */
	int told;                     /* errno that the log has; 0: it works */
	struct fc_export_use use[FC_FNF_MONITORS];
};

/* An exporter that is not configured any more and sends its last datagrams. */
struct fc_export_retired {
	struct fc_export_line *line;
	uint64_t until_ns; /* CLOCK_MONOTONIC */
};

/* In place of the world, for a simulation. */
struct fc_export_seams {
	/* Not NULL: gets the datagrams of the exporter with this number in the configuration,
	 * whatever its transport. As struct fc_exporter_config's. */
	int (*deliver)(void *context, unsigned exporter, const uint8_t *octets, size_t length);
	void *context;
	size_t queue_datagrams; /* that an exporter keeps; 0: as many as ever */
};

struct fc_message_list {
	struct fc_message *first, **end; /* end NULL: as if empty */
	size_t count;
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

	/* ---- of a pair */
	struct fc_cuts *cuts;            /* NULL: none */
	uint64_t held[FC_EXPORT_QUEUES]; /* cut whose marker came out last; 0: goes on */
	uint64_t held_ns;                /* newest card time among those markers */
	uint64_t sealing, sealed;        /* cut being given to the peer; given last */
	uint64_t lines;                  /* numbers given out */
	uint64_t standbys_seen;
	struct fc_message_list waiting;   /* for exporters that are not here yet */
	struct fc_export_pairing pairing; /* without `waiting` */
	atomic_uint gate;                 /* enum fc_rf_gate */
	atomic_uint_least64_t standbys;   /* so often the unit ceased to be active */
	pthread_mutex_t burst;            /* held while datagrams leave */
	bool following;                   /* as a standby does */
	bool configured;                  /* since the last look at `waiting` */
	atomic_bool drained, stop;
	pthread_mutex_t inbox;            /* all below */
	struct fc_message_list pending;   /* of the cut that is not committed */
	struct fc_message_list committed; /* to be restored by the next turn */
	struct fc_message_list cursors;
	uint64_t committed_cut;
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

/* The cuts of one card's rings are one. Lock held, as for all below. */
void fc_export_seal_all(struct fc_export_thread *t, uint64_t cut_ns);

/* Every open exporter, retired ones too, from *at (0) on; NULL: no more. */
struct fc_export_line *fc_export_next_line(struct fc_export_thread *t, unsigned *at);
void fc_export_close_line(struct fc_export_line *line);

/* ------------------------------------------------------------------ active: export_seal.c */
extern const struct fc_exporter_guard fc_export_guard; /* context: the line */
/* A marker came out of queue number `q`. */
void fc_export_marker(struct fc_export_thread *t, unsigned q, const struct fc_flow_message *m);
/* Is the queue to be left alone until the cut is sealed whose marker came out of it? */
bool fc_export_held(struct fc_export_thread *t, unsigned q);
/* How many messages, of `most`, may be taken of it now? */
unsigned fc_export_ripe(struct fc_export_thread *t, unsigned q, unsigned most);
/* The cut that is whole is sealed and given to the peer. */
void fc_export_seal_cut(struct fc_export_thread *t);
/* Before sending: what may leave; after it: how far that is. */
void fc_export_gates(struct fc_export_thread *t);
void fc_export_cursors(struct fc_export_thread *t, uint64_t now_ns);
/* May a retired exporter's last datagrams not leave yet? */
bool fc_export_withheld(const struct fc_export_line *line);
/* A retired exporter is closed. */
void fc_export_gone(struct fc_export_line *line);
void fc_export_drained(struct fc_export_thread *t, uint64_t now_ns);

/* ------------------------------------------------------------------ standby: export_follow.c */
/* What has been ordered and has come since the last turn. */
void fc_export_follow(struct fc_export_thread *t);
void fc_export_follow_end(struct fc_export_thread *t);
/* Clients whose time is over go. */
void fc_export_drop_leaving(struct fc_export_thread *t, uint64_t now_ns);

/* An exporter that lost its collector, or has it again, since the last call; for the log. */
struct fc_export_news {
	char name[FC_FNF_NAME], destination[FC_FNF_TEXT];
	int error; /* errno; 0: it can send again */
};

bool fc_export_news(struct fc_export_thread *t, struct fc_export_news *out);

/* Retired exporters send; those that are done or too late are taken out into `done`, for the caller
 * to close without the lock. Return how many. */
unsigned fc_export_send_retired(struct fc_export_thread *t, uint64_t now_ns,
				struct fc_export_line *done[FC_EXPORT_RETIRED]);

#endif
