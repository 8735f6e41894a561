/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exporters: NetFlow v5, v9 (RFC 3954) and IPFIX (RFC 7011). No PCI here.
 *
 *   struct fc_flow --> encoder (template, bounded writer) --> sealed datagram --> gate --> sender
 * (UDP)
 *
 * Sealing gives a datagram its sequence number and header time; sending is a separate step, so that
 * a gate (output commit) fits between the two.
 */
#ifndef FLOWCARD_EXPORT_H
#define FLOWCARD_EXPORT_H

#include <flowcard/fnf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct fc_exporter;

struct fc_exporter_config {
	enum fc_protocol protocol;
	const char *host, *port; /* destination; name or number */
	const char *source;      /* address to send from, in numbers; NULL: the system's choice */
	uint32_t domain;    /* v9 source id, IPFIX observation domain, v5 engine (low 16 bits) */
	size_t payload_max; /* octets a datagram may carry; 0: 1400 */
	unsigned template_seconds;   /* refresh in export time; 0: 600 */
	unsigned template_datagrams; /* and after so many datagrams; 0: 20 */
	unsigned rate;               /* datagrams a second that leave at most; 0: 10000 */
	uint64_t boot_ns;            /* virtual boot time, card time */
	size_t queue_datagrams;      /* sealed datagrams kept; 0: 16384 */
	/* v9 and IPFIX: what data records hold, one template for each IP version the record is
	 * for. NULL: the predefined "original-input". Only read by fc_exporter_open. */
	const struct fc_fnf_record *record;
};

#define FC_EXPORTER_NO_GATE UINT64_MAX

struct fc_exporter_stats {
	uint64_t flows, packets, octets; /* given to fc_exporter_add and encoded */
	uint64_t records_sealed, datagrams_sealed, datagrams_sent, octets_sent;
	uint64_t templates; /* template records written */
	/* Send errors, queue full, not expressible in the protocol (v5: IPv6). Of a dropped
	 * datagram each record counts, so a split flow can count more than once. */
	uint64_t dropped_datagrams, dropped_flows;
	uint64_t inexpressible; /* of dropped_flows: the protocol has no way to say it */
	/* Always: datagrams_sealed = datagrams_sent + datagrams_queued + dropped_datagrams,
	 * records_sealed = records_sent + records queued + dropped_flows - inexpressible. */
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
};

/* Return 0, -EINVAL (payload too small or over 65507, record not expressible), -ENOMEM, -ENOENT
 * (host does not resolve), -errno of socket or connect. An exporter belongs to one thread at a
 * time. */
int fc_exporter_open(const struct fc_exporter_config *config, struct fc_exporter **out);

/* Encode flows into the datagram being built; seals it when it is full. `now_ns` is card time of
 * the cut. Return 0 or -ENOBUFS (sealed queue full: oldest dropped and counted). */
int fc_exporter_add(struct fc_exporter *e, const struct fc_flow *flows, size_t count,
		    uint64_t now_ns);

/* Seal what is being built. */
int fc_exporter_seal(struct fc_exporter *e, uint64_t now_ns);

/* Send what is sealed and not beyond the gate, at the configured rate; returns when all is out or
 * `deadline_ms` (0: only what may go at once) is over. Return datagrams left or -errno. */
int fc_exporter_send(struct fc_exporter *e, unsigned deadline_ms);

/* The output gate: only datagrams sealed before the call fc_exporter_mark() that returned `mark`
 * may leave. Without a gate (default) all may. */
uint64_t fc_exporter_mark(const struct fc_exporter *e);
void fc_exporter_gate(struct fc_exporter *e, uint64_t mark);

void fc_exporter_stats(const struct fc_exporter *e, struct fc_exporter_stats *out);
void fc_exporter_close(struct fc_exporter *e);

/* Parse "udp:HOST:PORT" ([v6] in brackets) into host and port. Return 0, -EINVAL. */
int fc_exporter_destination(const char *text, char *host, size_t host_size, char *port,
			    size_t port_size);
int fc_protocol_parse(const char *text, enum fc_protocol *out);

#ifdef __cplusplus
}
#endif
#endif
