// SPDX-License-Identifier: BSD-2-Clause
/* One flow as it is written, and its part in a digest. */
#include "ha/checkpoint/wire.h"

#include <endian.h>
#include <ha/fold.h>
#include <string.h>

/* ------------------------------------------------------------------ octets */
static inline uint8_t *put16(uint8_t *at, uint16_t value)
{
	value = htobe16(value);
	memcpy(at, &value, sizeof(value));
	return at + sizeof(value);
}

static inline uint8_t *put32(uint8_t *at, uint32_t value)
{
	value = htobe32(value);
	memcpy(at, &value, sizeof(value));
	return at + sizeof(value);
}

static inline uint8_t *put64(uint8_t *at, uint64_t value)
{
	value = htobe64(value);
	memcpy(at, &value, sizeof(value));
	return at + sizeof(value);
}

static inline uint16_t get16(const uint8_t **at)
{
	uint16_t value;

	memcpy(&value, *at, sizeof(value));
	*at += sizeof(value);
	return be16toh(value);
}

static inline uint32_t get32(const uint8_t **at)
{
	uint32_t value;

	memcpy(&value, *at, sizeof(value));
	*at += sizeof(value);
	return be32toh(value);
}

static inline uint64_t get64(const uint8_t **at)
{
	uint64_t value;

	memcpy(&value, *at, sizeof(value));
	*at += sizeof(value);
	return be64toh(value);
}

uint64_t fc_cut_instance_get(const uint8_t at[8])
{
	return get64(&at);
}

void fc_cut_instance_put(uint8_t at[8], uint64_t instance)
{
	put64(at, instance);
}

/* ------------------------------------------------------------------ a flow */
/* What belongs to the instance comes first, then what counts. end_reason is no part of it: the flow
 * lives. */
void fc_cut_flow_put(uint8_t at[FC_CUT_FLOW_OCTETS], const struct fc_cut_flow *flow)
{
	const struct fc_flow *f = &flow->flow;

	at = put64(at, flow->instance);
	for (unsigned i = 0; i < FC_VECTOR_WORDS; i++)
		at = put32(at, f->vector[i]);
	at = put32(at, flow->flow_monitor);
	at = put32(at, f->interface_first);
	*at++ = flow->slot;
	*at++ = f->monitor;
	*at++ = f->sampler;
	*at++ = f->ttl_min;
	*at++ = f->ttl_max;
	at = put16(at, f->tcp_flags);
	at = put32(at, f->len_min);
	at = put32(at, f->len_max);
	at = put64(at, f->packets);
	at = put64(at, f->octets);
	at = put64(at, f->l2_octets);
	at = put64(at, f->first_ns);
	put64(at, f->last_ns);
}

void fc_cut_flow_get(const uint8_t at[FC_CUT_FLOW_OCTETS], struct fc_cut_flow *out)
{
	struct fc_flow *f = &out->flow;

	memset(out, 0, sizeof(*out));
	out->instance = get64(&at);
	for (unsigned i = 0; i < FC_VECTOR_WORDS; i++)
		f->vector[i] = get32(&at);
	out->flow_monitor = get32(&at);
	f->interface_first = get32(&at);
	out->slot = *at++;
	f->monitor = *at++;
	f->sampler = *at++;
	f->ttl_min = *at++;
	f->ttl_max = *at++;
	f->tcp_flags = get16(&at);
	f->len_min = get32(&at);
	f->len_max = get32(&at);
	f->packets = get64(&at);
	f->octets = get64(&at);
	f->l2_octets = get64(&at);
	f->first_ns = get64(&at);
	f->last_ns = get64(&at);
}

uint64_t fc_cut_flow_instance(const uint8_t at[FC_CUT_FLOW_OCTETS])
{
	return get64(&at);
}

/* ------------------------------------------------------------------ digest */
enum { DIGEST_WORDS = (FC_CUT_FLOW_OCTETS + 15) / 16 * 2 };

/*
 * Of the octets as they are written, so that both ends agree whatever their C structures are. Word
 * i is XORed with a constant of its own (multiples of the golden ratio: Knuth, TAOCP 6.4), so that
 * values that change places make another digest.
 */
uint64_t fc_cut_digest(const struct fc_cut_flow *flow)
{
	const uint64_t step = UINT64_C(0x9e3779b97f4a7c15);
	uint8_t octets[DIGEST_WORDS * 8] = {0};
	const uint8_t *at = octets;
	uint64_t key = step, sum = 0;

	fc_cut_flow_put(octets, flow);
	for (unsigned i = 0; i < DIGEST_WORDS; i += 2) {
		uint64_t a = get64(&at) ^ key, b = get64(&at) ^ (key + step);

		sum += fc_fold(a, b);
		key += 2 * step;
	}
	return fc_fold(sum ^ step, flow->instance ^ key);
}
