/* SPDX-License-Identifier: BSD-2-Clause */
/* Counters of the redundancy facility, in the order of `show redundancy counters`. */
#ifndef FC_REDUNDANCY_COUNTERS_H
#define FC_REDUNDANCY_COUNTERS_H

#include <stdint.h>

/* name, label, 1: a blank line follows */
#define FC_RF_COUNTER_LIST(X)                                                                      \
	X(comm_up, "comm link up", 0)                                                              \
	X(comm_down, "comm link down", 1)                                                          \
	X(invalid_client_tx, "invalid client tx", 0)                                               \
	X(null_tx, "null tx by client", 0)                                                         \
	X(tx_failures, "tx failures", 0)                                                           \
	X(tx_bad_length, "tx msg length invalid", 1)                                               \
	X(client_not_rxing, "client not rxing msgs", 0)                                            \
	X(rx_routing_errors, "rx peer msg routing errors", 0)                                      \
	X(null_peer_msg, "null peer msg rx", 0)                                                    \
	X(errored_peer_msg, "errored peer msg rx", 1)                                              \
	X(buffers_tx, "buffers tx", 0)                                                             \
	X(tx_buffers_unavailable, "tx buffers unavailable", 0)                                     \
	X(buffers_rx, "buffers rx", 0)                                                             \
	X(buffer_release_errors, "buffer release errors", 1)                                       \
	X(duplicate_registers, "duplicate client registers", 0)                                    \
	X(failed_registers, "failed to register client", 0)                                        \
	X(invalid_syncs, "Invalid client syncs", 0)

struct fc_rf_counters {
#define X(name, label, blank) uint64_t name;
	FC_RF_COUNTER_LIST(X)
#undef X
};

#endif
