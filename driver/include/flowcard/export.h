/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exporters: NetFlow v5, v9 (RFC 3954) and IPFIX (RFC 7011) over UDP, TCP, TLS, Kafka and into
 * files. No PCI here.
 *
 *   client: monitor --struct fc_flow--+
 *   client: monitor --struct fc_flow--+--> encoder --> sealed datagrams --> gate --> sender
 *   client: option table --rows-------+
 *
 * Sealing gives a datagram its sequence number and header time; sending is a separate step, so that
 * a gate (output commit) fits between the two. An exporter belongs to one thread at a time; none of
 * its functions waits for a collector but where a deadline is given.
 */
#ifndef FLOWCARD_EXPORT_H
#define FLOWCARD_EXPORT_H

#include <flowcard/fnf.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ------------------------------------------------------------------ template ids */
/*
 * Template ids and the layouts they stand for: an id never gets another layout. Kept by the owner
 * while an exporter is closed and opened anew, so that the next one gives the same layouts the same
 * ids.
 */
struct fc_template_ids;

int fc_template_ids_create(struct fc_template_ids **out); /* 0 or -ENOMEM */
void fc_template_ids_destroy(struct fc_template_ids *ids);

/* ------------------------------------------------------------------ exporters */
struct fc_exporter;

struct fc_exporter_config {
	enum fc_protocol protocol;
	enum fc_fnf_transport transport; /* UDP is 0; TCP and TLS: IPFIX only */
	/* Name or number, and port; of Kafka a list of brokers and the port of those that name
	 * none; of a file its path. */
	const char *host, *port;
	const char *source; /* address of this host or name of an interface; NULL: any */
	uint8_t dscp, ttl;  /* ttl 0: the system's */
	const char *topic;  /* Kafka */
	bool kafka_json;    /* one JSON object a flow; else IPFIX messages */
	const char *tls_ca; /* NULL: the system's */
	const char *tls_certificate, *tls_key;
	uint32_t domain;    /* v9 source id, IPFIX observation domain, v5 engine (low 16 bits) */
	size_t payload_max; /* octets a datagram may carry; 0: 1400 */
	unsigned template_seconds;   /* refresh in export time; 0: 600 */
	unsigned template_datagrams; /* and after so many datagrams; 0: 20 */
	unsigned rate;               /* UDP: datagrams a second that leave at most; 0: 10000 */
	uint64_t boot_ns;            /* virtual boot time, card time */
	size_t queue_datagrams;      /* sealed datagrams kept; 0: 16384 */
	unsigned retry_ms;           /* first pause of a failed connection, doubled up to 64 times;
					0: 1000 */
	struct fc_template_ids *ids; /* NULL: its own */
	/* Not NULL: gets each datagram instead of the transport, paced as one of UDP; the octets
	 * are its until it returns. Return 0, -EAGAIN (not now), -errno (not this one). */
	int (*deliver)(void *context, const uint8_t *octets, size_t length);
	void *deliver_context;
};

/* Return 0, -EINVAL (payload too small or over 65507, protocol does not fit the transport, TLS
 * files that cannot be read), -ENOMEM, -errno of a file, or of a socket to an address in numbers.
 * Names are resolved and connections made later, while it sends: fc_exporter_wait. */
int fc_exporter_open(const struct fc_exporter_config *config, struct fc_exporter **out);

/* Until datagrams can leave. Return 0; -ENOENT (does not resolve) or another -errno of the last
 * attempt when the first round has failed; -ETIMEDOUT. */
int fc_exporter_wait(struct fc_exporter *e, unsigned deadline_ms);

/* Datagrams that are still queued are given up. */
void fc_exporter_close(struct fc_exporter *e);

/* ------------------------------------------------------------------ clients */
#define FC_EXPORTER_CLIENTS 48
#define FC_EXPORTER_CLIENT_NAME 96

/*
 * A source of flows with its own templates. `record` (copied): which fields, for the IP versions it
 * is for; NULL: the predefined "original-input". v5 has one layout for all.
 * Return its number, 1 .. FC_EXPORTER_CLIENTS - 1; -EINVAL (record of under 4 octets), -EMSGSIZE
 * (templates and a record do not fit a datagram), -ENOSPC (no number or no template id left),
 * -ENOMEM.
 */
int fc_exporter_client_add(struct fc_exporter *e, const char *name,
			   const struct fc_fnf_record *record);

/* Seals what is being built. What it has queued still goes out; its number may be used anew. */
void fc_exporter_client_remove(struct fc_exporter *e, int client, uint64_t now_ns);

/* ------------------------------------------------------------------ option tables */
#define FC_OPTION_TEXT 64

/*
 * One row; which places are used depends on the table:
 *   interfaces    number[0] ifIndex; text[0] name
 *   samplers      number[0] id, [1] mode (enum fc_fnf_sampler_mode), [2] window; text[0] name
 *   VRFs          number[0] id; text[0] name
 *   exporter statistics, applications: made by the exporter
 */
struct fc_option_row {
	uint64_t number[4];
	char text[2][FC_OPTION_TEXT];
};

/*
 * Send a table, now and each `seconds` of export time (0: not any more). Rows are copied. v5 and
 * JSON have no option tables: nothing is sent. Return 0, -EMSGSIZE, -ENOSPC, -ENOMEM.
 */
int fc_exporter_option(struct fc_exporter *e, enum fc_fnf_option option, unsigned seconds,
		       const struct fc_option_row *rows, size_t count, uint64_t now_ns);

/* The same rows for v5, which says in the header how the flows of a datagram were sampled: as a
 * mode and an interval of at most 16383. */
void fc_exporter_samplers(struct fc_exporter *e, const struct fc_option_row *rows, size_t count);

/* ------------------------------------------------------------------ flows */
#define FC_EXPORTER_NO_GATE UINT64_MAX

/* Encode flows of a client into the datagram being built; seals it when it is full. `now_ns` is
 * card time of the cut. Return 0 or -ENOBUFS (queue full: a datagram was dropped and counted). */
int fc_exporter_add(struct fc_exporter *e, int client, const struct fc_flow *flows, size_t count,
		    uint64_t now_ns);

/* Seal what is being built; option tables that are due go out. */
int fc_exporter_seal(struct fc_exporter *e, uint64_t now_ns);

/* Spread what is queued (and will be) evenly over the next `ms`, as far as the rate allows; after
 * that the rate alone decides. UDP only. */
void fc_exporter_spread(struct fc_exporter *e, unsigned ms);

/* Send what is sealed and not beyond the gate; returns when all is out or `deadline_ms` (0: only
 * what may go at once) is over. Return datagrams left. */
int fc_exporter_send(struct fc_exporter *e, unsigned deadline_ms);

/* The output gate: only datagrams sealed before the call fc_exporter_mark() that returned `mark`
 * may leave. Without a gate (default) all may. */
uint64_t fc_exporter_mark(const struct fc_exporter *e);
void fc_exporter_gate(struct fc_exporter *e, uint64_t mark);

/* Datagrams that are sealed and not sent; and those that nothing but the pace holds back (of a
 * transport that waits for its collector: none). */
uint64_t fc_exporter_queued(const struct fc_exporter *e);
uint64_t fc_exporter_backlog(const struct fc_exporter *e);

/* Sequence number of the next datagram; and go on with that of an exporter that this one follows,
 * before anything is added. */
uint32_t fc_exporter_sequence(const struct fc_exporter *e);
void fc_exporter_continue(struct fc_exporter *e, uint32_t sequence);

/* ------------------------------------------------------------------ what it has done */
enum fc_exporter_reason {
	FC_UNSENT_NONE,        /* Reason not given */
	FC_UNSENT_DESTINATION, /* No destination address: the name does not resolve */
	FC_UNSENT_ROUTE,       /* No FIB: no route to it */
	FC_UNSENT_ENQUEUE,     /* Enqueueing failed: the queue was full */
	FC_UNSENT_SIZE,        /* Message too long for the path */
	FC_EXPORTER_REASONS
};

struct fc_exporter_stats {
	uint64_t flows, packets, octets; /* given to fc_exporter_add and encoded */
	uint64_t records_sealed, datagrams_sealed, datagrams_sent, octets_sent;
	uint64_t templates; /* template records written */
	/* Send errors, queue full, not expressible in the protocol (v5: IPv6). Of a dropped
	 * datagram each record counts, so a split flow can count more than once. */
	uint64_t dropped_datagrams, dropped_flows;
	uint64_t inexpressible; /* of dropped_flows: the protocol has no way to say it */
	/* Always: datagrams_sealed = datagrams_sent + datagrams_queued + dropped_datagrams,
	 * records_sealed = records_sent + records queued + dropped_flows - inexpressible. Records
	 * of option tables are records. */
	uint64_t records_sent;
	uint64_t records_open;     /* in the datagram being built */
	uint64_t datagrams_queued; /* sealed, not sent */
	uint64_t split_flows; /* went into several records, because a counter is too narrow for them
			       */
	uint64_t clamped_times; /* records with a time the protocol cannot say (v5, sys-uptime
				   fields) */
	uint64_t refused; /* the destination's port was closed (ICMP); not a loss of the datagram at
			     hand */
	uint64_t send_errors; /* other errors; each costs one datagram */
	int last_error;       /* errno of the last of them */
	struct {
		uint64_t datagrams, octets;
	} failed[FC_EXPORTER_REASONS]; /* dropped_datagrams by reason */
	bool ready;        /* datagrams can leave: the name is resolved, the connection stands */
	int wait_error;    /* not ready: errno of the last attempt, 0: none yet */
	uint64_t sessions; /* connections made, files begun */
};

struct fc_exporter_client_stats {
	char name[FC_EXPORTER_CLIENT_NAME]; /* "Flow Monitor INPUT", "Option options sampler-table"
					     */
	/* added = sent + failed + queued or being built */
	uint64_t records_added, records_sent, records_failed;
	uint64_t octets_added, octets_sent, octets_failed; /* of records, without headers */
};

void fc_exporter_stats(const struct fc_exporter *e, struct fc_exporter_stats *out);

struct fc_exporter_address {
	char source[64], destination[64]; /* in numbers; empty: not known, or a file */
	uint16_t source_port;             /* 0: not known */
};

/* The two ends of its socket, when it has one. */
void fc_exporter_address(const struct fc_exporter *e, struct fc_exporter_address *out);

/* "Reason not given" and so on, as `show flow exporter statistics` says it. */
const char *fc_exporter_reason_name(enum fc_exporter_reason reason);
/* Of client 1 .. FC_EXPORTER_CLIENTS - 1. Return 0 or -ENOENT. */
int fc_exporter_client_stats(const struct fc_exporter *e, unsigned client,
			     struct fc_exporter_client_stats *out);
/* Begin at nothing; what is queued counts as sealed and added. */
void fc_exporter_clear(struct fc_exporter *e);

#define FC_EXPORTER_TEMPLATES (2 * FC_EXPORTER_CLIENTS)
#define FC_EXPORTER_TEMPLATE_FIELDS FC_FNF_RECORD_FIELDS

struct fc_exporter_template {
	char client[FC_EXPORTER_CLIENT_NAME];
	enum fc_protocol protocol;
	uint16_t id;
	uint32_t source_id;
	unsigned family;              /* 4 or 6; 0: option table */
	unsigned record_size, fields; /* octets; of field[] */
	struct {
		const char *name; /* as in the record: "ipv4 source address" */
		uint16_t element; /* of v9 scopes the scope's code */
		uint16_t offset, size;
		bool scope;
	} field[FC_EXPORTER_TEMPLATE_FIELDS];
};

/* Template number `index`, by clients. Return 0 or -ENOENT (there are no more; v5 has none). */
int fc_exporter_template(const struct fc_exporter *e, unsigned index,
			 struct fc_exporter_template *out);

/* ------------------------------------------------------------------ words */
/* Parse "udp:HOST:PORT" ([v6] in brackets) into host and port. Return 0, -EINVAL. */
int fc_exporter_destination(const char *text, char *host, size_t host_size, char *port,
			    size_t port_size);
int fc_protocol_parse(const char *text, enum fc_protocol *out);

#ifdef __cplusplus
}
#endif
#endif
