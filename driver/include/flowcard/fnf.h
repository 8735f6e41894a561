/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Flexible NetFlow's objects as plain values: flow records, exporters, monitors, samplers. A
 * struct fc_fnf is one state of all of them; a change is made on a copy and taken over as a whole,
 * so that a refused line leaves nothing behind. Page: docs/flexible-netflow.md.
 *
 *   monitor --> record (keys, fields)        interface, direction, IP version --> monitor, sampler
 *          \--> exporters
 */
#ifndef FLOWCARD_FNF_H
#define FLOWCARD_FNF_H

#include <flowcard/flow.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define FC_FNF_NAME 65 /* IOS: 64 characters */
#define FC_FNF_TEXT 128
#define FC_FNF_NONE (-1)
#define FC_FNF_RECORDS 96 /* predefined ones among them */
#define FC_FNF_RECORD_FIELDS 48
#define FC_FNF_EXPORTERS 32
#define FC_FNF_MONITORS 32
#define FC_FNF_SAMPLERS 32
#define FC_FNF_MONITOR_EXPORTERS 8
#define FC_FNF_BINDINGS 4 /* monitors of one IP version and direction on one interface */

/* ------------------------------------------------------------------ fields */
enum fc_field_use { FC_FIELD_MATCH = 1, FC_FIELD_COLLECT = 2 };

/* What an encoder must know beyond the value. */
enum fc_field_role {
	FC_FIELD_PLAIN,
	FC_FIELD_COUNTER, /* a flow is split when it exceeds the length */
	FC_FIELD_UPTIME   /* relative to the base time of the datagram */
};

/* How a listing prints it. */
enum fc_field_format {
	FC_FORMAT_DECIMAL,
	FC_FORMAT_HEX,        /* 0xC0 */
	FC_FORMAT_IPV4,       /* 192.0.2.1 */
	FC_FORMAT_IPV6,       /* 2001:DB8::1 */
	FC_FORMAT_MAC,        /* 0011.2233.4455 */
	FC_FORMAT_MASK,       /* /24 */
	FC_FORMAT_INTERFACE,  /* Hu7/0/0, Null */
	FC_FORMAT_TIME,       /* 11:22:19.297 */
	FC_FORMAT_UPTIME,     /* ms since the virtual boot */
	FC_FORMAT_DIRECTION,  /* Input, Output */
	FC_FORMAT_REASON,     /* of the end of the flow */
	FC_FORMAT_VRF,        /* 0          (DEFAULT) */
	FC_FORMAT_APPLICATION /* layer7 unknown */
};

enum fc_protocol { FC_PROTOCOL_V5, FC_PROTOCOL_V9, FC_PROTOCOL_IPFIX };

/*
 * One line a field; key masks, templates, listings, the grammar of match and collect, and the pages
 * follow from it. The value is a number or octets; `argument` is what the record gives it (a prefix
 * length), 0 where the field takes none.
 */
struct fc_field {
	const char *name;     /* after match or collect: "ipv4 source address" */
	uint8_t use;          /* enum fc_field_use, both or one */
	uint8_t argument_max; /* 0: takes none; else "minimum-mask 1..argument_max" may follow */
	uint8_t family;       /* 4 or 6: only for flows of that IP version; 0: both */
	bool known;           /* false: a card cannot know it (AS, next hop, masks); always 0 */
	uint8_t role, format;
	/* Of a table's column ("IPV4 SRC ADDR") and in a list of values ("ipv4 source address").
	 * Listings print both in capitals for a key and in small letters for what is collected. */
	const char *heading, *label;
	uint16_t element;    /* the same number in v9 and IPFIX */
	uint8_t v9, ipfix;   /* octets; 0: the protocol has no correct way to say it */
	uint8_t space;       /* octets in "Total field space" */
	const char *instead; /* what a protocol says that has no way to say this one; NULL: it is
				left out */
	/* Add its bits to a card's key mask; NULL: never a key, or a key that a card cannot tell
	 * apart (always 0). */
	void (*mask)(uint32_t mask[FC_VECTOR_WORDS], unsigned argument);
	/* The value: a number; or octets, as many as v9 says (where the field takes an argument:
	 * only so many bits of them, the others 0); or, where both are NULL, the argument itself.
	 */
	uint64_t (*number)(const struct fc_flow *flow, uint64_t base_ms);
	const uint8_t *(*octets)(const struct fc_flow *flow);
};

/* NULL: no such field. */
const struct fc_field *fc_field_find(const char *name);
/* The whole table. */
const struct fc_field *fc_field_table(size_t *count);
/* The field that stands for this one in version 9 or IPFIX: itself, another one, NULL (none). */
const struct fc_field *fc_field_spoken(const struct fc_field *field, enum fc_protocol protocol);

/* ------------------------------------------------------------------ objects */
struct fc_fnf_record_field {
	const struct fc_field *field;
	bool key;
	uint8_t argument;
};

enum fc_fnf_record_kind {
	FC_RECORD_FREE, /* no object here */
	FC_RECORD_USER,
	FC_RECORD_PREDEFINED,
	FC_RECORD_OPTION, /* options table; brokered like a record, no monitor can use it */
	FC_RECORD_V5      /* what version 5 exporters send; likewise */
};

struct fc_fnf_record {
	enum fc_fnf_record_kind kind;
	char name[FC_FNF_NAME], description[FC_FNF_TEXT];
	uint32_t id;
	uint8_t family; /* 4 or 6: only for that IP version, whatever its fields say; 0 */
	unsigned fields;
	struct fc_fnf_record_field field[FC_FNF_RECORD_FIELDS];
};

enum fc_fnf_transport {
	FC_TRANSPORT_UDP,
	FC_TRANSPORT_TCP, /* IPFIX only, as TLS */
	FC_TRANSPORT_TLS,
	FC_TRANSPORT_KAFKA,
	FC_TRANSPORT_FILE
};

enum fc_fnf_option {
	FC_OPTION_INTERFACES, /* option interface-table */
	FC_OPTION_EXPORTER,   /* option exporter-stats */
	FC_OPTION_VRFS,       /* option vrf-table */
	FC_OPTION_SAMPLERS,   /* option sampler-table */
	FC_OPTION_APPLICATIONS,
	FC_OPTIONS
};

struct fc_fnf_exporter {
	char name[FC_FNF_NAME], description[FC_FNF_TEXT]; /* no name: no object here */
	uint32_t id;
	enum fc_protocol protocol; /* netflow-v9 */
	enum fc_fnf_transport transport;
	char destination[FC_FNF_TEXT]; /* host, list of Kafka brokers, or path */
	char vrf[33];                  /* shown and configured; a host has no VRFs */
	char source[FC_FNF_NAME];      /* an interface of the host or an address; empty: any */
	uint16_t port;                 /* 9995 */
	char topic[FC_FNF_NAME];
	bool kafka_json;          /* else raw IPFIX messages */
	char tls_ca[FC_FNF_TEXT]; /* empty: the system's */
	char tls_certificate[FC_FNF_TEXT], tls_key[FC_FNF_TEXT];
	uint8_t dscp, ttl; /* 0, 255 */
	uint16_t mtu;      /* of the UDP payload; 1400 */
	bool output_features;
	unsigned template_seconds; /* template data timeout; 600 */
	unsigned template_packets; /* 20 */
	unsigned rate;             /* datagrams a second; 10000 */
	bool option[FC_OPTIONS];
	unsigned option_seconds[FC_OPTIONS]; /* 600 */
};

enum fc_fnf_sampler_mode { FC_SAMPLE_DETERMINISTIC = 1, FC_SAMPLE_RANDOM = 2 };

struct fc_fnf_sampler {
	char name[FC_FNF_NAME], description[FC_FNF_TEXT];
	uint8_t id; /* 1..255, carried by flow records */
	enum fc_fnf_sampler_mode mode;
	uint32_t window; /* 1 out of this; 2..65536 in the language */
};

enum fc_fnf_cache {
	FC_CACHE_NORMAL,
	FC_CACHE_IMMEDIATE,
	FC_CACHE_PERMANENT,
	FC_CACHE_SYNCHRONIZED
};

struct fc_fnf_monitor {
	char name[FC_FNF_NAME], description[FC_FNF_TEXT];
	uint32_t id;
	int record;                             /* FC_FNF_NONE: not complete, cannot be applied */
	int exporter[FC_FNF_MONITOR_EXPORTERS]; /* in the order given, then FC_FNF_NONE */
	enum fc_fnf_cache cache;
	uint64_t entries;                        /* over all rings of a card; 4096 */
	unsigned active_s, inactive_s, update_s; /* 1800, 15, 1800 */
	unsigned synchronized_s, spread_s;       /* interval and export-spread */
	bool transaction_end;                    /* timeout event transaction-end */
};

struct fc_fnf {
	struct fc_fnf_record record[FC_FNF_RECORDS];
	struct fc_fnf_exporter exporter[FC_FNF_EXPORTERS];
	struct fc_fnf_monitor monitor[FC_FNF_MONITORS];
	struct fc_fnf_sampler sampler[FC_FNF_SAMPLERS];
	uint32_t next_id;        /* ids are never used twice */
	uint8_t next_sampler_id; /* but a sampler's, of which there are 255: the longest unused */
};

/* The predefined and option records, nothing else. */
void fc_fnf_init(struct fc_fnf *fnf);
/* One of them by itself: "original-input", for whoever has no configuration. */
void fc_fnf_record_usual(struct fc_fnf_record *record);

/* Index of the object of that name, FC_FNF_NONE. */
int fc_fnf_record_find(const struct fc_fnf *fnf, const char *name);
int fc_fnf_exporter_find(const struct fc_fnf *fnf, const char *name);
int fc_fnf_monitor_find(const struct fc_fnf *fnf, const char *name);
int fc_fnf_sampler_find(const struct fc_fnf *fnf, const char *name);

/*
 * New objects with the defaults of the structs' comments, and an id. Return the index;
 * FC_FNF_NONE: every place is taken. The name is unused and fits.
 */
int fc_fnf_record_add(struct fc_fnf *fnf, const char *name);
int fc_fnf_exporter_add(struct fc_fnf *fnf, const char *name);
int fc_fnf_monitor_add(struct fc_fnf *fnf, const char *name);
int fc_fnf_sampler_add(struct fc_fnf *fnf, const char *name);
/* Ids for objects that have none (0). */
void fc_fnf_number(struct fc_fnf *fnf);

/* Key mask of a record for a card; IP version and direction are always in it. The second one is
 * that of one IP version: fields of the other one (4 or 6) have no part in it. */
void fc_fnf_record_mask(const struct fc_fnf_record *record, uint32_t mask[FC_VECTOR_WORDS]);
void fc_fnf_record_mask_of(const struct fc_fnf_record *record, unsigned family,
			   uint32_t mask[FC_VECTOR_WORDS]);
/* Does each IP version need a mask of its own, because the common one parts its flows further? */
bool fc_fnf_record_splits(const struct fc_fnf_record *record);
/* Which packets a record is for: those of the IP version that its fields speak of; both when they
 * speak of both, or of none. An object that no monitor can use is for none. */
void fc_fnf_record_families(const struct fc_fnf_record *record, bool *ipv4, bool *ipv6);
/* Octets of "Total field space". */
unsigned fc_fnf_record_space(const struct fc_fnf_record *record);
/* Octets that a data record of it has in version 9 or IPFIX for one IP version; 0: there is none.
 */
unsigned fc_fnf_record_octets(const struct fc_fnf_record *record, enum fc_protocol protocol,
			      unsigned family);
/* Can version 5 say it: IPv4, every key has its place in the fixed record (what is collected and
 * has none is left out), and addresses, ports, protocol, TOS and interfaces are in it, since
 * version 5 says them always? */
bool fc_fnf_record_fits_v5(const struct fc_fnf_record *record);

/* Does the field take part in records of this IP version (4 or 6)? */
static inline bool fc_fnf_field_in(const struct fc_fnf_record_field *field, unsigned family)
{
	return !field->field->family || field->field->family == family;
}

/* Value of a field of a record: a number, or `out` (16 octets) with as many octets as v9 says;
 * fields with octets are those whose field->octets is not NULL. */
uint64_t fc_fnf_field_number(const struct fc_fnf_record_field *field, const struct fc_flow *flow,
			     uint64_t base_ms);
void fc_fnf_field_octets(const struct fc_fnf_record_field *field, const struct fc_flow *flow,
			 uint8_t out[16]);

#ifdef __cplusplus
}
#endif
#endif
