/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Steps of their own for the fields that nearly every record has, alone or as the pairs they come
 * in: no call, stores of fixed length. What they write is what the field's function says; the test
 * of random records compares the two.
 *
 *   X(step, octets, first field, second field or NULL, how)
 *
 * `at` is the place in the record, `f` the flow, `v` its vector.
 */
#ifndef FC_EXPORT_TEMPLATE_FAST_H
#define FC_EXPORT_TEMPLATE_FAST_H

#include <endian.h>
#include <flowcard/flow.h>
#include <flowcard/registers.h>
#include <string.h>

#define FC_NS_PER_MS 1000000U

static inline void fc_store_u8(uint8_t *at, uint64_t value)
{
	*at = (uint8_t)value;
}

static inline void fc_store_u16(uint8_t *at, uint64_t value)
{
	uint16_t big = htobe16((uint16_t)value);

	memcpy(at, &big, sizeof(big));
}

static inline void fc_store_u32(uint8_t *at, uint64_t value)
{
	uint32_t big = htobe32((uint32_t)value);

	memcpy(at, &big, sizeof(big));
}

static inline void fc_store_u64(uint8_t *at, uint64_t value)
{
	uint64_t big = htobe64(value);

	memcpy(at, &big, sizeof(big));
}

static inline uint32_t fc_fast_interface(const struct fc_flow *f, unsigned port)
{
	return port == 0x7f ? 0 : f->interface_first + port;
}

static inline unsigned fc_fast_icmp(const uint32_t *v)
{
	return fc_vec_proto(v) == 1 || fc_vec_proto(v) == 58 ? fc_vec_dport(v) : 0;
}

/* Pairs first: the first that fits is taken. */
#define FC_FAST_STEPS(X)                                                                           \
	X(PORTS, 4, "transport source-port", "transport destination-port",                         \
	  (fc_store_u16(at, fc_vec_sport(v)), fc_store_u16(at + 2, fc_vec_dport(v))))              \
	X(PROTOCOL_TOS4, 2, "ipv4 protocol", "ipv4 tos",                                           \
	  (fc_store_u8(at, fc_vec_proto(v)), fc_store_u8(at + 1, fc_vec_tos(v))))                  \
	X(PROTOCOL_TOS6, 2, "ipv6 protocol", "ipv6 traffic-class",                                 \
	  (fc_store_u8(at, fc_vec_proto(v)), fc_store_u8(at + 1, fc_vec_tos(v))))                  \
	X(COUNTERS, 16, "counter packets long", "counter bytes long",                              \
	  (fc_store_u64(at, f->packets), fc_store_u64(at + 8, f->octets)))                         \
	X(COUNTERS_BACK, 16, "counter bytes long", "counter packets long",                         \
	  (fc_store_u64(at, f->octets), fc_store_u64(at + 8, f->packets)))                         \
	X(TIMES, 16, "timestamp absolute first", "timestamp absolute last",                        \
	  (fc_store_u64(at, f->first_ns / FC_NS_PER_MS),                                           \
	   fc_store_u64(at + 8, f->last_ns / FC_NS_PER_MS)))                                       \
	X(SPORT, 2, "transport source-port", NULL, fc_store_u16(at, fc_vec_sport(v)))              \
	X(DPORT, 2, "transport destination-port", NULL, fc_store_u16(at, fc_vec_dport(v)))         \
	X(PROTOCOL4, 1, "ipv4 protocol", NULL, fc_store_u8(at, fc_vec_proto(v)))                   \
	X(PROTOCOL6, 1, "ipv6 protocol", NULL, fc_store_u8(at, fc_vec_proto(v)))                   \
	X(TOS4, 1, "ipv4 tos", NULL, fc_store_u8(at, fc_vec_tos(v)))                               \
	X(TOS6, 1, "ipv6 traffic-class", NULL, fc_store_u8(at, fc_vec_tos(v)))                     \
	X(ICMP4, 2, "transport icmp ipv4 type-code", NULL, fc_store_u16(at, fc_fast_icmp(v)))      \
	X(ICMP6, 2, "transport icmp ipv6 type-code", NULL, fc_store_u16(at, fc_fast_icmp(v)))      \
	X(INPUT, 4, "interface input", NULL,                                                       \
	  fc_store_u32(at, fc_fast_interface(f, fc_vec_input_port(v))))                            \
	X(OUTPUT, 4, "interface output", NULL,                                                     \
	  fc_store_u32(at, fc_fast_interface(f, fc_vec_output_port(v))))                           \
	X(TCP_FLAGS, 1, "transport tcp flags", NULL, fc_store_u8(at, f->tcp_flags))                \
	X(PACKETS, 8, "counter packets long", NULL, fc_store_u64(at, f->packets))                  \
	X(OCTETS, 8, "counter bytes long", NULL, fc_store_u64(at, f->octets))                      \
	X(PACKETS32, 4, "counter packets", NULL, fc_store_u32(at, f->packets))                     \
	X(OCTETS32, 4, "counter bytes", NULL, fc_store_u32(at, f->octets))                         \
	X(END_REASON, 1, "flow end-reason", NULL, fc_store_u8(at, f->end_reason))                  \
	X(SAMPLER, 1, "flow sampler", NULL, fc_store_u8(at, f->sampler))                           \
	X(DIRECTION, 1, "flow direction", NULL, fc_store_u8(at, fc_vec_direction(v)))

#endif
