/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A small collector for tests: reads v5, v9 and IPFIX from the RFCs' pages, shares nothing with the
 * encoder, and stops the test at anything malformed.
 */
#ifndef FC_TESTS_EXPORT_DECODER_H
#define FC_TESTS_EXPORT_DECODER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DECODER_TEMPLATES 128
#define DECODER_FIELDS 64

struct decoded {
	bool ipv6;
	uint8_t src[16], dst[16];
	uint64_t sport, dport, proto, tos, flags, packets, octets, l2_octets, end_reason;
	uint64_t first_ms, last_ms; /* absolute */
};

struct decoder {
	uint16_t version;
	uint32_t expected_sequence;
	unsigned datagrams, records, templates, sequence_errors;
	unsigned option_templates, option_records; /* records has those of flows only */
	size_t longest;
	uint64_t time_ms; /* of the last header */
	uint32_t uptime_ms;
	struct {
		uint16_t id, count, scopes; /* of an options template: 1 or more */
		unsigned announced_in;      /* datagram */
		uint16_t element[DECODER_FIELDS], length[DECODER_FIELDS];
	} known[DECODER_TEMPLATES];
	bool rows_with_template; /* rows may stand in the datagram of their options template */
	struct decoded *out;     /* records land here, at most out_size */
	size_t out_size;
	/* Each field of each record, if somebody wants to see it. */
	void (*field)(void *context, unsigned id, unsigned column, unsigned element,
		      const uint8_t *at, size_t length);
	void *context;
};

/* Return NULL, or what is wrong. */
const char *decoder_read(struct decoder *d, const uint8_t *octets, size_t length);

#endif
