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

/*
 * Who has a say right before each burst leaves. enter() returns a mark: only datagrams below it may
 * leave until leave() is called, by the same thread, without anything in between that waits. 0:
 * nothing leaves, and no session is begun.
 */
struct fc_exporter_guard {
	uint64_t (*enter)(void *context);
	void (*leave)(void *context);
};

struct fc_exporter_config {
	enum fc_protocol protocol;
	enum fc_fnf_transport transport; /* UDP is 0; TCP and TLS: IPFIX only */
	/* Name or number, and port; of Kafka a list of brokers and the port of those that name
	 * none; of a file its path. */
	const char *host, *port;
	const char *source; /* address of this host or name of an interface; NULL: any */
	/* UDP: of this host, 0: any. `port_shared`: another exporter may have it, too; but a port
	 * that anybody else has, or that is not shared, is -EADDRINUSE. */
	uint16_t source_port;
	bool port_shared;
	bool source_moves;  /* UDP: `source` may come to this host later, it is bound already */
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
	const struct fc_exporter_guard *guard; /* NULL: none */
	void *guard_context;
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

/* ------------------------------------------------------------------ the same datagrams elsewhere
 */
/*
 * Another exporter of the same configuration can hold the same sealed datagrams, and go on from
 * there:
 *
 *   one:   seal -- fc_exporter_state, fc_exporter_sealed --> the other: _state_take, _restore
 *   one:   fc_exporter_cursor -----------------------------> the other: _skip
 *
 * Numbers (fc_exporter_mark counts them) are the same on both sides. The one that goes on calls
 * fc_exporter_announce and sends what was not skipped, bit for bit, then its own.
 */
#define FC_EXPORTER_SHARES 4
#define FC_EXPORTER_STATE_MAX 65536

struct fc_exporter_datagram {
	uint64_t number;
	uint32_t sequence, records, templates; /* templates: template records in it */
	struct {
		uint16_t client; /* 0: nobody any more */
		uint16_t records;
		uint32_t octets;
	} share[FC_EXPORTER_SHARES];
	size_t length;
	const uint8_t *octets; /* in the queue: until the exporter is used again */
};

/* The oldest sealed datagram that is queued and has at least this number. Return 0 or -ENOENT. */
int fc_exporter_sealed(const struct fc_exporter *e, uint64_t number,
		       struct fc_exporter_datagram *out);

/* Also one that has left: from fc_exporter_cursor() on they may not have arrived. Those whose place
 * is used again are left out. */
int fc_exporter_kept(const struct fc_exporter *e, uint64_t number,
		     struct fc_exporter_datagram *out);

/*
 * Append a datagram that was sealed elsewhere. A gap before its number: what is queued was dealt
 * with there, and is skipped; so is the oldest when the queue is full. `client`: numbers of the
 * exporter whose state was taken last. Return 0, -EMSGSIZE (longer than payload_max allows),
 * -EEXIST (older than what is here), -EBUSY (a datagram is being built).
 */
int fc_exporter_restore(struct fc_exporter *e, const struct fc_exporter_datagram *d);

/* What is below this number was dealt with elsewhere and does not leave here. Return datagrams. */
uint64_t fc_exporter_skip(struct fc_exporter *e, uint64_t number);

/* The next datagram gets this number. If that is news, what is queued is skipped first. */
void fc_exporter_align(struct fc_exporter *e, uint64_t number);

/* Everything below has left, as far as the transport can tell (TCP, TLS: acknowledged by the other
 * host; Kafka: by the brokers), or was dropped. */
uint64_t fc_exporter_cursor(const struct fc_exporter *e);

/*
 * What the next datagram depends on, and nothing of what is queued: sequence, template ids with
 * their layouts, when templates and tables were last sent, boot time, totals. Right after a seal.
 * Return octets written; 0: `size` is too small (FC_EXPORTER_STATE_MAX always does).
 */
size_t fc_exporter_state(const struct fc_exporter *e, uint8_t *out, size_t size);

/*
 * Go on from such a state. Clients and tables are known by their names; those that it does not have
 * get template ids of their own. Return 0; -EPROTO (it does not parse: nothing was taken), -EINVAL
 * (of another protocol or domain), -EBUSY, -ENOMEM, -ENOSPC.
 */
int fc_exporter_state_take(struct fc_exporter *e, const uint8_t *state, size_t size);
/* Does it parse? Return 0 or -EPROTO. */
int fc_exporter_state_check(const uint8_t *state, size_t size);

/* All templates, and all option tables, in datagrams of their own: for a collector that has just
 * begun. In a session that follows (TCP, TLS, file) they are its beginning. Return 0 or -ENOBUFS.
 */
int fc_exporter_announce(struct fc_exporter *e);

/* Somebody else goes on: what is queued or being built is dropped, the session ends. */
void fc_exporter_discard(struct fc_exporter *e);

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
	/* Always: datagrams_sealed = datagrams_sent + datagrams_queued + dropped_datagrams +
	 * datagrams_skipped, records_sealed = records_sent + records queued + dropped_flows -
	 * inexpressible + records_skipped. Records of option tables are records; restored ones
	 * count as sealed, and what was sealed elsewhere not as flows, packets, octets. */
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
	uint64_t datagrams_restored, records_restored; /* of those sealed: elsewhere */
	uint64_t datagrams_skipped, records_skipped;   /* dealt with elsewhere */
};

struct fc_exporter_client_stats {
	char name[FC_EXPORTER_CLIENT_NAME]; /* "Flow Monitor INPUT", "Option options sampler-table"
					     */
	/* added = sent + failed + skipped + queued or being built */
	uint64_t records_added, records_sent, records_failed, records_skipped;
	/* Of records, without headers. */
	uint64_t octets_added, octets_sent, octets_failed, octets_skipped;
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
