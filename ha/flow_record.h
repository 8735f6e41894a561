/* SPDX-License-Identifier: BSD-2-Clause */
/* Predefined flow records: their keys as masks over the field vector. */
#ifndef FC_FLOW_RECORD_H
#define FC_FLOW_RECORD_H

#include <flowcard/flow.h>
#include <stdbool.h>

struct fc_flow_record {
	const char *name;
	bool ipv4, ipv6; /* which packets it is for */
	void (*mask)(uint32_t mask[FC_VECTOR_WORDS]);
};

/* "netflow-original", "netflow ipv4 original-input", "netflow ipv6 original-input",
 * "original-input" (the seven classic keys, both IP versions). NULL: no such record. */
const struct fc_flow_record *fc_flow_record_find(const char *name);

#endif
