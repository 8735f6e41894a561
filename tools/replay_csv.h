/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Flow records as CSV, one line a closed flow, ordered by first packet time, then key.
 * Columns:
 * ip_version,src,dst,sport,dport,proto,tos,input_if,packets,bytes,first_ns,last_ns,tcp_flags,tcp_bits
 * (tcp_flags: the 8 classic bits, two hexadecimal digits; tcp_bits: all 12, three digits). With
 * `monitors` also monitor,direction,sampler,end_reason: name, 0 input or 1 output, id, and IPFIX's
 * number of the reason.
 */
#ifndef FC_TOOLS_REPLAY_CSV_H
#define FC_TOOLS_REPLAY_CSV_H

#include <flowcard/flow.h>
#include <stddef.h>

struct fc_replay_csv {
	struct fc_flow *flows;
	size_t count, capacity;
	int error;               /* first -errno of an add; sticky */
	const char *monitors[8]; /* names by flow->monitor; NULL: a CSV without them */
};

/* Keep a copy of `flow`. A lack of memory is remembered and reported by fc_replay_csv_write. */
void fc_replay_csv_add(struct fc_replay_csv *csv, const struct fc_flow *flow);

/* Sort and write all flows to `path`. Return 0 or -errno. */
int fc_replay_csv_write(struct fc_replay_csv *csv, const char *path);

void fc_replay_csv_free(struct fc_replay_csv *csv);

#endif
