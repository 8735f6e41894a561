/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Flows as JSON, one object a line:
 *
 *   8 octets of hash of the flow's key | {"ipv4_source_address":"192.0.2.1",...} | newline
 *
 * Names are the record's with '_' for what is no letter or digit; addresses are text, the rest
 * numbers, times milliseconds since 1970. The hash, in hexadecimal, is for the sender: records of
 * one flow go to one partition.
 */
#ifndef FC_EXPORT_JSON_H
#define FC_EXPORT_JSON_H

#include "template.h"

#define FC_JSON_KEY 8

/* What a flow takes at most. */
size_t fc_json_size(const struct fc_template *t);
void fc_json_encode(const struct fc_template *t, struct fc_writer *w, const struct fc_flow *f,
		    uint64_t base_ms);

#endif
