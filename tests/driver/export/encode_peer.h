/* SPDX-License-Identifier: BSD-2-Clause */
/* The peer of encode_bench: libfixbuf, with the template of the default IPFIX record. */
#ifndef FC_TEST_ENCODE_PEER_H
#define FC_TEST_ENCODE_PEER_H

#include <flowcard/flow.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct encode_peer;

/* Convert `flows`, which must outlive the peer, into the structures that libfixbuf reads; `payload`
 * octets a message. NULL: no memory, or libfixbuf refuses the template (said on stderr). */
struct encode_peer *encode_peer_open(const struct fc_flow *flows, size_t count, uint16_t payload);

/* Encode `records` flows from `first` on, modulo their count; `fill`: each out of its struct
 * fc_flow, else out of the structure made beforehand. Return 0, -EIO (said on stderr). */
int encode_peer_run(struct encode_peer *peer, size_t first, unsigned long records, bool fill);

/* Emit what is being built. Return its length; the message is at `*message`. 0: failed. */
size_t encode_peer_emit(struct encode_peer *peer, const uint8_t **message);

void encode_peer_close(struct encode_peer *peer);

#endif
